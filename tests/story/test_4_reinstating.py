"""What was withdrawn becomes public again only by two persons, under its reference."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from footage import publishing
from footage.catalogue.models import PublicLink, PublicRecord
from footage.custody.models import CustodyEvent
from footage.models import Clip
from footage.models.two_persons import Act, ask_for
from people.models import Use
from tests import world

pytestmark = pytest.mark.django_db


def withdrawn(**fields: Any) -> Clip:
    clip = world.clip(**fields)
    world.published(clip)
    publishing.withdraw(clip.reference, reason="mistake", by=world.publisher())
    return clip


def agreed(item: Any) -> None:
    """The publisher asks, a colleague agrees."""
    asked = ask_for(Act.REINSTATE, item.reference, by=world.publisher(), reason="It was cleared.")
    asked.decide(by=world.staff("colleague", "publish_clip"), agreed=True)


def events(reference: str) -> list[str]:
    found = CustodyEvent.objects.filter(subject=reference).order_by("recorded_at")
    return [event.type.removeprefix("archive:") for event in found]


def test_nobody_publishes_again_alone() -> None:
    clip = withdrawn()
    with pytest.raises(ValidationError, match="second person"):
        publishing.reinstate(clip, by=world.publisher())
    asked = ask_for(Act.REINSTATE, clip.reference, by=world.publisher(), reason="It was cleared.")
    with pytest.raises(ValidationError, match="second person"):
        asked.decide(by=world.publisher(), agreed=True)
    with pytest.raises(ValidationError, match="second person"):
        publishing.reinstate(clip, by=world.publisher())
    assert publishing.state_of(clip) == "withdrawn"


def test_it_keeps_its_reference_its_version_counts_on_and_its_custody_is_whole() -> None:
    clip = withdrawn()
    gone = PublicRecord.objects.get()
    agreed(clip)
    row = publishing.reinstate(clip, by=world.publisher())
    assert (row.reference, row.version) == (gone.reference, gone.version + 1)
    assert row.published_at == gone.published_at
    assert row.change > gone.change
    assert (row.withdrawn_at, row.withdrawal_reason) == (None, "")
    assert Client().get(f"/en/clips/{row.reference}/").status_code == 200
    copies = [copy.name for copy in row.read().renditions]
    assert all(Client().get(f"/media/{name}").status_code == 200 for name in copies)
    assert events(clip.reference) == [
        *("publication", "withdrawal", "request", "agreement", "reinstatement")
    ]
    assert publishing.audit_public() == []


def test_an_agreement_serves_once_and_only_whoever_asked() -> None:
    clip = withdrawn()
    agreed(clip)
    with pytest.raises(ValidationError, match="second person"):
        publishing.reinstate(clip, by=world.staff("colleague", "publish_clip"))
    publishing.reinstate(clip, by=world.publisher())
    publishing.withdraw(clip.reference, reason="safety", by=world.publisher())
    with pytest.raises(ValidationError, match="second person"):
        publishing.reinstate(clip, by=world.publisher())


def test_an_agreement_lapses(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = withdrawn()
    agreed(clip)
    later = timezone.now() + timezone.timedelta(days=4)
    monkeypatch.setattr(timezone, "now", lambda: later)
    with pytest.raises(ValidationError, match="second person"):
        publishing.reinstate(clip, by=world.publisher())


def test_what_stands_against_publishing_stands_against_publishing_again() -> None:
    clip = world.clip()
    world.published(clip)
    world.consent(clip.journalist, Use.VIEW, granted=False)
    agreed(clip)
    with pytest.raises(publishing.NotPublishable) as refusal:
        publishing.reinstate(clip, by=world.publisher())
    assert {reason.code for reason in refusal.value.reasons} >= {"consent"}
    assert publishing.state_of(clip) == "withdrawn"


def test_a_testimony_comes_back_with_its_link_and_its_clip_stays_silent_until_revised() -> None:
    clip = world.clip()
    world.transcript(clip, "ar", (0, 4000, "مقدمة"), (4000, 9000, "لم يكن عندنا ماء"))
    told = world.testimony(clip, start_s=4, end_s=9)
    world.published(clip)
    world.published(told)
    publishing.withdraw(told.reference, reason="safety", by=world.publisher())
    agreed(told)
    publishing.reinstate(told, by=world.publisher())
    assert PublicLink.objects.filter(left=told.reference, right=clip.reference).exists()
    silent = PublicRecord.objects.get(reference=clip.reference).read()
    assert silent.renditions == ()
    publishing.revise(clip, by=world.publisher())
    heard = PublicRecord.objects.get(reference=clip.reference).read()
    assert {copy.role for copy in heard.renditions} == {"poster", "playable"}
