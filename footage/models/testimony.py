"""Testimonies, the clips that carry them, and what is said, second by second."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from footage import vocabularies
from footage.models.clip import Clip, Describable
from footage.models.fields import FilmedField, TermField, bounds_of
from people.models import SEEN_BY_READERS, Witness


class Testimony(Describable):
    """A witness's account, carried by one or more clips at ranges of seconds."""

    witness = models.ForeignKey(
        Witness,
        models.PROTECT,
        related_name="testimonies",
        verbose_name=_("witness"),
        help_text=_("Readers see the byline only when the credit below says so."),
    )
    given = FilmedField(
        verbose_name=_("given"),
        blank=True,
        help_text=_("Readers will see this. EDTF, or as you would write it, or “unknown”."),
    )
    given_from = models.DateField(null=True, editable=False)
    given_to = models.DateField(null=True, editable=False)
    legal_hold = models.BooleanField(
        _("not before legal review"),
        default=False,
        help_text=_("Staff only. While this is set the testimony cannot be published."),
    )
    clips = models.ManyToManyField(Clip, through="TestimonyRange", related_name="testimonies")
    history = HistoricalRecords(excluded_fields=["decision_reason"])

    class Meta:
        verbose_name = _("testimony")
        verbose_name_plural = _("testimonies")
        ordering: ClassVar = ["-accessioned_at"]

    def __str__(self) -> str:
        return super().__str__() or self.reference

    def clean(self) -> None:
        if self.credit == self.Credit.BYLINE and self.witness_id and not self.witness.named:
            raise ValidationError(
                {"credit": _("This witness's name is withheld: choose “Name withheld”.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.given_from, self.given_to = bounds_of(self.given)
        super().save(*args, **kwargs)


class TestimonyRange(models.Model):
    """Where in a clip a testimony is heard. Without seconds: the whole clip."""

    testimony = models.ForeignKey(
        Testimony, models.CASCADE, related_name="ranges", verbose_name=_("testimony")
    )
    clip = models.ForeignKey(
        Clip, models.PROTECT, related_name="testimony_ranges", verbose_name=_("clip")
    )
    start_s = models.FloatField(_("from second"), default=0)
    end_s = models.FloatField(_("to second"), null=True, blank=True)

    class Meta:
        verbose_name = _("range of a clip")
        verbose_name_plural = _("carried by")
        ordering: ClassVar = ["testimony", "clip", "start_s"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(start_s__gte=0) & (Q(end_s__isnull=True) | Q(end_s__gt=F("start_s"))),
                name="testimonyrange_ordered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.testimony} · {self.clip.reference}"

    def covers(self, start_s: float, end_s: float) -> bool:
        """Whether any part of that span lies in this range."""
        return end_s > self.start_s and (self.end_s is None or start_s < self.end_s)


class Transcript(models.Model):
    """What is said in a clip, in one language, as timed segments. English and Arabic run parallel.

    A testimony has no transcript of its own: it reads those of its clips through its ranges, so
    that no word is kept twice.
    """

    clip = models.ForeignKey(
        Clip, models.CASCADE, related_name="transcripts", verbose_name=_("clip")
    )
    language = TermField(
        vocabularies.LANGUAGES, verbose_name=_("language"), help_text=SEEN_BY_READERS
    )
    status = TermField(
        vocabularies.TRANSCRIPT_STATUS,
        default="corrected",
        verbose_name=_("status"),
        help_text=SEEN_BY_READERS,
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("transcript")
        verbose_name_plural = _("transcripts")
        ordering: ClassVar = ["clip", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["clip", "language"], name="transcript_one_per_language"
            ),
            models.CheckConstraint(
                condition=Q(status__in=vocabularies.TRANSCRIPT_STATUS.codes),
                name="transcript_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clip.reference} · {self.get_language_display()}"


class TranscriptSegment(models.Model):
    """One timed cue."""

    transcript = models.ForeignKey(Transcript, models.CASCADE, related_name="segments")
    start_ms = models.PositiveIntegerField(_("start (ms)"))
    end_ms = models.PositiveIntegerField(_("end (ms)"))
    speaker = models.CharField(
        _("speaker label"), max_length=100, blank=True, help_text=SEEN_BY_READERS
    )
    text = models.TextField(_("text"), help_text=SEEN_BY_READERS)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering: ClassVar = ["transcript", "start_ms", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end_ms__gt=F("start_ms")), name="transcriptsegment_ordered"
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]
