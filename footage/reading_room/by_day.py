"""Ways into the footage by date: all years, a year, a month, a day."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse

from footage.catalogue import answers, authorities
from footage.catalogue.queries import Query
from footage.reading_room import calendars
from footage.reading_room.listing import listing, paged
from footage.reading_room.rendering import page, reader_language, respond
from footage.reading_room.wording import say, say_day

FIRST_YEAR, LAST_YEAR = 1880, 2199


@page
def all_dates(request: HttpRequest) -> HttpResponse:
    spans = answers.days(Query(), authorities.current())
    return respond(
        request, "dates.html", {"years": calendars.years(spans, reader_language()), "year": None}
    )


@page
def year(request: HttpRequest, year: int) -> HttpResponse:
    first, last = _day(year, 1, 1), _day(year, 12, 31)
    spans = answers.days(Query(start=first, end=last), authorities.current())
    language = reader_language()
    tiles = [each for each in calendars.years(spans, language) if each["year"] == year]
    context = {
        "years": tiles,
        "year": year,
        "spread": sum(s.number for s in spans if not s.surely(first, last)),
        "before": _year_path(year - 1, language),
        "after": _year_path(year + 1, language),
    }
    return respond(request, "dates.html", context)


@page
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    first = _day(year, month, 1)
    following = date(*_next_month(year, month), 1)
    last = following - timedelta(1)
    language = reader_language()
    query = Query(start=first, end=last)
    spans = answers.days(query, authorities.current())
    certain = sum(span.number for span in spans if span.surely(first, last))
    context = {
        "said": say(f"{year:04}-{month:02}", language),
        "year": year,
        "year_path": _year_path(year, language),
        "weekdays": list(
            zip(calendars.WEEKDAYS[language], calendars.SHORT_WEEKDAYS[language], strict=True)
        ),
        "weeks": calendars.weeks(spans, year, month, language),
        "certain": certain,
        "possible": sum(span.number for span in spans) - certain,
        "before": _month_link(first - timedelta(1), language),
        "after": _month_link(following, language),
        "list_path": f"/{language}/clips/{query.address}",
    }
    return respond(request, "month.html", context)


@page
def day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    chosen = _day(year, month, day)
    asked = request.GET.get("after", "")
    query = Query(start=chosen, end=chosen, sort="surely", after=asked)
    found = answers.answer(query, names, facets=())
    shown = listing(query, found, names, language, paged(request.path))
    context = {
        **shown,
        "said": say_day(chosen, language),
        "weekday": calendars.WEEKDAYS[language][(chosen.weekday() + 2) % 7],
        "month_said": say(f"{year:04}-{month:02}", language),
        "month_path": f"/{language}/dates/{year:04}/{month:02}/",
        "before": _day_link(chosen - timedelta(1), language),
        "after": _day_link(chosen + timedelta(1), language),
        "list_path": f"/{language}/clips/{Query(start=chosen, end=chosen).address}",
    }
    return respond(request, "day.html", context)


# --- The parts ---------------------------------------------------------------------------------
def _day(year: int, month: int, day: int) -> date:
    """A day of the calendar. Raises Http404, also for years no film can be of."""
    try:
        found = date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return found


def _next_month(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)


def _year_path(year: int, language: str) -> str:
    return f"/{language}/dates/{year:04}/"


def _month_link(day: date, language: str) -> dict[str, str]:
    return {
        "said": say(f"{day:%Y-%m}", language),
        "path": f"/{language}/dates/{day:%Y/%m}/",
    }


def _day_link(day: date, language: str) -> dict[str, str]:
    return {"said": say_day(day, language), "path": f"/{language}/dates/{day:%Y/%m/%d}/"}
