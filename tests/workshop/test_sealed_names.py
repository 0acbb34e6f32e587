"""Finding somebody by the legal name without opening one, and changing the key that sealed it."""

import io
import time
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from footage import doctor, identities
from footage.custody.models import CustodyEvent
from footage.inbox.models import PrivateKey
from people import sealing
from people.models import SealedIdentity
from tests import world
from tests.workshop.conftest import SignIn, gave_second_factor, member

pytestmark = pytest.mark.django_db

FIND = "admin:people_journalist_find"


@pytest.fixture
def keys(settings: Any, db: None) -> Any:
    """A sealing key of the test's own. The inbox's private key, sealed under another, is away."""
    PrivateKey.objects.all().delete()
    settings.ARCHIVE_KEYS = ["the first key"]
    return settings


def found(name: str) -> set[str]:
    return {str(identity.person) for identity in identities.called(name, "journalist")}


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Huda Alnajjar", "huda najjar"),
        ("Huda al-Najjar", "ALNAJJAR"),
        ("هُدى النجّار", "هدي نجار"),
        ("أحمد عبد الرحمٰن", "احمد الرحمن"),
        ("Ra'ed Ṣabbāgh", "raed sabbagh"),
        ("هدى النجار\nHuda Alnajjar", "النجار huda"),
    ],
)
def test_a_name_is_found_in_its_spellings_and_in_both_scripts(
    keys: Any, written: str, asked: str
) -> None:
    world.sealed_identity(world.journalist("One"), legal_name=written)
    world.sealed_identity(world.journalist("Two"), legal_name="Someone Else")
    assert found(asked) == {"One"}


@pytest.mark.parametrize("asked", ["Hud", "Huda Someone", "al-", "…", "Nour", "+963"])
def test_parts_of_words_bylines_and_contacts_find_nobody(keys: Any, asked: str) -> None:
    person = world.journalist("Nour")
    world.sealed_identity(person, legal_name="Huda Alnajjar", contacts="+963 944 000 111")
    assert found(asked) == set()


def test_the_database_shows_neither_names_nor_who_shares_one(keys: Any) -> None:
    rows = [
        world.sealed_identity(world.journalist(byline), legal_name=name)
        for byline, name in (("One", "Mohammad"), ("Two", "Mohammad"), ("Three", "A B C D E F"))
    ]
    tags = [row.name_tags[5:] for row in rows]
    parts = [{tag[n : n + 8] for n in range(0, len(tag), 8)} for tag in tags]
    assert parts[0].isdisjoint(parts[1]), "the same name has other tags in another row"
    assert len({len(tag) for tag in tags}) == 1, "the number of tags is no number of words"
    # Tags copied to another row find nothing there, and another key finds nothing at all.
    SealedIdentity.objects.filter(pk=rows[2].pk).update(name_tags=rows[0].name_tags)
    assert found("mohammad") == {"One", "Two"}
    keys.ARCHIVE_KEYS = ["another"]
    assert found("mohammad") == set()


def test_a_sealed_value_does_not_open_in_another_row_or_field(keys: Any) -> None:
    one = world.sealed_identity(world.journalist("One"), legal_name="Huda", notes="n")
    two = world.sealed_identity(world.journalist("Two"), legal_name="Someone")
    two.legal_name_sealed = one.legal_name_sealed
    one.notes_sealed = one.legal_name_sealed
    one.contacts_sealed = bytes([*one.legal_name_sealed[:-1], one.legal_name_sealed[-1] ^ 1])
    for identity, field in ((two, "legal_name"), (one, "notes"), (one, "contacts")):
        with pytest.raises(sealing.SealError, match="changed or moved"):
            identity.read(field)
    assert one.read("legal_name") == "Huda"


def test_a_search_is_for_custodians_with_a_fresh_factor_and_is_recorded(
    sign_in: SignIn, keys: Any
) -> None:
    person = world.journalist("Nour")
    world.sealed_identity(person, legal_name="Huda Alnajjar")
    client = sign_in("custodian")
    page = client.post(reverse(FIND), {"name": "Najjar"})
    assert "Nour" in page.content.decode() and "Huda" not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    event = CustodyEvent.objects.get(type="archive:search")
    assert event.detail == {"found": [f"people_journalist:{person.pk}"], "count": 1}
    assert "Nobody here" in client.post(reverse(FIND), {"name": "Khaled"}).content.decode()
    gave_second_factor(client, minutes_ago=6)
    again = client.post(reverse(FIND), {"name": "Najjar"})
    assert again["Location"].startswith(reverse("mfa_reauthenticate"))
    assert CustodyEvent.objects.filter(type="archive:search").count() == 2
    archivist = sign_in("archivist")
    assert archivist.post(reverse(FIND), {"name": "Najjar"}).status_code == 403
    listed = reverse("admin:people_journalist_changelist")
    assert "/journalist/find/" in client.get(listed).content.decode()
    assert "/journalist/find/" not in archivist.get(listed).content.decode()


def test_nobody_tries_a_telephone_book(sign_in: SignIn, keys: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("footage.admin.sealed_identities.SEARCHES_AN_HOUR", 2)
    world.sealed_identity(world.journalist("Nour"), legal_name="Huda Alnajjar")
    client = sign_in("custodian")
    for _time in range(2):
        client.post(reverse(FIND), {"name": "Khaled"})
    assert "Wait a while" in client.post(reverse(FIND), {"name": "Huda"}).content.decode()
    assert CustodyEvent.objects.filter(type="archive:search").count() == 2


# --- Another key -------------------------------------------------------------------------------
def sealed_doctor() -> dict[str, str]:
    """State by what was seen, of the check of sealed rows."""
    return {saw: state for state, saw, _do in doctor.check_sealed()}


def test_a_new_key_takes_over_row_by_row_while_the_old_one_still_opens(keys: Any) -> None:
    person = world.journalist("Nour")
    world.sealed_identity(person, legal_name="Huda Alnajjar", contacts="c", notes="n")
    secret = generate_totp_secret()
    TOTP.activate(member("rima"), secret)
    (old,) = sealing.key_ids()
    keys.ARCHIVE_KEYS = ["the second key", "the first key"]
    new = sealing.key_ids()[0]
    assert SealedIdentity.objects.get().read("legal_name") == "Huda Alnajjar"
    assert found("Najjar") == {"Nour"}
    assert sealed_doctor()[f"2 sealed row(s) under key {old}"] == doctor.WARN

    # Stopped after the first row, and run again.
    run = identities.rotate()
    next(run)
    run.close()
    assert identities.keys_in_use() == {new: 1, old: 1}
    said = io.StringIO()
    call_command("rotate_keys", stdout=said)
    assert f"1 rows sealed again under key {new}" in said.getvalue()
    assert sealed_doctor()[f"2 sealed row(s) under key {new}"] == doctor.GOOD
    keys.ARCHIVE_KEYS = ["the second key"]
    identity = SealedIdentity.objects.get()
    assert [identity.read(field) for field in identity.FIELDS] == ["Huda Alnajjar", "c", "n"]
    assert found("Najjar") == {"Nour"}
    assert get_adapter().decrypt(Authenticator.objects.get().data["secret"]) == secret
    event = CustodyEvent.objects.get(type="archive:key-rotation")
    assert (event.subject, event.detail) == (f"key:{new}", {"resealed": 1, "refused": 0})
    call_command("rotate_keys", stdout=said)
    assert CustodyEvent.objects.filter(type="archive:key-rotation").count() == 1


def test_a_lost_key_is_named_by_the_doctor_and_the_rows_are_left_alone(keys: Any) -> None:
    world.sealed_identity(world.journalist("Nour"), legal_name="Huda Alnajjar")
    (old,) = sealing.key_ids()
    keys.ARCHIVE_KEYS = ["another"]
    findings = {saw: (state, do) for state, saw, do in doctor.check_sealed()}
    state, do = findings[f"1 sealed row(s) under key {old}"]
    assert state == doctor.BAD and "put it back" in do
    errors = io.StringIO()
    with pytest.raises(CommandError, match="Put the key"):
        call_command("rotate_keys", stdout=io.StringIO(), stderr=errors)
    assert old in errors.getvalue()
    keys.ARCHIVE_KEYS = ["the first key"]
    assert SealedIdentity.objects.get().read("legal_name") == "Huda Alnajjar"


def test_a_sign_in_whose_key_is_lost_is_refused_and_not_an_error(keys: Any) -> None:
    user = member("rima", "archivist")
    TOTP.activate(user, generate_totp_secret())
    keys.ARCHIVE_KEYS = ["another"]
    client = Client()
    client.post(reverse("account_login"), {"login": "rima", "password": "long enough for here"})
    assert client.post(reverse("mfa_authenticate"), {"code": "123456"}).status_code == 200
    assert client.get("/admin/")["Location"].startswith("/admin/account/login/")


def test_the_doctor_counts_custodians(keys: Any) -> None:
    assert sealed_doctor() == {"0 custodian(s)": doctor.WARN}
    for number in range(3):
        member(f"custodian-{number}", "custodian")
    assert sealed_doctor() == {"3 custodian(s)": doctor.GOOD}


def test_a_search_takes_milliseconds_a_thousand(keys: Any) -> None:
    people = [world.journalist(f"Person {number}", uses=()) for number in range(100)]
    for person in people:
        world.sealed_identity(person, legal_name=f"Given Family{person.pk}")
    begun = time.perf_counter()
    assert len(identities.called(f"Given Family{people[50].pk}", "journalist")) == 1
    assert time.perf_counter() - begun < 1
