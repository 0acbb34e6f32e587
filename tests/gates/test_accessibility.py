"""axe and HTML_CodeSniffer find nothing on any page, language, theme and width, scripts or none."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.gates import checkers as checking
from tests.gates.conftest import Plant
from tests.gates.site import LANGUAGES, Site, names
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
NARROW, WIDE = 320, 1600


# Structure depends on the width and colours on the theme: each checker's whole list is asked for
# twice, with another theme at another width, and colours alone in the two that are left.
STATES = (
    (WIDE, "light", True),
    (WIDE, "dark", False),
    (NARROW, "light", False),
    (NARROW, "dark", True),
)


def faults(page: "Page", checkers: Path, states: tuple[Any, ...] = STATES) -> list[str]:
    """What both checkers object to, in both themes, narrow and wide."""
    found = []
    for width, theme, whole in states:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        said = checking.axe(page, checkers, only_colour=not whole)
        if whole:
            said += checking.sniffer(page, checkers)
        found += [f"{width} px, {theme}: {each}" for each in said]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_no_checker_objects_to_a_page(
    browser: "Browser", served: Site, checkers: Path, name: str, language: str
) -> None:
    answer = served.ask(served.path(name, language))
    if not answer.is_page:
        return
    found = []
    with window(browser) as page:
        page.goto(served.address(name, language))
        found += faults(page, checkers)
    if b"<script" in answer.body or b"<noscript" in answer.body:
        with window(browser) as page:
            checking.open_without_scripts(page, served.address(name, language))
            without = faults(page, checkers, ((NARROW, "light", True),))
            found += [f"no scripts: {each}" for each in without]
    assert found == []


PLANTED = """<!DOCTYPE html><html lang="en"><head><title>Planted</title></head><body><main>
<h1>A page</h1><p style="color:#999;background:#fff">Too pale to read.</p>
<form><input name="q"><button></button></form><img src="/x.png">
<a href="#nowhere" style="display:inline-block;width:9px;height:9px"></a>
<a href="#too" style="display:inline-block;width:9px;height:9px"></a>
</main></body></html>"""


def test_planted_faults_are_caught_by_both(
    browser: "Browser", checkers: Path, plant: Plant
) -> None:
    with window(browser) as page:
        page.goto(plant(PLANTED))
        by_axe = {each.split(":")[0] for each in checking.axe(page, checkers)}
        assert by_axe >= {
            *("axe color-contrast", "axe label", "axe button-name", "axe image-alt"),
            *("axe link-name", "axe target-size"),
        }
        assert {each.split(":")[0] for each in checking.axe(page, checkers, only_colour=True)} == {
            "axe color-contrast"
        }
        sniffed = " ".join(checking.sniffer(page, checkers))
        for rule in ("1_4_3.G18", "1_3_1.F68", "1_1_1.H37", "4_1_2.H91"):
            assert rule in sniffed, rule


def test_a_fault_that_only_scripts_hide_is_caught(
    browser: "Browser", checkers: Path, plant: Plant
) -> None:
    without = """<!DOCTYPE html><html lang="en"><head><title>P</title></head><body><main>
        <h1>A page</h1>
        <p>Words</p><img id="i" src="/x.png">
        <script>document.getElementById("i").remove()</script></main></body></html>"""
    with window(browser) as page:
        page.goto(plant(without))
        assert not any("image-alt" in each for each in faults(page, checkers))
        checking.open_without_scripts(page, plant(without))
        assert any("image-alt" in each for each in faults(page, checkers))
        assert page.locator("#i").count() == 1


def test_a_fault_of_one_theme_or_one_width_is_caught(
    browser: "Browser", checkers: Path, plant: Plant
) -> None:
    page_of = """<!DOCTYPE html><html lang="en"><head><title>P</title><style>{}</style></head>
        <body><main><h1>A page</h1><p>Words</p></main></body></html>"""
    dark = "@media (prefers-color-scheme: dark) { p { color: #aaa } }"
    narrow = "@media (max-width: 400px) { p { color: #aaa } }"
    with window(browser) as page:
        for style in (dark, narrow):
            page.goto(plant(page_of.format(style)))
            assert any("color-contrast" in each for each in faults(page, checkers)), style
