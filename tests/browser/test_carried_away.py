"""A clip on another site, and one carried away: what was closed here stays closed there."""

import html
import http.server
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest

from tests.browser.conftest import MEDIA
from tests.reading_room import rows
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILM = (MEDIA / "ax__silent-black-10s.mp4").read_bytes()


class Newsroom(http.server.BaseHTTPRequestHandler):
    """Another site: shows the address it is asked for, after the question mark, in a frame."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        address = html.escape(unquote(self.path.partition("?")[2]))
        self.wfile.write(f'<!doctype html><iframe src="{address}" height="560">'.encode())

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Newsroom)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/?"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_frame_on_another_site_keeps_the_gate_and_opens_it_in_its_place(
    browser: "Browser", site: str, elsewhere: str, transactional_db: None, language: str
) -> None:
    clip = rows.a_clip(
        advisory_level="graphic",
        renditions=(rows.a_copy(FILM), rows.a_copy(b"still", "poster", "jpg")),
    )
    with window(browser) as page:
        asked: list[str] = []
        page.on("request", lambda request: "/media/" in request.url and asked.append(request.url))
        page.goto(elsewhere + quote(f"{site}/{language}/embed/{clip.reference}/?t=1,2"))
        frame = page.frame_locator("iframe")
        expect(frame.locator(".gate")).to_be_visible()
        assert frame.locator("video").count() == 0 and asked == []
        frame.locator(".gate .button").click()
        expect(frame.locator("video")).to_have_attribute("src", re.compile(r"\.mp4#t=1,2$"))
        # Everything else of the archive is a window of its own.
        for link in frame.locator("a[href^='/']").all():
            assert link.get_attribute("target") == "_blank"
        assert page.context.cookies() == []


def test_only_the_page_made_for_it_can_be_framed(
    browser: "Browser", site: str, elsewhere: str, transactional_db: None
) -> None:
    clip = rows.a_clip(renditions=(rows.a_copy(FILM),))
    with window(browser) as page:
        page.goto(elsewhere + quote(f"{site}/en/embed/{clip.reference}/"))
        expect(page.frame_locator("iframe").locator("video")).to_be_visible()
    with window(browser) as page:
        page.goto(elsewhere + quote(f"{site}/en/clips/{clip.reference}/"))
        expect(page.frame_locator("iframe").locator("main")).to_have_count(0)


def test_a_bundle_opens_from_a_disk_in_both_languages_and_asks_nobody(
    browser: "Browser", site: str, transactional_db: None, tmp_path: Path
) -> None:
    reference = rows.a_reference()
    said = rows.a_transcript(reference, "ar", (1, 2, "", "الخبز جاهز"))
    rows.publish(
        rows.a_document(
            reference, renditions=(rows.a_copy(FILM),), transcripts=(said,), download=True
        )
    )
    with window(browser) as page:
        page.goto(f"{site}/ar/clips/{reference}/")
        with page.expect_download() as fetched:
            page.get_by_role("link", name="خذه معك").click()
        zipfile.ZipFile(fetched.value.path()).extractall(tmp_path)
    with window(browser, width=360) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / reference / "page-ar.html").as_uri())
        expect(page.get_by_text("الخبز جاهز")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith("Vazirmatn")
        length = page.locator("video").evaluate(
            "v => new Promise((known) => v.readyState ? known(v.duration)"
            " : (v.onloadedmetadata = () => known(v.duration)))"
        )
        assert length == pytest.approx(10, abs=0.2)
        page.get_by_role("link", name="English").click()
        page.wait_for_url(re.compile("page-en.html"))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert all(address.startswith("file:") for address in asked), asked
