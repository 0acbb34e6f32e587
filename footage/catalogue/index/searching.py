"""Answers of the index: a page of references, the exact total, and counts under the same filters.

Every search leaves out each reference that changed since the index was brought up to date, so
that what was withdrawn is in no page and no number from the next request on; what was added or
revised is back as soon as the index has taken it in.
"""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

import tantivy
from tantivy import FieldType, Occur, Order

from footage.catalogue.authorities import Authorities
from footage.catalogue.cursors import Cursor
from footage.catalogue.index.asking import Question
from footage.catalogue.index.documents import by_day, by_publication
from footage.catalogue.index.generations import Unavailable, View, engine, view
from footage.catalogue.models import PublicRecord
from footage.catalogue.queries import Facets, Query, Span

# Beyond these, relevance says nothing any more; a reader is asked to narrow.
MOST_RANKED = 1_000
# So far behind, leaving out costs more than asking the database.
MOST_LEFT_OUT = 20_000
MOST_VALUES = 20_000
REMEMBERED = 256


@dataclass(frozen=True)
class Found:
    """The references of a page in order, with the cursors of its neighbours ("" at the ends)."""

    references: list[str]
    following: str
    preceding: str


class Search:
    """One query put to the index as it stands. Costs one database query, for what changed since.

    Raises Unavailable where there is no index, or where it is too far behind.
    """

    def __init__(self, query: Query, names: Authorities) -> None:
        self.query = query
        self.view: View = view()
        self.left_out = changed_since(self.view.number)
        self.question = Question(query.text, names) if query.text else None
        self._names = names

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """An index that fails while it is searched is damaged: have it built again."""
        try:
            with engine():
                yield
        except Unavailable:
            self.view.generation.retire()
            raise

    # --- What is asked ------------------------------------------------------------------------
    def _clauses(self, leaving_out: str = "") -> list[tuple[Occur, tantivy.Query]]:
        schema, query = self.view.schema, self.query
        chosen = {**query.chosen, "kind": query.kinds}
        clauses = [
            (Occur.Must, tantivy.Query.term_set_query(schema, facet, list(values)))
            for facet, values in chosen.items()
            if facet != leaving_out
        ]
        if leaving_out == "kind":
            clauses.append((Occur.Must, tantivy.Query.all_query()))
        if query.start:
            clauses.append((Occur.Must, _range(schema, "last", query.start.toordinal(), None)))
        if query.end:
            clauses.append((Occur.Must, _range(schema, "first", None, query.end.toordinal())))
        if self.left_out:
            gone = tantivy.Query.term_set_query(schema, "reference", list(self.left_out))
            clauses.append((Occur.MustNot, gone))
        return clauses

    def _asked(self, *, ranked: bool = False, leaving_out: str = "") -> tantivy.Query:
        clauses = self._clauses(leaving_out)
        if ranked:
            clauses = [
                (occur, tantivy.Query.const_score_query(each, 0.0) if occur == Occur.Must else each)
                for occur, each in clauses
            ]
        if self.question is not None:
            clauses += self.question.asked(self.view.searcher, self.view.schema, ranked=ranked)
        return tantivy.Query.boolean_query(clauses)

    # --- A page ---------------------------------------------------------------------------------
    def page(self, size: int) -> Found:
        with self._asking():
            return self._ranked(size) if self.query.sort == "relevance" else self._sorted(size)

    def _ranked(self, size: int) -> Found:
        cursor = self.query.cursor
        skipped = int(cursor.key) if cursor is not None and isinstance(cursor.key, int) else 0
        number = max(0, min(size + 1, MOST_RANKED - skipped))
        hits = (
            self.view.searcher.search(
                self._asked(ranked=True), number, count=False, offset=skipped
            ).hits
            if number
            else []
        )
        after, before = skipped + size, skipped - size
        return Found(
            [self._reference(address) for _score, address in hits[:size]],
            _rank(after) if len(hits) > size and after < MOST_RANKED else "",
            _rank(max(before, 0)) if skipped else "",
        )

    def _sorted(self, size: int) -> Found:
        sort, cursor = self.query.sort, self.query.cursor
        back = cursor is not None and cursor.back
        descending = (sort != "oldest") != back
        clauses = [(Occur.Must, self._asked())]
        if cursor is not None:
            key = _key(cursor)
            bounds = (None, key - 1) if descending else (key + 1, None)
            clauses.append((Occur.Must, _range(self.view.schema, sort, *bounds)))
        hits = self.view.searcher.search(
            tantivy.Query.boolean_query(clauses),
            size + 1,
            count=False,
            order_by_field=sort,
            order=Order.Desc if descending else Order.Asc,
        ).hits
        more = len(hits) > size
        hits = hits[:size]
        if back:
            hits.reverse()
        return Found(
            [self._reference(address) for _key, address in hits],
            "beside" if hits and (back or more) else "",
            "beside" if hits and (more if back else cursor is not None) else "",
        )

    def _reference(self, address: tantivy.DocAddress) -> str:
        return str(self.view.searcher.doc(address).get_first("reference"))

    # --- Counts -----------------------------------------------------------------------------------
    def facets(self, of: Iterable[str]) -> Facets:
        """Exact counts; a facet's own choice does not narrow its counts."""
        wanted = tuple(of)
        own = {facet for facet in wanted if facet == "kind" or facet in self.query.chosen}
        free = sorted({"kind", *wanted} - own | {"kind"})
        with self._asking():
            counts = self._counted(free, leaving_out="")
            total = sum(counts["kind"].values())
            for facet in own:
                counts = {**counts, **self._counted([facet], leaving_out=facet)}
            certain = self._certain if self.query.start or self.query.end else total
        return Facets(total, certain, {facet: counts[facet] for facet in wanted})

    def _counted(self, facets: list[str], *, leaving_out: str) -> dict[str, dict[str, int]]:
        asked = replace(self.query, sort="newest", after="", ignored=())
        key = (self._moment, asked.address, tuple(facets), leaving_out)
        if (known := _remembered(key)) is not None:
            return known
        wanted = {name: {"terms": {"field": name, "size": MOST_VALUES}} for name in facets}
        found = self.view.searcher.aggregate(self._asked(leaving_out=leaving_out), wanted)
        counts = {
            name: {bucket["key"]: bucket["doc_count"] for bucket in found[name]["buckets"]}
            for name in facets
        }
        _remember(key, counts)
        return counts

    @cached_property
    def _certain(self) -> int:
        schema, query = self.view.schema, self.query
        clauses = [(Occur.Must, self._asked()), (Occur.Must, _range(schema, "certain", 1, 1))]
        if query.start:
            clauses.append((Occur.Must, _range(schema, "first", query.start.toordinal(), None)))
        if query.end:
            clauses.append((Occur.Must, _range(schema, "last", None, query.end.toordinal())))
        found: Any = self.view.searcher.search(tantivy.Query.boolean_query(clauses), 1)
        return int(found.count or 0)

    def spans(self) -> list[Span]:
        """The distinct filmed dates of what is found, with counts; unknown dates are left out."""
        wanted = {"span": {"terms": {"field": "span", "size": 10 * MOST_VALUES}}}
        with self._asking():
            found = self.view.searcher.aggregate(self._asked(), wanted)
        return [_span(bucket["key"], bucket["doc_count"]) for bucket in found["span"]["buckets"]]

    @property
    def _moment(self) -> tuple[Any, ...]:
        """What an answer depends on beside the query: the index, what is left out, the names."""
        return (self.view.generation, self.view.number, self.left_out, id(self._names))


def changed_since(number: int) -> frozenset[str]:
    """The references that changed after a change number. One query, through an index.

    Raises Unavailable where they are too many, or where the catalogue is behind its index.
    """
    rows = PublicRecord.objects.filter(change__gte=number).values_list("change", "reference")
    found = list(rows.order_by("change")[: MOST_LEFT_OUT + 1])
    if len(found) > MOST_LEFT_OUT:
        raise Unavailable("the index is too far behind the catalogue")
    if number and not found:
        # The last change is always some record's: this catalogue is older than its index.
        raise Unavailable("the index is ahead of the catalogue")
    return frozenset(reference for change, reference in found if change > number)


def _range(schema: tantivy.Schema, field: str, least: int | None, most: int | None) -> Any:
    return tantivy.Query.range_query(schema, field, FieldType.Integer, least, most)


def _key(cursor: Cursor) -> int:
    if isinstance(cursor.key, datetime):
        return by_publication(cursor.key, cursor.reference)
    day = cursor.key.toordinal() if isinstance(cursor.key, date) else None
    return by_day(day, cursor.reference, newest=cursor.sort == "newest")


def _rank(skipped: int) -> str:
    return Cursor("relevance", False, skipped, "AA").write()


def _span(text: str, number: int) -> Span:
    first, last, certain = text.split("|")
    return Span(
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
        certain == "1",
        number,
    )


# --- Counts are asked again and again, and change only when the index does ------------------------
_counts: "OrderedDict[tuple[Any, ...], dict[str, dict[str, int]]]" = OrderedDict()
_counting = threading.Lock()


def _remembered(key: tuple[Any, ...]) -> dict[str, dict[str, int]] | None:
    with _counting:
        if key in _counts:
            _counts.move_to_end(key)
            return _counts[key]
    return None


def _remember(key: tuple[Any, ...], counts: dict[str, dict[str, int]]) -> None:
    with _counting:
        _counts[key] = counts
        while len(_counts) > REMEMBERED:
            _counts.popitem(last=False)
