"""Ways into the footage by person, by event and by film."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from footage.catalogue import answers, authorities, database, moments
from footage.catalogue.authorities import (
    EVENT,
    FILM,
    JOURNALIST,
    NEIGHBOURHOOD,
    WITNESS,
    Authorities,
)
from footage.catalogue.queries import Query
from footage.reading_room import pages
from footage.reading_room.by_day import timeline
from footage.reading_room.listing import list_of
from footage.reading_room.named import named, one
from footage.reading_room.rendering import page, reader_language, respond
from footage.reading_room.wording import Text, say, sources

BOTH = ("clip", "testimony")
# The shot list of a film is one page.
MOST_SHOWN = 500


# --- By person ---------------------------------------------------------------------------------
@page
def journalists(request: HttpRequest) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    counts = _counts("journalist", names)
    entries = [
        {**named(entry, language), "count": counts.get(entry.slug, 0)}
        for entry in names.of_kind(JOURNALIST)
    ]
    entries.sort(key=lambda entry: entry["name"])
    return respond(request, "journalists.html", {"journalists": entries})


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
    counts = _counts("event", names, kinds=BOTH)
    entries = [{**each, "count": counts.get(each["slug"], 0)} for each in dated + undated]
    return respond(request, "events.html", {"events": entries})


@page
def event(request: HttpRequest, slug: str) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    entry = one(names, EVENT, slug)
    happened = str(entry.facts.get("happened") or "")
    place = names.get(NEIGHBOURHOOD, entry.facts.get("place"))
    context = {
        "event": named(entry, language),
        "happened": say(happened, language) if happened else "",
        "place": named(place, language) if place else None,
        "sources": sources(entry.fact("source", language)),
        **list_of(request, names, language, {"event": (slug,), "kind": BOTH}),
    }
    return respond(request, "event.html", context)


@page
def films(request: HttpRequest) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    counts = _counts("film", names, kinds=BOTH)
    entries = [
        {
            **named(entry, language),
            "broadcaster": entry.fact("broadcaster", language),
            "broadcast_on": say(str(entry.facts.get("broadcast_on") or ""), language),
            "count": counts.get(entry.slug, 0),
        }
        for entry in names.of_kind(FILM)
    ]
    return respond(request, "films.html", {"films": entries})


@page
def film(request: HttpRequest, slug: str) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    entry = one(names, FILM, slug)
    # Rows through their index, however many there are: right also while no index is there.
    used = database.page(Query(chosen={"film": (slug,), "kind": BOTH}), MOST_SHOWN).records
    archive = answers.answer(
        Query(chosen={"kind": BOTH}), names, facets=("kind", "journalist"), size=0
    ).facets
    broadcast = str(entry.facts.get("broadcast_on") or "")
    witnesses = [names.get(WITNESS, each) for each in entry.facts.get("witnesses", ())]
    credited = archive.counts.get("journalist", {})
    context = {
        "film": named(entry, language),
        "paragraphs_other": Text.of(
            entry.text("ar" if language == "en" else "en"), "ar" if language == "en" else "en"
        ),
        "broadcaster": entry.fact("broadcaster", language),
        "broadcast_title": entry.fact("broadcast_title", language),
        "broadcast_on": say(broadcast, language) if broadcast else "",
        "sources": sources(entry.fact("source", language)),
        "witnesses": [named(each, language) for each in witnesses if each],
        "journalists": [
            {**named(each, language), "count": credited[each.slug]}
            for each in names.of_kind(JOURNALIST)
            if each.slug in credited
        ],
        "testimonies": archive.count("kind", "testimony"),
        "shots": _shots(slug, used, names, language),
    }
    return respond(request, "film.html", context)


# --- The parts ---------------------------------------------------------------------------------
def _counts(
    facet: str, names: Authorities, *, kinds: tuple[str, ...] = ("clip",)
) -> Mapping[str, int]:
    """How many records of these kinds each value of a facet has."""
    asked = Query(chosen={"kind": kinds})
    return answers.answer(asked, names, facets=(facet,), size=0).facets.counts.get(facet, {})


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
