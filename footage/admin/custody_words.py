"""A custody event in words, in either language, and never with a sealed value.

What an event keeps beside its type is shown by an allow-list: numbers, codes from lists of ours,
names of fields. Whatever else an event should hold one day, a text somebody typed above all, is
said to be there and not shown, until somebody decides about it here.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from footage import publishing
from footage.custody.models import Copy, CustodyEvent, EventType
from footage.ingest.models import Master
from footage.media import REASONS as UNPLAYABLE
from footage.models import Clip
from footage.models.fields import reading_language, said
from footage.models.two_persons import Act
from footage.vocabularies import ANSWERS, WITHDRAWAL_REASONS
from people.models import PublicSlug, Use
from people.roles import BY_CODE, role_names

# Somebody read, or could have read, what is sealed.
SEALED_ACCESS = {
    EventType.UNSEALING,
    EventType.SEARCH,
    EventType.KEY_ROTATION,
    EventType.SEALED_VIEW,
}
OUTCOMES = {
    "success": gettext_lazy("done"),
    "refused": gettext_lazy("refused"),
    "failure": gettext_lazy("failed"),
    "already-held": gettext_lazy("held already"),
}
CODE = re.compile(r"[a-zA-Z0-9_.:/+-]{1,120}")


# --- How a value is said --------------------------------------------------------------------------
def code(value: Any) -> str:
    """Something only the archive itself could have written: a code, a number, a digest."""
    text = "" if value is None else str(value)
    return text if CODE.fullmatch(text) else hidden(value)


def codes(value: Any) -> str:
    return ", ".join(map(code, value)) if isinstance(value, list) else code(value)


def _several(value: Any) -> list[Any]:
    """A list as it is. Raises TypeError for anything else, which nothing of ours wrote."""
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def hidden(value: Any) -> str:
    return _("(kept, not shown here)")


def yes_no(value: Any) -> str:
    return _("yes") if value else _("no")


def fields(value: Any) -> str:
    return ", ".join(_field(str(name)) for name in _several(value))


def _field(name: str) -> str:
    for model in _workshop():
        for field in model._meta.get_fields():
            if field.name == name and hasattr(field, "verbose_name"):
                return str(field.verbose_name)
    return code(name)


def _workshop() -> Iterable[Any]:
    for label in ("footage", "people", "auth", "ingest"):
        yield from apps.get_app_config(label).get_models()


def roles(value: Any) -> str:
    known = [each if each in BY_CODE else hidden(each) for each in _several(value)]
    return ", ".join(role_names(known)) or "–"


def reason(value: Any) -> str:
    """A reason by its code; one that somebody wrote in their own words may name somebody."""
    if value in WITHDRAWAL_REASONS:
        return str(WITHDRAWAL_REASONS.label(value, reading_language()))
    if value in UNPLAYABLE:
        return said(*UNPLAYABLE[value])
    return str(Copy.State(value).label) if value in Copy.State.values else hidden(value)


def answer(value: Any) -> str:
    return str(ANSWERS.label(value, reading_language())) if value in ANSWERS else hidden(value)


def act(value: Any) -> str:
    return str(Act(value).label) if value in Act.values else hidden(value)


def use(value: Any) -> str:
    return str(Use(value).label) if value in Use.values else hidden(value)


def subjects(value: Any) -> str:
    return ", ".join(about(code(each)) for each in _several(value)) or "–"


def subject_said(value: Any) -> str:
    return about(code(value))


# Key of an event's detail: its label, and how its value is said.
DETAILS: dict[str, tuple[Any, Callable[[Any], str]]] = {
    "act": (gettext_lazy("act"), act),
    "answer": (gettext_lazy("answer"), answer),
    "bytes": (gettext_lazy("size in bytes"), code),
    "count": (gettext_lazy("number found"), code),
    "credentials": (gettext_lazy("content credentials"), code),
    "digest": (gettext_lazy("digest of the public record"), code),
    "fields": (gettext_lazy("fields"), fields),
    "format": (gettext_lazy("format"), codes),
    "found": (gettext_lazy("found"), subjects),
    # Which neighbouring records give away a place or a day would say just that.
    "giveaways": (gettext_lazy("what gives it away"), hidden),
    "given": (gettext_lazy("roles given"), roles),
    "granted": (gettext_lazy("granted"), yes_no),
    "link": (gettext_lazy("kind of link"), code),
    "media_type": (gettext_lazy("media type"), code),
    "other": (gettext_lazy("the other record"), subject_said),
    "rows": (gettext_lazy("number of rows"), code),
    "reason": (gettext_lazy("reason"), reason),
    "reasons": (gettext_lazy("reasons against"), codes),
    "recipe": (gettext_lazy("recipe"), code),
    "reference": (gettext_lazy("reference"), code),
    "refused": (gettext_lazy("refused"), code),
    "request": (gettext_lazy("request"), code),
    "resealed": (gettext_lazy("sealed anew"), code),
    "role": (gettext_lazy("kind of copy"), code),
    "roles": (gettext_lazy("kinds of copies"), codes),
    "taken": (gettext_lazy("roles taken away"), roles),
    "truncated": (gettext_lazy("cut short"), yes_no),
    "until": (gettext_lazy("until"), code),
    "use": (gettext_lazy("use"), use),
    "verdict": (gettext_lazy("verdict"), code),
    "version": (gettext_lazy("version"), code),
    # A master's digest lets a seized phone be matched: sealed, and it never leaves with a list.
    "fixity": (gettext_lazy("digest of the file"), hidden),
    "old": (gettext_lazy("digest of the master before"), hidden),
    "new": (gettext_lazy("digest of the master after"), hidden),
}


def details(event: CustodyEvent) -> list[tuple[str, str]]:
    """(label, value) of whatever the event keeps, in the language being read."""
    told = []
    for key, value in event.detail.items():
        label, say = DETAILS.get(key, (key, hidden))
        try:
            words = say(value)
        except (TypeError, ValueError):
            # Not the kind of value that this key holds.
            words = hidden(value)
        told.append((str(label), words))
    return told


def in_one_line(event: CustodyEvent) -> str:
    return "; ".join(f"{label}: {value}" for label, value in details(event))


def outcome(event: CustodyEvent) -> str:
    return str(OUTCOMES.get(event.outcome, event.outcome))


# --- What it is about -----------------------------------------------------------------------------
class Known:
    """The names that may be said: user names of staff, and what is public now. Two queries, once
    for a whole list."""

    @cached_property
    def staff(self) -> dict[str, str]:
        return {str(user.pk): user.get_username() for user in get_user_model().objects.all()}

    @cached_property
    def public(self) -> set[str]:
        return publishing.names_in_public()


def about(subject: str, known: Known | None = None) -> str:
    """The thing an event is about: its kind and number, never what it is called if that is sealed.

    A public name that was taken back is not said again, though its slug stands in old events.
    """
    known = known or Known()
    table, colon, key = subject.partition(":")
    if not colon:
        return subject
    if table == "auth_user":
        return _("colleague %(name)s") % {"name": known.staff.get(key, key)}
    if table == "master":
        return _("master no. %(number)s") % {"number": key}
    if table == "key":
        return _("sealing key %(key)s") % {"key": key}
    for model in apps.get_models():
        if model._meta.db_table == table:
            kind = model._meta.verbose_name
            return _("%(kind)s no. %(number)s") % {"kind": kind, "number": key}
    if subject in known.public:
        return _("public name “%(slug)s”") % {"slug": key}
    return _("a name that is not public any more")


def sayable(subject: str, known: Known) -> bool:
    """Whether the subject may stand as it is in a page or a file."""
    return about(subject, known) != _("a name that is not public any more")


def chain_of(subject: str) -> set[str]:
    """The subjects that belong to one chain: a clip and its masters, a person and their names."""
    table, colon, key = subject.partition(":")
    found = {subject}
    if not colon:
        masters = Clip.objects.filter(reference=subject).values_list("master_id", flat=True)
        found |= {f"master:{master}" for master in masters}
        requests = Master.objects.filter(deaccessions__reference=subject)
        found |= {f"master:{master}" for master in requests.values_list("pk", flat=True)}
    elif table == "master" and key.isdecimal():
        found |= set(Clip.objects.filter(master_id=int(key)).values_list("reference", flat=True))
    elif table in {"people_journalist", "people_witness"} and key.isdecimal():
        side = table.removeprefix("people_")
        slugs = PublicSlug.objects.filter(**{f"{side}_id": key}).values_list("slug", flat=True)
        found |= {f"{side}:{slug}" for slug in slugs}
    return found
