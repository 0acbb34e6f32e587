"""The background worker: django-tasks' own, with the recovery it lacks."""

from typing import Any

from django_tasks_db.management.commands.db_worker import Command as QueueWorker

from footage.tasks import recovery, upkeep


class Command(QueueWorker):
    help = "Do the work that waits in the queue, and take up what lost workers left."

    def handle(self, *args: Any, worker_id: str, **options: Any) -> None:
        with recovery.presence(worker_id):
            if taken_up := recovery.sweep():
                self.stdout.write(f"Took up {taken_up} task(s) of a lost worker.")
            upkeep.keep_up_hourly()
            recovery.sweep_every_minute()
            super().handle(*args, worker_id=worker_id, **options)
