"""Many files at once: the upload page, and the list of drafts to describe next.

With scripts the page sends its files over tus (see `upload_addresses`); without, its form sends
them in one request. Both end in the same write path and the same drafts.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from footage.accession import AlreadyHeld
from footage.admin import suggestions, taking_in
from footage.admin.base import SEALED_CLIP
from footage.admin.upload_addresses import page_of
from footage.ingest.models import Rendition
from footage.media import REASONS as UNPLAYABLE
from footage.models import Clip, Location
from footage.models.fields import said
from footage.publishing.states import in_state

DRAFTS_PER_PAGE = 24


def addresses(clips: Any) -> list[URLPattern]:
    """The two pages, below those of `clips` (the ModelAdmin of clips)."""
    view, given = clips.admin_site.admin_view, {"clips": clips}
    return [
        path("upload/", view(upload_page), given, name="footage_clip_upload"),
        path("describe/", view(describe_page), given, name="footage_clip_describe"),
    ]


# --- The upload page -----------------------------------------------------------------------------
class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files, as a list."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(file, initial) for file in data or [None]]


class FilesForm(forms.Form):
    recordings = FilesField(
        label=_("files"),
        widget=ManyFiles(attrs={"multiple": True, "accept": taking_in.FORMATS}),
        max_length=None,
    )
    source_note = taking_in.AddClipForm.base_fields["source_note"]


def upload_page(request: HttpRequest, clips: Any) -> HttpResponse:
    if not clips.has_add_permission(request):
        raise PermissionDenied
    form = FilesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        source = form.cleaned_data["source_note"]
        taken = [
            clip
            for file in form.cleaned_data["recordings"]
            if (clip := take_in(request, file, source)) is not None
        ]
        if taken:
            for clip in taken:
                clips.log_addition(request, clip, str(_("Taken in.")))
            said_so = ngettext(
                "%(count)d file is in the archive. It is now being examined and copied.",
                "%(count)d files are in the archive. They are now being examined and copied.",
                len(taken),
            )
            messages.success(request, said_so % {"count": len(taken)})
            return HttpResponseRedirect(reverse("admin:footage_clip_describe"))
        return HttpResponseRedirect(reverse("admin:footage_clip_upload"))
    context = {
        **clips.admin_site.each_context(request),
        "title": _("Upload files"),
        "opts": clips.opts,
        "form": form,
        "waiting": to_describe().count() if clips.has_view_permission(request) else 0,
    }
    return TemplateResponse(request, "admin/uploads.html", context)


def take_in(request: HttpRequest, file: Any, source_note: str) -> Clip | None:
    """The new draft of one file of the form, or None with a message that says why not."""
    form = taking_in.AddClipForm({"source_note": source_note}, MultiValueDict({"file": [file]}))
    reason: Any
    try:
        if form.is_valid() and (clip := form.save(by=request.user)) is not None:
            return clip
        reason = " ".join(map(str, form.errors.get("file", [])))
    except AlreadyHeld as held:
        reason = _("The archive holds this file already.")
        if page := page_of(held.clip.master, request.user):
            reason = format_html('<a href="{}">{}</a>', page, reason)
    messages.warning(request, format_html("<bdi>{}</bdi>: {}", file.name, reason))
    return None


# --- The list to describe next -------------------------------------------------------------------
def to_describe() -> Any:
    """Drafts without a title in either language, the latest first."""
    untitled = Clip.objects.filter(title_en="", title_ar="")
    return in_state(untitled, "draft").order_by("-accessioned_at", "-pk")


def describe_page(request: HttpRequest, clips: Any) -> HttpResponse:
    """What came in and still needs words, with what the machine proposes. Six queries a page."""
    if not clips.has_view_permission(request):
        raise PermissionDenied
    posters = Rendition.objects.filter(role__in=(Rendition.Role.POSTER, Rendition.Role.PHOTOGRAPH))
    drafts = to_describe().select_related("master__received_by")
    drafts = drafts.prefetch_related(
        Prefetch("master__renditions", posters.order_by("role"), to_attr="pictures")
    )
    page = Paginator(drafts, DRAFTS_PER_PAGE).get_page(request.GET.get("p"))
    may_change = clips.has_change_permission(request)
    slugs = {clip.suggestions.get("location", {}).get("slug") for clip in page}
    places = {place.slug: place for place in Location.objects.filter(slug__in=slugs - {None})}
    context = {
        **clips.admin_site.each_context(request),
        "title": _("To describe next"),
        "opts": clips.opts,
        "page": page,
        "cards": [
            {
                "clip": clip,
                "picture": clip.master.pictures[0] if clip.master.pictures else None,
                "unplayable": said(*UNPLAYABLE.get(clip.master.unplayable, ("", ""))),
                "suggested": suggestions.shown(clip, places) if may_change else None,
            }
            for clip in page
        ],
        "may_add": clips.has_add_permission(request),
        "may_change": may_change,
        "sees_sealed": request.user.has_perm(SEALED_CLIP),
    }
    return TemplateResponse(request, "admin/uploads_to_describe.html", context)
