"""What readers ask of the catalogue: a query read from an address, its page, facets and days.

A date filter finds every record that may have been filmed in the range: certainly, when its date
carries no qualifier and lies wholly inside, and possibly otherwise. A record whose date is unknown
is found by no date filter. Cost: `page`, `facets`, `days` and `related` are one query each.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Subquery, Value, When

from footage import dates, vocabularies
from footage.catalogue.cursors import ORDERS, Cursor
from footage.catalogue.index.language import cleaned
from footage.catalogue.models import PublicLink, PublicRecord, PublicTerm, RecordQuerySet

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
# Relevance is for words; it is what a question with words is sorted by unless it says otherwise.
SORTS = ("relevance", "newest", "oldest", "published")
PARAMETERS = ("q", *FACETS, "from", "to", "sort", "after")
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

    `ignored` holds the (parameter, value) pairs of the address that could not be used.
    """

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start: date | None = None
    end: date | None = None
    sort: str = "newest"
    after: str = ""
    ignored: tuple[tuple[str, str], ...] = ()
    text: str = ""

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
            start, end = end, start
        text = cleaned((parameters.getlist("q") or [""])[-1])
        sort = (parameters.getlist("sort") or [""])[-1]
        if sort and sort not in SORTS:
            ignored.append(("sort", sort))
        if sort not in SORTS or (sort == "relevance" and not text):
            sort = "relevance" if text else "newest"
        after = (parameters.getlist("after") or [""])[-1]
        query = cls(chosen, start, end, sort, after, text=text)
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
    def cursor(self) -> Cursor | None:
        return Cursor.read(self.after, self.sort)

    def values(self, facet: str) -> tuple[str, ...]:
        return self.kinds if facet == "kind" else self.chosen.get(facet, ())

    def with_value(self, facet: str, value: str) -> "Query":
        values = dict.fromkeys((*self.chosen.get(facet, ()), value))
        return replace(self, chosen={**self.chosen, facet: tuple(values)}, after="")

    def without(self, facet: str, value: str) -> "Query":
        left = tuple(other for other in self.chosen.get(facet, ()) if other != value)
        chosen = {key: values for key, values in self.chosen.items() if key != facet}
        return replace(self, chosen={**chosen, facet: left} if left else chosen, after="")

    def without_dates(self) -> "Query":
        return replace(self, start=None, end=None, after="")

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

    def certainly(self, row: PublicRecord) -> bool:
        """Whether a found record surely belongs to the range asked for."""
        if self.start is None and self.end is None:
            return True
        first, last = row.filmed_from, row.filmed_to
        return (
            row.filmed_certain
            and first is not None
            and last is not None
            and (self.start is None or first >= self.start)
            and (self.end is None or last <= self.end)
        )


def _usable(value: str, vocabulary: vocabularies.Vocabulary | None) -> bool:
    return value in vocabulary if vocabulary else bool(_SLUG.fullmatch(value))


def _bound(parameters: Parameters, name: str, ignored: list[tuple[str, str]]) -> date | None:
    """The first day that `from` may mean, or the last that `to` may: 2016-09 is a month, and so is
    أيلول 2016."""
    text = (parameters.getlist(name) or [""])[-1].strip()
    if not text:
        return None
    try:
        meant = dates.read(text)
    except dates.DateError:
        meant = None
    day = None
    if meant is not None:
        day = meant.earliest if name == "from" else meant.latest
    if day is None:
        ignored.append((name, text))
    return day


# --- Paging ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Page:
    """Some records of a query in order, with the cursors of their neighbours ("" at the ends)."""

    records: list[PublicRecord]
    following: str
    preceding: str


def page(query: Query, size: int = PAGE_SIZE) -> Page:
    """The records at the query's cursor. One database query."""
    column, descending = ORDERS[query.sort]
    cursor = query.cursor
    back = cursor is not None and cursor.back
    rows = matching(query)
    if query.sort == "surely":
        rows = rows.annotate(surely=Case(When(_surely(query), then=1), default=0))
    if cursor is not None:
        rows = rows.filter(cursor.beyond())
    by = F(column).asc(nulls_last=True) if not descending else F(column).desc(nulls_last=True)
    ordered = rows.order_by(by, "reference")
    found = list((ordered.reverse() if back else ordered)[: size + 1])
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    return Page(
        records=found,
        following=_beside(query, found[-1], back=False) if found and (back or more) else "",
        preceding=_beside(query, found[0], back=True)
        if found and (more if back else cursor)
        else "",
    )


def _beside(query: Query, row: PublicRecord, *, back: bool) -> str:
    return Cursor(query.sort, back, getattr(row, ORDERS[query.sort][0]), row.reference).write()


# --- Finding and counting --------------------------------------------------------------------
def matching(query: Query, *, leaving_out: str = "") -> RecordQuerySet:
    """The live records a query finds, unordered; without its choice in one facet, if named."""
    found = PublicRecord.objects.live()
    if leaving_out != "kind":
        found = found.filter(kind__in=query.kinds)
    for facet, values in query.chosen.items():
        if facet not in ("kind", leaving_out):
            having = PublicTerm.objects.filter(facet=facet, value__in=values)
            found = found.filter(pk__in=having.values("record"))
    if query.start or query.end:
        found = found.filter(Q(filmed_from__isnull=False) | Q(filmed_to__isnull=False))
    if query.start:
        found = found.filter(Q(filmed_to__isnull=True) | Q(filmed_to__gte=query.start))
    if query.end:
        found = found.filter(Q(filmed_from__isnull=True) | Q(filmed_from__lte=query.end))
    return found


def _surely(query: Query) -> Q:
    surely = Q(filmed_certain=True)
    if query.start:
        surely &= Q(filmed_from__gte=query.start)
    if query.end:
        surely &= Q(filmed_to__lte=query.end)
    return surely


@dataclass(frozen=True)
class Facets:
    """How many records a query finds, and how many each value would find in its facet."""

    total: int
    certain: int
    counts: dict[str, dict[str, int]]

    @property
    def possible(self) -> int:
        return self.total - self.certain

    def count(self, facet: str, value: str) -> int:
        return self.counts.get(facet, {}).get(value, 0)


def facets(query: Query, of: Iterable[str] = tuple(FACETS)) -> Facets:
    """Counts of everything found, and of the values of the facets named; one query.

    A facet's own choice does not narrow its counts. Cost grows with the records found and with
    the facets asked for.
    """
    wanted = list(of)
    by_choice = {facet for facet in wanted if facet == "kind" or facet in query.chosen}
    free = [facet for facet in wanted if facet not in by_choice]
    parts = [_tally("total", matching(query))]
    if free:
        parts.append(_terms(free, matching(query)))
    if query.start or query.end:
        parts.append(_tally("certain", matching(query).filter(_surely(query))))
    parts += [_terms([facet], matching(query, leaving_out=facet)) for facet in sorted(by_choice)]
    counts: dict[str, dict[str, int]] = {}
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    for facet, value, number in rows:
        counts.setdefault(facet, {})[value] = number
    total = counts.pop("total", {}).get("", 0)
    certain = counts.pop("certain", {}).get("", 0) if query.start or query.end else total
    return Facets(total, certain, counts)


def _terms(facets: Iterable[str], records: RecordQuerySet) -> Any:
    terms = PublicTerm.objects.filter(facet__in=facets, record__in=records.values("pk"))
    return terms.values_list("facet", "value").annotate(number=Count("pk"))


def _tally(name: str, records: Any) -> Any:
    labels = {"of": Value(name, CharField()), "value": Value("", CharField())}
    return records.annotate(**labels).values_list("of", "value").annotate(number=Count("pk"))


@dataclass(frozen=True)
class Span:
    """So many records share this filmed date. A bound of None is open."""

    first: date | None
    last: date | None
    certain: bool
    number: int


def days(query: Query) -> list[Span]:
    """The distinct filmed dates of what a query finds, with counts; unknown dates are left out."""
    dated = matching(query).filter(Q(filmed_from__isnull=False) | Q(filmed_to__isnull=False))
    rows = dated.values_list("filmed_from", "filmed_to", "filmed_certain")
    return [Span(*row) for row in rows.annotate(number=Count("pk")).order_by()]


# --- One record ------------------------------------------------------------------------------
def find(reference: str) -> PublicRecord | None:
    """The record under a canonical reference, withdrawn or not; None when there never was one."""
    return PublicRecord.objects.filter(reference=reference).first()


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
