"""Roles of staff: Django groups with exactly the permissions listed here. Default deny.

A group's name is the role's code; people read its label. No role may delete clips, masters,
people, consents or custody events, and the administrator's holds nothing that is sealed: whoever
hands out keys does not read what they open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language


@dataclass(frozen=True)
class Role:
    """One role. `permissions` are "app_label.codename"."""

    code: str
    en: str
    ar: str
    note_en: str
    note_ar: str
    permissions: frozenset[str]

    @property
    def label(self) -> str:
        return self.ar if _arabic() else self.en

    @property
    def note(self) -> str:
        return self.note_ar if _arabic() else self.note_en


def _arabic() -> bool:
    return (get_language() or "en").startswith("ar")


def may(verbs: str, app: str, models: str) -> set[str]:
    """Django's codenames: may("view change", "footage", "clip film")."""
    return {f"{app}.{verb}_{model}" for verb in verbs.split() for model in models.split()}


DESCRIBED = (
    "clip clipadvisory testimony testimonyrange transcript transcriptsegment"
    " location event film filmshot"
)
# What belongs to a description and may be taken out of it again, row by row.
PARTS = "clipadvisory testimonyrange transcript transcriptsegment filmshot"
READS = may("view", "footage", f"{DESCRIBED} nearduplicate") | may(
    "view", "people", "journalist witness"
)
DESCRIBES = (
    READS
    | may("change", "footage", "clip nearduplicate")
    | may("add change", "footage", "testimony transcript event film")
    | may("add change delete", "footage", PARTS)
)
# Who was seen, what they agreed to, and how the file came.
GUARDS = (
    {"footage.sealed_clip"}
    | may("view add change", "footage", "appearance")
    | may("view add", "people", "consent")
)
# What readers ask of the archive: the queue, opening a message, answering it.
ANSWERS_READERS = may("view open answer", "inbox", "message")

ROLES = (
    Role(
        "archivist",
        "Archivist",
        "أمين الأرشيف",
        "Takes footage in, describes it, and records who is seen and what they agreed to.",
        "يستلم اللقطات ويصفها ويسجّل من يظهر فيها وما وافقوا عليه.",
        frozenset(
            DESCRIBES
            | GUARDS
            | may("add", "footage", "clip")
            | may("add change", "people", "journalist witness")
            | may("view look_again", "ingest", "master")
            | may("view add", "ingest", "deaccession")
        ),
    ),
    Role(
        "cataloguer",
        "Cataloguer",
        "المفهرس",
        "Describes footage and keeps places, events and films. Sees nothing sealed.",
        "يصف اللقطات ويعتني بالأماكن والأحداث والأفلام. لا يرى شيئًا مختومًا.",
        frozenset(DESCRIBES | may("add change", "footage", "location")),
    ),
    Role(
        "publisher",
        "Publisher",
        "الناشر",
        "Decides what readers see: publishes, revises and withdraws.",
        "يقرر ما يراه القرّاء: ينشر ويراجع ويسحب.",
        frozenset(DESCRIBES | ANSWERS_READERS | {"footage.publish_clip"}),
    ),
    Role(
        "custodian",
        "Custodian of identities",
        "حافظ الهويات",
        "Alone reads and keeps legal names and contacts. Every look is recorded.",
        "وحده يقرأ الأسماء القانونية ووسائل الاتصال ويحفظها. وكل اطّلاع يُسجَّل.",
        frozenset(
            READS
            | GUARDS
            | ANSWERS_READERS
            | {"footage.publish_clip", "footage.override_clip"}
            | may("add change", "people", "journalist witness")
            | may("view add change", "people", "sealedidentity")
        ),
    ),
    Role(
        "preservation-officer",
        "Preservation officer",
        "مسؤول الحفظ",
        "Looks after masters and decides, as a second person, what leaves the holdings.",
        "يعتني بالنسخ الأصلية ويقرر، كشخص ثانٍ، ما يغادر المقتنيات.",
        frozenset(
            may("view", "footage", "clip")
            | may("view look_again", "ingest", "master")
            | may("view change", "ingest", "deaccession")
            | may("view", "custody", "custodyevent")
        ),
    ),
    Role(
        "auditor",
        "Auditor",
        "المدقق",
        "Reads the chain of custody. Changes nothing.",
        "يقرأ سلسلة العهدة. لا يغيّر شيئًا.",
        frozenset(
            may("view", "footage", "clip testimony")
            | may("view", "ingest", "deaccession")
            | may("view", "footage", "twopersonrequest")
            | may("view", "custody", "custodyevent")
        ),
    ),
    Role(
        "administrator",
        "Administrator",
        "المدير",
        "Invites staff and gives them roles. Sees no sealed data.",
        "يدعو العاملين ويمنحهم الأدوار. لا يرى بيانات مختومة.",
        frozenset(may("view add change", "auth", "user")),
    ),
)
BY_CODE = {role.code: role for role in ROLES}

# No group and no account: this is what runs without a person (worker processes, hourly upkeep,
# commands). It may examine, copy and take away from what is public, and holds no permission, so
# every verb that adds refuses it: they all ask `holds`.
WORKER = Role(
    "worker",
    "Worker",
    "العامل الآلي",
    "Runs without a person: examines, copies, takes away what lapsed. Never adds.",
    "يعمل دون إنسان: يفحص وينسخ ويزيل ما انقضى. لا يضيف أبدًا.",
    frozenset(),
)


def holds(by: Any, permission: str) -> bool:
    """Whether `by` is a stored, active member of staff who holds `permission`.

    None, which stands for the worker in the chain of custody, holds nothing, like a stranger.
    """
    person = by is not None and by.pk is not None and by.is_active and by.is_staff
    return bool(person and by.has_perm(permission))


def require_person(by: Any, permission: str) -> None:
    """Raise PermissionDenied unless `by` holds `permission`."""
    if not holds(by, permission):
        raise PermissionDenied


def role_names(codes: Iterable[str]) -> list[str]:
    """Labels in the language being read; a group that is no role keeps its own name."""
    return [BY_CODE[code].label if code in BY_CODE else code for code in codes]


def apply_roles() -> None:
    """Make each role's group hold exactly its permissions. Safe to run again at any time.

    Raises LookupError when a permission named here does not exist: a role never silently
    means less than it says.
    """
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role in ROLES:
        missing = role.permissions - known.keys()
        if missing:
            raise LookupError(f"role {role.code} names unknown permissions: {sorted(missing)}")
        group, _created = Group.objects.get_or_create(name=role.code)
        group.permissions.set(known[name] for name in role.permissions)
