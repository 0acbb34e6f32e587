"""The clip: one continuous recording, photograph or sound, with one master."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from footage import vocabularies
from footage.dates import parse
from footage.ingest.models import Master
from footage.models.fields import FilmedField, TermField, TermsField, bounds_of
from footage.models.film import Event, Titled
from footage.models.location import Location
from footage.references import new_reference
from people.models import SEEN_BY_READERS, Journalist, Witness

SEALED = _("Sealed: never shown to readers.")
STAFF_ONLY = _("Staff only.")


class Describable(Titled):
    """What clips and testimonies share: identity, dates, rights and the decision to publish."""

    class Credit(models.TextChoices):
        BYLINE = "byline", _("byline")
        WITHHELD = "withheld", _("Name withheld")

    reference = models.CharField(
        _("reference"), max_length=20, unique=True, default=new_reference, editable=False
    )
    original_language = TermField(
        vocabularies.LANGUAGES,
        blank=True,
        verbose_name=_("original language of the description"),
        help_text=_("Readers will see which text is the translation."),
    )
    languages = TermsField(
        vocabularies.LANGUAGES, verbose_name=_("languages heard"), help_text=SEEN_BY_READERS
    )
    credit = models.CharField(
        _("credit"),
        max_length=20,
        blank=True,
        choices=Credit.choices,
        help_text=_("What readers see as the credit. It must be decided before publication."),
    )
    rights = TermField(
        vocabularies.RIGHTS, blank=True, verbose_name=_("rights"), help_text=SEEN_BY_READERS
    )
    rights_note = models.CharField(
        _("rights note"), max_length=300, blank=True, help_text=SEEN_BY_READERS
    )
    embargo_until = models.DateField(
        _("embargo until"),
        null=True,
        blank=True,
        help_text=_("Staff only. Blocks publication until that day; opens nothing by itself."),
    )
    # A signed decision stands in for consent that cannot be had (vital or public interest).
    decision_reason = models.TextField(
        _("decision to publish without consent"),
        blank=True,
        help_text=_("Sealed. Why publication is right although consent could not be asked for."),
    )
    decision_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("signed by"),
    )
    decision_at = models.DateTimeField(_("signed at"), null=True, blank=True, editable=False)
    demonstration = models.BooleanField(
        _("demonstration record"),
        default=False,
        help_text=_("Readers are told that this record is invented."),
    )
    accessioned_at = models.DateTimeField(_("accessioned at"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    @property
    def decided_without_consent(self) -> bool:
        return bool(self.decision_reason and self.decision_by_id)


class Clip(Describable):
    """One recording with one master, as the archivist describes it."""

    kind = TermField(vocabularies.KINDS, default="video", verbose_name=_("kind"))
    master = models.OneToOneField(
        Master, models.PROTECT, related_name="clip", verbose_name=_("master"), editable=False
    )

    filmed = FilmedField(
        verbose_name=_("filmed"),
        blank=True,
        help_text=_(
            "As you would write it: 28/11/2016, November 2016, ٢٨ تشرين الثاني ٢٠١٦; or EDTF: "
            "2016-11~, 2016-11-28?, 2016-09-24/2016-09-28; or “unknown”."
        ),
    )
    filmed_from = models.DateField(null=True, editable=False)
    filmed_to = models.DateField(null=True, editable=False)
    filmed_precision = TermField(
        vocabularies.DATE_PRECISION,
        default="day",
        verbose_name=_("shown to the"),
        help_text=_("Readers see the date no finer than this."),
    )
    filmed_basis = TermField(
        vocabularies.FILMED_BASIS,
        blank=True,
        verbose_name=_("how we know when"),
        help_text=_(
            "Readers will see this. Whether the device's clock or the journalist said it they "
            "learn only where the day is shown."
        ),
    )
    filmed_confidence = TermField(
        vocabularies.CONFIDENCE,
        blank=True,
        verbose_name=_("confidence of the date"),
        help_text=SEEN_BY_READERS,
    )

    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="clips",
        verbose_name=_("location"),
        help_text=_("Readers see it no finer than the precision below."),
    )
    location_precision = TermField(
        vocabularies.PLACE_PRECISION,
        blank=True,
        verbose_name=_("place shown to the"),
        help_text=_("Choose “unknown” when the place is not known."),
    )
    location_basis = TermField(
        vocabularies.PLACE_BASIS,
        blank=True,
        verbose_name=_("how we know where"),
        help_text=_(
            "Readers will see this. Whether the device recorded it or the journalist said it they "
            "learn only where the exact position is shown."
        ),
    )
    location_confidence = TermField(
        vocabularies.CONFIDENCE,
        blank=True,
        verbose_name=_("confidence of the place"),
        help_text=SEEN_BY_READERS,
    )
    latitude = models.FloatField(
        _("exact latitude"),
        null=True,
        blank=True,
        help_text=SEALED,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.FloatField(
        _("exact longitude"),
        null=True,
        blank=True,
        help_text=SEALED,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )

    journalist = models.ForeignKey(
        Journalist,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="clips",
        verbose_name=_("journalist"),
        help_text=_("Readers see the byline only when the credit below says so."),
    )
    subjects = TermsField(
        vocabularies.SUBJECTS, verbose_name=_("subjects"), help_text=SEEN_BY_READERS
    )
    advisory_level = TermField(
        vocabularies.ADVISORY_LEVELS,
        blank=True,
        verbose_name=_("content advisory"),
        help_text=_("Must be decided before publication. “Graphic” puts a gate before the clip."),
    )
    verification = TermField(
        vocabularies.VERIFICATION,
        default="unverified",
        verbose_name=_("verification"),
        help_text=SEEN_BY_READERS,
    )
    verifiable_in_public = models.BooleanField(
        _("master verifiable in public"),
        default=False,
        help_text=_(
            "Publishes the master's digest. It lets a seized phone be matched: leave it off unless "
            "the journalist is safe and asked for it."
        ),
    )
    events = models.ManyToManyField(
        Event, blank=True, related_name="clips", verbose_name=_("events")
    )

    original_filename = models.CharField(
        _("original file name"), max_length=500, blank=True, editable=False, help_text=SEALED
    )
    source_note = models.TextField(
        _("source"), blank=True, help_text=_("Sealed: how and from whom the file came.")
    )
    custody_note = models.TextField(_("custody notes"), blank=True, help_text=SEALED)
    # What the machine proposes for `location` and `filmed`. Nothing of it is saved unasked.
    suggestions = models.JSONField(default=dict, blank=True, editable=False)

    history = HistoricalRecords(
        excluded_fields=[
            "latitude",
            "longitude",
            "original_filename",
            "source_note",
            "custody_note",
            "suggestions",
            "decision_reason",
        ]
    )

    class Meta:
        verbose_name = _("clip")
        verbose_name_plural = _("clips")
        ordering: ClassVar = ["-accessioned_at"]
        permissions: ClassVar = [
            ("publish_clip", "Can publish, revise and withdraw"),
            ("override_clip", "Can override the check for sealed words"),
            ("sealed_clip", "Can see and change the sealed fields of clips"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=vocabularies.KINDS.codes), name="clip_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(advisory_level="")
                | Q(advisory_level__in=vocabularies.ADVISORY_LEVELS.codes),
                name="clip_advisory_level_known",
            ),
            models.CheckConstraint(
                condition=Q(location_precision="")
                | Q(location_precision__in=vocabularies.PLACE_PRECISION.codes),
                name="clip_location_precision_known",
            ),
            models.CheckConstraint(
                condition=Q(filmed_precision__in=vocabularies.DATE_PRECISION.codes),
                name="clip_filmed_precision_known",
            ),
            models.CheckConstraint(
                condition=Q(verification__in=vocabularies.VERIFICATION.codes),
                name="clip_verification_known",
            ),
            models.CheckConstraint(
                condition=Q(filmed_from__isnull=True)
                | Q(filmed_to__isnull=True)
                | Q(filmed_from__lte=F("filmed_to")),
                name="clip_filmed_bounds_ordered",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="clip_point_whole",
            ),
        ]

    def __str__(self) -> str:
        return super().__str__() or self.reference

    @property
    def date_unknown(self) -> bool:
        return bool(self.filmed) and parse(self.filmed).unknown

    def clean(self) -> None:
        errors = {}
        if (self.latitude is None) != (self.longitude is None):
            errors["longitude"] = _("Latitude and longitude go together.")
        if self.location_precision == "unknown" and self.location_id:
            errors["location_precision"] = _("“Unknown” is for clips without a location.")
        if self.credit == self.Credit.BYLINE and not self.journalist_id:
            errors["credit"] = _("Choose a journalist, or “Name withheld”.")
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.filmed_from, self.filmed_to = bounds_of(self.filmed)
        fields = kwargs.get("update_fields")
        if fields is not None and "filmed" in fields:
            kwargs["update_fields"] = {*fields, "filmed_from", "filmed_to"}
        super().save(*args, **kwargs)


class ClipAdvisory(models.Model):
    """What in a clip may hurt whoever watches, and, where it helps, at which seconds."""

    clip = models.ForeignKey(Clip, models.CASCADE, related_name="advisories")
    advisory = TermField(
        vocabularies.ADVISORIES, verbose_name=_("content advisory"), help_text=SEEN_BY_READERS
    )
    start_s = models.FloatField(_("from second"), null=True, blank=True)
    end_s = models.FloatField(_("to second"), null=True, blank=True)

    class Meta:
        verbose_name = _("content advisory")
        verbose_name_plural = _("content advisories")
        ordering: ClassVar = ["clip", "start_s", "advisory"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(advisory__in=vocabularies.ADVISORIES.codes),
                name="clipadvisory_advisory_known",
            ),
            models.CheckConstraint(
                condition=Q(start_s__isnull=True, end_s__isnull=True)
                | Q(start_s__gte=0, end_s__gt=F("start_s")),
                name="clipadvisory_range_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.get_advisory_display()


class Appearance(models.Model):
    """Somebody who is seen or heard in a clip. Wholly sealed: it guides the decision to publish."""

    clip = models.ForeignKey(Clip, models.CASCADE, related_name="appearances")
    witness = models.ForeignKey(
        Witness,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appearances",
        verbose_name=_("witness"),
    )
    description = models.CharField(
        _("description"), max_length=200, blank=True, help_text=_("Sealed. When no name is known.")
    )
    identifiable = models.BooleanField(_("identifiable"), default=True, help_text=STAFF_ONLY)
    at_risk = models.BooleanField(
        _("at risk"),
        default=False,
        help_text=_(
            "Staff only. While this is open the clip cannot be published; if it is public it is "
            "withdrawn with the save."
        ),
    )
    resolved = models.TextField(
        _("how the risk was resolved"),
        blank=True,
        help_text=_("Sealed. Masked, agreed, safe abroad: what closed the question."),
    )

    class Meta:
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        ordering: ClassVar = ["clip", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(witness__isnull=False) | ~Q(description=""),
                name="appearance_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.description or str(self.witness)

    @property
    def risk_open(self) -> bool:
        return self.at_risk and not self.resolved
