"""The auditor's page: the chain of custody, read in words, filtered, followed and taken along."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from footage.admin import custody_words
from footage.admin.base import WorkshopAdmin
from footage.custody.models import CustodyEvent, EventType, record

SOFTWARE = "software"
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ByChain(admin.SimpleListFilter):
    """All that belongs to one clip or person; chosen by a link in the list, not from a list."""

    title = _("chain")
    parameter_name = "chain"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        subject = request.GET.get("chain", "")
        return [(subject, custody_words.about(subject))] if subject else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        subject = self.value()
        return queryset.filter(subject__in=custody_words.chain_of(subject)) if subject else queryset


class ByAccess(admin.SimpleListFilter):
    title = _("sealed data")
    parameter_name = "sealed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("read", _("looked at or searched"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != "read":
            return queryset
        return queryset.filter(type__in=custody_words.SEALED_ACCESS)


class ByPerson(admin.SimpleListFilter):
    title = _("colleague")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        acted = CustodyEvent.objects.order_by().values("agent").distinct()
        people = get_user_model().objects.filter(pk__in=acted).order_by("username")
        staff = [(str(person.pk), person.get_username()) for person in people]
        return [*staff, (SOFTWARE, _("the software"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or ""
        if value == SOFTWARE:
            return queryset.filter(agent__isnull=True)
        return queryset.filter(agent=value) if value.isdecimal() else queryset


@admin.register(CustodyEvent)
class CustodyEventAdmin(WorkshopAdmin):
    change_list_template = "admin/custody_events.html"
    list_display = ("when", "what", "about", "by", "how", "told")
    list_display_links = ("when",)
    list_select_related = ("agent",)
    list_filter = (ByAccess, ByChain, "type", ByPerson)
    search_fields = ("subject",)
    search_help_text = _("A reference, or a subject as the chain writes it.")
    date_hierarchy = "recorded_at"
    fields = readonly_fields = ("when", "what", "about", "by", "how", "told", "id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        known = custody_words.Known()
        for event in changelist.result_list:
            event.known = known
        return changelist

    # --- Columns ---------------------------------------------------------------------------------
    def when(self, event: CustodyEvent) -> str:
        return format_html('<bdi dir="ltr">{}</bdi>', f"{event.recorded_at:%Y-%m-%d %H:%M:%S}")

    when.short_description = _("when (UTC)")
    when.admin_order_field = "recorded_at"

    def what(self, event: CustodyEvent) -> str:
        return event.get_type_display()

    what.short_description = _("what")
    what.admin_order_field = "type"

    def about(self, event: CustodyEvent) -> str:
        known = getattr(event, "known", None) or custody_words.Known()
        words = custody_words.about(event.subject, known)
        if not custody_words.sayable(event.subject, known):
            return words
        chain = urlencode({"chain": event.subject})
        address = f"{reverse('admin:custody_custodyevent_changelist')}?{chain}"
        return format_html('<a href="{}"><bdi>{}</bdi></a>', address, words)

    about.short_description = _("about")
    about.admin_order_field = "subject"

    def by(self, event: CustodyEvent) -> str:
        name = event.agent.get_username() if event.agent else _("the software")
        return format_html("<bdi>{}</bdi>", name)

    by.short_description = _("by whom")

    def how(self, event: CustodyEvent) -> str:
        return custody_words.outcome(event)

    how.short_description = _("outcome")

    def told(self, event: CustodyEvent) -> str:
        return format_html("<bdi>{}</bdi>", custody_words.in_one_line(event) or "–")

    told.short_description = _("detail")

    # --- Taking it along -------------------------------------------------------------------------
    def get_urls(self) -> list:
        return [
            path(
                "export/",
                self.admin_site.admin_view(self.export_page),
                name="custody_custodyevent_export",
            ),
            *super().get_urls(),
        ]

    def export_page(self, request: HttpRequest) -> HttpResponseBase:
        """The events that the list shows now, with its filters, as CSV; taking it is recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        events = super().get_changelist_instance(request).queryset
        if request.method == "POST":
            known = custody_words.Known()
            rows = [_row(event, known) for event in events.order_by("recorded_at", "id")]
            record(EventType.EXPORT, "custody_custodyevent", agent=request.user, rows=len(rows))
            return _csv(rows)
        return self.ask(
            request,
            None,
            title=_("Export as CSV"),
            verb=_("Export"),
            told=(_("Events in this list: %(count)d") % {"count": events.count()},),
            consequences=(
                _("The file names colleagues and what they did. Keep it as you keep the archive."),
                _("It holds no sealed value. That you took it is recorded."),
            ),
        )


COLUMNS = ("recorded_at", "type", "what", "subject", "about", "by", "outcome", "detail", "id")


def _row(event: CustodyEvent, known: custody_words.Known) -> list[str]:
    cells = [
        event.recorded_at.astimezone(timezone.get_default_timezone()).isoformat(),
        event.type,
        event.get_type_display(),
        event.subject if custody_words.sayable(event.subject, known) else "",
        custody_words.about(event.subject, known),
        event.agent.get_username() if event.agent else "",
        event.outcome,
        custody_words.in_one_line(event),
        str(event.pk),
    ]
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in map(str, cells)]


class _Line:
    def write(self, line: str) -> str:
        return line


def _csv(rows: list[list[str]]) -> HttpResponse | StreamingHttpResponse:
    writer = csv.writer(_Line())

    def lines() -> Iterator[str]:
        # Without the mark the commonest spreadsheet garbles Arabic.
        yield "\ufeff" + writer.writerow(COLUMNS)
        yield from map(writer.writerow, rows)

    return StreamingHttpResponse(
        lines(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="custody.csv"',
            "Cache-Control": "private, no-store",
        },
    )
