"""Into the workshop: a password, then always a second factor; and no way around it."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.apps import apps
from django.conf import settings as settings_of_django
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
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


# --- Guessing -------------------------------------------------------------------------------------
def test_a_stranger_who_hammers_a_colleagues_name_is_stopped_and_the_colleague_is_not() -> None:
    member("rima", "archivist")
    for number in range(3):
        stranger = Client(REMOTE_ADDR=f"192.0.2.{number}")
        for _attempt in range(12):
            stranger.post(LOGIN, {"login": "rima", "password": "wrong"})
        right = stranger.post(LOGIN, {"login": "rima", "password": PASSWORD})
        assert right.status_code != 302, "this address is slowed down, whatever it knows"
    assert given_password(Client(REMOTE_ADDR="198.51.100.7")).status_code == 302


def test_behind_a_proxy_the_address_is_that_of_whoever_asks(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    member("rima", "archivist")
    stranger = Client(headers={"X-Forwarded-For": "192.0.2.7"})
    for _attempt in range(12):
        stranger.post(LOGIN, {"login": "rima", "password": "wrong"})
    assert given_password(stranger).status_code != 302
    colleague = Client(headers={"X-Forwarded-For": "192.0.2.7, 198.51.100.7"})
    assert given_password(colleague).status_code == 302, "the proxy's word counts, not the client's"


def test_codes_of_a_second_factor_cannot_be_guessed_from_many_addresses() -> None:
    member("rima", "archivist")
    secret = enrolled_by_password()
    for number in range(8):
        thief = Client(REMOTE_ADDR=f"192.0.2.{number}")
        given_password(thief)
        thief.post(reverse("mfa_authenticate"), {"code": "000000"})
    given_password(thief)
    thief.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=1)})
    assert thief.get("/admin/")["Location"].startswith(LOGIN)


def test_no_address_of_anybody_is_kept_anywhere(caplog: Any) -> None:
    address = "203.0.113.77"
    member("rima", "archivist")
    client = Client(REMOTE_ADDR=address, HTTP_USER_AGENT="browser-of-somebody")
    client.post(LOGIN, {"login": "rima", "password": "wrong"})
    given_password(client)
    enrolled(client)
    client.get("/admin/nothing/")
    client.get("/en/clips/?q=bread")
    assert settings_of_django.CACHES["default"]["BACKEND"].endswith("LocMemCache")
    stored = [
        str(row)
        for model in apps.get_models(include_auto_created=True)
        for row in model._default_manager.values()
    ]
    stored += [str(session.get_decoded()) for session in Session.objects.all()]
    for kept in [*stored, caplog.text]:
        assert address not in kept and "browser-of-somebody" not in kept


# --- How a session ends ---------------------------------------------------------------------------
def shifted(client: Client, name: str, hours: float) -> None:
    """Let the session of `client` have begun, or been used, that much earlier."""
    session = client.session
    session["staff_session"] = {
        **session["staff_session"],
        name: session["staff_session"][name] - 3600 * hours,
    }
    session.save()


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.mark.parametrize(("name", "hours"), [("seen", 1.1), ("began", 12.1)])
def test_a_session_ends_when_idle_and_when_old(sign_in: SignIn, name: str, hours: float) -> None:
    client = sign_in("archivist")
    assert is_in(client)
    shifted(client, name, hours * 0.8)
    assert is_in(client)
    shifted(client, name, hours)
    out = client.get("/admin/", follow=True)
    assert out.redirect_chain[0][0].startswith(LOGIN)
    assert "You were signed out" in out.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_idle_session_cannot_change_the_sign_in(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    assert is_in(client)
    shifted(client, "seen", 1.1)
    assert client.get(reverse("account_change_password"))["Location"].startswith(LOGIN)


def test_a_file_of_hours_keeps_its_session_and_a_day_ends_it(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    assert is_in(client)
    shifted(client, "seen", 3)
    assert client.get("/admin/uploads/").status_code == 200
    assert is_in(client)
    shifted(client, "began", 13)
    assert client.get("/admin/uploads/").status_code == 403


def test_every_session_ends_when_the_roles_change(sign_in: SignIn) -> None:
    first = sign_in("archivist")
    user: Any = first.user  # type: ignore[attr-defined]
    second = Client()
    second.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert is_in(first) and is_in(second)
    user.groups.set(Group.objects.filter(name="cataloguer"))
    assert not is_in(first) and not is_in(second)


def test_every_session_ends_when_the_password_changes() -> None:
    member("rima", "archivist")
    secret = enrolled_by_password()
    clients = []
    for steps in (1, -1):
        client = Client()
        given_password(client)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=steps)})
        assert is_in(client)
        clients.append(client)
    new = {
        "oldpassword": PASSWORD,
        "password1": "seven quiet bakers",
        "password2": "seven quiet bakers",
    }
    clients[0].post(reverse("account_change_password"), new)
    assert [is_in(client) for client in clients] == [False, False]


def enrolled_by_password() -> str:
    client = Client()
    given_password(client)
    return enrolled(client)


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


def test_sign_ins_are_logged_by_number_and_refusals_without_what_was_typed(caplog: Any) -> None:
    somebody = member("rima", "archivist")
    secret = enrolled_by_password()
    caplog.clear()
    caplog.set_level("INFO", "aleppo_archive.sign_in")
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.post(LOGIN, {"login": "rima", "password": "typed by mistake"})
    given_password(client)
    assert "signed in" not in caplog.text, "a password alone is no sign-in"
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, steps=1)})
    assert "A sign-in was refused" in caplog.text
    assert f"Staff {somebody.pk} signed in (mfa:totp, password)" in caplog.text
    for word in ("rima", "typed by mistake", "192.0.2.7", PASSWORD):
        assert word not in caplog.text
