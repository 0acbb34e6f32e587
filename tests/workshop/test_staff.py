"""Staff are invited, given roles and let go by an administrator, who sees nothing sealed."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from footage.custody.models import CustodyEvent
from footage.models import TwoPersonRequest
from footage.models.two_persons import Act, ask_for
from people.roles import ROLES, apply_roles
from tests.workshop.conftest import SignIn, member

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "seven quiet bakers"


def role(code: str) -> str:
    return str(Group.objects.get(name=code).pk)


def invite(client: Client, username: str = "salma", code: str = "cataloguer") -> str:
    """Invite somebody; return the path of the link that the administrator is shown."""
    answer = client.post(
        reverse("admin:auth_user_add"), {"username": username, "groups": [role(code)]}
    )
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return str(answer.context["address"]).removeprefix("http://testserver")


def set_password(path: str, password: str = NEW_PASSWORD) -> Any:
    client = Client()
    opened = client.get(path, follow=True)
    form = {"new_password1": password, "new_password2": password}
    return client.post(opened.request["PATH_INFO"], form)


def test_an_invited_person_sets_a_password_once_and_must_set_up_a_second_factor(
    sign_in: SignIn,
) -> None:
    path = invite(sign_in("administrator"))
    user = User.objects.get(username="salma")
    assert user.is_staff and not user.is_superuser and not user.has_usable_password()
    assert [group.name for group in user.groups.all()] == ["cataloguer"]
    events = CustodyEvent.objects.filter(subject=f"auth_user:{user.pk}")
    assert {event.type for event in events} >= {"archive:invitation", "archive:roles"}
    assert events.get(type="archive:roles").detail == {"given": ["cataloguer"], "taken": []}

    assert set_password(path)["Location"] == reverse("account_login")
    assert "used already" in Client().get(path, follow=True).content.decode()
    client = Client()
    client.post(reverse("account_login"), {"login": "salma", "password": NEW_PASSWORD})
    assert client.get("/admin/")["Location"] == reverse("mfa_activate_totp")


def test_an_invitation_ends_after_three_days(sign_in: SignIn, monkeypatch: Any) -> None:
    from datetime import datetime, timedelta

    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    path = invite(sign_in("administrator"))
    later = datetime.now() + timedelta(days=3, minutes=1)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later)
    assert "older than three days" in Client().get(path, follow=True).content.decode()


def test_a_weak_password_is_refused(sign_in: SignIn) -> None:
    path = invite(sign_in("administrator"))
    assert set_password(path, "aleppo").status_code == 200
    assert not User.objects.get(username="salma").has_usable_password()


def test_nobody_gives_themselves_a_role_or_becomes_superuser(sign_in: SignIn) -> None:
    client = sign_in("administrator")
    me: User = client.user  # type: ignore[attr-defined]
    client.post(
        reverse("admin:auth_user_change", args=[me.pk]),
        {
            "username": me.username,
            "groups": [role("administrator"), role("custodian")],
            "is_superuser": "on",
            "is_active": "on",
        },
    )
    me.refresh_from_db()
    assert [group.name for group in me.groups.all()] == ["administrator"]
    assert not me.is_superuser


def test_a_deactivated_person_is_out_with_the_next_click(sign_in: SignIn) -> None:
    administrator, cataloguer = sign_in("administrator"), sign_in("cataloguer")
    user: User = cataloguer.user  # type: ignore[attr-defined]
    assert cataloguer.get("/admin/").status_code == 200
    administrator.post(
        reverse("admin:auth_user_change", args=[user.pk]),
        {"username": user.username, "groups": [role("cataloguer")]},
    )
    assert cataloguer.get("/admin/").status_code == 302
    assert User.objects.filter(pk=user.pk, is_active=False).exists()


# --- What takes two administrators ----------------------------------------------------------------
def asked(client: Client, user: User, act: str) -> TwoPersonRequest:
    """Ask for an act on a colleague on its page."""
    address = reverse(f"admin:auth_user_{act}", args=[user.pk])
    assert "in person" in client.get(address).content.decode()
    assert client.post(address, {"reason": "they rang me up"}).status_code == 302
    return TwoPersonRequest.objects.get(subject=f"auth_user:{user.pk}", decided_at=None)


def agree(client: Client, request: TwoPersonRequest) -> int:
    address = reverse("admin:footage_twopersonrequest_agree", args=[request.pk])
    return client.post(address).status_code


def second(sign_in: SignIn) -> Client:
    return sign_in("administrator", username="second-administrator")


def came(client: Client) -> User:
    """The person of a client, who has signed in before."""
    user: User = client.user  # type: ignore[attr-defined]
    return user


def test_a_request_says_whom_it_is_about_and_no_row_of_a_table(sign_in: SignIn) -> None:
    request = asked(sign_in("administrator"), member("salma", "cataloguer"), "lost_factor")
    other = second(sign_in)
    opened = reverse("admin:footage_twopersonrequest_change", args=[request.pk])
    for at in (reverse("admin:footage_twopersonrequest_changelist"), opened):
        for language, words in (("en", "colleague salma"), ("ar", "الزميل salma")):
            page = other.get(at, headers={"accept-language": language}).content.decode()
            assert words in page and "auth_user:" not in page, (at, language)
    assert " · colleague salma" in other.get(opened).content.decode()


@pytest.mark.parametrize("act", ["lost_factor", "reset_password"])
def test_a_colleagues_sign_in_is_reset_by_two_administrators_and_never_by_one(
    sign_in: SignIn, act: str
) -> None:
    first, other, colleague = sign_in("administrator"), second(sign_in), sign_in("custodian")
    user = came(colleague)
    link = reverse("admin:auth_user_invite", args=[user.pk])
    assert first.get(link).status_code == first.post(link).status_code == 403
    request = asked(first, user, act)
    assert agree(first, request) == 403
    request.refresh_from_db()
    assert request.agreed is None, "not by whoever asked"
    assert first.post(link).status_code == 403
    assert colleague.get("/admin/").status_code == 200

    assert agree(other, request) == 302
    assert colleague.get("/admin/").status_code == 302, "every session ends"
    user.refresh_from_db()
    assert not user.has_usable_password()
    kept = Authenticator.objects.filter(user=user).exists()
    assert kept == (act == "reset_password"), "a lost password leaves the second factor"
    assert other.post(link).status_code == 403, "the link is made by whoever asked"
    path = str(first.post(link).context["address"]).removeprefix("http://testserver")
    assert first.post(link).status_code == 403, "once"
    assert set_password(path)["Location"] == reverse("account_login")
    types = set(CustodyEvent.objects.filter(subject=f"auth_user:{user.pk}").values_list("type"))
    assert {(each,) for each in ("archive:request", "archive:agreement")} <= types
    assert {("archive:sign-in-reset",), ("archive:invitation",)} <= types


@pytest.mark.parametrize("code", ["custodian", "administrator"])
def test_a_role_that_opens_doors_is_given_by_two_administrators(sign_in: SignIn, code: str) -> None:
    first, other, colleague = sign_in("administrator"), second(sign_in), sign_in("archivist")
    user = came(colleague)
    form = {"username": user.username, "groups": [role("archivist"), role(code)], "is_active": "on"}
    first.post(reverse("admin:auth_user_change", args=[user.pk]), form)
    invited = {"username": "puppet", "groups": [role(code)]}
    first.post(reverse("admin:auth_user_add"), invited)
    assert not User.objects.filter(groups__name=code).exclude(
        pk__in=[came(first).pk, came(other).pk]
    )
    assert colleague.get("/admin/").status_code == 200
    request = asked(first, user, f"make_{code}")
    assert agree(other, request) == 302
    assert user.groups.filter(name=code).exists()
    assert colleague.get("/admin/").status_code == 302, "with new roles one signs in anew"
    # Taking it away takes one.
    form["groups"] = [role("archivist")]
    first.post(reverse("admin:auth_user_change", args=[user.pk]), form)
    assert not user.groups.filter(name=code).exists()


def test_a_role_that_opens_doors_waits_for_the_second_factor(sign_in: SignIn) -> None:
    first, other = sign_in("administrator"), second(sign_in)
    without = member("without-factor", "archivist")
    address = reverse("admin:auth_user_make_custodian", args=[without.pk])
    assert "second factor first" in first.get(address).content.decode()
    first.post(address, {"reason": "x"})
    assert not TwoPersonRequest.objects.exists()
    request = ask_for(Act.MAKE_CUSTODIAN, f"auth_user:{without.pk}", by=came(first), reason="x")
    agree(other, request)
    request.refresh_from_db()
    assert request.agreed is None and not without.groups.filter(name="custodian").exists()


def test_the_only_administrator_makes_the_second_one_alone(sign_in: SignIn) -> None:
    path = invite(sign_in("administrator"), code="administrator")
    assert set_password(path).status_code == 302
    assert User.objects.get(username="salma").groups.filter(name="administrator").exists()


def test_no_role_holds_what_it_must_not() -> None:
    held = {role.code: role.permissions for role in ROLES}
    sealed = {code for code, permissions in held.items() if "sealedidentity" in str(permissions)}
    assert sealed == {"custodian"}
    assert not any("footage." in name or "people." in name for name in held["administrator"])
    kept = ("clip", "journalist", "witness", "consent", "sealedidentity", "master", "custodyevent")
    forbidden = {f"delete_{model}" for model in kept}
    for code, permissions in held.items():
        assert forbidden.isdisjoint(name.partition(".")[2] for name in permissions), code


def test_roles_are_applied_again_without_leftovers() -> None:
    group = Group.objects.get(name="auditor")
    before = set(group.permissions.values_list("codename", flat=True))
    group.permissions.set(Group.objects.get(name="custodian").permissions.all())
    apply_roles()
    assert set(group.permissions.values_list("codename", flat=True)) == before
    assert {group.name for group in Group.objects.all()} == {role.code for role in ROLES}


# --- The first administrator ---------------------------------------------------------------------
def test_the_first_administrator_comes_from_the_environment_once(
    monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setenv("ARCHIVE_ADMIN_USERNAME", "salma")
    monkeypatch.setenv("ARCHIVE_ADMIN_PASSWORD", NEW_PASSWORD)
    call_command("first_administrator")
    user = User.objects.get()
    assert user.check_password(NEW_PASSWORD) and user.is_staff and not user.is_superuser
    assert user.has_perm("auth.add_user") and user.has_perm("footage.publish_clip")
    assert not user.has_perm("people.view_sealedidentity")
    monkeypatch.setenv("ARCHIVE_ADMIN_USERNAME", "another")
    call_command("first_administrator")
    assert User.objects.count() == 1


def test_without_a_terminal_it_prints_the_way_and_succeeds(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.delenv("ARCHIVE_ADMIN_USERNAME", raising=False)
    monkeypatch.delenv("ARCHIVE_ADMIN_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    call_command("first_administrator")
    assert "ARCHIVE_ADMIN_USERNAME" in capsys.readouterr().out
    assert not User.objects.exists()


def test_a_weak_first_password_is_an_error_and_makes_nobody(monkeypatch: Any) -> None:
    monkeypatch.setenv("ARCHIVE_ADMIN_USERNAME", "salma")
    monkeypatch.setenv("ARCHIVE_ADMIN_PASSWORD", "short")
    with pytest.raises(CommandError):
        call_command("first_administrator")
    assert not User.objects.exists()


def test_an_administrator_who_left_does_not_count(monkeypatch: Any) -> None:
    member("gone", "administrator", is_active=False)
    monkeypatch.setenv("ARCHIVE_ADMIN_USERNAME", "salma")
    monkeypatch.setenv("ARCHIVE_ADMIN_PASSWORD", NEW_PASSWORD)
    call_command("first_administrator")
    assert User.objects.filter(username="salma").exists()
