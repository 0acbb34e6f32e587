"""What to offer whoever found nothing: the record of a reference, names like the ones typed, and
places near by.

From published names and live rows alone, never from the index's list of words: what was withdrawn
is not hinted at.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from footage.catalogue import answers, beside, gazetteer
from footage.catalogue.addresses import record_path
from footage.catalogue.authorities import NEIGHBOURHOOD, Authorities
from footage.catalogue.index.asking import near_misses
from footage.catalogue.queries import Query
from footage.reading_room.wording import in_both
from footage.references import ReferenceError, parse_reference

MOST_MEANT, MOST_NEAR = 4, 5
# Words of a question that are looked at one by one.
MOST_WORDS = 8


def offers(query: Query, names: Authorities, language: str, path: str) -> dict[str, Any]:
    """The context of `nothing.html`: `of_reference`, `meant` and `near`. At most one database
    query."""
    if of_reference := _of_reference(query.text, language):
        return {"of_reference": of_reference}
    return {
        "meant": [
            {"name": text, "path": path + replace(query, text=text, after="").address}
            for text in _meant(query.text, names, language)
        ],
        "near": list(_near(query, names, language)),
    }


def _of_reference(text: str, language: str) -> dict[str, Any] | None:
    """The record whose reference was typed, or what is wrong with that reference; None for
    other words. What was withdrawn leads to what is left of it."""
    try:
        reference = parse_reference(text)
    except ReferenceError as error:
        if error.code == "shape":
            return None
        return {"wrong": error.message_ar if language == "ar" else error.message_en}
    row = beside.find(reference)
    if row is None:
        return {"wrong": _("No record has this reference. Compare what you typed with the source.")}
    document = None if row.withdrawn_at else row.read()
    title = in_both(document.title_en, document.title_ar, language)[0] if document else None
    path = record_path(language, row.kind, reference)
    return {"reference": reference, "path": path, "title": title, "withdrawn": document is None}


def _meant(text: str, names: Authorities, language: str) -> list[str]:
    """The question with a published name in place of what is spelled much like one."""
    found = list(near_misses(text, names, language))
    words = text.split()
    if 1 < len(words) <= MOST_WORDS:
        for place, word in enumerate(words):
            found += [
                " ".join([*words[:place], name, *words[place + 1 :]])
                for name in near_misses(word, names, language)
            ]
    return list(dict.fromkeys(found))[:MOST_MEANT]


def _near(query: Query, names: Authorities, language: str) -> Iterator[dict[str, Any]]:
    """The nearest places with footage under the other choices, nearest first."""
    asked = query.chosen.get("neighbourhood", ())
    elsewhere = query
    if not asked and query.text:
        asked = gazetteer.of(names).resolve(query.text, by_sound=True)
        elsewhere = query.without_text()
    points = [point for slug in asked if (point := _point(names, slug))]
    if not points:
        return
    elsewhere = replace(elsewhere.without_facet("neighbourhood"), after="")
    counts = answers.answer(elsewhere, names, facets=("neighbourhood",), size=0).facets.counts
    for slug, count in _by_distance(counts.get("neighbourhood", {}), points, names, set(asked)):
        there = elsewhere.with_value("neighbourhood", slug).address
        name = names.name(NEIGHBOURHOOD, slug, language)
        yield {"name": name, "count": count, "path": f"/{language}/clips/{there}"}


def _by_distance(
    counts: Mapping[str, int],
    points: list[tuple[float, float]],
    names: Authorities,
    asked: set[str],
) -> list[tuple[str, int]]:
    distances = []
    for slug, count in counts.items():
        point = _point(names, slug)
        if count and point and slug not in asked:
            distances.append((min(_apart(point, each) for each in points), slug, count))
    return [(slug, count) for _far, slug, count in sorted(distances)[:MOST_NEAR]]


def _point(names: Authorities, slug: str) -> tuple[float, float] | None:
    place = names.get(NEIGHBOURHOOD, slug)
    if place is None or place.facts.get("kind") == gazetteer.TOO_WIDE:
        return None
    return place.point


def _apart(here: tuple[float, float], there: tuple[float, float]) -> float:
    """In degrees of latitude; exact enough within one city."""
    shrunk = math.cos(math.radians(here[0]))
    return math.hypot(here[0] - there[0], (here[1] - there[1]) * shrunk)
