"""Testimonies and the ranges of clips that carry them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from footage.admin.verbs import ByState, PublicVerbs
from footage.custody.models import CustodyEvent
from footage.models import Testimony, TestimonyRange

EVENTS_SHOWN = 50


class RangeInline(admin.TabularInline):
    model = TestimonyRange
    extra = 0
    min_num = 1
    autocomplete_fields = ("clip",)


@admin.register(Testimony)
class TestimonyAdmin(PublicVerbs):
    names = "witness"
    list_display = ("__str__", "reference", "state", "witness", "given", "legal_hold")
    list_select_related = ("witness",)
    list_filter = (ByState, "legal_hold", "demonstration")
    search_fields = ("title_en", "title_ar", "reference")
    autocomplete_fields = ("witness",)
    unlogged = frozenset({"decision_reason"})
    inlines = (RangeInline,)

    def get_fieldsets(self, request: HttpRequest, obj: Testimony | None = None) -> list:
        fieldsets = [
            (
                _("Readers will see"),
                {
                    "fields": self.nameable(
                        request,
                        (
                            ("title_en", "title_ar"),
                            "summary_en",
                            "summary_ar",
                            "original_language",
                            "languages",
                            "given",
                            "witness",
                            "credit",
                            "rights",
                            "rights_note",
                            "demonstration",
                        ),
                    )
                },
            ),
            (_("Staff only"), {"fields": ("legal_hold", "embargo_until")}),
        ]
        return [*fieldsets, *self.decision(request)]

    def panels(self, request: HttpRequest, item: Testimony) -> dict[str, Any]:
        events = CustodyEvent.objects.filter(subject=item.reference).select_related("agent")
        return {**super().panels(request, item), "custody_events": events[:EVENTS_SHOWN]}
