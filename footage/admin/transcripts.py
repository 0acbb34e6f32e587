"""Transcripts: subtitles come in as WebVTT or SRT, are mended on the page, and nothing is lost."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from footage.admin.base import WorkshopAdmin
from footage.models import Transcript, TranscriptSegment
from footage.models.fields import said
from footage.timed_text import MAX_BYTES, Segment, TimedTextError, read_with_losses, write_webvtt

ERRORS_SHOWN = 20


class TranscriptForm(forms.ModelForm):
    """Reads a file, or the text on the page, into segments.

    A file that cannot be read whole is put into the text field, so that the archivist mends the
    line there; what was stored before stays until everything is right.
    """

    file = forms.FileField(
        label=_("subtitle file"),
        required=False,
        help_text=_("WebVTT or SRT. It takes the place of the text below."),
        widget=forms.FileInput(attrs={"accept": ".vtt,.srt,text/vtt"}),
    )
    text = forms.CharField(
        label=_("segments"),
        required=False,
        strip=False,
        help_text=_("Readers will see this. As WebVTT; you can correct it here."),
        widget=forms.Textarea(attrs={"rows": 24, "dir": "auto", "class": "vLargeTextField"}),
    )

    class Meta:
        model = Transcript
        fields = ("clip", "language", "status")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.segments: list[Segment] = []
        if self.instance.pk:
            self.initial["text"] = write_webvtt(
                stored_segments(self.instance), self.instance.language
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file and file.size > MAX_BYTES:
            self.add_error("file", _said(TimedTextError("too_large")))
            return cleaned
        data = file.read() if file else (cleaned.get("text") or "").encode()
        if not data.strip():
            self.add_error("file", _("Choose a subtitle file, or write the segments below."))
            return cleaned
        try:
            self.segments, losses = read_with_losses(data)
        except TimedTextError as error:
            losses = [error]
        if losses:
            for loss in losses[:ERRORS_SHOWN]:
                self.add_error("text", _said(loss))
            if file:
                self._show(data)
        return cleaned

    def _show(self, data: bytes) -> None:
        """Put what the file says into the text field of the page that comes back."""
        shown = {self.add_prefix("text"): data.decode("utf-8-sig", "replace")}
        self.data = {**self.data.dict(), **shown}


def _said(error: TimedTextError) -> str:
    return said(error.message_en, error.message_ar)


def stored_segments(transcript: Transcript) -> list[Segment]:
    return [
        Segment(row.start_ms, row.end_ms, row.speaker, row.text)
        for row in transcript.segments.all()
    ]


def replace_segments(transcript: Transcript, segments: list[Segment]) -> None:
    """Make `segments` the whole of the transcript, in one transaction."""
    with transaction.atomic():
        transcript.segments.all().delete()
        TranscriptSegment.objects.bulk_create(
            TranscriptSegment(
                transcript=transcript,
                start_ms=segment.start_ms,
                end_ms=segment.end_ms,
                speaker=segment.speaker,
                text=segment.text,
            )
            for segment in segments
        )


@admin.register(Transcript)
class TranscriptAdmin(WorkshopAdmin):
    form = TranscriptForm
    list_display = ("clip", "reference", "language", "status")
    list_select_related = ("clip",)
    list_filter = tuple((field, admin.ChoicesFieldListFilter) for field in ("language", "status"))
    search_fields = ("clip__reference", "clip__title_en", "clip__title_ar")
    autocomplete_fields = ("clip",)
    fieldsets = (
        (_("Readers will see"), {"fields": ("clip", "language", "status", "file", "text")}),
    )

    def reference(self, transcript: Transcript) -> str:
        return transcript.clip.reference

    reference.short_description = _("reference")

    def get_readonly_fields(self, request: HttpRequest, obj: Transcript | None = None) -> tuple:
        return ("clip", "language") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Transcript | None = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return [(_("Readers will see"), {"fields": ("clip", "language", "status", "as_text")})]
        return super().get_fieldsets(request, obj)

    def as_text(self, transcript: Transcript) -> str:
        return write_webvtt(stored_segments(transcript), transcript.language)

    as_text.short_description = _("segments")

    def save_model(self, request: HttpRequest, obj: Transcript, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        replace_segments(obj, form.segments)
        self.record_change(request, obj.clip.reference, [f"transcript:{obj.language}"])
