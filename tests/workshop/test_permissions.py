"""Every page of the workshop, for every role: who gets in is data; a new page must be claimed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from footage import publishing
from footage.custody.models import CustodyEvent
from footage.ingest.models import Deaccession
from footage.models import Film, Transcript
from footage.models.two_persons import Act, ask_for
from people.roles import ROLES
from tests import world
from tests.workshop.conftest import SignIn, member

ARCHIVIST, CATALOGUER, PUBLISHER = "archivist", "cataloguer", "publisher"
CUSTODIAN, PRESERVER = "custodian", "preservation-officer"
AUDITOR, ADMINISTRATOR = "auditor", "administrator"

EVERYBODY = {role.code for role in ROLES}
NOBODY: set[str] = set()
DESCRIBERS = {ARCHIVIST, CATALOGUER, PUBLISHER}
READERS = DESCRIBERS | {CUSTODIAN}
SEE_CLIPS = READERS | {PRESERVER, AUDITOR}
PUBLISHERS = {PUBLISHER, CUSTODIAN}

# Address name -> who may open it. `history` follows `change`; `delete` is nobody's anywhere.
PAGES: dict[str, set[str]] = {
    "index": EVERYBODY,
    "footage_clip_changelist": SEE_CLIPS,
    "footage_clip_add": {ARCHIVIST},
    "footage_clip_upload": {ARCHIVIST},
    "footage_clip_describe": SEE_CLIPS,
    "footage_clip_change": SEE_CLIPS,
    "footage_clip_publish": PUBLISHERS,
    "footage_clip_revise": PUBLISHERS,
    "footage_clip_withdraw": PUBLISHERS,
    "footage_clip_preview": SEE_CLIPS,
    "footage_clip_replace": {ARCHIVIST},
    "footage_clip_discard": {ARCHIVIST},
    "footage_clip_working": SEE_CLIPS,
    "footage_testimony_changelist": READERS | {AUDITOR},
    "footage_testimony_add": DESCRIBERS,
    "footage_testimony_change": READERS | {AUDITOR},
    "footage_testimony_publish": PUBLISHERS,
    "footage_testimony_revise": PUBLISHERS,
    "footage_testimony_withdraw": PUBLISHERS,
    "footage_testimony_preview": READERS | {AUDITOR},
    "footage_transcript_changelist": READERS,
    "footage_transcript_add": DESCRIBERS,
    "footage_transcript_change": READERS,
    "footage_location_changelist": READERS,
    "footage_location_add": {CATALOGUER},
    "footage_location_change": READERS,
    "footage_location_publish_name": PUBLISHERS,
    "footage_event_changelist": READERS,
    "footage_event_add": DESCRIBERS,
    "footage_event_change": READERS,
    "footage_event_publish_name": PUBLISHERS,
    "footage_film_changelist": READERS,
    "footage_film_add": DESCRIBERS,
    "footage_film_change": READERS,
    "footage_film_publish_name": PUBLISHERS,
    "people_journalist_changelist": READERS,
    "people_journalist_add": {ARCHIVIST, CUSTODIAN},
    "people_journalist_change": READERS,
    "people_journalist_publish_name": PUBLISHERS,
    "people_journalist_sealed": {CUSTODIAN},
    "people_journalist_find": {CUSTODIAN},
    "people_witness_changelist": READERS,
    "people_witness_add": {ARCHIVIST, CUSTODIAN},
    "people_witness_change": READERS,
    "people_witness_publish_name": PUBLISHERS,
    "people_witness_sealed": {CUSTODIAN},
    "people_witness_find": {CUSTODIAN},
    "footage_twopersonrequest_changelist": PUBLISHERS | {AUDITOR, ADMINISTRATOR},
    "footage_twopersonrequest_add": NOBODY,
    "footage_twopersonrequest_change": {CUSTODIAN, AUDITOR},
    "footage_twopersonrequest_agree": {CUSTODIAN},
    "footage_twopersonrequest_refuse": {CUSTODIAN},
    "ingest_deaccession_changelist": {ARCHIVIST, PRESERVER, AUDITOR},
    "ingest_deaccession_add": NOBODY,
    "ingest_deaccession_change": {ARCHIVIST, PRESERVER, AUDITOR},
    "ingest_deaccession_grant": {PRESERVER},
    "ingest_deaccession_refuse": {PRESERVER},
    "custody_custodyevent_changelist": {PRESERVER, AUDITOR},
    "custody_custodyevent_add": NOBODY,
    "custody_custodyevent_change": {PRESERVER, AUDITOR},
    "inbox_message_changelist": PUBLISHERS,
    "inbox_message_add": NOBODY,
    "inbox_message_change": PUBLISHERS,
    "inbox_message_take": PUBLISHERS,
    "inbox_message_open": PUBLISHERS,
    "inbox_message_hide": PUBLISHERS,
    "inbox_message_answer": PUBLISHERS,
    "auth_user_changelist": {ADMINISTRATOR},
    "auth_user_add": {ADMINISTRATOR},
    "auth_user_change": {ADMINISTRATOR},
    "auth_user_invite": {ADMINISTRATOR},
    "auth_user_lost_factor": {ADMINISTRATOR},
}
# Claimed elsewhere: pages without an object, redirects, or acts by POST with tests of their own.
OTHERWISE = {
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "jsi18n",
    "view_on_site",
    "autocomplete",
    "app_list",
    "footage_clip_use_suggestion",
}


def names_of_pages() -> Iterator[str]:
    for resolver in get_resolver().url_patterns:
        if getattr(resolver, "namespace", None) == "admin":
            yield from names_below(resolver.url_patterns)


def names_below(patterns: Any) -> Iterator[str]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names_below(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


def addresses() -> dict[str, str]:
    """An address for every page of the matrix, with things to open behind it."""
    draft = world.clip()
    public = world.clip(journalist=draft.journalist)
    publishing.publish(public, by=world.publisher())
    speaker = world.witness()
    spoken = world.testimony(draft, witness=speaker)
    public_spoken = world.testimony(public, witness=speaker)
    publishing.publish(public_spoken, by=world.publisher())
    event = world.event()
    film = Film.objects.create(slug="f", title_en="F", title_ar="ف")
    things: dict[str, Any] = {
        "footage_clip": draft,
        "footage_testimony": spoken,
        "footage_transcript": Transcript.objects.create(clip=draft, language="ar"),
        "footage_location": world.shaar(),
        "footage_event": event,
        "footage_film": film,
        "people_journalist": draft.journalist,
        "people_witness": speaker,
        "ingest_deaccession": Deaccession.objects.create(
            master=world.master(),
            reference="AA-0000-0000-0",
            reason="x",
            asked_by=world.archivist(),
        ),
        "footage_twopersonrequest": ask_for(
            Act.UNSEAL, f"people_witness:{speaker.pk}", by=asking_custodian(), reason="x"
        ),
        "custody_custodyevent": world_event(public.reference),
        "inbox_message": world.message(),
        "auth_user": member("somebody"),
    }
    live = {"footage_clip": public, "footage_testimony": public_spoken}
    found = {}
    for name in PAGES:
        model, _, act = name.rpartition("_")
        if name.endswith(("publish_name", "lost_factor")):
            model = name.rsplit("_", 2)[0]
        if name == "index" or act in {"changelist", "add", "upload", "describe", "find"}:
            found[name] = reverse(f"admin:{name}")
        elif act == "working":
            copy = draft.master.renditions.first()
            found[name] = reverse(f"admin:{name}", args=[copy.name])
        elif act == "preview":
            found[name] = reverse(f"admin:{name}", args=[things[model].pk, "en"])
        else:
            thing = live[model] if act in {"revise", "withdraw"} else things[model]
            found[name] = reverse(f"admin:{name}", args=[thing.pk])
    return found


def asking_custodian() -> Any:
    return world.staff("asking-custodian", "view_sealedidentity")


def world_event(subject: str) -> Any:
    return CustodyEvent.objects.filter(subject=subject).first()


def test_every_page_of_the_workshop_is_claimed() -> None:
    names = set(names_of_pages())
    follows = {name for name in names if name.endswith(("_history", "_delete"))}
    assert names - follows - OTHERWISE - PAGES.keys() == set()
    assert (PAGES.keys() | OTHERWISE) - names == set()


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_a_role_opens_its_pages_and_no_others(sign_in: SignIn, role: str) -> None:
    client = sign_in(role)
    wrong = []
    for name, address in addresses().items():
        status = client.get(address).status_code
        if status != (200 if role in PAGES[name] else 403):
            wrong.append((name, status))
    assert wrong == []


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_no_role_deletes_what_the_archive_keeps(sign_in: SignIn, role: str) -> None:
    client = sign_in(role)
    for name, address in addresses().items():
        if name.endswith("_change"):
            gone = client.post(address.replace("/change/", "/delete/"), {"post": "yes"})
            assert gone.status_code == 403, name


def test_history_is_open_to_whoever_may_see_the_thing(sign_in: SignIn) -> None:
    cataloguer, auditor = sign_in(CATALOGUER), sign_in(AUDITOR)
    for name, address in addresses().items():
        if name.endswith("_change"):
            history = address.replace("/change/", "/history/")
            for client, role in ((cataloguer, CATALOGUER), (auditor, AUDITOR)):
                expected = 200 if role in PAGES[name] else 403
                assert client.get(history).status_code == expected, (name, role)


def test_strangers_and_people_without_a_role_get_nowhere(sign_in: SignIn) -> None:
    nobody = sign_in()
    for name, address in addresses().items():
        stranger = Client().get(address)
        assert stranger.status_code == 302
        assert stranger["Location"].startswith("/admin/account/login/")
        assert nobody.get(address).status_code == (200 if name == "index" else 403), name


def test_acts_by_post_are_refused_as_their_pages_are(sign_in: SignIn) -> None:
    cataloguer = sign_in(CATALOGUER)
    for name, address in addresses().items():
        if CATALOGUER not in PAGES[name]:
            assert cataloguer.post(address, {"reason": "safety"}).status_code == 403, name


def test_a_stranger_cannot_make_the_archive_take_in_bytes(db: None, tmp_path: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client(enforce_csrf_checks=True)
    client.get(reverse("account_login"))
    file = SimpleUploadedFile("big.mp4", b"0" * 3_000_000)
    refused = client.post(reverse("admin:footage_clip_add"), {"file": file})
    assert refused.status_code == 302
    # The sign-in page reads forms, and drops their files.
    read = client.post(reverse("account_login"), {"login": "x", "password": "y", "f": file})
    assert read.wsgi_request.FILES == {}
