"""Forms around a clip's file: add, replace, discard."""

from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext_lazy as _

from footage.accession import accession, discard, replace_master
from footage.ingest.door import recordings_only
from footage.ingest.refusals import EmptyFile, Refused
from footage.ingest.write_path import Received, receive
from footage.models import Clip
from footage.publishing import state_of
from people.models import SEEN_BY_READERS

FORMATS = "video/*,image/*,audio/*,.mts,.m2ts,.3gp,.mkv,.avi,.heic,.amr"


class FileForm(forms.Form):
    """One file. `receive_file` stores it as a master before anything else is decided."""

    file = forms.FileField(
        label=_("file"),
        help_text=_("The file as it left the camera or phone. It is kept byte for byte."),
        widget=forms.FileInput(attrs={"accept": FORMATS}),
        max_length=None,
        error_messages={"empty": EmptyFile.message},
    )

    def receive_file(self, by: Any) -> Received:
        """Stream the file into the masters store. Raises Refused."""
        file = self.cleaned_data["file"]
        return receive(
            file.chunks(),
            by=by,
            filename=file.name,
            expected_bytes=file.size,
            door=recordings_only,
        )


class AddClipForm(FileForm):
    title_en = forms.CharField(
        label=_("title in English"), max_length=200, required=False, help_text=SEEN_BY_READERS
    )
    title_ar = forms.CharField(
        label=_("title in Arabic"), max_length=200, required=False, help_text=SEEN_BY_READERS
    )
    source_note = forms.CharField(
        label=_("source"),
        required=False,
        help_text=_("Sealed: how and from whom the file came."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def save(self, by: Any) -> Clip | None:
        """The new draft, or None with an error on the form. Raises AlreadyHeld."""
        try:
            received = self.receive_file(by)
        except Refused as refusal:
            self.add_error("file", str(refusal))
            return None
        clip = accession(
            received,
            by=by,
            filename=self.cleaned_data["file"].name,
            source_note=self.cleaned_data["source_note"],
        )
        titles = [name for name in ("title_en", "title_ar") if self.cleaned_data[name]]
        if titles:
            for name in titles:
                setattr(clip, name, self.cleaned_data[name])
            clip.save(update_fields=titles)
        return clip


class ReplaceFileForm(FileForm):
    def save(self, clip: Clip, by: Any) -> bool:
        """Whether the clip has the new file now; otherwise the form says why. Raises AlreadyHeld,
        ValidationError."""
        try:
            received = self.receive_file(by)
        except Refused as refusal:
            self.add_error("file", str(refusal))
            return False
        replace_master(clip, received, by=by, is_public=was_public)
        return True


class DiscardForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"),
        help_text=_("Sealed. Whoever decides about the file reads this."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def discard_clip(clip: Clip, *, by: Any, reason: str) -> None:
    """As `accession.discard`, for what was never public."""
    discard(clip, by=by, reason=reason, is_public=was_public)


def forget_titles(clip: Clip) -> None:
    """Let the staff's log of actions name a discarded draft by its reference alone.

    The log keeps what a thing was called when it was changed, and a title typed by mistake may be
    somebody's name.
    """
    kind = ContentType.objects.get_for_model(Clip)
    LogEntry.objects.filter(content_type=kind, object_id=str(clip.pk)).update(
        object_repr=clip.reference, change_message=""
    )


def was_public(clip: Clip) -> bool:
    """Whether readers can see the clip or ever could: then it is withdrawn, not undone."""
    return state_of(clip) != "draft"
