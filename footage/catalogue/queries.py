"""What readers ask of the catalogue: a query read from an address, and written as one.

A date filter finds every record that may have been filmed in the range: certainly, when its date
carries no qualifier and lies wholly inside, and possibly otherwise; with `certainly`, the former
alone. A record whose date is unknown is found by no date filter.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol
from urllib.parse import urlencode

from footage import dates, vocabularies
from footage.catalogue.counts import Span
from footage.catalogue.cursors import ORDERS, Cursor
from footage.catalogue.index.language import cleaned
from footage.catalogue.models import PublicRecord

# In the order filters are shown. None: an open set of slugs, else the closed vocabulary.
FACETS: dict[str, vocabularies.Vocabulary | None] = {
    "kind": vocabularies.RECORD_KINDS,
    "medium": vocabularies.KINDS,
    "neighbourhood": None,
    "subject": vocabularies.SUBJECTS,
    "journalist": None,
    "event": None,
    "film": None,
    "language": vocabularies.LANGUAGES,
    "advisory": vocabularies.ADVISORIES,
    "verification": vocabularies.VERIFICATION,
}
# What an answer can count: the facets, and when records were filmed.
FILMED = "filmed"
EVERY_FACET = (*FACETS, FILMED)
# Relevance is for words; it is what a question with words is sorted by unless it says otherwise.
SORTS = ("relevance", "newest", "oldest", "published")
PARAMETERS = ("q", *FACETS, "from", "to", "certainly", "sort", "after")
PAGE_SIZE = 24
# An address may repeat keys; no reader needs more values, and a hostile one gains nothing: each
# chosen value stands on the page with a link that holds all the others.
MOST_VALUES = 40

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}", re.ASCII)


class Parameters(Protocol):
    """What is needed of a QueryDict."""

    def getlist(self, key: str) -> list[str]: ...

    def __iter__(self) -> Iterator[str]: ...


@dataclass(frozen=True)
class Query:
    """One question to the catalogue; equal questions have equal addresses.

    `only_certain` leaves out what was only possibly filmed between `start` and `end`; without
    either of them it is false. `ignored` holds the (parameter, value) pairs of the address that
    could not be used.
    """

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start: date | None = None
    end: date | None = None
    sort: str = "newest"
    after: str = ""
    ignored: tuple[tuple[str, str], ...] = ()
    text: str = ""
    only_certain: bool = False

    @classmethod
    def read(cls, parameters: Parameters) -> "Query":
        """The query of an address. Never raises: what cannot be used is named in `ignored`."""
        ignored: list[tuple[str, str]] = []
        chosen: dict[str, tuple[str, ...]] = {}
        for facet, vocabulary in FACETS.items():
            values = [value for value in parameters.getlist(facet) if value]
            left = MOST_VALUES - sum(map(len, chosen.values()))
            usable = [value for value in values[:left] if _usable(value, vocabulary)]
            ignored += [(facet, value) for value in values if value not in usable]
            if usable:
                chosen[facet] = tuple(dict.fromkeys(usable))
        start, end = (_bound(parameters, name, ignored) for name in ("from", "to"))
        if start and end and start > end:
            # Written the wrong way round: each is read as the end that it must be.
            start, end = (written(parameters, "to", "from"), written(parameters, "from", "to"))
        certainly = (parameters.getlist("certainly") or [""])[-1]
        if certainly not in ("", "0", "1"):
            ignored.append(("certainly", certainly))
        only_certain = certainly == "1" and bool(start or end)
        text = cleaned((parameters.getlist("q") or [""])[-1])
        sort = (parameters.getlist("sort") or [""])[-1]
        if sort and sort not in SORTS:
            ignored.append(("sort", sort))
        if sort not in SORTS or (sort == "relevance" and not text):
            sort = "relevance" if text else "newest"
        after = (parameters.getlist("after") or [""])[-1]
        query = cls(chosen, start, end, sort, after, text=text, only_certain=only_certain)
        if after and query.cursor is None:
            ignored.append(("after", after))
            query = replace(query, after="")
        return replace(query, ignored=tuple(ignored))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Without a choice, clips: testimonies are asked for by name."""
        return self.chosen.get("kind", ("clip",))

    @property
    def narrowed(self) -> bool:
        """Whether the reader asked for less than every clip."""
        return bool(self.chosen or self.start or self.end or self.text)

    @property
    def asked(self) -> tuple[object, ...]:
        """What decides which records are found: equal for queries that differ in order alone."""
        chosen = tuple(
            (facet, frozenset(self.values(facet))) for facet in FACETS if self.values(facet)
        )
        return (self.text, chosen, self.start, self.end, self.only_certain)

    @property
    def cursor(self) -> Cursor | None:
        return Cursor.read(self.after, self.sort)

    def values(self, facet: str) -> tuple[str, ...]:
        return self.kinds if facet == "kind" else self.chosen.get(facet, ())

    def with_value(self, facet: str, value: str) -> "Query":
        """With another value. Clips are listed unasked: whoever adds testimonies wants both."""
        values = dict.fromkeys((*self.values(facet), value))
        return replace(self, chosen={**self.chosen, facet: tuple(values)}, after="")

    def without(self, facet: str, value: str) -> "Query":
        left = tuple(other for other in self.chosen.get(facet, ()) if other != value)
        chosen = {key: values for key, values in self.chosen.items() if key != facet}
        return replace(self, chosen={**chosen, facet: left} if left else chosen, after="")

    def without_dates(self) -> "Query":
        return replace(self, start=None, end=None, only_certain=False, after="")

    def without_facet(self, facet: str) -> "Query":
        """Without its choice in one facet, "filmed" for its dates. "kind" becomes every kind."""
        if facet == FILMED:
            return self.without_dates()
        chosen = {key: values for key, values in self.chosen.items() if key != facet}
        if facet == "kind":
            chosen["kind"] = vocabularies.RECORD_KINDS.codes
        return replace(self, chosen=chosen, after="")

    @property
    def in_full(self) -> "Query":
        """The same list as exports take it: from its beginning, in an order of their own."""
        return replace(self, after="", sort="relevance" if self.text else "newest")

    def without_text(self) -> "Query":
        sort = "newest" if self.sort == "relevance" else self.sort
        return replace(self, text="", sort=sort, after="")

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of its address, in one fixed order; defaults are left out."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(facet, value) for facet in FACETS for value in self.chosen.get(facet, ())]
        if self.start:
            pairs.append(("from", self.start.isoformat()))
        if self.end:
            pairs.append(("to", self.end.isoformat()))
        if self.only_certain:
            pairs.append(("certainly", "1"))
        if self.sort != ("relevance" if self.text else "newest") and self.sort in SORTS:
            pairs.append(("sort", self.sort))
        if self.after:
            pairs.append(("after", self.after))
        return pairs

    @property
    def address(self) -> str:
        """The query string with its question mark; empty for the query that asks nothing."""
        encoded = urlencode(self.pairs())
        return f"?{encoded}" if encoded else ""

    def beside(self, row: PublicRecord, *, back: bool) -> str:
        """The cursor of the page that begins (going back: ends) beside a record of a sorted one."""
        surely = self.sort == "surely"
        key = int(self.certainly(row)) if surely else getattr(row, ORDERS[self.sort][0])
        return Cursor(self.sort, back, key, row.reference).write()

    def place(self, row: PublicRecord) -> tuple[bool, int, str]:
        """What sorts records by this query's order, as the database and the index do: the earlier
        a record comes, the less."""
        column, descending = ORDERS[self.sort]
        key = getattr(row, column)
        number = 0 if key is None else key if isinstance(key, int) else key.toordinal()
        return key is None, -number if descending else number, row.reference

    def certainly(self, row: PublicRecord) -> bool:
        """Whether a found record surely belongs to the range asked for."""
        if self.start is None and self.end is None:
            return True
        span = Span(row.filmed_from, row.filmed_to, row.filmed_certain, 1)
        return span.surely(self.start, self.end)


def _usable(value: str, vocabulary: vocabularies.Vocabulary | None) -> bool:
    return value in vocabulary if vocabulary else bool(_SLUG.fullmatch(value))


def _bound(parameters: Parameters, name: str, ignored: list[tuple[str, str]]) -> date | None:
    """The first day that `from` may mean, or the last that `to` may: 2016-09 is a month, and so is
    أيلول 2016."""
    day = written(parameters, name, name)
    if day is None and (text := (parameters.getlist(name) or [""])[-1].strip()):
        ignored.append((name, text))
    return day


def written(parameters: Parameters, name: str, end: str) -> date | None:
    """The bound that a parameter states when it is read as `end`, "from" or "to"."""
    try:
        meant = dates.read((parameters.getlist(name) or [""])[-1].strip())
    except dates.DateError:
        return None
    return meant.earliest if end == "from" else meant.latest


@dataclass(frozen=True)
class Page:
    """Some records of a query in order, with the cursors of their neighbours ("" at the ends)."""

    records: list[PublicRecord]
    following: str
    preceding: str
