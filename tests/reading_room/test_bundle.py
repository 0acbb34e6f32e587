"""A clip carried away as a zip: what is in it, what is not, and that it is always the same."""

import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue import authorities
from tests.reading_room import rows
from tests.walls import crawl

pytestmark = pytest.mark.django_db

FILM = b"film" * 40_000


def a_clip(**stated: object) -> rows.PublicRecord:
    reference = rows.a_reference()
    said = (
        rows.a_transcript(reference, "ar", (1.5, 2.25, "خباز", "الخبز جاهز")),
        rows.a_transcript(reference, "en", (1.5, 2.25, "Baker", "The bread is ready")),
    )
    given = {
        "renditions": (rows.a_copy(FILM), rows.a_copy(b"still", "poster", "jpg")),
        "transcripts": said,
        "download": True,
        **stated,
    }
    return rows.publish(rows.a_document(reference, **given))


def carried(client: Client, clip: rows.PublicRecord, query: str = "") -> zipfile.ZipFile:
    response = client.get(f"/c/{clip.reference}/bundle.zip{query}")
    assert response.status_code == 200 and response["Content-Type"] == "application/zip"
    opened = zipfile.ZipFile(io.BytesIO(crawl.body(response)))
    assert opened.testzip() is None
    return opened


def names_in(opened: zipfile.ZipFile) -> set[str]:
    return {name.partition("/")[2] for name in opened.namelist()}


def test_a_bundle_holds_page_recording_words_and_citation_and_its_digests_agree(
    client: Client, tmp_path: Path
) -> None:
    rows.names()
    clip = a_clip()
    opened = carried(client, clip)
    film = f"{clip.reference}.mp4"
    texts = {f"transcript.{code}.{suffix}" for code in ("ar", "en") for suffix in ("vtt", "txt")}
    assert {"page-en.html", "page-ar.html", "README.txt", film, *texts} <= names_in(opened)
    opened.extractall(tmp_path)
    folder = tmp_path / clip.reference
    assert (folder / film).read_bytes() == FILM
    listed = dict(
        line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().split("\n")[:-1]
    )
    assert set(listed) == names_in(opened) - {"SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, check=True, capture_output=True)
    assert "[0:01] خباز: الخبز جاهز" in (folder / "transcript.ar.txt").read_text()
    assert json.loads((folder / "record.json").read_text())["reference"] == clip.reference
    arabic = (folder / "page-ar.html").read_text()
    assert f'href="{film}#t=1.5"' in arabic and "سلمى ح." in arabic
    for way_out in ("/media/", 'href="/', 'src="/', "<script"):
        assert way_out not in arabic, way_out


def test_the_same_version_is_the_same_bytes_and_is_not_sent_twice(client: Client) -> None:
    address = f"/c/{a_clip().reference}/bundle.zip"
    first, second = client.get(address), client.get(address)
    assert crawl.body(first) == crawl.body(second)
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert crawl.body(client.head(address)) == b""


@pytest.mark.parametrize(
    ("stated", "query", "with_film"),
    [
        ({}, "", True),
        ({"download": False}, "", False),
        ({"download": False}, "?show=1", False),
        ({"advisory_level": "graphic"}, "", False),
        ({"advisory_level": "graphic"}, "?show=1", True),
        ({"advisory_level": "withheld"}, "?show=1", False),
    ],
)
def test_a_recording_goes_along_only_where_it_is_agreed_to_and_asked_for(
    client: Client, stated: dict[str, object], query: str, with_film: bool
) -> None:
    clip = a_clip(**stated)
    opened = carried(client, clip, query)
    assert (f"{clip.reference}.mp4" in names_in(opened)) == with_film
    everything = b"".join(opened.read(name) for name in opened.namelist())
    assert (FILM in everything) == with_film
    held_back = stated.get("advisory_level") == "withheld"
    assert ("الخبز جاهز".encode() in everything) != held_back


def test_a_consent_taken_back_in_the_row_alone_is_enough(client: Client) -> None:
    clip = a_clip()
    clip.renditions.update(download=False)
    assert f"{clip.reference}.mp4" not in names_in(carried(client, clip))


def test_what_is_withdrawn_a_testimony_or_unknown_has_no_bundle(client: Client) -> None:
    clip, testimony = a_clip(), rows.a_testimony()
    rows.withdraw(clip)
    for reference in (clip.reference, testimony.reference, rows.a_reference(41), "x"):
        assert client.get(f"/c/{reference}/bundle.zip").status_code == 404


def test_a_bundle_costs_three_queries_and_no_memory_of_the_recording(client: Client) -> None:
    address = f"/c/{a_clip().reference}/bundle.zip"
    authorities.current()  # the names, read when they have changed
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
        pieces = [len(piece) for piece in response.streaming_content]
    assert len(queries) <= 3
    assert max(pieces) < 128 * 1024
