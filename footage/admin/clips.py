"""The clip: taken in with its file, described, shown to readers and taken back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from footage import publishing
from footage.accession import AlreadyHeld
from footage.admin import (
    near_duplicates,
    suggestions,
    taking_in,
    technical,
    uploading,
    working_copies,
)
from footage.admin.base import SEALED_CLIP, OnlyText, require, title_and_reference
from footage.admin.verbs import ByState, PublicVerbs
from footage.custody.models import CustodyEvent
from footage.ingest.models import Rendition
from footage.media import REASONS as UNPLAYABLE
from footage.models import Appearance, Clip, ClipAdvisory, FilmShot, TestimonyRange, Transcript
from footage.models.fields import said
from footage.references import ReferenceError as NotAReference
from footage.references import parse_reference
from footage.tasks.progress import look_again, progress_of

READERS = (
    ("title_en", "title_ar"),
    "summary_en",
    "summary_ar",
    "original_language",
    "languages",
    "filmed",
    "filmed_precision",
    "filmed_basis",
    "filmed_confidence",
    "location",
    "location_precision",
    "location_basis",
    "location_confidence",
    "events",
    "subjects",
    "journalist",
    "credit",
    "advisory_level",
    "verification",
    "rights",
    "rights_note",
    "verifiable_in_public",
    "demonstration",
)
STAFF = ("kind", "embargo_until")
LOOK_AGAIN = "ingest.look_again_master"
SEALED = (("latitude", "longitude"), "original_filename", "source_note", "custody_note")
EVENTS_SHOWN = 50
Terms = admin.ChoicesFieldListFilter


class ByFile(admin.SimpleListFilter):
    """Clips whose files need somebody: by what the examination found."""

    title = _("file")
    parameter_name = "file"
    FOUND = {
        "unexamined": (
            _("not yet examined"),
            Q(master__technical_metadata={}, master__unplayable=""),
        ),
        "unplayable": (_("does not play"), ~Q(master__unplayable="")),
        "missing": (_("a copy is missing"), ~Q(master__shortfall="")),
        "incomplete": (_("incomplete"), Q(master__incomplete=True)),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(code, label) for code, (label, _condition) in self.FOUND.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        found = self.FOUND.get(self.value() or "")
        return queryset.filter(found[1]) if found else queryset


class AdvisoryInline(admin.TabularInline):
    model = ClipAdvisory
    extra = 0


class AppearanceInline(OnlyText, admin.StackedInline):
    model = Appearance
    extra = 0
    autocomplete_fields = ("witness",)
    verbose_name_plural = _("appearances (sealed)")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TranscriptInline(admin.TabularInline):
    """Transcripts have a page of their own, where subtitles come in and are mended."""

    model = Transcript
    extra = 0
    max_num = 0
    can_delete = False
    fields = readonly_fields = ("page", "status", "segments")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("segments")

    def page(self, transcript: Transcript) -> str:
        address = reverse("admin:footage_transcript_change", args=[transcript.pk])
        return format_html('<a href="{}">{}</a>', address, transcript.get_language_display())

    page.short_description = _("language")

    def segments(self, transcript: Transcript) -> int:
        return len(transcript.segments.all())

    segments.short_description = _("segments")


class RangeOfTestimonyInline(admin.TabularInline):
    model = TestimonyRange
    verbose_name_plural = _("testimonies heard in it")
    extra = 0
    autocomplete_fields = ("testimony",)


class ShotInline(admin.TabularInline):
    model = FilmShot
    extra = 0


@admin.register(Clip)
class ClipAdmin(PublicVerbs):
    change_form_template = "admin/footage/clip/change_form.html"
    names = "journalist"
    list_display = ("name", "state", "location", "filmed", "journalist")
    list_display_links = ("name",)
    list_select_related = ("location", "journalist")
    list_filter = (
        ByState,
        ByFile,
        *((field, Terms) for field in ("kind", "advisory_level", "verification")),
        "demonstration",
    )
    search_fields = ("title_en", "title_ar", "reference")
    search_help_text = _("Words of a title, or a reference.")
    date_hierarchy = "filmed_from"
    ordering = ("-accessioned_at", "-pk")
    autocomplete_fields = ("location", "journalist", "events")
    unlogged = frozenset({"latitude", "longitude", *SEALED[1:], "decision_reason", "appearance"})
    readonly_fields = ("original_filename",)
    inlines = (
        AdvisoryInline,
        AppearanceInline,
        TranscriptInline,
        RangeOfTestimonyInline,
        ShotInline,
    )

    # --- The form ------------------------------------------------------------------------------
    def get_fieldsets(self, request: HttpRequest, obj: Clip | None = None) -> list:
        sealed = request.user.has_perm(SEALED_CLIP)
        fieldsets = [
            (_("Readers will see"), {"fields": self.nameable(request, READERS)}),
            (_("Staff only"), {"fields": STAFF}),
        ]
        if sealed:
            fieldsets.append((_("Sealed"), {"fields": SEALED}))
        return [*fieldsets, *self.decision(request)]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if publishing.protect(form.instance):
            messages.warning(
                request,
                _(
                    "The clip was public and is withdrawn: somebody in it is at risk or does not "
                    "consent."
                ),
            )

    # --- Lists -----------------------------------------------------------------------------------
    def name(self, clip: Clip) -> str:
        return title_and_reference(clip)

    name.short_description = _("title")
    name.admin_order_field = "title_en"

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        try:
            return queryset.filter(reference=parse_reference(search_term)), False
        except NotAReference:
            return super().get_search_results(request, queryset, search_term)

    # --- The file --------------------------------------------------------------------------------
    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:object_id>/suggestion/<slug:field>/",
                view(self.use_suggestion),
                name="footage_clip_use_suggestion",
            ),
            path("<int:object_id>/replace/", view(self.replace_page), name="footage_clip_replace"),
            path(
                "<int:object_id>/look-again/",
                view(self.look_again_page),
                name="footage_clip_look_again",
            ),
            path("<int:object_id>/discard/", view(self.discard_page), name="footage_clip_discard"),
            *uploading.addresses(self),
            path("working/<str:name>/", view(self.working_copy), name="footage_clip_working"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A clip begins with its file. Not inside a transaction: the bytes come first."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = taking_in.AddClipForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                clip = form.save(by=request.user)
            except AlreadyHeld as held:
                messages.warning(request, str(held))
                return self.back_to(held.clip)
            if clip is not None:
                self.log_addition(request, clip, str(_("Taken in.")))
                messages.success(
                    request,
                    _("The file is in the archive. It is now being examined and copied."),
                )
                return self.back_to(clip)
        return self.ask(request, None, title=_("Add clip"), verb=_("Take in"), form=form)

    def replace_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        clip = self.found(request, object_id)
        require(request, "footage.add_clip")
        if taking_in.was_public(clip):
            return self.not_now(request, clip)
        form = taking_in.ReplaceFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                if form.save(clip, by=request.user):
                    self.log_change(request, clip, str(_("File replaced.")))
                    messages.success(request, _("The clip has the new file."))
                    return self.back_to(clip)
            except (AlreadyHeld, ValidationError) as error:
                form.add_error("file", said_of(error))
        return self.ask(
            request,
            clip,
            title=_("Replace the file"),
            verb=_("Replace"),
            form=form,
            consequences=(
                _("The description stays; the new file is examined from the beginning."),
                _("The old file waits until a second person decides whether it leaves."),
            ),
        )

    def discard_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        clip = self.found(request, object_id)
        require(request, "ingest.add_deaccession")
        if taking_in.was_public(clip):
            return self.not_now(request, clip)
        form = taking_in.DiscardForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    self.log_deletions(request, Clip.objects.filter(pk=clip.pk))
                    taking_in.forget_titles(clip)
                    taking_in.discard_clip(
                        clip, by=request.user, reason=form.cleaned_data["reason"]
                    )
            except ValidationError as error:
                form.add_error(None, said_of(error))
            else:
                messages.success(request, _("The draft is discarded."))
                return HttpResponseRedirect(reverse("admin:footage_clip_changelist"))
        return self.ask(
            request,
            clip,
            title=_("Discard the draft"),
            verb=_("Discard"),
            form=form,
            grave=True,
            consequences=(
                _("The description is gone; the reference is never used again."),
                _("The file waits until a second person decides whether it leaves the archive."),
            ),
        )

    def look_again_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        clip = self.found(request, object_id)
        require(request, LOOK_AGAIN)
        if request.method == "POST":
            look_again(clip.master, by=request.user)
            self.log_change(request, clip, str(_("Another look at the file asked for.")))
            messages.success(request, _("The file is looked at again. Load the page in a moment."))
            return self.back_to(clip)
        return self.ask(
            request,
            clip,
            title=_("Look at the file again"),
            verb=_("Look again"),
            consequences=(
                _("The file is examined again, before all other work that waits."),
                _("Copies that are missing or damaged are made; those that are whole stay."),
                _("What readers see does not change."),
            ),
        )

    def use_suggestion(self, request: HttpRequest, object_id: int, field: str) -> HttpResponse:
        clip = self.found(request, object_id)
        if request.method != "POST":
            return self.back_to(clip)
        if not self.has_change_permission(request, clip):
            raise PermissionDenied
        try:
            filled = suggestions.use(clip, field)
        except LookupError:
            messages.warning(request, _("This suggestion does not stand any more."))
        else:
            self.record_change(request, clip.reference, filled)
            with override(None):  # the history translates the names for whoever reads it
                names = [str(Clip._meta.get_field(name).verbose_name) for name in filled]
            self.log_change(request, clip, [{"changed": {"fields": names}}])
            messages.success(request, _("The suggestion is taken over. You can still change it."))
        return self.back_to(clip)

    def working_copy(self, request: HttpRequest, name: str) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return working_copies.stream(request, name)

    # --- Panels ----------------------------------------------------------------------------------
    def panels(self, request: HttpRequest, item: Clip) -> dict[str, Any]:
        copies = {copy.role: copy for copy in item.master.renditions.all()}
        return {
            **super().panels(request, item),
            "master": item.master,
            "unplayable": said(*UNPLAYABLE.get(item.master.unplayable, ("", ""))),
            "shortfall": said(*UNPLAYABLE.get(item.master.shortfall, ("", ""))),
            "work": (work := progress_of(item.master)),
            "missing": [Rendition.Role(role).label for role in work.missing],
            "may_look_again": request.user.has_perm(LOOK_AGAIN),
            "poster": copies.get(Rendition.Role.POSTER),
            "playable": copies.get(Rendition.Role.PLAYABLE),
            "sound": copies.get(Rendition.Role.SOUND),
            "photograph": copies.get(Rendition.Role.PHOTOGRAPH),
            "technical": self.technical(request, item),
            "suggested": suggestions.shown(item)
            if self.has_change_permission(request, item)
            else None,
            "near_duplicates": near_duplicates.of(request, item),
            "custody_events": CustodyEvent.objects.filter(
                subject__in=(item.reference, f"master:{item.master_id}")
            ).select_related("agent")[:EVENTS_SHOWN],
        }

    def technical(
        self, request: HttpRequest, clip: Clip
    ) -> list[tuple[Any, list[technical.Row]]] | None:
        """What the file says of itself, for those who may know: it names places and devices."""
        user = request.user
        if not (user.has_perm(SEALED_CLIP) or user.has_perm("ingest.view_master")):
            return None
        return technical.groups(clip.master.technical_metadata, clip.master.credentials)

    def verbs(self, request: HttpRequest, item: Clip, state: str) -> list[dict[str, Any]]:
        verbs = super().verbs(request, item, state)
        if request.user.has_perm(LOOK_AGAIN):
            verbs.append(self.verb(item.pk, "look_again", _("Look at the file again")))
        if state == "draft":
            if request.user.has_perm("footage.add_clip"):
                verbs.append(self.verb(item.pk, "replace", _("Replace the file")))
            if request.user.has_perm("ingest.add_deaccession"):
                verbs.append(self.verb(item.pk, "discard", _("Discard"), grave=True))
        return verbs


def said_of(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
