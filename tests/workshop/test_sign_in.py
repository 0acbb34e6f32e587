"""Into the workshop: a password, then always a second factor; and no way around it."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.workshop.conftest import SignIn, member

pytestmark = pytest.mark.django_db

PASSWORD = "long enough for here"
LOGIN = "/admin/account/login/"


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows now, or `steps` half minutes from now."""
    counter = int(time.time()) // 30 + steps
    return str(format_hotp_value(hotp_value(secret, counter)))


def given_password(client: Client, username: str = "rima") -> Any:
    return client.post(LOGIN, {"login": username, "password": PASSWORD})


def enrolled(client: Client) -> str:
    """Set the authenticator app up as the pages lead; return its secret."""
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain[-1][0] == reverse("mfa_activate_totp")
    secret = str(page.context["form"].secret)
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)
    assert done.redirect_chain[-1][0] == reverse("mfa_view_recovery_codes")
    assert "recovery-codes" in done.content.decode()
    return secret


def test_a_first_sign_in_sets_up_the_second_factor_and_the_next_one_asks_for_it() -> None:
    member("rima", "archivist")
    client = Client()
    assert given_password(client).status_code == 302
    for page in ("/admin/", "/admin/footage/clip/", "/admin/footage/clip/add/"):
        assert client.get(page)["Location"] == reverse("mfa_activate_totp")
        assert client.post(page, {})["Location"] == reverse("mfa_activate_totp")
    secret = enrolled(client)
    assert client.get("/admin/footage/clip/").status_code == 200

    later = Client()
    asked = given_password(later)
    assert asked["Location"].startswith(reverse("mfa_authenticate"))
    assert later.get("/admin/")["Location"].startswith(LOGIN), "a password alone opens nothing"
    code = code_of(secret, steps=1)
    assert later.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    later.post(reverse("mfa_authenticate"), {"code": code})
    assert later.get("/admin/footage/clip/").status_code == 200

    thief = Client()
    given_password(thief)
    assert thief.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
    assert thief.get("/admin/")["Location"].startswith(LOGIN), "a used code is dead"


def test_a_recovery_code_signs_in_once() -> None:
    user = member("rima", "archivist")
    first = Client()
    given_password(first)
    enrolled(first)
    kept = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in (302, 200):
        client = Client()
        given_password(client)
        assert client.post(reverse("mfa_authenticate"), {"code": kept}).status_code == expected


def test_the_secret_of_an_authenticator_app_is_sealed_in_the_database() -> None:
    user = member("rima")
    client = Client()
    given_password(client)
    secret = enrolled(client)
    stored = Authenticator.objects.get(user=user, type="totp").data
    assert secret not in str(stored)


def test_the_last_second_factor_cannot_be_given_up() -> None:
    user = member("rima", "archivist")
    client = Client()
    given_password(client)
    enrolled(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=user, type="totp").exists()


@pytest.mark.parametrize("page", ["/admin/login/", "/admin/logout/", "/admin/password_change/"])
def test_djangos_own_sign_in_pages_are_no_way_in(page: str) -> None:
    member("rima", "archivist")
    client = Client()
    answer = client.post(page, {"username": "rima", "password": PASSWORD, "next": "/admin/"})
    assert answer.status_code == 302 and "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "name", ["account_signup", "account_email", "account_reset_password", "account_set_password"]
)
def test_pages_that_make_no_sense_here_do_not_exist(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_somebody_who_is_no_staff_is_shown_out() -> None:
    user = member("rima")
    user.is_staff = False
    user.save()
    client = Client()
    given_password(client)
    assert client.get("/admin/")["Location"] == reverse("account_logout")


def test_repeated_wrong_passwords_are_slowed_down_and_lock_nobody_out() -> None:
    member("rima", "archivist")
    stranger = Client(REMOTE_ADDR="192.0.2.7")
    for _attempt in range(12):
        answer = stranger.post(LOGIN, {"login": "rima", "password": "wrong"})
    right = stranger.post(LOGIN, {"login": "rima", "password": PASSWORD})
    assert right.status_code != 302 and answer.status_code in {200, 429}


def test_cookies_stay_below_admin_and_sign_out_ends_the_session(sign_in: SignIn) -> None:
    member("rima", "archivist")
    client = Client()
    client.get(LOGIN)
    given_password(client)
    client.post("/admin/language/setlang/", {"language": "ar", "next": "/admin/"})
    assert {cookie["path"] for cookie in client.cookies.values()} == {"/admin/"}
    client.post(reverse("account_logout"))
    assert client.get("/admin/")["Location"].startswith(LOGIN)


def test_the_demonstration_asks_for_no_second_factor_and_says_so(settings: Any) -> None:
    settings.ARCHIVE_DEMONSTRATION = True
    member("rima", "archivist", "administrator", "publisher")
    client = Client()
    given_password(client)
    for page in ("/admin/", "/admin/footage/clip/", "/admin/auth/user/add/"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "This is the demonstration." in answer.content.decode()


def test_outside_the_demonstration_there_is_no_such_banner(sign_in: SignIn) -> None:
    assert "This is the demonstration." not in sign_in("archivist").get("/admin/").content.decode()


def test_forms_of_the_workshop_say_where_they_come_from(sign_in: SignIn) -> None:
    # Under "no-referrer" browsers send "Origin: null", and every form would be refused.
    assert sign_in("archivist").get("/admin/")["Referrer-Policy"] == "same-origin"
    assert Client().get(LOGIN)["Referrer-Policy"] == "same-origin"
