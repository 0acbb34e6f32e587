"""The chain of custody: what happened to what, when, by whom. Rows are only ever added.

Types are PREMIS event types (id.loc.gov/vocabulary/preservation/eventType) where one fits and
local ones, prefixed `archive:`, where none does. A trigger in the database refuses UPDATE and
DELETE. Events carry digests and codes, never the sealed value an act was about.
"""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EventType(models.TextChoices):
    TRANSFER = "transfer", _("transfer")
    INGESTION = "ingestion end", _("ingestion")
    DIGEST = "message digest calculation", _("digest calculation")
    FIXITY_CHECK = "fixity check", _("fixity check")
    FORMAT = "format identification", _("format identification")
    METADATA_EXTRACTION = "metadata extraction", _("metadata extraction")
    ACCESSION = "accession", _("accession")
    CREATION = "creation", _("creation of a rendition")
    REEXAMINATION = "archive:reexamination", _("another look at the file asked for")
    METADATA_MODIFICATION = "metadata modification", _("metadata modification")
    REPLACEMENT = "archive:replacement", _("replacement of a wrong file")
    PUBLICATION = "archive:publication", _("publication")
    REVISION = "archive:revision", _("revision of the public record")
    RENEWAL = "archive:renewal", _("renewal of access copies")
    NARROWING = "archive:narrowing", _("narrowing of the public record")
    WITHDRAWAL = "archive:withdrawal", _("withdrawal")
    REINSTATEMENT = "archive:reinstatement", _("publication of what was withdrawn")
    DISCLOSURE = "archive:disclosure", _("publication in spite of what gives it away")
    REFUSAL = "archive:refusal", _("refused attempt to publish")
    OVERRIDE = "archive:override", _("custodian's override")
    CONSENT = "archive:consent", _("consent recorded")
    UNSEALING = "archive:unsealing", _("look at sealed data")
    SEARCH = "archive:search", _("search among sealed names")
    SEALED_VIEW = "archive:sealed-view", _("page with sealed fields opened")
    EXPORT = "archive:export", _("chain of custody taken along as a file")
    KEY_ROTATION = "archive:key-rotation", _("change of the sealing key")
    REQUEST = "archive:request", _("second person asked for")
    AGREEMENT = "archive:agreement", _("decision of a second person")
    REQUEST_TAKEN = "archive:request-taken", _("reader's request taken up")
    REQUEST_HIDDEN = "archive:request-hidden", _("record hidden upon a reader's request")
    REQUEST_ANSWERED = "archive:request-answered", _("reader's request answered")
    REQUEST_ERASED = "archive:request-erased", _("words of a reader's request erased")
    INVITATION = "archive:invitation", _("link to set a password made")
    ROLES = "archive:roles", _("change of roles")
    SIGN_IN_RESET = "archive:sign-in-reset", _("sign-in of a colleague reset")
    NEAR_DUPLICATE = "archive:near-duplicate", _("decision about a near duplicate")
    DISCARD = "archive:discard", _("draft discarded")
    REPLICATION = "replication", _("replication")
    QUARANTINE = "quarantine", _("quarantine")
    ADOPTION = "archive:adoption", _("adoption of bytes without a row")
    DEACCESSION_REQUEST = "archive:deaccession-request", _("deaccession asked for")
    DEACCESSION = "deaccession", _("deaccession")


def event_types() -> list[tuple[str, Any]]:
    """The choices of an event's type, as a callable: a new type needs no migration."""
    return list(EventType.choices)


class CustodyEvent(models.Model):
    """One act. `subject` is a reference, or `table:id` for what has none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField(_("type"), max_length=60, choices=event_types)
    subject = models.CharField(_("subject"), max_length=120, db_index=True)
    outcome = models.CharField(_("outcome"), max_length=20, default="success")
    # Who acted: a member of staff, or the software itself (a worker) when this is empty.
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by whom"),
    )
    detail = models.JSONField(_("detail"), default=dict)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("custody event")
        verbose_name_plural = _("custody events")
        ordering: ClassVar = ["-recorded_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_type_display()} · {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError(_("A custody event is never changed."))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise ValidationError(_("A custody event is never deleted."))


class Copy(models.Model):
    """Where one copy of a master is, and when somebody last read the whole of it."""

    class Store(models.TextChoices):
        MASTERS = "masters", _("store of masters")
        MIRROR = "mirror", _("mirror")

    class State(models.TextChoices):
        WHOLE = "whole", _("whole")
        MISSING = "missing", _("missing")
        DAMAGED = "damaged", _("damaged")

    # The master's digest, not its row: a copy is bytes, and custody knows nothing of ingest.
    digest = models.CharField(_("SHA-256 digest"), max_length=64)
    store = models.CharField(_("store"), max_length=20, choices=Store.choices)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.WHOLE)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    read_at = models.DateTimeField(_("last read at"), default=timezone.now)

    class Meta:
        verbose_name = _("copy")
        verbose_name_plural = _("copies")
        ordering: ClassVar = ["digest", "store"]
        default_permissions: ClassVar = ("view",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest", "store"], name="copy_one_per_store")
        ]

    def __str__(self) -> str:
        return f"{self.get_store_display()} · {self.digest[:12]}… · {self.get_state_display()}"


def record(
    event_type: EventType,
    subject: str,
    *,
    agent: Any = None,
    outcome: str = "success",
    **detail: Any,
) -> CustodyEvent:
    """Add one event in the caller's transaction.

    `agent` is the member of staff who acted, None for the software itself; a stranger whom a verb
    refused is nobody known, and stands as None too. `detail` holds JSON
    values: digests, codes, counts. Never names, contacts or file names.
    """
    known = agent if agent is not None and agent.pk is not None else None
    return CustodyEvent.objects.create(
        type=event_type, subject=subject, agent=known, outcome=outcome, detail=detail
    )


def seen(digest: str, store: Copy.Store, state: Copy.State) -> None:
    """Note that the whole of a copy was just read, or looked for, and how it was found."""
    now = timezone.now()
    Copy.objects.update_or_create(
        digest=digest,
        store=store,
        defaults={"state": state, "read_at": now},
        create_defaults={"state": state, "read_at": now, "made_at": now},
    )
