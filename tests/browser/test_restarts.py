"""An upload in a real browser outlives the server: the archive as it is served, restarted."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Recording
from tests.browser.uploading import UploadPage, read
from tests.servers import CHECKOUT, free_port, site_process
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SIGN_IN = """
from tests.browser.conftest import session_of
from tests.workshop.conftest import member
print(session_of(member("rima", "archivist")))
"""
ADDRESSES = (
    "from footage.ingest.models import Master; print(*[m.path for m in Master.objects.all()])"
)


@pytest.fixture
def house(tmp_path: Path) -> dict[str, str]:
    """The environment of an empty archive of its own, ready to be served."""
    environment = {
        "ARCHIVE_DATA": str(tmp_path / "archive"),
        "SECRET_KEY": "known to everyone, and therefore only for tests",
        "HOME": str(tmp_path),
    }
    manage(environment, "migrate", "--noinput", "--verbosity", "0")
    manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    return environment


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env={"PATH": os.environ.get("PATH", ""), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_upload_goes_on_by_itself_after_the_server_was_restarted(
    browser: "Browser", recording: Recording, house: dict[str, str]
) -> None:
    file = recording("long.mp4", megabytes=20)
    session = manage(house, "shell", "--verbosity", "0", "--command", SIGN_IN)
    port = free_port()
    serve = ["manage.py", "serve", "--port", str(port)]
    with window(browser) as page:
        with site_process(serve, house, port=port) as site:
            page.context.add_cookies(
                [{"name": "sessionid", "value": session, "url": f"{site}/admin/"}]
            )
            tab = UploadPage(page, site).go()
            tab.slow_down(3e6)
            tab.choose(file)
            tab.until(lambda: len(tab.chunks) > 1, "the second chunk is sent")
        tab.until(lambda: "line broke" in read(tab.row("long.mp4")), "the page says so")
        begun = len(tab.chunks)
        with site_process(serve, house, port=port):
            tab.ends_as("done", "long.mp4", seconds=90)
        # It asked where it was and went on there: the first chunk was not sent again.
        assert min(tab.chunks[begun:]) > 0
    held = Path(house["ARCHIVE_DATA"], "masters", manage(house, "shell", "-v0", "-c", ADDRESSES))
    assert hashlib.sha256(held.read_bytes()).digest() == hashlib.sha256(file.read_bytes()).digest()
