"""Access copies over real connections: from the archive, from a bucket, and behind nginx."""

import contextlib
import http.client
import os
import socket
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from aleppo_archive.environment import storage_from
from tests import servers, world
from tests.faults.site import Site
from tests.harness import absent
from tests.reading_room import rows
from tests.uploads.conftest import object_store, s3

__all__ = ["object_store", "s3"]

CONTENT = os.urandom(200_000)
SIZE = len(CONTENT)
Answer = tuple[int, dict[str, str], bytes]
served_here = pytest.mark.django_db(transaction=True)


def ask(address: str, method: str = "GET", seconds: float = 20, **headers: str) -> Answer:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=seconds)
    try:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, parts.path, headers=given)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        connection.close()


@pytest.fixture
def embedded(site: str) -> str:
    return site


@pytest.fixture
def bucket(site: str, s3: Any, settings: Any) -> str:
    """Access copies in a bucket, streamed by the archive."""
    name = settings.STORAGES["masters"]["OPTIONS"]["bucket_name"]
    settings.STORAGES = {**settings.STORAGES, "access": storage_from(f"s3://{name}/access")}
    return site


@pytest.fixture
def nginx(site: str, settings: Any, archive_data: Path, tmp_path: Path) -> Iterator[str]:
    """The production configuration, before this test's site."""
    if not Path("/usr/sbin/nginx").exists():
        absent("nginx is not installed")
    settings.ACCESS_ACCEL = "/access-copies/"
    with servers.nginx(
        servers.CHECKOUT / "docs" / "nginx.conf",
        tmp_path,
        ("127.0.0.1:8000", urlsplit(site).netloc),
        ("/srv/aleppo/access/", f"{archive_data}/access/"),
        ("server_name archive.example", "server_name localhost"),
    ) as address:
        yield address


@pytest.fixture(params=["embedded", "bucket", "nginx"])
def door(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def clip(door: str) -> tuple[rows.PublicRecord, str]:
    """A live clip behind the door, and the address of its copy."""
    copy = rows.a_copy(CONTENT)
    return rows.a_clip(renditions=(copy,)), f"{door}/media/{copy.name}"


Clip = tuple[rows.PublicRecord, str]


@served_here
def test_every_door_sends_the_copy_whole_and_says_what_it_is(clip: Clip) -> None:
    row, address = clip
    status, headers, body = ask(address)
    assert (status, body) == (200, CONTENT)
    assert headers["Content-Length"] == str(SIZE)
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Content-Disposition"] == f'inline; filename="{row.reference}.mp4"'
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"] == "no-cache"
    for name, value in (
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Frame-Options", "DENY"),
    ):
        assert headers[name] == value
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers and "X-Accel-Redirect" not in headers
    bare, told, nothing = ask(address, "HEAD")
    assert (bare, told["Content-Length"], nothing) == (200, str(SIZE), b"")


@served_here
def test_every_door_answers_ranges_alike(clip: Clip) -> None:
    _, address = clip
    etag = ask(address)[1]["ETag"]
    for asked, first, last in (
        ("bytes=0-0", 0, 0),
        ("bytes=100-65999", 100, 65_999),
        ("bytes=199990-", 199_990, SIZE - 1),
        ("bytes=-7", SIZE - 7, SIZE - 1),
        ("bytes=199999-999999", SIZE - 1, SIZE - 1),
    ):
        status, headers, body = ask(address, Range=asked, If_Range=etag)
        assert (status, body) == (206, CONTENT[first : last + 1]), asked
        assert headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
        assert headers["Content-Length"] == str(last - first + 1)
        assert headers["X-Content-Type-Options"] == "nosniff"
    status, headers, _ = ask(address, Range=f"bytes={SIZE}-")
    assert (status, headers["Content-Range"]) == (416, f"bytes */{SIZE}")
    # Several ranges are declined, and another copy's are no ranges of this one.
    assert ask(address, Range="bytes=0-1,5-9")[::2] == (200, CONTENT)
    assert ask(address, Range="bytes=5-", If_Range='"another"')[::2] == (200, CONTENT)
    assert ask(address, If_None_Match=etag)[0] == 304


@served_here
def test_every_door_refuses_a_withdrawn_copy_from_the_next_request_on(clip: Clip) -> None:
    row, address = clip
    status, headers, _ = ask(address, Range="bytes=0-9")
    assert status == 206
    rows.withdraw(row)
    for asked in ({}, {"Range": "bytes=10-19"}, {"If_None_Match": headers["ETag"]}):
        status, _, body = ask(address, **asked)
        assert status == 404 and body not in CONTENT
    assert ask(address, "HEAD")[0] == 404


@served_here
def test_what_nginx_keeps_for_itself_cannot_be_asked_for(nginx: str) -> None:
    copy = rows.a_copy(CONTENT)
    rows.a_clip(renditions=(copy,))
    assert ask(f"{nginx}/media/{copy.name}")[0] == 200
    for path in (f"/access-copies/{copy.name}", "/access-copies/", "/access-copies../masters/x"):
        assert ask(nginx + path)[0] == 404


# --- Slow readers --------------------------------------------------------------------------------
MADE = 24_000_000
PUBLISH = f"""
from tests.reading_room import rows
copy = rows.a_copy(bytes(range(256)) * {MADE // 256})
rows.a_clip(renditions=(copy,))
print("name", copy.name)
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, str]:
    """An archive for readers with one clip, and the path of its copy."""
    archive = Site(tmp_path_factory.mktemp("slow") / "archive")
    archive.manage("migrate", "--verbosity", "0")
    said = archive.manage("shell", "--no-imports", text=PUBLISH)
    return archive, f"/media/{said.split('name ')[1].split()[0]}"


@contextlib.contextmanager
def served(archive: Site, *options: str) -> Iterator[str]:
    """The embedded server as `make run` starts it, with these options; its address."""
    arguments = ["manage.py", "serve", "--port", str(archive.port), *options]
    environment = {**archive.environment, "ARCHIVE_SITE": "public"}
    with servers.site_process(arguments, environment, port=archive.port) as address:
        yield address


def reader(port: int, path: str) -> socket.socket:
    """Somebody on a very slow line: asks, takes a little, and waits."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(20)
    line.connect(("127.0.0.1", port))
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert line.recv(1000).startswith(b"HTTP/1.1 200")
    return line


def slowest(address: str, times: int = 12) -> float:
    """Seconds that the longest of so many answers took."""
    taken = []
    for _ in range(times):
        started = time.monotonic()
        assert ask(address)[0] == 200
        taken.append(time.monotonic() - started)
    return max(taken)


@contextlib.contextmanager
def slow_readers(archive: Site, path: str, number: int = 8) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as lines:
        yield [lines.enter_context(reader(archive.port, path)) for _ in range(number)]


def test_eight_slow_readers_do_not_stop_the_site(published: tuple[Site, str]) -> None:
    archive, path = published
    with served(archive) as site, slow_readers(archive, path) as lines:
        assert slowest(f"{site}/export/clips.jsonl") < 3
        status, _, body = ask(site + path, Range="bytes=1000-1999")
        assert status == 206 and len(body) == 1000
        # They were not cut off either: what they asked for still arrives, to the last byte.
        length = 0
        while piece := lines[0].recv(2**20):
            length += len(piece)
        assert length > MADE - 2000


def test_with_a_thread_for_each_of_them_alone_they_would(published: tuple[Site, str]) -> None:
    archive, path = published
    with served(archive, "--threads", "8") as site, slow_readers(archive, path):
        with pytest.raises(TimeoutError):
            ask(f"{site}/export/clips.jsonl", seconds=2)


@served_here
def test_no_door_tells_when_a_copy_was_published(door: str) -> None:
    """Days of publication are public, hours are not: they tell when staff work."""
    now = time.time()
    for copy in world.published().read().renditions:
        headers = ask(f"{door}/media/{copy.name}")[1]
        told = {name: value for name, value in headers.items() if name != "Date"}
        for moment in range(int(now) - 100, int(now) + 100):
            assert f"{moment:x}" not in told["ETag"], told
        if modified := told.get("Last-Modified"):
            assert now - parsedate_to_datetime(modified).timestamp() > 10**8, told
