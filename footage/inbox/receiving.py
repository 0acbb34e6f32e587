"""The public side: what a reader writes is checked, sealed and added. Nothing is ever read back."""

import threading
import time
import uuid
from typing import Any, Final

import orjson
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from footage.inbox import codes, sealed_box
from footage.inbox.models import Message, PublicKey
from footage.references import ReferenceError as NotAReference
from footage.references import parse_reference
from footage.vocabularies import CONCERNS

LONGEST: Final = 5000


class NotReady(Exception):
    """No key to seal to: the staff side was never started on this database."""


class TooMany(Exception):
    """More came in a short time than this process takes; `seconds` until there is room again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Allowance:
    """So many at once, then one every `seconds`; counted for everybody together, in memory.

    Who asks is not known here and must not be: no address is kept, so none can be counted.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self.left, self.at = float(most), time.monotonic()
        self.lock = threading.Lock()

    def take(self) -> None:
        """Take one. Raises TooMany."""
        with self.lock:
            now = time.monotonic()
            self.left = min(self.most, self.left + (now - self.at) / self.seconds)
            self.at = now
            if self.left < 1:
                raise TooMany(max(1, round((1 - self.left) * self.seconds)))
            self.left -= 1


# A flood of ordinary messages leaves the room of urgent ones alone.
ALLOWANCES: Final = {False: Allowance(60, 20), True: Allowance(200, 5)}


class ConcernForm(forms.Form):
    concern = forms.ChoiceField(
        choices=[(code, code) for code in CONCERNS.codes],
        error_messages={
            "required": _("Choose what you ask for."),
            "invalid_choice": _("Choose what you ask for from the list."),
        },
    )
    urgent = forms.BooleanField(required=False)
    reference = forms.CharField(required=False)
    words = forms.CharField(
        required=False,
        max_length=LONGEST,
        error_messages={
            "max_length": _(
                "This is longer than %(limit_value)d characters (%(show_value)d). Shorten it, or "
                "send it in parts."
            )
        },
    )

    def clean_reference(self) -> str:
        typed = str(self.cleaned_data["reference"])
        if not typed:
            return ""
        try:
            return parse_reference(typed)
        except NotAReference as error:
            arabic = (get_language() or "en").startswith("ar")
            raise ValidationError(error.message_ar if arabic else error.message_en) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("reference") and not cleaned.get("words"):
            self.add_error("words", _("Give a reference, or say in a few words what it is about."))
        return cleaned


def receive(asked: dict[str, Any], *, language: str) -> str:
    """Seal and keep what a valid ConcernForm holds; return the code, which is kept nowhere.

    Raises TooMany, NotReady, and DatabaseError when it cannot be written: in each case nothing
    was kept, and the caller says so.
    """
    ALLOWANCES[asked["urgent"]].take()
    return keep(asked, language=language)


def keep(asked: dict[str, Any], *, language: str) -> str:
    """As `receive`, without asking whether there is room. Two statements."""
    key = PublicKey.objects.first()
    if key is None:
        raise NotReady
    code = codes.new_code()
    content = {"concern": asked["concern"], "words": asked["words"], "language": language}
    message = Message(
        id=uuid.uuid4(),
        received=timezone.now().replace(minute=0, second=0, microsecond=0),
        urgent=asked["urgent"],
        reference=asked["reference"],
        code_digest=codes.digest_of(code),
        key_id=key.pk,
    )
    message.sealed = sealed_box.close(
        orjson.dumps(content), to=bytes(key.raw), place=place_of(message.pk)
    )
    message.save(force_insert=True)
    return code


def place_of(message_id: uuid.UUID) -> str:
    return f"inbox_message:{message_id}:sealed"
