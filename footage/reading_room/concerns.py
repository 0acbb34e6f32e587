"""The one thing readers may write: a concern, sealed on its way in, and what became of it.

No account, no cookie, no script, no address of the reader. A cookie-less form cannot carry a CSRF
token; instead what the browser itself says of where a form comes from is believed. A browser too
old to say anything is let in: there is no session that a foreign form could abuse, and turning
old phones away would silence those who most need this page.
"""

import logging
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from footage.inbox import codes, outcomes, receiving
from footage.inbox.models import DAYS_KEPT
from footage.reading_room.rendering import form_page, reader_language, rendered, respond
from footage.reading_room.wording import say_day
from footage.references import ReferenceError as NotAReference
from footage.references import parse_reference
from footage.vocabularies import ANSWERS, CONCERNS

# The longest text fits in any script (four bytes a character, three letters for each byte).
MOST_BYTES: Final = 80_000
FORM: Final = "application/x-www-form-urlencoded"
RETRY_LATER: Final = "60"

logger = logging.getLogger(__name__)


@form_page
def safety(request: HttpRequest) -> HttpResponse:
    """The form; `?reference=` fills the reference in when it can be one."""
    if request.method != "POST":
        given = {"reference": _reference(request.GET.get("reference", ""))}
        return respond(request, "safety.html", _safety(given))
    if refusal := _refusal(request):
        return _taken(request, "safety.html", _safety({}, problem=refusal[0]), refusal[1])
    form = receiving.ConcernForm(request.POST)
    if not form.is_valid():
        shown = _safety(request.POST.dict(), errors=dict(form.errors))
        return _taken(request, "safety.html", shown, 422)
    try:
        code = receiving.receive(form.cleaned_data, language=reader_language())
    except receiving.TooMany as full:
        return _not_kept(
            request,
            _("Your message was NOT kept: more arrive at this moment than can be taken."),
            str(full.seconds),
        )
    except (receiving.NotReady, DatabaseError) as error:
        # The kind of failure alone: a database's message may quote what was written.
        logger.error("a concern could not be kept: %s", type(error).__name__)
        return _not_kept(
            request, _("Your message was NOT kept: it cannot be written down now."), RETRY_LATER
        )
    return _taken(request, "safety_sent.html", {"code": code, "contact": _contact()}, 200)


@form_page
def outcome(request: HttpRequest) -> HttpResponse:
    """What a code says. Asked by POST, so that a code is in no address, history or log."""
    if request.method != "POST":
        return respond(request, "outcome.html", {})
    if refusal := _refusal(request):
        return _taken(request, "outcome.html", {"problem": refusal[0]}, refusal[1])
    typed = request.POST.get("code", "")[:100]
    try:
        found = outcomes.outcome_of(typed)
    except codes.NotACode:
        wrong = _("This is not a code of this archive. Compare each group of four with your note.")
        return _taken(request, "outcome.html", {"error": wrong, "typed": typed}, 422)
    language = reader_language()
    said: dict[str, Any] = {"undecided": True}
    if found is not None:
        said = {
            "sentence": ANSWERS[found.answer].note(language),
            "day": say_day(found.day, language),
        }
    return _taken(request, "outcome.html", said, 200)


# --- The parts -----------------------------------------------------------------------------------
def _safety(given: dict[str, str], **more: Any) -> dict[str, Any]:
    return {
        "contact": _contact(),
        "concerns": CONCERNS.choices(reader_language()),
        "longest": receiving.LONGEST,
        "days_kept": DAYS_KEPT,
        "given": given,
        **more,
    }


def _contact() -> str:
    return str(settings.ARCHIVE_CONTACT)


def _reference(text: str) -> str:
    """What stands in the address is shown only as a reference in full, never as it was typed."""
    try:
        return parse_reference(text)
    except NotAReference:
        return ""


def _refusal(request: HttpRequest) -> tuple[str, int] | None:
    """Why a form is not even read, with its status; None when it may be."""
    if not comes_from_here(request):
        return _("This form was sent from another site. Nothing was kept."), 403
    if request.content_type != FORM:
        return _("Only the form on this page is taken, without files. Nothing was kept."), 415
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MOST_BYTES:
        return _("This is too long. Shorten it, or send it in parts. Nothing was kept."), 413
    return None


def comes_from_here(request: HttpRequest) -> bool:
    """Whether the browser says so, or is too old to say anything."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    # "null" is what a browser sends for a page with "no-referrer", which every page here is.
    origin = request.headers.get("Origin", "null")
    if origin == "null":
        return True
    ours = {request.get_host(), urlsplit(settings.BASE_URL).netloc}
    return urlsplit(origin).netloc in ours


def _not_kept(request: HttpRequest, why: str, seconds: str) -> HttpResponse:
    """Say plainly that nothing was kept, with what was written still in the form."""
    shown = _safety(request.POST.dict(), problem=why, again=True)
    response = _taken(request, "safety.html", shown, 503)
    response["Retry-After"] = seconds
    return response


def _taken(
    request: HttpRequest, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    """The answer to a form: kept by no cache and no history of the browser."""
    response = HttpResponse(rendered(template, request.path, context), status=status)
    response["Cache-Control"] = "no-store"
    return response
