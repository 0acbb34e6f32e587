"""What the server itself answers, before Django: limits, silence about itself, slow clients."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.site import NETWORK, Site

THREADS = 2
SECONDS = 6
GET = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"


class BehindProxy(Site):
    """Its client speaks as the proxy of this machine, which has spoken https with the browser."""

    def headers(self) -> dict[str, str]:
        return {"X-Forwarded-Proto": "https"}

    def wait(self, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(*NETWORK):
                if self.request("GET", "/healthz")[0] == 200:
                    return
            time.sleep(0.1)
        raise AssertionError((self.data / "server.log").read_text()[-3000:])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The archive under gunicorn as gunicorn.conf.py runs it, with few threads and no patience."""
    environment = {"BASE_URL": "https://archive.example", "ALLOWED_HOSTS": "127.0.0.1"}
    data = tmp_path_factory.mktemp("served") / "archive"
    site = BehindProxy(data, environment, threads=THREADS, patience=SECONDS)
    try:
        site.manage("migrate", "--verbosity", "0")
        # All that an error page asks of the static files.
        (data / "static").mkdir()
        asked = ("reading_room/reading_room.css", "reading_room/icon.svg")
        paths = {name: name for name in asked}
        manifest = {"version": "1.1", "paths": paths, "hash": ""}
        (data / "static" / "staticfiles.json").write_text(json.dumps(manifest))
        site.start()
        yield site
    finally:
        site.kill()


def said(site: Site, request: bytes, seconds: float = 20) -> bytes:
    """All the bytes the server answers to these, until it closes or falls silent."""
    with socket.create_connection(("127.0.0.1", site.port), seconds) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_no_answer_names_the_server_or_its_version(site: Site) -> None:
    for request in (GET + b"\r\n", b"nonsense\r\n\r\n", GET + b"X" * 9000 + b": 1\r\n\r\n"):
        answer = said(site, request).lower()
        assert b"server:" not in answer
        for name in (b"gunicorn", b"python", b"django", b"whitenoise"):
            assert name not in answer


@pytest.mark.parametrize(
    ("request_bytes", "expected"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 414),
        (GET + b"X-Long: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (GET + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n", 431),
        (b"GET /<script>alert(1)</script> nonsense\r\n\r\n", 400),
        (GET + b"Bad Header: 1\r\n\r\n", 400),
        (GET + b"Content-Length: -1\r\n\r\n", 400),
        # Two lengths, or a length beside a transfer coding: requests are smuggled that way.
        (GET + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
        (GET + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (GET + b"Transfer-Encoding: unheard-of, chunked\r\n\r\n", 501),
    ],
)
def test_a_request_beyond_the_limits_is_refused_and_nothing_of_it_repeated(
    site: Site, request_bytes: bytes, expected: int
) -> None:
    answer = said(site, request_bytes)
    assert status(answer) == expected
    assert (
        b"script" not in answer and b"aaaa" not in answer and b"X-" not in answer.split(b"\n")[-1]
    )
    for header in (b"Content-Security-Policy: default-src 'none'", b"nosniff", b"text/plain"):
        assert header in answer


def test_trace_and_unknown_methods_are_refused(site: Site) -> None:
    for method in (b"TRACE", b"DEBUG", b"PROPFIND"):
        answer = said(site, GET.replace(b"GET", method) + b"X-Forwarded-Proto: https\r\n\r\n")
        assert status(answer) == 405
        assert b"X-Forwarded-Proto" not in answer


def test_a_scheme_is_believed_from_this_machines_proxy_and_a_host_from_nobody(site: Site) -> None:
    assert status(said(site, GET + b"\r\n")) == 301, "plain http is sent to https"
    through = GET + b"X-Forwarded-Proto: https\r\n"
    answer = said(site, through + b"\r\n")
    assert status(answer) == 200 and b"Strict-Transport-Security" in answer
    other = said(site, through + b"X-Forwarded-Host: evil.example\r\nForwarded: host=e\r\n\r\n")
    assert status(other) == 200 and b"evil" not in other
    # A path that only a proxy may give.
    named = said(site, through + b"SCRIPT_NAME: /evil\r\nX-Script-Name: /evil\r\n\r\n")
    assert status(named) == 200
    wrong = said(site, through.replace(b"127.0.0.1", b"evil.example") + b"\r\n")
    assert status(wrong) == 400 and b"evil" not in wrong


def test_silent_clients_give_their_threads_back(site: Site) -> None:
    """Half a head or half a body on every thread; a reader waits no longer than the limit."""
    body = (
        b"POST /admin/account/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nlogin="
    )
    slow = []
    for number in range(THREADS * 2):
        line = socket.create_connection(("127.0.0.1", site.port), 20)
        line.sendall(GET if number % 2 else body)
        slow.append(line)
    begun = time.monotonic()
    assert status(said(site, GET + b"X-Forwarded-Proto: https\r\n\r\n", 30)) == 200
    assert time.monotonic() - begun < SECONDS * 4 + 6
    for line in slow:
        line.close()


def test_the_log_keeps_no_address_of_who_sent_nonsense(site: Site) -> None:
    said(site, b"nonsense\r\n\r\n")
    log = (Path(site.data) / "server.log").read_text()
    assert "Invalid request from" not in log
    assert "127.0.0.1" not in "".join(line for line in log.splitlines() if "nonsense" in line)
