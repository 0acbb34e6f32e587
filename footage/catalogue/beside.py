"""One record, and what lies beside it.

The one question of readers that the search index does not answer: links between records are rows,
not documents, and a page of a record must be right about them in the same moment, index or none.
Cost: one query each, through indexes, however many records there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, Subquery, Value, When

from footage.catalogue.models import PublicLink, PublicRecord, PublicTerm, RecordQuerySet
from footage.references import ReferenceError as NotAReference
from footage.references import parse_reference


def find(reference: str) -> PublicRecord | None:
    """The record under a canonical reference, withdrawn or not; None when there never was one."""
    return PublicRecord.objects.filter(reference=reference).first()


def find_typed(text: str) -> PublicRecord | None:
    """The same under a reference typed in any way; None for what is no reference at all."""
    try:
        return find(parse_reference(text))
    except NotAReference:
        return None


RELATED = 6
SAME_FOOTAGE = (PublicLink.Kind.NEAR_DUPLICATE, PublicLink.Kind.PART_OF)
NEARNESS = ("linked", "copy", "whole", "part", "event", "together", "day", "place")


@dataclass(frozen=True)
class Beside:
    """A live record beside another one. The seconds are those of the clip a testimony is on, or
    of the whole at which a part lies in it."""

    row: PublicRecord
    relation: str
    start_s: float | None
    end_s: float | None


def related(
    record: PublicRecord, neighbourhood: str | None, events: Iterable[str] = ()
) -> list[Beside]:
    """What lies beside a record, nearest first: what is "linked" (a testimony and the clips that
    carry it), then, for a clip, the same footage (another "copy" of it, the "whole" it is part
    of, a "part" of it) and others "together" (same day and neighbourhood), "day", "place".

    Looks at a few of each, through an index, however many there are.
    """
    linked = _linked(record)
    beside = {
        relation: rows.values("pk")[: 2 * RELATED]
        for relation, rows in _near(record, neighbourhood, tuple(events)).items()
    }
    alike = _alike(record)
    known = [When(Exists(linked), then=Value("linked"))]
    known += [When(Exists(links), then=Value(relation)) for relation, links in alike.items()]
    known += [When(pk__in=rows, then=Value(relation)) for relation, rows in beside.items()]
    candidates = Q(reference__in=_linked(record, by="reference"))
    for there, here in (("left", "right"), ("right", "left")) if alike else ():
        links = PublicLink.objects.filter(kind__in=SAME_FOOTAGE, **{here: record.reference})
        candidates |= Q(reference__in=links.values(there))
    for rows in beside.values():
        candidates |= Q(pk__in=rows)
    # Between the two there is a testimony on a clip or a part in a whole, never both.
    between = PublicLink.objects.filter(
        Q(left=record.reference, right=OuterRef("reference"))
        | Q(right=record.reference, left=OuterRef("reference"))
    ).order_by("start_s")
    found: Any = (
        PublicRecord.objects.live()
        .filter(candidates)
        .exclude(pk=record.pk)
        .annotate(
            relation=Case(*known, output_field=CharField()),
            start_s=Subquery(between.values("start_s")[:1]),
            end_s=Subquery(between.values("end_s")[:1]),
        )
        .order_by("reference")
    )
    by_relation: dict[str, list[Beside]] = {relation: [] for relation in NEARNESS}
    for row in found:
        by_relation[row.relation].append(Beside(row, row.relation, row.start_s, row.end_s))
    nearby = [each for relation in NEARNESS[1:] for each in by_relation[relation][:RELATED]]
    return by_relation["linked"] + nearby


def _linked(record: PublicRecord, by: str = "") -> Any:
    """The links between this record and the outer one; or, with `by`, the references they name."""
    links = PublicLink.objects.filter(kind=PublicLink.Kind.CARRIED_BY)
    here, there = ("left", "right") if record.kind == "testimony" else ("right", "left")
    links = links.filter(**{here: record.reference})
    return links.values(there) if by else links.filter(**{there: OuterRef("reference")})


def _alike(record: PublicRecord) -> dict[str, Any]:
    """The links that say a clip and the outer record show the same footage, by relation."""
    if record.kind != "clip":
        return {}
    links = PublicLink.objects.all()
    ours, theirs = (
        Q(left=record.reference, right=OuterRef("reference")),
        Q(right=record.reference, left=OuterRef("reference")),
    )
    part_of = links.filter(kind=PublicLink.Kind.PART_OF)
    return {
        "copy": links.filter(ours | theirs, kind=PublicLink.Kind.NEAR_DUPLICATE),
        "whole": part_of.filter(ours),
        "part": part_of.filter(theirs),
    }


def _near(
    record: PublicRecord, neighbourhood: str | None, events: tuple[str, ...]
) -> dict[str, RecordQuerySet]:
    """The clips of the same events, day and place, by relation; none for a testimony."""
    if record.kind != "clip":
        return {}
    others = PublicRecord.objects.live().filter(kind="clip").exclude(pk=record.pk)
    near: dict[str, RecordQuerySet] = {}
    if events:
        of_events = PublicTerm.objects.filter(facet="event", value__in=events)
        near["event"] = others.filter(pk__in=of_events.values("record")).order_by("pk")
    in_place = PublicTerm.objects.filter(facet="neighbourhood", value=neighbourhood or "")
    if record.filmed_certain and record.filmed_from and record.filmed_from == record.filmed_to:
        same_day = others.filter(filmed_from=record.filmed_from, filmed_to=record.filmed_from)
        same_day = same_day.order_by("pk")
        if neighbourhood:
            near["together"] = same_day.filter(pk__in=in_place.values("record"))
        near["day"] = same_day
    if neighbourhood:
        near["place"] = others.filter(pk__in=in_place.values("record")).order_by("-pk")
    return near
