"""Sign-in of staff: closed sign-up, a second factor for everybody, sealed factor secrets."""

import logging
import time
from typing import Any

from allauth.account import app_settings as settings_of_allauth
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aleppo_archive import staff_sessions
from people import sealing

log = logging.getLogger(__name__)

# What somebody who is not signed in may ask for below /admin/.
OPEN_TO_ALL = ("/admin/account/", "/admin/language/")
METHODS = ("GET", "HEAD", "POST")
UPLOADS = "/admin/uploads/"


class StaffAccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: staff are invited by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Not which name was tried: people type passwords into that field too."""
        super().authentication_failed(request, **credentials)
        log.warning("A sign-in was refused: wrong name or password.")

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        given = get_authentication_records(request, user)
        ways = sorted({f"{each['method']}:{each.get('type', '')}".rstrip(":") for each in given})
        log.info("Staff %s signed in (%s).", user.pk, ", ".join(ways))
        return super().post_login(request, user, **kwargs)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count wrong passwords by name and address together, in memory alone.

        allauth counts them by name too: then five guesses of a stranger, from anywhere, would keep
        that colleague out. Codes of the second factor are counted by person: only somebody who has
        the password comes so far.
        """
        name = f"{credentials.get('username', '')}@{self.get_client_ip(request)}"
        super().pre_authenticate(request, **{**credentials, "username": name})

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Changes to a second factor ask for the password again, unless it was just given:
        setting up the first one follows upon the sign-in."""
        request = context.request
        given = get_authentication_records(request, request.user)
        if given and time.time() - given[-1]["at"] < settings_of_allauth.REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app))


class SealedFactorAdapter(DefaultMFAAdapter):
    """Keeps the secret of an authenticator app sealed; allauth would store it in clear."""

    def encrypt(self, text: str) -> str:
        return sealing.seal(text, place=sealing.FACTOR_SECRET).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; without its key a new random one, which no code fits. `doctor` says why."""
        try:
            return sealing.unseal(bytes.fromhex(encrypted_text), place=sealing.FACTOR_SECRET)
        except sealing.SealError as error:
            log.error("A second factor cannot be opened: %s", error)
            return generate_totp_secret()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """A second factor is replaced, never given up: the last one stays."""
        if settings.ARCHIVE_DEMONSTRATION or authenticator.type not in FACTORS:
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS)
        return others.exclude(pk=authenticator.pk).exists()


FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class StaffSessionMiddleware(SessionMiddleware):
    """Sessions below /admin/ alone: a reader's answer says nothing of one, whatever they send."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if not request.path_info.startswith("/admin/"):
            return response
        return super().process_response(request, response)


class NoFiles(FileUploadHandler):
    """Drops every file of a request: for pages that have no use for one."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


class SecondFactorMiddleware:
    """Keeps strangers out of `/admin/`, and staff until they have set up a second factor.

    It runs before any body is read: Django parses an upload while it looks for the CSRF token,
    so without this a stranger could fill the disk before being refused. A reader's request never
    touches the session. In the demonstration alone no second factor is asked for; a banner says so.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        # Django's views take any other method for a GET; uploads speak a protocol of their own.
        if request.method not in METHODS and not request.path.startswith(UPLOADS):
            return HttpResponseNotAllowed(METHODS)
        uploading = request.path.startswith(UPLOADS)
        if staff_sessions.end_if_over(request, idle_counts=not uploading):
            messages.info(request, _("You were signed out. Please sign in again."))
        if request.path.startswith(OPEN_TO_ALL):
            request.upload_handlers = [NoFiles(request)]
        elif not (request.user.is_active and request.user.is_staff):
            return refused(request)
        elif not settings.ARCHIVE_DEMONSTRATION and not has_second_factor(request.user):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return self.get_response(request)


def refused(request: HttpRequest) -> HttpResponse:
    """Send whoever may not be here to the sign-in, and somebody signed in who is no staff out."""
    if request.path.startswith(UPLOADS):
        # A program sends files here: a redirect to a page would look like an answer to it.
        return HttpResponse(status=403)
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse("account_logout"))
    back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    return redirect_to_login(back, reverse("account_login"))


def has_second_factor(user: Any) -> bool:
    """One query. Recovery codes alone are none: they run out."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()
