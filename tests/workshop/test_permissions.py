"""The permission matrix: every address and every admin action, for every role and method.

The table is tests/workshop/claims.py, which says how to claim. A route or an action that nobody
claimed fails here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import get_resolver, path, resolve, reverse
from django.utils import translation

from footage.models import Clip
from footage.publishing import state_of
from people.roles import ROLES, WORKER
from tests import world
from tests.walls import crawl
from tests.workshop.claims import (
    ACTIONS,
    ANY,
    ANYBODY,
    ASKED_BY_POST,
    CLAIMS,
    INBOX,
    NOBODY,
    READERS,
    STRANGER,
    Claim,
)
from tests.workshop.conftest import SignIn
from tests.workshop.things import addresses, who

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
LOGIN = "/admin/account/login/?next="


# --- What there is --------------------------------------------------------------------------------
def routes(patterns: Any = None, path_to: str = "/", namespace: str = "") -> Iterator[str]:
    """The name of every route of the URLconf, or its path template when it has none."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        template = path_to + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            inner = f"{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry.url_patterns, template, inner)
        else:
            yield namespace + entry.name if entry.name else template


def is_change_page(name: str) -> bool:
    return name.endswith("_change") and name != "admin:password_change"


def claimed() -> set[str]:
    """What the table claims, with what follows from it: histories, deletions, old addresses."""
    changes = {name for name in CLAIMS if is_change_page(name)}
    follow = {
        name.replace("_change", after) for name in changes for after in ("_history", "_delete")
    }
    # ModelAdmin sends the bare address of a thing on to its change page.
    bare = {
        f"/admin/{opts.app_label}/{opts.model_name}/<path:object_id>/"
        for opts in (model._meta for model in admin.site._registry)
    }
    return CLAIMS.keys() | follow | bare | READERS | ASKED_BY_POST | INBOX


def unclaimed() -> set[str]:
    return set(routes()) - claimed()


def actions() -> set[str]:
    """Every action that any admin page could offer to anybody."""
    return {
        f"{model._meta.app_label}_{model._meta.model_name}.{name}"
        for model, desk in admin.site._registry.items()
        for _function, name, _label in desk._get_base_actions()
    }


def test_every_address_and_every_action_is_claimed_and_no_claim_is_left_over() -> None:
    assert unclaimed() == set()
    assert claimed() - set(routes()) == set()
    assert actions() == ACTIONS.keys()


def test_a_planted_route_without_a_claim_is_found(monkeypatch: Any) -> None:
    planted = [path("admin/everything/", lambda request: None, name="everything")]
    planted += [path("en/secret/<int:pk>/", lambda request: None)]
    everything = [*get_resolver().url_patterns, *planted]
    assert set(routes(everything)) - claimed() == {"everything", "/en/secret/<int:pk>/"}
    desk = admin.site._registry[Clip]
    kept = desk.get_urls
    more = [path("planted/", lambda request: None, name="footage_clip_planted")]
    monkeypatch.setattr(desk, "get_urls", lambda: more + kept())
    assert "admin:footage_clip_planted" in set(routes(admin.site.urls[0], "/admin/", "admin:"))
    assert "admin:footage_clip_planted" not in claimed()


def test_a_planted_action_without_a_claim_is_found(monkeypatch: Any) -> None:
    def erase(desk: Any, request: Any, queryset: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(admin.site._registry[Clip], "actions", (erase,))
    assert actions() - ACTIONS.keys() == {"footage_clip.erase"}
    monkeypatch.undo()
    admin.site.add_action(erase)
    try:
        assert "auth_user.erase" in actions() - ACTIONS.keys()
    finally:
        admin.site._actions.pop("erase")


# --- Who gets in ----------------------------------------------------------------------------------
def refused(response: Any) -> bool:
    """Forbidden, or sent to the sign-in."""
    return response.status_code == 403 or (
        response.status_code == 302 and response["Location"].startswith(LOGIN)
    )


def asked(client: Client, method: str, address: str) -> Any:
    """The answer; whatever the request changed is undone, the session included."""
    cookies = client.cookies.output(header="")
    # Not an atomic block: the archive's durable ones refuse to stand in another.
    before = transaction.savepoint()
    response = client.generic(method, address)
    transaction.savepoint_rollback(before)
    client.cookies.clear()
    client.cookies.load(cookies)
    return response


def wrong(claim: Claim, role: str, method: str, response: Any) -> bool:
    """Whether an answer is not what the claim says."""
    status = response.status_code
    if method in {"GET", "HEAD"}:
        if role not in claim.reads:
            return not (refused(response) or status == 405)
        if claim.status == ANY:
            return refused(response) or status >= 500
        return status not in {claim.status, *({405, 412} if method == "HEAD" else ())}
    if method not in claim.methods:
        return not (refused(response) or status == 405)
    if claim.status == ANY and role in claim.reads:
        return status >= 500
    if role in claim.acting:
        return refused(response) or status in {405, 500}
    return not (refused(response) or status == 405)


@pytest.mark.parametrize("role", sorted(ANYBODY))
def test_a_role_gets_what_it_is_claimed_to_and_nothing_else(sign_in: SignIn, role: str) -> None:
    client = who(role, sign_in)
    client.raise_request_exception = False
    mistakes = []
    for name, address in addresses().items():
        for method in METHODS:
            response = asked(client, method, address)
            if wrong(CLAIMS[name], role, method, response):
                mistakes.append((name, method, response.status_code, response.get("Location")))
    assert mistakes == []


@pytest.mark.parametrize("role", sorted(ANYBODY - {STRANGER}))
def test_histories_follow_their_pages_and_nothing_is_deleted(sign_in: SignIn, role: str) -> None:
    client = who(role, sign_in)
    for name, address in addresses().items():
        if is_change_page(name):
            history = client.get(address.replace("/change/", "/history/"))
            assert history.status_code == (200 if role in CLAIMS[name].reads else 403), name
            for method in ("GET", "POST"):
                gone = asked(client, method, address.replace("/change/", "/delete/") + "?post=yes")
                assert gone.status_code == 403, name


@pytest.mark.parametrize("role", sorted(ANYBODY - {STRANGER}))
def test_a_role_is_offered_its_actions_alone_and_no_other_has_an_effect(
    sign_in: SignIn, role: str
) -> None:
    client = who(role, sign_in)
    request = RequestFactory().get("/admin/")
    request.user = client.user  # type: ignore[attr-defined]
    offered = {
        f"{model._meta.app_label}_{model._meta.model_name}.{name}"
        for model, desk in admin.site._registry.items()
        for name in desk.get_actions(request)
    }
    assert offered == {name for name, roles in ACTIONS.items() if role in roles}
    draft = world.clip()
    chosen = {"action": "publish_selected", "_selected_action": [draft.pk]}
    client.post(reverse("admin:footage_clip_changelist"), chosen)
    allowed = role in ACTIONS["footage_clip.publish_selected"]
    assert state_of(draft) == ("published" if allowed else "draft")


def test_readers_pages_are_the_same_for_every_role_and_take_nothing_in(sign_in: SignIn) -> None:
    world.published()
    names = {entry.name for _template, entry in crawl.routes()}
    assert names == READERS | ASKED_BY_POST | INBOX
    # One address of each route: tests/walls compares all of them for one member of staff.
    with translation.override("en"):
        english = [each for each in crawl.addresses() if not each.startswith("/ar/")]
        found = {resolve(each.partition("?")[0]).url_name: each for each in english}.values()
    plain = {}
    for address in found:
        answer = Client().get(address)
        plain[address] = (answer.status_code, crawl.body(answer))
    for role in sorted(ANYBODY - {STRANGER}):
        client = who(role, sign_in)
        for address in found:
            answer = client.get(address)
            seen = (answer.status_code, crawl.body(answer))
            assert seen == plain[address], (role, address)


# --- What no claim can say ------------------------------------------------------------------------
def test_people_without_a_role_may_do_what_the_worker_may_by_hand_nothing(sign_in: SignIn) -> None:
    assert WORKER.permissions == frozenset()
    assert WORKER not in ROLES, "nobody is given the role of what runs without a person"
    assert {role.code for role in ROLES} | {WORKER.code} == ANYBODY - {STRANGER}


def test_acts_are_no_wider_than_pages() -> None:
    for name, claim in CLAIMS.items():
        if claim.reads != NOBODY:
            assert claim.acting <= claim.reads, name


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
