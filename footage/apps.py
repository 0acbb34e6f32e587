from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FootageConfig(AppConfig):
    name = "footage"
    verbose_name = _("Footage")

    def ready(self) -> None:
        # Publishing answers when the protection of a person tightens (people.signals).
        from footage import publishing

        publishing.listen()
