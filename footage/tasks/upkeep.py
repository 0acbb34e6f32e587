"""What a worker does by the hour, and when it begins: consents that ended, files, mirrors."""

import logging
import threading
from typing import Final

from django.conf import settings
from django.db import close_old_connections
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from footage import publishing
from footage.accession import adopt, draft_of_upload
from footage.ingest.mirror import unmirrored
from footage.ingest.reconciler import Finding, reconcile
from footage.publishing import traces
from footage.tasks.mirroring import mirror_master

SECONDS_BETWEEN: Final = 3600
MIRRORED_AT_ONCE: Final = 1000
log = logging.getLogger(__name__)


def keep_up() -> list[Finding]:
    """Once: end what rested on a consent that is over, empty the database's log of what was taken
    away, reconcile, and put masters without a second copy before the workers."""
    publishing.narrow_lapsed()
    traces.empty_log()
    found = reconcile(arrival=draft_of_upload, adopt=adopt)
    if "mirror" in settings.STORAGES:
        waiting = DBTaskResult.objects.filter(
            task_path=mirror_master.module_path,
            status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING],
        )
        if not waiting.exists():
            for master in unmirrored()[:MIRRORED_AT_ONCE]:
                mirror_master.enqueue(master.pk)
    return found


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
