"""From received bytes to a draft clip, and the ways back: another file, discarding, deaccession.

This module does not know what is public. Whoever calls `replace_master` or `discard` passes
`is_public(clip)`, which says whether a clip has or ever had a public record; for those
it has, both refuse: what readers have seen is withdrawn by publishing, not undone here.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from footage.custody.models import EventType, record
from footage.ingest.models import Deaccession, Master, Rendition, Upload
from footage.ingest.uploads import protocol
from footage.ingest.uploads.sessions import Arrived
from footage.ingest.write_path import Received, masters_store
from footage.models import Clip, Transcript
from footage.models.near_duplicate import forget_frames
from footage.tasks import enqueue_examination

IsPublic = Callable[[Clip], bool]


class AlreadyHeld(Exception):
    """The archive has these very bytes as another clip. No second one is made."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        super().__init__(clip)

    def __str__(self) -> str:
        return str(_("The archive holds this file already, as %s.") % self.clip.reference)


def accession(received: Received, *, by: Any, filename: str = "", source_note: str = "") -> Clip:
    """Make the draft clip of a received master and have it examined. Raises AlreadyHeld.

    A second deposit of the same bytes is kept in the custody note of the clip that has them. The
    file name is kept as it came, except what no database can hold (NUL, lone surrogates) and
    beyond 500 characters; it is sealed. One transaction, the task included.
    """
    with transaction.atomic():
        master = Master.objects.select_for_update().get(pk=received.master.pk)
        holder = Clip.objects.filter(master=master).first()
        if holder is None:
            clip = Clip.objects.create(
                master=master,
                original_filename=storable(filename or received.filename),
                source_note=source_note,
            )
            record(EventType.ACCESSION, clip.reference, agent=by, fixity=master.fixity)
            enqueue_examination(master)
        else:
            record(EventType.ACCESSION, holder.reference, agent=by, outcome="already-held")
            _note_second_deposit(holder, by, storable(filename or received.filename))
    if holder is not None:
        raise AlreadyHeld(holder)
    return clip


def draft_of_upload(received: Received, upload: Upload, digest: str) -> Arrived:
    """The draft clip of a finished upload, or the clip that has its bytes; in a transaction."""
    found = protocol.metadata(upload.metadata or None)
    filename = storable(found.get("filename", ""))
    try:
        clip = accession(
            received, by=upload.by, filename=filename, source_note=storable(found.get("source", ""))
        )
    except AlreadyHeld as refusal:
        return Arrived("already-held", refusal.clip.reference)
    return Arrived("draft", clip.reference)


def _note_second_deposit(clip: Clip, by: Any, filename: str) -> None:
    """Add to the sealed custody note when the same bytes came again, and from whom."""
    clip = Clip.objects.select_for_update().get(pk=clip.pk)
    line = _("%(day)s: the same file was handed in again by %(name)s as “%(filename)s”.") % {
        "day": timezone.now().date().isoformat(),
        "name": by.get_username() if by is not None else "–",
        "filename": filename,
    }
    clip.custody_note = f"{clip.custody_note}\n{line}".strip()
    clip.save(update_fields=["custody_note"])


def adopt(master: Master) -> Clip | None:
    """The draft of a master that a crash left without one; None when nothing is to be done.

    What a discarded draft asked out of the holdings stays without a clip.
    """
    if Clip.objects.filter(master=master).exists() or master.deaccessions.exists():
        return None
    try:
        return accession(Received(master, already_held=True), by=master.received_by)
    except AlreadyHeld:
        return None


def replace_master(clip: Clip, received: Received, *, by: Any, is_public: IsPublic) -> Clip:
    """Give a draft another file; the one it had is asked out of the holdings.

    Raises ValidationError for a clip that is or was public, AlreadyHeld when another clip has the
    new file. Description stays; file name, suggestions and kind follow the new file.
    """
    with transaction.atomic():
        _refuse_public(clip, is_public)
        clip = Clip.objects.select_for_update().select_related("master").get(pk=clip.pk)
        old, new = clip.master, received.master
        holder = Clip.objects.filter(master=new).first()
        if holder is None:
            clip.master = new
            clip.original_filename = storable(received.filename)
            clip.suggestions = {}
            clip.save(update_fields=["master", "original_filename", "suggestions"])
            _ask_out(old, clip.reference, "archive:replacement", by)
            record(EventType.REPLACEMENT, clip.reference, agent=by, old=old.fixity, new=new.fixity)
            enqueue_examination(new)
    if holder is not None:
        raise AlreadyHeld(holder)
    return clip


def discard(clip: Clip, *, by: Any, reason: str, is_public: IsPublic) -> Deaccession:
    """Delete a mistaken draft with its description, and ask its master out of the holdings.

    Raises ValidationError for a clip that is or was public, and for one that a testimony or a
    film still refers to. The reason is sealed; the event says only that it happened.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this draft is discarded.")})
    with transaction.atomic():
        _refuse_public(clip, is_public)
        clip = Clip.objects.select_for_update().select_related("master").get(pk=clip.pk)
        clip_id, reference, master = clip.pk, clip.reference, clip.master
        try:
            clip.delete()
        except ProtectedError as error:
            raise ValidationError(
                _("This draft is still part of a testimony or a film: take it out there first.")
            ) from error
        # What a mistaken draft said goes with it; its reference stays, in the events.
        Clip.history.filter(id=clip_id).delete()
        Transcript.history.filter(clip_id=clip_id).delete()
        record(EventType.DISCARD, reference, agent=by, fixity=master.fixity)
        return _ask_out(master, reference, reason, by)


def approve_deaccession(request: Deaccession, *, by: Any) -> None:
    """The second person lets a master leave: its bytes and copies are removed for good.

    Raises ValidationError for the person who asked, for a decided request and for a master that
    a clip has. Decision, date and events are committed first and the bytes go after that: a
    crash in between leaves bytes that no row speaks for, and calling this again removes them.
    """
    with transaction.atomic(durable=True):
        request = (
            Deaccession.objects.select_for_update().select_related("master").get(pk=request.pk)
        )
        master = request.master
        if not (request.granted and master.deaccessioned_at):
            if Clip.objects.filter(master=master).exists():
                raise ValidationError(_("A clip has this master: it cannot leave the holdings."))
            request.decide(by=by, granted=True)
            master.deaccessioned_at = timezone.now()
            # Device, position and clock leave with the bytes they were read from.
            master.technical_metadata = master.credentials = {}
            master.save(update_fields=["deaccessioned_at", "technical_metadata", "credentials"])
            record(EventType.DEACCESSION, f"master:{master.pk}", agent=by, fixity=master.fixity)
    remove_bytes(master)


def refuse_deaccession(request: Deaccession, *, by: Any) -> None:
    """The second person decides that the master stays. Raises ValidationError as `decide` does."""
    with transaction.atomic():
        request = Deaccession.objects.select_for_update().get(pk=request.pk)
        request.decide(by=by, granted=False)
        record(EventType.DEACCESSION, f"master:{request.master_id}", agent=by, outcome="refused")


def remove_bytes(master: Master) -> None:
    """Remove the file and the working copies of a deaccessioned master; gone already is fine."""
    if not master.deaccessioned_at:
        raise ValueError("two people have not decided that this master leaves")
    for rendition in Rendition.objects.filter(master=master):
        storages["working"].delete(rendition.name)
        rendition.delete()
    forget_frames(master)
    masters_store().remove(master.digest)


def storable(filename: str) -> str:
    """A file name as the database can hold it, otherwise untouched: hostile names stay hostile."""
    text = filename.replace("\0", "\ufffd").encode("utf-8", "surrogateescape")
    return text.decode("utf-8", "replace")[:500]


def _refuse_public(clip: Clip, is_public: IsPublic) -> None:
    if is_public(clip):
        raise ValidationError(_("This clip has been public: withdraw it instead."))


def _ask_out(master: Master, reference: str, reason: str, by: Any) -> Deaccession:
    request = Deaccession.objects.create(
        master=master, reference=reference, reason=reason, asked_by=by
    )
    record(EventType.DEACCESSION_REQUEST, f"master:{master.pk}", agent=by, fixity=master.fixity)
    return request
