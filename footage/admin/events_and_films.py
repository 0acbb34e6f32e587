"""Events that several clips show, and films made from them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from footage.admin.authorities import NamedInPublic
from footage.models import Event, Film, FilmShot

TEXTS = (("title_en", "title_ar"), "summary_en", "summary_ar")


class KeepsItsSlug(NamedInPublic):
    def get_readonly_fields(self, request, obj=None):
        # An address, once given out, never changes.
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ("title_en",)}


@admin.register(Event)
class EventAdmin(KeepsItsSlug):
    list_display = ("__str__", "happened", "location", "demonstration")
    list_select_related = ("location",)
    list_filter = ("demonstration",)
    search_fields = ("title_en", "title_ar", "slug")
    autocomplete_fields = ("location",)
    fieldsets = (
        (
            _("Readers will see"),
            {
                "fields": (
                    *TEXTS,
                    "slug",
                    "happened",
                    "location",
                    "source_en",
                    "source_ar",
                    "demonstration",
                )
            },
        ),
    )


class ShotInline(admin.TabularInline):
    model = FilmShot
    extra = 0
    autocomplete_fields = ("clip",)


@admin.register(Film)
class FilmAdmin(KeepsItsSlug):
    list_display = ("__str__", "broadcast_on", "demonstration")
    search_fields = ("title_en", "title_ar", "slug")
    autocomplete_fields = ("witnesses",)
    inlines = (ShotInline,)

    fieldsets = (
        (
            _("Readers will see"),
            {
                "fields": (
                    *TEXTS,
                    "slug",
                    ("broadcast_title_en", "broadcast_title_ar"),
                    ("broadcaster_en", "broadcaster_ar"),
                    "broadcast_on",
                    "source_en",
                    "source_ar",
                    "witnesses",
                    "demonstration",
                )
            },
        ),
    )
