"""publish, revise, withdraw, reinstate: the acts of a named person upon one clip or testimony."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from footage.catalogue.models import PublicLink, PublicRecord
from footage.catalogue.record import Record
from footage.catalogue.record import Rendition as PublicCopy
from footage.catalogue.showing import held_back
from footage.custody.models import EventType, record
from footage.models import Clip, Testimony, TestimonyRange, TwoPersonRequest
from footage.models.two_persons import Act
from footage.publishing import authorities, likeness, relying, rows
from footage.publishing.access_copies import access_copies, remove
from footage.publishing.coarsening import shown_ancestry
from footage.publishing.cover import cover, taking_away
from footage.publishing.describe import credited_person, describe, public_copy, public_renditions
from footage.publishing.giveaways import giveaways, undecided
from footage.publishing.reasons import (
    OVERRIDE,
    PUBLISH,
    Reason,
    reasons_against,
    refuse,
)
from footage.publishing.states import states_of
from footage.vocabularies import WITHDRAWAL_REASONS
from people.roles import holds

GIVES_AWAY = _(
    "Something beside it gives away what its date or place hides. Look at it on the page of this "
    "act, and decide there."
)


@dataclass(frozen=True)
class Decision:
    """Who acts, and what they decided to publish in spite of."""

    by: Any
    override_reason: str
    despite: frozenset[str]

    @property
    def overrides(self) -> bool:
        return bool(self.override_reason) and holds(self.by, OVERRIDE)


def state_of(item: Clip | Testimony) -> str:
    """ "draft", "published" or "withdrawn": what the catalogue says. One query."""
    return states_of([item.reference])[item.reference]


def differs(item: Clip | Testimony) -> bool:
    """Whether what stands in the workshop, copies included, would change the published record."""
    row = PublicRecord.objects.live().filter(reference=item.reference).first()
    if row is None or row.document is None:
        return False
    made = public_renditions(item.master) if isinstance(item, Clip) else []
    now = describe(item, [public_copy(copy, copy.name) for copy in made])
    if isinstance(item, Clip):
        links = {tuple(link.values()) for link in likeness.links_of(item, now)}
        if links != likeness.standing(item.reference):
            return True
    return _comparable(now) != _comparable(row.read())


def _comparable(document: Record) -> dict[str, Any]:
    """A document without what differs although nothing changed: names of copies, the schema."""
    copies = sorted((copy.role, copy.fixity) for copy in document.renditions)
    return {**document.model_dump(exclude={"schema_number"}), "renditions": copies}


def publish(
    item: Clip | Testimony, *, by: Any, override_reason: str = "", despite: Iterable[str] = ()
) -> PublicRecord:
    """Make `item` public as it stands.

    Raises NotPublishable with every reason against it; the attempt is recorded. A custodian may
    override the check for sealed words with a reason of their own, which is recorded too; so is
    the decision to publish `despite` what neighbouring records give away (keys of giveaways). The
    access copies are written before the one transaction that makes them reachable.
    """
    decision = Decision(by, override_reason, frozenset(despite))
    return _make_public(item, EventType.PUBLICATION, decision)


def revise(
    item: Clip | Testimony, *, by: Any, override_reason: str = "", despite: Iterable[str] = ()
) -> PublicRecord:
    """Replace the public record by what stands in the workshop. Raises as `publish` does.

    The access copies get new names, so an address of the old ones is dead at once.
    """
    decision = Decision(by, override_reason, frozenset(despite))
    return _make_public(item, EventType.REVISION, decision)


def reinstate(
    item: Clip | Testimony, *, by: Any, override_reason: str = "", despite: Iterable[str] = ()
) -> PublicRecord:
    """Publish again what was withdrawn, as it now stands, under its reference.

    Takes two persons: raises ValidationError unless somebody else agreed to a request of `by`,
    which serves once. Otherwise raises as `publish` does.
    """
    decision = Decision(by, override_reason, frozenset(despite))
    return _make_public(item, EventType.REINSTATEMENT, decision)


def agreed_reinstatement(item: Clip | Testimony, *, by: Any) -> TwoPersonRequest | None:
    """The request of `by` that a second person agreed to and that is still open."""
    return TwoPersonRequest.objects.usable_by(by, Act.REINSTATE, item.reference).first()


def _make_public(item: Clip | Testimony, act: EventType, decision: Decision) -> PublicRecord:
    _fits(act, item, by=decision.by)
    _check(item, act, decision)
    if isinstance(item, Testimony):
        return _commit(item, act, (), decision)
    superseded = _copies_of(item.reference)
    with access_copies(item.master) as copies:
        row = _commit(item, act, copies, decision)
    kept = _copies_of(item.reference)
    remove(name for name in superseded + [copy.name for copy in copies] if name not in kept)
    return row


def _fits(act: EventType, item: Clip | Testimony, *, by: Any) -> None:
    """Raise ValidationError for publishing what is public, revising what is not, and reinstating
    what was not withdrawn or what no second person agreed to."""
    state = state_of(item)
    if act == EventType.PUBLICATION and state == "published":
        raise ValidationError(_("It is published already: revise it instead."))
    if act == EventType.REVISION and state != "published":
        raise ValidationError(_("Only what is published can be revised."))
    if act == EventType.REINSTATEMENT:
        if state != "withdrawn":
            raise ValidationError(_("Only what was withdrawn can be published again."))
        if agreed_reinstatement(item, by=by) is None:
            raise ValidationError(_("A second person must agree before it is published again."))


def reasons_for_act(item: Clip | Testimony, act: EventType, *, by: Any) -> list[Reason]:
    """What stands against the act: a withdrawal only while nobody else agreed to end it."""
    return [
        reason
        for reason in reasons_against(item, by=by)
        if not (act == EventType.REINSTATEMENT and reason.code == "withdrawn")
    ]


def _check(item: Clip | Testimony, act: EventType, decision: Decision) -> None:
    """Refuse, and record the refusal, unless nothing stands against it that was not decided."""
    if reasons := _left(item, act, decision):
        refuse(item, reasons, by=decision.by)


def _left(item: Clip | Testimony, act: EventType, decision: Decision) -> list[Reason]:
    """What stands against the act after what its person decided."""
    reasons = reasons_for_act(item, act, by=decision.by)
    if decision.overrides:
        reasons = [reason for reason in reasons if not reason.needs_custodian]
    if not reasons and undecided(item, decision.despite):
        reasons = [Reason("gives-away", "", GIVES_AWAY)]
    return reasons


def _commit(
    item: Clip | Testimony, act: EventType, copies: tuple[PublicCopy, ...], decision: Decision
) -> PublicRecord:
    with transaction.atomic():
        since = rows.alone()
        # Read again under lock: consent may have been revoked while files were being copied, or
        # another publisher been quicker.
        fresh = type(item).objects.select_for_update().get(pk=item.pk)
        _fits(act, fresh, by=decision.by)
        late = _left(fresh, act, decision)
        if late:
            transaction.set_rollback(True)
        else:
            overridden = reasons_for_act(fresh, act, by=decision.by)
            given_away = giveaways(fresh)
            _put_names(fresh)
            document = describe(fresh, copies)
            row = rows.put(document, again=act == EventType.REINSTATEMENT)
            rows.put_links(fresh.reference, _links(fresh, document))
            taken = held_back(document) and take_words_back(fresh.reference, by=decision.by)
            relying.rely(fresh)
            authorities.prune()
            detail: dict[str, Any] = {"digest": row.digest, "version": row.version}
            if act == EventType.REINSTATEMENT:
                detail["request"] = _use_agreement(fresh, by=decision.by)
            record(act, fresh.reference, agent=decision.by, **detail)
            if overridden:
                record(
                    EventType.OVERRIDE,
                    fresh.reference,
                    agent=decision.by,
                    reason=decision.override_reason,
                )
            if given_away:
                keys = [each.key for each in given_away]
                record(EventType.DISCLOSURE, fresh.reference, agent=decision.by, giveaways=keys)
            if taken:
                cover(since)
                row.refresh_from_db()
            return row
    refuse(item, late, by=decision.by)
    raise AssertionError("refuse() always raises")


def _use_agreement(item: Clip | Testimony, *, by: Any) -> str:
    """End the agreement, which serves once, and return its number for the chain of custody."""
    agreed = agreed_reinstatement(item, by=by)
    assert agreed is not None  # noqa: S101  (_fits asked, under the same lock)
    agreed.begin(lasts=timedelta())
    return str(agreed.pk)


def _put_names(item: Clip | Testimony) -> None:
    """Publish the names the document will point to, where they do not stand yet."""
    credited = credited_person(item)
    if credited is not None:
        authorities.put(credited)
    if isinstance(item, Clip):
        for event in item.events.all():
            authorities.put(event)
        for place in shown_ancestry(item):
            authorities.put(place)


def _links(item: Clip | Testimony, document: Record) -> list[dict[str, Any]]:
    """What carries what, and what shows the same footage: only pairs whose other end is live."""
    spans = list(
        TestimonyRange.objects.filter(
            **{"clip" if isinstance(item, Clip) else "testimony": item}
        ).select_related("clip", "testimony")
    )
    ends = {span.clip.reference for span in spans} | {span.testimony.reference for span in spans}
    live = set(
        PublicRecord.objects.live().filter(reference__in=ends).values_list("reference", flat=True)
    )
    alike = likeness.links_of(item, document) if isinstance(item, Clip) else []
    return alike + [
        {
            "kind": PublicLink.Kind.CARRIED_BY,
            "left": span.testimony.reference,
            "right": span.clip.reference,
            "start_s": span.start_s,
            "end_s": span.end_s,
        }
        for span in spans
        if {span.clip.reference, span.testimony.reference} <= live
    ]


def _copies_of(reference: str) -> list[str]:
    return list(
        PublicRecord.objects.filter(reference=reference, renditions__isnull=False).values_list(
            "renditions__name", flat=True
        )
    )


def withdraw(reference: str, *, reason: str, by: Any) -> PublicRecord:
    """Leave a tombstone in place of a live record, from the next request on.

    `reason` is a code of WITHDRAWAL_REASONS. Withdrawing a testimony also silences every clip that
    carries it. Raises PermissionDenied, and ValidationError for an unknown reason or a record that
    is not live.
    """
    if not holds(by, PUBLISH):
        raise PermissionDenied
    if reason not in WITHDRAWAL_REASONS:
        raise ValidationError({"reason": _("Choose a reason from the list.")})
    with taking_away():
        row = PublicRecord.objects.live().filter(reference=reference).first()
        if row is None:
            raise ValidationError(_("Nothing is published under this reference."))
        names = take_away(row, reason=reason, by=by)
    remove(names)
    row.refresh_from_db()
    return row


def take_away(row: PublicRecord, *, reason: str, by: Any | None) -> list[str]:
    """The withdrawal inside the caller's transaction; returns access copies to remove after it."""
    digest = row.digest
    carried_by = list(
        PublicLink.objects.filter(kind=PublicLink.Kind.CARRIED_BY, left=row.reference).values_list(
            "right", "start_s", "end_s"
        )
    )
    kind = row.kind
    names = rows.empty(row, reason=reason)
    relying.forget(row.reference)
    if kind == "clip":
        take_words_back(row.reference, by=by)
    for clip_reference, start_s, end_s in carried_by:
        names += silence(clip_reference, start_s or 0.0, end_s, by=by)
    authorities.prune()
    record(EventType.WITHDRAWAL, row.reference, agent=by, reason=reason, digest=digest)
    return names


def take_words_back(reference: str, *, by: Any | None) -> bool:
    """Take the words that live testimonies read from a clip out of them, with its reference.
    Whether any did."""
    taken = False
    told = Testimony.objects.filter(clips__reference=reference).values("reference")
    for row in PublicRecord.objects.live().filter(reference__in=told):
        document = row.read()
        kept = tuple(each for each in document.transcripts if each.clip != reference)
        if kept != document.transcripts:
            narrowed = rows.put(document.model_copy(update={"transcripts": kept}), quietly=True)
            record(EventType.NARROWING, row.reference, agent=by, digest=narrowed.digest)
            taken = True
    return taken


def silence(reference: str, start_s: float, end_s: float | None, *, by: Any | None) -> list[str]:
    """Take what is said in a range out of a live clip: its segments, and every copy, since who
    spoke can be heard in some and seen in the others. Until a redaction is published the page keeps
    its description alone. Returns the names of the copies, for the caller to remove."""
    row = PublicRecord.objects.live().filter(reference=reference).first()
    if row is None:
        return []
    document = row.read()
    removed = list(row.renditions.values_list("name", flat=True))
    transcripts = tuple(
        transcript.model_copy(
            update={
                "segments": tuple(
                    segment
                    for segment in transcript.segments
                    if segment.end_s <= start_s or (end_s is not None and segment.start_s >= end_s)
                )
            }
        )
        for transcript in document.transcripts
    )
    narrowed: Record = document.model_copy(
        update={
            "renditions": (),
            "transcripts": transcripts,
            "waveform": (),
            "download": False,
        }
    )
    narrowed_row = rows.put(narrowed, quietly=True)
    record(EventType.NARROWING, reference, agent=by, digest=narrowed_row.digest)
    return removed
