"""Deciding about near duplicates, and what readers see of it: nothing that either end withholds."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from footage import publishing
from footage.catalogue.models import PublicLink
from footage.custody.models import CustodyEvent
from footage.models import Clip, NearDuplicate
from tests import world
from tests.workshop.conftest import SignIn

pytestmark = pytest.mark.django_db


def page_of(pair: NearDuplicate) -> str:
    return reverse("admin:footage_nearduplicate_change", args=[pair.pk])


def two_public() -> tuple[Clip, Clip]:
    first, second = world.clip(), world.clip(title_en="The queue, again", title_ar="الطابور مجددًا")
    world.published(first)
    world.published(second)
    return first, second


def links() -> set[tuple[Any, ...]]:
    return set(PublicLink.objects.values_list("kind", "left", "right", "start_s", "end_s"))


def revise(clip: Clip) -> None:
    act_on(clip, publishing.revise)


def act_on(clip: Clip, act: Callable[..., Any]) -> None:
    """Publish or revise as somebody who decided about whatever gives something away."""
    fresh = Clip.objects.get(pk=clip.pk)
    despite = [each.key for each in publishing.undecided(fresh)]
    act(fresh, by=world.publisher(), despite=despite)


# --- Deciding --------------------------------------------------------------------------------
def test_the_frames_are_shown_side_by_side_with_their_times(sign_in: SignIn) -> None:
    pair = world.near_duplicate(world.clip(), world.clip(), moments=[[1.5, 63.25]])
    client = sign_in("cataloguer")
    page = client.get(page_of(pair)).content.decode()
    for side in ("first", "second"):
        address = reverse("admin:footage_nearduplicate_frames", args=[pair.pk, side])
        assert f'src="{address}"' in page
        frames = client.get(address)
        assert frames["Content-Type"] == "image/jpeg"
        assert "no-store" in frames["Cache-Control"]
        assert frames.content == b"\xff\xd8 frames"
    assert "1.5 s" in page and "63.3 s" in page
    assert "the same, encoded again" in page
    nothing = reverse("admin:footage_nearduplicate_frames", args=[pair.pk, "third"])
    assert client.get(nothing).status_code == 404


def test_the_list_names_both_by_title_and_the_question_ends_once(sign_in: SignIn) -> None:
    first, second = world.clip(title_en="Bread at dawn"), world.clip(title_en="", title_ar="خبز")
    pair = world.near_duplicate(first, second)
    client = sign_in("cataloguer")
    listed = client.get(reverse("admin:footage_nearduplicate_changelist")).content.decode()
    for words in ("Bread at dawn", "خبز", first.reference, second.reference):
        assert words in listed
    opened = reverse("admin:footage_nearduplicate_change", args=[pair.pk])
    page = client.get(opened, headers={"accept-language": "ar"}).content.decode()
    assert "؟</label>" in page or "؟</legend>" in page
    assert "؟:" not in page


def test_a_decision_is_kept_with_who_took_it_and_is_in_the_chain_of_custody(
    sign_in: SignIn,
) -> None:
    first, second = world.clip(), world.clip()
    pair = world.near_duplicate(first, second)
    client = sign_in("cataloguer")
    client.post(page_of(pair), {"verdict": "first-in-second", "note": "Same shadow on the wall."})
    pair.refresh_from_db()
    assert (pair.verdict, pair.note) == ("first-in-second", "Same shadow on the wall.")
    assert pair.decided_by == client.user and pair.decided_at
    for clip, other in ((first, second), (second, first)):
        event = CustodyEvent.objects.get(subject=clip.reference, type="archive:near-duplicate")
        assert event.agent == client.user
        assert event.detail == {"verdict": "first-in-second", "other": other.reference}
    assert "Same shadow" in client.get(page_of(pair)).content.decode()
    waiting = client.get(reverse("admin:footage_nearduplicate_changelist") + "?decided=no")
    assert first.reference not in waiting.content.decode()


@pytest.mark.parametrize("verdict", ["", "perhaps"])
def test_a_decision_that_is_none_changes_nothing_and_says_so(sign_in: SignIn, verdict: str) -> None:
    pair = world.near_duplicate(world.clip(), world.clip())
    answer = sign_in("cataloguer").post(page_of(pair), {"verdict": verdict})
    assert answer.status_code == 200 and b"errorlist" in answer.content
    pair.refresh_from_db()
    assert pair.verdict == "" and pair.decided_by is None


def test_who_only_reads_sees_the_frames_and_decides_nothing(sign_in: SignIn) -> None:
    pair = world.near_duplicate(world.clip(), world.clip())
    client = sign_in("custodian")
    page = client.get(page_of(pair))
    assert page.status_code == 200 and b'name="verdict"' not in page.content
    assert client.post(page_of(pair), {"verdict": "same"}).status_code == 403
    pair.refresh_from_db()
    assert pair.verdict == ""


def test_the_page_of_a_clip_leads_to_its_near_duplicates(sign_in: SignIn) -> None:
    first, second = world.clip(), world.clip()
    pair = world.near_duplicate(first, second)
    page = sign_in("archivist").get(reverse("admin:footage_clip_change", args=[second.pk]))
    assert page_of(pair) in page.content.decode()


# --- What readers see ------------------------------------------------------------------------
def test_a_proposal_is_shown_to_nobody_and_a_decision_waits_for_the_next_publication() -> None:
    first, second = two_public()
    pair = world.near_duplicate(first, second)
    revise(second)
    assert links() == set()
    pair.decide("same", by=world.archivist())
    assert links() == set(), "a decision publishes nothing by itself"
    assert publishing.differs(first)
    revise(second)
    left, right = sorted((first.reference, second.reference))
    assert links() == {("near-duplicate", left, right, None, None)}
    assert not publishing.differs(first)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_both_pages_name_the_other_and_what_lies_in_it(client: Client, language: str) -> None:
    first, second = two_public()
    world.near_duplicate(first, second, "first-in-second", offset_s=30.0)
    revise(first)
    assert links() == {("part-of", first.reference, second.reference, 30.0, 42.0)}
    part = client.get(f"/{language}/clips/{first.reference}/").content.decode()
    whole = client.get(f"/{language}/clips/{second.reference}/").content.decode()
    contains = {"en": "Contains this clip", "ar": "يحتوي هذا المقطع"}[language]
    is_part = {"en": "Part of this clip", "ar": "جزء من هذا المقطع"}[language]
    assert contains in part and f"/clips/{second.reference}/?t=30,42#player" in part
    assert is_part in whole and 'href="?t=30,42#player"' in whole
    # Once: not again as a clip of the same day in the same neighbourhood.
    assert part.count(f'href="/{language}/clips/{second.reference}/"') == 2


def test_a_link_is_shown_only_while_both_ends_are_live(client: Client) -> None:
    first, second = two_public()
    world.near_duplicate(first, second, "same")
    revise(first)
    address = f"/en/clips/{first.reference}/"
    assert "Another copy of this footage" in client.get(address).content.decode()
    publishing.withdraw(second.reference, reason="safety", by=world.publisher())
    page = client.get(address).content.decode()
    assert "Another copy" not in page and second.reference not in page
    assert links() == set()


HIDDEN = {
    "credit": {"credit": "withheld"},
    "date": {"filmed_precision": "month"},
    "place": {"location_precision": "city"},
    "advisory": {"advisory_level": "distressing"},
}


@pytest.mark.parametrize("what", HIDDEN)
def test_no_link_lends_a_clip_what_it_withholds(what: str) -> None:
    """Else another copy of the footage would say who filmed it, where, and when."""
    first, second = world.clip(), world.clip(**HIDDEN[what])
    second.advisories.create(advisory="blood")
    world.near_duplicate(first, second, "same")
    act_on(first, publishing.publish)
    act_on(second, publishing.publish)
    assert links() == set()


def test_two_names_for_one_person_are_not_tied_together() -> None:
    first = world.clip()
    second = world.clip(journalist=world.journalist("Another name"))
    world.near_duplicate(first, second, "same")
    world.published(first)
    world.published(second)
    assert links() == set()


@pytest.mark.parametrize("what", HIDDEN)
def test_a_link_goes_when_one_end_begins_to_withhold(what: str) -> None:
    first, second = two_public()
    world.near_duplicate(first, second, "same")
    revise(first)
    assert len(links()) == 1
    Clip.objects.filter(pk=second.pk).update(**HIDDEN[what])
    second.advisories.create(advisory="blood")
    revise(second)
    assert links() == set()


@pytest.mark.parametrize("verdict", ["other", "second-in-first"])
def test_a_changed_decision_takes_the_link_away_at_once(sign_in: SignIn, verdict: str) -> None:
    first, second = two_public()
    pair = world.near_duplicate(first, second, "same")
    revise(first)
    sign_in("archivist").post(page_of(pair), {"verdict": verdict})
    assert links() == set()
    narrowed = CustodyEvent.objects.filter(type="archive:narrowing")
    assert {event.subject for event in narrowed} == {first.reference, second.reference}


def test_the_same_decision_again_leaves_the_link(sign_in: SignIn) -> None:
    first, second = two_public()
    pair = world.near_duplicate(first, second, "same")
    revise(first)
    sign_in("archivist").post(page_of(pair), {"verdict": "same"})
    assert len(links()) == 1
