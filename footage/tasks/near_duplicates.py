"""Finding the masters that show the same footage as another: proposals for a person to judge.

Behind everything else in the queue. Each step may be run twice: hashes are kept by master, a pair
is proposed once, and what somebody decided is never proposed again.
"""

import contextlib
import logging
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import task

from footage import media
from footage.ingest.models import Master
from footage.ingest.write_path import local_master
from footage.media.frames import RECIPE, FrameHash, pack, unpack
from footage.media.likeness import Likeness, compare, moments
from footage.media.lookup import Holdings, asking, holding
from footage.models import FrameHashes, NearDuplicate

# The smallest copy that shows the whole picture is the quickest to read.
READ_FROM: Final = ("playable-240", "playable")
PRIORITY: Final = -50
ROWS_AT_ONCE: Final = 200
# Of those that share frames with a master, so many are compared, the likeliest first.
COMPARED: Final = 40
log = logging.getLogger(__name__)


@task(priority=PRIORITY)
def find_near_duplicates(master_id: int) -> None:
    """Hash the frames of a master and propose what shows the same. One that is gone is nothing."""
    master = Master.objects.filter(pk=master_id, deaccessioned_at=None).first()
    if master is not None:
        propose(master)


def propose(master: Master) -> list[NearDuplicate]:
    """Keep the hashes of a master's frames, and the pairs with others that seem to show the same.

    Raises media.Unavailable where no media file may be opened.
    """
    frames = unpack(bytes(hashes_of(master).frames))
    if not frames:
        return []
    held.renew()
    near = held.near(frames)
    near.pop(master.pk, None)
    likeliest = sorted(near, key=lambda number: (-near[number], number))[:COMPARED]
    known = set(NearDuplicate.objects.of(master.pk).values_list("first", "second"))
    others = FrameHashes.objects.select_related("master").filter(
        pk__in=likeliest, master__deaccessioned_at=None
    )
    proposed = []
    for other in others:
        ends = sorted(((master, frames), (other.master, unpack(bytes(other.frames)))), key=_age)
        (first, of_first), (second, of_second) = ends
        if (first.pk, second.pk) in known:
            continue
        likeness = compare(of_first, of_second)
        if likeness is not None:
            times = moments(of_first, of_second, likeness)
            pair = _keep(first, second, likeness, times)
            proposed += [pair] if pair else []
    return proposed


def unhashed() -> QuerySet[Master]:
    """Masters whose frames were never hashed, or by an older recipe: for the hourly upkeep."""
    known = FrameHashes.objects.filter(recipe=RECIPE).values("pk")
    return Master.objects.filter(deaccessioned_at=None).exclude(pk__in=known).order_by("pk")


def hashes_of(master: Master) -> FrameHashes:
    """The kept hashes of a master, taken now if there are none by today's recipe."""
    kept = FrameHashes.objects.filter(pk=master.pk, recipe=RECIPE).first()
    if kept is not None:
        return kept
    frames: list[FrameHash] = []
    if not master.unplayable:
        with contextlib.suppress(media.Unplayable), _easiest(master) as path:
            frames = media.frame_hashes(path)
    row, _new = FrameHashes.objects.update_or_create(
        master=master,
        defaults={
            "recipe": RECIPE,
            "frames": pack(frames),
            "held": holding(frames),
            "hashed_at": timezone.now(),
        },
    )
    return row


@contextlib.contextmanager
def _easiest(master: Master) -> Iterator[Path]:
    """A file that shows the whole picture of a master: a small copy, or the master itself."""
    copy = master.renditions.filter(role__in=READ_FROM).order_by("bytes").first()
    if copy is None:
        with local_master(master) as path:
            yield path
        return
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix="frames-") as file:
        with storages["working"].open(copy.name) as source:
            shutil.copyfileobj(source, file, 2**20)
        file.flush()
        yield Path(file.name)


def _age(end: tuple[Master, list[FrameHash]]) -> int:
    return end[0].pk


def _keep(
    first: Master, second: Master, likeness: Likeness, times: list[tuple[float, float]]
) -> NearDuplicate | None:
    """The proposal, with its frames for the page of review; None when another worker made it."""
    names = [
        _frames(first, [of_first for of_first, _ in times]),
        _frames(second, [of_second for _, of_second in times]),
    ]
    try:
        with transaction.atomic():
            return NearDuplicate.objects.create(
                first=first,
                second=second,
                kind=likeness.kind,
                picture=likeness.picture,
                offset_s=likeness.offset_s,
                matched=likeness.matched,
                distance=likeness.distance,
                moments=times,
                first_frames=names[0],
                second_frames=names[1],
            )
    except IntegrityError:
        for name in filter(None, names):
            storages["working"].delete(name)
        return None


def _frames(master: Master, times: list[float]) -> str:
    """The working name of a picture of these frames; empty when they cannot be shown."""
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix="frames-") as box:
        try:
            with _easiest(master) as path:
                made = media.render_moments(path, Path(box), times)
        except media.Unplayable as reason:
            log.warning("no frames of master %s to compare: %s", master.pk, reason.code)
            return ""
        with made.path.open("rb") as file:
            return storages["working"].save(f"{secrets.token_hex(16)}.jpg", File(file))


class Held:
    """What is looked up of all masters, read once by this process and then kept current."""

    def __init__(self) -> None:
        self._holdings = Holdings()
        self._known: set[tuple[int, datetime]] = set()

    def renew(self) -> None:
        """Read what was added since. Cost: one query for the keys, and the new rows alone."""
        now = set(FrameHashes.objects.exclude(held=b"").values_list("pk", "hashed_at"))
        if self._known - now:
            # Hashes that left the archive leave this process too.
            self._holdings, self._known = Holdings(), set()
        new = sorted(now - self._known)
        for start in range(0, len(new), ROWS_AT_ONCE):
            some = [pk for pk, _ in new[start : start + ROWS_AT_ONCE]]
            rows = FrameHashes.objects.filter(pk__in=some).values_list("pk", "held")
            for pk, kept in rows:
                self._holdings.add(pk, bytes(kept))
        self._known = now

    def near(self, frames: list[FrameHash]) -> dict[int, int]:
        """Masters that share frames with these, with how many."""
        return self._holdings.near(asking(frames))


held = Held()
