"""Publish or revise one clip or testimony from the command line."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from footage import publishing
from footage.models import Clip, Testimony
from footage.references import ReferenceError, parse_reference


class Command(BaseCommand):
    help = "Publish a clip or testimony, or revise it when it is published already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="as shown in the admin, e.g. AA-7Q2K-M3XT-H")
        parser.add_argument("--by", required=True, help="user name of the publisher who acts")
        parser.add_argument(
            "--despite-giveaways",
            action="store_true",
            help="publish although neighbouring records give away what is coarsened; recorded",
        )

    def handle(
        self, *args: Any, reference: str, by: str, despite_giveaways: bool, **options: Any
    ) -> None:
        item = item_of(reference)
        given_away = publishing.undecided(item)
        for each in given_away:
            self.stdout.write(f"{each.of}: its {each.what} is given away by {each.teller}")
        act = publishing.revise if publishing.state_of(item) == "published" else publishing.publish
        try:
            despite = [each.key for each in given_away] if despite_giveaways else []
            row = act(item, by=acting(by), despite=despite)
        except publishing.NotPublishable as refusal:
            raise CommandError(
                "\n".join(f"{reason.code}: {reason.message}" for reason in refusal.reasons)
            ) from refusal
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{row.reference} is public, version {row.version}.")


def item_of(reference: str) -> Clip | Testimony:
    """The workshop's row of that reference. Raises CommandError."""
    try:
        canonical = parse_reference(reference)
    except ReferenceError as error:
        raise CommandError(str(error)) from error
    for model in (Clip, Testimony):
        item = model.objects.filter(reference=canonical).first()
        if item is not None:
            return item
    raise CommandError(f"Nothing has the reference {canonical}.")


def acting(username: str) -> Any:
    """The member of staff who acts. Raises CommandError."""
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"No active member of staff is called {username}.")
    return user
