"""What happens to a master after it is safe: it is looked at, and copies for watching are made.

Every step may be run twice, by two workers at once, and may die half way: it starts from the rows,
works outside any transaction and commits what it found in one. A worker that is lost leaves at
most a copy without a row in the working store, under a random name.
"""

import hashlib
import json
import secrets
from collections.abc import Collection
from pathlib import PurePath
from typing import Any, Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django_tasks import task

from footage import media
from footage.custody.models import EventType, record
from footage.ingest.models import Master, Rendition
from footage.ingest.write_path import local_master
from footage.models import Clip
from footage.suggestions import renew_suggestions
from footage.tasks import boxes
from footage.tasks.mirroring import mirror_master
from footage.tasks.near_duplicates import find_near_duplicates

# Encoding takes minutes and hours; what shows an archivist a file takes seconds and waits for none
# of it, because another worker may take it from another queue.
ENCODING: Final = "encoding"
# Of a hundred clips all can be told apart before one can be watched, and all can be watched
# before one has its largest copy. Copies of a photograph or a sound recording are made at once.
STAGES: Final = ("seen", "watched", "whole")
SEEN: Final = {"poster", "strip"}


@task(priority=20)
def examine_master(master_id: int, again: bool = False) -> None:
    """Look at a master, then have its copies made. A master that is gone is nothing to do."""
    master = _held(master_id)
    if master is None:
        return
    if again:
        _drop_damaged(master)
    examine(master, again=again)
    if not master.unplayable:
        make_renditions.using(priority=10).enqueue(master.pk, "seen")
        make_renditions.using(queue_name=ENCODING).enqueue(master.pk, "watched")
        make_renditions.using(queue_name=ENCODING, priority=-20).enqueue(master.pk, "whole")
    read_credentials.using(queue_name=ENCODING, priority=-10).enqueue(master.pk)
    find_near_duplicates.using(queue_name=ENCODING).enqueue(master.pk)


@task()
def make_renditions(master_id: int, stage: str = "") -> None:
    """Make the copies a master still lacks: those of one of STAGES, or of all."""
    master = _held(master_id)
    if master is not None:
        render(master, (stage,) if stage else STAGES)


@task()
def read_credentials(master_id: int) -> None:
    """Keep the content credentials of a master, unless they are kept already."""
    master = _held(master_id)
    if master is not None and not master.credentials:
        keep_credentials(master)


def enqueue_examination(master: Master) -> None:
    """Put a master before the workers, in the caller's transaction."""
    examine_master.enqueue(master.pk)
    if "mirror" in settings.STORAGES:
        mirror_master.enqueue(master.pk)


def examine(master: Master, *, again: bool = False) -> None:
    """Find out what a master is, unless that is known, and renew its clip's suggestions.

    Writes media type, technical metadata or the reason why it does not play, the clip's kind, and
    the events. Raises media.Unavailable where no media file may be opened.
    """
    if again or not master.examined:
        try:
            with local_master(master) as path:
                _keep_findings(master, media.probe(path))
        except media.Unplayable as reason:
            _keep_reason(master, reason, EventType.FORMAT, unplayable=True)
    clip = Clip.objects.filter(master=master).select_related("master").first()
    if clip is not None:
        kind = master.technical_metadata.get("kind", clip.kind)
        if clip.kind != kind:
            clip.kind = kind
            clip.save(update_fields=["kind"])
        renew_suggestions(clip)


def render(master: Master, stages: Collection[str] = STAGES) -> None:
    """Make the copies that a master lacks, once it is examined.

    A copy that cannot be made takes no other with it: what could be made is kept, with the reason.
    """
    for stage in stages:
        if master.unplayable or not master.examined:
            return
        if wanted := lacking(master, (stage,)):
            _make(master, wanted)


def lacking(master: Master, stages: Collection[str] = STAGES) -> set[str]:
    """Roles of copies that a master should have and has not, or not as they are made today.

    Raises ValueError for technical metadata that is no probe. One query, one look in the working
    store for each copy there is.
    """
    probe = media.Probe.from_json(master.technical_metadata)
    planned = {recipe.role: recipe.number for recipe in media.planned(probe)}
    due = {role: recipe for role, recipe in planned.items() if stage_of(role, planned) in stages}
    for copy in master.renditions.all():
        if copy.silenced:
            due.pop("sound", None)
            due.pop("waveform", None)
        if copy.recipe == due.get(copy.role) and stands(copy):
            del due[copy.role]
    return set(due)


def stage_of(role: str, planned: Collection[str]) -> str:
    """One of STAGES, among all that is planned: small sound comes with what is made anyway."""
    if role in SEEN:
        return "seen"
    later = {"playable-720", "sound"} if "playable-720" in planned else set()
    if "playable" in planned:
        later.add("waveform")
    return "whole" if role in later else "watched"


def stands(copy: Rendition) -> bool:
    """Whether the file of a copy is in the working store, as long as its row says."""
    try:
        return storages["working"].size(copy.name) == copy.bytes
    except OSError:
        return False


def keep_credentials(master: Master) -> None:
    """Read the content credentials of a master and keep them, sealed, beside it."""
    try:
        with local_master(master) as path:
            found = media.read_credentials(path)
    except media.Unplayable as reason:
        found = media.unread_credentials(reason.code)
    with transaction.atomic():
        master.credentials = found
        master.save(update_fields=["credentials"])
        record(EventType.METADATA_EXTRACTION, f"master:{master.pk}", credentials=found["state"])


def _drop_damaged(master: Master) -> None:
    """Forget working copies that are not what they were made as, so that they are made again."""
    for copy in master.renditions.all():
        if stands(copy) and _digest(copy) == copy.digest:
            continue
        copy.delete()
        storages["working"].delete(copy.name)


def _digest(copy: Rendition) -> str:
    digest = hashlib.sha256()
    with storages["working"].open(copy.name) as file:
        for chunk in file.chunks(2**20):
            digest.update(chunk)
    return digest.hexdigest()


def _held(master_id: int) -> Master | None:
    return Master.objects.filter(pk=master_id, deaccessioned_at=None).first()


def _make(master: Master, wanted: set[str]) -> None:
    probe = media.Probe.from_json(master.technical_metadata)
    others = {recipe.role for recipe in media.RECIPES.values()} - wanted
    with boxes.box() as box, local_master(master) as path:
        try:
            for rendered in media.render_each(path, box, probe, without=others):
                _keep_rendition(master, rendered)
                rendered.path.unlink(missing_ok=True)
        except media.Unplayable as reason:
            watchable = master.renditions.filter(role__in=Rendition.WATCHABLE).exists()
            without = bool(wanted & Rendition.WATCHABLE) and not watchable
            _keep_reason(master, reason, EventType.CREATION, unplayable=without)


def _keep_findings(master: Master, probe: media.Probe) -> None:
    subject = f"master:{master.pk}"
    with transaction.atomic():
        held = _locked(master)
        found = probe.to_json()
        known = held.technical_metadata == found and not held.unplayable
        master.media_type, master.technical_metadata = probe.media_type, found
        master.unplayable, master.incomplete = "", held.incomplete or probe.truncated
        if known:
            return  # another worker was faster
        master.save(update_fields=["media_type", "technical_metadata", "unplayable", "incomplete"])
        record(EventType.FORMAT, subject, format=probe.format, media_type=probe.media_type)
        record(EventType.METADATA_EXTRACTION, subject, truncated=probe.truncated)


def _keep_reason(
    master: Master, reason: media.Unplayable, during: EventType, *, unplayable: bool
) -> None:
    """Keep why a master, or one of its copies, does not play, and what its container still told."""
    with transaction.atomic():
        held = _locked(master)
        field = "unplayable" if unplayable else "shortfall"
        known = getattr(held, field) == reason.code
        master.unplayable, master.shortfall = held.unplayable, held.shortfall
        setattr(master, field, reason.code)
        changed = [field]
        if reason.probe is not None and not held.technical_metadata:
            master.media_type = reason.probe.media_type
            master.technical_metadata = reason.probe.to_json()
            master.incomplete = reason.probe.truncated
            changed += ["media_type", "technical_metadata", "incomplete"]
        if not known:
            master.save(update_fields=changed)
            record(during, f"master:{master.pk}", outcome="failure", reason=reason.code)


def _keep_rendition(master: Master, rendered: media.RenderedFile) -> None:
    """Store one copy under a random name, then its row; the copy it replaces goes last."""
    working = storages["working"]
    with rendered.path.open("rb") as file:
        suffix = PurePath(rendered.path.name).suffix
        name = working.save(secrets.token_hex(16) + suffix, File(file))
    try:
        old_names = _keep_row(master, rendered, name)
    except BaseException:
        working.delete(name)
        raise
    for old_name in old_names:
        working.delete(old_name)


def _keep_row(master: Master, rendered: media.RenderedFile, name: str) -> list[str]:
    """The row of a stored copy; returns the files that nothing needs after that."""
    with transaction.atomic():
        # Of two workers on the same master the first one's copy stays: somebody may be using it.
        held = _locked(master)
        standing = Rendition.objects.filter(master=master, role=rendered.role).first()
        if held.deaccessioned_at or (
            standing and standing.recipe == rendered.recipe and stands(standing)
        ):
            return [name]
        if standing:
            standing.delete()
        Rendition.objects.create(
            master=master,
            role=rendered.role,
            recipe=rendered.recipe,
            name=name,
            media_type=rendered.media_type,
            bytes=rendered.bytes,
            digest=rendered.sha256,
            width=rendered.width,
            height=rendered.height,
            duration_s=rendered.duration_s,
            incomplete=rendered.truncated,
            silenced=rendered.silenced,
            detail=_detail(rendered),
        )
        if rendered.truncated and not held.incomplete:
            master.incomplete = True
            master.save(update_fields=["incomplete"])
        record(
            EventType.CREATION,
            f"master:{master.pk}",
            role=rendered.role,
            recipe=rendered.recipe,
            fixity=f"sha256:{rendered.sha256}",
        )
        return [standing.name] if standing else []


def _detail(rendered: media.RenderedFile) -> dict[str, Any]:
    """What a page needs to know of a copy beside its size."""
    if rendered.strip:
        return {"times_s": list(rendered.strip.times_s)}
    if rendered.role == "waveform":
        return {"peaks": json.loads(rendered.path.read_bytes())["peaks"]}
    return {}


def _locked(master: Master) -> Master:
    """The master's row as it is now, kept from other workers until the transaction ends."""
    return Master.objects.select_for_update().get(pk=master.pk)
