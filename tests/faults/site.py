"""A real web server on an archive of its own, to be killed, and a client that does not give up."""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import servers

CSRF = "c" * 32
PREPARE = """
from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
user = User.objects.create_user("rima", is_staff=True)
user.groups.add(Group.objects.get(name="archivist"))
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print("session", session.session_key)
"""
NETWORK = (OSError, http.client.HTTPException)


@dataclass
class Site:
    """One archive with its web server. `environment` is all that its processes see of ours."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    workers: int = 1
    threads: int = 8
    patience: int = 120
    port: int = field(default_factory=servers.free_port)
    server: "subprocess.Popen[bytes] | None" = None
    session: str = ""

    def __post_init__(self) -> None:
        self.data.mkdir(exist_ok=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "SECRET_KEY": "known to everyone, and therefore only for tests",
            "ARCHIVE_DATA": str(self.data),
            "ARCHIVE_DEMONSTRATION": "1",  # no second factor
            **self.environment,
        }

    def manage(self, *arguments: str, text: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=servers.CHECKOUT,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def prepare(self) -> "Site":
        """Migrate, and sign an archivist in."""
        self.manage("migrate", "--verbosity", "0")
        self.session = (
            self.manage("shell", "--no-imports", text=PREPARE).split("session ")[1].split()[0]
        )
        return self

    def start(self) -> None:
        with (self.data / "server.log").open("ab") as log:
            self.server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "aleppo_archive.wsgi:application"),
                    *("--bind", f"127.0.0.1:{self.port}", "--preload"),
                    *("--workers", str(self.workers), "--threads", str(self.threads)),
                    *("--log-level", "warning", "--timeout", str(self.patience)),
                ],
                cwd=servers.CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=servers.die_with_the_tests,
            )
        self.wait()

    def wait(self, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(*NETWORK):
                if self.request("OPTIONS", "/admin/uploads/")[0] == 204:
                    return
            time.sleep(0.02)
        raise AssertionError((self.data / "server.log").read_text()[-3000:])

    def worker_pids(self) -> list[int]:
        assert self.server is not None
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def kill_workers(self) -> None:
        """kill -9 whoever serves; the master forks others at once."""
        for pid in self.worker_pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """kill -9 the whole server."""
        if self.server is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()

    # --- The client ------------------------------------------------------------------------------
    def request(
        self, method: str, path: str, body: Any = None, timeout: float = 60, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            given = self.headers() | {
                key.replace("_", "-"): value for key, value in headers.items()
            }
            # A refusal may come before the whole body went out; the answer is there all the same.
            with contextlib.suppress(BrokenPipeError):
                connection.request(method, path, body, given)
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), answer.read()
        finally:
            connection.close()

    def headers(self) -> dict[str, str]:
        return {
            "Cookie": f"sessionid={self.session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
            "Tus-Resumable": "1.0.0",
        }

    def begin(self, length: int, name: str = "clip.mp4", digest: str = "") -> str:
        metadata = f"filename {b64(name)}" + (f",sha256 {b64(digest)}" if digest else "")
        status, headers, body = self.request(
            "POST", "/admin/uploads/", Upload_Length=str(length), Upload_Metadata=metadata
        )
        assert status == 201, body
        return headers["Location"]

    def patch(
        self, address: str, offset: int, body: bytes, timeout: float = 60
    ) -> tuple[int, dict[str, str], bytes]:
        return self.request(
            "PATCH",
            address,
            body,
            timeout,
            Upload_Offset=str(offset),
            Content_Type="application/offset+octet-stream",
        )

    def offset(self, address: str) -> int:
        """Ask until there is an answer; a client that was cut off does the same."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            with contextlib.suppress(*NETWORK):
                status, headers, body = self.request("HEAD", address)
                if status == 200:
                    return int(headers["Upload-Offset"])
                assert status in {409, 423, 500, 503}, (status, body)
            time.sleep(0.05)
        raise AssertionError("no answer")

    def raw(self, address: str, offset: int, length: int) -> socket.socket:
        """A PATCH whose head is sent and whose body is yours to send."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        lines = [
            f"PATCH {address} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            *(f"{key}: {value}" for key, value in self.headers().items()),
            f"Upload-Offset: {offset}",
            "Content-Type: application/offset+octet-stream",
            f"Content-Length: {length}",
        ]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return connection

    def status(self, address: str) -> dict[str, Any]:
        return json.loads(self.request("GET", address)[2])

    # --- What must hold --------------------------------------------------------------------------
    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self.data / "archive.sqlite3", 20)) as database:
            return database.execute(sql).fetchall()

    def check(self, *contents: bytes) -> None:
        """Each content is one master with its clip and events; nothing else has a final name."""
        masters = self.data / "masters"
        found = dict(self.rows("SELECT digest, id FROM ingest_master"))
        names = {path.name for path in masters.glob("[0-9a-f]*/*/*")}
        expected = {hashlib.sha256(content).hexdigest() for content in contents}
        assert set(found) == names == expected
        for digest, master in found.items():
            path = masters / digest[:2] / digest[2:4] / digest
            assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, "bytes differ"
            [(clips,)] = self.rows(f"SELECT count(*) FROM footage_clip WHERE master_id = {master}")
            assert clips == 1
            [(events,)] = self.rows(
                "SELECT count(*) FROM custody_custodyevent WHERE type = 'ingestion end' "
                f"AND subject = 'master:{master}'"
            )
            assert events == 1


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@contextlib.contextmanager
def running(site: Site) -> Iterator[Site]:
    site.start()
    try:
        yield site
    finally:
        site.kill()
