"""No page scrolls sideways, hides its focus, crowds its targets, or moves for who asked it not."""

from typing import TYPE_CHECKING

import pytest

from tests.gates import layout
from tests.gates.conftest import Plant
from tests.gates.site import FRAMED, LANGUAGES, Site, names
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_a_page_can_be_used_at_any_width_and_with_the_keyboard(
    browser: "Browser", served: Site, name: str, language: str
) -> None:
    if not served.ask(served.path(name, language)).is_page:
        return
    with window(browser) as page:
        page.goto(served.address(name, language))
        framed = name in FRAMED
        found = layout.landmarks(page, framed=framed) + layout.motion(page)
        found += layout.focus(page, framed=framed)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{width} px: {each}" for each in layout.small_targets(page)]
        found += layout.overflow(page)
    assert found == []


def whole(body: str, style: str = "") -> str:
    return f"""<!DOCTYPE html><html lang="en" dir="ltr"><head><title>P</title>
        <meta name="viewport" content="width=device-width"><style>{style}</style></head>
        <body><a href="#content">Skip</a><header></header><main id="content"><h1>A page</h1>
        {body}</main><footer></footer></body></html>"""


def test_a_planted_wide_element_is_caught_at_its_width_only(
    browser: "Browser", plant: Plant
) -> None:
    with window(browser) as page:
        page.goto(plant(whole("<div style='width: 500px'>Words</div>")))
        assert {each.split(" px")[0] for each in layout.overflow(page)} == {"320", "360", "480"}
        page.goto(plant(whole("<div style='width: 30rem'>Words</div>")))
        assert any("640 px, letters of 32" in each for each in layout.overflow(page))
        page.goto(plant(whole("<div style='overflow: auto'><p style='width: 90rem'>W</p></div>")))
        assert layout.overflow(page) == []


def test_planted_targets_without_room_are_caught(browser: "Browser", plant: Plant) -> None:
    link = "<a href='/{}' style='display: inline-block; width: {}px; height: {}px'></a>"
    with window(browser) as page:
        page.goto(plant(whole(link.format(1, 10, 30) + link.format(2, 10, 30))))
        assert len(layout.small_targets(page)) == 2
        page.goto(plant(whole(link.format(1, 24, 24) + link.format(2, 24, 24))))
        assert layout.small_targets(page) == []
        page.goto(plant(whole("<p>Some words <a href='/1'>x</a>, more <a href='/2'>y</a></p>")))
        assert layout.small_targets(page) == []


def test_planted_faults_of_the_keyboard_are_caught(browser: "Browser", plant: Plant) -> None:
    unseen = whole("<a href='/1' class='a'>One</a><button>Two</button>", ".a { outline: none }")
    off = whole("<a href='/1' style='position: absolute; left: -900px'>One</a>")
    no_skip = "<!DOCTYPE html><title>P</title><a href='/1'>One</a>"
    with window(browser) as page:
        page.goto(plant(whole("<a href='/1'>One</a><button>Two</button><input>")))
        assert layout.focus(page) == []
        for body, fault in (
            (unseen, "looks the same"),
            (off, "hidden when focused"),
            (no_skip, "the first stop"),
        ):
            page.goto(plant(body))
            (found,) = layout.focus(page)
            assert found.startswith(fault), found


def test_planted_faults_of_landmarks_and_motion_are_caught(
    browser: "Browser", plant: Plant
) -> None:
    two = whole("<nav>1</nav><nav>2</nav><main>3</main><h3>Too deep</h3>")
    moving = whole(
        "<p class='a'>Words</p>", "html { scroll-behavior: smooth } .a { transition: 1s }"
    )
    with window(browser) as page:
        page.goto(plant(two, "/en/"))
        found = " ".join(layout.landmarks(page))
        for fault in ("2 of main", "a nav without a name", "h1, then h3"):
            assert fault in found
        page.goto(plant(moving))
        assert {each[:6] for each in layout.motion(page)} == {"smooth", "moves:"}
        kind = "@media (prefers-reduced-motion: no-preference) { .a { transition: 1s } }"
        page.goto(plant(whole("<p class='a'>Words</p>", kind)))
        assert layout.motion(page) == []
