"""Is this archive fit for footage? Each check tries the real thing and says what to do.

Nothing here changes a record. A check that cannot be made has failed, with the reason.
"""

import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from footage import media
from footage.catalogue.index import generations as index
from footage.catalogue.index import soundness
from footage.inbox import rights
from footage.ingest.directory import Directory
from footage.ingest.refusals import Refused
from footage.ingest.space import free_bytes
from footage.ingest.write_path import Store, masters_store, store_at
from footage.tasks.recovery import is_present
from people import sealing

GOOD, WARN, BAD = "good", "warning", "bad"
PROBE: Final = 1_000_000
SECONDS_OFF: Final = 5.0
SECONDS_WAITING: Final = 900
CUSTODIANS_NEEDED: Final = 2


@dataclass(frozen=True)
class Finding:
    """What a check found: how it is, what it saw, and what to do when it is not good."""

    check: str
    state: str
    saw: str
    do: str = ""


def examine() -> Iterator[Finding]:
    """Every check, one after the other. Takes a few seconds; longer over a slow line to S3."""
    for name, check in CHECKS.items():
        if not settings.SERVES_STAFF and name not in IN_PUBLIC:
            continue
        try:
            for state, saw, do in check():
                yield Finding(name, state, saw, do)
        except Exception as error:
            # Whatever stops a check is what it found.
            yield Finding(name, BAD, f"{type(error).__name__}: {error}", _("Mend what it says."))


Found = Iterator[tuple[str, str, str]]


def check_settings() -> Found:
    if settings.DEBUG:
        yield BAD, "DEBUG", _("Unset DEBUG where readers are.")
    if settings.ARCHIVE_DEMONSTRATION:
        yield WARN, _("this is the demonstration"), _("Keep no real footage here.")
    if settings.ARCHIVE_READONLY:
        yield WARN, _("read-only: nothing can be changed"), _("Unset ARCHIVE_READONLY when done.")
    if settings.BASE_URL.startswith("http://") and "127.0.0.1" not in settings.BASE_URL:
        yield BAD, settings.BASE_URL, _("Serve readers over https and say so in BASE_URL.")
    yield GOOD, settings.BASE_URL, ""


def check_storages() -> Found:
    """Write, sync, read back and remove a file in each store."""
    for alias in ("masters", "mirror"):
        if alias in settings.STORAGES:
            yield _durable(alias, store_at(alias))
        elif alias == "mirror":
            yield WARN, _("no mirror"), _("Name a second place in MIRROR_STORAGE.")
    for alias in ("working", "access"):
        storage, content = storages[alias], secrets.token_bytes(1000)
        name = storage.save(f"doctor-{secrets.token_hex(8)}", ContentFile(content))
        try:
            with storage.open(name) as file:
                same = file.read() == content
        finally:
            storage.delete(name)
        yield (GOOD, alias, "") if same else (BAD, alias, _("It gives back other bytes."))


def _durable(alias: str, store: Store) -> tuple[str, str, str]:
    content = secrets.token_bytes(PROBE)
    begun = time.monotonic()
    try:
        with store.stage([content], limit=PROBE) as staged:
            store.keep(staged)
            try:
                same = store.reads_back(staged.digest, PROBE)
            finally:
                # The doctor's own random bytes, which no row speaks for.
                store.remove(staged.digest)
    except Refused as refusal:
        return BAD, f"{alias}: {refusal}", _("See that the store is there and may be written.")
    took = f"{alias}: {1000 * (time.monotonic() - begun):.0f} ms"
    return (GOOD, took, "") if same else (BAD, took, _("The store gives back other bytes."))


def check_filesystem() -> Found:
    """Files get their final name by link(2): staging and store must be one filesystem."""
    store = masters_store()
    if not isinstance(store, Directory):
        yield GOOD, _("masters are in a bucket"), ""
        return
    places = [place for place in (store.root, store.staging, store.uploads) if place.exists()]
    if len({place.stat().st_dev for place in places}) > 1:
        yield BAD, _("two filesystems"), _("Keep .staging and .uploads on the masters' own disk.")
    else:
        yield GOOD, str(store.root), ""


def check_space() -> Found:
    free = free_bytes()
    saw = f"{free / 1e9:.1f} GB"
    if free <= 0:
        yield BAD, saw, _("Nothing is taken in until there is room on the disk of the masters.")
    elif free < settings.MASTER_MAX_BYTES:
        yield WARN, saw, _("The largest file allowed (MASTER_MAX_GB) would not find room.")
    else:
        yield GOOD, saw, ""


def check_database() -> Found:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield BAD, _("%d migration(s) wait") % len(waiting), "manage.py migrate"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for pragma, wanted in (("journal_mode", "wal"), ("synchronous", 2)):
                (value,) = cursor.execute(f"PRAGMA {pragma}").fetchone()
                if value != wanted:
                    yield BAD, f"{pragma} = {value}", f"PRAGMA {pragma} = {wanted}"
            (verdict,) = cursor.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                yield BAD, str(verdict), _("Restore the database from its last good copy.")
        else:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"SHOW {name}")
                (value,) = cursor.fetchone()
                if value == "off":
                    yield BAD, f"{name} = off", _("Turn it on: a crash would lose records.")
    yield GOOD, connection.vendor, ""


def check_queue() -> Found:
    tasks: Any = DBTaskResult.objects
    running = [task for task in tasks.running() if task.worker_ids]
    lost = [task for task in running if not is_present(task.worker_ids[-1])]
    if lost:
        yield WARN, _("%d task(s) of lost workers") % len(lost), _("Start a worker.")
    failed = tasks.filter(status=TaskResultStatus.FAILED).count()
    if failed:
        yield WARN, _("%d failed task(s)") % failed, _("See why in the list of tasks.")
    oldest = tasks.filter(status=TaskResultStatus.READY).order_by("enqueued_at").first()
    waited = (timezone.now() - oldest.enqueued_at).total_seconds() if oldest else 0
    if waited > SECONDS_WAITING and not running:
        yield BAD, _("work waits since %d minutes") % (waited // 60), "manage.py worker"
    yield GOOD, _("%d waiting") % tasks.filter(status=TaskResultStatus.READY).count(), ""


def check_keys() -> Found:
    if not settings.SERVES_STAFF:
        yield GOOD, _("a public process: no key"), ""
        return
    place = f"doctor:{secrets.token_hex(4)}"
    if sealing.unseal(sealing.seal("doctor", place=place), place=place) != "doctor":
        yield BAD, "ARCHIVE_KEYS", _("The keys do not open what they sealed.")
    for path in settings.KEPT_KEYS.glob("*") if settings.KEPT_KEYS.is_dir() else []:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield BAD, str(path), _("Others can read it: chmod 600.")
    yield GOOD, _("%d sealing key(s)") % len(settings.ARCHIVE_KEYS), ""


def check_sealed() -> Found:
    """Which keys the sealed rows need, and whether there are custodians enough to read them."""
    held = sealing.key_ids()
    # Second factors are among them, and a public process has none.
    from footage import identities

    for key, rows in identities.keys_in_use().items():
        saw = _("%(rows)d sealed row(s) under key %(key)s") % {"rows": rows, "key": key}
        if key not in held:
            yield (
                BAD,
                saw,
                _(
                    "That key is not in ARCHIVE_KEYS: put it back, behind the first. Without it "
                    "nobody opens these identities, second factors and messages; nothing else is "
                    "lost."
                ),
            )
        elif key != held[0]:
            yield WARN, saw, "manage.py rotate_keys"
        else:
            yield GOOD, saw, ""
    custodians = User.objects.filter(is_active=True, groups__name="custodian").count()
    saw = _("%d custodian(s)") % custodians
    if custodians < CUSTODIANS_NEEDED:
        yield WARN, saw, _("Reading a sealed identity takes two: give the role to a second person.")
    elif custodians == CUSTODIANS_NEEDED:
        yield WARN, saw, _("When one of them is out of reach nothing can be read: have a third.")
    else:
        yield GOOD, saw, ""


def check_public_process() -> Found:
    """What the database lets a public process do beyond reading the catalogue and the inbox."""
    if connection.vendor != "postgresql":
        yield GOOD, _("SQLite: a public process limits itself"), ""
        return
    role = settings.PUBLIC_DATABASE_ROLE
    if not settings.SERVES_STAFF:
        role = rights.own_role()
    elif not rights.exists(role):
        if settings.ARCHIVE_SITE == "staff":
            yield WARN, _("no role %s for the public process") % role, "manage.py public_role"
        else:
            yield GOOD, _("one process serves readers and staff"), ""
        return
    wrong = [f"{role}: {what}" for what in rights.excess(role)]
    wrong += [
        _("%(role)s cannot %(what)s") % {"role": role, "what": what}
        for what in rights.missing(role)
    ]
    for what in wrong:
        yield BAD, what, "manage.py public_role --apply"
    if not wrong:
        yield GOOD, role, ""


def check_clock() -> Found:
    """Against the database's clock, which on PostgreSQL is another machine's."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT strftime('%s', 'now')")
        else:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (there,) = cursor.fetchone()
    off = abs(float(there) - time.time())
    made = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    if off > SECONDS_OFF:
        yield BAD, _("%d seconds off the database's clock") % off, _("Set both clocks (NTP).")
    elif datetime.now(UTC) < made:
        yield BAD, _("the clock is before this program was installed"), _("Set the clock (NTP).")
    else:
        yield GOOD, datetime.now(UTC).isoformat(timespec="seconds"), ""


def check_sandbox() -> Found:
    try:
        layers = media.layers()
    except media.Unavailable as error:
        yield (
            BAD,
            str(error),
            _("No media file is opened here; masters wait. See docs/settings.md."),
        )
        return
    on = [name for name, holds in layers.items() if holds]
    off = [name for name, holds in layers.items() if not holds]
    saw = "+ " + ", ".join(on) + (f"; - {', '.join(off)}" if off else "")
    yield (GOOD if not off else WARN), saw, _("Fewer layers than there could be.") if off else ""


def check_permissions() -> Found:
    mode = stat.S_IMODE(os.stat(settings.ARCHIVE_DATA).st_mode)
    if mode & 0o002:
        yield BAD, str(settings.ARCHIVE_DATA), _("Everybody may write it: chmod o-w.")
    else:
        yield GOOD, str(settings.ARCHIVE_DATA), ""


def check_search() -> Found:
    """Pages are answered by the database while there is no index; words are not found then."""
    if not settings.SERVES_PUBLIC:
        yield GOOD, _("no readers here"), ""
        return
    if not index.being_written():
        yield WARN, _("nobody keeps the index up to date"), "manage.py reindex --follow"
    try:
        view = index.view()
    except index.Unavailable as reason:
        # Readers are served by the database meanwhile.
        saw = _("no usable index: %s") % reason
        yield WARN, saw, _("It is built by itself; at once by manage.py reindex.")
        return
    behind = index.behind(view)
    if behind:
        yield WARN, _("%d change(s) behind") % behind, _("It catches up by itself.")
    if view.generation.outdated:
        yield WARN, _("a new index is due"), _("It is built by itself; the old one is deleted.")
    if damage := soundness.damage(view.generation):
        yield WARN, _("damaged: %s") % ", ".join(damage[:3]), _("It is built by itself.")
    yield GOOD, _("%d record(s) in the index") % view.searcher.num_docs, ""


CHECKS: Final[dict[str, Callable[[], Found]]] = {
    "settings": check_settings,
    "data": check_permissions,
    "storages": check_storages,
    "filesystem": check_filesystem,
    "space": check_space,
    "database": check_database,
    "queue": check_queue,
    "keys": check_keys,
    "sealed": check_sealed,
    "public process": check_public_process,
    "clock": check_clock,
    "sandbox": check_sandbox,
    "search": check_search,
}
# What a public process has: no masters, no queue, no key, and no leave to look at the rest.
IN_PUBLIC: Final = {"settings", "keys", "public process", "clock"}
