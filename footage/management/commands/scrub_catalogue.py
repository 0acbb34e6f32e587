"""manage.py scrub_catalogue: rewrite the public tables without remains of what was withdrawn."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from footage.publishing.traces import scrub


class Command(BaseCommand):
    help = (
        "Rewrite the tables of the public catalogue, so that their files hold nothing of what was "
        "withdrawn. Readers wait meanwhile on PostgreSQL. Backups and archived logs stay."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not scrub():
            raise CommandError(
                "The tables were rewritten, but remains of what was withdrawn are still in their "
                "files: another connection holds a transaction open (a dump, a shell, a reader). "
                "Wait for it or end it (PostgreSQL lists them in pg_stat_activity), then run this "
                "again."
            )
        self.stdout.write("The catalogue's tables were rewritten.")
