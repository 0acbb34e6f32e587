"""Journalists and witnesses with what they agreed to. Legal names have a page of their own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from footage import publishing
from footage.admin import consents, sealed_identities
from footage.admin.authorities import NamedInPublic
from footage.admin.base import isolated
from people.models import Consent, Journalist, Person, Witness


class PersonAdmin(NamedInPublic):
    change_list_template = "admin/people/change_list.html"
    list_display = ("byline_en", "byline_ar", "protection", "demonstration")
    list_filter = ("protection", "demonstration")
    search_fields = ("byline_en", "byline_ar")
    unlogged = frozenset({"consent"})
    inlines = (consents.ConsentInline,)
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

    def left_as_it_is(self, item: Any) -> list[str]:
        if not (found := publishing.earlier_names_said(item)):
            return []
        return [
            _(
                "Words that say an earlier byline stay: revise these first if it must not be found "
                "any more. %(references)s"
            )
            % {"references": " · ".join(isolated(each) for each in found)}
        ]

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
                consents.note(self, request, statement)

    def get_urls(self) -> list:
        return [
            path(
                "find/",
                self.admin_site.admin_view(self.find_page),
                name=f"people_{self.opts.model_name}_find",
            ),
            path(
                "<int:object_id>/consent/",
                self.admin_site.admin_view(self.consent_page),
                name=f"people_{self.opts.model_name}_consent",
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

    def consent_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return consents.answer(self, request, self.found(request, object_id))

    def find_page(self, request: HttpRequest) -> HttpResponse:
        return sealed_identities.find(self, request)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> Any:
        finds = request.user.has_perm(sealed_identities.LOOK)
        return super().changelist_view(request, {**(extra_context or {}), "finds": finds})

    def change_view(self, request: HttpRequest, object_id: str, *given: Any, **more: Any) -> Any:
        person = self.get_object(request, object_id)
        if person and request.user.has_perm("people.view_consent"):
            self.record_sealed_view(request, self.subject(person))
        return super().change_view(request, object_id, *given, **more)

    def more_verbs(self, request: HttpRequest, object_id: str) -> list[dict]:
        verbs = []
        if request.user.has_perm(consents.ADD):
            verbs.append(self.verb(object_id, "consent", _("Record consent or refusal")))
        if request.user.has_perm(sealed_identities.LOOK):
            verbs.append(self.verb(object_id, "sealed", _("Legal name and contacts"), grave=True))
        return verbs


@admin.register(Journalist)
class JournalistAdmin(PersonAdmin):
    pass


@admin.register(Witness)
class WitnessAdmin(PersonAdmin):
    pass
