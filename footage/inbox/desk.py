"""The staff side: the keys, opening what was written, taking it up, answering it.

Each act adds its event to the chain of custody, in the same transaction.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from footage.custody.models import EventType, record
from footage.inbox import sealed_box
from footage.inbox.models import DAYS_KEPT, Handling, Message, Outcome, PrivateKey, PublicKey
from footage.inbox.receiving import place_of
from footage.vocabularies import ANSWERS
from people import sealing


@dataclass(frozen=True)
class Opened:
    """What was written. `concern` is a code of CONCERNS."""

    concern: str
    words: str
    language: str


# --- Keys ----------------------------------------------------------------------------------------
def ensure_key() -> None:
    """Make a pair of keys, unless messages are sealed to one that can be opened here."""
    with transaction.atomic():
        newest = PublicKey.objects.first()
        if newest is not None:
            try:
                private_key(newest.pk)
            except (sealing.SealError, sealed_box.BoxError):
                newest = None
        if newest is None:
            new_key()


def new_key() -> PublicKey:
    """A pair of keys that seals from now on; what the earlier ones sealed is opened by them."""
    private = sealed_box.new_private_key()
    public = PublicKey(raw=sealed_box.public_half(private), made_at=timezone.now())
    with transaction.atomic():
        public.save(force_insert=True)
        PrivateKey.objects.create(
            public=public, sealed=sealing.seal(private.hex(), place=_place(public.pk))
        )
    return public


def private_key(key_id: uuid.UUID) -> bytes:
    """Raises SealError when ARCHIVE_KEYS does not open it, BoxError when it is not here."""
    kept = PrivateKey.objects.filter(pk=key_id).first()
    if kept is None:
        raise sealed_box.BoxError("The key that closed this message is not in this archive.")
    return bytes.fromhex(sealing.unseal(bytes(kept.sealed), place=_place(key_id)))


def seal_again(kept: PrivateKey, newest: str) -> bool:
    """Seal a private key under the newest sealing key; False when it is. Raises SealError.

    Whoever has the old sealing key and an old copy of the database opens this pair for ever, so
    what readers write from now on goes to a new one.
    """
    if sealing.key_of(bytes(kept.sealed)) == newest:
        return False
    if PublicKey.objects.first() == kept.public:
        new_key()
    opened = sealing.unseal(bytes(kept.sealed), place=_place(kept.pk))
    kept.sealed = sealing.seal(opened, place=_place(kept.pk))
    kept.save(update_fields=["sealed"])
    return True


def _place(key_id: uuid.UUID) -> str:
    return f"inbox_privatekey:{key_id}:sealed"


# --- Acts ----------------------------------------------------------------------------------------
def subject(message: Message) -> str:
    return f"inbox_message:{message.pk}"


def look(message: Message, *, by: Any) -> Opened:
    """Open what was written. The look is recorded first, whether it succeeds or not.

    Raises SealError and BoxError.
    """
    record(EventType.UNSEALING, subject(message), agent=by, reason="request")
    box = sealed_box.open_box(
        bytes(message.sealed), private=private_key(message.key_id), place=place_of(message.pk)
    )
    try:
        content = orjson.loads(box)
        return Opened(content["concern"], content["words"], content["language"])
    except (ValueError, KeyError, TypeError) as error:
        raise sealed_box.BoxError("What is in the box is not a message.") from error


def take(message: Message, *, by: Any) -> Handling:
    """Note that somebody is looking at it. Whoever came first stays."""
    with transaction.atomic():
        handling, new = Handling.objects.get_or_create(
            message=message, defaults={"taken_by": by, "taken_at": timezone.now()}
        )
        if new:
            record(EventType.REQUEST_TAKEN, subject(message), agent=by)
    return handling


def note_hidden(message: Message, reference: str, *, by: Any) -> None:
    """After a record was withdrawn at once: the asker learns it, and the request stays open."""
    with transaction.atomic():
        handling = take(message, by=by)
        record(EventType.REQUEST_HIDDEN, subject(message), agent=by, reference=reference)
        if not handling.answer:
            _publish(message, "hidden-first")


def answer(message: Message, code: str, *, by: Any) -> None:
    """Decide: `code` is one of ANSWERS, and its sentence is what the asker reads under the code."""
    if code not in ANSWERS or code == "hidden-first":
        raise ValueError(f"{code} is no answer")
    with transaction.atomic():
        handling = take(message, by=by)
        handling.answer, handling.answered_by, handling.answered_at = code, by, timezone.now()
        handling.save(update_fields=["answer", "answered_by", "answered_at"])
        _publish(message, code)
        record(EventType.REQUEST_ANSWERED, subject(message), agent=by, answer=code)


def forget() -> int:
    """Erase what was written in messages answered long ago; the outcome stays. Returns how many.

    What nobody keeps can be taken from nobody. Runs by itself: it only takes away.
    """
    before = timezone.now() - timedelta(days=DAYS_KEPT)
    old = Message.objects.filter(handling__answered_at__lt=before).exclude(sealed=b"")
    erased = 0
    for message in old:
        with transaction.atomic():
            message.sealed, message.reference = b"", ""
            message.save(update_fields=["sealed", "reference"])
            record(EventType.REQUEST_ERASED, subject(message))
        erased += 1
    return erased


def _publish(message: Message, code: str) -> None:
    Outcome.objects.update_or_create(
        code_digest=message.code_digest,
        defaults={"answer": code, "day": timezone.localdate()},
    )
