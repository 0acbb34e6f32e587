"""What is drawn, which checkers leave alone, can be told apart: the map and the chart of a list.

WCAG 2.2: 4.5 to 1 for words (1.4.3), 3 to 1 for what a drawing must show and the focus (1.4.11).
"""

import itertools
import re
from typing import TYPE_CHECKING

import pytest

from tests.gates.site import Site
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
WORDS, SHAPES = 4.5, 3.0
# Shades of the map follow each other; side by side each differs from the next by a fifth or more.
STEP = 1.2
COLOUR = """([selector, property]) => {
    const found = document.querySelector(selector);
    return found && getComputedStyle(found)[property];
}"""


def luminance(colour: str) -> float:
    """Relative luminance of an opaque `rgb(r, g, b)` as browsers state it."""
    parts = [float(each) for each in re.findall(r"[\d.]+", colour)]
    assert colour.startswith("rgb(") and len(parts) == 3, f"not an opaque colour: {colour}"
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (each / 255 for each in parts)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def colour(page: "Page", selector: str, name: str) -> str:
    found = page.evaluate(COLOUR, [selector, name])
    assert found, f"nothing is {selector}"
    return str(found)


def faults_of_map(page: "Page") -> list[str]:
    """Words against their halo, shades against each other, the focus against what it surrounds."""
    found = []
    for words, ground in (
        (".map-names text", colour(page, ".map-names text", "stroke")),
        (".map-digits text", colour(page, ".map-digits text", "stroke")),
        (".map-scale text", colour(page, ".map svg", "backgroundColor")),
    ):
        ratio = contrast(colour(page, words, "fill"), ground)
        if ratio < WORDS:
            found.append(f"{words}: {ratio:.2f}")
    shades = [
        (number, page.evaluate(COLOUR, [f".map a.shade-of-{number} :is(path, circle)", "fill"]))
        for number in range(1, 5)
    ]
    present = [(number, fill) for number, fill in shades if fill]
    assert len(present) > 1, "the map shows one shade alone"
    for (one, lighter), (other, darker) in itertools.pairwise(present):
        if contrast(lighter, darker) < STEP:
            found.append(f"shades {one} and {other}: {contrast(lighter, darker):.2f}")
    for number, fill in present:
        area = page.locator(f".map a.shade-of-{number}:not([tabindex='-1'])").first
        if not area.count():
            continue
        page.keyboard.press("Tab")
        area.focus()
        focused = f".map a.shade-of-{number}:focus :is(path, circle)"
        ring, inside = colour(page, focused, "stroke"), colour(page, focused, "fill")
        if contrast(ring, inside) < SHAPES:
            found.append(f"focus on shade {number}: {contrast(ring, inside):.2f}")
        if inside == fill and contrast(ring, fill) < SHAPES:
            found.append(f"focus on shade {number} changes nothing")
    return found


def faults_of_chart(page: "Page") -> list[str]:
    ground = colour(page, "html", "backgroundColor")
    bars = {
        ".histogram rect.sure": colour(page, ".histogram rect.sure", "fill"),
        ".histogram rect.may": colour(page, ".histogram rect.may", "stroke"),
    }
    ratios = {bar: contrast(drawn, ground) for bar, drawn in bars.items()}
    return [f"{bar}: {ratio:.2f}" for bar, ratio in ratios.items() if ratio < SHAPES]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_map_and_the_chart_can_be_told_apart(
    browser: "Browser", served: Site, theme: str
) -> None:
    with window(browser) as page:
        page.emulate_media(color_scheme=theme)
        page.goto(served.address("map", "en"))
        assert faults_of_map(page) == []
        page.goto(served.address("clips", "en"))
        assert faults_of_chart(page) == []


def test_planted_colours_are_caught(browser: "Browser", served: Site) -> None:
    with window(browser) as page:
        page.context.route(
            re.compile(r"reading_room.*\.css"), lambda route: route.fulfill(**planted(route))
        )
        page.goto(served.address("map", "en"))
        found = " ".join(faults_of_map(page))
        for fault in (".map-names text", "shades 1 and", "focus on shade"):
            assert fault in found
        page.goto(served.address("clips", "en"))
        assert faults_of_chart(page)


def planted(route: object) -> dict[str, object]:
    """The style sheet with pale words, one shade for all, and a focus that cannot be seen on it."""
    answer = route.fetch()  # type: ignore[attr-defined]
    return {
        "response": answer,
        "body": answer.text()
        + """
        .map-names text { fill: #bbb; stroke: #fff; }
        .map a :is(path, circle) { fill: #dfe9e3 !important; stroke: #cfd9d3 !important; }
        .histogram rect { fill: #eee !important; stroke: #eee !important; }""",
    }


def test_contrast_is_counted_as_the_standard_does() -> None:
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)") == pytest.approx(4.54, abs=0.01)
