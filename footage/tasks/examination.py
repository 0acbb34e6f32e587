"""What happens to a master after it is safe: it is looked at, and copies for watching are made.

Every step may be run twice and may die half way: it starts from the rows, works outside any
transaction and commits what it found in one. A worker that is lost leaves at most a copy without
a row in the working store, under a random name.
"""

import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

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
from footage.tasks.mirroring import mirror_master

Render = Callable[..., media.RenderedFile]
COPIES: dict[str, tuple[Render, ...]] = {
    "video": (media.render_poster, media.render_playable),
    "photograph": (media.render_poster, media.render_photograph),
    "sound": (media.render_sound,),
}


@task()
def examine_master(master_id: int) -> None:
    """Look at a master, then have its copies made. A master that is gone is nothing to do."""
    master = Master.objects.filter(pk=master_id, deaccessioned_at=None).first()
    if master is not None:
        examine(master)
        if not master.unplayable:
            make_renditions.enqueue(master.pk)


@task()
def make_renditions(master_id: int) -> None:
    """Make the copies a master still lacks."""
    master = Master.objects.filter(pk=master_id, deaccessioned_at=None).first()
    if master is not None:
        render(master)


def enqueue_examination(master: Master) -> None:
    """Put a master before the workers, in the caller's transaction."""
    examine_master.enqueue(master.pk)
    if "mirror" in settings.STORAGES:
        mirror_master.enqueue(master.pk)


def examine(master: Master) -> None:
    """Find out what a master is, unless that is known, and renew its clip's suggestions.

    Writes media type, technical metadata or the reason why it does not play, the clip's kind, and
    the events. Raises media.Unavailable where no media file may be opened.
    """
    if not master.examined:
        try:
            with local_master(master) as path:
                _keep_findings(master, media.probe(path))
        except media.Unplayable as reason:
            _keep_reason(master, reason, EventType.FORMAT)
    clip = Clip.objects.filter(master=master).select_related("master").first()
    if clip is not None:
        kind = master.technical_metadata.get("kind", clip.kind)
        if clip.kind != kind:
            clip.kind = kind
            clip.save(update_fields=["kind"])
        renew_suggestions(clip)


def render(master: Master) -> None:
    """Make the poster and the copies for watching that a master lacks, once it is examined.

    A master that turns out not to decode keeps what could be made, and the reason.
    """
    if master.unplayable or not master.examined:
        return
    made = set(master.renditions.values_list("role", flat=True))
    probe = media.Probe.from_json(master.technical_metadata)
    with (
        tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix="copies-") as box,
        local_master(master) as path,
    ):
        try:
            for rendered in _copies(path, Path(box), probe, made):
                _keep_rendition(master, rendered)
        except media.Unplayable as reason:
            _keep_reason(master, reason, EventType.CREATION)


def _copies(
    path: Path, box: Path, probe: media.Probe, made: set[str]
) -> Iterator[media.RenderedFile]:
    for make in COPIES[probe.kind]:
        if make.__name__.removeprefix("render_") not in made:
            yield make(path, box, probed=probe)


def _keep_findings(master: Master, probe: media.Probe) -> None:
    subject = f"master:{master.pk}"
    with transaction.atomic():
        master.media_type = probe.media_type
        master.technical_metadata = probe.to_json()
        master.save(update_fields=["media_type", "technical_metadata"])
        record(EventType.FORMAT, subject, format=probe.format, media_type=probe.media_type)
        record(EventType.METADATA_EXTRACTION, subject, truncated=probe.truncated)


def _keep_reason(master: Master, reason: media.Unplayable, during: EventType) -> None:
    with transaction.atomic():
        master.unplayable = reason.code
        master.save(update_fields=["unplayable"])
        record(during, f"master:{master.pk}", outcome="failure", reason=reason.code)


def _keep_rendition(master: Master, rendered: media.RenderedFile) -> None:
    """Store one copy under a random name, then its row; the copy it replaces goes last."""
    working = storages["working"]
    suffix = PurePath(rendered.path.name).suffix
    with rendered.path.open("rb") as file:
        name = working.save(secrets.token_hex(16) + suffix, File(file))
    with transaction.atomic():
        # The lock lets one of two workers on the same master win; the other's copy is replaced.
        Master.objects.select_for_update().get(pk=master.pk)
        replaced = Rendition.objects.filter(master=master, role=rendered.role)
        old_names = list(replaced.values_list("name", flat=True))
        replaced.delete()
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
        )
        record(
            EventType.CREATION,
            f"master:{master.pk}",
            role=rendered.role,
            recipe=rendered.recipe,
            fixity=f"sha256:{rendered.sha256}",
        )
    for old_name in old_names:
        working.delete(old_name)
