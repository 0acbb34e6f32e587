"""The background worker: django-tasks' own, with the recovery it lacks."""

from types import FrameType
from typing import Any

from django.core.management.base import CommandParser
from django.db import connections
from django_tasks_db.management.commands import db_worker

from footage.tasks import boxes, recovery, upkeep
from footage.tasks.examination import ENCODING


class Worker(db_worker.Worker):
    """A worker that, asked to end, stops at once: its task is put back and its children die.

    An encoding may last for hours; a deploy does not wait for it, nor does it count as lost.
    """

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        if self.running:
            self.running = False
            raise recovery.StoppedOnPurpose


class Command(db_worker.Command):
    help = "Do the work that waits in the queue, and take up what lost workers left."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        # A worker takes everything, unless several share the work by queues.
        parser.set_defaults(queue_name="*")

    def handle(self, *args: Any, worker_id: str, queue_name: str, **options: Any) -> None:
        db_worker.Worker = Worker  # type: ignore[misc]
        try:
            with recovery.presence(worker_id):
                if taken_up := recovery.sweep():
                    self.stdout.write(f"Took up {taken_up} task(s) of a lost worker.")
                boxes.clear()
                if queue_name != ENCODING:
                    upkeep.keep_up_hourly()
                recovery.sweep_every_minute()
                try:
                    super().handle(*args, worker_id=worker_id, queue_name=queue_name, **options)
                finally:
                    # What came between two statements may have left the connection half way.
                    connections.close_all()
                    recovery.give_back(worker_id)
        except recovery.StoppedOnPurpose:
            return
