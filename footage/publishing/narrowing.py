"""narrow: the public record follows at once when the protection of a person tightens.

Runs by itself, inside the transaction that stored the change, and only ever takes away.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from footage.catalogue.models import PublicRecord
from footage.custody.models import EventType, record
from footage.models import Clip, Testimony
from footage.publishing import authorities, rows
from footage.publishing.access_copies import remove
from footage.publishing.describe import may_download
from footage.publishing.verbs import take_away
from people.models import Consent, Journalist, Use, Witness
from people.signals import protection_changed


def listen() -> None:
    """Answer people's one signal. Called once, when the apps are ready."""
    protection_changed.connect(_on_protection_changed, dispatch_uid="publishing.narrow")


def _on_protection_changed(sender: Any, person: Journalist | Witness, **kwargs: Any) -> None:
    narrow(person)


def narrow(person: Journalist | Witness) -> int:
    """Take out of the catalogue what `person` no longer allows; return how many acts that took.

    The name goes when it is withheld or consent to be shown ended; records that rested on that
    consent are withdrawn; downloads end with the consent to them. Never adds anything. Access
    copies are removed after the surrounding transaction commits.
    """
    acts = 0
    with transaction.atomic():
        rows.alone()
        if not authorities.may_be_named(person):
            acts += authorities.remove_name(person)
        if not person.consents_to(Use.VIEW):
            for row in PublicRecord.objects.live().filter(reference__in=_resting_on(person)):
                names = take_away(row, reason="consent-withdrawn", by=None)
                transaction.on_commit(partial(remove, names))
                acts += 1
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


def rests_on_consent(item: Clip | Testimony) -> list[Journalist | Witness]:
    """Whose standing consent a public record needs; nobody's under a signed decision."""
    if item.decided_without_consent:
        return []
    if isinstance(item, Testimony):
        return [item.witness]
    seen = item.appearances.filter(identifiable=True, resolved="", witness__isnull=False)
    people: list[Journalist | Witness] = [
        row.witness for row in seen.select_related("witness") if row.witness is not None
    ]
    return [item.journalist, *people] if item.journalist is not None else people


def _resting_on(person: Journalist | Witness) -> list[str]:
    """References of what may be shown only because this person consents."""
    items: list[Clip | Testimony] = []
    if isinstance(person, Journalist):
        items += person.clips.all()
    if isinstance(person, Witness):
        items += person.testimonies.all()
        items += Clip.objects.filter(
            appearances__witness=person, appearances__identifiable=True, appearances__resolved=""
        )
    return [item.reference for item in items if not item.decided_without_consent]


def _end_downloads(journalist: Journalist) -> int:
    ended = 0
    for clip in journalist.clips.all():
        if may_download(clip):
            continue
        row = PublicRecord.objects.live().filter(reference=clip.reference).first()
        if row is None:
            continue
        document = row.read()
        if document.download:
            narrowed = rows.put(document.model_copy(update={"download": False}), quietly=True)
            record(EventType.NARROWING, clip.reference, digest=narrowed.digest)
            ended += 1
    return ended
