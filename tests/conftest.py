"""Fixtures for every test. What must happen before Django's settings are read is in harness.py."""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.harness import absent

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
LOCAL_SCHEMES = {"about", "blob", "data"}
numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def archive_data(settings: Any) -> Iterator[Path]:
    """Give each test stores of its own, empty at its start and gone after it; return their root.

    `settings.ARCHIVE_DATA` and the storages of masters, working copies and access copies lie in
    it. Static files come straight from the sources, and passwords are hashed cheaply.
    """
    root = Path(os.environ["ARCHIVE_DATA"], f"test-{next(numbers)}")
    root.mkdir()
    settings.ARCHIVE_DATA = root
    local = "django.core.files.storage.FileSystemStorage"
    stores = {
        name: {"BACKEND": local, "OPTIONS": {"location": str(root / name), "base_url": None}}
        for name in ("masters", "working", "access")
    }
    settings.STORAGES = {
        **settings.STORAGES,
        **stores,
        "default": stores["working"],
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield root
    shutil.rmtree(root)


@pytest.fixture(scope="session")
def shared_data(pytestconfig: pytest.Config) -> Path:
    """Return the folder of real material, for acceptance tests; skip where there is none."""
    named = os.environ.get("ARCHIVE_SHARED_DATA")
    folder = Path(named) if named else pytestconfig.rootpath.parent / "shared" / "data"
    if not folder.is_dir():
        absent("the shared data is not here (ARCHIVE_SHARED_DATA, or ../shared/data)")
    return folder


@pytest.fixture
def site(live_server: Any) -> str:
    """Serve the site to a browser on a free port of 127.0.0.1; return its address."""
    return str(live_server.url)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Start Debian's Chromium (or $CHROMIUM) once for the run; skip where there is none."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not executable:
        absent("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django would take for async code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """Open a fresh browser window; the test fails if its pages ask anything of another host."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    outside: list[str] = []

    def note(address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in LOCAL_SCHEMES and parts.hostname not in {"127.0.0.1", "localhost"}:
            outside.append(address)

    context.on("request", lambda request: note(request.url))
    yield context.new_page()
    context.close()
    assert not outside, f"third-party requests: {outside}"
