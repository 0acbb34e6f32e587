"""What of a date and a place may be shown. Pure and deterministic: the same input, the same output,
on every surface and in every sort key."""

from dataclasses import dataclass

from footage.dates import FilmedDate, parse
from footage.models import Clip, Location

# How many characters of YYYY-MM-DDTHH:MM:SS each precision keeps.
_KEPT = {"minute": 16, "day": 10, "month": 7, "year": 4}
_NEIGHBOURHOODS = {"neighbourhood", "old-city-quarter", "suburb", "industrial"}


def coarsened_date(edtf: str, precision: str) -> FilmedDate:
    """The date no finer than `precision` (a code of DATE_PRECISION), qualifiers kept.

    Raises footage.dates.DateError for text that is not in the archive's EDTF subset.
    """
    ends = [_coarsened_end(end, precision) for end in parse(edtf).edtf.split("/")]
    if len(ends) == 2 and ends[0] == ends[1]:
        ends = ends[:1]
    return parse("/".join(ends))


def _coarsened_end(end: str, precision: str) -> str:
    if end == ".." or end.startswith("XXXX"):
        return end
    body = end.rstrip("?~%")
    qualifier = end[len(body) :]
    kept = body[: _KEPT[precision]]
    # EDTF knows no time without seconds.
    return kept + (":00" if len(kept) == 16 else "") + qualifier


@dataclass(frozen=True)
class ShownPlace:
    """What readers learn of a place: slugs and a point, no finer than the precision chosen."""

    place: str | None
    neighbourhood: str | None
    latitude: float | None
    longitude: float | None


NOWHERE = ShownPlace(None, None, None, None)


def coarsened_place(clip: Clip) -> ShownPlace:
    """The place of a clip at its `location_precision`. A query for each level of the gazetteer."""
    precision = clip.location_precision
    if clip.location is None or precision in ("", "unknown"):
        return NOWHERE
    chain = clip.location.ancestry()
    neighbourhood = _first(chain, _NEIGHBOURHOODS)
    if precision == "city":
        city = _first(chain, {"city"})
        return _shown(city, None) if city else NOWHERE
    if precision == "neighbourhood":
        # A landmark that lies in no neighbourhood is shown as what it is part of, never itself.
        within = neighbourhood or _first(chain, {"district"}) or _first(chain, {"city"})
        return _shown(within, neighbourhood) if within else NOWHERE
    shown = _shown(chain[0], neighbourhood)
    if precision == "exact" and clip.latitude is not None:
        return ShownPlace(shown.place, shown.neighbourhood, clip.latitude, clip.longitude)
    return shown


def _first(chain: list[Location], kinds: set[str]) -> Location | None:
    return next((place for place in chain if place.kind in kinds), None)


def _shown(place: Location, neighbourhood: Location | None) -> ShownPlace:
    return ShownPlace(
        place.slug,
        neighbourhood.slug if neighbourhood else None,
        place.latitude,
        place.longitude,
    )
