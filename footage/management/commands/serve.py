"""The embedded archive: the website, two workers and the search index's follower, as children.

One worker encodes; the other does everything else, so that nobody waits behind an hour of film.
"""

import contextlib
import ctypes
import http.client
import secrets
import signal
import socket
import subprocess
import sys
import time
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from footage.tasks import recovery
from footage.tasks.examination import ENCODING

HOST: Final = "127.0.0.1"
# What a clean end may take: a page under way, a task under way.
SECONDS_TO_END: Final = 15
LONGEST_PAUSE: Final = 60
QUEUES: Final = (("--queue-name", ENCODING), ("--queue-name", "*", "--exclude-queues", ENCODING))
PR_SET_PDEATHSIG: Final = 1


class Command(BaseCommand):
    help = "Serve the archive on this machine, with two workers and its search. Ctrl-C ends all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=32, help="requests served at once")

    def handle(self, *args: Any, port: int, threads: int, **options: Any) -> None:
        refuse_taken(port)
        self.ending = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.end_soon)
        helpers: list[Helper] = []
        if settings.SERVES_STAFF:
            helpers += [Worker(queues) for queues in QUEUES]
        if settings.SERVES_PUBLIC:
            helpers.append(Follower())
        web = start_web(port, threads)
        try:
            self.watch(web, helpers, port)
        finally:
            self.stdout.write("Ending ...")
            web.terminate()
            for helper in helpers:
                helper.ask_to_end()
            for helper in helpers:
                helper.end()
            wait_for(web)

    def end_soon(self, number: int, frame: Any) -> None:
        # Only a note: an exception from here could come between a child's start and its name.
        self.ending = True

    def watch(self, web: "subprocess.Popen[bytes]", helpers: "list[Helper]", port: int) -> None:
        """Return when asked to end; raise CommandError when the website ends by itself."""
        announced = False
        while not self.ending:
            if web.poll() is not None:
                raise CommandError(f"The website ended by itself (exit status {web.returncode}).")
            if not announced and answers(port):
                self.stdout.write(f"The archive is at http://{HOST}:{port}/ (Ctrl-C ends it)")
                self.stdout.flush()
                announced = True
            for helper in helpers:
                if message := helper.keep_alive():
                    self.stderr.write(message)
            time.sleep(0.2)


class Helper:
    """A process beside the website, started again when it dies, at longer and longer intervals."""

    name: str

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.pause = 1.0
        self.started = self.due = 0.0

    def arguments(self) -> list[str]:
        """What manage.py is told, for the next process."""
        raise NotImplementedError

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = child([str(settings.BASE_DIR / "manage.py"), *self.arguments()])

    def keep_alive(self) -> str:
        """Start a dead one again when its pause is over; return what there is to report."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return ""
        status = self.process.poll()
        if status is None:
            return ""
        self.process = None
        self.pause = (
            1.0 if now - self.started > LONGEST_PAUSE else min(self.pause * 2, LONGEST_PAUSE)
        )
        self.due = now + self.pause
        return (
            f"The {self.name} ended (exit status {status}); another one starts in {self.pause:g} s."
        )

    def ask_to_end(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def end(self) -> None:
        if self.process is not None:
            wait_for(self.process)


class Worker(Helper):
    """Takes the tasks of some queues."""

    name = "worker"

    def __init__(self, queues: tuple[str, ...]) -> None:
        super().__init__()
        self.queues = queues

    def arguments(self) -> list[str]:
        self.id = secrets.token_hex(16)
        return ["worker", "--no-reload", "--worker-id", self.id, *self.queues]

    def end(self) -> None:
        if self.process is not None:
            super().end()
            # What it could not finish in time was not lost: the next worker begins with it.
            recovery.give_back(self.id)
            connections.close_all()


class Follower(Helper):
    """Keeps the search index of readers' pages up to date."""

    name = "follower of the search index"

    def arguments(self) -> list[str]:
        return ["reindex", "--follow"]


def refuse_taken(port: int) -> None:
    """Raise CommandError when something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"Port {port} cannot be used ({error}). Name another one: --port, "
                "or PORT= with make."
            ) from error


def start_web(port: int, threads: int) -> "subprocess.Popen[bytes]":
    return child(
        [
            *("-m", "gunicorn", "aleppo_archive.wsgi:application"),
            *("--bind", f"{HOST}:{port}"),
            *("--workers", "1", "--threads", str(threads)),
            *("--graceful-timeout", "5", "--log-level", "warning"),
        ]
    )


def child(arguments: list[str]) -> "subprocess.Popen[bytes]":
    """A Python process with these arguments, beyond the terminal's Ctrl-C, ended when we die."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        start_new_session=True,
        preexec_fn=end_with_parent,
    )


def end_with_parent() -> None:
    """Linux: have the kernel end this process when its parent is gone, even by kill -9."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_for(process: "subprocess.Popen[bytes]") -> None:
    """Wait for a child that was asked to end, and end it when it takes too long."""
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    """Whether the website answers at all, whatever it says."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
