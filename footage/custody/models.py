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
    METADATA_MODIFICATION = "metadata modification", _("metadata modification")
    REPLACEMENT = "archive:replacement", _("replacement of a wrong file")
    PUBLICATION = "archive:publication", _("publication")
    REVISION = "archive:revision", _("revision of the public record")
    NARROWING = "archive:narrowing", _("narrowing of the public record")
    WITHDRAWAL = "archive:withdrawal", _("withdrawal")
    REFUSAL = "archive:refusal", _("refused attempt to publish")
    OVERRIDE = "archive:override", _("custodian's override")
    CONSENT = "archive:consent", _("consent recorded")
    UNSEALING = "archive:unsealing", _("look at sealed data")
    DISCARD = "archive:discard", _("draft discarded")
    DEACCESSION_REQUEST = "archive:deaccession-request", _("deaccession asked for")
    DEACCESSION = "deaccession", _("deaccession")


class CustodyEvent(models.Model):
    """One act. `subject` is a reference, or `table:id` for what has none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField(_("type"), max_length=60, choices=EventType.choices)
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


def record(
    event_type: EventType,
    subject: str,
    *,
    agent: Any = None,
    outcome: str = "success",
    **detail: Any,
) -> CustodyEvent:
    """Add one event in the caller's transaction.

    `agent` is the member of staff who acted, None for the software itself. `detail` holds JSON
    values: digests, codes, counts. Never names, contacts or file names.
    """
    return CustodyEvent.objects.create(
        type=event_type, subject=subject, agent=agent, outcome=outcome, detail=detail
    )
