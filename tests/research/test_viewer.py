"""Ramp, a player of another house on another origin, plays a record by its manifest alone."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from aleppo_archive import headers
from footage.catalogue.models import PublicRecord
from tests.harness import absent
from tests.reading_room import rows
from tests.servers import CHECKOUT
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.django_db(transaction=True)

VIEWER = CHECKOUT / ".ci" / "viewer"
MEDIA = Path(__file__).parents[1] / "data" / "media"
SAID = "لم يكن عندنا خبز"
LINES = {
    "ar": ((0, 1, "", "مقدمة"), (1, 3.5, "", SAID)),
    "en": ((0, 1, "", "Introduction"), (1, 3.5, "", "We had no bread")),
}
PATIENCE_MS = 30_000


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def viewer() -> Iterator[str]:
    """The address of the bundled viewer, on an origin of its own."""
    if not (VIEWER / "built" / "entry.js").exists():
        absent("the viewer is not bundled (make .ci/viewer/built/ready)")
    handler = partial(Quiet, directory=str(VIEWER))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def at(viewer: str, site: str, row: PublicRecord) -> str:
    """Where the viewer shows a record."""
    return f"{viewer}/index.html?manifest={quote(f'{site}/iiif/{row.reference}/manifest.json')}"


@pytest.fixture
def archive(site: str, settings: Any) -> str:
    settings.BASE_URL = site
    rows.names()
    return site


def a_film(number: int, **stated: Any) -> PublicRecord:
    """A clip that really plays, with lines in both languages."""
    video = (MEDIA / "syn_android_al-shaar.mp4").read_bytes()
    copy = rows.a_copy(video, width=640, height=480, duration_s=4.0)
    spoken = [rows.a_transcript(rows.a_reference(number), code, *LINES[code]) for code in LINES]
    said = {"renditions": (copy,), "transcripts": tuple(spoken), "duration_s": 4.0}
    return rows.a_clip(number, **{**said, **stated})


def test_another_house_plays_a_clip_with_arabic_captions_and_finds_what_is_said(
    browser: "Browser", viewer: str, archive: str
) -> None:
    row = a_film(301)
    with window(browser) as page:
        page.goto(at(viewer, archive, row))
        page.wait_for_function("document.querySelector('video')?.readyState >= 2",
                               timeout=PATIENCE_MS)  # fmt: skip
        page.evaluate(
            "() => { const v = document.querySelector('video'); v.muted = true; v.play() }"
        )
        page.wait_for_function("document.querySelector('video').currentTime > 0.3",
                               timeout=PATIENCE_MS)  # fmt: skip
        caption = page.locator(".vjs-text-track-display")
        caption.get_by_text(SAID).wait_for(timeout=PATIENCE_MS)
        languages = page.get_by_test_id("transcript-select-option")
        assert languages.inner_text().split() == ["العربية", "English"]
        page.get_by_test_id("transcript-search-input").fill("خبز")
        hit = page.locator(".ramp--transcript_highlight").first
        hit.wait_for(timeout=PATIENCE_MS)
        assert hit.inner_text() == "خبز"


def test_a_gated_clip_shows_words_and_asks_for_no_copy(
    browser: "Browser", viewer: str, archive: str
) -> None:
    row = a_film(302, advisory_level="graphic", advisories=(rows.an_advisory("blood"),))
    asked: list[str] = []
    with window(browser) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto(at(viewer, archive, row))
        page.get_by_text("Graphic, Blood").first.wait_for(timeout=PATIENCE_MS)
    assert any(row.reference in each for each in asked)
    assert not any("/media/" in each for each in asked)


def test_copies_that_other_origins_may_not_show_are_noticed(
    browser: "Browser", viewer: str, archive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headers, "for_other_sites", lambda path: False)
    with window(browser) as page:
        page.goto(at(viewer, archive, a_film(303)))
        page.wait_for_timeout(3_000)
        assert not page.evaluate("document.querySelector('video')?.readyState ?? 0")
