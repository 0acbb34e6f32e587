"""One record says the same wherever it leaves the archive.

`WAYS` names every way out. Each gives what it says of a record, by declared field, as JSON would
hold it; a way may say less than all, never anything else. Whoever adds an interface adds it here.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from html import unescape
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from django.test import Client

from footage.catalogue.models import PublicRecord
from footage.catalogue.record import Record
from tests.reading_room import rows

pytestmark = pytest.mark.django_db

Said = dict[str, Any]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def fetched(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return b"".join(answer) if answer.streaming else answer.content


def of_cells(cells: dict[str, str]) -> Said:
    """What a table says: its texts as the declared types."""
    said: Said = {}
    for name, field in Record.model_fields.items():
        cell, kept = cells[name], field.annotation
        if getattr(kept, "__origin__", None) is tuple:
            codes = kept == tuple[str, ...]
            said[name] = cell.split(" | ") if codes and cell else orjson.loads(cell or "[]")
        elif cell in ("true", "false"):
            said[name] = cell == "true"
        elif cell == "" and type(None) in getattr(kept, "__args__", ()):
            said[name] = None
        else:
            number = re.fullmatch(r"-?\d+(\.\d+)?", cell) and kept in (int, float, float | None)
            said[name] = orjson.loads(cell) if number else cell
    return said


def as_csv(client: Client, reference: str) -> Said:
    text = fetched(client, "/export/clips.csv").decode()
    found = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    return of_cells(next(row for row in found if row["reference"] == reference))


def as_xlsx(client: Client, reference: str) -> Said:
    book = zipfile.ZipFile(io.BytesIO(fetched(client, "/export/clips.xlsx")))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet2.xml"))  # noqa: S314
    header, *found = (
        ["".join(cell.itertext()) for cell in row.iter(f"{MAIN}c")]
        for row in sheet.iter(f"{MAIN}row")
    )
    at = header.index("reference")
    return of_cells(dict(zip(header, next(r for r in found if r[at] == reference), strict=True)))


def as_lines(client: Client, reference: str) -> Said:
    lines = map(orjson.loads, fetched(client, "/export/clips.jsonl").splitlines())
    return next(line for line in lines if line["reference"] == reference)


def as_geojson(client: Client, reference: str) -> Said:
    features = orjson.loads(fetched(client, "/export/clips.geojson"))["features"]
    feature = next(each for each in features if each["id"] == reference)
    longitude, latitude = feature["geometry"]["coordinates"]
    return {**feature["properties"], "longitude": longitude, "latitude": latitude}


def as_page(client: Client, reference: str) -> Said:
    """What both pages show in words that are not translated."""
    stored = PublicRecord.objects.get(reference=reference).read()
    said: Said = {}
    for language in ("en", "ar"):
        page = unescape(fetched(client, f"/{language}/clips/{reference}/").decode())
        for name in ("reference", f"title_{language}", f"summary_{language}", "rights_note"):
            assert getattr(stored, name) in page, name
            said[name] = getattr(stored, name)
    return said


def as_citation(client: Client, reference: str) -> Said:
    items = orjson.loads(fetched(client, "/export/clips.csl.json"))
    item = next(each for each in items if each["id"] == reference)
    arabic = orjson.loads(fetched(client, "/export/clips.ar.csl.json"))
    other = next(each for each in arabic if each["id"] == reference)
    return {"reference": item["id"], "title_en": item["title"], "title_ar": other["title"]}


def as_api(client: Client, reference: str) -> Said:
    """What the API says of it alone, after seeing that its lists say the same."""
    said = orjson.loads(fetched(client, f"/api/v1/records/{reference}"))
    listed = orjson.loads(fetched(client, "/api/v1/records"))["records"]
    changed = orjson.loads(fetched(client, "/api/v1/changes"))["changes"]
    assert said in listed and said in [each["record"] for each in changed]
    return said


def as_feeds(client: Client, reference: str) -> Said:
    """What the Atom feeds of both languages say of it."""
    atom, said = "{http://www.w3.org/2005/Atom}", {}
    for language in ("en", "ar"):
        feed = ElementTree.fromstring(fetched(client, f"/feeds/{language}/clips.atom"))  # noqa: S314
        entry = next(e for e in feed.iter(f"{atom}entry") if reference in e.findtext(f"{atom}id"))
        said[f"title_{language}"] = entry.findtext(f"{atom}title")
        said[f"summary_{language}"] = entry.findtext(f"{atom}summary")
        said["reference"] = entry.findtext(f"{atom}id").rpartition("/")[2]
    return said


def as_dublin_core(client: Client, reference: str) -> Said:
    """What harvesters get in Dublin Core."""
    dc, lang = "{http://purl.org/dc/elements/1.1/}", "{http://www.w3.org/XML/1998/namespace}lang"
    record = harvested(client, reference, "oai_dc")
    said: Said = {"filmed": record.findtext(f".//{dc}date")}
    for name, tag in (("title", "title"), ("summary", "description")):
        for each in record.iter(f"{dc}{tag}"):
            said[f"{name}_{each.get(lang)}"] = each.text
    said["languages"] = [each.text for each in record.iter(f"{dc}language")]
    return {**said, "reference": [each.text for each in record.iter(f"{dc}identifier")][1]}


def as_pbcore(client: Client, reference: str) -> Said:
    """What harvesters get in PBCore."""
    of = "{http://www.pbcore.org/PBCore/PBCoreNamespace.html}"
    record = harvested(client, reference, "oai_pbcore")
    said: Said = {"filmed": record.findtext(f".//{of}pbcoreAssetDate[@source='EDTF']")}
    for name, tag in (("title", "pbcoreTitle"), ("summary", "pbcoreDescription")):
        for each in record.iter(f"{of}{tag}"):
            said[f"{name}_{each.get('annotation')}"] = each.text
    point = record.findtext(f".//{of}coverage[@source='WGS 84']") or ""
    said["latitude"], said["longitude"] = map(float, point.split(", "))
    own = f".//{of}pbcoreIdentifier[@source='The Aleppo Archive']"
    return {**said, "reference": record.findtext(own)}


def harvested(client: Client, reference: str, prefix: str) -> ElementTree.Element:
    """The record, whole with its header, out of a list of all."""
    oai = "{http://www.openarchives.org/OAI/2.0/}"
    asked = f"/oai?verb=ListRecords&metadataPrefix={prefix}"
    listed = ElementTree.fromstring(fetched(client, asked))  # noqa: S314
    return next(
        record
        for record in listed.iter(f"{oai}record")
        if reference in (record.findtext(f".//{oai}identifier") or "")
    )


def as_iiif(client: Client, reference: str) -> Said:
    """What viewers of other houses get in a manifest."""
    manifest = orjson.loads(fetched(client, f"/iiif/{reference}/manifest.json"))
    told = {each["label"]["en"][0]: each["value"] for each in manifest["metadata"]}
    said: Said = {
        "reference": told["Reference"]["none"][0],
        "filmed": told["Filmed"]["none"][0],
        "duration_s": manifest["items"][0]["duration"],
    }
    for language in ("en", "ar"):
        said[f"title_{language}"] = manifest["label"][language][0]
        said[f"summary_{language}"] = manifest["summary"][language][0]
    return said


WAYS: dict[str, Callable[[Client, str], Said]] = {
    "CSV": as_csv,
    "XLSX": as_xlsx,
    "JSON Lines": as_lines,
    "GeoJSON": as_geojson,
    "page": as_page,
    "CSL-JSON": as_citation,
    "API": as_api,
    "Atom": as_feeds,
    "Dublin Core": as_dublin_core,
    "PBCore": as_pbcore,
    "IIIF": as_iiif,
}


def differing(said: Said, stored: Said) -> set[str]:
    return {name for name, value in stored.items() if name in said and said[name] != value}


@pytest.mark.parametrize("way", WAYS)
def test_a_record_says_the_same_on_every_way_out(client: Client, way: str) -> None:
    rows.names()
    reference = rows.a_reference(777)
    said = rows.a_transcript(reference, "ar", (0.0, 2.5, "أم", "قالت: هنا"), (3.0, 4.0, "", "نعم"))
    row = rows.a_clip(
        777,
        schema_number=2,
        title_en="Bread, “queue” & dawn",
        rights_note="Ask before broadcasting.",
        subjects=("school", "play"),
        events=("bakery-strike",),
        transcripts=(said,),
        advisories=(rows.an_advisory("graphic-injury", 1.0, 2.5),),
    )
    rows.a_clip()
    stored = orjson.loads(row.document or "")
    found = WAYS[way](client, reference)
    assert len(found.keys() & stored.keys()) >= 3
    assert differing(found, stored) == set()
    assert differing({**found, "reference": "another"}, stored) == {"reference"}
