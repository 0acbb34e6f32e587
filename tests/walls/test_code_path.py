"""What was withheld and what never was take the same way through the code, to the same line.

A clock could tell apart what two answers do differently. Compared are the lines of ours that run
and the questions put to the database: they depend on nothing sealed.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue import beside
from footage.models import Clip, Film
from tests import world
from tests.walls.crawl import NEVER_WAS

pytestmark = pytest.mark.django_db

ROOT = str(Path(__file__).resolve().parents[2] / "footage")
# Reads the characters of a reference, whichever they are, before anything is looked up.
READS_WHAT_WAS_TYPED = "references.py"


@contextmanager
def lines_run() -> Iterator[list[tuple[str, int]]]:
    """The lines of our own modules that run meanwhile, in order."""
    seen: list[tuple[str, int]] = []

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(ROOT) or name.endswith(READS_WHAT_WAS_TYPED):
            return None
        if event == "line":
            seen.append((name, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield seen
    finally:
        sys.settrace(before)


def way(address: str, asked: str) -> tuple[int, list[tuple[str, int]], list[str]]:
    """Status, lines and questions of the answer to an address, without what was asked for."""
    client = Client()
    with CaptureQueriesContext(connection) as asked_of_the_database, lines_run() as lines:
        response = client.get(address.format(asked))
    shapes = [each["sql"].replace(asked, "?") for each in asked_of_the_database.captured_queries]
    return response.status_code, lines, shapes


@pytest.fixture
def unpublished() -> dict[str, str]:
    """What the workshop holds and readers must not notice, by the kind of thing it is."""
    draft = world.clip(title_en="A draft")
    draft.events.add(world.event("unpublished-event"))
    person = draft.journalist
    assert person is not None
    Film.objects.create(slug="unpublished-film", title_en="x", title_ar="x")
    world.bakery_street()
    world.published(world.clip(journalist=world.journalist("Somebody else")))
    return {
        "reference": draft.reference,
        "spoken": world.testimony(draft).reference,
        "journalist": "nour",
        "event": "unpublished-event",
        "film": "unpublished-film",
        "place": "bakery-street",
        "copy": draft.master.renditions.first().name,
    }


NOWHERE = {"reference": NEVER_WAS, "spoken": NEVER_WAS}


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("/en/clips/{}/", "reference"),
        ("/ar/clips/{}/", "reference"),
        ("/en/testimonies/{}/", "spoken"),
        ("/c/{}", "reference"),
        ("/c/{}/captions/ar.vtt", "reference"),
        ("/c/{}/captions/ar.srt", "reference"),
        ("/cite/{}.ris", "reference"),
        ("/unapi?format=ris&id={}", "reference"),
        ("/media/{}", "copy"),
        ("/en/journalists/{}/", "journalist"),
        ("/en/events/{}/", "event"),
        ("/ar/films/{}/", "film"),
        ("/en/neighbourhoods/{}/", "place"),
    ],
)
def test_withheld_and_never_existed_take_the_same_way(
    unpublished: dict[str, str], address: str, what: str
) -> None:
    hidden = unpublished[what]
    never = NOWHERE.get(what, "z" * len(hidden))
    way(address, never)  # What is loaded once, such as a template, is loaded now.
    of_hidden, of_nothing = way(address, hidden), way(address, never)
    assert of_hidden[0] == of_nothing[0] == 404
    assert of_hidden == of_nothing
    assert of_hidden[1], "lines were seen"


def test_a_look_into_the_workshop_is_found(
    unpublished: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find = beside.find

    def curious(reference: str) -> Any:
        if Clip.objects.filter(reference=reference).exists():
            sorted(Clip.objects.values_list("pk", flat=True))
        return find(reference)

    monkeypatch.setattr(beside, "find", curious)
    address = "/en/clips/{}/"
    assert way(address, unpublished["reference"])[2] != way(address, NEVER_WAS)[2]
