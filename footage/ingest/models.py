"""What was received: masters, their copies for watching, and the two-person way out."""

import secrets
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DIGEST = RegexValidator(r"\A[0-9a-f]{64}\Z", _("A SHA-256 digest is 64 hexadecimal characters."))


def new_upload_id() -> str:
    """128 random bits: who does not know the address of an upload does not find it."""
    return secrets.token_hex(16)


class Master(models.Model):
    """The exact bytes received, once each, stored under their own digest. Never modified."""

    digest = models.CharField(
        _("SHA-256 digest"),
        max_length=64,
        unique=True,
        validators=[DIGEST],
        help_text=_("Sealed, unless the clip is marked verifiable in public."),
    )
    bytes = models.PositiveBigIntegerField(_("size in bytes"))
    media_type = models.CharField(
        _("format"), max_length=100, blank=True, help_text=_("Found by content, not by name.")
    )
    # footage.media.Probe as JSON: device, position, clock. Empty until it was probed.
    technical_metadata = models.JSONField(
        _("technical metadata"), default=dict, blank=True, help_text=_("Sealed.")
    )
    # Content credentials (C2PA): footage.media.read_credentials as JSON. Empty until read.
    credentials = models.JSONField(
        _("content credentials"), default=dict, blank=True, help_text=_("Sealed.")
    )
    # Why it does not play: a code of footage.media.Unplayable. Empty when it plays.
    unplayable = models.CharField(_("why it does not play"), max_length=40, blank=True)
    # Why a copy is missing although others stand: a code like the one above.
    shortfall = models.CharField(_("why a copy is missing"), max_length=40, blank=True)
    incomplete = models.BooleanField(
        _("incomplete"),
        default=False,
        help_text=_("The file ends before the recording does. Its copies show what is whole."),
    )
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("received by"),
    )
    deaccessioned_at = models.DateTimeField(_("deaccessioned at"), null=True, blank=True)

    class Meta:
        verbose_name = _("master")
        verbose_name_plural = _("masters")
        ordering: ClassVar = ["-received_at"]
        permissions: ClassVar = [("look_again_master", "Can have a file examined again")]

    def __str__(self) -> str:
        return f"{self.media_type or _('not yet examined')} · {self.digest[:12]}…"

    @property
    def fixity(self) -> str:
        return f"sha256:{self.digest}"

    @property
    def path(self) -> str:
        """Its name in the masters store: the content address."""
        return f"{self.digest[:2]}/{self.digest[2:4]}/{self.digest}"

    @property
    def examined(self) -> bool:
        return bool(self.technical_metadata or self.unplayable)

    @property
    def duration_s(self) -> float | None:
        return self.technical_metadata.get("duration_s")


class Rendition(models.Model):
    """A copy made from a master for watching, kept in the working store (staff only)."""

    # The roles of footage.media.RECIPES.
    class Role(models.TextChoices):
        POSTER = "poster", _("poster")
        STRIP = "strip", _("frame strip")
        PLAYABLE_240 = "playable-240", _("playable copy for slow lines")
        PLAYABLE = "playable", _("playable copy")
        PLAYABLE_720 = "playable-720", _("large playable copy")
        PHOTOGRAPH = "photograph", _("photograph")
        PHOTOGRAPH_SMALL = "photograph-small", _("small photograph")
        SOUND = "sound", _("sound")
        WAVEFORM = "waveform", _("waveform")

    # Roles in which a clip can be watched or heard; the others only tell it from other clips.
    WATCHABLE: ClassVar = frozenset(
        {
            *(Role.PLAYABLE, Role.PLAYABLE_240, Role.PLAYABLE_720),
            *(Role.PHOTOGRAPH, Role.PHOTOGRAPH_SMALL, Role.SOUND),
        }
    )

    master = models.ForeignKey(
        Master, models.PROTECT, related_name="renditions", verbose_name=_("master")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    recipe = models.PositiveIntegerField(_("recipe"))
    # Random: a name made from the digest would let a seized phone be matched.
    name = models.CharField(max_length=80, unique=True)
    media_type = models.CharField(max_length=100)
    bytes = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, validators=[DIGEST])
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    duration_s = models.FloatField(null=True)
    incomplete = models.BooleanField(default=False)
    # The master has sound that could not be read, so this copy has none.
    silenced = models.BooleanField(default=False)
    # Of a strip {"times_s": [...]}, of a waveform {"peaks": [...]}; otherwise empty.
    detail = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        ordering: ClassVar = ["master", "role"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["master", "role"], name="rendition_one_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.name}"


class Deaccession(models.Model):
    """A request to let a master leave the holdings. One person asks, another one decides."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    master = models.ForeignKey(
        Master, models.PROTECT, related_name="deaccessions", verbose_name=_("master")
    )
    # The draft it came from; the clip itself is gone, its reference is never used again.
    reference = models.CharField(_("reference"), max_length=20)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    granted = models.BooleanField(_("granted"), null=True, blank=True)

    class Meta:
        verbose_name = _("deaccession")
        verbose_name_plural = _("deaccessions")
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("asked_by")),
                name="deaccession_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, granted__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False, granted__isnull=False),
                name="deaccession_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}"

    def decide(self, *, by: Any, granted: bool) -> None:
        """Record the second person's decision. Raises ValidationError for the same person."""
        if by.pk == self.asked_by_id:
            raise ValidationError(
                _("Whoever asked for a deaccession cannot grant it: a second person must.")
            )
        if self.decided_at:
            raise ValidationError(_("This deaccession is already decided."))
        self.decided_by, self.decided_at, self.granted = by, timezone.now(), granted
        self.save(update_fields=["decided_by", "decided_at", "granted"])


class Upload(models.Model):
    """A file on its way in over the tus protocol. Its bytes are in the store of uploads.

    `offset` counts bytes that are synced, nothing else. Whoever writes raised `token` first and
    counts only while it is still theirs; so of two writers one is told that it lost.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("on its way")
        FINISHED = "finished", _("in the archive")
        REFUSED = "refused", _("refused")
        TERMINATED = "terminated", _("given up")
        EXPIRED = "expired", _("expired")

    id = models.CharField(primary_key=True, max_length=32, default=new_upload_id, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by whom")
    )
    state = models.CharField(
        _("state"), max_length=20, choices=State.choices, default=State.RECEIVING
    )
    length = models.PositiveBigIntegerField(_("size in bytes"))
    offset = models.PositiveBigIntegerField(_("received"), default=0)
    token = models.PositiveBigIntegerField(default=0)
    # Somebody waits to write: a writer whose line is dead gives way.
    wanted_at = models.DateTimeField(null=True)
    # As the client sent it, for HEAD. The file name in it is sealed; the row is swept some days on.
    metadata = models.TextField(blank=True)
    declared_digest = models.CharField(max_length=64, blank=True, validators=[DIGEST])
    master = models.ForeignKey(Master, models.PROTECT, null=True, related_name="+")
    # "draft" or "already-held" when finished, the code of a refusal when refused.
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    reference = models.CharField(_("reference"), max_length=20, blank=True)
    began_at = models.DateTimeField(_("began at"), default=timezone.now)
    touched_at = models.DateTimeField(_("last bytes at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering: ClassVar = ["-began_at"]
        # No permission of its own: whoever may add a clip may upload its file.
        default_permissions: ClassVar = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(offset__lte=models.F("length")), name="upload_within_length"
            ),
            models.CheckConstraint(
                condition=~Q(state="finished") | Q(offset=models.F("length"), master__isnull=False),
                name="upload_finished_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} · {self.offset} / {self.length}"
