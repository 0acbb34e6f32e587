"""How many: the numbers of an answer, and its dates as bars. Pure: nothing is asked of a database.

Dates are counted twice, because many are not known to the day. A record is *certainly* of a period
when its filmed date carries no qualifier and lies wholly inside, and *possibly* when it may have
been filmed in it. A record of unknown date is of no period.
"""

import calendar
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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
        """The span written as "first|last|certain": days, months (ISO 8601) or nothing; 1 or 0."""
        first, last, certain = text.split("|")
        return cls(_first_day(first), _last_day(last), certain == "1", number)

    def possibly(self, start: date | None, end: date | None) -> bool:
        """Whether it may lie between two days, both included; None is no bound."""
        return (start is None or self.last is None or self.last >= start) and (
            end is None or self.first is None or self.first <= end
        )

    def seen_from(self, within: "Range") -> "Span":
        """The same, certain only if it surely lies in a range."""
        return replace(self, certain=self.surely(*within))

    def surely(self, start: date | None, end: date | None) -> bool:
        return (
            self.certain
            and self.first is not None
            and self.last is not None
            and (start is None or self.first >= start)
            and (end is None or self.last <= end)
        )


def _first_day(text: str) -> date | None:
    return date.fromisoformat(text if len(text) == 10 else f"{text}-01") if text else None


def _last_day(text: str) -> date | None:
    if len(text) == 10:
        return date.fromisoformat(text)
    return _end_of_month(date.fromisoformat(f"{text}-01")) if text else None


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
    `counted` is false where only total and certain were: the database answered in the place of the
    index, and would have taken long.
    """

    total: int
    certain: int
    counts: Mapping[str, Mapping[str, int]]
    years: tuple[Bar, ...] = ()
    months: tuple[Bar, ...] = ()
    histogram: tuple[Bar, ...] = ()
    counted: bool = True

    @property
    def size(self) -> int:
        """So many numbers are in it."""
        bars = len(self.years) + len(self.months) + len(self.histogram)
        return sum(map(len, self.counts.values())) + 4 * bars

    @property
    def possible(self) -> int:
        return self.total - self.certain

    def count(self, facet: str, value: str) -> int:
        return self.counts.get(facet, {}).get(value, 0)


Range = tuple[date | None, date | None]
Period = tuple[date, date]
Bars = tuple[Bar, ...]
EVER: Range = (None, None)


def years(spans: Iterable[Span], within: Range = EVER) -> Bars:
    """`certain` of a span says here, and in all below, that it surely lies in the range too."""
    spans = list(spans)
    reach = _reach(spans, within)
    return _bars(spans, list(_years(*reach))) if reach else ()


def months(spans: Iterable[Span], within: Range = EVER) -> Bars:
    spans = list(spans)
    reach = _reach(spans, within)
    return _bars(spans, list(_months(*reach))) if reach else ()


def days(spans: Iterable[Span], first: date, last: date) -> Bars:
    """Every day between two, both included; a few years at most."""
    return _bars(list(spans), list(_days(first, last)))


def histogram(coarse: Iterable[Span], within: Range, fine: Callable[[], Iterable[Span]]) -> Bars:
    """As fine as so many bars allow. `coarse` are the spans by whole months, `fine` by days."""
    spans = list(coarse)
    reach = _reach(spans, within)
    if reach is None:
        return ()
    if (reach[1] - reach[0]).days < MOST_DAYS:
        spans = list(fine())
        reach = _reach(spans, within) or reach
        return _bars(spans, list(_days(*reach)))
    shown = list(_months(*reach))
    return _bars(spans, shown if len(shown) <= MOST_MONTHS else list(_years(*reach)))


def of_months(spans: Iterable[Span]) -> list[Span]:
    """The same, known to the month only."""
    known: Counter[tuple[date | None, date | None, bool]] = Counter()
    for span in spans:
        first = span.first and span.first.replace(day=1)
        known[first, span.last and _end_of_month(span.last), span.certain] += span.number
    return [Span(*key, number) for key, number in known.items()]


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


def _days(first: date, last: date) -> Iterator[Period]:
    days = (first + timedelta(each) for each in range((last - first).days + 1))
    return ((day, day) for day in days)


def _months(first: date, last: date) -> Iterator[Period]:
    for number in range(12 * first.year + first.month - 1, 12 * last.year + last.month):
        begin = date(number // 12, number % 12 + 1, 1)
        yield begin, _end_of_month(begin)


def _years(first: date, last: date) -> Iterator[Period]:
    return ((date(year, 1, 1), date(year, 12, 31)) for year in range(first.year, last.year + 1))


def _end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _bars(spans: list[Span], periods: list[Period]) -> Bars:
    """The bars of periods that follow each other without a gap. One pass over the spans."""
    starts = [first.toordinal() for first, _ in periods]
    earliest, latest = periods[0][0], periods[-1][1]
    certain = [0] * len(periods)
    # What begins to be possible at each bar, less what ended before it.
    turns = [0] * (len(periods) + 1)
    for span in spans:
        if not span.possibly(earliest, latest):
            continue
        first = span.first if span.first and span.first > earliest else earliest
        last = span.last if span.last and span.last < latest else latest
        low = bisect_right(starts, first.toordinal()) - 1
        high = bisect_right(starts, last.toordinal()) - 1
        if low == high and span.surely(*periods[low]):
            certain[low] += span.number
        else:
            turns[low] += span.number
            turns[high + 1] -= span.number
    bars, possible = [], 0
    for place, (first, last) in enumerate(periods):
        possible += turns[place]
        bars.append(Bar(first, last, certain[place], possible))
    return tuple(bars)
