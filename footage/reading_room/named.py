"""Published names as pages show them."""

from typing import Any

from django.http import Http404

from footage.catalogue.addresses import name_path
from footage.catalogue.authorities import Authorities, Authority
from footage.catalogue.languages import other
from footage.reading_room.wording import Text


def one(names: Authorities, kind: str, slug: str) -> Authority:
    """The name under a slug. Raises Http404."""
    found = names.get(kind, slug)
    if found is None:
        raise Http404
    return found


def named(entry: Authority, language: str) -> dict[str, Any]:
    """Its name in both languages, its text, and the page it has."""
    return {
        "slug": entry.slug,
        "name": entry.name(language),
        "other": Text.of(entry.other_name(language), other(language)),
        "text": entry.text(language),
        "path": name_path(language, entry.kind, entry.slug),
        "demonstration": bool(entry.facts.get("demonstration")),
    }
