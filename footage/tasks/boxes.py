"""Directories for files on their way into the working store.

Each is locked as long as it is used, by a lock that the kernel frees when the process dies: what
nobody holds was left by a lost worker, and is cleared away.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

PREFIX: Final = "copies-"
# Between its making and its lock a directory looks left behind.
SECONDS_TO_LOCK: Final = 60


@contextlib.contextmanager
def box() -> Iterator[Path]:
    """An empty directory while the block runs, on the disk where the stores are."""
    with tempfile.TemporaryDirectory(
        dir=settings.FILE_UPLOAD_TEMP_DIR, prefix=PREFIX, ignore_cleanup_errors=True
    ) as name:
        descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield Path(name)
        finally:
            os.close(descriptor)


def clear(older_than_s: float = SECONDS_TO_LOCK) -> int:
    """Remove what lost workers left; say how many directories."""
    cleared = 0
    for left in Path(settings.FILE_UPLOAD_TEMP_DIR).glob(f"{PREFIX}*"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            descriptor = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - os.fstat(descriptor).st_mtime >= older_than_s:
                    shutil.rmtree(left, ignore_errors=True)
                    cleared += 1
            finally:
                os.close(descriptor)
    return cleared
