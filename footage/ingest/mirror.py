"""The second copy of every master, in MIRROR_STORAGE, written and read back like the first."""

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from footage.custody.models import Copy, EventType, record, seen
from footage.ingest.models import Master
from footage.ingest.refusals import StorageFailed
from footage.ingest.write_path import masters_store, mirror_store

CHUNK: Final = 4 * 2**20


def mirror(master: Master) -> None:
    """Have the mirror hold this master, verified, and note it. Nothing without a mirror.

    May be run again at any time. Raises StorageFailed and other Refused, also when the first
    copy turns out damaged: a damaged copy is never spread.
    """
    second, first = mirror_store(), masters_store()
    if second is None:
        return
    if second.reads_back(master.digest, master.bytes) is not True:
        with (
            contextlib.closing(first.open(master.digest)) as file,
            second.stage(chunks_of(file), limit=master.bytes) as staged,
        ):
            if staged.digest != master.digest:
                seen(master.digest, Copy.Store.MASTERS, Copy.State.DAMAGED)
                raise StorageFailed("the first copy is damaged")
            second.keep(staged)
    with transaction.atomic():
        new = not Copy.objects.filter(digest=master.digest, store=Copy.Store.MIRROR).exists()
        seen(master.digest, Copy.Store.MIRROR, Copy.State.WHOLE)
        if new:
            record(EventType.REPLICATION, f"master:{master.pk}", fixity=master.fixity)


def unmirrored() -> QuerySet[Master]:
    """Masters of which the mirror is not known to hold a whole copy."""
    whole = Copy.objects.filter(
        digest=OuterRef("digest"), store=Copy.Store.MIRROR, state=Copy.State.WHOLE
    )
    return Master.objects.filter(~Exists(whole), deaccessioned_at=None)


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    yield from iter(partial(file.read, CHUNK), b"")
