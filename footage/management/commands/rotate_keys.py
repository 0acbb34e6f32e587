"""Seal again, under the newest key, what older ones sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from footage import identities
from people import sealing


class Command(BaseCommand):
    help = (
        "Put the new key first in ARCHIVE_KEYS, keep the old one behind it, restart, and run this: "
        "sealed identities, their search and second factors go under the new key, row by row. It "
        "can be stopped and run again. Remove the old key when `doctor` no longer names it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not sealing.key_ids():
            raise CommandError("There is no sealing key: set ARCHIVE_KEYS.")
        tally = identities.Rotation()
        for number, tally in enumerate(identities.rotate(), 1):
            if number % 100 == 0:
                self.stdout.write(f"{number} rows looked at, {tally.done} sealed again")
        self.stdout.write(f"{tally.done} rows sealed again under key {sealing.key_ids()[0]}.")
        for refusal in tally.refused:
            self.stderr.write(refusal)
        if tally.refused:
            raise CommandError(
                f"{len(tally.refused)} rows do not open and were left as they are. Put the key "
                "they name back into ARCHIVE_KEYS and run this again."
            )
