"""Ways into the footage: by place, by day, by person, by event and by film."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from footage import vocabularies
from footage.catalogue import answers, authorities, database, moments
from footage.catalogue.authorities import (
    EVENT,
    FILM,
    JOURNALIST,
    NEIGHBOURHOOD,
    WITNESS,
    Authorities,
    Authority,
)
from footage.catalogue.queries import Query
from footage.reading_room import calendars, pages
from footage.reading_room.listing import listing
from footage.reading_room.rendering import page, reader_language, respond
from footage.reading_room.wording import Text, say, say_day

BOTH = ("clip", "testimony")
# The shot list of a film is one page.
MOST_SHOWN = 500
FIRST_YEAR, LAST_YEAR = 1880, 2199


# --- By place ----------------------------------------------------------------------------------
@page
def neighbourhoods(request: HttpRequest) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    counts = _counts("neighbourhood", names)
    entries = [
        {**_named(entry, language), "count": counts.get(entry.slug, 0)}
        for entry in names.of_kind(NEIGHBOURHOOD)
        if entry.slug in counts or entry.facts.get("kind", "neighbourhood") != "city"
    ]
    entries.sort(key=lambda entry: entry["name"])
    context = {
        "with_footage": [entry for entry in entries if entry["count"]],
        "without": [entry for entry in entries if not entry["count"]],
    }
    return respond(request, "neighbourhoods.html", context)


@page
def neighbourhood(request: HttpRequest, slug: str) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    place = _one(names, NEIGHBOURHOOD, slug)
    kind = str(place.facts.get("kind", ""))
    kinds = vocabularies.PLACE_KINDS
    parent = names.get(NEIGHBOURHOOD, place.facts.get("parent"))
    context = {
        "place": _named(place, language),
        "place_kind": kinds.label(kind, language) if kind in kinds else "",
        "parent": _named(parent, language) if parent else None,
        **_list_of(request, names, language, {"neighbourhood": (slug,)}),
    }
    return respond(request, "neighbourhood.html", context)


# --- By day ------------------------------------------------------------------------------------
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
    shown = listing(query, found, names, language, _paged(request.path))
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


# --- By person ---------------------------------------------------------------------------------
@page
def journalists(request: HttpRequest) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    counts = _counts("journalist", names)
    entries = [
        {**_named(entry, language), "count": counts.get(entry.slug, 0)}
        for entry in names.of_kind(JOURNALIST)
    ]
    entries.sort(key=lambda entry: entry["name"])
    return respond(request, "journalists.html", {"journalists": entries})


@page
def journalist(request: HttpRequest, slug: str) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    person = _one(names, JOURNALIST, slug)
    context = {
        "person": _named(person, language),
        **_list_of(request, names, language, {"journalist": (slug,)}),
    }
    return respond(request, "journalist.html", context)


# --- By event and film -------------------------------------------------------------------------
@page
def event(request: HttpRequest, slug: str) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    entry = _one(names, EVENT, slug)
    happened = str(entry.facts.get("happened") or "")
    place = names.get(NEIGHBOURHOOD, entry.facts.get("place"))
    context = {
        "event": _named(entry, language),
        "happened": say(happened, language) if happened else "",
        "place": _named(place, language) if place else None,
        "source": entry.fact("source", language),
        **_list_of(request, names, language, {"event": (slug,), "kind": BOTH}),
    }
    return respond(request, "event.html", context)


@page
def film(request: HttpRequest, slug: str) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    entry = _one(names, FILM, slug)
    # Rows through their index, however many there are: right also while no index is there.
    used = database.page(Query(chosen={"film": (slug,), "kind": BOTH}), MOST_SHOWN).records
    archive = answers.answer(
        Query(chosen={"kind": BOTH}), names, facets=("kind", "journalist"), size=0
    ).facets
    broadcast = str(entry.facts.get("broadcast_on") or "")
    witnesses = [names.get(WITNESS, each) for each in entry.facts.get("witnesses", ())]
    credited = archive.counts.get("journalist", {})
    context = {
        "film": _named(entry, language),
        "paragraphs_other": Text.of(
            entry.text("ar" if language == "en" else "en"), "ar" if language == "en" else "en"
        ),
        "broadcaster": entry.fact("broadcaster", language),
        "broadcast_title": entry.fact("broadcast_title", language),
        "broadcast_on": say(broadcast, language) if broadcast else "",
        "source": entry.fact("source", language),
        "witnesses": [_named(each, language) for each in witnesses if each],
        "journalists": [
            {**_named(each, language), "count": credited[each.slug]}
            for each in names.of_kind(JOURNALIST)
            if each.slug in credited
        ],
        "testimonies": archive.count("kind", "testimony"),
        "shots": _shots(slug, used, names, language),
    }
    return respond(request, "film.html", context)


# --- The parts ---------------------------------------------------------------------------------
def _counts(facet: str, names: Authorities) -> Mapping[str, int]:
    """How many clips each value of a facet has."""
    return answers.answer(Query(), names, facets=(facet,), size=0).facets.counts.get(facet, {})


def _list_of(
    request: HttpRequest, names: Authorities, language: str, chosen: dict[str, tuple[str, ...]]
) -> dict[str, Any]:
    """The list of what was chosen, paged at this page's own address."""
    asked = request.GET.get("after", "")
    query = Query(chosen=chosen, after=asked)
    found = answers.answer(query, names, facets=())
    shown = listing(query, found, names, language, _paged(request.path))
    return {**shown, "list_path": f"/{language}/clips/{Query(chosen=chosen).address}"}


def _paged(path: str) -> Callable[[str], str]:
    """Addresses of the pages of a list whose path already says the rest of its query."""
    return lambda cursor: f"{path}?after={cursor}" if cursor else path


def _shots(slug: str, rows: list[Any], names: Authorities, language: str) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        document = row.read()
        shown = pages.card(document, names, language)
        found += [
            {
                "card": shown,
                "position": shot.position,
                "start": shot.start_s,
                "end": shot.end_s,
                "path": f"{shown['path']}?t={moments.write((shot.start_s, shot.end_s))}#player",
            }
            for shot in document.shots
            if shot.film == slug
        ]
    return sorted(found, key=lambda each: each["position"])


def _one(names: Authorities, kind: str, slug: str) -> Authority:
    found = names.get(kind, slug)
    if found is None:
        raise Http404
    return found


FOLDERS = {
    NEIGHBOURHOOD: "neighbourhoods",
    JOURNALIST: "journalists",
    EVENT: "events",
    FILM: "films",
}


def _named(entry: Authority, language: str) -> dict[str, Any]:
    other = "ar" if language == "en" else "en"
    folder = FOLDERS.get(entry.kind)
    return {
        "slug": entry.slug,
        "name": entry.name(language),
        "other": Text.of(entry.other_name(language), other),
        "text": entry.text(language),
        "path": f"/{language}/{folder}/{entry.slug}/" if folder else "",
        "demonstration": bool(entry.facts.get("demonstration")),
    }


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
