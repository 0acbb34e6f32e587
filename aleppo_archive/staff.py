"""Invitations: a link, valid three days and once, with which a member of staff sets a password.

The archive sends no e-mail for it (an inbox can be seized, and many have none): the administrator
sees the link once and hands it over. The token is Django's password reset token: it is made from
the password's hash and the last sign-in, so using it, or signing in, ends it.
"""

from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode


def invitation_address(request: HttpRequest, user: Any) -> str:
    """The absolute address of the page on which `user` sets a password."""
    path = reverse(
        "account_invitation",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": default_token_generator.make_token(user),
        },
    )
    return request.build_absolute_uri(path)


class Invitation(PasswordResetConfirmView):
    """Set the first (or a new) password, then sign in with it like everybody else."""

    template_name = "account/invitation.html"
    success_url = reverse_lazy("account_login")
    # Kept out of the address bar, the history and the referrer while the form is open.
    reset_url_token = "set"  # noqa: S105
