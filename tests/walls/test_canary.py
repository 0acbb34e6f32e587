"""Wall 8: a token planted in every sealed field stands on no surface, in no form.

The sealed fields are those of `tests.walls.sealed`, found by introspection.
"""

import logging
from pathlib import Path

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from footage.catalogue.formats import FORMATS
from footage.catalogue.models import PublicAuthority, PublicRecord
from footage.catalogue.record import Segment, Transcript
from footage.tasks import examine_master
from people.models import Journalist, Witness
from tests import world
from tests.walls import crawl
from tests.walls.canary import (
    TAIL,
    Canaries,
    forms,
    found_in,
    head,
    packed,
    sealed_text_columns,
    surfaces,
    unpacked,
)
from tests.walls.two_worlds import Machine

# Rows that are only ever added, and what tasks are given, which is a surface here; bytes that are
# sealed already; and columns that a constraint or a protocol keeps to a form of its own.
NOT_PLANTED = {"Consent", "CustodyEvent", "DBTaskResult"}


@pytest.fixture
def canaries(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, archive_data: Path
) -> Canaries:
    machine = Machine(monkeypatch, archive_data)
    machine.begin()
    drawn = Canaries("canary", "yellow", machine)
    drawn.build()
    return drawn


def test_no_token_is_on_any_surface(canaries: Canaries, caplog: pytest.LogCaptureFixture) -> None:
    assert len(canaries.planted) > 500
    wanted = {each for each in sealed_text_columns() if each.split(".")[0] not in NOT_PLANTED}
    assert wanted - set(canaries.planted.values()) <= set()
    assert found_in(surfaces(caplog), canaries.planted) == set()


def test_a_leak_is_found_on_each_surface(
    canaries: Canaries, caplog: pytest.LogCaptureFixture
) -> None:
    token = canaries.token("the planted one")
    row = PublicRecord.objects.live().filter(kind="clip").order_by("reference")[0]
    document = row.read()
    said = Segment(start_s=0, end_s=1, speaker="", text=token)
    transcript = Transcript(language="ar", status="reviewed", clip=row.reference, segments=(said,))
    leaking = document.model_copy(
        update={"title_en": token, "title_ar": token, "transcripts": (transcript,)}
    ).canonical()
    PublicRecord.objects.filter(pk=row.pk).update(document=leaking)
    examine_master.enqueue(token)
    with caplog.at_level(logging.INFO):
        logging.getLogger("footage").info("examined %s", token)
    leaks = found_in(surfaces(caplog, followed=0), {token: "the planted one"})
    where = {place for _secret, place in leaks}
    assert where >= {
        *(f"/en/clips/{row.reference}/", "/en/clips/", "/export/clips.jsonl.gz"),
        *(f"/export/clips.{suffix}" for suffix in FORMATS),
        *("index terms", "the log", "tasks", "the catalogue's pages"),
    }
    assert "/en/about/" not in where
    DBTaskResult.objects.all().delete()


@pytest.mark.parametrize("form", sorted(forms(f"{head(0)}{TAIL}")))
def test_a_token_is_found_in_every_form(form: bytes) -> None:
    surface = {"here": b"x" * 7 + form + b"y"}
    assert found_in(surface, {f"{head(0)}{TAIL}": "it"}) == {("it", "here")}


@pytest.mark.parametrize("way", ["gzip", "zlib", "deflate", "zip"])
def test_a_token_is_found_in_what_is_packed(way: str) -> None:
    surface = {"here": packed(f"x {head(0)} y".encode())[way]}
    assert found_in(surface, {f"{head(0)}{TAIL}": "it"}) == {("it", "here")}
    assert unpacked(b"plain").startswith(b"plain")


def test_a_neighbouring_token_is_another_one() -> None:
    assert found_in({"here": head(1).encode()}, {f"{head(0)}{TAIL}": "it"}) == set()


@pytest.mark.django_db
def test_people_without_a_published_record_are_nowhere() -> None:
    Journalist.objects.create(byline_en="Nobody yet", byline_ar="لا أحد بعد", protection="named")
    Witness.objects.create(byline_en="Unheard", byline_ar="لم تُسمع", protection="named")
    world.published()
    for _address, _response, content in crawl.visits(Client(), followed=0):
        assert b"Nobody yet" not in content
        assert b"Unheard" not in content
    assert set(PublicAuthority.objects.filter(kind="journalist").values_list("slug")) == {("nour",)}
