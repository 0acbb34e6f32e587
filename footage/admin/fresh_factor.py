"""A fresh second factor: proof, some minutes old at most, that it is still the same person.

An open session may be in other hands. A password alone is no proof here, and neither is a sign-in
of this morning. In the demonstration, which has no second factor, everything is fresh; its pages
say so.
"""

import time
from datetime import timedelta
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FRESH = timedelta(minutes=5)


def is_fresh(request: HttpRequest, *, within: timedelta = FRESH) -> bool:
    """Whether whoever asks gave a second factor in this session, no longer than `within` ago."""
    if settings.ARCHIVE_DEMONSTRATION:
        return True
    given = [
        one["at"]
        for one in get_authentication_records(request, request.user)
        if one.get("method") == "mfa"
    ]
    return bool(given) and time.time() - max(given) < within.total_seconds()


def ask_again(request: HttpRequest) -> HttpResponse:
    """Lead to the page that asks for the second factor, and from there back to this address."""
    back = urlencode({"next": request.path})
    return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{back}")


def notice() -> list[Promise]:
    """What the demonstration's pages say where others ask for the second factor."""
    if not settings.ARCHIVE_DEMONSTRATION:
        return []
    return [_("This is the demonstration: no second factor is asked for here.")]
