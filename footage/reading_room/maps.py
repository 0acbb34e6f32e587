"""The city as a drawing: outlines of the published places, their counts, and where labels fit.

Pure: published names and counts in, numbers for an SVG out. The outlines are those of the
gazetteer, public by nature; nothing is drawn finer than a place, because the catalogue holds
nothing finer. Equirectangular about the middle of the city, north above, whole units: the same
places always give the same drawing. A drawing (some 30 ms) is kept until the names change.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from statistics import median
from typing import Any

import orjson
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from footage.catalogue.authorities import NEIGHBOURHOOD, Authorities, Authority
from footage.reading_room.shades import legend, shade, steps
from footage.vocabularies import WIDE_PLACES

WIDTH = 1000
MARGIN = 12
# In units of the drawing: what may be lost of an outline, and of one on a small map.
FINE, COARSE = 1.2, 4.0
# A place beyond belongs to no map of the city; one slip of a point would shrink it to a dot.
FARTHEST_DEGREES = 0.2
# They lie far out and hold little; in a frame about all of them the quarters would be specks.
BEYOND_THE_FRAME = {"industrial", "suburb", "landmark"}
KM_OF_A_DEGREE = 111.195
# Sizes of letters, in units: on a wide window and on a narrow one, where the drawing is small.
LETTERS, LARGE_DIGITS = 17, 40
LETTER_WIDTH, DIGIT_WIDTH = 0.52, 0.6


@dataclass(frozen=True)
class Outline:
    """One place: its SVG path, coarser for a small map, and a point inside for its label."""

    slug: str
    path: str
    small: str
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    outlines: tuple[Outline, ...]
    # Places without an outline that lie inside the frame.
    points: Mapping[str, tuple[int, int]]
    height: int
    km: int

    @cached_property
    def ground(self) -> str:
        """All outlines in one path, coarsely: the ground of a small map."""
        return "".join(outline.small for outline in self.outlines)


EMPTY = Drawing((), {}, 0, 0)


def city(
    drawing: Drawing, names: Authorities, counts: Mapping[str, int], language: str
) -> dict[str, Any]:
    """The map for a template: shapes with their counts and shades, labels, legend, scale."""
    shown = {outline.slug for outline in drawing.outlines} | set(drawing.points)
    bounds = steps(max((counts.get(slug, 0) for slug in shown), default=0))
    shapes = [
        {
            "slug": outline.slug,
            "name": names.name(NEIGHBOURHOOD, outline.slug, language),
            "path": outline.path,
            "x": outline.x,
            "y": outline.y,
            "count": counts.get(outline.slug, 0),
            "shade": shade(counts.get(outline.slug, 0), bounds),
        }
        for outline in drawing.outlines
    ]
    shapes += [
        {
            "slug": slug,
            "name": names.name(NEIGHBOURHOOD, slug, language),
            "path": "",
            "x": x,
            "y": y,
            "count": counts[slug],
            "shade": shade(counts[slug], bounds),
        }
        for slug, (x, y) in drawing.points.items()
        if counts.get(slug)
    ]
    return {
        "width": WIDTH,
        "height": drawing.height,
        "km": drawing.km,
        "scale_x": MARGIN + drawing.km // 2,
        "scale_y": drawing.height - MARGIN,
        "shapes": shapes,
        "labels": _labels(shapes),
        "digits": _digits(shapes),
        "legend": legend(bounds),
    }


def small(drawing: Drawing, slug: str) -> dict[str, Any] | None:
    """One place among the others; None when it has no outline."""
    outline = next((each for each in drawing.outlines if each.slug == slug), None)
    if outline is None:
        return None
    return {
        "width": WIDTH,
        "height": drawing.height,
        "ground": drawing.ground,
        "place": outline.path,
        "x": outline.x,
        "y": outline.y,
    }


# --- Labels: the largest counts first, none over another ----------------------------------------
def _labels(shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Names with their counts, as many as fit."""
    placed = _Placed()
    found = []
    for each in _by_count(shapes):
        width = LETTERS * LETTER_WIDTH * max(len(each["name"]), 3)
        if placed.takes(each["x"], each["y"], width, 2.3 * LETTERS):
            found.append(each)
    return found


def _digits(shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Counts alone, large, for a narrow window."""
    placed = _Placed()
    return [
        each
        for each in _by_count(shapes)
        if placed.takes(
            each["x"],
            each["y"],
            LARGE_DIGITS * DIGIT_WIDTH * len(f"{each['count']:,}"),
            LARGE_DIGITS,
        )
    ]


def _by_count(shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    with_footage = [each for each in shapes if each["count"] and each["name"]]
    return sorted(with_footage, key=lambda each: (-each["count"], each["slug"]))


class _Placed:
    """The boxes that are taken."""

    def __init__(self) -> None:
        self.boxes: list[tuple[float, float, float, float]] = []

    def takes(self, x: float, y: float, width: float, height: float) -> bool:
        """Whether there is room about a point; if so it is taken."""
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        for other in self.boxes:
            if box[0] < other[2] and box[2] > other[0] and box[1] < other[3] and box[3] > other[1]:
                return False
        self.boxes.append(box)
        return True


# --- Drawing -------------------------------------------------------------------------------------
@lru_cache(maxsize=1)  # names are the same object until one changes
def of(names: Authorities) -> Drawing:
    """The drawing of the places among these names."""
    return _draw(list(names.of_kind(NEIGHBOURHOOD)))


def _draw(places: list[Authority]) -> Drawing:
    outlined = _near_each_other(
        [(place, found) for place in places if (found := _outline(place)) is not None]
    )
    if not outlined:
        return EMPTY
    framed = [o for o in outlined if o[0].facts.get("kind") not in BEYOND_THE_FRAME] or outlined
    west, south = (min(found.bounds[side] for _, found in framed) for side in (0, 1))
    east, north = (max(found.bounds[side] for _, found in framed) for side in (2, 3))
    shrunk = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * shrunk, 1e-6)

    def project(longitude: float, latitude: float) -> tuple[int, int]:
        return (
            MARGIN + round((longitude - west) * shrunk * scale),
            MARGIN + round((north - latitude) * scale),
        )

    height = 2 * MARGIN + round((north - south) * scale)
    # The large ones first, so that no small place lies under another.
    outlined.sort(key=lambda each: (-each[1].area, each[0].slug))
    outlines = []
    for place, found in outlined:
        inside = found.representative_point()
        x, y = project(inside.x, inside.y)
        if not (0 <= x <= WIDTH and 0 <= y <= height):
            continue
        fine, coarse = (
            "".join(_path(found.simplify(lost / scale), project)) for lost in (FINE, COARSE)
        )
        outlines.append(Outline(place.slug, fine, coarse, x, y))
    return Drawing(
        outlines=tuple(outlines),
        points=dict(_points(places, {each.slug for each in outlines}, project, height)),
        height=height,
        km=round(scale / KM_OF_A_DEGREE),
    )


def _outline(place: Authority) -> BaseGeometry | None:
    if not place.polygon:
        return None
    try:
        found = shape(orjson.loads(place.polygon))
    except (ValueError, TypeError, KeyError, AttributeError, ShapelyError):
        return None
    return None if found.is_empty or not found.area else found


def _near_each_other(
    outlined: list[tuple[Authority, BaseGeometry]],
) -> list[tuple[Authority, BaseGeometry]]:
    if not outlined:
        return []
    x = median(found.centroid.x for _, found in outlined)
    y = median(found.centroid.y for _, found in outlined)
    return [
        (place, found)
        for place, found in outlined
        if max(abs(found.centroid.x - x), abs(found.centroid.y - y)) < FARTHEST_DEGREES
    ]


def _path(found: BaseGeometry, project: Any) -> Iterable[str]:
    """SVG path data with relative steps, which are short."""
    for polygon in getattr(found, "geoms", [found]):
        for ring in (polygon.exterior, *polygon.interiors):
            points = [project(*point[:2]) for point in list(ring.coords)[:-1]]
            (x, y), steps_on = points[0], []
            for nearer, farther in pairwise(points):
                dx, dy = farther[0] - nearer[0], farther[1] - nearer[1]
                if dx or dy:
                    steps_on.append(f"{dx} {dy}".replace(" -", "-"))
            yield f"M{x} {y}l{' '.join(steps_on)}z".replace(" -", "-")


def _points(
    places: list[Authority], outlined: set[str], project: Any, height: int
) -> Iterable[tuple[str, tuple[int, int]]]:
    for place in places:
        if place.slug in outlined or place.facts.get("kind") in WIDE_PLACES or not place.point:
            continue
        latitude, longitude = place.point
        x, y = project(longitude, latitude)
        if MARGIN <= x <= WIDTH - MARGIN and MARGIN <= y <= height - MARGIN:
            yield place.slug, (x, y)
