"""Places: the gazetteer. Reference data, public by nature, and copied to the catalogue."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from footage import vocabularies
from footage.models.fields import TermField, said
from footage.places import Place, is_outline

IN_GAZETTEER = _("Readers will see this: places are reference data.")


class Location(models.Model):
    """One entry of the gazetteer: city > district > neighbourhood > site."""

    slug = models.SlugField(
        _("slug"), unique=True, help_text=_("Readers will see this in addresses. It never changes.")
    )
    kind = TermField(vocabularies.PLACE_KINDS, verbose_name=_("kind"))
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
    )
    name_en = models.CharField(_("name in English"), max_length=120, help_text=IN_GAZETTEER)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, help_text=IN_GAZETTEER)
    variants = models.JSONField(
        _("other spellings"),
        default=list,
        blank=True,
        help_text=_("Used by search and suggestions: a list of {text, language}."),
    )
    latitude = models.FloatField(
        _("latitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=IN_GAZETTEER,
    )
    longitude = models.FloatField(
        _("longitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=IN_GAZETTEER,
    )
    polygon = models.JSONField(
        _("outline"), null=True, blank=True, help_text=_("A GeoJSON Polygon or MultiPolygon.")
    )
    source = models.TextField(_("source"), blank=True, help_text=_("Staff only."))
    note = models.TextField(_("note"), blank=True, help_text=_("Staff only."))
    history = HistoricalRecords(excluded_fields=["polygon"])

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering: ClassVar = ["name_en"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=vocabularies.PLACE_KINDS.codes), name="location_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="location_point_whole",
            ),
        ]

    def __str__(self) -> str:
        return said(self.name_en, self.name_ar)

    def clean(self) -> None:
        if not _are_spellings(self.variants):
            raise ValidationError(
                {
                    "variants": _(
                        "This must be a list of spellings, each with its text, for example "
                        '[{"text": "Halab", "language": "en"}].'
                    )
                }
            )
        if self.polygon is not None and not is_outline(self.polygon):
            raise ValidationError(
                {
                    "polygon": _(
                        "This is not a GeoJSON Polygon or MultiPolygon, or it crosses itself."
                    )
                }
            )
        ancestor, seen = self.parent, {self.pk}
        while ancestor is not None:
            if ancestor.pk in seen and ancestor.pk is not None:
                raise ValidationError({"parent": _("A place cannot be a part of itself.")})
            seen.add(ancestor.pk)
            ancestor = ancestor.parent

    def ancestry(self) -> list["Location"]:
        """This place and everything it is part of, innermost first. One query a level."""
        place: Location | None = self
        chain: list[Location] = []
        while place is not None:
            chain.append(place)
            place = place.parent
        return chain

    def as_place(self) -> Place:
        """The same entry for the pure resolver of footage.places. Costs a query for `parent`
        unless it was selected."""
        return Place(
            slug=self.slug,
            kind=self.kind,
            name_en=self.name_en,
            name_ar=self.name_ar,
            variants=tuple(_texts(self.variants)),
            latitude=self.latitude,
            longitude=self.longitude,
            polygon=self.polygon,
            parent=self.parent.slug if self.parent else None,
        )


def _are_spellings(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, dict) and isinstance(each.get("text"), str) for each in value
    )


def _texts(variants: Any) -> list[str]:
    return [variant["text"] for variant in variants]
