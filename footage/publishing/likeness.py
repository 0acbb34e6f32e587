"""Public links between clips that somebody decided show the same footage.

A link lends each of its ends what the other one says. So it stands only while both say the same of
who filmed, where and when: a withheld name, a pseudonym or a coarsened place must not be read off
another copy of the same footage. It comes with the next publication or revision of either end,
which is the act of a named person; taking it away waits for nobody.
"""

from typing import Any

from django.db import transaction
from django.db.models import Q

from footage.catalogue.beside import SAME_FOOTAGE
from footage.catalogue.models import PublicLink, PublicRecord
from footage.catalogue.record import Record
from footage.custody.models import EventType, record
from footage.models import Clip, NearDuplicate

# What two records must say alike before readers are told that they show the same.
ALIKE = (
    *("credit", "journalist", "witness", "filmed", "advisory_level"),
    *("place", "neighbourhood", "place_precision", "latitude", "longitude"),
)


def agree(one: Record, other: Record) -> bool:
    """Whether neither record tells more than the other of who, where and when."""
    return all(getattr(one, field) == getattr(other, field) for field in ALIKE)


def links_of(clip: Clip, document: Record) -> list[dict[str, Any]]:
    """The links a clip with this document has to live records now (PublicLink keyword arguments).

    Three queries, however many; two when nothing was decided about it.
    """
    pairs = list(
        NearDuplicate.objects.of(clip.master_id).exclude(
            verdict__in=("", NearDuplicate.Verdict.OTHER)
        )
    )
    masters = {pair.first_id for pair in pairs} | {pair.second_id for pair in pairs}
    others = {
        other.master_id: other
        for other in Clip.objects.filter(master__in=masters - {clip.master_id})
    }
    live = {
        row.reference: row.read()
        for row in PublicRecord.objects.live().filter(
            reference__in=[other.reference for other in others.values()]
        )
    }
    found = []
    for pair in pairs:
        other = others.get(pair.second_id if pair.first_id == clip.master_id else pair.first_id)
        if other and other.reference in live and agree(document, live[other.reference]):
            references = {clip.master_id: clip.reference, other.master_id: other.reference}
            found.append(
                _link(
                    pair,
                    references,
                    {clip.master_id: document.duration_s}
                    | {other.master_id: live[other.reference].duration_s},
                )
            )
    return found


def _link(
    pair: NearDuplicate, references: dict[int, str], durations: dict[int, float | None]
) -> dict[str, Any]:
    ends = pair.part_and_whole()
    if ends is None:
        left, right = sorted(references.values())
        kind = PublicLink.Kind.NEAR_DUPLICATE
        return {"kind": kind, "left": left, "right": right, "start_s": None, "end_s": None}
    part, whole = ends
    # Where the part begins in the whole, if the machine saw it begin there.
    starts = pair.offset_s if part == pair.first_id else -pair.offset_s
    length = durations[part]
    known = starts >= 0 and length is not None
    return {
        "kind": PublicLink.Kind.PART_OF,
        "left": references[part],
        "right": references[whole],
        "start_s": round(starts, 1) if known else None,
        "end_s": round(starts + length, 1) if known and length is not None else None,
    }


def standing(reference: str) -> set[tuple[Any, ...]]:
    """The links of a record as they are public now."""
    links = PublicLink.objects.filter(Q(left=reference) | Q(right=reference), kind__in=SAME_FOOTAGE)
    return set(links.values_list("kind", "left", "right", "start_s", "end_s"))


def drop_disagreeing(document: Record) -> None:
    """Take away the links of a record that now says other things than their other ends.

    Part of writing a document, in its transaction. One query for a record without such links.
    """
    links = PublicLink.objects.filter(
        Q(left=document.reference) | Q(right=document.reference), kind__in=SAME_FOOTAGE
    )
    for link in links:
        other = link.left if link.right == document.reference else link.right
        row = PublicRecord.objects.live().filter(reference=other).first()
        if row is None or not agree(document, row.read()):
            link.delete()


def take_link_away(pair: NearDuplicate, *, by: Any) -> bool:
    """After a decision that does not bear it, remove the public link of a pair at once.

    In the caller's transaction. Whether there was one. Never adds anything.
    """
    ends = [clip.reference for clip in pair.clips() if clip is not None]
    ours = PublicLink.objects.filter(left__in=ends, right__in=ends, kind__in=SAME_FOOTAGE)
    if pair.verdict == NearDuplicate.Verdict.SAME:
        ours = ours.exclude(kind=PublicLink.Kind.NEAR_DUPLICATE)
    elif whole := pair.part_and_whole():
        references = {clip.master_id: clip.reference for clip in pair.clips() if clip is not None}
        part = references.get(whole[0], "")
        ours = ours.exclude(kind=PublicLink.Kind.PART_OF, left=part)
    with transaction.atomic():
        removed, _per_model = ours.delete()
        if removed:
            for reference in ends:
                record(EventType.NARROWING, reference, agent=by, link="near-duplicate")
    return bool(removed)
