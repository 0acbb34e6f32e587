"""The Arabic of readers' pages: complete, compiled, and with all six plural forms."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import ngettext

from tests.reading_room import rows

TEMPLATES = Path(settings.BASE_DIR, "templates", "reading_room")
ARABIC = Path(settings.BASE_DIR, "locale", "ar", "LC_MESSAGES", "django.po")


def test_every_translation_is_in_the_compiled_file_and_keeps_its_variables() -> None:
    with ARABIC.open("rb") as file:
        catalogue = read_po(file, locale="ar")
    with translation.override("ar"):
        for message in catalogue:
            if not message.id:
                continue
            assert not message.fuzzy, message.id
            if isinstance(message.id, tuple):
                assert len(message.string) == 6 and all(message.string), message.id
                for form, number in zip(message.string, (0, 1, 2, 3, 11, 100), strict=True):
                    assert ngettext(*message.id, number) == form
                    assert set(re.findall(r"%\(\w+\)s", form)) <= set(
                        re.findall(r"%\(\w+\)s", message.id[1])
                    )
            elif message.context is None:
                assert message.string, message.id
                assert set(re.findall(r"%\(\w+\)s", message.id)) == set(
                    re.findall(r"%\(\w+\)s", message.string)
                )


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_every_sentence_of_a_template_has_its_arabic(path: Path) -> None:
    with translation.override("ar"):
        for sentence in re.findall(r'{% translate "([^"]+)"', path.read_text()):
            assert translation.gettext(sentence) != sentence


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "لا مقاطع"),
        (1, "مقطع واحد"),
        (2, "مقطعان"),
        (3, "3 مقاطع"),
        (10, "10 مقاطع"),
        (11, "11 مقطعًا"),
        (99, "99 مقطعًا"),
        (100, "100 مقطع"),
        (102, "102 مقطع"),
        (103, "103 مقاطع"),
    ],
)
def test_arabic_counts_have_their_own_forms(number: int, said: str) -> None:
    with translation.override("ar"):
        text = ngettext("%(shown)s clip", "%(shown)s clips", number) % {"shown": number}
    assert text == said


@pytest.mark.django_db
def test_months_are_said_as_in_syria_with_latin_digits(client: Client) -> None:
    clip = rows.a_clip(filmed="2014-04-12")
    body = client.get(f"/ar/clips/{clip.reference}/").content.decode()
    assert "12 نيسان 2014" in body
    assert not re.search(r"[٠-٩]", body)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_arabic_font_is_fetched_for_arabic_alone(client: Client, language: str) -> None:
    body = client.get(f"/{language}/").content.decode()
    assert ("vazirmatn" in body) == (language == "ar")
    assert not re.search(r"<script(?![^>]* src=)", body) and "style=" not in body
