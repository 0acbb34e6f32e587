"""Journalists and witnesses with what they agreed to. Legal names have a page of their own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from footage.admin import sealed_identities
from footage.admin.authorities import NamedInPublic
from footage.admin.base import OnlyText
from footage.custody.models import EventType, record
from people.models import Consent, Journalist, Person, Witness


class ConsentInline(OnlyText, admin.TabularInline):
    """Statements are added, never changed: the newest one for a use is the one that stands."""

    model = Consent
    extra = 0
    fields = ("use", "granted", "given_on", "until", "how_recorded", "recorded_by")
    readonly_fields = ("recorded_by",)
    verbose_name_plural = _("consents (sealed)")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("recorded_by")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PersonAdmin(NamedInPublic):
    change_list_template = "admin/people/change_list.html"
    list_display = ("byline_en", "byline_ar", "protection", "demonstration")
    list_filter = ("protection", "demonstration")
    search_fields = ("byline_en", "byline_ar")
    inlines = (ConsentInline,)
    fieldsets = (
        (
            _("Readers will see"),
            {
                "fields": (
                    ("byline_en", "byline_ar"),
                    "biography_en",
                    "biography_ar",
                    "demonstration",
                )
            },
        ),
        (_("Staff only"), {"fields": ("protection", "source")}),
    )

    def subject(self, person: Person) -> str:
        return f"{person._meta.db_table}:{person.pk}"

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        for formset in formsets:
            if formset.model is Consent:
                for statement in formset.save(commit=False):
                    statement.recorded_by = request.user
        super().save_related(request, form, formsets, change)
        person = form.instance
        self.record_change(request, self.subject(person), form.changed_data)
        for formset in formsets:
            for statement in getattr(formset, "new_objects", []):
                record(
                    EventType.CONSENT,
                    self.subject(person),
                    agent=request.user,
                    use=statement.use,
                    granted=statement.granted,
                )

    def get_urls(self) -> list:
        return [
            path(
                "find/",
                self.admin_site.admin_view(self.find_page),
                name=f"people_{self.opts.model_name}_find",
            ),
            path(
                "<int:object_id>/sealed/",
                self.admin_site.admin_view(self.sealed_page),
                name=f"people_{self.opts.model_name}_sealed",
            ),
            *super().get_urls(),
        ]

    def sealed_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return sealed_identities.answer(self, request, self.found(request, object_id))

    def find_page(self, request: HttpRequest) -> HttpResponse:
        return sealed_identities.find(self, request)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> Any:
        finds = request.user.has_perm(sealed_identities.LOOK)
        return super().changelist_view(request, {**(extra_context or {}), "finds": finds})

    def more_verbs(self, request: HttpRequest, object_id: str) -> list[dict]:
        if not request.user.has_perm(sealed_identities.LOOK):
            return []
        return [self.verb(object_id, "sealed", _("Legal name and contacts"), grave=True)]


@admin.register(Journalist)
class JournalistAdmin(PersonAdmin):
    pass


@admin.register(Witness)
class WitnessAdmin(PersonAdmin):
    pass
