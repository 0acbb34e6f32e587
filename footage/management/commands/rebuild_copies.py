"""Make copies of masters again: where a recipe changed, and where one is missing."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser

from footage import media, publishing
from footage.ingest.models import Master
from footage.management.commands.publish import acting
from footage.models import Clip
from footage.tasks import render
from footage.tasks.examination import lacking
from people.roles import require_person


class Command(BaseCommand):
    help = (
        "Make copies again where their recipe changed or one is missing. Safe to interrupt and to "
        "run again: it goes on with what is left. What readers see changes only with --by."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--by",
            help="user name of a publisher, who gives published records the copies made again",
        )
        parser.add_argument("--limit", type=int, help="end after so many masters with work to do")
        parser.add_argument("--dry-run", action="store_true", help="say only what would be made")

    def handle(
        self, *args: Any, by: str | None, limit: int | None, dry_run: bool, **options: Any
    ) -> None:
        publisher = acting(by) if by else None
        if publisher is not None:
            try:
                require_person(publisher, publishing.PUBLISH)
            except PermissionDenied as error:
                raise CommandError(f"{by} may not publish.") from error
        if limit is not None and limit < 1:
            raise CommandError("--limit: a number of masters, 1 or more.")
        masters = Master.objects.filter(deaccessioned_at=None, unplayable="").order_by("pk")
        keys = list(masters.exclude(technical_metadata={}).values_list("pk", flat=True))
        worked = renewed = outdated = failed = 0
        for number, key in enumerate(keys, start=1):
            if limit is not None and worked == limit:
                break
            master = Master.objects.get(pk=key)
            wanted = due(master)
            clip = Clip.objects.filter(master=master).select_related("master").first()
            stale = publishing.outdated_copies(clip) if clip else set()
            if not wanted and not (stale and publisher):
                outdated += bool(stale)
                continue
            worked += 1
            self.tell(f"{number} of {len(keys)}: {clip or master}: {said(wanted, stale)}")
            if dry_run:
                continue
            try:
                if wanted:
                    render(master)
                if clip and publisher:
                    renewed += publishing.renew_copies(clip, by=publisher) is not None
                elif clip:
                    outdated += bool(publishing.outdated_copies(clip))
            except media.Unavailable as error:
                raise CommandError(f"No media file may be opened here: {error}") from error
            except Exception as error:
                # One bad file or a full disk for one copy must not keep the others waiting.
                failed += 1
                self.stderr.write(f"    not done: {type(error).__name__}: {error}")
        self.tell(f"Worked on {worked} master(s); {renewed} published record(s) got new copies.")
        if outdated:
            self.tell(f"{outdated} published record(s) still show older copies: run with --by.")
        if failed:
            raise CommandError(f"{failed} master(s) could not be done; run again to try them.")

    def tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def due(master: Master) -> set[str]:
    """Roles to be made: all that lack, but not again those that were tried and cannot be made."""
    try:
        wanted = lacking(master)
    except ValueError:
        return set()
    if master.shortfall:
        wanted &= set(master.renditions.values_list("role", flat=True))
    return wanted


def said(wanted: set[str], stale: set[str]) -> str:
    if wanted:
        return "makes " + ", ".join(sorted(wanted))
    return "renews what readers get of " + ", ".join(sorted(stale))
