from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    name = "footage.inbox"
    label = "inbox"
    verbose_name = _("Concerns and requests")

    def ready(self) -> None:
        if settings.SERVES_STAFF:
            # Only who holds the sealing keys can make a box that somebody can open again.
            post_migrate.connect(_make_key, sender=self)
        else:
            from footage.inbox import rights

            rights.keep_sqlite_within()


def _make_key(plan: Any = (), apps: Any = apps, **_kwargs: Any) -> None:
    from footage.inbox import desk

    # A step back, or part of the way, may be without the table.
    there = "inbox" in apps.all_models and "privatekey" in apps.all_models["inbox"]
    if there and not any(backwards for _migration, backwards in plan):
        desk.ensure_key()
