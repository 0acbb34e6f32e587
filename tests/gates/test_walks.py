"""A reader's walk through the archive, in Chromium and in Firefox, with scripts and without."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.gates.firefox import Firefox, FirefoxRefused, firefox
from tests.gates.site import LANGUAGES, Site
from tests.harness import absent
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


class Chromium:
    """A window of Chromium with the few acts that Firefox's has."""

    def __init__(self, page: "Page") -> None:
        self.page = page

    def open(self, address: str) -> None:
        self.page.goto(address)

    @property
    def address(self) -> str:
        return self.page.url

    @property
    def text(self) -> str:
        return self.page.locator("body").inner_text()

    @property
    def cookies(self) -> list[object]:
        return list(self.page.context.cookies())

    def find(self, selector: str) -> list[object]:
        return list(self.page.locator(selector).all())

    def wait_for(self, selector: str) -> None:
        self.page.locator(selector).first.wait_for(state="attached")

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def type(self, selector: str, text: str) -> None:
        self.page.locator(selector).first.fill(text)


Window = Chromium | Firefox


@contextmanager
def a_window(browser: "Browser", engine: str, javascript: bool) -> Iterator[Window]:
    if engine == "chromium":
        with window(browser, javascript=javascript) as page:
            yield Chromium(page)
        return
    if not (shutil.which("firefox-esr") or shutil.which("firefox")):
        absent("Firefox is not installed")
    with firefox(javascript=javascript) as opened:
        opened.size(1280)
        yield opened


def follow(reader: Window, selector: str, path: str) -> None:
    """Click what leads to `path` and arrive there."""
    reader.click(selector)
    reader.wait_for(f"link[hreflang][href*='{path}'], meta[name=robots]")
    assert urlsplit(reader.address).path == path, f"{selector} led to {reader.address}"


def browse(reader: Window, site: Site, language: str) -> None:
    """From home to a neighbourhood, then to a day, then to a clip of both."""
    archive = site.archive
    root, clip = f"/{language}/", f"/{language}/clips/{archive.film_clip}/"
    reader.open(site.base + root)
    place = site.path("neighbourhood", language)
    follow(reader, f"nav a[href='{root}neighbourhoods/']", f"{root}neighbourhoods/")
    follow(reader, f"main li a[href='{place}']", place)
    assert reader.find("main article a[href]")
    follow(reader, f"nav a[href='{root}dates/']", f"{root}dates/")
    for path in (site.path("month", language), site.path("day", language)):
        follow(reader, f"main a[href='{path}']", path)
    follow(reader, f"main article h3 a[href='{clip}']", clip)
    reader.wait_for("video")
    assert archive.film_clip in reader.text


def search(reader: Window, site: Site, language: str) -> None:
    reader.open(f"{site.base}/{language}/clips/")
    reader.type("main input[name=q]", "خبز")
    reader.click("main form[role=search] button")
    reader.wait_for("main article mark, main article")
    assert "q=" in reader.address
    reader.open(f"{site.base}/{language}/clips/?q=zzzzqqqq")
    reader.wait_for(".empty")


def see_what_is_gated(reader: Window, site: Site, language: str) -> None:
    """Nothing of it is in the page until the reader asks; then it plays, never by itself."""
    reader.open(site.address("gate closed", language))
    assert not reader.find("video")
    stated = dict(site.archive.rows)[site.archive.gated]
    for copy in stated["renditions"]:
        # Cards of other clips have pictures; of this one there is no address.
        assert not reader.find(f"[src*='{copy['name']}'], [href*='{copy['name']}']"), copy
    reader.click("main a[href*='show=1']")
    reader.wait_for("main video")
    assert not reader.find("video[autoplay]")


def read_a_testimony(reader: Window, site: Site, language: str) -> None:
    path = site.path("testimony", language)
    reader.open(f"{site.base}/{language}/testimonies/")
    follow(reader, f"main a[href='{path}']:not([aria-hidden])", path)
    for spoken in LANGUAGES:
        assert reader.find(f"main [lang='{spoken}']"), spoken


def switch(reader: Window, site: Site, language: str) -> None:
    """The same page, question included, in the other language."""
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    reader.open(f"{site.base}/{language}/clips/?kind=testimony&from=2013")
    reader.click(f"header a[hreflang='{other}']")
    reader.wait_for(f"html[lang='{other}']")
    parts = urlsplit(reader.address)
    assert parts.path == f"/{other}/clips/"
    assert {"kind=testimony", "from=2013"} <= set(parts.query.split("&"))


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("engine", ["chromium", "firefox"])
def test_a_reader_finds_and_sees_everything(
    browser: "Browser", served: Site, engine: str, javascript: bool
) -> None:
    with a_window(browser, engine, javascript) as reader:
        for language in LANGUAGES:
            browse(reader, served, language)
            search(reader, served, language)
            see_what_is_gated(reader, served, language)
            read_a_testimony(reader, served, language)
            switch(reader, served, language)
        assert reader.cookies == []


def test_a_walk_that_leads_elsewhere_is_caught(browser: "Browser", served: Site) -> None:
    with a_window(browser, "firefox", True) as reader:
        reader.open(served.address("gate open", "en"))
        # Planted: a gate that is open already.
        assert reader.find("main video")
        with pytest.raises((AssertionError, FirefoxRefused)):
            follow(reader, "header nav a[href='/en/dates/']", "/en/about/")
