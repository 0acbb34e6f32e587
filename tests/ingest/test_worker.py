"""Workers that die: what they were doing is taken up again, three times at most."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from footage import publishing
from footage.custody.models import CustodyEvent
from footage.ingest.directory import STAGING
from footage.ingest.models import Master
from footage.ingest.write_path import masters_store
from footage.models import Clip
from footage.tasks import boxes, examine_master, recovery
from footage.tasks.progress import progress_of
from tests import world
from tests.ingest.conftest import CHECKOUT
from tests.ingest.slow_tasks import slow
from tests.ingest.test_examination import SMALL_VIDEO
from tests.media.conftest import ffmpeg
from tests.media.test_confinement import FEWER_LAYERS
from tests.servers import is_gone

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

    def start_worker(
        *arguments: str, program: tuple[str, ...] = ("manage.py",)
    ) -> "subprocess.Popen[str]":
        environment = {
            **{name: os.environ[name] for name in ("PATH", "SECRET_KEY")},
            "ARCHIVE_DATA": str(archive_data),
            "DATABASE_URL": database_url(),
        }
        quick = ("--no-reload", "--no-startup-delay", "--interval", "0.1")
        worker = subprocess.Popen(
            [sys.executable, *program, "worker", *quick, *arguments],
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
    assert {copy.role for copy in master.renditions.all()} == SMALL_VIDEO
    assert master.credentials["state"] == "absent"


def test_a_worker_asked_to_end_while_idle_ends_at_once(start: Start) -> None:
    worker = start("--worker-id", "idle")
    wait_until(lambda: recovery.is_present("idle"))
    time.sleep(0.5)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(10) == 0
    assert not any(Path(settings.ARCHIVE_DATA, "workers").glob("*"))


# --- Encoding --------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that takes an encoder some seconds."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=s=1280x720:r=60:d=6")
    ffmpeg(*source, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path)
    return path


def encoder_of(worker: "subprocess.Popen[str]") -> int | None:
    """The process that encodes for this worker and no other, when there is one."""
    for status in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            parent = (status / "status").read_text().split("PPid:")[1].split()[0]
            command = (status / "cmdline").read_bytes().split(b"\0")
            if int(parent) == worker.pid and b"ffmpeg" in command[0] and b"playable.mp4" in command:
                return int(status.name)
    return None


@pytest.fixture
def encoding(
    start: Start, draft: Callable[..., Clip], long_clip: Path
) -> "tuple[subprocess.Popen[str], Clip, int]":
    """A worker in the middle of encoding a clip, the clip, and the encoder, which is halted so
    that it does not come to its end."""
    clip = draft(str(long_clip), filename="long.mp4")
    worker = start("--worker-id", "deployed")
    wait_until(lambda: encoder_of(worker) is not None, 90)
    encoder = encoder_of(worker)
    assert encoder is not None
    os.kill(encoder, signal.SIGSTOP)
    return worker, clip, encoder


def encoding_of(clip: Clip) -> DBTaskResult:
    return DBTaskResult.objects.get(args_kwargs={"args": [clip.master_id, "watched"], "kwargs": {}})


def test_a_deploy_in_mid_encoding_puts_the_task_back_and_leaves_no_child(
    encoding: "tuple[subprocess.Popen[str], Clip, int]", archive_data: Path
) -> None:
    worker, clip, encoder = encoding

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(10) == 0
    wait_until(lambda: is_gone(encoder), 5)
    again = DBTaskResult.objects.get(
        args_kwargs={"args": [clip.master_id, "watched"], "kwargs": {}}
    )
    assert (again.status, again.worker_ids, again.traceback) == ("READY", [], "")
    assert not list(Path(settings.FILE_UPLOAD_TEMP_DIR).glob("copies-*"))
    # What was ready before stays, and so does the chance to publish it.
    assert set(clip.master.renditions.values_list("role", flat=True)) == {"poster", "strip"}


def test_a_killed_worker_takes_its_encoder_along_and_the_next_one_clears_up(
    encoding: "tuple[subprocess.Popen[str], Clip, int]", archive_data: Path, settings: Any
) -> None:
    worker, clip, encoder = encoding
    settings.FILE_UPLOAD_TEMP_DIR = str(archive_data / "incoming")

    worker.kill()
    worker.wait()

    wait_until(lambda: is_gone(encoder), 5)
    (left,) = Path(settings.FILE_UPLOAD_TEMP_DIR).glob("copies-*")
    assert boxes.clear() == 0, "too young to be told from one that is not locked yet"
    assert boxes.clear(older_than_s=0) == 1 and not left.exists()
    assert recovery.sweep() == 1
    task = encoding_of(clip)
    assert (task.status, task.worker_ids) == ("READY", ["deployed"])


def test_a_box_in_use_is_not_cleared_away() -> None:
    with boxes.box() as box:
        assert boxes.clear(older_than_s=0) == 0
        assert box.is_dir()
    assert not box.exists()


def test_publishing_and_withdrawing_do_not_wait_for_an_encoder(
    encoding: "tuple[subprocess.Popen[str], Clip, int]",
) -> None:
    began = time.monotonic()

    row = world.published()
    publishing.withdraw(row.reference, reason="safety", by=world.publisher())

    assert time.monotonic() - began < 5
    assert not is_gone(encoding[2])


def test_a_new_clip_is_seen_while_another_worker_encodes(
    encoding: "tuple[subprocess.Popen[str], Clip, int]", start: Start, draft: Callable[..., Clip]
) -> None:
    short = draft("syn_android_al-shaar.mp4")

    start("--queue-name", "*", "--exclude-queues", "encoding")

    wait_until(lambda: short.master.renditions.filter(role="strip").exists(), 30)
    assert not is_gone(encoding[2])


CONFINES_NOTHING = FEWER_LAYERS.split("from footage import media")[0].replace(
    "assert libc.prctl(22", "import django.core.management\nassert libc.prctl(22"
)
RUN = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "aleppo_archive.settings"
django.core.management.execute_from_command_line(sys.argv)
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the filter has x86_64 numbers")
def test_where_no_media_file_may_be_opened_the_work_waits_until_one_may(
    start: Start, draft: Callable[..., Clip]
) -> None:
    clip = draft("syn_android_al-shaar.mp4")

    worker = start("--batch", program=("-c", CONFINES_NOTHING + RUN))
    output, _ = worker.communicate(timeout=120)

    assert {task.status for task in DBTaskResult.objects.all()} == {"FAILED"}, output
    assert recovery.sweep() == DBTaskResult.objects.count()
    for waiting in DBTaskResult.objects.all():
        assert (waiting.status, waiting.worker_ids) == ("READY", [])
        assert waiting.run_after > timezone.now()
    master = Master.objects.get(pk=clip.master_id)
    assert not master.examined and not master.unplayable
    assert progress_of(master).not_confined


def test_two_workers_with_the_same_tasks_make_each_copy_once(
    start: Start, draft: Callable[..., Clip], archive_data: Path
) -> None:
    clip = draft("syn_android_al-shaar.mp4")
    for _ in range(2):
        examine_master.enqueue(clip.master_id, again=True)

    outputs = [
        worker.communicate(timeout=120)[0] for worker in (start("--batch"), start("--batch"))
    ]

    assert {task.status for task in DBTaskResult.objects.all()} == {"SUCCESSFUL"}, outputs
    copies = list(clip.master.renditions.all())
    assert {copy.role for copy in copies} == SMALL_VIDEO
    files = {path.name for path in (archive_data / "working").iterdir()}
    assert files == {copy.name for copy in copies}
    created = CustodyEvent.objects.filter(subject=f"master:{clip.master_id}", type="creation")
    assert created.count() == len(SMALL_VIDEO)
