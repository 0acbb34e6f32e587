"""How far the work on a master is, as its clip's page tells it, and the way to begin it again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import models, transaction
from django.utils import timezone
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from footage import media
from footage.custody.models import EventType, record
from footage.ingest.models import Master, Rendition
from footage.tasks.examination import examine_master, lacking, make_renditions, read_credentials
from footage.tasks.recovery import NOT_CONFINED

TASKS: Final = (examine_master, make_renditions, read_credentials)
# Somebody sits before the page and waits.
SOON: Final = 50


@dataclass(frozen=True)
class Progress:
    """`copies`: made and whole. `missing`: roles due and not made. `since`: a worker is at it.

    `waiting`: so many tasks stand in the queue. `given_up`: tasks that were lost with their
    worker too often, or broke off with an error. `not_confined`: it waits for a machine that
    confines the programs which open media files.
    """

    copies: list[Rendition]
    missing: list[str]
    since: datetime | None
    waiting: int
    given_up: int
    not_confined: bool

    @property
    def stuck(self) -> bool:
        """Whether nothing more will happen unless somebody asks for it."""
        return bool(self.given_up or (self.missing and not self.waiting and not self.since))


def progress_of(master: Master) -> Progress:
    """Four queries, and one look in the working store for each copy."""
    tasks = tasks_of(master).exclude(status=TaskResultStatus.SUCCESSFUL)
    found = list(tasks.values_list("status", "started_at"))
    put_off = tasks.filter(status=TaskResultStatus.READY, run_after__gt=timezone.now())
    try:
        missing = lacking(master) if master.examined and not master.unplayable else set()
    except ValueError:
        missing = set()
    order = [recipe.role for recipe in media.RECIPES.values()]
    copies = [copy for copy in master.renditions.all() if copy.role not in missing]
    return Progress(
        copies=sorted(copies, key=lambda copy: order.index(copy.role)),
        missing=sorted(missing, key=order.index),
        since=min(
            (began for status, began in found if status == TaskResultStatus.RUNNING and began),
            default=None,
        ),
        waiting=sum(status == TaskResultStatus.READY for status, _ in found),
        given_up=sum(status == TaskResultStatus.FAILED for status, _ in found),
        # Without a time a task stands at the end of all times.
        not_confined=put_off.filter(run_after__lt=timezone.now() + NOT_CONFINED * 2).exists(),
    )


def tasks_of(master: Master) -> models.QuerySet[DBTaskResult]:
    return DBTaskResult.objects.filter(
        task_path__in=[task.module_path for task in TASKS], args_kwargs__args__0=master.pk
    )


def look_again(master: Master, *, by: Any) -> None:
    """Have a file examined again, and the copies made that are missing. What stands stays.

    Asked for twice in a row it is done once.
    """
    with transaction.atomic():
        held = Master.objects.select_for_update().get(pk=master.pk)
        tasks_of(held).failed().delete()
        asked = tasks_of(held).filter(
            task_path=examine_master.module_path, status=TaskResultStatus.READY
        )
        if asked.update(priority=SOON):
            return
        held.unplayable = held.shortfall = ""
        held.save(update_fields=["unplayable", "shortfall"])
        record(EventType.REEXAMINATION, f"master:{held.pk}", agent=by)
        examine_master.using(priority=SOON).enqueue(held.pk, again=True)
