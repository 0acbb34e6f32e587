"""Invitations: a link, valid three days and once, with which a member of staff sets a password.

The archive sends no e-mail for it (an inbox can be seized, and many have none): the administrator
sees the link once and hands it over. The token is Django's password reset token: it is made from
the password's hash and the last sign-in, so using it, or signing in, ends it.
"""

from django.contrib.auth.views import PasswordResetConfirmView
from django.urls import reverse_lazy


class Invitation(PasswordResetConfirmView):
    """Set the first (or a new) password, then sign in with it like everybody else."""

    template_name = "account/invitation.html"
    success_url = reverse_lazy("account_login")
    # Kept out of the address bar, the history and the referrer while the form is open.
    reset_url_token = "set"  # noqa: S105
