"""Errors for programs: problem details of RFC 9457."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader

# What is left to say where not even a template can be read.
FAULT = "Something went wrong on our side"
BARE = f"{FAULT}\nحدث خطأ من جانبنا\n"


def problem(status: int, title: str, detail: str, **members: Any) -> HttpResponse:
    """The error as an answer; `members` are its extension members."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return HttpResponse(
        orjson.dumps(body),
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-cache"},
    )


def fault(request: HttpRequest) -> HttpResponseBase:
    """500, of which nothing is told: of the API a problem, elsewhere the page for readers.

    The page says it in both languages, that of the address first. Asks no database and no
    translations, which may be what is missing.
    """
    if request.path_info.startswith("/api/"):
        return problem(500, FAULT, "The fault is ours, and nothing was lost. Ask again in a while.")
    try:
        return HttpResponse(_in_both("500.html", request), status=500)
    except Exception:
        # Whatever failed now, the first fault is the one that is told and logged.
        return HttpResponse(BARE, "text/plain; charset=utf-8", status=500)


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400 for what Django refuses before a page sees it, such as a form of too many fields."""
    return HttpResponse(_in_both("400.html", request), status=400)


def _in_both(template: str, request: HttpRequest) -> str:
    arabic_first = request.path_info.startswith("/ar/")
    return loader.get_template(template).render({"arabic_first": arabic_first})
