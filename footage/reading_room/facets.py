"""What a list can be narrowed to: groups of links with exact counts, and its dates as bars. Pure.

Every value is a link: a chosen one leads to the list without it, any other to the list with it as
well. So all of it works without scripts, can be opened beside, and says where it leads.
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from footage.catalogue.authorities import Authorities
from footage.catalogue.counts import Bar, Facets
from footage.catalogue.queries import FACETS, FILMED, SORTS, Query
from footage.reading_room.narrowing import facet_titles, value_label
from footage.reading_room.wording import say

# Of a group; the others are behind "more".
SHOWN = 8
# Opened at first, beside those in which something is chosen.
OPEN = {FILMED, "neighbourhood"}
# Of a query's address, in characters. Each value repeats it, so a longer one offers no more values.
LONGEST_REPEATED = 1_500
# For a value not yet known, and as an address writes it: no text of a reader holds it.
STAND_IN, WRITTEN = "\0", "%00"
# For dates not yet known: in a text of a reader these signs are written otherwise.
EVER_WRITTEN = f"from={date.min.isoformat()}&to={date.max.isoformat()}"
# The drawing of the bars, in units; a stylesheet stretches it.
BAR, HEIGHT = 10, 100


def filters(
    query: Query, counted: Facets, names: Authorities, language: str, path: str
) -> dict[str, Any]:
    """The context of `facets.html` and `histogram.html`."""
    groups = []
    if len(query.address) <= LONGEST_REPEATED:
        titles = {**facet_titles(), FILMED: _("Year and month")}
        groups = [
            {**_filmed(query, counted, language, path), "title": titles[FILMED]},
            *(
                {**_group(facet, query, counted, names, language, path), "title": titles[facet]}
                for facet in FACETS
            ),
        ]
    return {
        "groups": [group for group in groups if group["values"] or group["chosen"]],
        "too_long": not groups,
        "orders": _orders(query, path),
        "histogram": _histogram(query, counted.histogram, language, path),
        "kept_dates": [
            pair for pair in query.pairs() if pair[0] not in ("from", "to", "certainly", "after")
        ],
        "path": path,
    }


def _orders(query: Query, path: str) -> list[dict[str, Any]]:
    titles = {
        "relevance": _("Best match first"),
        "newest": _("Latest filmed first"),
        "oldest": _("Earliest filmed first"),
        "published": _("Latest published first"),
    }
    return [
        {
            "title": titles[name],
            "path": path + replace(query, sort=name, after="").address,
            "current": name == query.sort,
        }
        for name in SORTS
        if query.text or name != "relevance"
    ]


# --- Values --------------------------------------------------------------------------------------
def _group(
    facet: str, query: Query, counted: Facets, names: Authorities, language: str, path: str
) -> dict[str, Any]:
    """The values of one facet: in a closed vocabulary's own order, else the most frequent first."""
    counts = counted.counts.get(facet, {})
    chosen = query.values(facet)
    labels = {
        value: label
        for value in dict.fromkeys((*counts, *chosen))
        if (label := value_label(facet, value, names, language))
    }
    vocabulary = FACETS[facet]
    if vocabulary is not None:
        order = {code: place for place, code in enumerate(vocabulary.codes)}
        ordered = sorted(labels, key=lambda value: order[value])
    else:
        ordered = sorted(labels, key=lambda value: (-counts.get(value, 0), labels[value]))
    added = path + query.with_value(facet, STAND_IN).address
    values = [
        {
            "label": labels[value],
            "count": counts.get(value, 0),
            "chosen": value in chosen,
            # Slugs and codes stand in an address as they are.
            "path": _without(query, facet, value, path)
            if value in chosen
            else added.replace(WRITTEN, value),
        }
        for value in ordered
    ]
    return _in_parts(facet, values, opened=bool(query.chosen.get(facet)))


def _without(query: Query, facet: str, value: str, path: str) -> str:
    """The list without a chosen value; "" for the clips that nobody chose."""
    chosen = value in query.chosen.get(facet, ())
    return path + query.without(facet, value).address if chosen else ""


def _in_parts(name: str, values: list[dict[str, Any]], *, opened: bool) -> dict[str, Any]:
    others = [value for value in values if not value["chosen"]]
    # A single one more is shown rather than hidden behind a link as long as itself.
    shown = SHOWN if len(others) > SHOWN + 1 else len(others)
    return {
        "name": name,
        "chosen": [value for value in values if value["chosen"]],
        "values": others[:shown],
        "more": others[shown:],
        "open": opened or name in OPEN,
    }


# --- Years and months ----------------------------------------------------------------------------
def _filmed(query: Query, counted: Facets, language: str, path: str) -> dict[str, Any]:
    """Years; and the months of the year that was chosen, or of the only one there is."""
    years = [bar for bar in counted.years if bar.certain or bar.possible]
    within = _year_of(query) or (years[0].first.year if len(years) == 1 else None)
    bars = []
    for bar in years:
        bars.append(bar)
        if bar.first.year == within:
            bars += [
                each
                for each in counted.months
                if each.first.year == within and (each.certain or each.possible)
            ]
    address = _dated(query, path)
    values = [_period(query, bar, language, path, address) for bar in bars]
    group = _in_parts(FILMED, values, opened=True)
    # Years and months stay in their order, however many there are.
    doubt = any(bar.possible for bar in bars)
    return {**group, "values": group["values"] + group["more"], "more": [], "doubt": doubt}


def _year_of(query: Query) -> int | None:
    start, end = query.start, query.end
    return start.year if start and end and start.year == end.year else None


def _period(
    query: Query, bar: Bar, language: str, path: str, address: Callable[[date, date], str]
) -> dict[str, Any]:
    chosen = (query.start, query.end) == (bar.first, bar.last)
    without = path + query.without_dates().address if chosen else ""
    return {
        "label": say(edtf(bar.first, bar.last), language),
        "count": bar.certain,
        "possible": bar.possible,
        "chosen": chosen,
        "inner": bar.first.month != 1 or bar.last.month != 12,
        "path": without or address(bar.first, bar.last),
    }


def _dated(query: Query, path: str) -> Callable[[date, date], str]:
    """The address of the list within two days; a page has hundreds, which differ in these."""
    written = path + within(query, date.min, date.max).address
    return lambda first, last: written.replace(
        EVER_WRITTEN, f"from={first.isoformat()}&to={last.isoformat()}"
    )


def within(query: Query, first: date, last: date) -> Query:
    return replace(query, start=first, end=last, after="")


def edtf(first: date, last: date) -> str:
    """A year, a month, a day, or the interval between two days."""
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return f"{first:%Y}"
    whole = (first.day, last.day) == (1, monthrange(last.year, last.month)[1])
    if whole and (first.year, first.month) == (last.year, last.month):
        return f"{first:%Y-%m}"
    return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"


# --- Bars ----------------------------------------------------------------------------------------
def _histogram(
    query: Query, bars: tuple[Bar, ...], language: str, path: str
) -> dict[str, Any] | None:
    """Bars for an SVG, in the direction of reading; None where there would be fewer than two."""
    if len(bars) < 2 or len(query.address) > LONGEST_REPEATED:
        return None
    most = max(bar.certain + bar.possible for bar in bars)
    if not most:
        return None
    label = _("%(period)s: certainly %(sure)s, possibly %(may)s")
    address = _dated(query, path)
    drawn = []
    for place, bar in enumerate(bars):
        sure, may = (_height(number, most) for number in (bar.certain, bar.possible))
        if not sure and not may:
            continue
        said = say(edtf(bar.first, bar.last), language)
        drawn.append(
            {
                "x": str(BAR * (place if language == "en" else len(bars) - 1 - place)),
                # As text: a template would write a number as a reader's language does.
                "sure": sure and str(sure),
                "sure_y": str(HEIGHT - sure),
                "may": may and str(may),
                "may_y": str(HEIGHT - sure - may),
                "label": label
                % {"period": said, "sure": f"{bar.certain:,}", "may": f"{bar.possible:,}"},
                "path": address(bar.first, bar.last),
            }
        )
    return {
        "width": str(BAR * len(bars)),
        "height": str(HEIGHT),
        "bars": drawn,
        "first": say(edtf(bars[0].first, bars[0].last), language),
        "last": say(edtf(bars[-1].first, bars[-1].last), language),
        "doubt": any(bar.possible for bar in bars),
    }


def _height(number: int, most: int) -> int:
    """At least two units of what is there at all, so that it can be seen and touched."""
    return max(2, round(number * HEIGHT / most)) if number else 0
