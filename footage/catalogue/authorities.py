"""The names that documents point to, joined when a page or an export is made.

Documents hold slugs only. The map below is kept in memory and read again when the counter
`PublicState.authorities` has moved, so removing one row removes a name from every page at once.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from footage.catalogue import cursors
from footage.catalogue.models import PublicAuthority, PublicState
from footage.catalogue.record import Record

NEIGHBOURHOOD = PublicAuthority.Kind.NEIGHBOURHOOD.value
JOURNALIST = PublicAuthority.Kind.JOURNALIST.value
WITNESS = PublicAuthority.Kind.WITNESS.value
EVENT = PublicAuthority.Kind.EVENT.value
FILM = PublicAuthority.Kind.FILM.value


@dataclass(frozen=True)
class Authority:
    """One published name. `facts` holds what only its kind has:

    film: broadcaster_en, broadcaster_ar, broadcast_title_en, broadcast_title_ar, broadcast_on
    (ISO 8601 day), source_en, source_ar, witnesses (slugs of the witnesses it names);
    event: happened (EDTF), place (slug), source_en, source_ar;
    neighbourhood: kind (a code of PLACE_KINDS), parent (slug), variants (other spellings, in either
    script), latitude, longitude.
    Every one may be absent; `demonstration` (true) marks an invented one of any kind. `polygon` is
    the outline of a place as GeoJSON text, or "".
    """

    kind: str
    slug: str
    name_en: str
    name_ar: str
    text_en: str = ""
    text_ar: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    polygon: str = ""

    def name(self, language: str) -> str:
        return self.name_ar if language == "ar" else self.name_en

    def other_name(self, language: str) -> str:
        """The name in the other of the two languages."""
        return self.name_en if language == "ar" else self.name_ar

    def text(self, language: str) -> str:
        return self.text_ar if language == "ar" else self.text_en

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude of a place; None when they are not stated."""
        latitude, longitude = self.facts.get("latitude"), self.facts.get("longitude")
        return None if latitude is None or longitude is None else (latitude, longitude)

    def fact(self, key: str, language: str) -> str:
        """A fact that is written in both languages; empty when it is not stated."""
        return str(self.facts.get(f"{key}_{language}") or "")


class Authorities:
    """Names by (kind, slug), in the order of their English names. Immutable once made."""

    def __init__(self, entries: Iterable[Authority]) -> None:
        self._entries = {(entry.kind, entry.slug): entry for entry in entries}

    def get(self, kind: str, slug: str | None) -> Authority | None:
        """The authority, or None when it was never published or is no longer."""
        return self._entries.get((kind, slug)) if slug else None

    def name(self, kind: str, slug: str | None, language: str) -> str:
        """The name, or "" when nothing is published under this slug."""
        found = self.get(kind, slug)
        return found.name(language) if found else ""

    @cached_property
    def digest(self) -> str:
        """Another whenever a name is. The counter of changes is no substitute: it counts acts on
        names that nobody may know of."""
        told = repr([(*key, each.name_en, each.name_ar) for key, each in self._entries.items()])
        return hashlib.sha256(told.encode()).hexdigest()

    def of_kind(self, kind: str) -> Iterator[Authority]:
        return (entry for entry in self._entries.values() if entry.kind == kind)


def credited(record: Record, names: Authorities) -> Authority | None:
    """Whose byline a record carries: who filmed a clip, who gave a testimony, else the other.

    None when the name is withheld or is published no longer.
    """
    if record.credit != "byline":
        return None
    by = [names.get(JOURNALIST, record.journalist), names.get(WITNESS, record.witness)]
    if record.kind == "testimony":
        by.reverse()
    return next((found for found in by if found), None)


_known: tuple[int, Authorities] | None = None


def current() -> Authorities:
    """The authorities as they stand. Costs one query of one row; one more when they changed."""
    return standing()[0]


def standing() -> tuple[Authorities, int]:
    """The authorities as they stand, and the number of the last change of a record. Cursors are
    sealed with the secret that stands beside them.

    Costs what `current` costs. What is read afterwards may be newer than the number, never older.
    """
    global _known
    state = PublicState.objects.filter(pk=1).values_list("authorities", "change", "secret").first()
    counter, change, secret = state or (0, 0, "")
    cursors.seal_with(secret)
    known = _known
    if known is None or known[0] != counter:
        # Read after the counter: names may be newer than it says, never older.
        known = (counter, Authorities(_read()))
        _known = known
    return known[1], change


def forget() -> None:
    """Drop the map. For tests, where a rolled-back database repeats its counters."""
    global _known
    _known = None


def _read() -> Iterator[Authority]:
    for row in PublicAuthority.objects.order_by("kind", "name_en", "slug").iterator():
        yield Authority(
            row.kind,
            row.slug,
            row.name_en,
            row.name_ar,
            row.text_en,
            row.text_ar,
            row.stated,
            row.polygon,
        )
