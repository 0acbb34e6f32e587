"""The staff side: Django's admin site under the archive's name and sign-in."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

ROOMS = {
    "inbox": _("Concerns and requests"),
    "footage": _("Footage"),
    "people": _("People"),
    "ingest": _("Holdings"),
    "custody": _("Chain of custody"),
    "auth": _("Staff"),
}
RECENT = 10
LOOKED_AT = 40


class Workshop(AdminSite):
    """Django's admin, whose own sign-in pages lead to allauth's: they ask for no second factor."""

    site_title = _("Aleppo archive")
    site_header = _("Aleppo archive: workshop")
    index_title = _("Workshop")
    site_url = "/"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django offers it everywhere unasked.
        self.disable_action("delete_selected")

    def register(
        self, model_or_iterable: Any, admin_class: type[ModelAdmin] | None = None, **options: Any
    ) -> None:
        """Take in the archive's own pages alone.

        Libraries register theirs unasked (e-mail addresses, authenticators, groups, task rows),
        with deletion and fields that nobody here decided to show.
        """
        if admin_class is not None and admin_class.__module__.startswith("footage.admin."):
            super().register(model_or_iterable, admin_class, **options)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **super().each_context(request),
            "demonstration": settings.ARCHIVE_DEMONSTRATION,
            "read_only": settings.ARCHIVE_READONLY,
        }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The front page, with one's own latest acts upon what one may still see, as it is called
        now: Django shows names of long ago, also of what a new role does not open any more."""
        recent: dict[tuple[Any, Any], dict[str, Any]] = {}
        entries = LogEntry.objects.filter(user_id=request.user.pk or 0).select_related(
            "content_type"
        )
        for entry in entries[:LOOKED_AT]:
            model: Any = entry.content_type and entry.content_type.model_class()
            desk = self._registry.get(model)
            if (model, entry.object_id) in recent or not (
                desk and desk.has_view_permission(request)
            ):
                continue
            thing = desk.get_queryset(request).filter(pk=entry.object_id).first()
            if thing is not None and desk.has_view_permission(request, thing):
                address = entry.get_admin_url()
                recent[model, entry.object_id] = {"thing": thing, "address": address, "desk": desk}
            if len(recent) == RECENT:
                break
        return super().index(request, {**(extra_context or {}), "recent": [*recent.values()]})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list:
        """The rooms in the order of a clip's life, under names that staff know."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["name"] = ROOMS.get(app["app_label"], app["name"])
        rooms = list(ROOMS)
        return sorted(apps, key=lambda app: rooms.index(app["app_label"]))

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Reached signed in, by staff: there is nothing to do but go in."""
        return HttpResponseRedirect(reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_change_password"))

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:index"))
