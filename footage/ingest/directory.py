"""A masters store in a local directory: bytes on disk, durable and verified, or not there at all.

    staged   `.staging/<128 random bits>` on the same filesystem, locked by whoever writes it
    arriving `.uploads/<id of the upload>`, likewise (footage.ingest.uploads)
    kept     `ab/cd/<SHA-256 of the content>`, mode 0400

A final name appears by link(2), after the bytes were synced and read back from the disk, so no
crash leaves a half file or an unverified one under it. A failed write or sync is final: the
kernel may have dropped the pages, and a second fsync of the same file would lie.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from footage.ingest.refusals import (
    DiskFull,
    EmptyFile,
    HeldCopyDamaged,
    Incomplete,
    StorageFailed,
    TooLarge,
)

STAGING: Final = ".staging"
UPLOADS: Final = ".uploads"
QUARANTINE: Final = ".quarantine"
BLOCK: Final = 4 * 2**20
FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Staged:
    """Bytes that are on the disk and verified, but under no final name yet."""

    path: Path
    digest: str
    bytes: int


@dataclass(frozen=True)
class Entry:
    """What stands under a final name: its size, -1 for what is no file; whether it is done."""

    name: str
    size: int
    settled: bool
    path: Path | None = None  # on this machine, for what a directory holds


class Directory:
    """The masters below `root`. Safe for several processes at once on one local filesystem."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.staging = root / STAGING
        self.uploads = root / UPLOADS
        self.quarantine = root / QUARANTINE

    def path(self, digest: str) -> Path:
        """Where the master with this digest is, or would be."""
        return self.root / digest[:2] / digest[2:4] / digest

    @contextlib.contextmanager
    def stage(
        self, chunks: Iterable[bytes], *, limit: int, expected: int | None = None
    ) -> Iterator[Staged]:
        """Write the chunks to the disk, sync them and read them back; drop them at the end.

        `expected`: the announced size in bytes. Raises EmptyFile, TooLarge, Incomplete, DiskFull
        or StorageFailed. What the caller wants to stay it keeps inside the block.
        Costs one write and one read of the whole content; memory of one chunk.
        """
        if expected is not None and expected > limit:
            raise TooLarge(limit)
        with _failures_told():
            self.staging.mkdir(mode=0o700, parents=True, exist_ok=True)
            free = os.statvfs(self.staging)
            if expected is not None and expected > free.f_bavail * free.f_frsize:
                raise DiskFull
            path, descriptor = self._open_new()
        try:
            digest = hashlib.sha256()
            size = 0
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooLarge(limit)
                digest.update(chunk)
                with _failures_told():
                    _write_all(descriptor, chunk)
            if not size:
                raise EmptyFile
            if expected is not None and size != expected:
                raise Incomplete(expected, size)
            yield self.verified(path, descriptor, size, digest.hexdigest())
        finally:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
            os.close(descriptor)

    def verified(self, path: Path, descriptor: int, size: int, digest: str = "") -> Staged:
        """A written file of ours, synced, made read-only and read back from the disk.

        `digest`: what was written, when that is known. Raises DiskFull or StorageFailed: then the
        file is not to be synced again.
        """
        with _failures_told():
            os.fchmod(descriptor, 0o400)
        try:
            os.fsync(descriptor)
        except OSError as error:
            # For want of space too: this file's pages may be dropped, so it is not "full, go on".
            raise StorageFailed(os.strerror(error.errno or 0)) from error
        with _failures_told():
            found = _digest_on_disk(path, size)
        if not found or (digest and found != digest):
            raise StorageFailed(f"read back {found or 'another size'}, wrote {digest or size}")
        return Staged(path, found, size)

    def keep(self, staged: Staged) -> bool:
        """Give the staged bytes their final name; False when the same bytes had it already.

        Raises HeldCopyDamaged when other bytes have it, DiskFull or StorageFailed.
        """
        final = self.path(staged.digest)
        with _failures_told():
            self._make_shelf(final.parent)
            try:
                os.link(staged.path, final)
                new = True
            except FileExistsError:
                if _digest_on_disk(final, staged.bytes) != staged.digest:
                    raise HeldCopyDamaged(str(final)) from None
                new = False
            _sync_directory(final.parent)
            _sync_directory(staged.path.parent)
        return new

    def reads_back(self, digest: str, size: int) -> bool | None:
        """Whether the disk holds these very bytes; None when there is nothing of that name."""
        with _failures_told():
            try:
                return _digest_on_disk(self.path(digest), size) == digest
            except FileNotFoundError:
                return None

    def entries(self) -> Iterator[Entry]:
        """Everything that stands where masters stand, in order."""
        for shelf in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            for entry in sorted(shelf.iterdir()):
                found = entry.lstat()
                size = found.st_size if stat.S_ISREG(found.st_mode) else -1
                # Another link is the writer's own, who is not through yet.
                yield Entry(entry.name, size, settled=found.st_nlink == 1, path=entry)

    @contextlib.contextmanager
    def local(self, digest: str) -> Iterator[Path]:
        """A path of this machine under which the master can be read while the block runs."""
        yield self.path(digest)

    def open(self, digest: str) -> BinaryIO:
        """The bytes, to be read only. Raises FileNotFoundError when they left."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(self.path(digest), flags), "rb")

    def set_aside(self, path: Path) -> Path:
        """Move an arriving or stray file out of the way, for a custodian to look at."""
        with _failures_told():
            self.quarantine.mkdir(mode=0o700, parents=True, exist_ok=True)
            aside = self.quarantine / f"{path.name}.{secrets.token_hex(4)}"
            os.rename(path, aside)
            _sync_directory(self.quarantine)
            _sync_directory(path.parent)
        return aside

    def remove(self, digest: str) -> bool:
        """Take a master's bytes away for good; False when they were gone. Deaccession only."""
        final = self.path(digest)
        try:
            final.unlink()
        except FileNotFoundError:
            return False
        _sync_directory(final.parent)
        return True

    def sweep(self) -> int:
        """Remove what writers that died left in staging; return how many files."""
        removed = 0
        if not self.staging.is_dir():
            return removed
        for entry in self.staging.iterdir():
            try:
                descriptor = os.open(entry, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            except OSError:
                continue
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                entry.unlink()
                removed += 1
            except (BlockingIOError, FileNotFoundError):
                pass
            finally:
                os.close(descriptor)
        return removed

    def _open_new(self) -> tuple[Path, int]:
        """A new file in staging and its descriptor, locked so that no sweep takes it for dead."""
        while True:
            path = self.staging / secrets.token_hex(16)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(path, flags, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.fstat(descriptor).st_nlink:
                return path, descriptor
            os.close(descriptor)  # swept between the opening and the lock

    def _make_shelf(self, shelf: Path) -> None:
        for directory in (shelf.parent, shelf):
            with contextlib.suppress(FileExistsError):
                directory.mkdir(mode=0o700)
            # Synced even when it was there: whoever made it may have died before the sync.
            _sync_directory(directory.parent)


def _write_all(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest_on_disk(path: Path, size: int) -> str:
    """The SHA-256 of a regular file as the disk has it, not the page cache; '' if its size differs.

    The cache is only advised away: what other processes have mapped stays.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_size != size:
            return ""
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        digest = hashlib.sha256()
        while block := os.read(descriptor, BLOCK):
            digest.update(block)
        return digest.hexdigest()
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _failures_told() -> Iterator[None]:
    """Turn the system's errors into refusals."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull from error
        raise StorageFailed(os.strerror(error.errno) if error.errno else str(error)) from error
