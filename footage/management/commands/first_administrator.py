"""Makes the first administrator, so that a new archive can be entered."""

import getpass
import os
import sys
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from people.roles import apply_roles

# Enough to take footage in, publish it and invite others. Never custodian: whoever hands out
# the keys to legal names does not hold one; the second person in an archive does.
FIRST_ROLES = ("administrator", "archivist", "publisher")


class Command(BaseCommand):
    help = "Make the first administrator if there is none; otherwise do nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        user_model = get_user_model()
        if user_model.objects.filter(groups__name="administrator", is_active=True).exists():
            return
        username = os.environ.get("ARCHIVE_ADMIN_USERNAME", "").strip()
        password = os.environ.get("ARCHIVE_ADMIN_PASSWORD", "")
        if not (username and password):
            if not sys.stdin.isatty():
                self.stdout.write(
                    "No administrator yet. Make one with: ARCHIVE_ADMIN_USERNAME=... "
                    "ARCHIVE_ADMIN_PASSWORD=... .venv/bin/python manage.py first_administrator"
                )
                return
            self.stdout.write("The archive needs its first administrator.")
            username = input("User name: ").strip()
            password = getpass.getpass("Password (12 characters or more): ")
        self.make(username, password)

    def make(self, username: str, password: str) -> None:
        user_model = get_user_model()
        user = user_model(username=username, is_staff=True)
        user.set_password(password)
        try:
            user.full_clean()
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        with transaction.atomic():
            apply_roles()
            user.save()
            user.groups.set(Group.objects.filter(name__in=FIRST_ROLES))
        self.stdout.write(
            f"{username} can sign in at /admin/ now, and sets up a second factor there."
        )
