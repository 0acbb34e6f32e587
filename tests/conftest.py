"""Fixtures for every test. What must happen before Django's settings are read is in harness.py."""

import itertools
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import translation

from footage.catalogue import authorities
from tests.harness import absent
from tests.windows import CHROMIUM_FLAGS, window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

numbers = itertools.count(1)
COUNTER = f"""INSERT INTO catalogue_publicstate (id, change, authorities, secret)
    VALUES (1, 0, 0, '{secrets.token_hex(64)}')"""


@pytest.fixture(autouse=True)
def no_names_remembered() -> None:
    """Forget the catalogue's names: a rolled-back database counts its changes again from one."""
    authorities.forget()


@pytest.fixture(autouse=True)
def no_language_remembered() -> None:
    """Speak the default language: a request leaves its own behind in the thread that ran it."""
    translation.deactivate()


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
def django_db_modify_db_settings() -> None:
    """Keep SQLite's test database in a file, so that threads and servers meet its real locks.

    Django's default, a database in memory, makes the live server share the test's one connection.
    """
    if connection.vendor == "sqlite":
        name = str(Path(os.environ["ARCHIVE_DATA"], "tests.sqlite3"))
        connection.settings_dict["TEST"]["NAME"] = name


@pytest.fixture(scope="session", autouse=True)
def flush_reaches_append_only_tables() -> Iterator[None]:
    """Let Django empty the database after a test with real transactions.

    Flushing deletes rows, which the triggers of append-only tables refuse, as they should. So the
    triggers rest for the length of a flush, and for nothing else. The one row that a migration
    made, the counter of changes, is put back.
    """
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: Any, statements: list[str]) -> None:
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            if self.connection.vendor == "postgresql":
                cursor.execute("SET LOCAL session_replication_role = replica")
                flush(self, statements)
                cursor.execute(COUNTER)
                return
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            flush(self, statements)
            for _, sql in triggers:
                cursor.execute(sql)
            cursor.execute(COUNTER)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_without_triggers)
        yield


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
    """Open a wide English window; for others see tests/windows.py."""
    with window(browser) as opened:
        yield opened
