"""manage.py scrub_catalogue: rewrite the public tables without remains of what was withdrawn."""

from typing import Any

from django.core.management.base import BaseCommand

from footage.publishing.traces import scrub


class Command(BaseCommand):
    help = (
        "Rewrite the tables of the public catalogue, so that their files hold nothing of what was "
        "withdrawn. Readers wait meanwhile on PostgreSQL. Backups and archived logs stay."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        scrub()
        self.stdout.write("The catalogue's tables were rewritten.")
