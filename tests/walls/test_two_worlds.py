"""Wall 7: two archives that differ only in sealed values are the same from outside.

Each world is built, crawled and rolled back, under the same clock and the same random names. The
bytes, headers, status codes and order of every answer must agree. `tests.walls.two_worlds` draws
the worlds; `tests.walls.sealed` says what each private column is.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.template import engines

from footage.catalogue import database
from footage.catalogue.counts import Facets
from footage.catalogue.queries import Page
from footage.models import Clip
from footage.publishing.coarsening import ShownPlace
from footage.reading_room import rendering
from tests.faults.campaigns import TORTURE, rounds
from tests.walls import sealed
from tests.walls.outside import Answer, a_glance, differences, outside, visit
from tests.walls.two_worlds import Machine, World

pytestmark = pytest.mark.django_db

# Each public face is drawn once with sealed values to compare with, and so often with others.
FACES, PAIRS_OF_EACH = rounds(2, 10), 5
FOLLOWED = rounds(60, 400)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, archive_data: Path) -> Machine:
    return Machine(monkeypatch, archive_data)


def found(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What differs, at a glance, between two worlds of one public face."""
    drawn = [World("any", sealed_seed, machine) for sealed_seed in ("one", "other")]
    # Of what nobody published the one has nothing and the other some, so that counts differ.
    for each, number in zip(drawn, (0, 2), strict=True):
        monkeypatch.setattr(each, "few", lambda number=number: number)
    one, other = (visit(each, a_glance) for each in drawn)
    return differences(one, other)


def test_every_private_column_is_claimed() -> None:
    assert sealed.unclaimed() == []


def test_a_column_without_a_claim_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    less = sealed.Claim(public="clip language")
    monkeypatch.setitem(sealed.CLAIMS, "Transcript", less)
    assert sealed.unclaimed() == ["Transcript.status: say what it is to readers"]


@pytest.mark.parametrize("face", range(FACES))
def test_sealed_values_change_no_public_byte(machine: Machine, face: int) -> None:
    first = World(f"{face}", "0", machine)

    def everything() -> dict[str, Answer]:
        return outside(FOLLOWED, first.words_within)

    seen = visit(first, everything)
    assert any(asked.startswith("index said") for asked in seen)
    assert sum(answer[0] == 200 for answer in seen.values()) > 100
    gates, models = set(first.gates), set(first.models)
    # PostgreSQL answers from the same code; one pair of each face shows that its order does too.
    pairs = PAIRS_OF_EACH if TORTURE or connection.vendor == "sqlite" else 1
    for number in range(pairs):
        other = World(f"{face}", f"{number + 1}", machine)
        assert differences(seen, visit(other, everything))[:3] == [], f"pair {face}/{number + 1}"
        gates |= other.gates
        models |= other.models
    if pairs < PAIRS_OF_EACH:
        return
    assert sealed.gates() - gates == set(), "a gate that no world drew"
    assert {model.__name__ for model in sealed.private_models()} - models == set()


# --- Each detector is first shown to catch a planted leak ----------------------------------------
def test_worlds_without_a_leak_are_the_same_at_a_glance(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(machine, monkeypatch) == []


def leaky_pages(monkeypatch: pytest.MonkeyPatch, leak: Callable[[], str]) -> None:
    """Let every readers' page of `views` end with what `leak` says."""
    respond = rendering.respond

    def responds(*args: Any, **kwargs: Any) -> HttpResponse:
        response = respond(*args, **kwargs)
        response.content += leak().encode()
        return response

    monkeypatch.setattr("footage.reading_room.views.respond", responds)


def test_a_template_that_prints_a_sealed_field_is_found(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = engines["public"].from_string(
        "{% for clip in clips %}{{ clip.source_note }}{% endfor %}"
    )
    leaky_pages(monkeypatch, lambda: template.render({"clips": Clip.objects.all()}))
    assert [each for each in found(machine, monkeypatch) if each.startswith("GET /ar/about/:")]


def test_a_size_is_found(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    leaky_pages(monkeypatch, lambda: " " * sum(len(c.custody_note) for c in Clip.objects.all()))
    assert len(found(machine, monkeypatch)) == 3


def test_a_queryset_without_its_filter_is_found(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    facets = database.facets

    def of_everything(*args: Any, **kwargs: Any) -> Facets:
        counted = facets(*args, **kwargs)
        return Facets(Clip.objects.count(), counted.certain, counted.counts)

    monkeypatch.setattr(database, "facets", of_everything)
    assert [each for each in found(machine, monkeypatch) if each.startswith("GET /en/clips/:")]


def test_a_header_is_found(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = rendering.fresh

    def telling(request: Any, response: HttpResponse) -> HttpResponse:
        response["X-Held"] = str(Clip.objects.count())
        return fresh(request, response)

    monkeypatch.setattr(rendering, "fresh", telling)
    assert len(found(machine, monkeypatch)) == 3


def test_an_order_by_sealed_values_is_found(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = database.page

    def by_file_name(*args: Any, **kwargs: Any) -> Page:
        shown = page(*args, **kwargs)
        names = dict(Clip.objects.values_list("reference", "original_filename"))
        shown.records.sort(key=lambda row: names.get(row.reference, ""))
        return shown

    monkeypatch.setattr(database, "page", by_file_name)
    assert [each for each in found(machine, monkeypatch) if each.startswith("GET /en/clips/:")]


def test_a_place_finer_than_shown_is_found(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_full(clip: Clip) -> ShownPlace:
        place = clip.location
        slug = place.slug if place else None
        return ShownPlace(slug, slug, clip.latitude, clip.longitude)

    monkeypatch.setattr(sys.modules["footage.publishing.describe"], "coarsened_place", in_full)
    assert found(machine, monkeypatch) != []


def test_a_basis_that_tells_of_a_withheld_position_is_found(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sys.modules["footage.publishing.coarsening"],
        "coarsened_basis",
        lambda basis, precision: basis,
    )
    assert found(machine, monkeypatch) != []


def test_a_basis_that_tells_of_a_withheld_day_is_found(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sys.modules["footage.publishing.describe"],
        "coarsened_date_basis",
        lambda basis, shown: basis,
    )
    assert found(machine, monkeypatch) != []
