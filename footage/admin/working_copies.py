"""Posters and playable copies of drafts, streamed to staff with byte ranges. Never masters."""

from collections.abc import Iterator

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
    if not storages["working"].exists(rendition.name):
        raise Http404
    size = rendition.bytes
    try:
        span = asked_for(request.headers.get("Range", ""), size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = span or (0, size - 1)
    response = StreamingHttpResponse(
        _chunks(rendition.name, start, end - start + 1),
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


def _chunks(name: str, start: int, length: int) -> Iterator[bytes]:
    # Opened at the first byte, not before: an answer that nobody reads holds no file.
    with storages["working"].open(name) as file:
        file.seek(start)
        while length > 0 and (chunk := file.read(min(CHUNK_BYTES, length))):
            length -= len(chunk)
            yield chunk
