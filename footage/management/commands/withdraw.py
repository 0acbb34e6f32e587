"""Withdraw one clip or testimony from the command line."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from footage import publishing
from footage.management.commands.publish import acting
from footage.references import ReferenceError, parse_reference
from footage.vocabularies import WITHDRAWAL_REASONS


class Command(BaseCommand):
    help = "Withdraw a published record: a tombstone answers from the next request on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference")
        parser.add_argument("--reason", required=True, choices=WITHDRAWAL_REASONS.codes)
        parser.add_argument("--by", required=True, help="user name of the publisher who acts")

    def handle(self, *args: Any, reference: str, reason: str, by: str, **options: Any) -> None:
        try:
            row = publishing.withdraw(parse_reference(reference), reason=reason, by=acting(by))
        except ReferenceError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except PermissionDenied as error:
            raise CommandError(f"{by} is not a publisher.") from error
        self.stdout.write(f"{row.reference} is withdrawn.")
