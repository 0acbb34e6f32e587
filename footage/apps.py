from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class FootageConfig(AppConfig):
    name = "footage"
    verbose_name = _("Footage")

    def ready(self) -> None:
        # Publishing answers when the protection of a person tightens (people.signals).
        from footage import publishing

        publishing.listen()
        # The last app of ours: when it has migrated, every permission a role names exists.
        post_migrate.connect(_apply_roles, sender=self)


def _apply_roles(plan: Any = (), **_kwargs: Any) -> None:
    from people.roles import apply_roles

    # A step back, or part of the way, may lack permissions that roles name.
    if not any(backwards for _migration, backwards in plan):
        apply_roles()
