"""Posters and playable copies of drafts, streamed to staff with byte ranges. Never masters."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from footage.byte_ranges import Unsatisfiable, asked_for
from footage.ingest.models import Rendition

CHUNK_BYTES = 2**16


def stream(request: HttpRequest, name: str) -> HttpResponseBase:
    """Send the working copy `name`, or the range asked for. Memory: one chunk. Raises Http404."""
    rendition = Rendition.objects.filter(name=name).first()
    if rendition is None:
        raise Http404
    try:
        file: Any = storages["working"].open(rendition.name)
    except FileNotFoundError as error:
        raise Http404 from error
    size = rendition.bytes
    try:
        span = asked_for(request.headers.get("Range", ""), size)
    except Unsatisfiable:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = span or (0, size - 1)
    response = StreamingHttpResponse(
        _chunks(file, start, end - start + 1),
        status=206 if span else 200,
        content_type=rendition.media_type,
        headers={
            "Accept-Ranges": "bytes",
            "Content-Length": str(end - start + 1),
            "Cache-Control": "private, no-store",
        },
    )
    if span:
        response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response


def _chunks(file: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while length > 0 and (chunk := file.read(min(CHUNK_BYTES, length))):
            length -= len(chunk)
            yield chunk
