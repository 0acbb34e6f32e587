"""Receiving masters: first the bytes, durable and verified, then the row and its events.

Never the other way round, and never inside one transaction: SQLite would hold its only write lock
while gigabytes arrive. A crash in between leaves whole bytes without a row; the same file handed
in again takes them up.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, storages
from django.db import transaction

from footage.custody.models import EventType, record
from footage.ingest.directory import Directory, Staged
from footage.ingest.models import Master
from footage.ingest.refusals import LeftTheHoldings

DEFAULT_MAX_BYTES = 20 * 10**9


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
    store = masters_directory()
    limit = getattr(settings, "MASTER_MAX_BYTES", DEFAULT_MAX_BYTES)
    with store.stage(chunks, limit=limit, expected=expected_bytes) as staged:
        if Master.objects.filter(digest=staged.digest, deaccessioned_at__isnull=False).exists():
            raise LeftTheHoldings
        if door:
            door(staged.path)
        store.keep(staged)
        return _row(staged, by, filename)


def open_master(master: Master) -> BinaryIO:
    """The bytes of a master, to be read only. Raises FileNotFoundError when they left."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(master_path(master), flags), "rb")


def master_path(master: Master) -> Path:
    """Where a master's bytes are on this machine."""
    return masters_directory().path(master.digest)


def masters_directory() -> Directory:
    """The masters store. Raises ImproperlyConfigured unless it is a local directory."""
    storage = storages["masters"]
    if not isinstance(storage, FileSystemStorage):
        raise ImproperlyConfigured("MASTERS_STORAGE must be a directory")
    return Directory(Path(storage.location))


def _row(staged: Staged, by: Any, filename: str) -> Received:
    """The master's row with its events, or the one that is there; in one transaction."""
    with transaction.atomic(durable=True):
        master, new = Master.objects.get_or_create(
            digest=staged.digest, defaults={"bytes": staged.bytes, "received_by": by}
        )
        if master.deaccessioned_at:
            raise LeftTheHoldings
        subject = f"master:{master.pk}"
        if not new:
            record(EventType.TRANSFER, subject, agent=by, outcome="already-held")
            return Received(master, True, filename)
        record(EventType.TRANSFER, subject, agent=by, bytes=staged.bytes)
        record(EventType.DIGEST, subject, fixity=master.fixity)
        record(EventType.INGESTION, subject, agent=by, fixity=master.fixity)
    return Received(master, False, filename)
