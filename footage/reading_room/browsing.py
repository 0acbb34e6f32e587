"""Ways into the footage by person, by event and by film."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from footage import vocabularies
from footage.catalogue import answers, authorities, database, moments
from footage.catalogue.authorities import (
    EVENT,
    FILM,
    JOURNALIST,
    NEIGHBOURHOOD,
    WITNESS,
    Authorities,
)
from footage.catalogue.counts import Facets
from footage.catalogue.languages import other
from footage.catalogue.queries import Query
from footage.reading_room import pages
from footage.reading_room.by_day import timeline
from footage.reading_room.listing import list_of
from footage.reading_room.named import named, one
from footage.reading_room.rendering import page, reader_language, respond
from footage.reading_room.wording import Text, say, sources

BOTH = vocabularies.RECORD_KINDS.codes
# The shot list of a film is one page.
MOST_SHOWN = 500


# --- By person ---------------------------------------------------------------------------------
@page
def journalists(request: HttpRequest) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    counted = _counted("journalist", of=("clip",), names=names)
    entries = [
        {**named(entry, language), "count": counted.count("journalist", entry.slug)}
        for entry in names.of_kind(JOURNALIST)
    ]
    entries.sort(key=lambda entry: entry["name"])
    context = {"journalists": entries, "uncounted": not counted.counted}
    return respond(request, "journalists.html", context)


@page
def journalist(request: HttpRequest, slug: str) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    person = one(names, JOURNALIST, slug)
    context = {
        "person": named(person, language),
        **list_of(request, names, language, {"journalist": (slug,)}),
    }
    return respond(request, "journalist.html", context)


# --- By event and film -------------------------------------------------------------------------
@page
def events(request: HttpRequest) -> HttpResponse:
    """Every published event in the order of time; those whose date nobody knows come last."""
    names, language = authorities.current(), reader_language()
    dated = timeline(names, (None, None), language)
    known = {each["slug"] for each in dated}
    undated = [named(each, language) for each in names.of_kind(EVENT) if each.slug not in known]
    counted = _counted("event", of=BOTH, names=names)
    entries = [{**each, "count": counted.count("event", each["slug"])} for each in dated + undated]
    context = {"events": entries, "uncounted": not counted.counted}
    return respond(request, "events.html", context)


@page
def event(request: HttpRequest, slug: str) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    entry = one(names, EVENT, slug)
    place = names.get(NEIGHBOURHOOD, entry.facts.get("place"))
    context = {
        "event": named(entry, language),
        "happened": say(str(entry.facts.get("happened") or ""), language),
        "place": named(place, language) if place else None,
        "sources": sources(entry.fact("source", language)),
        **list_of(request, names, language, {"event": (slug,), "kind": BOTH}),
    }
    return respond(request, "event.html", context)


@page
def films(request: HttpRequest) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    counted = _counted("film", of=BOTH, names=names)
    entries = [
        {
            **named(entry, language),
            "broadcaster": entry.fact("broadcaster", language),
            "broadcast_on": say(str(entry.facts.get("broadcast_on") or ""), language),
            "count": counted.count("film", entry.slug),
        }
        for entry in names.of_kind(FILM)
    ]
    return respond(request, "films.html", {"films": entries, "uncounted": not counted.counted})


@page
def film(request: HttpRequest, slug: str) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    entry = one(names, FILM, slug)
    # Rows through their index, however many there are: right also while no index is there.
    used = database.page(Query(chosen={"film": (slug,), "kind": BOTH}), MOST_SHOWN).records
    archive = _counted("kind", "journalist", of=BOTH, names=names)
    witnesses = [names.get(WITNESS, each) for each in entry.facts.get("witnesses", ())]
    context = {
        "film": named(entry, language),
        "paragraphs_other": Text.of(entry.text(other(language)), other(language)),
        "broadcaster": entry.fact("broadcaster", language),
        "broadcast_title": entry.fact("broadcast_title", language),
        "broadcast_on": say(str(entry.facts.get("broadcast_on") or ""), language),
        "sources": sources(entry.fact("source", language)),
        "witnesses": [named(each, language) for each in witnesses if each],
        "journalists": [
            {**named(each, language), "count": archive.count("journalist", each.slug)}
            for each in names.of_kind(JOURNALIST)
            if archive.count("journalist", each.slug) or not archive.counted
        ],
        "uncounted": not archive.counted,
        "testimonies": archive.count("kind", "testimony"),
        "shots": _shots(slug, used, names, language),
    }
    return respond(request, "film.html", context)


# --- The parts ---------------------------------------------------------------------------------
def _counted(*facets: str, of: tuple[str, ...], names: Authorities) -> Facets:
    """How many records of these kinds each value of some facets has."""
    return answers.answer(Query(chosen={"kind": of}), names, facets=facets, size=0).facets


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
