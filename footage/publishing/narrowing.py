"""narrow: the public record follows at once when the protection of a person tightens.

Runs by itself, inside the transaction that stored the change, and only ever takes away.
"""

from datetime import datetime, time
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from footage.catalogue.models import PublicRecord, PublicRendition
from footage.custody.models import CustodyEvent, EventType, record
from footage.models import Clip, Testimony, TestimonyRange
from footage.publishing import authorities, rows
from footage.publishing.access_copies import remove
from footage.publishing.cover import taking_away
from footage.publishing.naming import may_be_named, names_of, references_near, unsaid
from footage.publishing.verbs import silence, take_away
from people.models import Consent, Journalist, Use, Witness
from people.signals import protection_changed


def listen() -> None:
    """Answer people's one signal. Called once, when the apps are ready."""
    protection_changed.connect(_on_protection_changed, dispatch_uid="publishing.narrow")


def _on_protection_changed(sender: Any, person: Journalist | Witness, **kwargs: Any) -> None:
    narrow(person)


def narrow(person: Journalist | Witness) -> int:
    """Take out of the catalogue what `person` no longer allows; return how many acts that took.

    The name goes when it is withheld or consent to be shown ended, and so do the words that say
    it; records that rested on that consent are withdrawn; downloads end with the consent to them.
    Never adds anything. Access copies are removed after the surrounding transaction commits.
    """
    acts = 0
    with taking_away():
        nameless = not may_be_named(person)
        said = names_of(person) if nameless else set()
        if nameless:
            acts += authorities.remove_name(person)
        if not person.consents_to(Use.VIEW):
            acts += _withdraw(_resting_on(person), reason="consent-withdrawn")
        if nameless:
            acts += _unsay(person, said)
        if isinstance(person, Journalist):
            acts += _end_downloads(person)
    return acts


def narrow_lapsed() -> int:
    """Narrow for everybody who has a consent with a last day that is over; return the acts taken.

    For a worker, every hour: a consent ends by its date although nobody saves anything. Running
    it again takes nothing more.
    """
    over = Consent.objects.filter(until__lt=timezone.localdate())
    acts = 0
    for model, side in ((Journalist, "journalist"), (Witness, "witness")):
        for person in model.objects.filter(pk__in=over.values(side)):
            acts += narrow(person)
    return acts


def silence_carriers() -> int:
    """Silence the live clips that carry a withdrawn testimony and still name a copy; say how many.

    For a worker, every hour: an older archive left their stills, and a range may be noted after its
    testimony went. Running it again takes nothing more. One query where there is nothing to do.
    """
    withdrawn = PublicRecord.objects.filter(withdrawn_at__isnull=False)
    spans = TestimonyRange.objects.filter(
        testimony__reference__in=withdrawn.values("reference"),
        clip__reference__in=PublicRendition.objects.values("record__reference"),
    ).select_related("clip")
    if not (found := list(spans)):
        return 0
    with taking_away():
        for span in found:
            names = silence(span.clip.reference, span.start_s or 0.0, span.end_s, by=None)
            transaction.on_commit(partial(remove, names))
    return len({span.clip_id for span in found})


def protect(clip: Clip) -> bool:
    """Withdraw a clip at once when somebody in it is at risk or refuses; whether it was public.

    For whoever notes an appearance in what is public already.
    """
    if any(seen.risk_open for seen in clip.appearances.all()):
        reason = "safety"
    elif _shows_somebody_who_refuses(clip):
        reason = "consent-withdrawn"
    else:
        return False
    with taking_away():
        withdrawn = _withdraw([clip.reference], reason=reason)
    return bool(withdrawn)


def lacks_consent(item: Clip | Testimony) -> bool:
    """Whether a consent that a public record of `item` needs does not stand."""
    if isinstance(item, Clip) and _shows_somebody_who_refuses(item):
        return True
    person = item.witness if isinstance(item, Testimony) else item.journalist
    if item.decided_without_consent or person is None:
        return False
    return not person.consents_to(Use.VIEW)


def kept_by_decision(person: Journalist | Witness) -> list[str]:
    """References of what this person filmed or tells that is public by a signed decision."""
    items: Any = person.clips if isinstance(person, Journalist) else person.testimonies
    decided = _decided(set(items.values_list("reference", flat=True)))
    live = PublicRecord.objects.live().filter(reference__in=decided)
    return list(live.order_by("reference").values_list("reference", flat=True))


def _shows_somebody_who_refuses(clip: Clip) -> bool:
    seen = clip.appearances.filter(identifiable=True, resolved="", witness__isnull=False)
    people = [row.witness for row in seen.select_related("witness")]
    return any(person is not None and person.refuses(Use.VIEW) for person in people)


def _resting_on(person: Journalist | Witness) -> list[str]:
    """References of what may not be shown any more now that this person does not consent.

    By what the workshop says, and by what it said when they were published. A signed decision
    stands in for the consent of who films or tells, not of who is seen. Who is seen and was never
    asked did not refuse: a custodian decided that, with a reason.
    """
    items: Any = person.clips if isinstance(person, Journalist) else person.testimonies
    given = set(items.values_list("reference", flat=True))
    given |= set(person.reliances.filter(seen=False).values_list("reference", flat=True))
    gone = given - _decided(given)
    if isinstance(person, Witness) and person.refuses(Use.VIEW):
        seen = person.appearances.filter(identifiable=True, resolved="")
        gone |= set(seen.values_list("clip__reference", flat=True))
        gone |= set(person.reliances.filter(seen=True).values_list("reference", flat=True))
    return sorted(gone)


def _decided(references: set[str]) -> set[str]:
    """Those of `references` for which a signed decision stands in for consent."""
    items: list[Clip | Testimony] = [
        *Clip.objects.filter(reference__in=references),
        *Testimony.objects.filter(reference__in=references),
    ]
    return {item.reference for item in items if item.decided_without_consent}


def _withdraw(references: list[str], *, reason: str) -> int:
    acts = 0
    for row in PublicRecord.objects.live().filter(reference__in=references):
        names = take_away(row, reason=reason, by=None)
        transaction.on_commit(partial(remove, names))
        acts += 1
    return acts


def _unsay(person: Journalist | Witness, said: set[str]) -> int:
    """Take the words that say a name out of the live records near its person.

    Not out of what a custodian let through after the name was lost: they decided upon these words.
    """
    near = references_near(person)
    let_through = CustodyEvent.objects.filter(
        type=EventType.OVERRIDE, subject__in=near, recorded_at__gt=_tightened_at(person)
    )
    near -= set(let_through.values_list("subject", flat=True))
    acts = 0
    for row in PublicRecord.objects.live().filter(reference__in=near):
        document = row.read()
        left = unsaid(document, said)
        if left is None:
            acts += _withdraw([row.reference], reason="consent-withdrawn")
        elif left != document:
            narrowed = rows.put(left, quietly=True)
            record(EventType.NARROWING, row.reference, digest=narrowed.digest)
            acts += 1
    return acts


def _tightened_at(person: Journalist | Witness) -> datetime:
    """The last moment at which this person's protection may have changed."""
    moments = [person.history.latest().history_date]
    for consent in person.consents.filter(use=Use.VIEW):
        moments.append(consent.recorded_at)
        if consent.until is not None and consent.until < timezone.localdate():
            over = datetime.combine(consent.until, time.max)
            moments.append(timezone.make_aware(over))
    return max(moments)


def _end_downloads(journalist: Journalist) -> int:
    """End the downloads of what this journalist filmed, by the workshop or when published."""
    if journalist.consents_to(Use.DOWNLOAD):
        return 0
    filmed = set(journalist.clips.values_list("reference", flat=True))
    filmed |= set(journalist.reliances.values_list("reference", flat=True))
    ended = 0
    for row in PublicRecord.objects.live().filter(reference__in=filmed):
        document = row.read()
        if document.download:
            narrowed = rows.put(document.model_copy(update={"download": False}), quietly=True)
            record(EventType.NARROWING, row.reference, digest=narrowed.digest)
            ended += 1
    return ended
