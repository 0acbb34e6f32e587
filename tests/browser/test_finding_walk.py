"""A viewer finds a neighbourhood by list, map and words, narrows, goes back, and shares."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.catalogue.indexes import index
from tests.reading_room import rows
from tests.reading_room.test_map import a_place
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def a_city() -> None:
    """Two quarters with outlines, two journalists, three months."""
    a_place("al-shaar", 37.17, 36.21, variants=["Shaar", "ash-Sha'ar", "الشعار"])
    a_place("bustan-al-qasr", 37.14, 36.19)
    rows.name("journalist", "salma", "Salma H.", "سلمى ح.")
    rows.name("journalist", "omar", "Omar K.", "عمر ك.")
    here = {"neighbourhood": "al-shaar", "place": "al-shaar"}
    rows.a_clip(title_en="Keys in the rain", filmed="2016-11-28", journalist="omar", **here)
    rows.a_clip(title_en="Keys on the door", filmed="2016-12-05", **here)
    rows.a_clip(title_en="Keys of the baker", filmed="2016-11-29")
    index()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (360, False)])
def test_a_neighbourhood_is_found_three_ways_and_narrowed(
    browser: "Browser", site: str, language: str, width: int, javascript: bool
) -> None:
    a_city()
    place = {"en": "Al-Shaar", "ar": "حي al-shaar"}[language]
    month = {"en": "November 2016", "ar": "تشرين الثاني 2016"}[language]
    person = {"en": "Omar K.", "ar": "عمر ك."}[language]
    with window(browser, width=width, javascript=javascript) as page:
        there = f"{site}/{language}/neighbourhoods/al-shaar/"
        page.goto(f"{site}/{language}/neighbourhoods/")
        page.get_by_role("link", name=place, exact=True).first.click()
        page.wait_for_url(there)
        page.goto(f"{site}/{language}/map/")
        # Width without a pointer: the drawing is reached and followed by the keyboard alone.
        drawn = page.locator(".map a[href$='/al-shaar/']")
        drawn.focus()
        drawn.press("Enter")
        page.wait_for_url(there)
        page.goto(f"{site}/{language}/clips/")
        page.fill("#words", "ash-Sha'ar")
        page.press("#words", "Enter")
        page.wait_for_url("**/clips/?q=ash*")
        expect(page.locator(".card")).to_have_count(2)
        page.fill("#words", "keys")
        page.press("#words", "Enter")
        page.wait_for_url("**/clips/?q=keys")
        expect(page.locator(".card")).to_have_count(3)
        page.locator(".facet").get_by_role("link", name=month).click()
        page.wait_for_url("**from=2016-11-01*")
        expect(page.locator(".card")).to_have_count(2)
        facet = page.locator(".facet", has=page.locator("[href*='journalist=omar']"))
        facet.locator("summary").first.click()
        facet.get_by_role("link", name=person).click()
        page.wait_for_url("**journalist=omar*")
        expect(page.locator(".card")).to_have_count(1)
        shared = page.url
        page.go_back()
        expect(page.locator(".card")).to_have_count(2)
        expect(page.locator("#words")).to_have_value("keys")
        page.goto(shared)
        expect(page.locator(".card")).to_have_count(1)
        expect(page.locator(".chips li")).to_have_count(3)
        page.locator(".seen-as a[href*='/map/']").click()
        page.wait_for_url(f"**/{language}/map/?*journalist=omar*")
        expect(page.locator(".map-list .counted li")).to_have_count(1)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, "the page is wider than the window"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_suggestions_are_gone_through_by_keyboard(
    browser: "Browser", site: str, language: str
) -> None:
    a_city()
    with window(browser) as page:
        page.goto(f"{site}/{language}/clips/")
        field = page.locator("#words")
        field.press_sequentially("sha", delay=20)
        options = page.get_by_role("option")
        expect(options.first).to_be_visible()
        expect(field).to_have_attribute("aria-expanded", "true")
        field.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        expect(field).to_have_attribute(
            "aria-activedescendant", options.first.get_attribute("id") or ""
        )
        field.press("ArrowUp")
        expect(options.first).not_to_have_attribute("aria-selected", "true")
        field.press("Escape")
        expect(options.first).to_be_hidden()
        expect(field).to_have_value("sha")
        field.press("ArrowDown")
        expect(options.first).to_be_visible()
        field.press("ArrowDown")
        field.press("Enter")
        page.wait_for_url(f"{site}/{language}/neighbourhoods/al-shaar/")
        page.go_back()
        page.locator("#words").fill("keys")
        page.locator("#words").press("Enter")
        page.wait_for_url("**/clips/?q=keys*")
        assert urlsplit(page.url).path == f"/{language}/clips/"
