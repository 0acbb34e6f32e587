"""Members of staff with roles, signed in past their second factor."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def fresh_rate_limits() -> None:
    """allauth counts sign-ins in the cache, which outlives a test."""
    cache.clear()


def member(username: str, *roles: str, **fields: Any) -> User:
    """Somebody of the staff in these roles."""
    user = User.objects.create_user(
        username, password="long enough for here", is_staff=True, **fields
    )
    user.groups.set(Group.objects.filter(name__in=roles))
    assert user.groups.count() == len(roles)
    return user


def gave_second_factor(client: Client, *, minutes_ago: float = 0) -> None:
    """Note in the session of `client` when a second factor was given, as a sign-in does."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "type": "totp", "at": time.time() - 60 * minutes_ago}
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = session["_auth_user_id"]
    session.save()


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """`sign_in("archivist", "publisher")`: a client of somebody so, who is `client.user`."""

    def signed_in(*roles: str, username: str = "") -> Client:
        # Not the names that tests.world gives its cast.
        name = username or ".".join(("signed-in", *roles))
        user = member(name, *roles)
        TOTP.activate(user, generate_totp_secret())
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        gave_second_factor(client)
        client.user = user  # type: ignore[attr-defined]
        return client

    return signed_in
