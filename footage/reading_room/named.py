"""Published names as pages show them."""

from typing import Any

from django.http import Http404

from footage.catalogue.authorities import (
    EVENT,
    FILM,
    JOURNALIST,
    NEIGHBOURHOOD,
    Authorities,
    Authority,
)
from footage.reading_room.wording import Text

FOLDERS = {
    NEIGHBOURHOOD: "neighbourhoods",
    JOURNALIST: "journalists",
    EVENT: "events",
    FILM: "films",
}


def one(names: Authorities, kind: str, slug: str) -> Authority:
    """The name under a slug. Raises Http404."""
    found = names.get(kind, slug)
    if found is None:
        raise Http404
    return found


def named(entry: Authority, language: str) -> dict[str, Any]:
    """Its name in both languages, its text, and the page it has."""
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
