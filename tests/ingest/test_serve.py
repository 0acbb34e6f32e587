"""`manage.py serve`: the website and two workers, together up and together down."""

import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingest.conftest import House
from tests.servers import is_gone


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


KNOWN_BY = {
    "web": "gunicorn",
    "follower": "reindex\0--follow",
    "encoder": "--queue-name\0encoding",
    "worker": "manage.py\0worker",
}


def children_of(pid: int) -> dict[str, int]:
    """The direct children of a process: "web", "worker", "encoder", "follower" to their ids."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = status.read_text().split("PPid:")[1].split()[0]
            command = (status.parent / "cmdline").read_text()
        except (OSError, IndexError):
            continue
        if int(parent) == pid:
            for name, words in KNOWN_BY.items():
                if words in command:
                    found[name] = int(status.parent.name)
                    break
    return found


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def served(house: House, port: int) -> "Iterator[subprocess.Popen[str]]":
    """The archive, served and answering."""
    process = house.start("manage.py", "serve", "--port", str(port))
    line_with(process, f"http://127.0.0.1:{port}/")
    yield process
    process.kill()
    process.communicate()


def line_with(process: "subprocess.Popen[str]", text: str) -> str:
    """Read on until a line has the text; fail with all of it when a minute or the output ends."""
    assert process.stdout
    too_long = threading.Timer(60, process.kill)
    too_long.start()
    seen = ""
    try:
        for line in process.stdout:
            seen += line
            if text in line:
                return line
    finally:
        too_long.cancel()
    pytest.fail(seen)


def test_it_says_where_it_is_and_ends_whole(served: "subprocess.Popen[str]", port: int) -> None:
    try:
        answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").status
    except urllib.error.HTTPError as error:
        answer = error.code
    assert answer
    children = children_of(served.pid)
    assert set(children) == set(KNOWN_BY)

    served.send_signal(signal.SIGTERM)

    assert served.wait(30) == 0
    assert all(is_gone(pid) for pid in children.values())
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_dead_worker_is_started_again(served: "subprocess.Popen[str]") -> None:
    dead = children_of(served.pid)["worker"]

    os.kill(dead, signal.SIGKILL)

    assert "another one starts" in line_with(served, "The worker ended (exit status -9)")
    deadline = time.monotonic() + 20
    while children_of(served.pid).get("worker", dead) == dead:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    served.send_signal(signal.SIGINT)
    assert served.wait(30) == 0


def test_when_the_website_dies_everything_ends_and_says_so(
    served: "subprocess.Popen[str]",
) -> None:
    children = children_of(served.pid)

    os.kill(children["web"], signal.SIGKILL)

    output, _ = served.communicate(timeout=30)
    assert served.returncode == 1
    assert "The website ended by itself" in output
    assert is_gone(children["worker"])


def test_killed_itself_it_leaves_nobody_behind(served: "subprocess.Popen[str]") -> None:
    children = children_of(served.pid)

    served.kill()
    served.wait()

    deadline = time.monotonic() + 20
    while not all(is_gone(pid) for pid in children.values()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_taken_port_is_said_plainly(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = house.run("manage.py", "serve", "--port", str(port))

    assert refused.returncode == 1
    assert f"Port {port} cannot be used" in refused.stdout
    assert "PORT=" in refused.stdout
    assert "Traceback" not in refused.stdout
