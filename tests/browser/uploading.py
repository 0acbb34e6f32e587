"""The upload page as somebody before the screen uses and reads it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Request

SECONDS = 30
# Around names and numbers inside a sentence: seen by nobody.
ISOLATES = str.maketrans("", "", "\u2068\u2069")


def read(element: "Locator") -> str:
    """What somebody reads there."""
    return element.inner_text().translate(ISOLATES)


class UploadPage:
    """One window on the page. `chunks` has the offset of every chunk it began to send."""

    def __init__(self, page: "Page", site: str) -> None:
        self.page, self.site = page, site
        self.devtools = page.context.new_cdp_session(page)
        self.chunks: list[int] = []
        self.asked: list[str] = []
        self.said: list[str] = []
        page.on("request", self._note)
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def go(self) -> "UploadPage":
        self.page.goto(f"{self.site}/admin/footage/clip/upload/")
        # The scripts show it when they are ready.
        self.page.locator("[data-page=choose-files]").wait_for()
        return self

    def choose(self, *files: Path) -> None:
        self.page.set_input_files("#id_recordings", [str(file) for file in files])

    def slow_down(self, bytes_per_second: float, *, offline: bool = False) -> None:
        self.devtools.send(
            "Network.emulateNetworkConditions",
            {
                "offline": offline,
                "latency": 0,
                "downloadThroughput": -1,
                "uploadThroughput": bytes_per_second,
            },
        )

    def row(self, name: str) -> "Locator":
        return self.page.locator("[data-page=list] > li").filter(has_text=name)

    def state(self, name: str) -> str:
        return self.row(name).get_attribute("data-state") or ""

    def ends_as(self, state: str, name: str, seconds: float = SECONDS) -> str:
        """Wait until the file's row is in that state; return what the row says."""
        self.until(lambda: self.state(name) == state, f"{name} is {state}", seconds)
        return read(self.row(name))

    def until(self, holds: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            rows = self.page.locator("[data-page=list]").all_inner_texts()
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}; {rows}"
            # The browser's events reach us only while playwright waits.
            self.page.wait_for_timeout(50)

    def press(self, button: str, name: str) -> None:
        self.row(name).get_by_role("button", name=button, exact=True).click()

    def scrolls_sideways(self) -> bool:
        root = "document.documentElement"
        return bool(self.page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"))

    def _note(self, request: "Request") -> None:
        if "/admin/uploads/" in request.url:
            self.asked.append(f"{request.method} {request.url.partition('/admin/uploads/')[2]}")
            if request.method == "PATCH":
                self.chunks.append(int(request.headers["upload-offset"]))
