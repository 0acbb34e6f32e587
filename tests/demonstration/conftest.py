"""One real load of the demonstration for all who test it: killed half way, then begun again.

It runs as its own process in an archive of its own, as `make demo` would; the tests then read
that archive's database in place of their own. SQLite only, since nothing here asks for `db`.
"""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from footage.catalogue import authorities

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Demonstration:
    """An archive with the demonstration in it. `before`: clips that stood when it was killed."""

    root: Path
    output: str
    before: int

    def manage(self, *arguments: str) -> str:
        return run(self.root, *arguments).stdout


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py in the archive at `root`; fail the test with its output if it fails."""
    done = subprocess.run(
        command(*arguments),
        env=environment(root),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def command(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def environment(root: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "ARCHIVE_DATA": str(root), "ARCHIVE_DEMONSTRATION": "1"}


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """Load the collection, once for all processes of a run: whoever asks first loads it."""
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent
    root, told = place / "demonstration", place / "demonstration.json"
    with (place / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            root.mkdir()
            told.write_text(json.dumps(loaded(root)))
    return Demonstration(root, **json.loads(told.read_text()))


def loaded(root: Path) -> dict[str, Any]:
    """Load the collection into an empty folder, killing the first attempt after ten clips."""
    run(root, "migrate", "--verbosity", "0")
    run(root, "load_reference")
    with subprocess.Popen(
        command("load_demonstration"),
        env=environment(root),
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as first:
        line = first.stdout.readline() if first.stdout else ""
        os.killpg(first.pid, signal.SIGKILL)
    assert "10 of" in line
    second = run(root, "load_demonstration").stdout
    whole, added = (int(re.search(r"of (\d+) clips", text)[1]) for text in (line, second))
    return {"output": second, "before": whole - added}


@pytest.fixture
def archive(
    demonstration: Demonstration, archive_data: Path, settings: Any, django_db_blocker: Any
) -> Iterator[Demonstration]:
    """Let this process read the loaded archive: its database, its stores, its setting."""
    settings.ARCHIVE_DATA = demonstration.root
    settings.ARCHIVE_DEMONSTRATION = True
    for name in ("masters", "working", "access"):
        settings.STORAGES[name]["OPTIONS"]["location"] = str(demonstration.root / name)
    settings.STORAGES = {**settings.STORAGES}
    standing = connections["default"]
    place = {**standing.settings_dict, "NAME": str(demonstration.root / "archive.sqlite3")}
    with django_db_blocker.unblock():
        connections["default"] = DatabaseWrapper(place, "default")
        authorities.forget()
        try:
            yield demonstration
        finally:
            connections["default"].close()
            connections["default"] = standing
            authorities.forget()
