"""What a worker does by the hour, and when it begins: consents that ended, files, mirrors."""

import logging
import threading
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.files.storage import storages
from django.db import close_old_connections
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks.base import Task
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from footage import publishing
from footage.accession import adopt, draft_of_upload
from footage.inbox import desk
from footage.ingest.mirror import unmirrored
from footage.ingest.models import Master, Rendition
from footage.ingest.reconciler import Finding, reconcile
from footage.publishing import access_copies, traces
from footage.tasks.examination import ENCODING
from footage.tasks.mirroring import mirror_master
from footage.tasks.near_duplicates import find_near_duplicates, unhashed

SECONDS_BETWEEN: Final = 3600
AT_ONCE: Final = 1000
DONE_TASKS_KEPT: Final = timedelta(days=1)
log = logging.getLogger(__name__)


def keep_up() -> list[Finding]:
    """Once: end what rested on a consent that is over, silence what still shows a withdrawn
    testimony, erase what readers wrote long ago, remove copies that no row names, empty the
    database's log of what was taken away, reconcile, and put masters without a second copy or
    without hashes before the workers."""
    publishing.narrow_lapsed()
    publishing.silence_carriers()
    desk.forget()
    access_copies.sweep()
    sweep_working()
    _forget_done_tasks()
    traces.empty_log()
    found = reconcile(arrival=draft_of_upload, adopt=adopt)
    if "mirror" in settings.STORAGES:
        enqueue_unless_waiting(mirror_master, unmirrored())
    enqueue_unless_waiting(find_near_duplicates.using(queue_name=ENCODING), unhashed())
    return found


def enqueue_unless_waiting(task: Task, masters: QuerySet[Master]) -> None:
    """Put masters before the workers, unless they still have some of this task to do."""
    waiting = DBTaskResult.objects.filter(
        task_path=task.module_path,
        status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING],
    )
    if not waiting.exists():
        for master in masters[:AT_ONCE]:
            task.enqueue(master.pk)


def sweep_working(older_than: timedelta = timedelta(hours=1)) -> int:
    """Remove working copies that no row names, which lost workers left; say how many."""
    working = storages["working"]
    try:
        _folders, names = working.listdir("")
    except FileNotFoundError:
        return 0
    named = set(Rendition.objects.values_list("name", flat=True))
    oldest = timezone.now() - older_than
    orphans = [
        name for name in names if name not in named and working.get_modified_time(name) < oldest
    ]
    for name in orphans:
        working.delete(name)
    return len(orphans)


def _forget_done_tasks() -> None:
    """What went well is not asked about again; what failed stays until somebody looks."""
    done = DBTaskResult.objects.successful()
    done.filter(finished_at__lt=timezone.now() - DONE_TASKS_KEPT).delete()


def keep_up_hourly() -> None:
    """Now, and then every hour in a thread of this process until it ends."""

    def forever() -> None:
        while not threading.Event().wait(SECONDS_BETWEEN):
            close_old_connections()
            _keep_up_and_tell()

    _keep_up_and_tell()
    threading.Thread(target=forever, name="upkeep", daemon=True).start()


def _keep_up_and_tell() -> None:
    try:
        for finding in keep_up():
            log.warning("reconciler: %s: %s", finding.done, finding.what)
    except Exception:
        # A database or a disk that is away now is asked again in an hour.
        log.exception("reconciler")
