"""Compare files on their way, rows, and the store of masters, and put right what a crash left."""

from typing import Any

from django.core.management.base import BaseCommand

from footage.tasks.upkeep import keep_up


class Command(BaseCommand):
    help = (
        "Compare uploads, rows and the store of masters. Adopts, sets aside or reports what does "
        "not fit; never removes a master. Safe to run at any time and again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = keep_up()
        for finding in found:
            self.stdout.write(f"{finding.done}: {finding.what}")
        self.stdout.write(f"{len(found)} finding(s).")
