"""The life of an upload: begun, received piece by piece, finished as a master, or given up.

Three things keep it truthful. A lock on the file lets one writer write (the kernel frees it). A
token in the row, raised by each writer, lets one writer count (a second machine, a lock server
that lied). An offset is stored, and only then acknowledged, after the disk has synced the bytes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from django.conf import settings
from django.db.models import F, Sum
from django.utils import timezone

from footage.ingest.directory import FULL
from footage.ingest.door import recordings_only
from footage.ingest.models import Master, Upload
from footage.ingest.refusals import (
    DigestDiffers,
    DiskFull,
    EmptyFile,
    HeldCopyDamaged,
    NoRoom,
    QuotaReached,
    Refused,
    StorageFailed,
    TooLarge,
)
from footage.ingest.space import free_bytes
from footage.ingest.uploads.digests import digests
from footage.ingest.uploads.protocol import Checksum
from footage.ingest.uploads.store import Gone, Pen, SyncFailed, Taken, Uploads
from footage.ingest.write_path import Received, masters_store, take_in

PIECE: Final = 2**20
# What a dying server may have received without counting it: so many bytes, or so many seconds.
BYTES_BETWEEN_SYNCS: Final = 8 * 2**20
SECONDS_BETWEEN_SYNCS: Final = 5.0
# A silent line is given up after so long; sooner when another request waits for the upload.
SECONDS_OF_SILENCE: Final = 30.0
SECONDS_OF_SILENCE_WHEN_WANTED: Final = 2.0
# How long a request waits for the one before it to notice that its line is dead.
SECONDS_TO_WAIT: Final = 5.0
RECEIVING = Upload.State.RECEIVING


class Ended(Exception):
    """There is no such upload any more: terminated, expired, refused, or its file is gone."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        super().__init__(upload.pk)


class Conflict(Exception):
    """The request's offset is not the upload's, or another request wrote meanwhile."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(offset)


class Overlong(Exception):
    """The request announces bytes beyond the upload's length. None was read."""


class ChecksumDiffers(Exception):
    """The bytes of the request are not those its checksum announced. None was kept."""


class Interrupted(Exception):
    """The client stopped sending. What arrived is counted, unless it came with a checksum."""


class Silence(Exception):
    """Raised by a source when nothing came for about a second; it may be asked again."""


class Source(Protocol):
    def read(self, size: int) -> bytes:
        """At most `size` bytes, b"" at the end. Raises Silence, or OSError for a broken line."""


@dataclass(frozen=True)
class Arrived:
    """What became of a finished upload: "draft" or "already-held", and of which clip."""

    outcome: str
    reference: str


# Makes the draft clip of a master, inside the transaction that makes the master's row.
Arrival = Callable[[Received, Upload, str], Arrived]


def uploads() -> Uploads:
    return Uploads(masters_store().uploads)


# --- Beginning -----------------------------------------------------------------------------------
def begin(*, by: Any, length: int, metadata: str, declared_digest: str) -> Upload:
    """A new, empty upload. Everything that can be refused before a byte comes is refused here.

    Raises EmptyFile, TooLarge, QuotaReached, NoRoom, DiskFull or StorageFailed.
    """
    if not length:
        raise EmptyFile
    if length > settings.MASTER_MAX_BYTES:
        raise TooLarge(settings.MASTER_MAX_BYTES)
    under_way = Upload.objects.filter(state=RECEIVING)
    mine = under_way.filter(by=by).aggregate(total=Sum("length"))["total"] or 0
    if mine + length > settings.UPLOAD_QUOTA_BYTES:
        raise QuotaReached
    # What others were promised and have not sent yet is no longer free.
    promised = under_way.aggregate(total=Sum(F("length") - F("offset")))["total"] or 0
    if length + promised > free_bytes():
        raise NoRoom
    upload = Upload(
        by=by,
        length=length,
        metadata=metadata,
        declared_digest=declared_digest,
        expires_at=_expiry(),
    )
    with _failures_told():
        uploads().create(upload.pk)
    upload.save(force_insert=True)
    return upload


def held_master(digest: str) -> Master | None:
    """The master with these bytes, when the archive has it."""
    return Master.objects.filter(digest=digest, deaccessioned_at=None).first()


# --- Receiving -----------------------------------------------------------------------------------
def receive(
    upload: Upload,
    *,
    offset: int,
    length: int,
    source: Source,
    checksum: Checksum | None,
    arrival: Arrival,
) -> Upload:
    """Take in `length` bytes from `offset` on; return the row as it is then.

    With the last byte the upload is finished. Raises Ended, Conflict, Overlong, Taken,
    ChecksumDiffers, Interrupted, NoRoom, DiskFull and other Refused. Memory of one piece.
    """
    _check(upload, offset)
    if offset + length > upload.length:
        raise Overlong
    if length and free_bytes() <= 0:
        raise NoRoom
    with _writing(upload) as pen:
        writer = Writer(upload, pen, offset)
        writer.take(source, length, checksum)
        if pen.offset == upload.length:
            writer.finish(arrival)
    return Upload.objects.get(pk=upload.pk)


def complete(upload: Upload, arrival: Arrival) -> Upload:
    """Finish an upload whose every byte is here, after a death or a full disk. Raises as `receive`.

    Costs one read of the whole. Anything else is returned as it is.
    """
    if upload.state != RECEIVING or upload.offset != upload.length:
        return upload
    with _writing(upload, wait=0) as pen:
        Writer(upload, pen, upload.length).finish(arrival)
    return Upload.objects.get(pk=upload.pk)


def true_offset(upload: Upload) -> int:
    """From where a client goes on: counted, and on the disk. Raises Ended."""
    if upload.state == Upload.State.FINISHED:
        return upload.length
    if upload.state != RECEIVING or upload.expires_at <= timezone.now():
        raise Ended(upload)
    try:
        return min(upload.offset, uploads().size(upload.pk))
    except Gone:
        raise Ended(upload) from None


class Writer:
    """One request's hold on an upload: the lock, a token of its own, and the true offset.

    Raises Conflict when the offset is not the true one, Ended when there is nothing to write to.
    """

    def __init__(self, upload: Upload, pen: Pen, offset: int) -> None:
        self.upload, self.pen = upload, pen
        fresh = Upload.objects.get(pk=upload.pk)
        _check(fresh, offset)
        self.token, self.counted = fresh.token + 1, fresh.offset
        taken = Upload.objects.filter(
            pk=upload.pk, state=RECEIVING, token=fresh.token, offset=offset
        ).update(token=self.token, wanted_at=None, touched_at=timezone.now(), expires_at=_expiry())
        if not taken:
            raise Conflict(offset)
        if pen.settle(fresh.offset) != fresh.offset:
            # The disk lost counted bytes: say so, and go on from what is there.
            self._store(pen.offset)
            raise Conflict(pen.offset)

    def take(self, source: Source, length: int, checksum: Checksum | None) -> None:
        """Write what comes, count it when it is synced: all along, or once the checksum holds."""
        begun = self.pen.offset
        whole = digests.taken(self.upload.pk, begun)
        part = checksum.running() if checksum else None
        synced_at, since = time.monotonic(), 0
        try:
            for piece in self._pieces(source, length):
                self._write(piece)
                since += len(piece)
                if whole:
                    whole.update(piece)
                if part:
                    part.update(piece)
                    continue
                waited = time.monotonic() - synced_at
                if since >= BYTES_BETWEEN_SYNCS or waited >= SECONDS_BETWEEN_SYNCS:
                    self.count()
                    synced_at, since = time.monotonic(), 0
        except (Interrupted, DiskFull) as stop:
            if checksum:
                self.pen.settle(begun)
            else:
                self.count()
                # A piece cut short by a full disk is in the file and not in the digest.
                if isinstance(stop, Interrupted):
                    digests.remember(self.upload.pk, self.pen.offset, whole)
            raise
        if checksum and part and not checksum.matches(part.digest()):
            self.pen.settle(begun)
            raise ChecksumDiffers
        if length:
            self.count()
        digests.remember(self.upload.pk, self.pen.offset, whole)

    def count(self) -> None:
        """Sync, and only then store the offset. A failed sync ends the upload."""
        try:
            self.pen.sync()
        except SyncFailed as failure:
            refusal = StorageFailed(str(failure))
            self._refuse(refusal, keep_bytes=True)
            raise refusal from failure
        self._store(self.pen.offset)

    def finish(self, arrival: Arrival) -> None:
        """From the last byte to the master, its clip and their events. Raises Refused, Conflict."""
        upload, store = self.upload, masters_store()
        received = digests.taken(upload.pk, upload.length)

        def then(taken_in: Received) -> None:
            arrived = arrival(taken_in, upload, staged.digest)
            self._close(
                state=Upload.State.FINISHED,
                master=taken_in.master,
                outcome=arrived.outcome,
                reference=arrived.reference,
            )

        try:
            staged = store.verified(
                self.pen.path,
                self.pen.descriptor,
                upload.length,
                received.hexdigest() if received else "",
            )
            if upload.declared_digest not in {"", staged.digest}:
                raise DigestDiffers
            take_in(staged, store, by=upload.by, door=recordings_only, then=then)
        except DiskFull:
            raise  # every byte is here: it goes on when there is room again
        except Refused as refusal:
            self._refuse(refusal, keep_bytes=isinstance(refusal, StorageFailed | HeldCopyDamaged))
            raise
        uploads().remove(upload.pk)

    def _pieces(self, source: Source, length: int) -> Iterator[bytes]:
        heard = time.monotonic()
        while length:
            try:
                piece = source.read(min(PIECE, length))
            except Silence:
                silence = time.monotonic() - heard
                if silence > SECONDS_OF_SILENCE or (
                    silence > SECONDS_OF_SILENCE_WHEN_WANTED and self._wanted()
                ):
                    raise Interrupted from None
                continue
            except OSError:
                raise Interrupted from None
            if not piece:
                raise Interrupted
            heard = time.monotonic()
            length -= len(piece)
            yield piece

    def _write(self, piece: bytes) -> None:
        try:
            self.pen.write(piece)
        except OSError as error:
            if error.errno in FULL:
                raise DiskFull from error
            refusal = StorageFailed(str(error.strerror))
            self._refuse(refusal, keep_bytes=True)
            raise refusal from error

    def _wanted(self) -> bool:
        return Upload.objects.filter(pk=self.upload.pk, wanted_at__isnull=False).exists()

    def _store(self, offset: int) -> None:
        """The offset into the row, if the row is still ours and as we left it."""
        stored = self._mine().filter(offset=self.counted)
        if not stored.update(offset=offset, touched_at=timezone.now(), expires_at=_expiry()):
            raise Conflict(Upload.objects.get(pk=self.upload.pk).offset)
        self.counted = offset

    def _refuse(self, refusal: Refused, *, keep_bytes: bool) -> None:
        self._close(state=Upload.State.REFUSED, outcome=refusal.code)
        if keep_bytes:
            masters_store().set_aside(self.pen.path)
        else:
            uploads().remove(self.upload.pk)

    def _close(self, **change: Any) -> None:
        if not self._mine().update(touched_at=timezone.now(), **change):
            raise Conflict(Upload.objects.get(pk=self.upload.pk).offset)

    def _mine(self) -> Any:
        return Upload.objects.filter(pk=self.upload.pk, token=self.token, state=RECEIVING)


# --- Giving up -----------------------------------------------------------------------------------
def terminate(upload: Upload) -> None:
    """Give an upload up. What it brought into the archive stays there. Raises Taken, Ended."""
    if upload.state == Upload.State.FINISHED:
        Upload.objects.filter(pk=upload.pk).update(state=Upload.State.TERMINATED)
        return
    if upload.state != RECEIVING:
        raise Ended(upload)
    with _writing(upload):
        if not _end(upload, Upload.State.TERMINATED):
            raise Taken
        uploads().remove(upload.pk)


def sweep() -> int:
    """Remove what nobody will go on with; return how many uploads. Never one that is alive.

    Alive is: somebody holds its pen, or its last bytes are younger than UPLOAD_DAYS.
    """
    now, swept = timezone.now(), 0
    for upload in Upload.objects.filter(state=RECEIVING, expires_at__lte=now).iterator():
        try:
            with uploads().pen(upload.pk):
                if _end(upload, Upload.State.EXPIRED, expires_at__lte=now):
                    uploads().remove(upload.pk)
                    swept += 1
        except Taken:
            continue
        except Gone:
            swept += _end(upload, Upload.State.EXPIRED, expires_at__lte=now)
    forgotten = now - timedelta(days=settings.UPLOAD_DAYS)
    Upload.objects.exclude(state=RECEIVING).filter(touched_at__lte=forgotten).delete()
    return swept


def _end(upload: Upload, state: Upload.State, **condition: Any) -> int:
    """End an upload that is still on its way; 0 when it is not. Fences its writers off."""
    return Upload.objects.filter(pk=upload.pk, state=RECEIVING, **condition).update(
        state=state, token=F("token") + 1, touched_at=timezone.now()
    )


# --- What they share -----------------------------------------------------------------------------
def _check(upload: Upload, offset: int) -> None:
    """Raise Ended or Conflict unless the upload goes on at this offset."""
    if upload.state == Upload.State.FINISHED:
        raise Conflict(upload.length)
    if upload.state != RECEIVING or upload.expires_at <= timezone.now():
        raise Ended(upload)
    if offset != upload.offset:
        raise Conflict(upload.offset)


@contextmanager
def _writing(upload: Upload, wait: float = SECONDS_TO_WAIT) -> Iterator[Pen]:
    """The pen of an upload. A writer whose line is dead is asked to give way. Taken, Ended."""
    with ExitStack() as held:
        try:
            try:
                pen = held.enter_context(uploads().pen(upload.pk))
            except Taken:
                if not wait:
                    raise
                Upload.objects.filter(pk=upload.pk).update(wanted_at=timezone.now())
                pen = held.enter_context(uploads().pen(upload.pk, wait=wait))
        except Gone:
            raise Ended(upload) from None
        yield pen


@contextmanager
def _failures_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull from error
        raise StorageFailed(error.strerror or str(error)) from error


def _expiry() -> Any:
    return timezone.now() + timedelta(days=settings.UPLOAD_DAYS)
