"""Calendars of filmed dates: months as tiles, days as a heat map, certain and possible apart.

Weeks begin on Saturday, as in Syria. Pure: spans in, plain dictionaries out. `kept` is the query
that every link carries on, with its question mark, or "".
"""

import calendar
from collections.abc import Iterable
from datetime import date
from typing import Any

from footage.catalogue import counts
from footage.catalogue.counts import Bar, Span
from footage.reading_room import shades
from footage.reading_room.wording import say

WEEKDAYS = {
    "en": ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "ar": ("السبت", "الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة"),
}
SHORT_WEEKDAYS = {
    "en": ("Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"),
    "ar": ("سبت", "أحد", "اثنين", "ثلاثاء", "أربعاء", "خميس", "جمعة"),
}
NAMED_WEEKDAYS = {
    language: list(zip(WEEKDAYS[language], SHORT_WEEKDAYS[language], strict=True))
    for language in WEEKDAYS
}


def years(spans: list[Span], within: counts.Range, language: str, kept: str) -> dict[str, Any]:
    """`years`, each with its twelve months, their counts and shades; and the `legend`."""
    by_month = {(bar.first.year, bar.first.month): bar for bar in counts.months(spans, within)}
    bounds = shades.steps(max((bar.certain for bar in by_month.values()), default=0))
    found = []
    for each in counts.years(spans, within):
        year = each.first.year
        months = [by_month.get((year, month)) for month in range(1, 13)]
        found.append(
            {
                "year": year,
                "path": f"/{language}/dates/{year:04}/{kept}",
                "certain": each.certain,
                "months": [
                    _tile(year, month, bar, bounds, language, kept)
                    for month, bar in enumerate(months, 1)
                ],
            }
        )
    return {"years": found, "legend": shades.legend(bounds)}


def year_of_days(spans: list[Span], year: int, language: str, kept: str) -> dict[str, Any]:
    """`months`, each with its days in weeks, their counts and shades; and the `legend`."""
    bars = counts.days(spans, date(year, 1, 1), date(year, 12, 31))
    bounds = shades.steps(max(bar.certain for bar in bars))
    whole = {bar.first.month: bar for bar in counts.months(spans, _year(year))}
    months = []
    for month in range(1, 13):
        days = [bar for bar in bars if bar.first.month == month]
        cells = [_cell(bar, bounds, language, kept) for bar in days]
        tile = _tile(year, month, whole.get(month), [], language, kept)
        months.append({**tile, "blank": range(_blank(days[0].first)), "days": cells})
    return {"months": months, "legend": shades.legend(bounds)}


def weeks(
    spans: list[Span], year: int, month: int, language: str, kept: str
) -> list[list[dict[str, Any]]]:
    """The weeks of a month; days of its neighbours are empty dictionaries."""
    last = calendar.monthrange(year, month)[1]
    bars = counts.days(spans, date(year, month, 1), date(year, month, last))
    bounds = shades.steps(max(bar.certain for bar in bars))
    cells: list[dict[str, Any]] = [{} for _ in range(_blank(bars[0].first))]
    cells += [_cell(bar, bounds, language, kept) for bar in bars]
    cells += [{} for _ in range(-len(cells) % 7)]
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def within(spans: Iterable[Span], first: date, last: date) -> tuple[int, int]:
    """How many records surely belong to the days from first to last, and how many may."""
    sure = may = 0
    for span in spans:
        if span.surely(first, last):
            sure += span.number
        elif span.possibly(first, last):
            may += span.number
    return sure, may


def _tile(
    year: int, month: int, bar: Bar | None, bounds: list[int], language: str, kept: str
) -> dict[str, Any]:
    certain, possible = (bar.certain, bar.possible) if bar else (0, 0)
    return {
        "name": say(f"{year:04}-{month:02}", language).removesuffix(f" {year:04}"),
        "path": f"/{language}/dates/{year:04}/{month:02}/{kept}",
        "certain": certain,
        "possible": possible,
        "shade": shades.shade(certain, bounds),
    }


def _cell(bar: Bar, bounds: list[int], language: str, kept: str) -> dict[str, Any]:
    return {
        "day": bar.first.day,
        "said": say(bar.first.isoformat(), language),
        "path": f"/{language}/dates/{bar.first:%Y/%m/%d}/{kept}",
        "certain": bar.certain,
        "possible": bar.possible,
        "shade": shades.shade(bar.certain, bounds),
    }


def _blank(first: date) -> int:
    """How many days of its first week lie before a month."""
    return (first.weekday() + 2) % 7


def _year(year: int) -> counts.Range:
    return date(year, 1, 1), date(year, 12, 31)
