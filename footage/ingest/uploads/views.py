"""The tus endpoints below /admin/uploads/: who asks, what it means, and the true answer.

Every request is authorised anew: staff with the right to add a clip, and for an upload only the
one who began it; for everybody else it does not exist. Bodies are read as a stream. Errors are
JSON: a stable `code`, and a `message` in the language of whoever asks.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from footage.ingest.models import Master, Upload
from footage.ingest.refusals import NoRecording, Refused
from footage.ingest.uploads import announced, protocol, sessions
from footage.ingest.uploads.store import Taken

PERMISSION: Final = "footage.add_clip"
SECONDS_PER_TICK: Final = 1.0
SAFE: Final = {"GET", "HEAD", "OPTIONS", "TRACE"}
LISTED: Final = 200
# Statuses of refusals. 4xx is final for a client, 5xx is worth another try.
STATUS: Final = {
    "empty": 400,
    "too-large": 413,
    "quota": 507,
    "no-room": 507,
    "disk-full": 507,
    "storage-failed": 500,
}
REFUSED: Final = 422


@dataclass(frozen=True)
class House:
    """What ingest may not know itself: how a master becomes a clip, and where a clip's page is."""

    arrival: sessions.Arrival
    # The address of a clip's page for this user, "" when they may not see it or there is none.
    page: Callable[[Master, Any], str]


def addresses(house: House) -> list[URLPattern]:
    given = {"house": house}
    return [
        path("", collection, given, name="uploads"),
        path("held", held, given, name="uploads_held"),
        path("<str:upload_id>", one, given, name="upload"),
    ]


# --- The three addresses -------------------------------------------------------------------------
def collection(request: HttpRequest, *, house: House) -> HttpResponse:
    """OPTIONS: what this server does. POST: begin an upload. GET: one's own uploads, as JSON."""
    return _answer(request, {"OPTIONS": options, "POST": create, "GET": listed}, house)


def one(request: HttpRequest, *, house: House, upload_id: str) -> HttpResponse:
    """HEAD, PATCH, DELETE of tus; GET: what became of it, as JSON."""
    methods: dict[str, Callable[..., HttpResponse]] = {
        "OPTIONS": options,
        "HEAD": head,
        "PATCH": patch,
        "DELETE": delete,
        "GET": status,
    }
    return _answer(request, methods, house, upload_id)


def held(request: HttpRequest, *, house: House) -> HttpResponse:
    """GET ?sha256=<hex>: whether the archive has these bytes, before they are sent.

    {"held": false}, or {"held": true, "message": ...} with "reference" and "address" for whoever
    may see the clip, and nothing more for others.
    """
    if request.method != "GET":
        return _problem(405, "method", _("This method is not offered."))
    if not request.user.has_perm(PERMISSION):
        return _problem(403, "forbidden", _("You may not add footage."))
    digest = request.GET.get("sha256", "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        return _problem(400, "digest", _("A SHA-256 digest is 64 hexadecimal characters."))
    master = sessions.held_master(digest)
    answer: dict[str, Any] = {"held": master is not None}
    if master is not None:
        answer |= {"message": _("The archive holds this file already.")}
        if address := house.page(master, request.user):
            answer["address"] = address
    return _private(JsonResponse(answer))


# --- tus -----------------------------------------------------------------------------------------
def options(request: HttpRequest, house: House) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Version"] = protocol.VERSION
    response["Tus-Extension"] = ",".join(protocol.EXTENSIONS)
    response["Tus-Checksum-Algorithm"] = ",".join(protocol.CHECKSUM_ALGORITHMS)
    response["Tus-Max-Size"] = str(settings.MASTER_MAX_BYTES)
    return response


def create(request: HttpRequest, house: House) -> HttpResponse:
    """Creation, with the first bytes when the request has a body of them."""
    protocol.check_not_deferred(request.headers)
    protocol.check_not_concatenated(request.headers)
    length = protocol.number("Upload-Length", request.headers.get("Upload-Length"))
    written = request.headers.get("Upload-Metadata")
    found = protocol.metadata(written)
    digest = protocol.declared_digest(found)
    if not announced.may_be_recording(found.get("filename", ""), found.get("filetype", "")):
        raise NoRecording
    body = 0
    if request.headers.get("Content-Length") not in {None, "", "0"}:
        protocol.check_content_type(request.headers.get("Content-Type"))
        body = protocol.body_length(request.headers)
        if body > length:
            raise sessions.Overlong
    checksum = protocol.checksum(request.headers.get("Upload-Checksum"))
    upload = sessions.begin(
        by=request.user, length=length, metadata=written or "", declared_digest=digest
    )
    if body:
        upload = _receive(request, upload, 0, body, checksum, house)
    response = HttpResponse(status=201)
    response["Location"] = reverse("upload", args=[upload.pk])
    if body:
        response["Upload-Offset"] = str(upload.offset)
    return _told(response, request, upload, house)


def head(request: HttpRequest, upload: Upload, house: House) -> HttpResponse:
    upload = sessions.complete(upload, house.arrival)
    response = HttpResponse(status=200)
    response["Upload-Offset"] = str(sessions.true_offset(upload))
    response["Upload-Length"] = str(upload.length)
    if upload.metadata:
        response["Upload-Metadata"] = upload.metadata
    return _told(response, request, upload, house)


def patch(request: HttpRequest, upload: Upload, house: House) -> HttpResponse:
    protocol.check_content_type(request.headers.get("Content-Type"))
    offset = protocol.number("Upload-Offset", request.headers.get("Upload-Offset"))
    length = protocol.body_length(request.headers)
    checksum = protocol.checksum(request.headers.get("Upload-Checksum"))
    upload = _receive(request, upload, offset, length, checksum, house)
    response = HttpResponse(status=204)
    response["Upload-Offset"] = str(upload.offset)
    return _told(response, request, upload, house)


def delete(request: HttpRequest, upload: Upload, house: House) -> HttpResponse:
    sessions.terminate(upload)
    return HttpResponse(status=204)


# --- For the page --------------------------------------------------------------------------------
def listed(request: HttpRequest, house: House) -> HttpResponse:
    """One's own uploads, latest first, ended ones too until they are swept; ?state= those in it.

    LISTED at most: who looks for what is unfinished asks for state=receiving, or a day of ended
    ones would hide it.
    """
    mine = Upload.objects.filter(by=request.user.pk).select_related("master")
    if (state := request.GET.get("state")) in Upload.State.values:
        mine = mine.filter(state=state)
    listed = [_described(upload, request, house) for upload in mine[:LISTED]]
    return JsonResponse({"uploads": listed})


def status(request: HttpRequest, upload: Upload, house: House) -> HttpResponse:
    return JsonResponse(_described(upload, request, house))


def _described(upload: Upload, request: HttpRequest, house: House) -> dict[str, Any]:
    found = protocol.metadata(upload.metadata or None)
    name = found.get("filename", "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return {
        "address": reverse("upload", args=[upload.pk]),
        "filename": name,
        "state": upload.state,
        "length": upload.length,
        "offset": upload.offset,
        "outcome": upload.outcome,
        "reference": upload.reference if _page(upload, request, house) else "",
        "page": _page(upload, request, house),
        "expires": upload.expires_at.isoformat(),
    }


# --- What they share -----------------------------------------------------------------------------
def _answer(
    request: HttpRequest,
    methods: dict[str, Callable[..., HttpResponse]],
    house: House,
    upload_id: str = "",
) -> HttpResponse:
    """Authorise, dispatch, and turn whatever is raised into its status."""
    try:
        meant = protocol.method(request.method or "", request.headers.get("X-HTTP-Method-Override"))
        overridden = meant not in SAFE and request.method in SAFE
        if overridden and (refused := _csrf_refused(request, meant)):
            return _tus(refused)
        if not request.user.has_perm(PERMISSION):
            return _tus(_problem(403, "forbidden", _("You may not add footage.")))
        if meant not in methods:
            response = _problem(405, "method", _("This method is not offered."))
            response["Allow"] = ", ".join(sorted(methods))
            return _tus(response)
        given: list[Any] = [request]
        if meant != "OPTIONS":
            if meant != "GET":
                protocol.check_version(request.headers.get("Tus-Resumable"))
            if upload_id:
                upload = _of(request.user, upload_id)
                if upload is None:
                    return _tus(_problem(404, "not-found", _("There is no such upload.")))
                given.append(upload)
        return _tus(methods[meant](*given, house))
    except protocol.ProtocolError as error:
        arabic = (get_language() or "en").startswith("ar")
        response = _problem(error.status, "protocol", error.text_ar if arabic else error.text_en)
        if error.status == 412:
            response["Tus-Version"] = protocol.VERSION
    except Refused as refusal:
        response = _problem(STATUS.get(refusal.code, REFUSED), refusal.code, str(refusal))
        if isinstance(refusal, NoRecording):
            response.status_code = 415
    except sessions.Conflict as conflict:
        response = _problem(409, "offset", _("The upload is at another place; ask where."))
        response["Upload-Offset"] = str(conflict.offset)
    except sessions.Ended as ended:
        response = _problem(410, ended.upload.outcome or "ended", _("This upload has ended."))
    except sessions.Overlong:
        response = _problem(413, "overlong", _("These are more bytes than were announced."))
    except sessions.ChecksumDiffers:
        response = _problem(
            protocol.CHECKSUM_MISMATCH,
            "checksum",
            _("Bytes were damaged on their way: send them again."),
        )
    except sessions.Interrupted:
        response = _problem(408, "interrupted", _("The line broke off; go on from where it was."))
    except Taken:
        response = _problem(423, "locked", _("Another request is writing this upload."))
        response["Retry-After"] = "2"
    except DatabaseError:
        response = _problem(503, "unavailable", _("The archive is busy; try again in a moment."))
        response["Retry-After"] = "5"
    return _tus(response)


def _of(user: Any, upload_id: str) -> Upload | None:
    """The upload of that id, if this user began it. What is no id is not asked of the database."""
    if not re.fullmatch(r"[0-9a-f]{32}", upload_id):
        return None
    return Upload.objects.filter(pk=upload_id, by=user.pk).first()


def _receive(
    request: HttpRequest,
    upload: Upload,
    offset: int,
    length: int,
    checksum: protocol.Checksum | None,
    house: House,
) -> Upload:
    with Body(request) as body:
        return sessions.receive(
            upload,
            offset=offset,
            length=length,
            source=body,
            checksum=checksum,
            arrival=house.arrival,
        )


class Body:
    """A request's body as a stream, which says once a second when nothing comes.

    The server's socket blocks for ever by default; where the server lends it to us (gunicorn) a
    silent client costs no thread for longer than sessions.SECONDS_OF_SILENCE.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.socket = request.META.get("gunicorn.socket")

    def __enter__(self) -> "Body":
        if self.socket is not None:
            self.socket.settimeout(SECONDS_PER_TICK)
        return self

    def __exit__(self, *_error: object) -> None:
        if self.socket is not None:
            self.socket.settimeout(None)

    def read(self, size: int) -> bytes:
        try:
            return self.request.read(size)
        except OSError as error:
            if isinstance(error.__cause__, TimeoutError):
                raise sessions.Silence from None
            raise


def _told(
    response: HttpResponse, request: HttpRequest, upload: Upload, house: House
) -> HttpResponse:
    """What a client should know of an upload: until when it lives, or what became of it."""
    if upload.state == Upload.State.RECEIVING:
        response["Upload-Expires"] = protocol.http_date(upload.expires_at)
    if upload.outcome:
        response["Archive-Outcome"] = upload.outcome
        if upload.master:
            # For the sender to compare with what it hashed itself.
            response["Archive-Digest"] = upload.master.fixity
        if page := _page(upload, request, house):
            response["Archive-Clip"] = page
    return response


def _page(upload: Upload, request: HttpRequest, house: House) -> str:
    return house.page(upload.master, request.user) if upload.master else ""


def _csrf_refused(request: HttpRequest, meant: str) -> HttpResponse | None:
    """A safe method in words that means another one: its CSRF token was not asked for yet."""
    request.method = meant
    request.csrf_processing_done = False
    return CsrfViewMiddleware(lambda _request: HttpResponse()).process_view(
        request, lambda _request: HttpResponse(), (), {}
    )


def _problem(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse(
        {"code": code, "message": message}, status=status, json_dumps_params={"ensure_ascii": False}
    )


def _tus(response: HttpResponse) -> HttpResponse:
    response["Tus-Resumable"] = protocol.VERSION
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
