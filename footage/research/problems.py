"""Errors for programs: problem details of RFC 9457."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.defaults import server_error


def problem(status: int, title: str, detail: str, **members: Any) -> HttpResponse:
    """The error as an answer; `members` are its extension members."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    response = HttpResponse(
        orjson.dumps(body), status=status, content_type="application/problem+json"
    )
    response["Cache-Control"] = "no-cache"
    return response


def fault(request: HttpRequest) -> HttpResponseBase:
    """500, of which nothing is told: of the API a problem, elsewhere the page for readers.

    Asks no database, which may be what is missing.
    """
    if request.path_info.startswith("/api/"):
        detail = "The fault is ours, and nothing was lost. Ask again in a while."
        return problem(500, "Something went wrong on our side", detail)
    return server_error(request)
