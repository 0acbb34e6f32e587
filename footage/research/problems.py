"""Errors for programs: problem details of RFC 9457."""

import orjson
from django.http import HttpResponse


def problem(status: int, title: str, detail: str) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = HttpResponse(
        orjson.dumps(body), status=status, content_type="application/problem+json"
    )
    response["Cache-Control"] = "no-cache"
    return response
