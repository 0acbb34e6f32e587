"""What a page costs and gives away: bytes, requests, cookies, headers, and console messages."""

import gzip
import random
import re
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from footage.catalogue.freshness import LEAST_PACKED
from tests.gates.conftest import Plant
from tests.gates.site import LANGUAGES, STATUS, Answer, Site, names
from tests.walls.test_headers import faults as faults_of_headers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Over the wire, gzip, without media; the Arabic site has a font.
MOST_BYTES = {"en": 60_000, "ar": 110_000}
MOST_REQUESTS = 12
MEDIA = re.compile(r"^/media/")
PAGES = pytest.mark.parametrize(
    ("name", "language"), [(name, language) for name in names() for language in LANGUAGES]
)
SHIFTS = """() => new Promise((said) => {
    let moved = 0;
    new PerformanceObserver((list) => {
        for (const each of list.getEntries()) moved += each.value;
    }).observe({type: "layout-shift", buffered: true});
    requestAnimationFrame(() => setTimeout(() => said(moved), 50));
})"""


@dataclass
class Visit:
    """What a phone's browser did to show one page. `bytes`: gzipped, media left out.
    `unpacked`: text that came over the line as it is."""

    foreign: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    cookies: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    unpacked: list[str] = field(default_factory=list)
    bytes: int = 0
    shifted: float = 0.0


def visit(browser: "Browser", address: str) -> Visit:
    """Open a page as a phone does, down to its end, and note what that took."""
    seen, answers = Visit(), []
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.on("console", lambda message: seen.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.said.append(f"error: {error}"))
    page.on("response", lambda answer: answers.append(answer))
    page.on("request", lambda request: seen.asked.append(request.url))
    try:
        page.goto(address)
        seen.shifted = page.evaluate(SHIFTS)
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_load_state("networkidle")
        here = urlsplit(address).netloc
        seen.foreign = [
            each
            for each in seen.asked
            if urlsplit(each).scheme not in {"data", "blob"} and urlsplit(each).netloc != here
        ]
        for answer in answers:
            path = urlsplit(answer.url)
            if path.netloc != here or MEDIA.match(path.path) or answer.status in {301, 302}:
                continue
            body = answer.body()
            packed = path.path.endswith((".woff2", ".png", ".jpg"))
            seen.bytes += len(body) if packed else len(gzip.compress(body, 6))
            coded = packed or "content-encoding" in answer.headers
            if not coded and answer.status == 200 and len(body) >= LEAST_PACKED:
                seen.unpacked.append(path.path)
        seen.cookies = context.cookies()
    finally:
        context.close()
    return seen


def faults(seen: Visit, language: str, status: int = 200) -> list[str]:
    """What a visit did that no page may do, in words."""
    expected = [] if status == 200 else [each for each in seen.said if f" {status} " in each]
    found = [f"asked another host: {each}" for each in seen.foreign]
    found += [f"console: {each}" for each in seen.said if each not in expected]
    found += [f"cookie: {each['name']}" for each in seen.cookies]
    if seen.bytes > MOST_BYTES[language]:
        found.append(f"{seen.bytes} bytes")
    own = [each for each in seen.asked if not MEDIA.match(urlsplit(each).path)]
    if len(own) > MOST_REQUESTS:
        found.append(f"{len(own)} requests: {own}")
    if seen.shifted > 0.1:
        found.append(f"moved while it loaded: {seen.shifted:.2f}")
    found += [f"came unpacked: {each}" for each in seen.unpacked]
    return found


def faults_of_answer(path: str, answer: Answer, again: Answer) -> list[str]:
    """What is missing on the first answer and on the one to a conditional request."""
    stated = Headed(answer.status, dict(answer.headers.items()))
    found = faults_of_headers(path, stated)
    if "Set-Cookie" in answer.headers:
        found.append("a cookie")
    if answer.status == 200 and answer.is_page:
        if answer.headers["Cache-Control"] != "no-cache":
            found.append(f"Cache-Control: {answer.headers['Cache-Control']}")
        if not (answer.headers["ETag"] or "").startswith(('"', 'W/"')):
            found.append(f"ETag: {answer.headers['ETag']}")
        if (again.status, again.body) != (304, b""):
            found.append(f"asked again with its ETag: {again.status}")
    return found


@dataclass
class Headed:
    """An answer as tests/walls/test_headers.py reads one."""

    status_code: int
    headers: dict[str, str]
    cookies: tuple[str, ...] = ()


@pytest.mark.browser
@PAGES
def test_a_page_is_light_silent_and_asks_nobody_else(
    browser: "Browser", served: Site, name: str, language: str
) -> None:
    if served.ask(served.path(name, language)).is_page:
        seen = visit(browser, served.address(name, language))
        assert faults(seen, language, STATUS.get(name, 200)) == []


@PAGES
def test_a_page_says_whom_it_trusts_and_is_sent_once(
    served: Site, name: str, language: str
) -> None:
    path = served.path(name, language)
    answer = served.ask(path)
    assert answer.status == STATUS.get(name, 200)
    again = served.ask(path, **{"If-None-Match": answer.headers["ETag"] or '""'})
    assert faults_of_answer(path, answer, again) == []


@pytest.mark.browser
def test_planted_faults_are_caught(browser: "Browser", plant: Plant) -> None:
    address = plant(
        '<!DOCTYPE html><title>P</title><img src="http://localhost:9/x.png">'
        "<style>p { margin: 0 }</style><p>Words</p><script>console.log('hello')</script>"
        + "".join(f'<link rel="stylesheet" href="/{n}.css">' for n in range(MOST_REQUESTS)),
        Set_Cookie="seen=1",
    )
    for number in range(MOST_REQUESTS):
        plant(f"/* {number} */", f"/{number}.css", Content_Type="text/css")
    found = " ".join(faults(visit(browser, address), "en"))
    for fault in ("host: http://localhost:9/x.png", "log: hello", "cookie: seen", " requests"):
        assert fault in found, fault
    noise = random.Random(1).randbytes(MOST_BYTES["en"]).hex()
    moving = (
        "<!DOCTYPE html><title>P</title><p>1</p><p>2</p><script>requestAnimationFrame(() =>"
        "setTimeout(() => document.body.style.paddingTop = '300px', 10))</script><p>"
        + "Words and more words. "
        * 80
    )
    heavy = visit(browser, plant(f"<!DOCTYPE html><title>P</title><!--{noise}-->", "/heavy"))
    assert faults(visit(browser, plant(moving, "/moving")), "en")[0].startswith("moved")
    assert any("bytes" in each for each in faults(heavy, "en")), heavy.bytes
    assert "came unpacked: /heavy" in faults(heavy, "en")


def test_an_answer_that_says_too_little_is_caught() -> None:
    headers = Message()
    headers["Content-Type"] = "text/html; charset=utf-8"
    headers["Set-Cookie"] = "seen=1"
    bare = Answer(200, headers, b"<p>")
    found = faults_of_answer("/en/", bare, bare)
    for fault in ("Referrer-Policy", "default-src 'none'", "a cookie", "ETag", "Cache-Control"):
        assert any(fault in each for each in found), fault
    assert "asked again with its ETag: 200" in found
