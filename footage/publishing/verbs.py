"""publish, revise, withdraw: the acts of a named person upon one clip or testimony."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from footage.catalogue.models import PublicLink, PublicRecord
from footage.catalogue.record import Record
from footage.catalogue.record import Rendition as PublicCopy
from footage.custody.models import EventType, record
from footage.models import Clip, Testimony, TestimonyRange
from footage.models.fields import reading_language, said
from footage.publishing import authorities, likeness, rows
from footage.publishing.access_copies import access_copies, remove
from footage.publishing.coarsening import shown_ancestry
from footage.publishing.describe import credited_person, describe, public_copy, public_renditions
from footage.publishing.reasons import (
    OVERRIDE,
    PUBLISH,
    Reason,
    reasons_against,
    refuse,
)
from footage.publishing.states import states_of
from footage.vocabularies import DATE_PRECISION, PLACE_PRECISION, WITHDRAWAL_REASONS, Vocabulary

# Copies in which nothing can be heard. Whatever role comes later counts as audible.
SILENT = frozenset({"poster", "strip", "photograph", "photograph-small"})


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


def publish(item: Clip | Testimony, *, by: Any, override_reason: str = "") -> PublicRecord:
    """Make `item` public as it stands.

    Raises NotPublishable with every reason against it; the attempt is recorded. A custodian may
    override the check for sealed words with a reason of their own, which is recorded too. The
    access copies are written before the one transaction that makes them reachable.
    """
    return _make_public(item, EventType.PUBLICATION, by=by, override_reason=override_reason)


def revise(item: Clip | Testimony, *, by: Any, override_reason: str = "") -> PublicRecord:
    """Replace the public record by what stands in the workshop. Raises as `publish` does.

    The access copies get new names, so an address of the old ones is dead at once.
    """
    return _make_public(item, EventType.REVISION, by=by, override_reason=override_reason)


def _make_public(
    item: Clip | Testimony, act: EventType, *, by: Any, override_reason: str
) -> PublicRecord:
    _fits(act, item)
    _check(item, by=by, override_reason=override_reason)
    if isinstance(item, Testimony):
        return _commit(item, act, (), by=by, override_reason=override_reason)
    superseded = _copies_of(item.reference)
    with access_copies(item.master) as copies:
        row = _commit(item, act, copies, by=by, override_reason=override_reason)
    kept = _copies_of(item.reference)
    remove(name for name in superseded + [copy.name for copy in copies] if name not in kept)
    return row


def _fits(act: EventType, item: Clip | Testimony) -> None:
    """Raise ValidationError for publishing what is public, or revising what is not."""
    state = state_of(item)
    if act == EventType.PUBLICATION and state == "published":
        raise ValidationError(_("It is published already: revise it instead."))
    if act == EventType.REVISION and state != "published":
        raise ValidationError(_("Only what is published can be revised."))


def _check(item: Clip | Testimony, *, by: Any, override_reason: str) -> None:
    """Refuse, and record the refusal, unless nothing stands against it or a custodian says so."""
    reasons = reasons_against(item, by=by)
    if override_reason and by.has_perm(OVERRIDE):
        reasons = [reason for reason in reasons if not reason.needs_custodian]
    if reasons:
        refuse(item, reasons, by=by)


def _commit(
    item: Clip | Testimony,
    act: EventType,
    copies: tuple[PublicCopy, ...],
    *,
    by: Any,
    override_reason: str,
) -> PublicRecord:
    with transaction.atomic():
        rows.alone()
        # Read again under lock: consent may have been revoked while files were being copied, or
        # another publisher been quicker.
        fresh = type(item).objects.select_for_update().get(pk=item.pk)
        _fits(act, fresh)
        late: list[Reason] = reasons_against(fresh, by=by)
        if [reason for reason in late if not (override_reason and reason.needs_custodian)]:
            transaction.set_rollback(True)
        else:
            _put_names(fresh)
            document = describe(fresh, copies)
            row = rows.put(document)
            rows.put_links(fresh.reference, _links(fresh, document))
            authorities.prune()
            record(act, fresh.reference, agent=by, digest=row.digest, version=row.version)
            if override_reason and any(reason.needs_custodian for reason in late):
                record(EventType.OVERRIDE, fresh.reference, agent=by, reason=override_reason)
            return row
    refuse(item, late, by=by)
    raise AssertionError("refuse() always raises")


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
    if not by.has_perm(PUBLISH):
        raise PermissionDenied
    if reason not in WITHDRAWAL_REASONS:
        raise ValidationError({"reason": _("Choose a reason from the list.")})
    with transaction.atomic():
        rows.alone()
        row = PublicRecord.objects.live().filter(reference=reference).first()
        if row is None:
            raise ValidationError(_("Nothing is published under this reference."))
        names = take_away(row, reason=reason, by=by)
    remove(names)
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
    if kind == "clip":
        take_words_back(row.reference, by=by)
    for clip_reference, start_s, end_s in carried_by:
        names += silence(clip_reference, start_s or 0.0, end_s, by=by)
    authorities.prune()
    record(EventType.WITHDRAWAL, row.reference, agent=by, reason=reason, digest=digest)
    return names


def take_words_back(reference: str, *, by: Any | None) -> None:
    """Take the words that live testimonies read from a clip out of them, with its reference."""
    told = Testimony.objects.filter(clips__reference=reference).values("reference")
    for row in PublicRecord.objects.live().filter(reference__in=told):
        document = row.read()
        kept = tuple(each for each in document.transcripts if each.clip != reference)
        if kept != document.transcripts:
            narrowed = rows.put(document.model_copy(update={"transcripts": kept}), quietly=True)
            record(EventType.NARROWING, row.reference, agent=by, digest=narrowed.digest)


def silence(reference: str, start_s: float, end_s: float | None, *, by: Any | None) -> list[str]:
    """Take what is said in a range out of a live clip: its segments, and the copies in which it
    could still be heard. Until a redaction is published the page keeps its description alone."""
    row = PublicRecord.objects.live().filter(reference=reference).first()
    if row is None:
        return []
    document = row.read()
    removed = [copy.name for copy in document.renditions if copy.role not in SILENT]
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
            "renditions": tuple(copy for copy in document.renditions if copy.role in SILENT),
            "transcripts": transcripts,
            "waveform": (),
            "download": False,
        }
    )
    narrowed_row = rows.put(narrowed, quietly=True)
    record(EventType.NARROWING, reference, agent=by, digest=narrowed_row.digest)
    return removed


def consequences(item: Clip | Testimony, act: str) -> list[Any]:
    """What `act` (publish, revise or withdraw) will do, as sentences for the confirmation page."""
    if act == "withdraw":
        sentences: list[Any] = [
            _("It disappears from every page, list, count and export with the next request."),
            _("Its address answers with a tombstone: reference, date and class of reason."),
            _("Its access copies are removed. Copies that others made cannot be called back."),
        ]
        if isinstance(item, Testimony):
            sentences.append(
                _("Clips that carry it lose their playable copy and those lines of transcript.")
            )
        elif item.testimonies.exists():
            sentences.append(_("Testimonies that it carries lose the words read from it."))
        return sentences
    credited = credited_person(item)
    sentences = [
        _("Everybody will be able to see it, in both languages, from the next request on."),
        _("The credit reads: %(byline)s") % {"byline": said(credited.byline_en, credited.byline_ar)}
        if credited
        else _("The credit reads: Name withheld."),
    ]
    if credited and (beside := authorities.others_under(credited, item.reference)):
        sentences.append(
            ngettext(
                "Readers see it beside %(count)d other record under this byline, as one person's.",
                "Readers see it beside %(count)d other records under this byline, as one person's.",
                beside,
            )
            % {"count": beside}
        )
    if isinstance(item, Clip):
        sentences += [
            _("Precision of the date shown: %(precision)s.")
            % {"precision": _label(DATE_PRECISION, item.filmed_precision)},
            _("Precision of the place shown: %(precision)s.")
            % {"precision": _label(PLACE_PRECISION, item.location_precision)},
        ]
        if item.verifiable_in_public:
            sentences.append(
                _("The master's digest is published: a seized phone could be matched.")
            )
    if act == "revise":
        sentences.append(_("The published version is replaced; addresses of its copies go dead."))
    return sentences


def _label(vocabulary: Vocabulary, code: str) -> str:
    return vocabulary.label(code, reading_language()) if code else "…"
