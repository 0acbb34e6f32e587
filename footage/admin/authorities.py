"""Publish a name: the verb of people, places, events and films."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from footage import publishing
from footage.admin.base import WorkshopAdmin, require
from footage.publishing.reasons import PUBLISH


class NamedInPublic(WorkshopAdmin):
    """Something whose name and text stand in the catalogue apart from any record."""

    change_form_template = "admin/named_change_form.html"

    def get_urls(self) -> list:
        return [
            path(
                "<int:object_id>/publish-name/",
                self.admin_site.admin_view(self.publish_name_page),
                name=f"{self.opts.app_label}_{self.opts.model_name}_publish_name",
            ),
            *super().get_urls(),
        ]

    def publish_name_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        item = self.found(request, object_id)
        require(request, PUBLISH)
        reasons: list = []
        if request.method == "POST":
            try:
                publishing.publish_authority(item, by=request.user)
            except publishing.NotPublishable as refusal:
                reasons = refusal.reasons
            else:
                self.log_change(request, item, str(_("Name published.")))
                messages.success(request, _("The name and text are public as they stand now."))
                return self.back_to(item)
        return self.ask(
            request,
            item,
            title=_("Publish the name and text"),
            verb=_("Publish"),
            reasons=reasons,
            possible=not reasons,
            consequences=(
                _("Readers see the name and text as they stand here, in both languages."),
                _("A changed byline gets a new address; the old address answers “not found”."),
                *self.left_as_it_is(item),
            ),
        )

    def left_as_it_is(self, item: Any) -> list[str]:
        """What publishing does not change although somebody may believe it does."""
        return []

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        verbs = []
        if request.user.has_perm(PUBLISH):
            verbs.append(self.verb(object_id, "publish_name", _("Publish the name and text")))
        extra = {**(extra_context or {}), "verbs": [*verbs, *self.more_verbs(request, object_id)]}
        return super().change_view(request, object_id, form_url, extra_context=extra)

    def more_verbs(self, request: HttpRequest, object_id: str) -> list[dict]:
        return []
