"""Access copies as readers' players ask for them: by name, in byte ranges, while they are live.

A name is served only while it stands in a row of a live record, so a withdrawal closes the address
at once. Bodies stream in pieces of 64 kB from a local directory or an S3-compatible store; with
ACCESS_ACCEL, nginx is told to send the file from the directory itself (docs/nginx.conf).
Follows RFC 9110: one range (206, 416), If-Range, HEAD; several ranges get the whole copy.
"""

import posixpath
import re
from collections.abc import Iterator

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import parse_etags

from footage.byte_ranges import Unsatisfiable, asked_for
from footage.catalogue.models import PublicRendition
from footage.reading_room.rendering import page

PIECE = 64 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", re.ASCII)


@page
def serve(request: HttpRequest, name: str) -> HttpResponseBase:
    """One access copy. One database query; memory does not grow with its size."""
    if not _NAME.fullmatch(name):
        raise Http404
    copy = (
        PublicRendition.objects.filter(name=name, record__withdrawn_at__isnull=True)
        .select_related("record")
        .first()
    )
    if copy is None:
        raise Http404
    if settings.ACCESS_ACCEL:
        return _handed_to_nginx(request, copy)
    etag = f'"{copy.digest}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _described(HttpResponse(status=304), request, copy, etag)
    try:
        asked = _asked_range(request, etag, copy.bytes)
    except Unsatisfiable:
        refused = HttpResponse(status=416, headers={"Content-Range": f"bytes */{copy.bytes}"})
        return _described(refused, request, copy, etag)
    first, last = asked or (0, copy.bytes - 1)
    length = last - first + 1
    body = iter(()) if request.method == "HEAD" else pieces(copy.name, first, length)
    response = StreamingHttpResponse(body, status=206 if asked else 200)
    response["Content-Length"] = str(length)
    if asked:
        response["Content-Range"] = f"bytes {first}-{last}/{copy.bytes}"
    return _described(response, request, copy, etag)


def _handed_to_nginx(request: HttpRequest, copy: PublicRendition) -> HttpResponseBase:
    """An empty answer that names the file: nginx sends it, with ranges and an ETag of its own."""
    response = HttpResponse(headers={"X-Accel-Redirect": settings.ACCESS_ACCEL + copy.name})
    return _described(response, request, copy, etag="")


def _described(
    response: HttpResponseBase, request: HttpRequest, copy: PublicRendition, etag: str
) -> HttpResponseBase:
    """The headers every answer about a copy carries. Saved under its reference, not its name."""
    attached = copy.download and "download" in request.GET
    suffix = posixpath.splitext(copy.name)[1]
    file_name = f"{copy.record.reference}{suffix}"
    response["Content-Type"] = copy.media_type
    response["Content-Disposition"] = (
        f'{"attachment" if attached else "inline"}; filename="{file_name}"'
    )
    if etag:
        response["ETag"] = etag
        response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _asked_range(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """First and last byte to send; None for the whole copy. Raises Unsatisfiable.

    A range counts for GET alone, and is forgotten when If-Range names anything but the copy as it
    is now: then the whole is the right answer.
    """
    condition = request.headers.get("If-Range")
    if request.method != "GET" or (condition and condition != etag):
        return None
    return asked_for(request.headers.get("Range", ""), size)


def pieces(name: str, start: int, length: int) -> Iterator[bytes]:
    """The bytes of a copy. Raises Http404 when the store has lost it, before any byte is sent."""
    store = storages["access"]
    try:
        pieces = (
            _from_bucket(store, name, start, length)
            if hasattr(store, "bucket")
            else (_from_directory(store, name, start, length))
        )
        first = next(pieces, b"")
    except FileNotFoundError as error:
        raise Http404 from error
    return _again(first, pieces)


def _again(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _from_directory(store: Storage, name: str, start: int, length: int) -> Iterator[bytes]:
    with store.open(name) as file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(PIECE, length))):
            length -= len(piece)
            yield piece


def _from_bucket(store: Storage, name: str, start: int, length: int) -> Iterator[bytes]:
    """A ranged request of our own: an opened S3 file would be fetched whole before its first byte.

    Raises FileNotFoundError when the bucket has no such object.
    """
    if length == 0:
        return
    thing = store.bucket.Object(posixpath.join(store.location, name))  # type: ignore[attr-defined]
    try:
        body = thing.get(Range=f"bytes={start}-{start + length - 1}")["Body"]
    except thing.meta.client.exceptions.NoSuchKey as error:
        raise FileNotFoundError(name) from error
    try:
        yield from body.iter_chunks(PIECE)
    finally:
        body.close()
