"""Load the demonstration collection and print its sign-ins. Repeatable."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from footage.demonstration.cast import SignIn, sign_ins_file
from footage.demonstration.loading import load


class Command(BaseCommand):
    help = (
        "Load an invented collection that shows how the archive works, and print its sign-ins. "
        "Only where ARCHIVE_DEMONSTRATION is set. Run again, it adds what is missing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ARCHIVE_DEMONSTRATION:
            raise CommandError(
                "This archive is for real footage, so nothing invented is added to it. "
                "Use `make demo`, or another ARCHIVE_DATA with ARCHIVE_DEMONSTRATION=1."
            )
        started = time.monotonic()
        try:
            loaded = load(self.report)
        except LookupError as error:
            raise CommandError(f"Run `manage.py load_reference` first: {error}.") from error
        if loaded.added:
            seconds = time.monotonic() - started
            self.stdout.write(
                f"The demonstration is loaded: {loaded.added} clips, {seconds:.0f} s."
            )
        if loaded.waiting:
            self.stdout.write(
                f"{loaded.waiting} clips wait as drafts: media files cannot be opened safely on "
                "this machine (see `manage.py doctor`)."
            )
        self.print_sign_ins(loaded.sign_ins)

    def report(self, done: int, of: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\rMaking the demonstration: {done} of {of} clips ", ending="")
            if done == of:
                self.stdout.write("")
        elif done % 10 == 0 or done == of:
            self.stdout.write(f"Making the demonstration: {done} of {of} clips")
        self.stdout.flush()

    def print_sign_ins(self, sign_ins: list[SignIn]) -> None:
        self.stdout.write(f"Sign in at {settings.BASE_URL}/admin/ as one of these:")
        for sign_in in sign_ins:
            self.stdout.write(f"    {sign_in.username:<22}{sign_in.password}")
        self.stdout.write(f"They are kept in {sign_ins_file()}.")
