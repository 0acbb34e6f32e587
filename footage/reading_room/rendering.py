"""From a template to an answer that caches may keep and must ask about.

A page depends on its address and on the catalogue, never on who asks: it is rendered by the
engine that has no context processors, carries a strong ETag made from its body, and sets nothing.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from footage.catalogue import answers
from footage.catalogue.authorities import Authorities
from footage.catalogue.freshness import View, fresh, only_read
from footage.catalogue.index import remembering
from footage.catalogue.index.searching import Moment
from footage.reading_room.pages import frame

LANGUAGE_FREE = (
    *("/media/", "/export/", "/api/", "/oai", "/iiif/", "/releases/", "/feeds/"),
    "/schemas/",
    *("/cite/", "/unapi", "/oembed"),
    *("/healthz", "/robots.txt", "/sitemap.xml", "/sitemaps/"),
)
# Of a query, in characters: a page repeats it in every link to itself, a longer one is left behind.
MOST_REPEATED = 4_000


def page(view: View) -> View:
    """A readers' page: GET and HEAD only, and a 404 that is the same whatever was asked for."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            return not_found(request)

    return only_read(answer)


def form_page(view: View) -> View:
    """A page that also takes a form. No CSRF token, which would need a cookie: see `concerns`."""
    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(view))


def reader_language() -> str:
    """The language of the page being made."""
    return "ar" if (translation.get_language() or "").startswith("ar") else "en"


def respond(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page of `templates/reading_room/` and answer 304 to whoever has it already."""
    repeated = len(request.META.get("QUERY_STRING", "")) <= MOST_REPEATED
    here = request.get_full_path() if repeated else request.path
    # What is not there must not repeat what was asked for; what was withdrawn keeps its address.
    here = f"/{reader_language()}/" if status == 404 else here
    response = HttpResponse(rendered(template, here, context), status=status)
    return fresh(request, response)


def remembered(
    request: HttpRequest, names: Authorities, make: Callable[[Moment | None], HttpResponse]
) -> HttpResponse:
    """The page that was made for this address at this moment of the catalogue, or else made now.

    For pages made of an address, answers and names alone. One database query, and those of `make`.
    """
    at = answers.moment(names)
    address = request.get_full_path()
    if at is None or len(address) > MOST_REPEATED:
        return make(at)
    key = ("page", at, address)
    body = remembering.get(key)
    if body is not None:
        return fresh(request, HttpResponse(body))
    response = make(at)
    if response.status_code == 200:
        remembering.put(key, response.content, len(response.content))
    return response


def rendered(template: str, here: str, context: dict[str, Any]) -> str:
    """The body of a page of `templates/reading_room/` whose address is `here`."""
    return loader.get_template(f"reading_room/{template}", using="public").render(
        {**frame(reader_language(), here), **context}
    )


def is_language_free(path: str) -> bool:
    """Whether a path, by the contract of addresses, answers alike in every language."""
    return path.startswith(LANGUAGE_FREE) or (
        path.startswith("/c/") and path.endswith((".vtt", ".srt", ".txt", ".zip"))
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """One page for what was never published and for what never existed, byte for byte."""
    if is_language_free(request.path_info):
        return fresh(request, HttpResponse("Not found\n", "text/plain; charset=utf-8", status=404))
    return respond(request, "404.html", {}, status=404)
