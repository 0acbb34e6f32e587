"""Workers that die: what they were doing is taken up again, three times at most."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django_tasks_db.models import DBTaskResult

from footage.ingest.directory import STAGING
from footage.ingest.models import Master
from footage.ingest.write_path import masters_store
from footage.models import Clip
from footage.tasks import recovery
from tests.ingest.conftest import CHECKOUT
from tests.ingest.slow_tasks import slow

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[..., "subprocess.Popen[str]"]


def database_url() -> str:
    """The address of the tests' own database, for another process."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    who = quote(at["USER"]) + (f":{quote(at['PASSWORD'])}" if at["PASSWORD"] else "")
    return f"postgresql://{who}@{quote(at['HOST'], safe='')}:{at['PORT']}/{at['NAME']}"


@pytest.fixture
def start(archive_data: Path) -> Iterator[Start]:
    """Start real workers on the tests' own database; none outlives the test."""
    workers: list[subprocess.Popen[str]] = []

    def start_worker(*arguments: str) -> "subprocess.Popen[str]":
        environment = {
            **{name: os.environ[name] for name in ("PATH", "SECRET_KEY")},
            "ARCHIVE_DATA": str(archive_data),
            "DATABASE_URL": database_url(),
        }
        quick = ("--no-reload", "--no-startup-delay", "--interval", "0.1")
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker", *quick, *arguments],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        workers.append(worker)
        return worker

    yield start_worker
    for worker in workers:
        worker.kill()
        worker.communicate()


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def lines_in(diary: Path) -> int:
    return diary.read_text().count("\n") if diary.exists() else 0


def test_a_task_whose_worker_is_killed_is_taken_up_again_and_given_up_after_three(
    start: Start, tmp_path: Path
) -> None:
    diary = tmp_path / "diary"
    slow.enqueue(str(diary))
    for attempt in (1, 2, 3):
        worker = start()
        wait_until(lambda: lines_in(diary) == attempt)  # noqa: B023 - used within the round
        # As long as it lives nobody takes its task away.
        assert recovery.sweep() == 0
        assert DBTaskResult.objects.get().status == "RUNNING"
        worker.kill()
        worker.wait()
        # Dead, and nobody looked yet: the next worker does, when it starts.
        assert DBTaskResult.objects.get().status == "RUNNING"

    assert recovery.sweep() == 1

    given_up = DBTaskResult.objects.get()
    assert given_up.status == "FAILED"
    assert given_up.exception_class_path == "footage.tasks.recovery.WorkerLost"
    assert given_up.traceback == "The worker was lost 3 times while it did this."
    assert recovery.sweep() == 0


def test_a_lost_task_is_taken_up_once(tmp_path: Path) -> None:
    slow.enqueue(str(tmp_path / "diary"))
    task = DBTaskResult.objects.get()
    task.claim("a worker that never was")

    assert [recovery.sweep(), recovery.sweep()] == [1, 0]
    assert DBTaskResult.objects.get().worker_ids == ["a worker that never was"]


def test_a_task_stopped_on_purpose_counts_no_attempt(tmp_path: Path) -> None:
    slow.enqueue(str(tmp_path / "diary"))
    DBTaskResult.objects.get().claim("stopped")

    assert recovery.give_back("another") == 0
    assert recovery.give_back("stopped") == 1

    task = DBTaskResult.objects.get()
    assert (task.status, task.worker_ids) == ("READY", [])


def test_a_worker_is_present_until_it_leaves() -> None:
    assert not recovery.is_present("w")
    with recovery.presence("w"):
        assert recovery.is_present("w")
    # A database server notices a moment later that a session is over.
    wait_until(lambda: not recovery.is_present("w"))


def test_a_starting_worker_clears_what_dead_writers_left_in_staging(start: Start) -> None:
    left = masters_store().root / STAGING / "left"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")

    worker = start("--batch")

    assert worker.wait(60) == 0
    assert not left.exists()


def test_a_worker_makes_a_draft_watchable(start: Start, draft: Callable[..., Clip]) -> None:
    clip = draft("syn_android_al-shaar.mp4")

    output, _ = start("--batch").communicate(timeout=120)

    assert {task.status for task in DBTaskResult.objects.all()} == {"SUCCESSFUL"}, output
    master = Master.objects.get(pk=clip.master_id)
    assert {copy.role for copy in master.renditions.all()} == {"poster", "playable"}


def test_a_worker_asked_to_end_while_idle_ends_at_once(start: Start) -> None:
    worker = start("--worker-id", "idle")
    wait_until(lambda: recovery.is_present("idle"))
    time.sleep(0.5)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(10) == 0
    assert not any(Path(settings.ARCHIVE_DATA, "workers").glob("*"))
