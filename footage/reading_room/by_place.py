"""Ways into the footage by place: the index of neighbourhoods, the map, one neighbourhood."""

import re
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from footage import vocabularies
from footage.catalogue import answers, authorities
from footage.catalogue.authorities import NEIGHBOURHOOD, Authority
from footage.catalogue.queries import Query
from footage.reading_room import maps
from footage.reading_room.listing import list_of
from footage.reading_room.named import named, one
from footage.reading_room.narrowing import narrowing
from footage.reading_room.rendering import page, reader_language, respond

# Names are looked up under the word that follows it.
ARTICLE = re.compile(r"^(?:al-|ال)")


@page
def neighbourhoods(request: HttpRequest) -> HttpResponse:
    context = _places(request)
    return respond(request, "neighbourhoods.html", context)


@page
def city_map(request: HttpRequest) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    context = _places(request)
    known = {each["slug"]: each for each in context["with_footage"] + context["without"]}
    drawing = maps.of(names)
    counts = {slug: each["count"] for slug, each in known.items()}
    city = maps.city(drawing, names, counts, language)
    shapes = []
    for each in city["shapes"]:
        place = known.get(each["slug"])
        if place is not None:
            said = _counted(each["name"], each["count"])
            said = each["name"] if context["uncounted"] else said
            shapes.append({**each, "href": place["href"], "chosen": place["chosen"], "label": said})
    drawn = {each["slug"] for each in shapes}
    context |= {
        "map": {**city, "shapes": shapes},
        "off_the_map": [
            each["name"] for each in context["with_footage"] if each["slug"] not in drawn
        ],
    }
    return respond(request, "map.html", context)


@page
def neighbourhood(request: HttpRequest, slug: str) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    place = one(names, NEIGHBOURHOOD, slug)
    parent = names.get(NEIGHBOURHOOD, place.facts.get("parent"))
    context = {
        "place": named(place, language),
        "place_kind": vocabularies.PLACE_KINDS.known_label(place.facts.get("kind"), language),
        "parent": named(parent, language) if parent else None,
        "map": maps.small(maps.of(names), slug),
        "map_path": f"/{language}/map/",
        **list_of(request, names, language, {"neighbourhood": (slug,)}),
    }
    return respond(request, "neighbourhood.html", context)


# --- The parts ---------------------------------------------------------------------------------
def _places(request: HttpRequest) -> dict[str, Any]:
    """Every place with how many records of the query it has, and where its link leads.

    Without a query a place leads to its own page; with one, to the list narrowed to it as well,
    and a place that was chosen to where it is not.
    """
    names, language = authorities.current(), reader_language()
    query = replace(Query.read(request.GET), after="")
    found = answers.answer(query, names, facets=("neighbourhood",), size=0)
    counts = found.facets.counts.get("neighbourhood", {})
    chosen, counted = query.values("neighbourhood"), found.facets.counted

    def shown(entry: Authority) -> dict[str, Any]:
        place = named(entry, language)
        if entry.slug in chosen:
            href = request.path + query.without("neighbourhood", entry.slug).address
        elif query.narrowed:
            href = f"/{language}/clips/{query.with_value('neighbourhood', entry.slug).address}"
        else:
            href = place["path"]
        return {
            **place,
            "count": counts.get(entry.slug, 0),
            "chosen": entry.slug in chosen,
            "href": href,
        }

    def has_footage(place: dict[str, Any]) -> bool:
        return bool(place["count"] or place["chosen"] or not counted)

    places = [
        shown(entry)
        for entry in names.of_kind(NEIGHBOURHOOD)
        if entry.slug in counts
        or entry.slug in chosen
        or entry.facts.get("kind", "neighbourhood") != "city"
    ]
    places.sort(key=lambda place: (ARTICLE.sub("", place["name"]).casefold(), place["slug"]))
    return {
        **narrowing(query, request.GET, names, language, request.path),
        "total": found.facets.total,
        "words_ignored": not found.searched,
        "uncounted": not counted,
        "with_footage": [place for place in places if has_footage(place)],
        "without": [place for place in places if not has_footage(place)],
    }


def _counted(name: str, count: int) -> str:
    """What a place on the map is called by a screen reader: its name and how many it has."""
    if not count:
        return _("%(place)s: none") % {"place": name}
    said = ngettext("%(place)s: %(shown)s record", "%(place)s: %(shown)s records", count)
    return said % {"place": name, "shown": f"{count:,}"}
