"""Access copies: byte ranges, names, and doors that close with a withdrawal."""

import tracemalloc

import pytest
from django.core.files.storage import storages
from django.test import Client

from tests.reading_room import rows

pytestmark = pytest.mark.django_db

CONTENT = bytes(range(256)) * 1000


def a_playable(download: bool = False) -> tuple[rows.PublicRecord, str]:
    copy = rows.a_copy(CONTENT)
    return rows.a_clip(renditions=(copy,), download=download), f"/media/{copy.name}"


def test_a_copy_is_served_whole_with_length_type_and_reference_as_name(client: Client) -> None:
    clip, address = a_playable()
    answer = client.get(address)
    assert answer.status_code == 200
    assert b"".join(answer) == CONTENT
    assert answer["Content-Length"] == str(len(CONTENT))
    assert answer["Content-Type"] == "video/mp4"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'inline; filename="{clip.reference}.mp4"'
    assert (answer["Accept-Ranges"], answer["Cache-Control"]) == ("bytes", "no-cache")
    assert not answer.cookies


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=100000-", 100_000, 256_000),
        ("bytes=-5", 255_995, 256_000),
        ("bytes=-999999999", 0, 256_000),
        ("bytes=255999-999999", 255_999, 256_000),
        ("bytes=65535-65537", 65_535, 65_538),
        ("bytes=0-", 0, 256_000),
    ],
)
def test_a_range_is_answered_exactly(client: Client, asked: str, start: int, end: int) -> None:
    _, address = a_playable()
    answer = client.get(address, headers={"Range": asked})
    assert answer.status_code == 206
    assert b"".join(answer) == CONTENT[start:end]
    assert answer["Content-Range"] == f"bytes {start}-{end - 1}/256000"
    assert answer["Content-Length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=256000-", "bytes=999999-1000000", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused_with_the_size(client: Client, asked: str) -> None:
    _, address = a_playable()
    answer = client.get(address, headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */256000")


@pytest.mark.parametrize(
    "asked",
    ["bytes=5-2", "bytes=a-b", "items=0-5", "bytes=0-1,5-9", "bytes=-", "bytes=" + "9" * 99],
)
def test_a_range_that_makes_no_sense_is_passed_over(client: Client, asked: str) -> None:
    _, address = a_playable()
    answer = client.get(address, headers={"Range": asked})
    assert answer.status_code == 200
    assert b"".join(answer) == CONTENT


def test_if_range_gives_the_rest_of_the_same_copy_and_the_whole_of_another(client: Client) -> None:
    _, address = a_playable()
    etag = client.get(address)["ETag"]
    same = client.get(address, headers={"Range": "bytes=5-", "If-Range": etag})
    other = client.get(address, headers={"Range": "bytes=5-", "If-Range": '"another"'})
    assert (same.status_code, other.status_code) == (206, 200)
    assert b"".join(other) == CONTENT


def test_a_copy_already_held_is_not_sent_again(client: Client) -> None:
    _, address = a_playable()
    etag = client.get(address)["ETag"]
    answer = client.get(address, headers={"If-None-Match": etag})
    assert (answer.status_code, answer["ETag"]) == (304, etag)


def test_head_tells_the_length_and_sends_nothing(client: Client) -> None:
    _, address = a_playable()
    answer = client.head(address)
    assert answer["Content-Length"] == "256000"
    assert b"".join(answer) == b""


@pytest.mark.parametrize(("allowed", "disposition"), [(True, "attachment"), (False, "inline")])
def test_a_copy_is_offered_for_saving_only_with_consent(
    client: Client, allowed: bool, disposition: str
) -> None:
    _, address = a_playable(download=allowed)
    answer = client.get(f"{address}?download")
    assert answer["Content-Disposition"].startswith(disposition)


def test_a_withdrawal_closes_the_address_at_once(client: Client) -> None:
    clip, address = a_playable()
    etag = client.get(address)["ETag"]
    rows.withdraw(clip)
    answer = client.get(address, headers={"If-None-Match": etag, "Range": "bytes=0-5"})
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["..%2Fmasters%2Fx", "%2e%2e/x", "x%00y", "C:\\x", "unlisted.mp4"])
def test_a_file_without_a_live_row_is_not_there(client: Client, name: str) -> None:
    from django.core.files.base import ContentFile

    storages["access"].save("unlisted.mp4", ContentFile(b"left over"))
    assert client.get(f"/media/{name}").status_code == 404


def test_a_copy_that_the_store_has_lost_is_not_found_and_not_half_sent(client: Client) -> None:
    clip, address = a_playable()
    storages["access"].delete(clip.renditions.get().name)
    assert client.get(address).status_code == 404


def test_serving_a_large_copy_takes_little_memory(client: Client) -> None:
    copy = rows.a_copy(b"\0" * 40_000_000)
    rows.a_clip(renditions=(copy,))
    answer = client.get(f"/media/{copy.name}")
    tracemalloc.start()
    length = sum(len(piece) for piece in answer)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert length == 40_000_000
    assert peak < 2_000_000


def test_what_has_no_language_varies_on_none(client: Client) -> None:
    _, address = a_playable()
    paths = (address, "/media/none", "/export/clips.csv", "/healthz", "/robots.txt", "/sitemap.xml")
    for path in paths:
        answers = [client.get(path, headers={"Accept-Language": code}) for code in ("ar", "en")]
        bodies = {b"".join(answer) for answer in answers}
        assert len(bodies) == 1, path
        # An export may come packed to whoever unpacks; its words are the same.
        packed = {"Vary": "Accept-Encoding"} if path.startswith("/export/") else {}
        assert {name: answers[0][name] for name in ("Vary",) if name in answers[0]} == packed, path
