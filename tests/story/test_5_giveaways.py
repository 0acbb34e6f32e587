"""Before it is published: what beside a record gives away the place or the date it hides."""

from typing import Any

import pytest

from footage import publishing
from footage.custody.models import CustodyEvent, EventType
from footage.models import Clip
from tests import world

pytestmark = pytest.mark.django_db


def in_the_street(**fields: Any) -> Clip:
    return world.clip(location=world.bakery_street(), **fields)


def told(item: Any) -> set[tuple[str, str, str, str]]:
    return {(each.what, each.by, each.teller, each.of) for each in publishing.giveaways(item)}


def test_a_street_shown_by_the_same_journalist_on_the_same_day_gives_it_away() -> None:
    finer = in_the_street(location_precision="site")
    world.published(finer)
    clip = in_the_street()
    assert told(clip) == {("place", "clip", finer.reference, clip.reference)}


def test_so_does_the_exact_position_for_a_clip_shown_to_the_street() -> None:
    finer = in_the_street(location_precision="exact", latitude=36.2113, longitude=37.1835)
    world.published(finer)
    clip = in_the_street(location_precision="site", latitude=36.2113, longitude=37.1835)
    assert told(clip) == {("place", "clip", finer.reference, clip.reference)}


def test_the_finer_record_is_warned_of_when_it_comes_second() -> None:
    hiding = in_the_street()
    world.published(hiding)
    clip = in_the_street(location_precision="site")
    assert told(clip) == {("place", "clip", clip.reference, hiding.reference)}


def test_another_day_another_journalist_or_a_withheld_name_gives_nothing_away() -> None:
    world.published(in_the_street(location_precision="site"))
    assert told(in_the_street(filmed="2016-09-25")) == set()
    assert told(in_the_street(journalist=world.journalist("Salma"))) == set()
    assert told(in_the_street(credit="withheld")) == set()


def test_another_clip_of_the_event_gives_away_place_and_date() -> None:
    event = world.event(happened="2016")
    finer = in_the_street(location_precision="site", journalist=world.journalist("Salma"))
    finer.events.add(event)
    world.published(finer)
    clip = in_the_street(filmed="2016-09-24", filmed_precision="month")
    clip.events.add(event)
    assert told(clip) == {
        ("place", "clip", finer.reference, clip.reference),
        ("date", "clip", finer.reference, clip.reference),
    }


def test_the_event_itself_gives_away_place_and_date() -> None:
    event = world.event(happened="2016-09-24", location=world.bakery_street())
    clip = in_the_street(filmed_precision="month")
    clip.events.add(event)
    assert told(clip) == {
        ("place", "event", event.slug, clip.reference),
        ("date", "event", event.slug, clip.reference),
    }


@pytest.mark.parametrize("summary", ["Filmed in bakery  STREET at dawn.", "صُوّر بشَارِع الفُرن."])
def test_its_own_words_give_it_away_in_either_script(summary: str) -> None:
    clip = in_the_street(summary_en=summary)
    assert told(clip) == {("place", "words", clip.reference, clip.reference)}


def test_what_hides_nothing_is_given_away_by_nothing() -> None:
    event = world.event(location=world.bakery_street())
    for precision in ("site", "unknown"):
        place = world.bakery_street() if precision == "site" else None
        clip = world.clip(location=place, location_precision=precision)
        clip.events.add(event)
        world.published(clip)
        assert told(clip) == set()


def test_a_draft_or_withdrawn_neighbour_gives_nothing_away() -> None:
    draft = in_the_street(location_precision="site")
    clip = in_the_street()
    assert told(clip) == set()
    world.published(draft)
    assert told(clip) != set()
    publishing.withdraw(draft.reference, reason="safety", by=world.publisher())
    assert told(clip) == set()


def test_publishing_waits_for_a_decision_which_is_recorded_and_remembered() -> None:
    world.published(in_the_street(location_precision="site"))
    clip = in_the_street()
    with pytest.raises(publishing.NotPublishable) as refusal:
        world.published(clip)
    assert [reason.code for reason in refusal.value.reasons] == ["gives-away"]
    assert publishing.state_of(clip) == "draft"

    keys = [each.key for each in publishing.undecided(clip)]
    by = world.publisher()
    with pytest.raises(publishing.NotPublishable):
        publishing.publish(clip, by=by, despite=["place clip another one"])
    publishing.publish(clip, by=by, despite=keys)
    event = CustodyEvent.objects.get(type=EventType.DISCLOSURE)
    assert (event.subject, event.agent, event.detail) == (clip.reference, by, {"giveaways": keys})
    publishing.revise(clip, by=by)

    world.published(in_the_street(location_precision="site", filmed="2016-09-25"))
    clip.filmed = "2016-09-25"
    clip.save()
    with pytest.raises(publishing.NotPublishable):
        publishing.revise(clip, by=by)
