"""Messages as they came, what staff did about them, and what the asker may learn of it.

A public process may add to Message, may read PublicKey and Outcome, and knows nothing of the rest;
`footage.inbox.rights` pins that in the database. No column holds who wrote or from where.
"""

import uuid
from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from footage.vocabularies import ANSWERS

# What was written is erased so long after it was answered; the safety page says so.
DAYS_KEPT: Final = 90


class PublicKey(models.Model):
    """What messages are sealed to. The newest seals; every one is kept with its private half."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    raw = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-made_at", "id"]
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return str(self.pk)


class PrivateKey(models.Model):
    """The half that opens, itself sealed with ARCHIVE_KEYS."""

    public = models.OneToOneField(
        PublicKey, models.PROTECT, primary_key=True, related_name="private"
    )
    sealed = models.BinaryField()

    class Meta:
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return str(self.pk)


class Message(models.Model):
    """What somebody wrote, as it came. Never changed, and emptied long after it was answered."""

    # Made by whoever inserts: the public process may read nothing back, not even a number.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # To the hour: enough to say what has waited longest, too coarse to match a line's log with.
    received = models.DateTimeField(_("received"))
    urgent = models.BooleanField(_("urgent"), default=False)
    reference = models.CharField(_("reference"), max_length=20, blank=True)
    # The digest of the code by which the asker finds the outcome; the code itself is nowhere.
    code_digest = models.CharField(max_length=64, editable=False)
    # No foreign key: checking one would read a table.
    key_id = models.UUIDField(editable=False)
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        default_permissions: ClassVar = ("view",)
        permissions: ClassVar = [
            ("open_message", "Can open what readers wrote"),
            ("answer_message", "Can take up and answer what readers wrote"),
        ]
        ordering: ClassVar = [
            F("handling__answered_at").desc(nulls_first=True),
            "-urgent",
            "received",
            "id",
        ]

    def __str__(self) -> str:
        return str(_("Message of %(day)s") % {"day": f"{self.received:%Y-%m-%d}"})

    @property
    def state(self) -> str:
        """ "new", "taken" or "answered": whether somebody handles it, and whether they are done."""
        handling = getattr(self, "handling", None)
        if handling is None:
            return "new"
        return "answered" if handling.answer else "taken"


class Handling(models.Model):
    """Who took a message up, and what they answered. None while it is new."""

    message = models.OneToOneField(
        Message, models.PROTECT, primary_key=True, related_name="handling"
    )
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    answer = models.CharField(max_length=40, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return str(self.message)


class Outcome(models.Model):
    """What whoever holds the code may learn: a sentence of a closed list, and the day. Public.

    A row stands here only once staff decided, so a code not yet decided and a code that never was
    are the same nothing.
    """

    code_digest = models.CharField(max_length=64, primary_key=True)
    answer = models.CharField(max_length=40)
    day = models.DateField()

    class Meta:
        default_permissions: ClassVar = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(answer__in=ANSWERS.codes), name="outcome_answer_known"
            )
        ]

    def __str__(self) -> str:
        return self.answer
