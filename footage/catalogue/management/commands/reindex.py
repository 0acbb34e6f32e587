"""Build the search index anew, or keep it up to date."""

import signal
import sys
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from footage.catalogue.index.following import Pen, build, follow
from footage.catalogue.index.generations import Busy, Unavailable, choose, only_writer, root

LOOK_AGAIN = 5.0


class Command(BaseCommand):
    help = (
        "Build the search index anew beside the one in use, then let readers have it. It can be "
        "interrupted and run again. With --follow: keep it up to date until ended."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--follow",
            action="store_true",
            help="build it where it is missing, then take in what is published, until ended",
        )

    def handle(self, *args: Any, follow: bool, **options: Any) -> None:
        if follow:
            self.follow()
            return
        try:
            with only_writer():
                self.build()
        except Busy:
            raise CommandError(
                f"Another process keeps the index in {root()} up to date ('serve' and "
                "'reindex --follow' do). To have it built anew, end that one first, or remove "
                "the directory: it is built again by itself."
            ) from None
        except Unavailable as error:
            raise CommandError(f"The index cannot be written in {root()}: {error}") from error

    def build(self) -> None:
        self.said = 0.0
        started = time.monotonic()
        generation = build(self.say)
        Pen(generation).take_in()
        choose(generation)
        self.stdout.write(f"The search index is built ({time.monotonic() - started:.0f} s).")

    def say(self, done: int, of: int) -> None:
        """Progress, once a second, where somebody watches."""
        if sys.stderr.isatty() and time.monotonic() - self.said > 1:
            self.said = time.monotonic()
            self.stderr.write(f"{done} of {of} records", ending="\r")

    def follow(self) -> None:
        ending = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: ending.set())
        while not ending.is_set():
            try:
                with only_writer():
                    follow(ending)
            except Busy:
                # Somebody else does it; this one takes over when that one ends.
                ending.wait(LOOK_AGAIN)
