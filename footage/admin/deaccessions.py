"""The two-person queue: one asks that a master leaves the holdings, another one decides."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from footage.accession import approve_deaccession, refuse_deaccession
from footage.admin.base import WorkshopAdmin, require
from footage.ingest.models import Deaccession

DECIDE = "ingest.change_deaccession"


@admin.register(Deaccession)
class DeaccessionAdmin(WorkshopAdmin):
    change_form_template = "admin/named_change_form.html"
    list_display = ("reference", "asked_at", "asked_by", "decided_by", "granted")
    list_select_related = ("asked_by", "decided_by")
    list_filter = ("granted",)
    search_fields = ("reference",)
    fields = readonly_fields = (
        "reference",
        "size",
        "reason",
        "asked_by",
        "asked_at",
        "decided_by",
        "decided_at",
        "granted",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def size(self, request: Deaccession) -> int:
        return request.master.bytes

    size.short_description = _("size in bytes")

    def get_urls(self) -> list:
        return [
            path(
                f"<uuid:object_id>/{answer}/",
                self.admin_site.admin_view(self.decide_page),
                {"granted": answer == "grant"},
                name=f"ingest_deaccession_{answer}",
            )
            for answer in ("grant", "refuse")
        ] + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        wanted = self.get_object(request, object_id)
        verbs = []
        open_to_me = wanted and not wanted.decided_at and wanted.asked_by_id != request.user.pk
        if open_to_me and request.user.has_perm(DECIDE):
            verbs = [
                self.verb(object_id, "grant", _("Let it leave"), grave=True),
                self.verb(object_id, "refuse", _("Keep it")),
            ]
        extra = {**(extra_context or {}), "verbs": verbs, "show_save": False}
        extra |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().change_view(request, object_id, form_url, extra_context=extra)

    def decide_page(self, request: HttpRequest, object_id: Any, granted: bool) -> HttpResponse:
        wanted = self.found(request, object_id)
        require(request, DECIDE)
        if wanted.decided_at:
            raise Http404
        if request.method == "POST":
            try:
                (approve_deaccession if granted else refuse_deaccession)(wanted, by=request.user)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                self.log_change(request, wanted, str(_("Decided.")))
                messages.success(request, _("The decision is recorded."))
            return self.back_to(wanted)
        return self.ask(
            request,
            wanted,
            title=_("Let it leave") if granted else _("Keep it"),
            verb=_("Let it leave") if granted else _("Keep it"),
            grave=granted,
            consequences=(
                (
                    _("The master and its working copies are removed for good."),
                    _("The same file is not taken in again."),
                )
                if granted
                else (_("The master stays. The draft it came from does not return."),)
            ),
        )
