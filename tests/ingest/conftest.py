"""What the tests of ingest share: an archivist, the gazetteer, drafts from real files."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from footage.accession import accession
from footage.ingest.write_path import receive
from footage.management.commands.load_reference import load_gazetteer
from footage.models import Clip

CHECKOUT = Path(__file__).resolve().parents[2]
MEDIA = CHECKOUT / "tests" / "data" / "media"


def chunks_of(path: Path) -> Iterator[bytes]:
    """The content of a file in pieces, as it arrives from elsewhere."""
    with path.open("rb") as file:
        while chunk := file.read(64 * 1024):
            yield chunk


@pytest.fixture
def archivist(db: None) -> Any:
    return get_user_model().objects.create_user("rima")


@pytest.fixture
def second_person(db: None) -> Any:
    return get_user_model().objects.create_user("yusuf")


@pytest.fixture
def gazetteer(db: None) -> None:
    load_gazetteer()


@pytest.fixture
def draft(archivist: Any) -> Callable[..., Clip]:
    """Take in a file of the tests' media and return its draft, not yet examined."""

    def take_in(name: str, filename: str = "") -> Clip:
        received = receive(chunks_of(MEDIA / name), by=archivist, filename=filename or name)
        return accession(received, by=archivist)

    return take_in


@dataclass(frozen=True)
class House:
    """An archive of its own below `data`, on SQLite, for commands run as processes."""

    data: Path

    @property
    def environment(self) -> dict[str, str]:
        names = ("PATH", "HOME", "SECRET_KEY")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        return {**kept, "ARCHIVE_DATA": str(self.data), "PYTHONUNBUFFERED": "1"}

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start Python with these arguments in the checkout; errors come with the output."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run Python with these arguments to its end, at most two minutes."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, output, "")

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database, or change it."""
        with contextlib.closing(sqlite3.connect(self.data / "archive.sqlite3", 20)) as database:
            with database:
                return database.execute(sql, values).fetchall()

    def masters(self) -> list[Path]:
        """Every file of the masters store, staging included."""
        return [path for path in (self.data / "masters").rglob("*") if path.is_file()]


@pytest.fixture(scope="session")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate an archive once, for every `house` to be a copy of."""
    house = House(tmp_path_factory.mktemp("house"))
    migrated = house.run("manage.py", "migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stdout
    house.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return house.data


@pytest.fixture
def house(empty_house: Path, tmp_path: Path) -> House:
    """Give a test a migrated archive that commands may be run on as processes."""
    shutil.copytree(empty_house, tmp_path / "archive")
    return House(tmp_path / "archive")
