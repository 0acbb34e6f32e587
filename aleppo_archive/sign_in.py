"""Sign-in of staff: closed sign-up, a second factor for everybody, sealed factor secrets."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from people import sealing


class StaffAccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: staff are invited by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SealedFactorAdapter(DefaultMFAAdapter):
    """Keeps the secret of an authenticator app sealed; allauth would store it in clear."""

    PLACE = "mfa:authenticator:secret"

    def encrypt(self, text: str) -> str:
        return sealing.seal(text, place=self.PLACE).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(bytes.fromhex(encrypted_text), place=self.PLACE)


class SecondFactorMiddleware:
    """Sends staff without a second factor to set one up before they may do anything else.

    Runs for `/admin/` alone, so a reader's request never touches the session. In the
    demonstration alone it lets everybody pass; a banner says so.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.path.startswith("/admin/")
            and not request.path.startswith("/admin/account/")
            and not settings.ARCHIVE_DEMONSTRATION
            and request.user.is_authenticated
            and not self.has_second_factor(request.user)
        ):
            return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)

    @staticmethod
    def has_second_factor(user: Any) -> bool:
        from allauth.mfa.models import Authenticator

        kinds = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}
        return Authenticator.objects.filter(user=user, type__in=kinds).exists()
