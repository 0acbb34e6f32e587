"""The access store: copies that readers get, under fresh random names.

Files come before the transaction that makes them public and go after the one that ends it, so a
crash leaves files nobody can ask for, never a public row without its file. The sweeper removes
what no live row names.
"""

import hashlib
import os
import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from footage.catalogue.models import PublicRendition
from footage.catalogue.record import Rendition as PublicCopy
from footage.ingest.models import Master, Rendition
from footage.publishing.describe import public_copy, public_renditions

_SUFFIXES = {
    "video/mp4": ".mp4",
    "image/jpeg": ".jpg",
    "audio/mp4": ".m4a",
}


# What a file server says of every copy, in Last-Modified and in an ETag of its own. The true time
# would tell to the second when staff published, and that copies were made anew.
DATED = datetime(2000, 1, 1, tzinfo=UTC)
# As long as a page may be open before its player is started.
SUPERSEDED_FOR = timedelta(days=1)


class CopyDamaged(ValidationError):
    """A working copy is gone or no longer has the digest it was made with; render it again."""

    def __init__(self) -> None:
        super().__init__(
            _("A copy is damaged, or is being made again: have the file looked at again first.")
        )


@contextmanager
def access_copies(
    master: Master, roles: Collection[str] | None = None
) -> Iterator[tuple[PublicCopy, ...]]:
    """Copy the master's renditions (those of `roles`) to the access store; yield their entries.

    If the block fails, the new files are removed again. Raises CopyDamaged when a working copy
    does not have its digest. Memory is constant; time is that of copying the bytes.
    """
    written: list[PublicCopy] = []
    try:
        for rendition in public_renditions(master):
            if roles is None or rendition.role in roles:
                written.append(_copy(rendition))
        yield tuple(written)
    except BaseException:
        remove(copy.name for copy in written)
        raise


def _copy(rendition: Rendition) -> PublicCopy:
    name = secrets.token_hex(16) + _SUFFIXES[rendition.media_type]
    access = storages["access"]
    try:
        with storages["working"].open(rendition.name) as file:
            saved = access.save(name, File(file))
    except FileNotFoundError:
        raise CopyDamaged from None
    if saved != name or _digest(name) != rendition.digest:
        access.delete(saved)
        raise CopyDamaged
    _date(access, name)
    return public_copy(rendition, name)


def _date(access: Storage, name: str) -> None:
    """Give a file in a directory the time that all have. A bucket's are told to nobody: the archive
    streams them itself."""
    try:
        os.utime(access.path(name), (DATED.timestamp(),) * 2)
    except NotImplementedError:
        return


def _written(access: Storage, name: str) -> datetime:
    """When a file truly came: in a directory the time of its inode, which nobody can set."""
    try:
        return access.get_created_time(name)
    except NotImplementedError:
        return access.get_modified_time(name)


def _digest(name: str) -> str:
    digest = hashlib.sha256()
    with storages["access"].open(name) as file:
        for chunk in file.chunks(2**20):
            digest.update(chunk)
    return digest.hexdigest()


def remove(names: Iterable[str]) -> None:
    """Remove access copies that no row names any more. Absent ones are no error."""
    for name in names:
        storages["access"].delete(name)


def sweep(older_than: timedelta = timedelta(hours=1)) -> list[str]:
    """Remove files of the access store that no row names and that no publication may still be
    writing; return their names. Copies superseded a day ago end here. Cost: one listing of the
    store and two queries."""
    PublicRendition.objects.filter(superseded_at__lt=timezone.now() - SUPERSEDED_FOR).delete()
    access = storages["access"]
    try:
        _folders, names = access.listdir("")
    except FileNotFoundError:
        return []
    named = set(PublicRendition.objects.values_list("name", flat=True))
    oldest = timezone.now() - older_than
    orphans = [name for name in names if name not in named and _written(access, name) < oldest]
    remove(orphans)
    return orphans
