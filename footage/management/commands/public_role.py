"""The PostgreSQL role of the public process: exactly its rights, however it stood before."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from footage.inbox import rights


class Command(BaseCommand):
    help = (
        "Print the SQL that makes the public process's PostgreSQL role, or brings it back to "
        "exactly its rights: SELECT on the catalogue, INSERT into the inbox. Run it again after "
        "each migration. The role's password is yours to set (\\password in psql)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", nargs="?", default=settings.PUBLIC_DATABASE_ROLE)
        parser.add_argument("--apply", action="store_true", help="run it, in one transaction")

    def handle(self, *args: Any, role: str, apply: bool, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no roles: a public process there limits itself.")
        try:
            statements = rights.statements(role)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if not apply:
            self.stdout.write("".join(f"{statement};\n" for statement in statements))
            return
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        if beyond := rights.excess(role):
            raise CommandError(f"{role} can still do too much: {', '.join(beyond)}")
        self.stdout.write(f"{role} may read the catalogue, add to the inbox, and nothing else.")
