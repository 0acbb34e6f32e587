"""Everything a query finds, row by row, for whoever takes it all: exports, harvesters, releases.

Rows come in the order of publication and in pieces, so memory does not grow with their number,
no transaction stays open while a slow reader fetches, and what is withdrawn meanwhile is in no
later piece (an open cursor would go on serving it). Cost: one query a piece, through the primary
key; a query with choices lists the keys it finds first (8 bytes each).
"""

from array import array
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BinaryField, CharField, Func
from django.db.models.functions import Cast, Left
from psycopg.adapt import Loader

from footage.catalogue.authorities import Authorities
from footage.catalogue.cursors import Cursor
from footage.catalogue.database import matching
from footage.catalogue.index.searching import Search
from footage.catalogue.models import PublicRecord, RecordQuerySet
from footage.catalogue.queries import Query
from footage.catalogue.showing import unasked

# Rows asked for at a time, and handed on: what is made of them takes memory too.
PIECE = 1000
HANDED = 200


class Row(NamedTuple):
    """A public record as it stands, its document in UTF-8. Days are ISO 8601 in UTC; without a
    document it is withdrawn, and only then has it a day and a class of reason for that."""

    pk: int
    reference: str
    kind: str
    version: int
    published_at: str
    revised_at: str
    withdrawn_at: str | None
    withdrawal_reason: str
    document: bytes | None


def row_of(record: PublicRecord) -> Row:
    """A record that was read already, as a row."""
    row = Row(
        record.pk,
        record.reference,
        record.kind,
        record.version,
        record.published_at.date().isoformat(),
        record.revised_at.date().isoformat(),
        record.withdrawn_at.date().isoformat() if record.withdrawn_at else None,
        record.withdrawal_reason,
        record.document.encode() if record.document is not None else None,
    )
    return _as_given(row)


def every(query: Query, names: Authorities, *, tombstones: bool = False) -> Iterator[list[Row]]:
    """Pieces of what a query finds; with all that was withdrawn, where it asks for whole kinds.

    Words need the index: raises Unavailable before the first piece where there is none.
    """
    if query.text:
        return _spoken(query, names)
    if set(query.chosen) - {"kind"}:
        return _listed(matching(query))
    walked = _walked(matching(query, along_key=True))
    if tombstones and whole(query):
        return chain(walked, _gone(PublicRecord.objects.all()))
    return walked


def whole(query: Query) -> bool:
    """Whether a query leaves out nothing of the kinds of records it asks for."""
    return not (set(query.chosen) - {"kind"} or query.start or query.end or query.text)


def _walked(rows: RecordQuerySet) -> Iterator[list[Row]]:
    last = 0
    while found := _read(rows.filter(pk__gt=last).order_by("pk")[:PIECE]):
        last = found[-1].pk
        yield from _handed(found)
        # Before the next is read, which takes as much.
        found.clear()


def _gone(rows: RecordQuerySet) -> Iterator[list[Row]]:
    """What was withdrawn, last and by reference: among its neighbours in the order of publication
    it would tell with what it came. One withdrawn during an export is told here as well."""
    last = ""
    gone = rows.filter(withdrawn_at__isnull=False).order_by("reference")
    while found := _read(gone.filter(reference__gt=last)[:PIECE]):
        last = found[-1].reference
        yield from _handed(found)


def _listed(rows: RecordQuerySet) -> Iterator[list[Row]]:
    """By their keys: asking for every piece anew would look the choices up as often."""
    keys = array("q", rows.order_by("pk").values_list("pk", flat=True).iterator(10_000))
    for start in range(0, len(keys), PIECE):
        live = PublicRecord.objects.live().filter(pk__in=keys[start : start + PIECE])
        yield from _handed(_read(live.order_by("pk")))


def _spoken(query: Query, names: Authorities) -> Iterator[list[Row]]:
    asked = replace(query, sort="published", after="")
    while True:
        found = Search(asked, names).page(PIECE)
        live = PublicRecord.objects.live().filter(reference__in=found.references)
        rows = {row.reference: row for row in _read(live)}
        yield from _handed([rows[each] for each in found.references if each in rows])
        if not found.following:
            return
        last = PublicRecord.objects.only("pk").get(reference=found.references[-1]).pk
        cursor = Cursor("published", False, last, found.references[-1])
        asked = replace(asked, after=cursor.write())


def _handed(rows: list[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(rows), HANDED):
        yield rows[start : start + HANDED]


class _Stored(Func):
    """A text as the database holds it: nearly all of a document leaves as it is, and reading and
    writing its characters would cost more than all that is made of it."""

    output_field = BinaryField()
    template = "CAST(%(expressions)s AS BLOB)"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Its bytes in hexadecimal would be twice as long: `_read` has the driver leave them."""
        return self.as_sql(compiler, connection, template="%(expressions)s")


class _Unread(Loader):
    def load(self, data: Any) -> bytes:
        return bytes(data)


# Days as text: reading moments into objects costs more than all the rest of a row. Cast again,
# for "text" is on PostgreSQL the type of the document alone.
_COLUMNS: tuple[Any, ...] = (
    *("pk", "reference", "kind", "version"),
    *(
        Cast(Left(Cast(moment, CharField()), 10), CharField())
        for moment in ("published_at", "revised_at", "withdrawn_at")
    ),
    *("withdrawal_reason", _Stored("document")),
)


def _read(rows: RecordQuerySet) -> list[Row]:
    try:
        asked, parameters = rows.values_list(*_COLUMNS).query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.cursor.adapters.register_loader("text", _Unread)
        cursor.execute(asked, parameters)
        found = cursor.fetchall()
    return [_as_given(row) for row in map(Row._make, found)]


def _as_given(row: Row) -> Row:
    """A row whose document names no copy of a closed record."""
    if row.document is None:
        return row
    given = unasked(row.document)
    return row if given is row.document else row._replace(document=given)
