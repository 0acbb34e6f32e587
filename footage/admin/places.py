"""The gazetteer."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from footage.admin.authorities import NamedInPublic
from footage.models import Location


@admin.register(Location)
class LocationAdmin(NamedInPublic):
    list_display = ("name_en", "name_ar", "kind", "parent", "slug")
    list_select_related = ("parent",)
    list_filter = (("kind", admin.ChoicesFieldListFilter),)
    search_fields = ("name_en", "name_ar", "slug")
    autocomplete_fields = ("parent",)
    fieldsets = (
        (
            _("Readers will see"),
            {
                "fields": (
                    ("name_en", "name_ar"),
                    "slug",
                    "kind",
                    "parent",
                    ("latitude", "longitude"),
                    "polygon",
                )
            },
        ),
        (_("Staff only"), {"fields": ("variants", "source", "note")}),
    )

    def get_readonly_fields(self, request, obj=None):
        # An address, once given out, never changes.
        return ("slug",) if obj else ()
