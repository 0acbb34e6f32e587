"""What changed in one act is not found together by whoever comes later: other records go along."""

import pytest

from footage import publishing
from footage.catalogue.models import PublicRecord
from footage.models import Clip
from footage.publishing import cover, foreseeing
from tests import world
from tests.reading_room import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def nameless() -> list[PublicRecord]:
    """Records of others, who are not named either."""
    return [rows.a_clip(journalist=None, credit="withheld") for _ in range(40)]


def last_change() -> int:
    return max(PublicRecord.objects.values_list("change", flat=True), default=0)


def moved(since: int) -> dict[str, PublicRecord]:
    return {row.reference: row for row in PublicRecord.objects.filter(change__gt=since)}


def told_apart(row: PublicRecord) -> tuple[object, ...]:
    """What is public of a change beside the document."""
    return (row.changed_on, row.version, row.revised_at.date() == row.published_at.date())


def test_clips_of_a_name_withheld_are_numbered_among_clips_of_others(
    nameless: list[PublicRecord],
) -> None:
    nour = world.journalist("Nour")
    of_nour = {world.published(world.clip(journalist=nour)).reference for _ in range(3)}
    before, kept = last_change(), {row.reference: row.document for row in nameless}
    nour.protection = "withheld"
    nour.save()
    went = moved(before)
    assert of_nour < went.keys()
    others = went.keys() & kept.keys()
    assert len(others) >= cover.OTHERS_OF_EACH * len(of_nour)
    assert {row.document for each, row in went.items() if each in others} == {
        kept[each] for each in others
    }
    assert {told_apart(went[each]) for each in others} == {
        told_apart(went[each]) for each in of_nour
    }


def test_the_order_of_numbers_is_one_of_chance(
    nameless: list[PublicRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cover.secrets, "randbelow", lambda below: below - 1)
    row = world.published()
    before = last_change()
    publishing.withdraw(row.reference, reason="safety", by=world.publisher())
    went = sorted(moved(before).values(), key=lambda each: each.change)
    assert went[-1].reference == row.reference, "the first of those chosen is drawn last here"
    assert [each.change for each in went] == list(range(before + 2, before + 2 + len(went)))


def test_a_tombstone_stands_among_others_and_not_beside_what_read_from_it(
    nameless: list[PublicRecord],
) -> None:
    told = [rows.a_testimony(witness="somebody") for _ in range(20)]
    clip = world.clip()
    world.transcript(clip, "ar", (0, 4000, "لم يكن عندنا ماء"))
    world.published(clip)
    testimony = world.published(world.testimony(clip))
    before = last_change()
    publishing.withdraw(clip.reference, reason="safety", by=world.publisher())
    went = moved(before)
    assert {clip.reference, testimony.reference} < went.keys()
    alike = went.keys() & {row.reference for row in told}
    assert len(alike) >= cover.OTHERS_OF_EACH
    assert len(went) >= 2 + cover.OTHERS_OF_EACH + cover.OTHERS_IN_ANY_CASE


def test_others_go_along_with_a_clip_that_nothing_read_from(nameless: list[PublicRecord]) -> None:
    """Or else their absence would say so."""
    row = world.published()
    before = last_change()
    publishing.withdraw(row.reference, reason="safety", by=world.publisher())
    assert len(moved(before)) == 1 + cover.OTHERS_IN_ANY_CASE


def test_what_holds_a_clip_back_is_numbered_among_others(nameless: list[PublicRecord]) -> None:
    clip = world.clip()
    world.transcript(clip, "ar", (0, 4000, "لم يكن عندنا ماء"))
    world.published(clip)
    testimony = world.published(world.testimony(clip))
    before = last_change()
    Clip.objects.filter(pk=clip.pk).update(advisory_level="withheld")
    clip.advisories.create(advisory="blood")
    clip.refresh_from_db()
    row = publishing.revise(clip, by=world.publisher())
    went = moved(before)
    assert went[clip.reference].change == row.change and testimony.reference in went
    assert len(went) > cover.OTHERS_IN_ANY_CASE


def test_nothing_is_numbered_anew_where_nothing_was_taken_away(
    nameless: list[PublicRecord],
) -> None:
    world.published()
    before = last_change()
    nour = world.journalist("Nour")
    nour.protection = "withheld"
    nour.save()
    assert moved(before) == {}
    row = world.published()
    assert moved(before).keys() == {row.reference}


def test_the_page_before_an_act_does_not_speak_of_the_others(nameless: list[PublicRecord]) -> None:
    row = world.published()

    def act() -> None:
        publishing.withdraw(row.reference, reason="safety", by=world.publisher())

    told = foreseeing.foresee(act)
    assert told.records and all(row.reference in each for each in told.records[:1])
    assert not any(each.reference in line for each in nameless for line in told.records)


def test_of_very_many_records_some_are_drawn(
    nameless: list[PublicRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {row.pk for row in nameless}
    assert cover._drawn(10) == keys, "there are few"
    monkeypatch.setattr(cover, "DRAWN_AT_MOST", 10)
    drawn = cover._drawn(10)
    assert 1 < len(drawn) <= 10 and drawn <= set(range(min(keys), max(keys) + 1))
