"""What every answer of the archive says to browsers, whatever view, file or error made it.

It stands outermost, so that static files, refused host names and failures say it too. A view
cannot say less: what is set here replaces what it set.
"""

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

# No page of the archive asks for any of these; a page that is slipped in cannot either.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation"),
        *("gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone"),
        *("midi", "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
    )
)

# What pages of other sites may fetch and show: records, their media and their captions, for
# viewers and newsrooms. The same for everybody and without credentials, so nothing is given away.
FOR_OTHER_SITES = (
    *("/api/", "/cite/", "/export/", "/feeds/", "/iiif/", "/media/", "/oai", "/oembed"),
    *("/schemas/", "/unapi"),
)

# The one kind of page that other sites may show in a frame: it does nothing but play a clip, has no
# form and knows nobody, so that a click led astray has nothing to reach.
IN_FRAMES = re.compile(r"/(en|ar)/embed/")


class HeadersMiddleware:
    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        staff = request.path_info.startswith("/admin/")
        framed = IN_FRAMES.match(request.path_info) is not None
        response["Content-Security-Policy"] = policy(staff, framed)
        response["X-Content-Type-Options"] = "nosniff"
        if not framed:
            response["X-Frame-Options"] = "DENY"
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        open_to_all = for_other_sites(request.path_info)
        response["Cross-Origin-Resource-Policy"] = "cross-origin" if open_to_all else "same-origin"
        if open_to_all:
            response["Access-Control-Allow-Origin"] = "*"
        response["Permissions-Policy"] = PERMISSIONS
        # Under "no-referrer" a browser sends forms with "Origin: null", which Django's CSRF check
        # refuses. Within the archive's own site the referrer is no secret.
        response["Referrer-Policy"] = "same-origin" if staff else "no-referrer"
        if staff:
            response["Cache-Control"] = "private, no-store"
            if signs_out(request):
                # What a page left in the browser goes with the session; the machine may be seized.
                response["Clear-Site-Data"] = '"cache", "storage"'
        return response


def for_other_sites(path: str) -> bool:
    captions = path.startswith("/c/") and path.endswith((".vtt", ".srt", ".txt"))
    return path.startswith(FOR_OTHER_SITES) or captions


def policy(staff: bool, framed: bool = False) -> str:
    """The content security policy: nothing inline, nothing from elsewhere, framed by nobody.

    But for the one page that is made for frames.
    """
    sources = settings.STAFF_SECURITY_POLICY if staff else settings.CONTENT_SECURITY_POLICY
    if framed:
        sources = {**sources, "frame-ancestors": "*"}
    return "; ".join(f"{directive} {source}" for directive, source in sources.items())


def signs_out(request: HttpRequest) -> bool:
    if request.method != "POST":
        return False
    try:
        return resolve(request.path_info).url_name == "account_logout"
    except Resolver404:
        return False
