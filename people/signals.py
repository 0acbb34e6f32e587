"""The one signal of the archive: the protection of a person has tightened.

`people` cannot know the catalogue. It says synchronously, inside the saving transaction, whose
protection changed; `footage.publishing` answers by narrowing the public record. A receiver that
fails aborts the save, so that a name never stays public while the workshop says it must not.
"""

from collections.abc import Callable

from django.db import transaction
from django.dispatch import Signal

# Sent with `person` (a Journalist or Witness) after its row, or a consent of it, was stored.
protection_changed = Signal()


def save_and_protect(row, save: Callable, *args, **kwargs) -> None:
    """Store `row` (a person or a consent) and announce its person, in one transaction."""
    with transaction.atomic():
        save(*args, **kwargs)
        person = getattr(row, "person", row)
        protection_changed.send(sender=type(person), person=person)
