"""Clips that may show the same footage: what the machine saw, and what a person decided."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from footage.custody.models import EventType, record
from footage.ingest.models import Master
from footage.models.clip import Clip


class FrameHashes(models.Model):
    """Perceptual hashes of the frames of one master. Sealed: with them a seized copy is known.

    A row without frames says that there is no picture to compare. Recipe: the number of
    footage.media.frames by which they were taken; those of an older one are taken again.
    """

    master = models.OneToOneField(
        Master, models.PROTECT, primary_key=True, related_name="frame_hashes"
    )
    recipe = models.PositiveIntegerField()
    # As footage.media.frames packs them: time, quality and every view, of every frame.
    frames = models.BinaryField(default=b"")
    # As footage.media.lookup holds them: all that looking up among a million needs.
    held = models.BinaryField(default=b"")
    hashed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return f"frames of master {self.pk}"


class NearDuplicateQuerySet(models.QuerySet["NearDuplicate"]):
    def of(self, *masters: int) -> "NearDuplicateQuerySet":
        """Pairs in which any of these masters is an end."""
        return self.filter(Q(first__in=masters) | Q(second__in=masters))

    def open(self) -> "NearDuplicateQuerySet":
        """Pairs that wait for a person."""
        return self.filter(verdict="")


class NearDuplicate(models.Model):
    """Two masters that seem to show the same footage; `first` was received before `second`.

    What is at t in the first is at t + offset_s in the second. A proposal is no proof: nothing
    follows from it until somebody has looked at the frames and decided.
    """

    class Kind(models.TextChoices):
        RE_ENCODED = "re-encoded", _("the same, encoded again")
        CROPPED = "cropped", _("cropped")
        BANNERED = "bannered", _("with a banner")
        MIRRORED = "mirrored", _("mirrored")
        TRIMMED = "trimmed", _("trimmed")
        PART_OF = "part-of", _("one is part of the other")

    class Verdict(models.TextChoices):
        SAME = "same", _("They show the same footage.")
        FIRST_IN_SECOND = "first-in-second", _("The first is part of the second.")
        SECOND_IN_FIRST = "second-in-first", _("The second is part of the first.")
        OTHER = "other", _("They do not show the same footage.")

    first = models.ForeignKey(
        Master, models.PROTECT, related_name="+", verbose_name=_("received first")
    )
    second = models.ForeignKey(
        Master, models.PROTECT, related_name="+", verbose_name=_("received second")
    )
    kind = models.CharField(_("what it seems to be"), max_length=20, choices=Kind.choices)
    picture = models.CharField(_("the picture is"), max_length=20, choices=Kind.choices)
    offset_s = models.FloatField()
    matched = models.PositiveIntegerField(_("frames that agree"))
    distance = models.PositiveIntegerField(_("bits that differ"))
    # Seconds in the first and in the second of each frame shown side by side.
    moments = models.JSONField(default=list)
    # Names in the working store: for each side a JPEG of those frames in a row.
    first_frames = models.CharField(max_length=80, blank=True)
    second_frames = models.CharField(max_length=80, blank=True)
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    verdict = models.CharField(
        _("decision"), max_length=20, choices=Verdict.choices, blank=True, db_index=True
    )
    note = models.TextField(_("note"), blank=True, help_text=_("Sealed. How you know."))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = NearDuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = _("near duplicate")
        verbose_name_plural = _("near duplicates")
        ordering: ClassVar = ["-proposed_at", "-pk"]
        default_permissions: ClassVar = ("view", "change")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="nearduplicate_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="nearduplicate_first_came_first"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(verdict="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="nearduplicate_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return " / ".join(clip.reference if clip else "–" for clip in self.clips())

    def clips(self) -> tuple[Clip | None, Clip | None]:
        """The clips that have the two masters now; None for a master without one."""
        return getattr(self.first, "clip", None), getattr(self.second, "clip", None)

    def part_and_whole(self) -> tuple[int, int] | None:
        """(part, whole) as ids of masters, where somebody decided that one lies in the other."""
        if self.verdict == self.Verdict.FIRST_IN_SECOND:
            return self.first_id, self.second_id
        if self.verdict == self.Verdict.SECOND_IN_FIRST:
            return self.second_id, self.first_id
        return None

    def decide(self, verdict: str, *, by: Any, note: str = "") -> None:
        """Record what a person saw, in the caller's transaction. May be decided anew.

        Raises ValidationError for a verdict that is none. The note is sealed; the events say the
        verdict and the reference of the other clip.
        """
        if verdict not in self.Verdict.values:
            raise ValidationError({"verdict": _("Choose a decision from the list.")})
        self.verdict, self.note = verdict, note
        self.decided_by, self.decided_at = by, timezone.now()
        self.save(update_fields=["verdict", "note", "decided_by", "decided_at"])
        first, second = self.clips()
        for clip, other, master in (
            (first, second, self.first_id),
            (second, first, self.second_id),
        ):
            record(
                EventType.NEAR_DUPLICATE,
                clip.reference if clip else f"master:{master}",
                agent=by,
                verdict=verdict,
                other=other.reference if other else None,
            )


def forget_frames(master: Master) -> None:
    """Remove what tells a master's pictures: for one that has left the holdings.

    Decisions about it stay, without their frames.
    """
    FrameHashes.objects.filter(master=master).delete()
    pairs = NearDuplicate.objects.of(master.pk)
    _remove(pairs.values_list("first_frames", "second_frames"))
    pairs.open().delete()
    pairs.update(first_frames="", second_frames="", moments=[])


def _remove(names: Iterable[tuple[str, str]]) -> None:
    for pair in names:
        for name in pair:
            if name:
                storages["working"].delete(name)
