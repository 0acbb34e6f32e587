"""The published places, as the place resolver wants them: any spelling to the slugs it means."""

from collections.abc import Iterable
from functools import lru_cache

from footage.catalogue import authorities
from footage.catalogue.authorities import NEIGHBOURHOOD, Authorities
from footage.places import Gazetteer, Place

# Nearly all texts here name the city, so naming it says nothing of where something was filmed.
TOO_WIDE = "city"


class Places:
    """The gazetteer of one state of the published names."""

    def __init__(self, names: Authorities) -> None:
        places = [
            Place(
                slug=entry.slug,
                kind=str(entry.facts.get("kind") or ""),
                name_en=entry.name_en,
                name_ar=entry.name_ar,
                variants=tuple(entry.facts.get("variants") or ()),
                latitude=None,
                longitude=None,
                polygon=None,
                parent=entry.facts.get("parent"),
            )
            for entry in names.of_kind(NEIGHBOURHOOD)
        ]
        self._gazetteer = Gazetteer(places)
        self._parts: dict[str, list[str]] = {}
        for place in places:
            if place.parent:
                self._parts.setdefault(place.parent, []).append(place.slug)

    def resolve(self, text: str, *, by_sound: bool) -> tuple[str, ...]:
        """The slugs a typed name can mean, with all that lies inside; empty for the whole city."""
        found = self._gazetteer.resolve(text, by_sound=by_sound)
        return self._all(place.slug for place in found if place.kind != TOO_WIDE)

    def city(self, text: str) -> tuple[str, ...]:
        """The slugs of a city and of all that lies in it, where the text is a city's very name."""
        found = self._gazetteer.resolve(text, by_sound=False)
        return self._all(place.slug for place in found if place.kind == TOO_WIDE)

    def mentioned(self, *texts: str) -> tuple[str, ...]:
        """The slugs of the places that texts name, but for the whole city."""
        found = [each.place for text in texts for each in self._gazetteer.find_in(text)]
        return tuple(dict.fromkeys(place.slug for place in found if place.kind != TOO_WIDE))

    def _all(self, slugs: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(slug for each in slugs for slug in self._within(each)))

    def _within(self, slug: str, depth: int = 0) -> list[str]:
        inside = self._parts.get(slug, ()) if depth < 9 else ()
        return [slug, *(part for each in inside for part in self._within(each, depth + 1))]


def current() -> Places:
    """The places as they are published now. Cost: that of `authorities.current`."""
    return of(authorities.current())


@lru_cache(maxsize=1)  # names are the same object until one changes
def of(names: Authorities) -> Places:
    """The places among these names; made again (some 50 ms) only when the names changed."""
    return Places(names)
