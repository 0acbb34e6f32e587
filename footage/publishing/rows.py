"""Writing the rows of the catalogue: what every verb of publishing ends in.

Nothing outside `footage.publishing` writes these tables, and everything here runs inside the
verb's transaction.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import orjson
from django.db.models import F, Q
from django.utils import timezone

from footage.catalogue.models import (
    PublicAuthority,
    PublicLink,
    PublicRecord,
    PublicRendition,
    PublicState,
    PublicTerm,
    day_of_change,
)
from footage.catalogue.record import Record
from footage.publishing import likeness, traces


class AlreadyWithdrawn(Exception):
    """The record was withdrawn meanwhile; only a reinstatement writes over a tombstone."""


def alone() -> int:
    """Let one publishing transaction run at a time. Call it first, before reading what it changes.
    Returns the last change number there was.

    Every verb reads documents and writes them back. Of two at once the later would otherwise bring
    back what the earlier took away: a name, a voice, a withdrawn record.
    """
    state = PublicState.objects.select_for_update().get(pk=1)
    traces.empty_log_after_commit()
    return state.change


def next_change() -> int:
    """Take the next change number. Numbers become visible in their own order, since the row is
    locked until the commit; a PostgreSQL sequence would let a follower skip one that is late."""
    PublicState.objects.filter(pk=1).update(change=F("change") + 1)
    return PublicState.objects.get(pk=1).change


def note_authorities_changed() -> None:
    """Tell readers' processes to read the names again."""
    PublicState.objects.filter(pk=1).update(authorities=F("authorities") + 1)


def put(
    document: Record,
    *,
    quietly: bool = False,
    again: bool = False,
    superseded: Iterable[str] = (),
) -> PublicRecord:
    """Store the document as the live record of its reference, new or in place of the old one.

    `quietly` keeps version and day of revision: what narrows many records of one person at once
    must not stamp them as a group. Of the copies it had, those named in `superseded` are served
    for another day; the addresses of all others are dead at once. Raises AlreadyWithdrawn rather
    than write over a tombstone, unless the record is published `again`.
    """
    superseded = list(superseded)
    text = document.canonical()
    digest = hashlib.sha256(text.encode()).hexdigest()
    now = timezone.now()
    row = PublicRecord.objects.filter(reference=document.reference).first()
    if row is None:
        row = PublicRecord(reference=document.reference, published_at=now, version=0)
    if row.withdrawn_at is not None:
        if not again:
            raise AlreadyWithdrawn(document.reference)
        row.withdrawn_at, row.withdrawal_reason = None, ""
    row.kind = document.kind
    if not quietly:
        row.version += 1
        row.revised_at = now
    row.schema = document.schema_number
    row.document, row.digest = text, digest
    row.filmed_from, row.filmed_to = document.filmed_from, document.filmed_to
    row.filmed_certain = document.filmed_certain
    row.change, row.changed_on = next_change(), day_of_change()
    row.save()
    row.terms.all().delete()
    PublicTerm.objects.bulk_create(
        PublicTerm(record=row, facet=facet, value=value)
        for facet, value in sorted(document.terms())
    )
    row.renditions.exclude(name__in=superseded).delete()
    row.renditions.filter(superseded_at=None).update(superseded_at=now)
    PublicRendition.objects.bulk_create(
        PublicRendition(
            record=row,
            name=copy.name,
            media_type=copy.media_type,
            bytes=copy.bytes,
            digest=copy.fixity.removeprefix("sha256:"),
            download=document.download and copy.role not in {"poster", "strip"},
        )
        for copy in document.renditions
    )
    likeness.drop_disagreeing(document)
    return row


def put_links(reference: str, links: list[dict[str, Any]]) -> None:
    """Replace every link of a record, on either end, by these (PublicLink keyword arguments)."""
    PublicLink.objects.filter(Q(left=reference) | Q(right=reference)).delete()
    PublicLink.objects.bulk_create(PublicLink(**link) for link in links)


def empty(row: PublicRecord, *, reason: str) -> list[str]:
    """Turn a live record into a tombstone; return the names of its access copies."""
    names = list(row.renditions.values_list("name", flat=True))
    row.renditions.all().delete()
    row.terms.all().delete()
    put_links(row.reference, [])
    row.withdrawn_at, row.withdrawal_reason = timezone.now(), reason
    row.kind, row.document, row.digest = "clip", None, ""
    row.filmed_from = row.filmed_to = None
    row.filmed_certain = False
    row.version += 1
    row.change, row.changed_on = next_change(), day_of_change()
    row.save()
    return names


def put_authority(kind: str, slug: str, *, facts: dict[str, Any], **texts: str) -> PublicAuthority:
    """Store a name and its public text. `texts`: name_en, name_ar, text_en, text_ar, polygon."""
    row, _new = PublicAuthority.objects.update_or_create(
        kind=kind, slug=slug, defaults={**texts, "facts": orjson.dumps(facts).decode()}
    )
    note_authorities_changed()
    return row


def drop_authority(kind: str, slug: str) -> bool:
    """Remove a name from every page at once. Whether there was one."""
    deleted, _per_model = PublicAuthority.objects.filter(kind=kind, slug=slug).delete()
    if deleted:
        note_authorities_changed()
    return bool(deleted)
