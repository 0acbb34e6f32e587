"""Whether the disk that takes in footage has room. One question, asked in one place."""

import os

from django.conf import settings
from django.http import HttpRequest

from footage.ingest.write_path import masters_store


def free_bytes() -> int:
    """Bytes an ordinary account may still write where files arrive, beyond the reserve.

    Negative when the reserve is touched. Costs one call to the system.
    """
    place = masters_store().uploads
    while not place.exists():
        place = place.parent
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize - settings.DISK_RESERVE_BYTES


def banner(request: HttpRequest) -> dict[str, bool]:
    """For the workshop's templates: whether nothing more is taken in. Costs one system call."""
    return {"disk_nearly_full": request.path.startswith("/admin/") and free_bytes() <= 0}
