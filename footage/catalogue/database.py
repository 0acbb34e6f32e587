"""What the database answers by itself, where there is no search index: everything but words.

Each function is one query. A page and a total cost what an index lookup costs; counts of facets
grow with the records found.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    CharField,
    Count,
    Exists,
    F,
    Max,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat

from footage.catalogue.counts import Facets, Span, histogram, months, of_months, years
from footage.catalogue.cursors import ORDERS
from footage.catalogue.models import PublicRecord, PublicTerm, RecordQuerySet
from footage.catalogue.queries import EVERY_FACET, FILMED, PAGE_SIZE, Page, Query


def page(query: Query, size: int = PAGE_SIZE) -> Page:
    """The records at the query's cursor. One database query."""
    cursor = query.cursor
    back = cursor is not None and cursor.back
    found = list(_at_cursor(query, matching(query))[: size + 1])
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    return Page(
        records=found,
        following=query.beside(found[-1], back=False) if found and (back or more) else "",
        preceding=query.beside(found[0], back=True) if found and (more if back else cursor) else "",
    )


def _at_cursor(query: Query, rows: RecordQuerySet) -> RecordQuerySet:
    """Some of what a query finds, from its cursor on in the direction of reading."""
    column, descending = ORDERS[query.sort]
    cursor = query.cursor
    if query.sort == "surely":
        rows = rows.annotate(surely=Case(When(_surely(query), then=1), default=0))
    if cursor is not None:
        rows = rows.filter(cursor.beyond())
    # Said of a column that is never null, it would keep PostgreSQL from the column's index.
    last = True if column.startswith("filmed") else None
    by = F(column).desc(nulls_last=last) if descending else F(column).asc(nulls_last=last)
    ordered = rows.order_by(by, "reference")
    return ordered.reverse() if cursor is not None and cursor.back else ordered


@dataclass(frozen=True)
class Late:
    """How many of the records that changed since the index a query finds, and the last change."""

    total: int = 0
    certain: int = 0
    change: int = 0


def caught_up(
    query: Query, found: Collection[str], changed: Collection[str], to: int | None, size: int
) -> tuple[list[PublicRecord], Late]:
    """The live rows among `found`, and of `changed` those that the query finds from its cursor on:
    one more than `size` of them, but for what was first published after the change number `to`.

    Unordered. One query.
    """
    since = PublicRecord.objects.filter(reference__in=changed)
    late = matching(query).filter(reference__in=changed)
    if to is not None:
        late = late.exclude(version=1, change__gt=to)
    ahead = PublicRecord.objects.filter(pk__in=_at_cursor(query, late)[: size + 1].values("pk"))
    # Not an "or": PostgreSQL would look at every record for it.
    keys = PublicRecord.objects.filter(reference__in=found).values("pk")
    keys = keys.union(ahead.values("pk"), all=True)
    certain = late.filter(_surely(query)) if query.start or query.end else late
    rows: Any = (
        PublicRecord.objects.live()
        .filter(pk__in=keys)
        .annotate(
            late=_one_value(late, Count("pk")),
            late_certain=_one_value(certain, Count("pk")),
            last_change=_one_value(since, Max("change")),
        )
    )
    listed = list(rows)
    if not listed:
        return [], Late()
    first = listed[0]
    return listed, Late(first.late, first.late_certain, first.last_change)


def _one_value(rows: RecordQuerySet, of: Aggregate) -> Any:
    """A number of all rows, for each row of another query; 0 of none."""
    alone = rows.annotate(one=Value(1)).values("one").annotate(n=of).values("n")
    return Coalesce(Subquery(alone), 0)


def matching(query: Query, *, along_key: bool = False) -> RecordQuerySet:
    """The live records a query finds, unordered. Its words are not looked for.

    To be read `along_key` in pieces, kinds are asked for so that no index answers: where SQLite has
    no statistics of the table it would find every record of a kind and sort them, for each piece.
    """
    kind = Coalesce("kind", Value("")) if along_key else F("kind")
    found = PublicRecord.objects.live().alias(of_kind=kind).filter(of_kind__in=query.kinds)
    for facet, values in query.chosen.items():
        if facet != "kind":
            having = PublicTerm.objects.filter(facet=facet, value__in=values)
            found = found.filter(pk__in=having.values("record"))
    if query.start or query.end:
        found = found.filter(Q(filmed_from__isnull=False) | Q(filmed_to__isnull=False))
    if query.start:
        found = found.filter(Q(filmed_to__isnull=True) | Q(filmed_to__gte=query.start))
    if query.end:
        found = found.filter(Q(filmed_from__isnull=True) | Q(filmed_from__lte=query.end))
    return found.filter(_surely(query)) if query.only_certain else found


def _surely(query: Query) -> Q:
    surely = Q(filmed_certain=True)
    if query.start:
        surely &= Q(filmed_from__gte=query.start)
    if query.end:
        surely &= Q(filmed_to__lte=query.end)
    return surely


def facets(query: Query, of: Iterable[str] = EVERY_FACET, *, most: int | None = None) -> Facets:
    """The numbers of what a query finds, those of the facets named among them.

    Cost grows with the records found and with the facets asked for: seconds for a million. So with
    `most`, no facet is counted in a catalogue of more records than that.
    """
    wanted = set(of)
    own = {facet for facet in wanted if facet == "kind" or facet in query.chosen}
    free = sorted(wanted - own - {FILMED})
    many = PublicRecord.objects.filter(pk__gt=most or 0)

    def counted(asked: Query) -> RecordQuerySet:
        return matching(asked) if most is None else matching(asked).filter(~Exists(many))

    parts = [_tally("total", matching(query))]
    if most is not None:
        parts.append(_tally("many", many.filter(pk__in=many.order_by("pk").values("pk")[:1])))
    if free:
        parts.append(_terms(free, counted(query)))
    if query.start or query.end:
        parts.append(_tally("certain", matching(query).filter(_surely(query))))
    parts += [_terms([facet], counted(query.without_facet(facet))) for facet in sorted(own)]
    if FILMED in wanted:
        parts.append(_spans(counted(query.without_dates())))
    counts: dict[str, dict[str, int]] = {facet: {} for facet in wanted - {FILMED}}
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    for facet, value, number in rows:
        counts.setdefault(facet, {})[value] = number
    total = counts.pop("total", {}).get("", 0)
    certain = counts.pop("certain", {}).get("", 0) if query.start or query.end else total
    if counts.pop("many", {}).get("", 0):
        return Facets(total, certain, {}, counted=not wanted)
    if FILMED not in wanted:
        return Facets(total, certain, counts)
    spans = [Span.read(*each) for each in counts.pop(FILMED, {}).items()]
    within = (query.start, query.end)
    found = [
        span.seen_from(within)
        for span in spans
        if (span.surely(*within) if query.only_certain else span.possibly(*within))
    ]
    bars = histogram(of_months(found), within, lambda: found)
    return Facets(total, certain, counts, years(spans), months(spans), bars)


def _terms(facets: Iterable[str], records: RecordQuerySet) -> Any:
    terms = PublicTerm.objects.filter(facet__in=facets, record__in=records.values("pk"))
    return terms.values_list("facet", "value").annotate(number=Count("pk"))


def _tally(name: str, records: Any) -> Any:
    labels = {"of": Value(name, CharField()), "value": Value("", CharField())}
    return records.annotate(**labels).values_list("of", "value").annotate(number=Count("pk"))


def _spans(records: RecordQuerySet) -> Any:
    """The distinct filmed dates, each written as `Span.read` reads it."""
    known = Q(filmed_from__isnull=False) | Q(filmed_to__isnull=False)
    first, last = (
        Coalesce(Cast(column, CharField()), Value("")) for column in ("filmed_from", "filmed_to")
    )
    certain = Case(When(filmed_certain=True, then=Value("1")), default=Value("0"))
    written = Concat(first, Value("|"), last, Value("|"), certain, output_field=CharField())
    found = records.filter(known).annotate(of=Value(FILMED, CharField()), value=written)
    return found.values_list("of", "value").annotate(number=Count("pk"))


def days(query: Query) -> list[Span]:
    """The distinct filmed dates of what a query finds, with counts; unknown dates are left out."""
    dated = matching(query).filter(Q(filmed_from__isnull=False) | Q(filmed_to__isnull=False))
    rows = dated.values_list("filmed_from", "filmed_to", "filmed_certain")
    return [Span(*row) for row in rows.annotate(number=Count("pk")).order_by()]
