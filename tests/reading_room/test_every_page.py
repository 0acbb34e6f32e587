"""Every page of the reading room answers, in both languages, within its budget of queries."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue import beside
from tests.reading_room import rows

pytestmark = pytest.mark.django_db

CLIP, TESTIMONY = rows.a_reference(1), rows.a_reference(2)
PATHS = [
    "",
    "clips/",
    "clips/?neighbourhood=bustan-al-qasr&subject=food-and-bread&from=2016&to=2016-12",
    "clips/?kind=clip&kind=testimony&sort=published",
    f"clips/{CLIP}/",
    "neighbourhoods/",
    "neighbourhoods/bustan-al-qasr/",
    "neighbourhoods/?q=bread&subject=food-and-bread",
    "map/",
    "map/?neighbourhood=bustan-al-qasr&from=2016",
    "dates/",
    "dates/2016/",
    "dates/2016/11/",
    "dates/2016/11/28/",
    "journalists/",
    "journalists/salma/",
    "testimonies/",
    f"testimonies/{TESTIMONY}/",
    "events/",
    "events/bakery-strike/",
    "films/",
    "films/a-film/",
    "about/",
    "about/design/",
    "safety/",
    f"safety/?reference={CLIP}",
    "safety/outcome/",
]


def an_archive(clips: int) -> None:
    rows.names()
    rows.name("film", "a-film", "A film", "فيلم", text_en="It shows.", text_ar="يُظهر.")
    clip = rows.a_clip(1, events=("bakery-strike",), shots=(rows.a_shot("a-film", 1, 1.5, 3.25),))
    said = rows.a_transcript(clip.reference, "en", (0.5, 4.25, "Baker", "We were open."))
    testimony = rows.a_testimony(2, transcripts=(said,))
    rows.carry(testimony, clip, 0.5, 4.25)
    for number in range(3, clips + 2):
        rows.a_clip(number)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_answers_with_an_etag_and_no_cookie(
    client: Client, path: str, language: str
) -> None:
    an_archive(5)
    response = client.get(f"/{language}/{path}")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-cache"
    assert response["ETag"].startswith('"')
    assert response["Vary"] == "Accept-Encoding"
    assert not response.cookies
    assert (
        client.get(f"/{language}/{path}", headers={"If-None-Match": response["ETag"]}).status_code
        == 304
    )


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_fault_of_ours_is_owned_in_both_languages_and_tells_nothing_of_itself(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    rows.publish(rows.a_document(CLIP))

    def planted(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("planted in /srv/archive")

    monkeypatch.setattr(beside, "related", planted)
    client = Client(raise_request_exception=False)
    answer = client.get(f"/{language}/clips/{CLIP}/")
    body = answer.content.decode()
    assert answer.status_code == 500 and not answer.cookies
    assert "Something went wrong on our side" in body and "حدث خطأ من جانبنا" in body
    assert 'href="/en/"' in body and 'href="/ar/"' in body and 'lang="ar" dir="rtl"' in body
    assert "planted" not in body and CLIP not in body
    # The language of the address comes first, as the page's own.
    first, second = (
        ("حدث خطأ", "Something went") if language == "ar" else ("Something went", "حدث خطأ")
    )
    assert f'<html lang="{language}"' in body and f"<title>{first}" in body
    assert body.index(f"<h1>{first}") < body.index(f"<h2>{second}")


def test_where_not_even_the_page_of_a_fault_can_be_made_words_are_left(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def planted(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(beside, "related", planted)
    rows.publish(rows.a_document(CLIP))
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
            "OPTIONS": {"location": "nowhere"},
        },
    }
    answer = Client(raise_request_exception=False).get(f"/ar/clips/{CLIP}/")
    assert answer.status_code == 500 and answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "حدث خطأ من جانبنا" in answer.content.decode() and b"planted" not in answer.content


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_form_that_is_refused_unread_is_answered_in_the_language_of_its_address(
    client: Client, settings: Any, language: str
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    form = "&".join(f"field-{number}=x" for number in range(9))
    answer = client.post(f"/{language}/safety/", form, "application/x-www-form-urlencoded")
    heading = "تعذّر فهم الطلب" if language == "ar" else "The request could not be understood"
    assert answer.status_code == 400 and f"<h1>{heading}</h1>" in answer.content.decode()


@pytest.mark.parametrize("clips", [5, 50])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_asks_the_database_three_times_at_most(
    client: Client, path: str, clips: int
) -> None:
    an_archive(clips)
    client.get("/en/about/")
    client.get("/en/")  # Names are remembered from here on.
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(f"/en/{path}").status_code == 200
    assert len(asked) <= 3, [query["sql"][:200] for query in asked]
