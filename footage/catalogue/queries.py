"""What readers ask of the catalogue: a query read from an address, its page, facets and days.

A date filter finds every record that may have been filmed in the range: certainly, when its date
carries no qualifier and lies wholly inside, and possibly otherwise. A record whose date is unknown
is found by no date filter. Cost: `page`, `facets`, `days` and `related` are one query each.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Subquery, Value, When

from footage import dates, vocabularies
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
SORTS = ("newest", "oldest", "published")
PARAMETERS = (*FACETS, "from", "to", "sort", "after")
PAGE_SIZE = 24
# An address may repeat a key; no reader needs more values of one, and a hostile one pays nothing.
MOST_VALUES = 40

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}", re.ASCII)
_TYPED_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)


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

    @classmethod
    def read(cls, parameters: Parameters) -> "Query":
        """The query of an address. Never raises: what cannot be used is named in `ignored`."""
        ignored: list[tuple[str, str]] = []
        chosen: dict[str, tuple[str, ...]] = {}
        for facet, vocabulary in FACETS.items():
            values = [value for value in parameters.getlist(facet) if value]
            usable = [value for value in values[:MOST_VALUES] if _usable(value, vocabulary)]
            ignored += [(facet, value) for value in values if value not in usable]
            if usable:
                chosen[facet] = tuple(dict.fromkeys(usable))
        start, end = (_bound(parameters, name, ignored) for name in ("from", "to"))
        if start and end and start > end:
            start, end = end, start
        sort = (parameters.getlist("sort") or [""])[-1]
        if sort and sort not in SORTS:
            ignored.append(("sort", sort))
        after = (parameters.getlist("after") or [""])[-1]
        query = cls(chosen, start, end, sort if sort in SORTS else "newest", after)
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
        return bool(self.chosen or self.start or self.end)

    @property
    def cursor(self) -> "Cursor | None":
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

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of its address, in one fixed order; defaults are left out."""
        pairs = [(facet, value) for facet in FACETS for value in self.chosen.get(facet, ())]
        if self.start:
            pairs.append(("from", self.start.isoformat()))
        if self.end:
            pairs.append(("to", self.end.isoformat()))
        if self.sort != "newest" and self.sort in SORTS:
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
    """The first day that `from` may mean, or the last that `to` may: 2016-09 is a month."""
    text = (parameters.getlist(name) or [""])[-1].strip()
    if not text:
        return None
    try:
        meant = dates.parse(text.translate(_TYPED_DIGITS))
    except dates.DateError:
        meant = None
    day = meant and (meant.earliest if name == "from" else meant.latest)
    if day is None:
        ignored.append((name, text))
    return day


# --- Paging ----------------------------------------------------------------------------------
# sort: (column, newest first). "surely" is for the page of a day: the certain ones lead.
_ORDERS = {
    "newest": ("filmed_from", True),
    "oldest": ("filmed_from", False),
    "published": ("published_at", True),
    "surely": ("surely", True),
}


@dataclass(frozen=True)
class Cursor:
    """A place between two records of a sorted list: the record it lies beside, and which side."""

    sort: str
    back: bool
    key: date | datetime | int | None
    reference: str

    @classmethod
    def read(cls, text: str, sort: str) -> "Cursor | None":
        """The cursor written as `text`; None for a forged one or one of another sort."""
        if not text or len(text) > 200 or not text.isascii():
            return None
        try:
            parts = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            written, back, key, reference = parts
            if (written, type(back)) != (sort, bool) or not _is_reference(reference):
                return None
            return cls(sort, back, _key_from(sort, key), reference)
        except (binascii.Error, ValueError, TypeError):
            return None

    def write(self) -> str:
        parts = [self.sort, self.back, self.key, self.reference]
        return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")

    def beyond(self) -> Q:
        """The records on the far side of the cursor, in the direction of reading."""
        column, descending = _ORDERS[self.sort]
        tie = Q(**{f"reference__{'lt' if self.back else 'gt'}": self.reference})
        if self.key is None:
            # Without a date: these come last, so everything dated lies before.
            same = Q(**{f"{column}__isnull": True}) & tie
            return same | Q(**{f"{column}__isnull": False}) if self.back else same
        farther = "lt" if descending != self.back else "gt"
        found = Q(**{f"{column}__{farther}": self.key}) | (Q(**{column: self.key}) & tie)
        return found if self.back else found | Q(**{f"{column}__isnull": True})


def _is_reference(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Z0-9-]{1,20}", value) is not None


def _key_from(sort: str, value: object) -> date | datetime | int | None:
    """Raises ValueError or TypeError for what no cursor of this sort holds."""
    if sort == "surely":
        if value not in (0, 1):
            raise ValueError(value)
        return int(value)  # type: ignore[call-overload]
    if value is None and sort != "published":
        return None
    if not isinstance(value, str):
        raise TypeError(value)
    if sort == "published":
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    return date.fromisoformat(value)


@dataclass(frozen=True)
class Page:
    """Some records of a query in order, with the cursors of their neighbours ("" at the ends)."""

    records: list[PublicRecord]
    following: str
    preceding: str


def page(query: Query, size: int = PAGE_SIZE) -> Page:
    """The records at the query's cursor. One database query."""
    column, descending = _ORDERS[query.sort]
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
    return Cursor(query.sort, back, getattr(row, _ORDERS[query.sort][0]), row.reference).write()


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


def facets(query: Query) -> Facets:
    """Counts of everything found. A facet's own choice does not narrow its counts. One query."""
    by_choice = {facet for facet in FACETS if facet == "kind" or facet in query.chosen}
    free = [facet for facet in (*FACETS, "witness") if facet not in by_choice]
    parts = [_tally("total", matching(query)), _terms(free, matching(query))]
    if query.start or query.end:
        parts.append(_tally("certain", matching(query).filter(_surely(query))))
    parts += [_terms([facet], matching(query, leaving_out=facet)) for facet in sorted(by_choice)]
    counts: dict[str, dict[str, int]] = {}
    for facet, value, number in parts[0].union(*parts[1:], all=True):
        counts.setdefault(facet, {})[value] = number
    total = counts.pop("total", {}).get("", 0)
    certain = counts.pop("certain", {}).get("", 0) if query.start or query.end else total
    return Facets(total, certain, counts)


def _terms(facets: Iterable[str], records: RecordQuerySet) -> Any:
    terms = PublicTerm.objects.filter(facet__in=facets, record__in=records.values("pk"))
    return terms.values_list("facet", "value").annotate(number=Count("pk"))


def _tally(name: str, records: RecordQuerySet) -> Any:
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


def related(record: PublicRecord, neighbourhood: str | None) -> list[PublicRecord]:
    """Live records beside this one, each marked with `relation`, nearest first:

    "linked" (a testimony and the clips that carry it; `start_s` and `end_s` of the range in the
    clip), then of the same kind "together" (same day and neighbourhood), "day", "place".
    """
    linked = PublicLink.objects.filter(kind=PublicLink.Kind.CARRIED_BY)
    if record.kind == "testimony":
        linked = linked.filter(left=record.reference, right=OuterRef("reference"))
    else:
        linked = linked.filter(right=record.reference, left=OuterRef("reference"))
    here = PublicTerm.objects.filter(
        facet="neighbourhood", value=neighbourhood or "", record=OuterRef("pk")
    )
    same_day = Q(pk__in=[])
    if record.filmed_certain and record.filmed_from and record.filmed_from == record.filmed_to:
        same_day = Q(filmed_from=record.filmed_from, filmed_to=record.filmed_from)
    beside = Q(Exists(here))
    same_kind = Q(kind=record.kind)
    if record.kind == "testimony":
        same_kind = Q(pk__in=[])
    relation = Case(
        When(Exists(linked), then=Value("1-linked")),
        When(same_kind & same_day & beside, then=Value("2-together")),
        When(same_kind & same_day, then=Value("3-day")),
        When(same_kind & beside, then=Value("4-place")),
        output_field=CharField(),
    )
    first = linked.order_by("start_s")
    rows = (
        PublicRecord.objects.live()
        .exclude(pk=record.pk)
        .annotate(
            relation=relation,
            start_s=Subquery(first.values("start_s")[:1]),
            end_s=Subquery(first.values("end_s")[:1]),
        )
        .filter(relation__isnull=False)
        .order_by("relation", F("filmed_from").desc(nulls_last=True), "reference")
    )
    found = list(rows[: 4 * RELATED])
    for row in found:
        row.relation = row.relation[2:]
    return found
