"""Taking up again what a lost worker was doing. The queue itself never does.

Each worker holds a lock that the kernel (a flock) or the database server (an advisory lock) frees
when the process dies, however it dies. A running task whose worker holds no lock was lost.
"""

import contextlib
import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import close_old_connections, connection, connections, models
from django.utils import timezone
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from footage.media import Unavailable

ATTEMPTS: Final = 3
SECONDS_BETWEEN_SWEEPS: Final = 60
NOT_CONFINED: Final = timedelta(minutes=10)


class WorkerLost(Exception):
    """The worker died with the task in its hands, as often as the archive tries."""


class StoppedOnPurpose(KeyboardInterrupt):
    """The worker was asked to end, by a deploy for instance, with a task in its hands.

    Like Ctrl-C it may come between any two statements, and databases know how to take that.
    """


@contextlib.contextmanager
def presence(worker_id: str) -> Iterator[None]:
    """Be known as alive while the block runs. Nothing has to be cleaned up after a crash."""
    if connection.vendor == "postgresql":
        # A connection of its own: the lock lives as long as that session.
        session = connections["default"].copy(alias="presence")
        with session.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_number(worker_id)])
        try:
            yield
        finally:
            session.close()
        return
    path = _lock_file(worker_id)
    path.parent.mkdir(exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            break
        os.close(descriptor)  # taken for a dead worker's between the opening and the lock
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def is_present(worker_id: str) -> bool:
    """Whether that worker lives. On PostgreSQL two askers at once may both be told yes."""
    if connection.vendor == "postgresql":
        number = _number(worker_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            (free,) = cursor.fetchone()
            if free:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
        return not free
    try:
        descriptor = os.open(_lock_file(worker_id), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        _lock_file(worker_id).unlink(missing_ok=True)
        return False
    finally:
        os.close(descriptor)


def sweep() -> int:
    """Put lost tasks back into the queue, at their third loss among the failed; say how many.

    Tasks that ended because no media file may be opened on their machine are put back for later.
    """
    later = timezone.now() + NOT_CONFINED
    taken_up = sum(_put_back(task) for task in _ended_by(StoppedOnPurpose))
    taken_up += sum(_put_back(task, run_after=later) for task in _ended_by(Unavailable))
    for lost in DBTaskResult.objects.running():
        if lost.worker_ids and is_present(lost.worker_ids[-1]):
            continue
        if len(lost.worker_ids) < ATTEMPTS:
            change: dict[str, Any] = {"status": TaskResultStatus.READY, "started_at": None}
        else:
            change = {
                "status": TaskResultStatus.FAILED,
                "finished_at": timezone.now(),
                "exception_class_path": _path(WorkerLost),
                "traceback": f"The worker was lost {ATTEMPTS} times while it did this.",
            }
        taken_up += _still_as(lost).update(**change)
    return taken_up


def give_back(worker_id: str) -> int:
    """Put back what a worker was stopped in on purpose: that is no lost attempt."""
    return sum(
        _put_back(task)
        for task in [*DBTaskResult.objects.running(), *_ended_by(StoppedOnPurpose)]
        if task.worker_ids and task.worker_ids[-1] == worker_id
    )


def _ended_by(exception: type[BaseException]) -> models.QuerySet[DBTaskResult]:
    """Tasks that this ended, through no fault of theirs: the queue takes that for a failure."""
    return DBTaskResult.objects.failed().filter(exception_class_path=_path(exception))


def _put_back(task: DBTaskResult, **change: Any) -> int:
    return _still_as(task).update(
        status=TaskResultStatus.READY,
        started_at=None,
        finished_at=None,
        exception_class_path="",
        traceback="",
        worker_ids=task.worker_ids[:-1],
        **change,
    )


def _path(exception: type[BaseException]) -> str:
    return f"{exception.__module__}.{exception.__qualname__}"


def sweep_every_minute() -> None:
    """Sweep from a thread of this process until it ends, also during a long task."""

    def forever() -> None:
        while not threading.Event().wait(SECONDS_BETWEEN_SWEEPS):
            close_old_connections()
            # A database that is down now is asked again in a minute.
            with contextlib.suppress(Exception):
                sweep()

    threading.Thread(target=forever, name="sweep", daemon=True).start()


def _still_as(task: DBTaskResult) -> models.QuerySet:
    """The row, unless somebody took it up or finished it since it was read."""
    return DBTaskResult.objects.filter(pk=task.pk, status=task.status, worker_ids=task.worker_ids)


def _lock_file(worker_id: str) -> Path:
    name = hashlib.sha256(worker_id.encode()).hexdigest()
    return Path(settings.ARCHIVE_DATA, "workers", name)


def _number(worker_id: str) -> int:
    digest = hashlib.blake2b(worker_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
