"""Answers that caches may keep and must ask about: a strong ETag made from the body, no cookie.

Everything public goes out this way, because a withdrawal counts from the next request on.
"""

import hashlib
import re
from collections.abc import Callable
from typing import TypeVar, cast

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
)
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import parse_header_parameters
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponseBase]
Response = TypeVar("Response", bound=HttpResponseBase)
# Text that shrinks when it is packed, by its media type; what is shorter fits into one packet.
TEXT = (
    "text/",
    "application/json",
    "application/ld+json",
    "application/schema+json",
    "application/xml",
    "application/atom+xml",
)
LEAST_PACKED = 1_000
# What a coding is worth to whoever asks (RFC 9110, 12.4.2).
WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


def only_read(view: View) -> View:
    """GET and HEAD; 405 for the rest, without the detour over a CSRF page: nothing is written."""
    return csrf_exempt(require_safe(view))


def fresh(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Mark an answer as to be asked about each time, and answer 304 when it has not changed.

    One of text varies on Accept-Encoding from here on: `footage.catalogue.packing` packs it.
    """
    response["Cache-Control"] = "no-cache"
    if response.status_code != 200:
        return response
    text = response.headers.get("Content-Type", "").startswith(TEXT)
    if text and len(response.content) >= LEAST_PACKED and request.method in ("GET", "HEAD"):
        patch_vary_headers(response, ["Accept-Encoding"])
    return conditional(request, response, f'"{digest(response.content)}"')


def digest(content: bytes) -> str:
    """What an ETag says of content."""
    return hashlib.sha256(content).hexdigest()[:32]


def conditional(request: HttpRequest, response: Response, etag: str) -> Response:
    """An answer under its ETag, to be asked about each time; 304 for whoever has it already."""
    response["Cache-Control"] = "no-cache"
    response["ETag"] = etag
    answer = get_conditional_response(request, etag=etag, response=cast(HttpResponse, response))
    assert answer is not None  # noqa: S101  (only None when given no response)
    answer["Cache-Control"] = "no-cache"
    return cast(Response, answer)


def moved(path: str) -> HttpResponsePermanentRedirect:
    """To the one address of what was asked for under another, to be asked about each time."""
    return HttpResponsePermanentRedirect(path, headers={"Cache-Control": "no-cache"})


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether whoever asks unpacks gzip (RFC 9110, 12.5.3): what is said of gzip by name counts,
    else what is said of everything. A weight of nought, or that is none, is a no."""
    said: dict[str, bool] = {}
    for offered in request.headers.get("Accept-Encoding", "").split(","):
        coding, parameters = parse_header_parameters(offered)
        wanted = WEIGHT.fullmatch(parameters.get("q", "1"))
        said[coding.strip().removeprefix("x-")] = bool(wanted and float(wanted[0]))
    return said.get("gzip", said.get("*", False))
