"""From a template to an answer that caches may keep and must ask about.

A page depends on its address and on the catalogue, never on who asks: it is rendered by the
engine that has no context processors, carries a strong ETag made from its body, and sets nothing.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from footage.reading_room.wording import direction

LANGUAGES = ("en", "ar")
NAMES = {"en": "English", "ar": "العربية"}

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """A readers' page: GET and HEAD only, and a 404 that is the same whatever was asked for."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            return not_found(request)

    return require_safe(answer)


def reader_language() -> str:
    """The language of the page being made."""
    return "ar" if (translation.get_language() or "").startswith("ar") else "en"


def respond(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page of `templates/reading_room/` and answer 304 to whoever has it already."""
    language = reader_language()
    here = request.get_full_path() if status == 200 else f"/{language}/"
    body = loader.get_template(f"reading_room/{template}", using="public").render(
        {**frame(language, here), **context}
    )
    response = HttpResponse(body, status=status)
    return fresh(request, response)


def frame(language: str, here: str) -> dict[str, Any]:
    """What the layout needs: the language, its direction, and this page in every language."""
    in_languages = [
        {
            "code": code,
            "name": NAMES[code],
            "dir": direction(code),
            "path": f"/{code}/{here.removeprefix(f'/{language}/')}",
            "current": code == language,
        }
        for code in LANGUAGES
    ]
    return {
        "language": language,
        # Spelled out, because a process that serves staff alone knows no address of readers'.
        "root": f"/{language}/",
        "direction": direction(language),
        "in_languages": in_languages,
        "base_url": settings.BASE_URL,
        "here": here,
        "demonstration_site": settings.ARCHIVE_DEMONSTRATION,
    }


def fresh(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Mark an answer as to be asked about each time, and answer 304 when it has not changed."""
    response["Cache-Control"] = "no-cache"
    if response.status_code != 200:
        return response
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    answer = get_conditional_response(request, etag=etag, response=response)
    assert answer is not None  # noqa: S101  (only None when given no response)
    answer["Cache-Control"] = "no-cache"
    return answer


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """One page for what was never published and for what never existed, byte for byte."""
    return respond(request, "404.html", {}, status=404)
