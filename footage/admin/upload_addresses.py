"""The addresses of uploads, and how a finished upload becomes a draft clip."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from footage.accession import AlreadyHeld, accession, storable
from footage.ingest.models import Master, Upload
from footage.ingest.uploads import protocol
from footage.ingest.uploads.sessions import Arrived
from footage.ingest.uploads.views import House, addresses
from footage.ingest.write_path import Received
from footage.models import Clip

SEES_CLIPS = "footage.view_clip"


def draft_of(received: Received, upload: Upload, digest: str) -> Arrived:
    """The draft clip of a finished upload, or the clip that has its bytes; in a transaction.

    A second deposit is noted in that clip's custody note: when, by whom, under which name.
    """
    found = protocol.metadata(upload.metadata or None)
    filename = storable(found.get("filename", ""))
    try:
        clip = accession(
            received, by=upload.by, filename=filename, source_note=storable(found.get("source", ""))
        )
    except AlreadyHeld as refusal:
        note_second_deposit(refusal.clip, upload.by, filename)
        return Arrived("already-held", refusal.clip.reference)
    return Arrived("draft", clip.reference)


def note_second_deposit(clip: Clip, by: Any, filename: str) -> None:
    clip = Clip.objects.select_for_update().get(pk=clip.pk)
    line = _("%(day)s: the same file was handed in again by %(name)s as “%(filename)s”.") % {
        "day": timezone.now().date().isoformat(),
        "name": by.get_username(),
        "filename": filename,
    }
    clip.custody_note = f"{clip.custody_note}\n{line}".strip()
    clip.save(update_fields=["custody_note"])


def page_of(master: Master, user: Any) -> str:
    """The page of the clip with this master, "" for whoever may not see it."""
    if not user.has_perm(SEES_CLIPS):
        return ""
    clip = Clip.objects.filter(master=master).only("pk").first()
    return reverse("admin:footage_clip_change", args=[clip.pk]) if clip else ""


urlpatterns = addresses(House(arrival=draft_of, page=page_of))
