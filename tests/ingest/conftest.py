"""What the tests of ingest share: an archivist, the gazetteer, drafts from real files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from footage.accession import accession
from footage.ingest.write_path import receive
from footage.management.commands.load_reference import load_gazetteer
from footage.models import Clip

MEDIA = Path(__file__).resolve().parents[1] / "data" / "media"


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
