"""Staff are invited, given roles and let go by an administrator, who sees nothing sealed."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from footage.custody.models import CustodyEvent
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
    assert CustodyEvent.objects.filter(subject=f"auth_user:{user.pk}").exists()

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


def test_a_lost_factor_is_removed_and_set_up_anew(sign_in: SignIn) -> None:
    administrator, cataloguer = sign_in("administrator"), sign_in("cataloguer")
    user: User = cataloguer.user  # type: ignore[attr-defined]
    address = reverse("admin:auth_user_lost_factor", args=[user.pk])
    assert "in person" in administrator.get(address).content.decode()
    administrator.post(address)
    assert cataloguer.get("/admin/")["Location"] == reverse("mfa_activate_totp")
    event = CustodyEvent.objects.get(subject=f"auth_user:{user.pk}")
    assert event.detail == {"fields": ["second_factor_removed"]}


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
