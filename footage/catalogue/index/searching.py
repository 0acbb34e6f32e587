"""Answers of the index: a page of references, the exact total, and counts under the same filters.

Every search leaves out each reference that changed since the index was brought up to date, so
that what was withdrawn is in no page and no number from the next request on; what was added or
revised is back as soon as the index has taken it in.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import tantivy
from tantivy import FieldType, Occur, Order

from footage.catalogue.authorities import Authorities
from footage.catalogue.counts import EVER, Bars, Facets, Span, histogram, months, years
from footage.catalogue.cursors import Cursor
from footage.catalogue.index import remembering
from footage.catalogue.index.asking import Question
from footage.catalogue.index.documents import (
    COLUMNS,
    DATES,
    by_day,
    by_reference,
    counts_of,
)
from footage.catalogue.index.generations import Generation, Unavailable, View, engine, view
from footage.catalogue.index.matching import Matching
from footage.catalogue.models import PublicRecord
from footage.catalogue.queries import EVERY_FACET, FILMED, Query
from footage.vocabularies import RECORD_KINDS

# Beyond these, relevance says nothing any more; a reader is asked to narrow.
MOST_RANKED = 1_000
# So far behind, leaving out costs more than asking the database.
MOST_LEFT_OUT = 20_000
MOST_VALUES = 200_000


@dataclass(frozen=True)
class Found:
    """The references of a page in order, and whether there are more on either side."""

    references: list[str]
    following: bool
    preceding: bool


@dataclass(frozen=True)
class Moment:
    """All that answers depend on beside the question: two moments are equal while no answer, no
    page of records and no name in it has changed."""

    generation: Generation
    number: int
    left_out: frozenset[str]
    names: Authorities
    view: View = field(compare=False)

    @classmethod
    def now(cls, names: Authorities) -> "Moment":
        """One database query, for what changed since the index was brought up to date.

        Raises Unavailable where there is no index, or where it is too far behind.
        """
        seen = view()
        return cls(seen.generation, seen.number, changed_since(seen.number), names, seen)


class Search:
    """One query put to the index as it stands, or stood at a moment of this request.

    Raises Unavailable, as `Moment.now` does.
    """

    def __init__(self, query: Query, names: Authorities, at: Moment | None = None) -> None:
        self.query = query
        self.moment = at or Moment.now(names)
        self.view, self.left_out = self.moment.view, self.moment.left_out
        self.question = Question(query.text, names) if query.text else None
        self.matching = Matching(self.view, self.left_out, self.question)

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """An index that fails while it is searched is damaged: have it built again."""
        try:
            with engine():
                yield
        except Unavailable:
            self.view.generation.retire()
            raise

    # --- A page ---------------------------------------------------------------------------------
    def page(self, size: int) -> Found:
        with self._asking():
            if self.query.sort == "relevance":
                return self._ranked(size)
            hits, more = self._sorted(size)
        cursor = self.query.cursor
        back = cursor is not None and cursor.back
        return Found(
            self._references(reversed(hits) if back else hits),
            following=bool(hits) and (back or more),
            preceding=bool(hits) and (more if back else cursor is not None),
        )

    def _ranked(self, size: int) -> Found:
        skipped = self.skipped
        number = max(0, min(size + 1, MOST_RANKED - skipped))
        if not number:
            return Found([], following=False, preceding=skipped > 0)
        hits = self._best(number, skipped)
        return Found(
            self._references(address for _score, address in hits[:size]),
            following=len(hits) > size and skipped + size < MOST_RANKED,
            preceding=skipped > 0,
        )

    def _best(self, number: int, skipped: int) -> list[tuple[Any, tantivy.DocAddress]]:
        """So many by relevance, with their scores. Titles lead: where those that answer fill the
        page, and nothing else could score as much, nothing else is looked at."""
        search, question = self.view.searcher.search, self.question
        most = question.most_outside_titles(self.view.searcher) if question else None
        if most is not None:
            asked = self.matching.asked(self.query, ranked=True, texts=("title",))
            hits = search(asked, number, count=False, offset=skipped).hits
            if len(hits) == number and hits[-1][0] > most:
                return hits
        asked = self.matching.asked(self.query, ranked=True)
        return search(asked, number, count=False, offset=skipped).hits

    @property
    def skipped(self) -> int:
        """How many better ones lie before a page in the order of relevance."""
        cursor = self.query.cursor
        return cursor.key if cursor is not None and isinstance(cursor.key, int) else 0

    def _sorted(self, size: int) -> tuple[list[tantivy.DocAddress], bool]:
        """The entries at the cursor, in the direction of reading, and whether there are more."""
        query, cursor = self.query, self.query.cursor
        back = cursor is not None and cursor.back
        if query.sort != "surely":
            bound = _key(cursor) if cursor is not None else None
            asked = self.matching.asked(query)
            if (near := self._months_near(size + 1)) is not None:
                asked = tantivy.Query.boolean_query([(Occur.Must, asked), (Occur.Must, near)])
            found = self._in_order(query.sort, asked, bound, size + 1, back=back)
            return found[:size], len(found) > size
        # First what is certain, then what is possible, each by reference.
        asked, surely = self.matching.asked(query), self.matching.filmed(query, surely=True)
        found = []
        for certain in (0, 1) if back else (1, 0):
            if cursor is not None and (certain > cursor.key if not back else certain < cursor.key):  # type: ignore[operator]
                continue
            here = cursor is not None and certain == cursor.key
            bound = by_reference(cursor.reference) if cursor is not None and here else None
            occur = Occur.Must if certain else Occur.MustNot
            part = tantivy.Query.boolean_query([(Occur.Must, asked), (occur, surely)])
            left = size + 1 - len(found)
            found += self._in_order("named", part, bound, left, back=back) if left else []
        return found[:size], len(found) > size

    def _months_near(self, number: int) -> tantivy.Query | None:
        """The months that surely hold the next so many records by date, where months are counted:
        a page of everything need not look at all of it. None where that is not known."""
        query, cursor = self.query, self.query.cursor
        counted: Mapping[str, int] | None = remembering.get((self.moment, query.asked, "month"))
        if query.sort not in ("newest", "oldest") or counted is None:
            return None
        by_month: dict[str, list[str]] = {}
        for text in counted:
            by_month.setdefault(text.partition("|")[0], []).append(text)
        # Of what has no first day nobody knows the month; it comes last.
        by_month.pop("", None)
        back = cursor is not None and cursor.back
        months = sorted(by_month, reverse=(query.sort == "newest") != back)
        if cursor is not None:
            if not isinstance(cursor.key, date):
                return None
            here = cursor.key.isoformat()[:7]
            newer = (query.sort == "newest") != back
            months = [month for month in months if (month <= here if newer else month >= here)]
        asked: list[str] = []
        for month in months:
            asked += by_month[month]
            # The cursor lies somewhere in its own month: what that holds may lie behind it.
            if cursor is None or month != here:
                number -= sum(counted[text] for text in by_month[month])
            if number <= 0:
                return tantivy.Query.term_set_query(self.view.schema, "month", asked)
        return None

    def _in_order(
        self, key: str, asked: tantivy.Query, bound: int | None, number: int, *, back: bool
    ) -> list[tantivy.DocAddress]:
        """So many entries beyond a bound, by one of the keys."""
        descending = (key in ("newest", "published")) != back
        if bound is not None:
            bounds = (None, bound - 1) if descending else (bound + 1, None)
            beyond = _range(self.view.schema, key, *bounds)
            asked = tantivy.Query.boolean_query([(Occur.Must, asked), (Occur.Must, beyond)])
        order = Order.Desc if descending else Order.Asc
        found = self.view.searcher.search(
            asked, number, count=False, order_by_field=key, order=order
        )
        return [address for _key, address in found.hits]

    def _references(self, addresses: Iterable[tantivy.DocAddress]) -> list[str]:
        doc = self.view.searcher.doc
        return [str(doc(address).get_first("reference")) for address in addresses]

    # --- Numbers ----------------------------------------------------------------------------------
    def facets(self, of: Iterable[str] = EVERY_FACET) -> Facets:
        """The numbers of what is found, those of the facets named among them."""
        wanted = frozenset(of)
        key = (self.moment, self.query.asked, wanted)
        known: Facets | None = remembering.get(key)
        if known is None:
            with self._asking():
                known = self._facets(wanted)
            remembering.put(key, known, known.size * remembering.NUMBER_BYTES)
        return known

    def _facets(self, wanted: frozenset[str]) -> Facets:
        query = self.query
        own = {facet for facet in wanted if facet in query.chosen and facet != "kind"}
        fields = {"kind", *(wanted - own - {FILMED})}
        if FILMED in wanted:
            fields.add("month")
        counts: dict[str, Mapping[str, int]] = dict(self._counted(query, fields))
        # Everything has one kind.
        total = sum(counts["kind"].values())
        others = tuple(each for each in RECORD_KINDS.codes if each not in query.kinds)
        if "kind" in wanted and others:
            unchosen = replace(query, chosen={**query.chosen, "kind": others})
            counts["kind"] = {**counts["kind"], **self._counted(unchosen, {"kind"})["kind"]}
        for facet in own:
            counts |= self._counted(query.without_facet(facet), {facet})
        certain = total
        if query.start or query.end:
            fields = {"kind", "month"} if FILMED in wanted else {"kind"}
            certain = sum(self._counted(self._only_certain, fields)["kind"].values())
        bars = self._dated(counts["month"]) if FILMED in wanted else ()
        asked = {facet: counts[facet] for facet in wanted - {FILMED}}
        return Facets(total, certain, asked, *bars)

    @property
    def _only_certain(self) -> Query:
        return replace(self.query, only_certain=True)

    def _dated(self, found: Mapping[str, int]) -> tuple[Bars, Bars, Bars]:
        """Years, months and the histogram, from the months of what is found."""
        query, within = self.query, (self.query.start, self.query.end)
        if within == EVER:
            spans = coarse = _spans(found)
        else:
            spans = _spans(self._counted(query.without_dates(), {"month"})["month"])
            sure = self._counted(self._only_certain, {"month"})["month"]
            coarse = [replace(each, certain=True) for each in _spans(sure)]
            rest = {text: number - sure.get(text, 0) for text, number in found.items()}
            coarse += [replace(each, certain=False) for each in _spans(rest) if each.number]

        def fine() -> list[Span]:
            return [each.seen_from(within) for each in self.spans()]

        return years(spans), months(spans), histogram(coarse, within, fine)

    def spans(self) -> list[Span]:
        """The distinct filmed dates of what is found, with counts; unknown dates are left out."""
        with self._asking():
            return _spans(self._counted(self.query, {"span"})["span"])

    def _counted(self, query: Query, fields: Iterable[str]) -> dict[str, Mapping[str, int]]:
        """How many of what a query finds have each value of some facets, or each date."""
        counts: dict[str, Mapping[str, int]] = {}
        missing = []
        for name in sorted(fields):
            known = remembering.get((self.moment, query.asked, name))
            if known is None:
                missing.append(name)
            else:
                counts[name] = known
        if not missing:
            return counts
        columns = [
            column
            for column, facets in {**COLUMNS, **{date: (date,) for date in DATES}}.items()
            if not set(facets).isdisjoint(missing)
        ]
        wanted = {name: {"terms": {"field": name, "size": MOST_VALUES}} for name in columns}
        found = self.view.searcher.aggregate(self.matching.asked(query), wanted)
        made: dict[str, dict[str, int]] = {}
        for column in columns:
            written = {each["key"]: each["doc_count"] for each in found[column]["buckets"]}
            if column in DATES:
                written.pop("", None)
                made[column] = written
                continue
            for facet, values in counts_of(column, written).items():
                before = made.setdefault(facet, {})
                for value, number in values.items():
                    before[value] = before.get(value, 0) + number
        for name, values in made.items():
            size = len(values) * remembering.NUMBER_BYTES
            remembering.put((self.moment, query.asked, name), values, size)
        return counts | {name: made[name] for name in missing}


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


def _spans(written: Mapping[str, int]) -> list[Span]:
    return [Span.read(*each) for each in written.items()]


def _range(schema: tantivy.Schema, field: str, least: int | None, most: int | None) -> Any:
    return tantivy.Query.range_query(schema, field, FieldType.Integer, least, most)


def _key(cursor: Cursor) -> int:
    if isinstance(cursor.key, int):
        return cursor.key
    day = cursor.key.toordinal() if isinstance(cursor.key, date) else None
    return by_day(day, cursor.reference, newest=cursor.sort == "newest")
