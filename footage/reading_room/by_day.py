"""Ways into the footage by date: all years, a year, a month, a day; and the events beside them.

Each takes the query of its address, without its dates where the path says them, and keeps it in
its links.
"""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from footage import dates
from footage.catalogue import answers, authorities
from footage.catalogue.authorities import EVENT, NEIGHBOURHOOD, Authorities
from footage.catalogue.queries import Query
from footage.reading_room import calendars
from footage.reading_room.listing import listing, paged
from footage.reading_room.named import named
from footage.reading_room.narrowing import narrowing
from footage.reading_room.rendering import page, reader_language, respond
from footage.reading_room.wording import say, say_day

FIRST_YEAR, LAST_YEAR = 1880, 2199


@page
def all_dates(request: HttpRequest) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    query = replace(Query.read(request.GET), after="")
    spans = answers.days(query, names)
    within = (query.start, query.end)
    context = {
        **narrowing(query, request.GET, names, language, request.path),
        **calendars.years(spans, within, language, query.without_dates().address),
        "timeline": timeline(names, within, language),
    }
    return respond(request, "dates.html", context)


@page
def year(request: HttpRequest, year: int) -> HttpResponse:
    first, last = _day(year, 1, 1), _day(year, 12, 31)
    names, language = authorities.current(), reader_language()
    query, kept = _kept(request)
    spans = answers.days(replace(query, start=first, end=last), names)
    certain, possible = calendars.within(spans, first, last)
    context = {
        **narrowing(query, request.GET, names, language, request.path),
        **calendars.year_of_days(spans, year, language, kept),
        "year": year,
        "certain": certain,
        "possible": possible,
        "timeline": timeline(names, (first, last), language),
        "dates_path": f"/{language}/dates/{kept}",
        "list_path": f"/{language}/clips/{replace(query, start=first, end=last).address}",
        "before": _year_path(year - 1, language) + kept if _filmable(year - 1) else "",
        "after": _year_path(year + 1, language) + kept if _filmable(year + 1) else "",
    }
    return respond(request, "year.html", context)


@page
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    first = _day(year, month, 1)
    last = date(year, month, monthrange(year, month)[1])
    names, language = authorities.current(), reader_language()
    query, kept = _kept(request)
    found = replace(query, start=first, end=last)
    spans = answers.days(found, names)
    certain, possible = calendars.within(spans, first, last)
    context = {
        **narrowing(query, request.GET, names, language, request.path),
        "said": say(f"{year:04}-{month:02}", language),
        "year": year,
        "dates_path": f"/{language}/dates/{kept}",
        "year_path": _year_path(year, language) + kept,
        "weekdays": calendars.NAMED_WEEKDAYS[language],
        "weeks": calendars.weeks(spans, year, month, language, kept),
        "certain": certain,
        "possible": possible,
        "timeline": timeline(names, (first, last), language),
        "before": _month_link(first - timedelta(1), language, kept),
        "after": _month_link(last + timedelta(1), language, kept),
        "list_path": f"/{language}/clips/{found.address}",
    }
    return respond(request, "month.html", context)


@page
def day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    chosen = _day(year, month, day)
    query, kept = _kept(request)
    on_that_day = replace(query, start=chosen, end=chosen)
    listed = replace(on_that_day, sort="surely", after=request.GET.get("after", ""))
    found = answers.answer(listed, names, facets=())
    context = {
        **narrowing(query, request.GET, names, language, request.path),
        **listing(listed, found, names, language, paged(query, request.path)),
        "said": say_day(chosen, language),
        "weekday": calendars.WEEKDAYS[language][(chosen.weekday() + 2) % 7],
        "month_said": say(f"{year:04}-{month:02}", language),
        "dates_path": f"/{language}/dates/{kept}",
        "month_path": f"/{language}/dates/{year:04}/{month:02}/{kept}",
        "timeline": timeline(names, (chosen, chosen), language),
        "before": _day_link(chosen - timedelta(1), language, kept),
        "after": _day_link(chosen + timedelta(1), language, kept),
        "list_path": f"/{language}/clips/{on_that_day.address}",
    }
    return respond(request, "day.html", context)


def timeline(
    names: Authorities, within: tuple[date | None, date | None], language: str
) -> list[dict[str, Any]]:
    """The published events that may have happened between two days, in their order.

    `year` is the one in which each began. An event whose date nobody knows is not among them.
    """
    start, end = within
    found = []
    for event in names.of_kind(EVENT):
        try:
            happened = dates.parse(str(event.facts.get("happened") or ""))
        except dates.DateError:
            continue
        known = happened.earliest or happened.latest
        first, last = happened.earliest or date.min, happened.latest or date.max
        if known is None or (start and last < start) or (end and first > end):
            continue
        place = names.get(NEIGHBOURHOOD, event.facts.get("place"))
        shown = {
            **named(event, language),
            "happened": say(happened.edtf, language),
            "year": known.year,
            "place": named(place, language) if place else None,
        }
        found.append(((first, last, event.slug), shown))
    return [shown for _order, shown in sorted(found, key=lambda each: each[0])]


# --- The parts ---------------------------------------------------------------------------------
def _kept(request: HttpRequest) -> tuple[Query, str]:
    """The query of the address, and as links carry it on; its dates are those of the path."""
    query = Query.read(request.GET).without_dates()
    # The cursor is one of the page of a day, and no list's.
    ignored = tuple(each for each in query.ignored if each[0] != "after")
    sort = "relevance" if query.text else "newest"
    query = replace(query, after="", sort=sort, ignored=ignored)
    return query, query.address


def _day(year: int, month: int, day: int) -> date:
    """A day of the calendar. Raises Http404, also for years no film can be of."""
    try:
        found = date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    if not _filmable(year):
        raise Http404
    return found


def _filmable(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


def _year_path(year: int, language: str) -> str:
    return f"/{language}/dates/{year:04}/"


def _month_link(day: date, language: str, kept: str) -> dict[str, str] | None:
    """The month of a day; none beyond the years there are."""
    if not _filmable(day.year):
        return None
    return {
        "said": say(f"{day:%Y-%m}", language),
        "path": f"/{language}/dates/{day:%Y/%m}/{kept}",
    }


def _day_link(day: date, language: str, kept: str) -> dict[str, str] | None:
    if not _filmable(day.year):
        return None
    return {"said": say_day(day, language), "path": f"/{language}/dates/{day:%Y/%m/%d}/{kept}"}
