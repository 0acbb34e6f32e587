"""Why something cannot be published yet. Each reason names the field and the mend."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from footage.catalogue.models import PublicRecord
from footage.custody.models import EventType, record
from footage.ingest.models import Rendition
from footage.models import Clip, Testimony
from footage.publishing.sealed_words import sealed_words_in
from people.models import Use
from people.roles import holds

OVERRIDE = "footage.override_clip"
PUBLISH = "footage.publish_clip"


@dataclass(frozen=True)
class Reason:
    """`field` is the form field to mend, or empty. `needs_custodian` marks what staff without that
    role may only be told as such: the message never says which words were found."""

    code: str
    field: str
    message: Any
    needs_custodian: bool = False


class NotPublishable(Exception):
    """Publication was refused. `reasons` is never empty."""

    def __init__(self, reasons: list[Reason]) -> None:
        self.reasons = reasons
        super().__init__(", ".join(reason.code for reason in reasons))


def reasons_against(item: Clip | Testimony, *, by: Any) -> list[Reason]:
    """Everything that stands against publishing `item` now; empty when nothing does.

    A handful of queries. Opens the sealed identities of the people linked to the item, to compare
    them with the public text; what is found there is never part of the answer.
    """
    if not holds(by, PUBLISH):
        return [Reason("not-a-publisher", "", _("Only a publisher can publish."))]
    specific = _against_clip(item) if isinstance(item, Clip) else _against_testimony(item)
    return [*_against_either(item), *specific, *_against_words(item)]


def _against_either(item: Clip | Testimony) -> Iterator[Reason]:
    if not (item.title_en.strip() or item.title_ar.strip()):
        yield Reason("title", "title_en", _("Give a title in English or Arabic."))
    if not item.original_language:
        yield Reason(
            "original-language",
            "original_language",
            _("Say in which language the description was written."),
        )
    if not item.credit:
        yield Reason("credit", "credit", _("Choose the credit: a byline or “Name withheld”."))
    if not item.rights:
        yield Reason("rights", "rights", _("Choose the rights."))
    if item.embargo_until and timezone.localdate() < item.embargo_until:
        yield Reason("embargo", "embargo_until", _("The embargo has not ended."))
    withdrawn = PublicRecord.objects.filter(reference=item.reference, withdrawn_at__isnull=False)
    if withdrawn.exists():
        yield Reason("withdrawn", "", _("It was withdrawn, and what was withdrawn stays so."))


def _against_clip(clip: Clip) -> Iterator[Reason]:
    if not clip.filmed:
        yield Reason("filmed", "filmed", _("Give the date it was filmed, or “unknown”."))
    elif clip.filmed_from is not None and clip.filmed_from > timezone.localdate():
        yield Reason("filmed-later", "filmed", _("This date is still to come. Correct it."))
    elif not clip.date_unknown and not clip.filmed_basis:
        yield Reason("filmed-basis", "filmed_basis", _("Say how we know when it was filmed."))
    if not clip.location_precision or (
        clip.location is None and clip.location_precision != "unknown"
    ):
        yield Reason(
            "location", "location", _("Choose a location, or “unknown” for how it is shown.")
        )
    elif clip.location is not None and not clip.location_basis:
        yield Reason("location-basis", "location_basis", _("Say how we know where it was filmed."))
    if not clip.advisory_level:
        yield Reason("advisory", "advisory_level", _("Decide on the content advisory."))
    elif clip.advisory_level != "none" and not clip.advisories.exists():
        yield Reason("advisories", "advisory_level", _("Say what the content advisory is about."))
    if not clip.master.examined:
        yield Reason("unexamined", "", _("The file has not been examined yet. Wait a moment."))
    elif clip.master.unplayable and clip.advisory_level != "withheld":
        yield Reason("unplayable", "", _("The file does not play, so readers would see nothing."))
    elif not clip.master.renditions.filter(role__in=Rendition.WATCHABLE).exists():
        yield Reason("no-copy", "", _("The copy for watching is not ready yet. Wait a moment."))
    if clip.credit == clip.Credit.BYLINE:
        if clip.journalist is None or not clip.journalist.named:
            yield Reason(
                "credit-withheld",
                "credit",
                _("This journalist's name is withheld: choose “Name withheld”."),
            )
        elif not clip.journalist.consents_to(Use.VIEW):
            yield Reason(
                "credit-consent",
                "credit",
                _("The journalist has not consented to be shown: choose “Name withheld”."),
            )
    if not clip.decided_without_consent:
        if clip.journalist is None:
            yield Reason(
                "consent",
                "journalist",
                _("Choose the journalist whose consent it rests on, or sign a decision."),
            )
        elif not clip.journalist.consents_to(Use.VIEW):
            yield Reason(
                "consent",
                "decision_reason",
                _("Record the journalist's consent, or sign a decision to publish without it."),
            )
    yield from _against_appearances(clip)
    if carries_withdrawn(clip):
        yield Reason(
            "carries-withdrawn",
            "",
            _("It carries a withdrawn testimony: remove that range from the clip's file first."),
        )


def carries_withdrawn(clip: Clip) -> bool:
    """Whether a testimony that was withdrawn can be heard or seen in it. One query."""
    carried = clip.testimonies.values_list("reference", flat=True)
    return PublicRecord.objects.filter(reference__in=carried, withdrawn_at__isnull=False).exists()


def _against_appearances(clip: Clip) -> Iterator[Reason]:
    """Who is seen or heard in it. What closes a question is said on the appearance itself."""
    seen = list(clip.appearances.select_related("witness"))
    if any(appearance.risk_open for appearance in seen):
        yield Reason(
            "person-at-risk", "appearances", _("Somebody in the clip is at risk, and it is open.")
        )
    shown = [one for one in seen if one.identifiable and not one.resolved]
    if any(one.witness is not None and one.witness.refuses(Use.VIEW) for one in shown):
        yield Reason(
            "appearance-refused",
            "appearances",
            _(
                "Somebody identifiable in the clip said no, or their consent is over. Mask them in "
                "the file and say so, or do not publish it: nobody can decide otherwise."
            ),
        )
    if any(one.witness is None or one.witness.unasked(Use.VIEW) for one in shown):
        yield Reason(
            "appearance-consent",
            "appearances",
            _(
                "Somebody identifiable in the clip was not asked. Record their consent, mask them "
                "in the file and say so, or let a custodian decide."
            ),
            needs_custodian=True,
        )


def _against_testimony(testimony: Testimony) -> Iterator[Reason]:
    if not testimony.given:
        yield Reason("given", "given", _("Give the date of the testimony, or “unknown”."))
    if testimony.legal_hold:
        yield Reason("legal-hold", "legal_hold", _("It waits for a legal review."))
    if not testimony.decided_without_consent and not testimony.witness.consents_to(Use.VIEW):
        yield Reason(
            "consent",
            "decision_reason",
            _("Record the witness's consent, or sign a decision to publish without it."),
        )
    if testimony.credit == testimony.Credit.BYLINE and not (
        testimony.witness.named and testimony.witness.consents_to(Use.VIEW)
    ):
        yield Reason(
            "credit-withheld",
            "credit",
            _("This witness may not be named: choose “Name withheld”."),
        )
    if not testimony.ranges.exists():
        yield Reason("no-clip", "ranges", _("Say which clip carries the testimony."))


def _against_words(item: Clip | Testimony) -> Iterator[Reason]:
    if sealed_words_in(item):
        yield Reason("sealed-words", "", _("It needs a custodian."), needs_custodian=True)


def refuse(item: Clip | Testimony, reasons: list[Reason], *, by: Any) -> None:
    """Record a refused attempt, by its codes alone, and raise NotPublishable."""
    with transaction.atomic():
        record(
            EventType.REFUSAL,
            item.reference,
            agent=by,
            outcome="refused",
            reasons=[reason.code for reason in reasons],
        )
    raise NotPublishable(reasons)
