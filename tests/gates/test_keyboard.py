"""The archive with the keyboard alone: Tab, Enter, Space and the arrows, and no pointer."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest

from tests.gates.conftest import Plant
from tests.gates.site import LANGUAGES, Site
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
MOST_STOPS = 300


class NotReached(AssertionError):
    """The Tab key went round the page without stopping there."""


def reach(page: "Page", selector: str) -> None:
    """Press Tab until what has the focus is `selector`. Raises NotReached."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement?.matches(wanted)", selector):
            return
    raise NotReached(f"{selector} at {page.url}")


def enter(page: "Page", selector: str, path: str) -> None:
    """Reach a link, press Enter, and arrive at `path`."""
    reach(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: urlsplit(address).path == path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_home_by_the_calendar_to_a_clip(
    browser: "Browser", served: Site, language: str
) -> None:
    archive, root = served.archive, f"/{language}/"
    month, day = served.path("month", language), served.path("day", language)
    with window(browser) as page:
        page.goto(served.base + root)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("#content$"))
        page.goto(served.base + root)
        enter(page, f"header a[href='{root}dates/']", f"{root}dates/")
        enter(page, f"main a[href='{month}']", month)
        enter(page, f"main a[href='{day}']", day)
        clip = f"{root}clips/{archive.film_clip}/"
        enter(page, f"main a[href='{clip}']", clip)


def test_the_map_is_passed_over_or_walked_through(browser: "Browser", served: Site) -> None:
    with window(browser) as page:
        page.goto(served.address("map", "en"))
        reach(page, ".skip-here")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("#places$"))
        reach(page, ".map-list a[href], #places a[href]")
        page.goto(served.address("map", "en"))
        reach(page, ".map svg a")
        leads_to = page.evaluate("document.activeElement.getAttribute('href')")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: address.endswith(leads_to))


def test_a_search_is_typed_sent_and_read(browser: "Browser", served: Site) -> None:
    with window(browser) as page:
        page.goto(served.base + "/ar/clips/")
        reach(page, "main input[name=q]")
        page.keyboard.type("خبز")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(re.escape(f"q={quote('خبز')}")))
        reach(page, "main article a[href]")


def test_a_gate_is_opened_and_the_clip_played_and_stopped(browser: "Browser", served: Site) -> None:
    with window(browser) as page:
        page.goto(served.address("gate closed", "en"))
        assert page.locator("main video").count() == 0
        reach(page, "main a[href*='show=1']")
        page.keyboard.press("Enter")
        page.locator("main video").wait_for()
        reach(page, "main video")
        moving = "document.querySelector('main video').paused === {}"
        page.keyboard.press("Space")
        page.wait_for_function(moving.format("false"))
        page.keyboard.press("Space")
        page.wait_for_function(moving.format("true"))


def test_a_control_that_the_keyboard_passes_by_is_caught(browser: "Browser", plant: Plant) -> None:
    body = "<!DOCTYPE html><title>P</title><a href='/1'>One</a><span id='x'>Open</span>"
    with window(browser) as page:
        page.goto(plant(body))
        reach(page, "a")
        with pytest.raises(NotReached):
            reach(page, "#x")
