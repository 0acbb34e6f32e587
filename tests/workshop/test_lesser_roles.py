"""Whatever the admin shows beside its forms shows a lesser role nothing more.

A token stands in every sealed field that a page of the workshop could show. Somebody in each role
then asks for every address there is, in every way Django's admin can be asked.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from footage.ingest.models import Deaccession
from footage.models import Appearance, Clip, TwoPersonRequest
from footage.models.two_persons import Act, ask_for
from people.models import Journalist, Witness
from people.roles import BY_CODE, ROLES
from tests import world
from tests.workshop.claims import (
    ARCHIVIST,
    AUDITOR,
    CATALOGUER,
    CLAIMS,
    CUSTODIAN,
    HANDLE_PEOPLE,
    PRESERVER,
    PUBLISHERS,
    WORKER,
)
from tests.workshop.conftest import SignIn
from tests.workshop.test_permissions import is_change_page
from tests.workshop.things import NO_UUID, address, things, who

pytestmark = pytest.mark.django_db

# Sealed field -> who may read it in the workshop. Whoever is not here is shown its token nowhere.
READ_BY: dict[str, set[str]] = {
    "source-note": HANDLE_PEOPLE,
    "custody-note": HANDLE_PEOPLE,
    "original-filename": HANDLE_PEOPLE,
    "decision": HANDLE_PEOPLE | PUBLISHERS,
    "description": HANDLE_PEOPLE,
    "risk-note": HANDLE_PEOPLE,
    "how-recorded": HANDLE_PEOPLE,
    "device": HANDLE_PEOPLE | {PRESERVER},
    "leaving": {ARCHIVIST, PRESERVER, AUDITOR},
    "legal-name": set(),
    "contacts": set(),
    "identity-notes": set(),
    "message": set(),
}


def token(field: str) -> str:
    return f"token-{field}-x"


def planted() -> dict[str, list[Any]]:
    """The things of the matrix with a token in each sealed field of the draft and its people."""
    filled = things()
    clip = Clip.objects.get(pk=filled["footage_clip"][0])
    clip.source_note, clip.custody_note = token("source-note"), token("custody-note")
    clip.original_filename, clip.decision_reason = token("original-filename"), token("decision")
    clip.save()
    clip.master.technical_metadata = {**clip.master.technical_metadata, "make": token("device")}
    clip.master.save()
    Appearance.objects.create(
        clip=clip, description=token("description"), resolved=token("risk-note")
    )
    speaker_pk = filled["people_witness"][0]
    for person in (clip.journalist, Witness.objects.get(pk=speaker_pk)):
        world.sealed_identity(
            person,
            legal_name=token("legal-name"),
            contacts=token("contacts"),
            notes=token("identity-notes"),
        )
        side = "journalist" if isinstance(person, Journalist) else "witness"
        person.consents.create(
            **{side: person},
            use="court",
            granted=True,
            how_recorded=token("how-recorded"),
            recorded_by=world.custodian(),
        )
    Deaccession.objects.update(reason=token("leaving"))
    filled["inbox_message"] = [world.message(words=token("message")).pk]
    return filled


def ways(filled: dict[str, list[Any]]) -> Iterator[str]:
    """Every address, then each way in which Django's admin can be asked beside it."""
    for name, claim in CLAIMS.items():
        if name.startswith(("account_", "mfa_")) or name.endswith("logout"):
            continue
        at = address(name, claim, filled)
        yield at
        if is_change_page(name):
            yield from (at.replace("/change/", f"/{page}/") for page in ("history", "delete"))
            yield f"{at}?_popup=1&_to_field=id"
        if name.endswith("_changelist"):
            yield f"{at}?_popup=1&_to_field=id"
    for model, desk in admin.site._registry.items():
        opts = model._meta
        for field in desk.autocomplete_fields:
            query = f"?app_label={opts.app_label}&model_name={opts.model_name}&field_name={field}"
            yield reverse("admin:autocomplete") + query + "&term="


def pages(client: Client, filled: dict[str, list[Any]]) -> Iterator[tuple[str, str]]:
    """(address, everything the answer says), for GET and for a POST with nothing in it."""
    for at in ways(filled):
        answer = client.get(at, follow=True)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        yield at, body.decode(errors="replace") + str(answer.headers) + str(answer.redirect_chain)
        if "/preview/" not in at and at.endswith("/change/"):
            yield f"POST {at}", client.post(at, {}).content.decode(errors="replace")


@pytest.mark.parametrize("role", [*sorted(role.code for role in ROLES), WORKER])
def test_no_page_shows_a_role_what_is_sealed_from_it(sign_in: SignIn, role: str) -> None:
    filled = planted()
    client = who(role, sign_in)
    seen = {field for field, roles in READ_BY.items() if role in roles}
    leaks, shown = set(), set()
    for at, page in pages(client, filled):
        for field in READ_BY:
            if token(field) in page:
                shown.add(field)
                if field not in seen:
                    leaks.add((field, at))
    assert leaks == set()
    if role == ARCHIVIST:
        assert {"source-note", "description", "how-recorded", "device"} <= shown, "the walk sees"


@pytest.mark.parametrize("role", [CATALOGUER, AUDITOR, WORKER])
def test_lists_count_nothing_by_a_sealed_word(sign_in: SignIn, role: str) -> None:
    filled = planted()
    client = who(role, sign_in)
    for name, claim in CLAIMS.items():
        if name.endswith("_changelist") and role in claim.reads:
            at = address(name, claim, filled)
            for field in ("source-note", "legal-name", "how-recorded"):
                found = client.get(at, {"q": token(field)}).context["cl"]
                assert found.result_count == 0 or not found.search_fields, (name, field)
    clips = reverse("admin:footage_clip_changelist")
    for lookup in ("source_note__startswith", "journalist__sealed_identity__isnull", "master"):
        assert client.get(clips, {lookup: "t"}).status_code in {302, 400, 403}, lookup


@pytest.mark.parametrize("role", sorted(role.code for role in ROLES))
def test_who_filmed_and_who_spoke_stand_nowhere_for_roles_that_may_not_see_people(
    sign_in: SignIn, role: str
) -> None:
    filmed_by = world.journalist("token-filmed", protection="withheld")
    spoken_by = world.witness("token-spoken", protection="withheld")
    clip = world.clip(journalist=filmed_by, credit="withheld")
    spoken = world.testimony(clip, witness=spoken_by, credit="withheld")
    asking = world.staff("asking-custodian", "view_sealedidentity")
    for person in (filmed_by, spoken_by):
        subject = f"{person._meta.db_table}:{person.pk}"
        ask_for(Act.UNSEAL, subject, by=asking, reason="x")
    client = sign_in(role)
    sees = f"people.view_{Journalist._meta.model_name}" in BY_CODE[role].permissions
    for name, items in (
        ("footage_clip", [clip]),
        ("footage_testimony", [spoken]),
        ("footage_twopersonrequest", TwoPersonRequest.objects.all()),
    ):
        asked = [reverse(f"admin:{name}_changelist")]
        asked.append(f"{asked[0]}?q=token&o=5")
        for item in items:
            asked += [
                reverse(f"admin:{name}_{page}", args=[item.pk]) for page in ("change", "history")
            ]
        read = [client.get(at) for at in asked]
        page = "".join(answer.content.decode() for answer in read if answer.status_code == 200)
        if sees and name != "footage_twopersonrequest":
            assert "token-" in page, name
        elif not sees:
            assert "token-" not in page, name


# --- The log of actions ---------------------------------------------------------------------------
def form_of(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send back from a page of the admin, unchanged."""
    page = client.get(address)
    forms = [page.context["adminform"].form]
    for formset in page.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    sent: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False and value != "":
                sent[bound.html_name] = "on" if value is True else value
    return sent


def test_the_log_names_nobody_who_appears_and_no_sealed_field(sign_in: SignIn) -> None:
    archivist, cataloguer = sign_in(ARCHIVIST), sign_in(CATALOGUER)
    clip = world.clip()
    at = reverse("admin:footage_clip_change", args=[clip.pk])
    sent = form_of(archivist, at)
    sent |= {"source_note": "from his uncle", "title_en": "A new title"}
    prefix = "appearances"
    sent |= {
        f"{prefix}-TOTAL_FORMS": "1",
        f"{prefix}-0-description": "Mustafa in a red jacket",
        f"{prefix}-0-identifiable": "on",
    }
    saved = archivist.post(at, sent)
    assert saved.status_code == 302, saved.context and saved.context["errors"]
    assert Appearance.objects.get().description == "Mustafa in a red jacket"
    entry = LogEntry.objects.get()
    assert "title in English" in entry.change_message
    for hidden in ("Mustafa", "source", "uncle", "ppearance"):
        assert hidden not in entry.change_message
    history = at.replace("/change/", "/history/")
    assert "Mustafa" not in cataloguer.get(history).content.decode()


def test_ones_latest_actions_show_what_one_may_see_now_as_it_is_called_now(
    sign_in: SignIn,
) -> None:
    client = sign_in(ARCHIVIST)
    user: Any = client.user  # type: ignore[attr-defined]
    person = world.journalist("Old pseudonym")
    desk = admin.site._registry[Journalist]
    request: Any = client.get("/admin/").wsgi_request
    desk.log_change(request, person, "x")
    assert "Old pseudonym" in client.get("/admin/").content.decode()
    Journalist.objects.filter(pk=person.pk).update(byline_en="New pseudonym")
    page = client.get("/admin/").content.decode()
    assert "New pseudonym" in page and "Old pseudonym" not in page
    user.groups.set(Group.objects.filter(name=PRESERVER))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/admin/").content.decode()
    assert "pseudonym" not in page


# --- Not found and forbidden ----------------------------------------------------------------------
@pytest.mark.parametrize("role", [CATALOGUER, AUDITOR, CUSTODIAN, WORKER])
def test_what_exists_and_what_does_not_are_refused_alike(sign_in: SignIn, role: str) -> None:
    filled = things()
    client = who(role, sign_in)
    compared = 0
    for name, claim in CLAIMS.items():
        of = name.removeprefix("admin:").rpartition("_")[0]
        thing = CLAIMS.get(f"admin:{of}_change")
        # Whoever may see the thing may know that it exists.
        if role in claim.reads or thing is None or role in thing.reads:
            continue
        arguments = filled.get(claim.of or of) or []
        exists = address(name, claim, filled)
        if not arguments or str(arguments[0]) not in exists:
            continue
        kind = NO_UUID if isinstance(arguments[0], UUID) else 999_999
        absent = reverse(name, args=[kind, *arguments[1:]])
        for at in (exists, absent):
            assert client.get(at).status_code == 403, at
            if is_change_page(name):
                assert client.get(at.replace("/change/", "/history/")).status_code == 403, at
        compared += 1
    assert compared > 5
