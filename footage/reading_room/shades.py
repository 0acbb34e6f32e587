"""How much there is, as one of a few shades, and what each shade means. Pure.

Footage is skewed: a few places and months hold most of it. So a shade holds counts of like
magnitude, not an equal share of the range; else nearly everything would be the palest.
"""

from typing import Any

SHADES = 4


def steps(most: int) -> list[int]:
    """The largest count of each shade, palest first; fewer than SHADES where there is little."""
    bounds: list[int] = []
    for number in range(1, SHADES + 1):
        bound = round(most ** (number / SHADES)) if most > SHADES else number
        if bound <= most and (not bounds or bound > bounds[-1]):
            bounds.append(bound)
    return bounds


def shade(count: int, bounds: list[int]) -> int:
    """0 for none, else the shade of a count: SHADES for the largest."""
    if not count or not bounds:
        return 0
    place = next((place for place, bound in enumerate(bounds) if count <= bound), len(bounds) - 1)
    return SHADES - len(bounds) + place + 1


def legend(bounds: list[int]) -> list[dict[str, Any]]:
    """Each shade with the first and last count it stands for."""
    return [
        {"shade": shade(bound, bounds), "first": before + 1, "last": bound}
        for before, bound in zip([0, *bounds], bounds, strict=False)
    ]
