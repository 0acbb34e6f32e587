"""Three things are compared: files on their way, rows, and the store of masters.

What a crash left between them is adopted, set aside, or reported. Nothing is guessed, a second
run finds nothing new to do, and no master is ever removed. Run at the start of a worker, hourly,
and by `manage.py reconcile`.
"""

import fcntl
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from footage.custody.models import Copy, EventType, record, seen
from footage.ingest.directory import Entry
from footage.ingest.models import DIGEST, Master, Upload
from footage.ingest.refusals import Refused
from footage.ingest.uploads import sessions
from footage.ingest.uploads.store import Gone, Taken
from footage.ingest.write_path import Store, masters_store

# What is younger may be the work of somebody who is not through yet.
GRACE: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Finding:
    """What did not fit, and what was done: adopted, set-aside, swept, finished, report."""

    done: str
    what: str


def reconcile(
    *, arrival: sessions.Arrival, adopt: Callable[[Master], object], grace: timedelta = GRACE
) -> list[Finding]:
    """Compare everything once; what was found, in order. [] also when another run is under way.

    `adopt` makes the draft clip of a master without one. Costs one look at each file and row;
    only files without a row are read.
    """
    lock = os.open(
        Path(settings.ARCHIVE_DATA, "reconciler.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
    )
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        store = masters_store()
        return [
            *_swept(store),
            *_uploads(store, arrival, grace),
            *_rows(store),
            *_without_a_row(store),
            *_without_a_clip(adopt, grace),
        ]
    except BlockingIOError:
        return []
    finally:
        os.close(lock)


def _swept(store: Store) -> list[Finding]:
    files, uploads = store.sweep(), sessions.sweep()
    found = [Finding("swept", f"{files} file(s) that a dead writer left")] if files else []
    return found + ([Finding("swept", f"{uploads} expired upload(s)")] if uploads else [])


def _uploads(store: Store, arrival: sessions.Arrival, grace: timedelta) -> list[Finding]:
    found = []
    for upload in Upload.objects.filter(state=Upload.State.RECEIVING):
        try:
            if upload.length == sessions.true_offset(upload):
                sessions.complete(upload, arrival)
                found.append(Finding("finished", f"upload {upload.pk}"))
        except sessions.Ended:
            if _lost_its_file(upload):
                found.append(Finding("report", f"upload {upload.pk} lost its file"))
        except (Taken, sessions.Conflict):
            continue
        except Refused as refusal:
            found.append(Finding("report", f"upload {upload.pk}: {refusal.code}"))
    rows = dict(Upload.objects.values_list("pk", "state"))
    for name in sessions.uploads().names():
        if rows.get(name) != Upload.State.RECEIVING:
            found += _stray(store, name, ended=name in rows, grace=grace)
    return found


def _lost_its_file(upload: Upload) -> bool:
    """End an upload whose file is gone, so that its client begins again."""
    try:
        sessions.uploads().size(upload.pk)
    except Gone:
        lost = Upload.objects.filter(pk=upload.pk, state=Upload.State.RECEIVING)
        return bool(lost.update(state=Upload.State.EXPIRED, outcome="file-missing"))
    return False


def _stray(store: Store, name: str, *, ended: bool, grace: timedelta) -> list[Finding]:
    """A file among the uploads that no upload under way owns."""
    path = sessions.uploads().path(name)
    try:
        with sessions.uploads().pen(name):
            young = time.time() - path.lstat().st_mtime < grace.total_seconds()
            if not ended and young:
                return []
            sessions.uploads().remove(name)
            return [Finding("swept", f"what was left of upload {name}")]
    except (Taken, FileNotFoundError):
        return []
    except Gone:
        # A link, a pipe, a folder: nobody of us made it.
        store.set_aside(path)
        return [Finding("set-aside", f"{name}, no file of ours, among the uploads")]


def _rows(store: Store) -> list[Finding]:
    """Rows whose bytes are not there, or not in their size."""
    there = {entry.name: entry.size for entry in store.entries()}
    found = []
    for master in Master.objects.filter(deaccessioned_at=None).iterator():
        size = there.get(master.digest)
        if size == master.bytes:
            continue
        state = Copy.State.MISSING if size is None else Copy.State.DAMAGED
        known = Copy.objects.filter(digest=master.digest, store=Copy.Store.MASTERS, state=state)
        if not known.exists():
            seen(master.digest, Copy.Store.MASTERS, state)
            record(
                EventType.FIXITY_CHECK, f"master:{master.pk}", outcome="failure", reason=state.value
            )
        found.append(Finding("report", f"master {master.digest}: {state.value}"))
    return found


def _without_a_row(store: Store) -> list[Finding]:
    """Bytes under a final name that no row speaks for: adopted when they are what they say."""
    rows = dict(Master.objects.values_list("digest", "deaccessioned_at"))
    found = []
    for entry in store.entries():
        if entry.name not in rows:
            found += _adopted(store, entry)
        elif rows[entry.name] is not None:
            found.append(Finding("report", f"{entry.name} left the holdings, its bytes did not"))
    return found


def _adopted(store: Store, entry: Entry) -> list[Finding]:
    if not entry.settled:
        return []
    if entry.size > 0 and DIGEST.regex.search(entry.name):
        try:
            whole = store.reads_back(entry.name, entry.size)
        except Refused:
            return [Finding("report", f"{entry.name} cannot be read")]
        if whole:
            _make_row(entry)
            return [Finding("adopted", entry.name)]
    if entry.path is None:
        return [Finding("report", f"{entry.name} is not what its name says")]
    store.set_aside(entry.path)
    return [Finding("set-aside", f"{entry.name} is not what its name says")]


def _make_row(entry: Entry) -> None:
    with transaction.atomic():
        master, new = Master.objects.get_or_create(
            digest=entry.name, defaults={"bytes": entry.size}
        )
        if new:
            seen(master.digest, Copy.Store.MASTERS, Copy.State.WHOLE)
            subject = f"master:{master.pk}"
            record(EventType.DIGEST, subject, fixity=master.fixity)
            record(EventType.ADOPTION, subject, fixity=master.fixity, bytes=entry.size)


def _without_a_clip(adopt: Callable[[Master], object], grace: timedelta) -> list[Finding]:
    """Masters that a crash left without a draft: nobody would see them otherwise."""
    before = timezone.now() - grace
    found = []
    for master in Master.objects.filter(
        clip=None, deaccessioned_at=None, deaccessions=None, received_at__lte=before
    ):
        if adopt(master) is not None:
            found.append(Finding("adopted", f"a draft for master {master.digest}"))
    return found
