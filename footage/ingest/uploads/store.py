"""The bytes of uploads under way: one file each, beside the masters' staging, on one disk.

Whoever writes holds the file's lock, which the kernel frees when the process dies, however it
dies. A byte counts once it is synced; what lies beyond the counted ones is cut off.
"""

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SECONDS_BETWEEN_TRIES: Final = 0.05


class Taken(Exception):
    """Somebody else is writing this upload."""


class Gone(Exception):
    """There is no such file, or it is none of ours (a link, a pipe)."""


class SyncFailed(Exception):
    """The disk did not keep what was written. This file is never synced again."""


class Uploads:
    """The files below `root`, named by the ids of their uploads."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, upload_id: str) -> Path:
        return self.root / upload_id

    def create(self, upload_id: str) -> None:
        """An empty file, durable under its name. Raises OSError."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        os.close(os.open(self.path(upload_id), flags, 0o600))
        sync_directory(self.root)

    def size(self, upload_id: str) -> int:
        """Bytes in the file, counted ones and others. Raises Gone."""
        try:
            found = self.path(upload_id).lstat()
        except FileNotFoundError:
            raise Gone from None
        if not stat.S_ISREG(found.st_mode):
            raise Gone
        return found.st_size

    @contextlib.contextmanager
    def pen(self, upload_id: str, *, wait: float = 0.0) -> Iterator["Pen"]:
        """Be the one who writes. Raises Taken when another still is after `wait` seconds, Gone."""
        descriptor = self._open(upload_id)
        try:
            deadline = time.monotonic() + wait
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise Taken from None
                    time.sleep(SECONDS_BETWEEN_TRIES)
            if not os.fstat(descriptor).st_nlink:
                raise Gone  # removed between the opening and the lock
            yield Pen(self.path(upload_id), descriptor)
        finally:
            os.close(descriptor)

    def remove(self, upload_id: str) -> None:
        """Take the file away, if it can be. The caller holds the pen, or nobody can.

        Not synced, and no failure: what stays, or comes back after a power cut, is swept by the
        reconciler, and who is waiting for an answer gets the true one.
        """
        with contextlib.suppress(OSError):
            self.path(upload_id).unlink()

    def names(self) -> list[str]:
        """Every entry, ours or not."""
        return sorted(os.listdir(self.root)) if self.root.is_dir() else []

    def _open(self, upload_id: str) -> int:
        # O_NONBLOCK: a pipe in the place of the file must not make us wait for a writer.
        flags = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        path = self.path(upload_id)
        try:
            try:
                descriptor = os.open(path, os.O_RDWR | flags)
            except PermissionError:
                # Read-only already: whole, and on its way to its final name.
                descriptor = os.open(path, os.O_RDONLY | flags)
        except (FileNotFoundError, IsADirectoryError):
            raise Gone from None
        except OSError:
            if path.is_symlink():
                raise Gone from None
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise Gone
        return descriptor


class Pen:
    """The locked file of one upload. `offset` is where the next byte goes."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path, self.descriptor = path, descriptor
        self.offset = 0

    @property
    def size(self) -> int:
        return os.fstat(self.descriptor).st_size

    def settle(self, counted: int) -> int:
        """Go to the true offset: the smaller of what is counted and what is there; cut the tail."""
        found = os.fstat(self.descriptor)
        self.offset = min(counted, found.st_size)
        # A file that has its final name too is a master: no byte of it is ever touched.
        if found.st_size > self.offset and found.st_nlink == 1:
            os.ftruncate(self.descriptor, self.offset)
        return self.offset

    def write(self, content: bytes) -> None:
        """All of it, at the offset. After an OSError the offset tells how much is written."""
        view = memoryview(content)
        while view:
            written = os.pwrite(self.descriptor, view, self.offset)
            self.offset += written
            view = view[written:]

    def sync(self) -> None:
        """Have the disk keep what was written. Raises SyncFailed; then nothing since counts."""
        try:
            os.fdatasync(self.descriptor)
        except OSError as error:
            raise SyncFailed(os.strerror(error.errno or 0)) from error


def sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
