"""Answers that caches may keep and must ask about: a strong ETag made from the body, no cookie.

Everything public goes out this way, because a withdrawal counts from the next request on.
"""

import hashlib
from collections.abc import Callable
from typing import TypeVar, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponseBase]
Response = TypeVar("Response", bound=HttpResponseBase)


def only_read(view: View) -> View:
    """GET and HEAD; 405 for the rest, without the detour over a CSRF page: nothing is written."""
    return csrf_exempt(require_safe(view))


def fresh(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Mark an answer as to be asked about each time, and answer 304 when it has not changed."""
    response["Cache-Control"] = "no-cache"
    if response.status_code != 200:
        return response
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
