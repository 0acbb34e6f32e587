"""How many: the numbers of an answer, and its dates as bars. Pure: nothing is asked of a database.

Dates are counted twice, because many are not known to the day. A record is *certainly* of a period
when its filmed date carries no qualifier and lies wholly inside, and *possibly* when it may have
been filmed in it. A record of unknown date is of no period.
"""

import calendar
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

# Days of two months, months of some twenty years, else years; and no more years than anybody films.
MOST_DAYS, MOST_MONTHS, MOST_YEARS = 62, 240, 400


@dataclass(frozen=True)
class Span:
    """So many records share this filmed date. A bound of None is open."""

    first: date | None
    last: date | None
    certain: bool
    number: int

    @classmethod
    def read(cls, text: str, number: int) -> "Span":
        """The span written as "first|last|certain": ISO 8601 days or nothing, 1 or 0."""
        first, last, certain = text.split("|")
        return cls(
            date.fromisoformat(first) if first else None,
            date.fromisoformat(last) if last else None,
            certain == "1",
            number,
        )

    def possibly(self, start: date | None, end: date | None) -> bool:
        """Whether it may lie between two days, both included; None is no bound."""
        return (start is None or self.last is None or self.last >= start) and (
            end is None or self.first is None or self.first <= end
        )

    def surely(self, start: date | None, end: date | None) -> bool:
        return (
            self.certain
            and self.first is not None
            and self.last is not None
            and (start is None or self.first >= start)
            and (end is None or self.last <= end)
        )


@dataclass(frozen=True)
class Bar:
    """A day, a month or a year, both ends included: what is certainly and what possibly of it."""

    first: date
    last: date
    certain: int
    possible: int


@dataclass(frozen=True)
class Facets:
    """The numbers of an answer, all exact.

    total      records found, under every filter
    certain    of these, the ones certainly filmed in the range of dates asked for; all of them
               where no range was asked for. `possible` is the rest
    counts     {facet: {value: number}}: how many each value would find; a facet's own choice does
               not narrow its counts. A value that finds nothing is absent: chosen values are those
               of `Query.values`, and `count` says 0. `counts["neighbourhood"]` is the map's
    years      bars of years, and
    months     of months, of what every filter but the dates finds: what a reader may narrow to,
               without gaps from the first to the last
    histogram  bars of what is found under every filter, dates included: days where they reach over
               two months at most, else months, else years. Without gaps

    `years`, `months` and `histogram` are empty unless "filmed" was among the facets asked for.
    """

    total: int
    certain: int
    counts: Mapping[str, Mapping[str, int]]
    years: tuple[Bar, ...] = ()
    months: tuple[Bar, ...] = ()
    histogram: tuple[Bar, ...] = ()

    @property
    def possible(self) -> int:
        return self.total - self.certain

    def count(self, facet: str, value: str) -> int:
        return self.counts.get(facet, {}).get(value, 0)


Range = tuple[date | None, date | None]
Period = tuple[date, date]
EVER: Range = (None, None)


def dated(
    spans: Iterable[Span], within: Range, *, only_certain: bool
) -> tuple[tuple[Bar, ...], tuple[Bar, ...], tuple[Bar, ...]]:
    """`years`, `months` and `histogram` of Facets; spans are those under every filter but dates."""
    spans = list(spans)
    found = [each for each in spans if each.surely(*within)] if only_certain else spans
    return years(spans), months(spans), histogram(found, within)


def years(spans: Iterable[Span], within: Range = EVER) -> tuple[Bar, ...]:
    spans = list(spans)
    reach = _reach(spans, within)
    return _bars(spans, within, list(_years(*reach))) if reach else ()


def months(spans: Iterable[Span], within: Range = EVER) -> tuple[Bar, ...]:
    spans = list(spans)
    reach = _reach(spans, within)
    return _bars(spans, within, list(_months(*reach))) if reach else ()


def histogram(spans: Iterable[Span], within: Range = EVER) -> tuple[Bar, ...]:
    """As fine as so many bars allow."""
    spans = list(spans)
    reach = _reach(spans, within)
    if reach is None:
        return ()
    days = (reach[1] - reach[0]).days + 1
    if days <= MOST_DAYS:
        periods = [(day, day) for day in (reach[0] + timedelta(each) for each in range(days))]
    else:
        periods = list(_months(*reach))
        if len(periods) > MOST_MONTHS:
            periods = list(_years(*reach))
    return _bars(spans, within, periods)


def _reach(spans: list[Span], within: Range) -> Period | None:
    """From the first to the last known bound of any, inside the range."""
    start, end = within
    known = [day for span in spans for day in (span.first, span.last) if day is not None]
    if not known:
        return None
    first, last = min(known), max(known)
    first = max(first, start) if start else first
    last = min(last, end) if end else last
    # A range that only open dates reach into: the day of it that is nearest to them.
    first, last = (first, last) if first <= last else (start or last, start or last)
    return max(first, date(max(1, last.year - MOST_YEARS + 1), 1, 1)), last


def _months(first: date, last: date) -> Iterator[Period]:
    for number in range(12 * first.year + first.month - 1, 12 * last.year + last.month):
        year, month = number // 12, number % 12 + 1
        yield date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _years(first: date, last: date) -> Iterator[Period]:
    return ((date(year, 1, 1), date(year, 12, 31)) for year in range(first.year, last.year + 1))


def _bars(spans: list[Span], within: Range, periods: list[Period]) -> tuple[Bar, ...]:
    """The bars of periods that follow each other without a gap. One pass over the spans."""
    starts = [first.toordinal() for first, _ in periods]
    earliest, latest = periods[0][0], periods[-1][1]
    certain = [0] * len(periods)
    # What begins to be possible at each bar, less what ended before it.
    turns = [0] * (len(periods) + 1)
    for span in spans:
        if not (span.possibly(earliest, latest) and span.possibly(*within)):
            continue
        first = max(span.first or earliest, within[0] or earliest, earliest)
        last = min(span.last or latest, within[1] or latest, latest)
        low = bisect_right(starts, first.toordinal()) - 1
        high = bisect_right(starts, last.toordinal()) - 1
        if low == high and span.surely(*periods[low]) and span.surely(*within):
            certain[low] += span.number
        else:
            turns[low] += span.number
            turns[high + 1] -= span.number
    bars, possible = [], 0
    for place, (first, last) in enumerate(periods):
        possible += turns[place]
        bars.append(Bar(first, last, certain[place], possible))
    return tuple(bars)
