"""A viewer searches: a place three ways, a spoken line and its second, a month, back again."""

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.catalogue.indexes import index
from tests.reading_room import rows
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def a_street() -> str:
    """Clips of two quarters; the reference of the one in which somebody speaks."""
    rows.names()
    reference = rows.a_reference(500)
    rows.a_clip(
        500,
        title_en="The crossing in the rain",
        title_ar="المعبر تحت المطر",
        neighbourhood="al-shaar",
        place="al-shaar",
        filmed="2016-12-05",
        transcripts=(
            rows.a_transcript(reference, "ar", (63.0, 66.0, "", "نحمل المفاتيح معنا")),
            rows.a_transcript(reference, "en", (63.0, 66.0, "", "We carry our keys with us")),
        ),
    )
    for _ in range(3):
        rows.a_clip()
    index()
    return reference


def words_of(address: str) -> list[str] | None:
    return parse_qs(urlsplit(address).query).get("q")


@pytest.mark.parametrize(
    ("language", "places", "line", "other", "month"),
    [
        ("en", ("Sha'ar", "ash-Shaar", "الشعار"), "keys", "المفاتيح", "December 2016"),
        ("ar", ("الشعار", "حي الشعار", "Shaar"), "المفاتيح", "keys", "كانون الأول ٢٠١٦"),
    ],
)
@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (360, False)])
def test_a_viewer_finds_a_place_and_a_spoken_line(
    browser: "Browser",
    site: str,
    language: str,
    places: tuple[str, ...],
    line: str,
    other: str,
    month: str,
    width: int,
    javascript: bool,
) -> None:
    reference = a_street()
    with window(browser, width=width, javascript=javascript) as page:
        page.goto(f"{site}/{language}/")
        for place in places:
            page.fill("#words", place)
            page.press("#words", "Enter")
            page.wait_for_url(lambda address, place=place: words_of(address) == [place])
            expect(page.locator(".card")).to_have_count(1)
            assert reference in (page.locator(".card h3 a").get_attribute("href") or "")
        page.fill("#words", line)
        page.press("#words", "Enter")
        expect(page.locator(".said mark").first).to_have_text(line)
        assert other in page.locator(".said-beside").inner_text()
        page.fill("[name=from]", month)
        page.locator(".filters button[type=submit]").click()
        page.wait_for_url(re.compile(r"[?&]from=[^&]"))
        assert "from=2016-12-01" not in page.url, "what was typed stays in the address"
        expect(page.locator(".card")).to_have_count(1)
        page.goto(page.url)
        expect(page.locator(".card")).to_have_count(1)  # The address can be shared.
        page.locator(".said a").first.click()
        page.wait_for_url(re.compile(rf"/{language}/clips/{reference}/\?t=63"))
        page.go_back()
        expect(page.locator("#words")).to_have_value(line)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, "the page is wider than the window"
