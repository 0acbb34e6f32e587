"""The people of the demonstration: staff in every role, and invented journalists and witnesses.

Whoever staff have changed since stays changed: what stands is found again by a note that no form
of the demonstration rewrites, and is left as it is.
"""

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from people.models import Consent, Journalist, Witness
from people.roles import apply_roles

# User name to role: every role, and two persons for whatever takes two. A custodian is the second
# one of a publisher, a preservation officer of an archivist.
STAFF = {
    "archivist": "archivist",
    "cataloguer": "cataloguer",
    "publisher": "publisher",
    "custodian": "custodian",
    "second-custodian": "custodian",
    "preservation-officer": "preservation-officer",
    "auditor": "auditor",
    "administrator": "administrator",
    "second-administrator": "administrator",
}
# Without characters that are mistaken for one another: they are read from a terminal and typed.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
MADE_FOR = "Invented for the demonstration"


@dataclass(frozen=True)
class SignIn:
    username: str
    password: str


def sign_ins_file() -> Path:
    """Where the passwords of the demonstration are kept, readable by the owner alone."""
    return Path(settings.ARCHIVE_DATA) / "demonstration-sign-ins.txt"


def staff() -> tuple[dict[str, Any], list[SignIn]]:
    """The demonstration's members of staff by user name, made if they are missing, and sign-ins.

    Passwords are random, one set for an installation.
    """
    sign_ins = _kept_sign_ins() or _new_sign_ins()
    users = {user.username: user for user in get_user_model().objects.filter(username__in=STAFF)}
    missing = [sign_in for sign_in in sign_ins if sign_in.username not in users]
    if missing:
        apply_roles()
    for sign_in in missing:
        with transaction.atomic():
            user = get_user_model().objects.create_user(
                sign_in.username, password=sign_in.password, is_staff=True
            )
            user.groups.add(Group.objects.get(name=STAFF[sign_in.username]))
        users[sign_in.username] = user
    return users, sign_ins


def _kept_sign_ins() -> list[SignIn]:
    try:
        lines = sign_ins_file().read_text().splitlines()
    except FileNotFoundError:
        return []
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    kept = [SignIn(username, password) for username, password in pairs]
    # A set made for other members of staff is drawn anew.
    return kept if {sign_in.username for sign_in in kept} == set(STAFF) else []


def _new_sign_ins() -> list[SignIn]:
    """Draw passwords and keep them before anybody has one; whoever has an older one gets a new."""
    sign_ins = [SignIn(username, _password()) for username in STAFF]
    lines = ["# Sign-ins of the demonstration, made for this installation alone."]
    lines += [f"{sign_in.username} {sign_in.password}" for sign_in in sign_ins]
    draft = sign_ins_file().with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")
    draft.replace(sign_ins_file())
    for sign_in in sign_ins:
        for user in get_user_model().objects.filter(username=sign_in.username):
            user.set_password(sign_in.password)
            user.save(update_fields=["password"])
    return sign_ins


def _password() -> str:
    """Four groups of four: 79 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def journalists(collection: dict[str, Any], *, by: Any) -> dict[str, Journalist]:
    """The invented journalists by key, made with their consents if they are missing."""
    return _people(Journalist, "journalist", collection["journalists"], collection["statement"], by)


def witnesses(collection: dict[str, Any], *, by: Any) -> dict[str, Witness]:
    """The invented witnesses by key, made with their consents if they are missing."""
    return _people(Witness, "witness", collection["witnesses"], collection["statement"], by)


def _people(
    model: Any, kind: str, entries: Iterable[dict[str, Any]], statement: dict[str, str], by: Any
) -> dict[str, Any]:
    standing = {person.source: person for person in model.objects.filter(demonstration=True)}
    people = {}
    for entry in entries:
        source = f"{MADE_FOR} ({entry['key']})."
        people[entry["key"]] = standing.get(source) or _person(
            model, kind, entry, source, statement, by
        )
    return people


def _person(
    model: Any, kind: str, entry: dict[str, Any], source: str, statement: dict[str, str], by: Any
) -> Any:
    with transaction.atomic():
        person = model.objects.create(
            byline_en=entry["byline_en"],
            byline_ar=entry["byline_ar"],
            biography_en=f"{statement['person_en']} {entry['biography_en']}",
            biography_ar=f"{statement['person_ar']} {entry['biography_ar']}",
            protection=entry["protection"],
            source=source,
            demonstration=True,
        )
        for use in entry["uses"]:
            Consent.objects.create(
                use=use, granted=True, how_recorded=MADE_FOR, recorded_by=by, **{kind: person}
            )
    return person
