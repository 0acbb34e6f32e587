"""How programs are answered: from any origin, the same bytes for all, with an ETag to ask again by.

Every answer depends on its address and on the catalogue alone. It names no reader, sets nothing,
and may be read by a page of any site, without credentials.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from footage.catalogue import freshness
from footage.catalogue.freshness import View
from footage.research.asked import Refused
from footage.research.problems import problem

# How long to wait for an index.
RETRY_S = "30"
# Viewers of other houses ask past their caches; a browser asks first whether it may say so.
ASKED_WITH = "Cache-Control, If-None-Match, Pragma, Range"
JSON = "application/json; charset=utf-8"


def answering(*methods: str) -> Callable[[View], View]:
    """These methods, OPTIONS for browsers that ask first, 405 with Allow for the rest.

    That any site may read the answer is said by `aleppo_archive.headers`.
    """
    return partial(_answering, methods)


def _answering(methods: tuple[str, ...], view: View) -> View:
    allowed = ", ".join([*methods, "OPTIONS"])

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = allowed
            response["Access-Control-Allow-Headers"] = ASKED_WITH
            response["Access-Control-Max-Age"] = "86400"
            response["Cache-Control"] = "no-cache"
        elif request.method in methods:
            response = view(request, *args, **kwargs)
        else:
            ways = " or ".join([", ".join(methods[:-1]), methods[-1]])
            detail = f"{request.method} changes things; everything here is read with {ways}."
            response = problem(405, "Method not allowed", detail)
        if response.status_code in (204, 405):
            response["Allow"] = allowed
        response["Access-Control-Expose-Headers"] = "ETag, Link, Allow"
        return response

    return csrf_exempt(answer)


read_only = answering("GET", "HEAD")


def fresh(request: HttpRequest, content: bytes, media_type: str = JSON) -> HttpResponse:
    """The content with its ETag; 304 without it for whoever has it already."""
    return freshness.fresh(request, HttpResponse(content, content_type=media_type))


def as_json(value: Any) -> bytes:
    """UTF-8 with nothing escaped that need not be, keys in the order given."""
    return orjson.dumps(value)


def resource(view: View) -> View:
    """An address of the API: what cannot be used, or is not there, is a problem document."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return refused.response
        except Http404:
            return problem(404, "Not found", "Nothing is published under this address.")

    return read_only(answer)


def not_counted() -> HttpResponse:
    return _later("Nothing can be counted just now", "Ask for records, or again in half a minute.")


def not_searched() -> HttpResponse:
    mend = "Leave q out, or ask again in half a minute."
    return _later("Words cannot be searched just now", mend, parameter="q")


def _later(title: str, mend: str, **members: str) -> HttpResponse:
    response = problem(503, title, f"The search index is being built. {mend}", **members)
    response["Retry-After"] = RETRY_S
    return response
