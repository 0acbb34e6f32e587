"""The demonstration served to the gates, and a place for pages with planted faults."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.demonstration.conftest import demonstration, environment, run
from tests.gates.site import Collection, Site
from tests.harness import absent

__all__ = ["demonstration"]
CHECKERS = servers.CHECKOUT / ".ci" / "gates" / "node_modules"
SERVER = ["-m", "gunicorn", "aleppo_archive.wsgi", "--workers", "1", "--threads", "8"]


@pytest.fixture(scope="session")
def checkers() -> Path:
    """The folder of the installed checkers; skip where they are not installed."""
    if not (CHECKERS / "ready").exists():
        absent("the checkers of .ci/gates are not installed (make .ci/gates/node_modules/ready)")
    return CHECKERS


@pytest.fixture(scope="session")
def loaded(request: pytest.FixtureRequest) -> Path:
    """An archive with the demonstration: $GATES_DEMONSTRATION where that stands already, such as
    the var/demo of `make demo`; loaded for this run otherwise."""
    if standing := os.environ.get("GATES_DEMONSTRATION"):
        return Path(standing)
    return Path(request.getfixturevalue("demonstration").root)


@pytest.fixture(scope="session")
def served(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The public process over a copy of the demonstration, as readers reach it."""
    root = tmp_path_factory.mktemp("gates")
    with (
        sqlite3.connect(loaded / "archive.sqlite3") as standing,
        sqlite3.connect(root / "archive.sqlite3") as copy,
    ):
        standing.backup(copy)
    # Access copies are never changed, only replaced: links will do.
    shutil.copytree(loaded / "access", root / "access", copy_function=os.link)
    port = servers.free_port()
    given = {
        **environment(root),
        "ARCHIVE_SITE": "public",
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    run(root, "collectstatic", "--noinput", "--verbosity", "0")
    run(root, "reindex")
    bound = [*SERVER, "--bind", f"127.0.0.1:{port}"]
    with servers.site_process(bound, given, port=port) as base:
        yield Site(base, Collection(root))


Plant = Callable[..., str]


@pytest.fixture(scope="session")
def planting() -> Iterator[tuple[str, dict[str, tuple[bytes, dict[str, str]]]]]:
    """A server of pages with planted faults: its address, and what it answers by path."""
    answers: dict[str, tuple[bytes, dict[str, str]]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, headers = answers.get(self.path, (b"", {}))
            self.send_response(200 if body else 404)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", answers
    server.shutdown()
    server.server_close()


@pytest.fixture
def plant(planting: tuple[str, dict[str, tuple[bytes, dict[str, str]]]]) -> Plant:
    """`plant(body, path="/", **headers)`: serve a page with a fault; return its address."""
    base, answers = planting

    def planted(body: str | bytes, path: str = "/", **headers: str) -> str:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body.encode() if isinstance(body, str) else body
        answers[path] = (raw, {"Content-Type": "text/html; charset=utf-8", **given})
        return base + path

    return planted
