"""Look whether this archive is fit for footage, and say what to do where it is not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from footage import doctor

MARKS = {doctor.GOOD: "ok", doctor.WARN: "WARNING", doctor.BAD: "BAD"}


class Command(BaseCommand):
    help = (
        "Try settings, stores (write, sync, read back), database, queue, keys, clock, disk and "
        "sandbox, and print what to do. Exit status 1 when something is bad."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        bad = 0
        for finding in doctor.examine():
            bad += finding.state == doctor.BAD
            self.stdout.write(f"{MARKS[finding.state]:8} {finding.check}: {finding.saw}")
            if finding.do:
                self.stdout.write(f"{'':8} -> {finding.do}")
        if bad:
            raise CommandError(f"{bad} thing(s) to mend.")
