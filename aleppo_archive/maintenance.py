"""ARCHIVE_READONLY=1: the workshop changes nothing while the house is mended; reading goes on."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
SECONDS_TO_WAIT = "600"
# Signing in and out writes only a session, and whoever reads has to sign in.
STAYS_OPEN = ("/admin/account/", "/admin/language/")


class ReadOnlyMiddleware:
    """Answers every request of the workshop that would change something with 503 and a page.

    Before the body is read: an upload's bytes stay with their client, who goes on afterwards.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.ARCHIVE_READONLY and changes_something(request):
            return refused(request)
        return self.get_response(request)


def changes_something(request: HttpRequest) -> bool:
    if not request.path.startswith("/admin/") or request.path.startswith(STAYS_OPEN):
        return False
    method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper()
    return method not in SAFE or request.method not in SAFE


def refused(request: HttpRequest) -> HttpResponse:
    message = _(
        "The archive is being maintained: nothing can be changed now. Reading goes on, and what "
        "you were sending is continued afterwards from where it stopped."
    )
    response: HttpResponse
    if request.path.startswith("/admin/uploads/"):
        response = JsonResponse({"code": "read-only", "message": message}, status=503)
        response["Tus-Resumable"] = "1.0.0"
    else:
        page = render_to_string("admin/read_only.html", {"message": message}, request)
        response = HttpResponse(page, status=503)
    response["Retry-After"] = SECONDS_TO_WAIT
    response["Cache-Control"] = "no-store"
    return response
