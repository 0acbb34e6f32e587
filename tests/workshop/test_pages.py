"""Every page of the workshop: strict about scripts, true in both directions, bounded in queries."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.roles import ROLES
from tests import world
from tests.workshop.conftest import SignIn
from tests.workshop.test_permissions import addresses

pytestmark = pytest.mark.django_db

ACCOUNT_PAGES = [
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_list_webauthn",
]


class Inline(HTMLParser):
    """What a strict content security policy refuses, and addresses that leave the site."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        data = (given.get("type") or "").startswith("application/")
        if tag == "style" or (tag == "script" and "src" not in given and not data):
            self.found.append(tag)
        for name, value in given.items():
            leaves = name in {"src", "action"} and re.match(r"(https?:)?//", value or "")
            if name == "style" or name.startswith("on") or leaves:
                self.found.append(f"{tag} {name}")


def pages(client: Client, **headers: Any) -> Iterator[tuple[str, str]]:
    everywhere = list(addresses().values())
    everywhere += [reverse(name) for name in ACCOUNT_PAGES]
    for address in everywhere:
        answer = client.get(address, headers=headers)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            assert "unsafe" not in answer["Content-Security-Policy"]
            yield address, answer.content.decode()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_is_free_of_inline_code_and_says_its_direction(
    sign_in: SignIn, language: str
) -> None:
    client = sign_in(*(role.code for role in ROLES))
    seen = 0
    for address, page in pages(client, **{"accept-language": language}):
        inline = Inline()
        inline.feed(page)
        assert inline.found == [], address
        if "/preview/" not in address:
            assert f'lang="{language}"' in page, address
            assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in page, address
        seen += 1
    assert seen > 50


def test_the_language_switch_keeps_the_page_and_the_choice(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    page = client.get("/admin/footage/clip/").content.decode()
    assert 'action="/admin/language/setlang/"' in page
    switched = client.post(
        "/admin/language/setlang/", {"language": "ar", "next": "/admin/footage/clip/"}
    )
    assert switched["Location"] == "/admin/footage/clip/"
    assert '<html lang="ar" dir="rtl">' in client.get("/admin/footage/clip/").content.decode()


def test_the_clip_says_who_will_see_each_field(sign_in: SignIn) -> None:
    clip = world.clip(latitude=36.2112, longitude=37.1834, source_note="from a cousin")
    address = reverse("admin:footage_clip_change", args=[clip.pk])
    open_to = {}
    for role in ("archivist", "cataloguer", "publisher", "auditor"):
        page = sign_in(role).get(address).content.decode()
        assert "Readers will see" in page and "Staff only" in page
        open_to[role] = "from a cousin" in page and "37.1834" in page
        assert open_to[role] == (clip.master.fixity in page)
    assert open_to == {
        "archivist": True,
        "cataloguer": False,
        "publisher": False,
        "auditor": False,
    }


def test_a_form_without_sealed_fields_leaves_them_as_they_are(sign_in: SignIn) -> None:
    clip = world.clip(latitude=36.2112, longitude=37.1834, source_note="from a cousin")
    client = sign_in("cataloguer")
    address = reverse("admin:footage_clip_change", args=[clip.pk])
    page = client.get(address)
    form = page.context["adminform"].form
    data = {name: form.initial[name] for name in form.fields if form.initial.get(name)}
    for formset in page.context["inline_admin_formsets"]:
        management = formset.formset.management_form
        data |= {management.add_prefix(n): v for n, v in management.initial.items()}
    data |= {"title_en": "Another title", "source_note": "", "latitude": "", "longitude": ""}
    assert client.post(address, data).status_code == 302
    clip.refresh_from_db()
    assert clip.title_en == "Another title"
    assert (clip.latitude, clip.longitude, clip.source_note) == (36.2112, 37.1834, "from a cousin")


@pytest.mark.parametrize("model", ["footage_clip", "footage_testimony", "footage_transcript"])
def test_a_list_costs_the_same_queries_for_one_row_as_for_ten(sign_in: SignIn, model: str) -> None:
    client = sign_in("archivist")

    def more() -> None:
        clip = world.clip()
        world.transcript(clip, "ar", (0, 1000, "نعم"))
        world.testimony(clip)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(f"admin:{model}_changelist")).status_code == 200
        return len(queries)

    more()
    client.get(reverse(f"admin:{model}_changelist"))
    one = cost()
    for _number in range(9):
        more()
    assert cost() == one, model


def test_codes_are_shown_by_their_words_in_lists_filters_and_fixed_fields(sign_in: SignIn) -> None:
    client = sign_in("cataloguer")
    stored = world.transcript(world.clip(), "ar", (0, 1000, "نعم"))
    arabic = {"accept-language": "ar"}
    fixed = reverse("admin:footage_transcript_change", args=[stored.pk])
    page = client.get(fixed, headers=arabic).content.decode()
    assert re.search(r'class="readonly">\s*العربية\s*<', page)
    listed = client.get(reverse("admin:footage_transcript_changelist"), headers=arabic)
    assert '<td class="field-language">العربية</td>' in listed.content.decode()
    clips = reverse("admin:footage_clip_changelist")
    filtered = client.get(clips, {"kind__exact": "video"}, headers=arabic)
    assert "فيديو" in filtered.content.decode() and filtered.status_code == 200
