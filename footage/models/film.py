"""Films made from the footage, and events that several clips show."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from footage.models.fields import FilmedField, bounds_of, said
from footage.models.location import Location
from people.models import SEEN_BY_READERS, Witness

# Ours to keep readable, and checked by SlugField: an address made of it never changes.
SLUG_STAYS = _("Readers will see this in addresses. It never changes.")


class Titled(models.Model):
    """A title and a summary in both languages."""

    title_en = models.CharField(
        _("title in English"), max_length=200, blank=True, help_text=SEEN_BY_READERS
    )
    title_ar = models.CharField(
        _("title in Arabic"), max_length=200, blank=True, help_text=SEEN_BY_READERS
    )
    summary_en = models.TextField(_("summary in English"), blank=True, help_text=SEEN_BY_READERS)
    summary_ar = models.TextField(_("summary in Arabic"), blank=True, help_text=SEEN_BY_READERS)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return said(self.title_en, self.title_ar) or self.title_en or self.title_ar


class Event(Titled):
    """A dated happening that several clips show."""

    slug = models.SlugField(_("slug"), unique=True, help_text=SLUG_STAYS)
    happened = FilmedField(
        verbose_name=_("when"),
        help_text=_("Readers will see this. EDTF, or as you would write it."),
    )
    happened_from = models.DateField(null=True, editable=False)
    happened_to = models.DateField(null=True, editable=False)
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("location"),
    )
    source_en = models.TextField(_("source in English"), blank=True, help_text=SEEN_BY_READERS)
    source_ar = models.TextField(_("source in Arabic"), blank=True, help_text=SEEN_BY_READERS)
    demonstration = models.BooleanField(_("fictional, for demonstration"), default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering: ClassVar = ["happened_from", "slug"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.happened_from, self.happened_to = bounds_of(self.happened)
        super().save(*args, **kwargs)


class Film(Titled):
    """A production made from footage, with its shot list."""

    slug = models.SlugField(_("slug"), unique=True, help_text=SLUG_STAYS)
    broadcast_title_en = models.CharField(
        _("title when broadcast, in English"), max_length=200, blank=True, help_text=SEEN_BY_READERS
    )
    broadcast_title_ar = models.CharField(
        _("title when broadcast, in Arabic"), max_length=200, blank=True, help_text=SEEN_BY_READERS
    )
    broadcaster_en = models.CharField(
        _("broadcaster in English"), max_length=200, blank=True, help_text=SEEN_BY_READERS
    )
    broadcaster_ar = models.CharField(
        _("broadcaster in Arabic"), max_length=200, blank=True, help_text=SEEN_BY_READERS
    )
    broadcast_on = models.DateField(
        _("broadcast on"), null=True, blank=True, help_text=SEEN_BY_READERS
    )
    source_en = models.TextField(_("source in English"), blank=True, help_text=SEEN_BY_READERS)
    source_ar = models.TextField(_("source in Arabic"), blank=True, help_text=SEEN_BY_READERS)
    witnesses = models.ManyToManyField(
        Witness,
        blank=True,
        related_name="films",
        verbose_name=_("witnesses the film names"),
        help_text=_("Readers will see their bylines on the film's page."),
    )
    demonstration = models.BooleanField(_("fictional, for demonstration"), default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("film")
        verbose_name_plural = _("films")
        ordering: ClassVar = ["broadcast_on", "slug"]


class FilmShot(models.Model):
    """One line of a film's shot list: a range of seconds of a clip, used at a place in the film."""

    film = models.ForeignKey(Film, models.CASCADE, related_name="shots", verbose_name=_("film"))
    clip = models.ForeignKey(
        "footage.Clip", models.PROTECT, related_name="shots", verbose_name=_("clip")
    )
    position = models.PositiveIntegerField(_("position in the film"))
    start_s = models.FloatField(_("from second of the clip"))
    end_s = models.FloatField(_("to second of the clip"))

    class Meta:
        verbose_name = _("shot")
        verbose_name_plural = _("shot list")
        ordering: ClassVar = ["film", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["film", "position"], name="filmshot_position_once"),
            models.CheckConstraint(
                condition=Q(start_s__gte=0, end_s__gt=F("start_s")), name="filmshot_range_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.film} · {self.position}"
