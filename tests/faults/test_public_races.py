"""Two people act upon one public record at once: whatever takes away wins, nothing is torn."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import IntegrityError, connection

from footage import publishing
from footage.catalogue.models import PublicAuthority, PublicRecord, PublicRendition, PublicState
from footage.models import Clip
from footage.publishing import rows, verbs
from people.models import Use
from tests import world
from tests.faults.campaigns import rounds
from tests.faults.test_races import together

pytestmark = pytest.mark.django_db(transaction=True)

RACES = rounds(4, 100)


@pytest.fixture(autouse=True)
def slow_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every act hesitate between reading what is public and writing it back."""

    def slowly(act: Callable[..., Any]) -> Callable[..., Any]:
        def slowed(*args: Any, **kwargs: Any) -> Any:
            time.sleep(0.03)
            return act(*args, **kwargs)

        return slowed

    for name in ("put", "empty"):
        monkeypatch.setattr(rows, name, slowly(getattr(rows, name)))
    monkeypatch.setattr(verbs, "describe", slowly(verbs.describe))


def torn() -> list[str]:
    """What is public and should not be, or is only half there; empty when all is well."""
    found = [f"{each.reference}: {each.code}" for each in publishing.audit_public()]
    found += [
        f"{row.reference}: a tombstone with copies"
        for row in PublicRecord.objects.filter(withdrawn_at__isnull=False)
        if row.renditions.exists() or row.terms.exists()
    ]
    named = set(PublicRendition.objects.values_list("name", flat=True))
    found += [f"{name}: no file" for name in named if not storages["access"].exists(name)]
    return found


def spoken() -> tuple[Clip, Any]:
    """A published clip that carries a published testimony."""
    person = world.journalist(f"Person {time.monotonic_ns()}", uses=(Use.VIEW, Use.DOWNLOAD))
    clip = world.clip(journalist=person)
    world.transcript(clip, "ar", (0, 4000, "مقدمة"), (4000, 9000, "لم يكن عندنا ماء"))
    told = world.testimony(
        clip, start_s=4, end_s=9, witness=world.witness(f"Speaker {time.monotonic_ns()}")
    )
    world.published(clip)
    world.published(told)
    return clip, told


def unexpected(told: list[Any]) -> list[Any]:
    """Answers that no person should get: anything but success and a refusal in words."""
    polite = (ValidationError, publishing.NotPublishable)
    return [each for each in told if isinstance(each, Exception) and not isinstance(each, polite)]


def revise_while_withdrawing() -> tuple[Clip, list[Any]]:
    clip, _told = spoken()
    by = world.publisher()
    told = together(
        lambda: publishing.revise(clip, by=by),
        lambda: publishing.withdraw(clip.reference, reason="safety", by=by),
    )
    return clip, told


def test_a_revision_never_brings_back_what_is_withdrawn_meanwhile() -> None:
    for _ in range(RACES):
        clip, told = revise_while_withdrawing()
        assert unexpected(told) == []
        assert publishing.state_of(clip) == "withdrawn"
        assert torn() == []


def test_of_two_publications_at_once_one_wins_and_the_other_is_told() -> None:
    for _ in range(RACES):
        clip = world.clip()
        by = world.publisher()
        told = together(*[lambda: publishing.publish(clip, by=by)] * 2)  # noqa: B023
        assert sorted(type(each).__name__ for each in told) == ["PublicRecord", "ValidationError"]
        assert PublicRecord.objects.get(reference=clip.reference).version == 1
        assert torn() == []


def test_of_two_withdrawals_at_once_one_wins_and_the_other_is_told() -> None:
    clip, _told = spoken()
    by = world.publisher()
    told = together(*[lambda: publishing.withdraw(clip.reference, reason="safety", by=by)] * 2)
    assert sorted(type(each).__name__ for each in told) == ["PublicRecord", "ValidationError"]
    assert PublicRecord.objects.get(reference=clip.reference).version == 2
    assert torn() == []


def test_a_name_withheld_while_its_clip_is_published_or_its_testimony_falls_is_nowhere() -> None:
    for _ in range(RACES):
        clip, told = spoken()
        draft = world.clip(journalist=clip.journalist)
        by = world.publisher()

        def withhold(clip: Clip = clip) -> None:
            person = clip.journalist
            assert person is not None
            person.protection = "withheld"
            person.save()

        answers = together(
            withhold,
            lambda: publishing.publish(draft, by=by),  # noqa: B023
            lambda: publishing.withdraw(told.reference, reason="safety", by=by),  # noqa: B023
        )
        assert unexpected(answers) == []
        byline = clip.journalist.byline_en
        assert not PublicAuthority.objects.filter(name_en=byline).exists()
        document = PublicRecord.objects.get(reference=clip.reference).read()
        assert document.journalist is None
        assert [each.text for each in document.transcripts[0].segments] == ["مقدمة"]
        assert torn() == []


def test_consent_taken_back_while_publishing_leaves_nothing_public() -> None:
    for _ in range(RACES):
        person = world.journalist(f"Hala {time.monotonic_ns()}")
        clip = world.clip(journalist=person)
        by = world.publisher()
        told = together(
            lambda: publishing.publish(clip, by=by),  # noqa: B023
            lambda: world.consent(person, Use.VIEW, granted=False),  # noqa: B023
        )
        assert unexpected(told) == []
        assert publishing.state_of(clip) != "published"
        assert torn() == []


@pytest.mark.postgresql
def test_without_taking_turns_the_judgement_finds_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite has one writer at a time by itself; PostgreSQL needs `alone`."""
    assert connection.vendor == "postgresql"
    monkeypatch.setattr(rows, "alone", lambda: PublicState.objects.get(pk=1).change)
    for _ in range(8):
        clip, told = revise_while_withdrawing()
        bad = [each for each in told if isinstance(each, rows.AlreadyWithdrawn | IntegrityError)]
        if bad or torn() or publishing.state_of(clip) != "withdrawn":
            return
    pytest.fail("eight races without turns left no fault")
