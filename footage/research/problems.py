"""Errors for programs: problem details of RFC 9457."""

from typing import Any

import orjson
from django.http import HttpResponse


def problem(status: int, title: str, detail: str, **members: Any) -> HttpResponse:
    """The error as an answer; `members` are its extension members."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    response = HttpResponse(
        orjson.dumps(body), status=status, content_type="application/problem+json"
    )
    response["Cache-Control"] = "no-cache"
    return response
