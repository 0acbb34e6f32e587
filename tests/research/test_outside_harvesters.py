"""Harvesters and a reader of manifests that nobody here wrote, over the network, at work."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_started
from django.test import Client

from footage.catalogue.models import PublicRecord
from footage.research.oai import harvest, views
from tests import judges
from tests.reading_room import rows
from tests.research.test_iiif import a_spoken_clip, manifest

pytestmark = pytest.mark.django_db(transaction=True)

SICKLE = """
import json, sys
from sickle import Sickle
asked = json.load(sys.stdin)
harvester = Sickle(asked["address"], http_method=asked["method"], max_retries=0)
found = harvester.ListRecords(metadataPrefix=asked["prefix"])
size = found.resumption_token.complete_list_size
records = [[each.header.identifier, each.deleted, each.header.datestamp] for each in found]
print(json.dumps({"records": records, "size": int(size)}))
"""
SCYTHE = """
import json, sys
from oaipmh_scythe import Scythe
asked = json.load(sys.stdin)
with Scythe(asked["address"], http_method=asked["method"]) as harvester:
    found = harvester.list_records(metadata_prefix=asked["prefix"])
    records = [[each.header.identifier, each.deleted, each.header.datestamp] for each in found]
with Scythe(asked["address"]) as harvester:
    sets = [each.setSpec for each in harvester.list_sets()]
    formats = [each.metadataPrefix for each in harvester.list_metadata_formats()]
    granularity = harvester.identify().granularity
print(json.dumps({"records": records, "sets": sets, "formats": formats, "of": granularity}))
"""
PREZI3 = """
import json, sys
from iiif_prezi3 import AnnotationPage, Collection, Manifest, load_bundled_extensions
load_bundled_extensions()
kinds = {"Manifest": Manifest, "Collection": Collection, "AnnotationPage": AnnotationPage}
wrong = {}
for name, document in json.load(sys.stdin).items():
    try:
        made = kinds[document["type"]](**document)
        made.json()
    except Exception as error:
        wrong[name] = str(error)[:400]
print(json.dumps(wrong))
"""


@pytest.fixture
def archive(site: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a served archive that pages by three records."""
    settings.BASE_URL = site
    monkeypatch.setattr(harvest, "PAGE_SIZES", {"ListRecords": 3, "ListIdentifiers": 3})
    return site


@pytest.fixture
def eleven() -> list[PublicRecord]:
    """Eleven records, the third withdrawn."""
    rows.names()
    made = [rows.a_clip() for _ in range(11)]
    rows.withdraw(made[2])
    return made


@pytest.fixture
def meanwhile() -> Iterator[list[Any]]:
    """Acts that the archive does one by one, each before it answers one request."""
    acts: list[Any] = []

    def act(**_signal: Any) -> None:
        if acts:
            acts.pop(0)()

    request_started.connect(act)
    yield acts
    request_started.disconnect(act)


def harvested(program: str, site: str, prefix: str = "oai_dc", method: str = "GET") -> Any:
    asked = {"address": f"{site}/oai", "prefix": prefix, "method": method}
    return judges.asked(program, asked)


def changes(began_with: list[PublicRecord]) -> list[Any]:
    """A withdrawal, an edit and a publication, ahead of the harvester and behind it."""

    def edit(row: PublicRecord) -> None:
        PublicRecord.objects.filter(pk=row.pk).update(change=row.change + 1000)

    def withdraw(row: PublicRecord) -> None:
        row.change += 1000
        rows.withdraw(row)

    return [
        lambda: (withdraw(began_with[0]), edit(began_with[9]), rows.a_clip()),
        lambda: (withdraw(began_with[8]), edit(began_with[1]), rows.a_clip()),
        lambda: (withdraw(began_with[10]), edit(began_with[4]), rows.a_clip()),
    ]


@pytest.mark.parametrize(("program", "method"), [(SICKLE, "GET"), (SCYTHE, "POST")])
def test_a_whole_harvest_amid_changes_loses_and_repeats_nothing(
    archive: str, eleven: list[PublicRecord], meanwhile: list[Any], program: str, method: str
) -> None:
    meanwhile += [lambda: None, *changes(eleven)]
    found = harvested(program, archive, method=method)
    references = [identifier.rpartition(":")[2] for identifier, _gone, _stamp in found["records"]]
    # What was withdrawn before it began comes last; what was meanwhile, where it stood.
    assert references == [row.reference for row in (*eleven[:2], *eleven[3:], eleven[2])]
    assert found.get("size", 11) == 11
    gone = [number for number, (_id, deleted, _stamp) in enumerate(found["records"]) if deleted]
    # The first was delivered whole before it was withdrawn: the next harvest says so.
    assert gone == [7, 9, 10]
    assert not meanwhile


def test_an_outside_harvester_reads_formats_sets_and_granularity(
    archive: str, eleven: list[PublicRecord]
) -> None:
    found = harvested(SCYTHE, archive, prefix="oai_pbcore")
    assert found["formats"] == ["oai_dc", "oai_pbcore", "oai_datacite"]
    assert "neighbourhood.bustan-al-qasr" in found["sets"]
    assert found["of"] == "YYYY-MM-DDThh:mm:ssZ"


def test_a_record_lost_between_pages_is_noticed(
    archive: str, eleven: list[PublicRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = harvest.portion

    def losing(asked: harvest.Harvest) -> harvest.Portion:
        found = whole(asked)
        return harvest.Portion(found.rows[1:], found.cursor, found.total, found.following)

    monkeypatch.setattr(harvest, "portion", losing)
    found = harvested(SICKLE, archive)
    assert len(found["records"]) < found["size"] == 11


def test_a_withdrawal_that_is_not_said_is_noticed(
    archive: str, eleven: list[PublicRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    header = views._header

    def silent(parent: Any, row: PublicRecord) -> None:
        header(parent, row)
        parent[-1].attrib.pop("status", None)

    monkeypatch.setattr(views, "_header", silent)
    try:
        found = harvested(SICKLE, archive)
    except judges.Refused:
        return
    assert not any(gone for _id, gone, _stamp in found["records"])


# --- Manifests ---------------------------------------------------------------------------------
def test_manifests_and_collections_are_valid_to_their_reader_and_faults_are_seen(
    client: Client,
) -> None:
    rows.names()
    rows.name("film", "panorama", "Children of Aleppo", "أطفال حلب")
    clip = a_spoken_clip(shots=(rows.a_shot("panorama", 1, 0, 5),))
    gated = a_spoken_clip(78, advisory_level="graphic", filmed="2016-11?")
    told = rows.a_testimony(transcripts=clip.read().transcripts)
    rows.carry(told, clip, 4, 9), rows.carry(told, gated, 1, 2)
    photograph = rows.a_clip(
        medium="photograph", duration_s=None, renditions=(rows.a_copy(b"p", "photograph", "jpg"),)
    )
    sound = rows.a_clip(
        medium="sound",
        renditions=(rows.a_copy(b"s", "sound", "m4a", width=None, height=None, duration_s=9.5),),
    )
    documents = {
        row.reference: manifest(client, row) for row in (clip, gated, told, photograph, sound)
    }
    for path in (
        "/iiif/collection.json",
        "/iiif/testimonies/collection.json",
        "/iiif/neighbourhoods/bustan-al-qasr/collection.json",
        "/iiif/films/panorama/collection.json",
        f"/iiif/{clip.reference}/transcripts/{clip.reference}/ar.json",
        f"/iiif/{clip.reference}/search?q=خبز",
    ):
        documents[path] = client.get(path).json()
    assert judges.asked(PREZI3, documents) == {}
    good = documents[clip.reference]
    wrong = {
        "navDate": {**good, "navDate": "2016-11"},
        "label": {**good, "label": 7},
        "rights": {**good, "rights": 7},
        "items": {**good, "items": "none"},
        "duration": {**good, "items": [{**good["items"][0], "duration": "long"}]},
    }
    assert set(judges.asked(PREZI3, wrong)) == set(wrong)
