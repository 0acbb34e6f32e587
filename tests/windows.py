"""Browser windows as readers have them: wide or narrow, with or without scripts."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# As root Chromium has no sandbox of its own; the rest keeps it from calling its maker.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
# A page of a bundle, opened from a disk, asks for what lies beside it.
LOCAL_SCHEMES = {"about", "blob", "data", "file"}
LOCAL_HOSTS = {"127.0.0.1", "localhost"}


@contextlib.contextmanager
def window(
    browser: "Browser",
    *,
    width: int = 1280,
    height: int = 800,
    language: str = "en-GB",
    javascript: bool = True,
) -> "Iterator[Page]":
    """Open a window with a profile of its own; on leaving it, fail if it asked another host."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=language,
        java_script_enabled=javascript,
    )
    outside: list[str] = []

    def note(address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in LOCAL_SCHEMES and parts.hostname not in LOCAL_HOSTS:
            outside.append(address)

    context.on("request", lambda request: note(request.url))
    try:
        yield context.new_page()
    finally:
        context.close()
    assert not outside, f"third-party requests: {outside}"
