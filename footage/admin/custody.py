"""The chain of custody, to be read and never written here."""

from django.contrib import admin

from footage.admin.base import WorkshopAdmin
from footage.custody.models import CustodyEvent


@admin.register(CustodyEvent)
class CustodyEventAdmin(WorkshopAdmin):
    list_display = ("recorded_at", "type", "subject", "agent", "outcome")
    list_select_related = ("agent",)
    list_filter = ("type", "outcome")
    search_fields = ("subject",)
    date_hierarchy = "recorded_at"
    fields = readonly_fields = ("recorded_at", "type", "subject", "agent", "outcome", "detail")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
