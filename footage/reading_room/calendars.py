"""Calendars of filmed dates: months as tiles, a month as weeks, certain and possible apart.

Weeks begin on Saturday, as in Syria. Pure: spans in, plain dictionaries out.
"""

import calendar
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from footage.catalogue.counts import Span
from footage.reading_room.wording import say

WEEKDAYS = {
    "en": ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "ar": ("السبت", "الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة"),
}
SHORT_WEEKDAYS = {
    "en": ("Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"),
    "ar": ("سبت", "أحد", "اثنين", "ثلاثاء", "أربعاء", "خميس", "جمعة"),
}
SHADES = 4


def years_of(spans: Iterable[Span]) -> tuple[int, int] | None:
    """The first and last year of any known bound; an open side reaches no further."""
    known = [day.year for span in spans for day in (span.first, span.last) if day]
    return (min(known), max(known)) if known else None


def years(spans: list[Span], language: str) -> list[dict[str, Any]]:
    """Each year of the archive with its twelve months, their counts and their shades."""
    reach = years_of(spans)
    if reach is None:
        return []
    counts = {
        (year, month): _within(spans, *_month(year, month))
        for year in range(reach[0], reach[1] + 1)
        for month in range(1, 13)
    }
    most = max((certain for certain, _ in counts.values()), default=0)
    return [
        {
            "year": year,
            "certain": sum(span.number for span in spans if _sure(span, *_year(year))),
            "months": [
                _tile(year, month, counts[year, month], most, language) for month in range(1, 13)
            ],
        }
        for year in range(reach[0], reach[1] + 1)
    ]


def _tile(
    year: int, month: int, counted: tuple[int, int], most: int, language: str
) -> dict[str, Any]:
    certain, possible = counted
    return {
        "name": say(f"{year:04}-{month:02}", language).removesuffix(f" {year:04}"),
        "path": f"/{language}/dates/{year:04}/{month:02}/",
        "certain": certain,
        "possible": possible,
        "shade": _shade(certain, most),
    }


def weeks(spans: list[Span], year: int, month: int, language: str) -> list[list[dict[str, Any]]]:
    """The weeks of a month; days of its neighbours are empty dictionaries."""
    first, last = _month(year, month)
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    certain = Counter({day: 0 for day in days})
    for span in spans:
        if span.certain and span.first and span.first == span.last and span.first in certain:
            certain[span.first] += span.number
    most = max(certain.values())
    cells: list[dict[str, Any]] = [{} for _ in range((first.weekday() + 2) % 7)]
    for day in days:
        possible = _within(spans, day, day)[1]
        cells.append(
            {
                "day": day.day,
                "said": say(day.isoformat(), language),
                "path": f"/{language}/dates/{day:%Y/%m/%d}/",
                "certain": certain[day],
                "possible": possible,
                "shade": _shade(certain[day], most),
            }
        )
    cells += [{} for _ in range(-len(cells) % 7)]
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def _within(spans: Iterable[Span], first: date, last: date) -> tuple[int, int]:
    """How many records surely belong to the days from first to last, and how many may."""
    sure = may = 0
    for span in spans:
        if _sure(span, first, last):
            sure += span.number
        elif (span.first is None or span.first <= last) and (
            span.last is None or span.last >= first
        ):
            may += span.number
    return sure, may


def _sure(span: Span, first: date, last: date) -> bool:
    return bool(
        span.certain and span.first and span.last and span.first >= first and span.last <= last
    )


def _shade(number: int, most: int) -> int:
    """0 for none, else 1 to SHADES by share of the most."""
    return 0 if not number else 1 + (number * SHADES - 1) // most if most else 0


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)
