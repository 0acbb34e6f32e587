"""How long a member of staff stays signed in, and what ends it at once.

A session ends after `STAFF_IDLE_MINUTES` without a request, `STAFF_SESSION_HOURS` after the sign-in
at the latest, and with the next request after its person's password, roles or standing changed:
every session of that person carries a digest of what it was given on, so no list of sessions has
to be kept, and no way of changing a role can forget to end them.
"""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

KEY = "staff_session"
# The row is written again this often at most: not with every picture of a page.
NOTED_EVERY = 30.0


def end_if_over(request: HttpRequest, *, idle_counts: bool = True) -> bool:
    """Sign out whoever's session is over, and say whether it was; otherwise note that it is used.

    `idle_counts` is false for uploads: a file of hours is one request.
    """
    if not request.user.is_authenticated:
        return False
    noted, now = request.session.get(KEY), time.time()
    standing = standing_of(request.user)
    if noted is None:
        request.session[KEY] = {"began": now, "seen": now, "standing": standing}
        return False
    idle = idle_counts and now - noted["seen"] > 60 * settings.STAFF_IDLE_MINUTES
    old = now - noted["began"] > 3600 * settings.STAFF_SESSION_HOURS
    if idle or old or not constant_time_compare(noted["standing"], standing):
        logout(request)
        return True
    note_use(request)
    return False


def note_use(request: HttpRequest) -> None:
    """Write down that the session is used now, unless that was just done."""
    noted, now = request.session.get(KEY), time.time()
    if noted and now - noted["seen"] > NOTED_EVERY:
        request.session[KEY] = {**noted, "seen": now}


def standing_of(user: Any) -> str:
    """A digest of what a session is given on. Two queries: roles, permissions given directly."""
    standing = [
        user.password,
        user.is_active,
        user.is_staff,
        user.is_superuser,
        sorted(user.groups.values_list("pk", flat=True)),
        sorted(user.user_permissions.values_list("pk", flat=True)),
    ]
    return salted_hmac("aleppo_archive.staff_sessions", repr(standing)).hexdigest()
