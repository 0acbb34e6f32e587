"""A clip carried away as a zip: what is in it, what is not, and that it is always the same."""

import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue import authorities
from footage.reading_room import bundle
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


@pytest.mark.parametrize(
    ("stated", "worded"),
    [
        ({}, True),
        ({"advisory_level": "graphic"}, True),
        ({"advisory_level": "withheld"}, False),
        ({"renditions": (), "transcripts": (), "download": False}, False),
    ],
)
def test_the_way_to_a_bundle_promises_words_only_where_there_are_some(
    client: Client, stated: dict[str, Any], worded: bool
) -> None:
    clip = a_clip(**stated)
    page = client.get(f"/en/clips/{clip.reference}/").text
    assert ("page, words, citation (zip)" in page, "page, citation (zip)" in page) == (
        worded,
        not worded,
    )
    held = names_in(carried(client, clip))
    assert any(name.startswith("transcript.") for name in held) == worded


def test_nothing_says_why_a_clip_has_no_copy_or_that_one_is_coming(client: Client) -> None:
    clip = a_clip(renditions=(), transcripts=(), download=False)
    for path in (f"/en/clips/{clip.reference}/", f"/en/embed/{clip.reference}/"):
        page = client.get(path).text
        assert "No copy of this clip can be shown or played here." in page
        assert "is ready to be" not in page
    page = carried(client, clip).read(f"{clip.reference}/page-en.html").decode()
    assert "it goes along only where it may be shown" in page and "has not agreed" not in page


def test_a_consent_taken_back_in_the_row_alone_is_enough(client: Client) -> None:
    clip = a_clip()
    clip.renditions.update(download=False)
    assert f"{clip.reference}.mp4" not in names_in(carried(client, clip))


def test_a_testimony_and_what_never_was_have_no_bundle(client: Client) -> None:
    for reference in (rows.a_testimony().reference, rows.a_reference(41), "x"):
        assert client.get(f"/c/{reference}/bundle.zip").status_code == 404


def test_the_bundle_of_a_withdrawn_record_is_gone_and_says_no_more(client: Client) -> None:
    clip = a_clip()
    address = f"/c/{clip.reference}/bundle.zip"
    etag = client.get(address)["ETag"]
    rows.withdraw(clip)
    answer = client.get(address, headers={"If-None-Match": etag})
    assert answer.status_code == 410
    assert answer.content.decode() == (
        f"This record has been withdrawn: {clip.reference}\nسُحب هذا السجل: {clip.reference}\n"
    )


@pytest.mark.parametrize("stated", [{}, {"download": False}, {"advisory_level": "graphic"}])
def test_the_length_of_a_bundle_is_told_before_it_is_sent(
    client: Client, stated: dict[str, object]
) -> None:
    address = f"/c/{a_clip(**stated).reference}/bundle.zip"
    sent = client.get(address)
    assert int(sent["Content-Length"]) == len(crawl.body(sent))
    asked = client.head(address)
    for header in ("Content-Length", "ETag", "Content-Type", "Content-Disposition"):
        assert asked[header] == sent[header]
    # A range is not an error, and is answered with the whole.
    ranged = client.get(address, headers={"Range": "bytes=10-20"})
    assert (ranged.status_code, ranged["Accept-Ranges"]) == (200, "none")


def test_the_length_of_a_bundle_counts_a_long_recording_without_reading_it(client: Client) -> None:
    clip = a_clip()
    record, names = clip.read(), authorities.current()
    (film, *_) = record.renditions
    long = film.model_copy(update={"bytes": bundle.LONGEST_FORETOLD})
    files = bundle._files(clip, record, names, film)
    short_by = bundle.LONGEST_FORETOLD - film.bytes
    short = bundle._length(clip, files, film)
    assert short is not None
    assert bundle._length(clip, files, long) == short + short_by
    longer = film.model_copy(update={"bytes": bundle.LONGEST_FORETOLD + 1})
    assert bundle._length(clip, files, longer) is None


def test_the_etag_of_a_bundle_changes_with_what_is_in_it_alone(client: Client) -> None:
    clip = a_clip(advisory_level="graphic")
    address = f"/c/{clip.reference}/bundle.zip"
    etags = {query: client.get(address + query)["ETag"] for query in ("", "?show=1", "?show=muted")}
    assert etags["?show=1"] == etags["?show=muted"] != etags[""]
    for known in (etags[""], f"W/{etags['']}", "*", f'"other", {etags[""]}'):
        assert client.get(address, headers={"If-None-Match": known}).status_code == 304
    assert client.get(address, headers={"If-None-Match": etags["?show=1"]}).status_code == 200
    clip.renditions.update(download=False)
    assert client.get(f"{address}?show=1")["ETag"] == etags[""]


def test_a_bundle_costs_three_queries_and_no_memory_of_the_recording(client: Client) -> None:
    address = f"/c/{a_clip().reference}/bundle.zip"
    authorities.current()  # the names, read when they have changed
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
        pieces = [len(piece) for piece in response.streaming_content]
    assert len(queries) <= 3
    assert max(pieces) < 128 * 1024
