"""Receiving masters: first the bytes, durable and verified, then the row and its events.

Never the other way round, and never inside one transaction: SQLite would hold its only write lock
while gigabytes arrive. A crash in between leaves whole bytes without a row; the same file handed
in again takes them up.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Union

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, storages
from django.db import transaction

from footage.custody.models import Copy, EventType, record, seen
from footage.ingest.directory import Directory, Staged
from footage.ingest.models import Master
from footage.ingest.refusals import LeftTheHoldings

if TYPE_CHECKING:
    from footage.ingest.bucket import Bucket

Store = Union[Directory, "Bucket"]


@dataclass(frozen=True)
class Received:
    """A master in the archive, and whether the archive had these very bytes before."""

    master: Master
    already_held: bool
    filename: str = ""


def receive(
    chunks: Iterable[bytes],
    *,
    by: Any,
    filename: str = "",
    expected_bytes: int | None = None,
    door: Callable[[Path], None] | None = None,
) -> Received:
    """Take in one file: its bytes into the masters store, then its row with custody events.

    `by` is the member of staff, None for the software itself. `filename` is only handed on: it is
    sealed and belongs to the clip. `door` is called with the staged file and may refuse it by
    raising. Raises a subclass of Refused (nothing was kept) or whatever `chunks` raises.
    Call it outside transactions (RuntimeError otherwise). Costs one write and one read.
    """
    store = masters_store()
    limit = settings.MASTER_MAX_BYTES
    with store.stage(chunks, limit=limit, expected=expected_bytes) as staged:
        return take_in(staged, store, by=by, filename=filename, door=door)


def take_in(
    staged: Staged,
    store: Store,
    *,
    by: Any,
    filename: str = "",
    door: Callable[[Path], None] | None = None,
    then: Callable[[Received], None] | None = None,
) -> Received:
    """Give staged bytes their final name, and then their row. As `receive`, for bytes on the disk.

    `then` is called in the transaction of the row and its events; what it raises undoes them, and
    leaves whole bytes without a row.
    """
    if Master.objects.filter(digest=staged.digest, deaccessioned_at__isnull=False).exists():
        raise LeftTheHoldings
    if door:
        door(staged.path)
    store.keep(staged)
    return _row(staged, by, filename, then)


def open_master(master: Master) -> BinaryIO:
    """The bytes of a master, to be read only. Raises FileNotFoundError when they left."""
    return masters_store().open(master.digest)


def local_master(master: Master) -> AbstractContextManager[Path]:
    """A path of this machine where a master can be read while the block runs.

    On S3 that is a copy, made for the block: costs its download and its size on the disk.
    """
    return masters_store().local(master.digest)


def master_path(master: Master) -> Path:
    """Where a master is in a store that is a directory; `local_master` does for both kinds."""
    store = masters_store()
    if not isinstance(store, Directory):
        raise ImproperlyConfigured("MASTERS_STORAGE is not a directory")
    return store.path(master.digest)


def masters_store() -> Store:
    """Where masters are kept, as MASTERS_STORAGE says: a directory, or a bucket."""
    return store_at("masters")


def mirror_store() -> Store | None:
    """Where second copies are kept, as MIRROR_STORAGE says; None without one."""
    return store_at("mirror") if "mirror" in settings.STORAGES else None


def store_at(alias: str) -> Store:
    """The store behind one entry of STORAGES, as footage.ingest writes it: durably."""
    storage = storages[alias]
    if isinstance(storage, FileSystemStorage):
        return Directory(Path(storage.location))
    from footage.ingest.bucket import Bucket

    return Bucket(storage, staging=Path(settings.ARCHIVE_DATA, "staging", alias))


def _row(
    staged: Staged, by: Any, filename: str, then: Callable[[Received], None] | None
) -> Received:
    """The master's row with its events, or the one that is there; in one transaction."""
    with transaction.atomic(durable=True):
        master, new = Master.objects.get_or_create(
            digest=staged.digest, defaults={"bytes": staged.bytes, "received_by": by}
        )
        if master.deaccessioned_at:
            raise LeftTheHoldings
        subject = f"master:{master.pk}"
        seen(master.digest, Copy.Store.MASTERS, Copy.State.WHOLE)
        if new:
            record(EventType.TRANSFER, subject, agent=by, bytes=staged.bytes)
            record(EventType.DIGEST, subject, fixity=master.fixity)
            record(EventType.INGESTION, subject, agent=by, fixity=master.fixity)
        else:
            record(EventType.TRANSFER, subject, agent=by, outcome="already-held")
        received = Received(master, not new, filename)
        if then:
            then(received)
    return received
