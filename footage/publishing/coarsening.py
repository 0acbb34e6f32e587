"""What of a date and a place may be shown. Pure and deterministic: the same input, the same output,
on every surface and in every sort key."""

from dataclasses import dataclass

from footage.dates import FilmedDate, parse
from footage.dates.edtf import WINTER
from footage.models import Clip, Location
from footage.vocabularies import WIDE_PLACES

# A ten-thousandth of a degree is some 10 m. More digits, of the middle of a quarter, would claim
# what nobody measured.
_DIGITS = 4
# How many characters of YYYY-MM-DDTHH:MM:SS each precision keeps.
_KEPT = {"minute": 16, "day": 10, "month": 7, "year": 4}
# Codes of PLACE_BASIS that readers cannot tell apart unless the exact position is shown, and of
# FILMED_BASIS unless the day is.
MERGED_BASES = {"device-position", "journalist"}
MERGED_DATE_BASES = {"device-clock", "journalist"}
_NEIGHBOURHOODS = {"neighbourhood", "old-city-quarter", "suburb", "industrial"}


def coarsened_date(edtf: str, precision: str) -> FilmedDate:
    """The date no finer than `precision` (a code of DATE_PRECISION), qualifiers kept.

    Raises footage.dates.DateError for text that is not in the archive's EDTF subset.
    """
    ends = [_coarsened_end(end, precision) for end in parse(edtf).edtf.split("/")]
    if precision == "year" and len(ends) == 1 and _is_winter(edtf):
        # It lasts until the February after: its first year alone would be a wrong certainty.
        year = parse(ends[0]).earliest
        assert year is not None  # noqa: S101  (a winter has a year)
        ends.append(f"{year.year + 1:04}" + ends[0][4:])
    if len(ends) == 2 and ends[0] == ends[1]:
        ends = ends[:1]
    return parse("/".join(ends))


def coarsened_date_basis(basis: str, shown: FilmedDate) -> str:
    """How a date is known (a code of FILMED_BASIS), as readers may learn it beside what is `shown`.

    The same rule as for places, `coarsened_basis`: where no single day is shown, nothing says that
    the file holds one, and the journalist's word is the same term. By what is shown alone: also an
    archivist who writes a month to hide the day says nothing of it. Nothing where it is unknown.
    """
    if shown.unknown:
        return ""
    return "came-with-it" if not shown.one_day and basis in MERGED_DATE_BASES else basis


def _is_winter(edtf: str) -> bool:
    return parse(edtf).edtf[4:7] == f"-{WINTER}"


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
    """What readers learn of a place: slugs and a point, no finer than the precision chosen, and
    how it is known (codes of PLACE_BASIS and CONFIDENCE)."""

    place: str | None
    neighbourhood: str | None
    latitude: float | None
    longitude: float | None
    basis: str = ""
    confidence: str = ""


NOWHERE = ShownPlace(None, None, None, None)


def coarsened_place(clip: Clip) -> ShownPlace:
    """The place of a clip at its `location_precision`; without a point where that would be the
    middle of a city or a district. A query for each level of the gazetteer."""
    chain = shown_ancestry(clip)
    if not chain:
        return NOWHERE
    neighbourhood = _first(chain, _NEIGHBOURHOODS)
    exact = clip.location_precision == "exact" and clip.latitude is not None
    at: Clip | Location = clip if exact else chain[0]
    pointed = exact or chain[0].kind not in WIDE_PLACES
    return ShownPlace(
        place=chain[0].slug,
        neighbourhood=neighbourhood.slug if neighbourhood else None,
        latitude=shown_degrees(at.latitude) if pointed else None,
        longitude=shown_degrees(at.longitude) if pointed else None,
        basis=coarsened_basis(clip.location_basis, clip.location_precision),
        confidence=clip.location_confidence,
    )


def coarsened_basis(basis: str, precision: str) -> str:
    """How a place is known (a code of PLACE_BASIS), as readers may learn it at `precision`.

    Where no exact position is shown, nothing says whether a device recorded one: it would tell
    whoever hunts for the file that the file holds the place we withhold. The journalist's word
    becomes the same term, so that the term itself does not tell it either.
    """
    return "came-with-it" if precision != "exact" and basis in MERGED_BASES else basis


def shown_degrees(degrees: float | None) -> float | None:
    """A coordinate as every surface says it."""
    return None if degrees is None else round(degrees, _DIGITS)


def shown_ancestry(clip: Clip) -> list[Location]:
    """The finest place that readers may know, and what it is part of; empty when none.

    A landmark that lies in no neighbourhood is shown as what it is part of, never as itself.
    """
    if clip.location is None or clip.location_precision in ("", "unknown"):
        return []
    chain = clip.location.ancestry()
    hidden = {
        "exact": set(),
        "site": set(),
        "neighbourhood": _kinds(chain) - _NEIGHBOURHOODS - {"district", "city"},
        "city": _kinds(chain) - {"city"},
    }[clip.location_precision]
    while chain and chain[0].kind in hidden:
        chain = chain[1:]
    return chain


def _kinds(chain: list[Location]) -> set[str]:
    return {place.kind for place in chain}


def _first(chain: list[Location], kinds: set[str]) -> Location | None:
    return next((place for place in chain if place.kind in kinds), None)
