"""Who filmed, spoke or is seen. Nothing in this app is public by itself.

A person carries what may be shown (byline, biography) beside what decides whether it is shown
(protection, consent). Legal names and contacts live apart, encrypted, in SealedIdentity.
"""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from people import sealing
from people.signals import save_and_protect

SEEN_BY_READERS = _("Readers will see this.")


class Protection(models.TextChoices):
    """How a person may be called in public."""

    NAMED = "named", _("named")
    PSEUDONYM = "pseudonym", _("pseudonym")
    WITHHELD = "withheld", _("name withheld")


class Use(models.TextChoices):
    """What a person may consent to, each on its own; the default is no."""

    VIEW = "view", _("shown in the archive")
    DOWNLOAD = "download", _("downloaded by readers")
    RESEARCH = "research", _("used in research")
    BROADCAST = "broadcast", _("broadcast")
    COURT = "court", _("given to a court")


class Person(models.Model):
    """What a journalist and a witness have in common."""

    byline_en = models.CharField(
        _("byline or pseudonym in English"),
        max_length=120,
        help_text=_("Readers will see this, unless the protection is “name withheld”."),
    )
    byline_ar = models.CharField(
        _("byline or pseudonym in Arabic"),
        max_length=120,
        help_text=_("Readers will see this, unless the protection is “name withheld”."),
    )
    biography_en = models.TextField(
        _("biography in English"), blank=True, help_text=SEEN_BY_READERS
    )
    biography_ar = models.TextField(_("biography in Arabic"), blank=True, help_text=SEEN_BY_READERS)
    protection = models.CharField(
        _("protection"),
        max_length=20,
        choices=Protection.choices,
        default=Protection.WITHHELD,
        help_text=_(
            "Staff only. “Name withheld” removes the byline from every page the moment it is saved."
        ),
    )
    source = models.TextField(
        _("source of the byline"),
        blank=True,
        help_text=_("Staff only. Where this byline comes from and why it may be used."),
    )
    demonstration = models.BooleanField(
        _("fictional, for demonstration"),
        default=False,
        help_text=_("Readers are told that this person is invented."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        arabic = (get_language() or "en").startswith("ar")
        return self.byline_ar if arabic else self.byline_en

    @property
    def named(self) -> bool:
        """Whether the byline (or pseudonym) may be shown at all."""
        return self.protection != Protection.WITHHELD

    @property
    def public_slug(self) -> str:
        """The slug under which the byline stands in the catalogue, or empty. One query.

        Asked of the database each time: a stale copy of a person must never decide what is public.
        """
        side = {str(self._meta.model_name): self}
        return PublicSlug.objects.filter(**side).values_list("slug", flat=True).first() or ""

    def consents_to(self, use: str, *, on: date | None = None) -> bool:
        """Whether the newest consent for `use` stands on that day. Default is no. One query."""
        newest = self._newest(use)
        return newest is not None and newest.stands(on or timezone.localdate())

    def refuses(self, use: str, *, on: date | None = None) -> bool:
        """Whether they said no, took a consent back, or let it lapse. One query."""
        newest = self._newest(use)
        return newest is not None and not newest.stands(on or timezone.localdate())

    def unasked(self, use: str) -> bool:
        """Whether nothing is recorded about `use`: neither yes nor no. One query."""
        return not self.consents.filter(use=use).exists()

    def _newest(self, use: str) -> "Consent | None":
        return self.consents.filter(use=use).order_by("-recorded_at", "-pk").first()

    def save(self, *args, **kwargs):
        """Save and, when something stands in the catalogue, let publishing narrow it.

        The signal is synchronous and inside the same transaction: if narrowing fails, the save
        fails too.
        """
        save_and_protect(self, super().save, *args, **kwargs)


class Journalist(Person):
    """A citizen journalist who filmed."""

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("journalist")
        verbose_name_plural = _("journalists")
        ordering: ClassVar = ["byline_en"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(protection__in=Protection.values),
                name="journalist_protection_known",
            )
        ]


class Witness(Person):
    """A person who speaks: gives an account, or is named by a film."""

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("witness")
        verbose_name_plural = _("witnesses")
        ordering: ClassVar = ["byline_en"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(protection__in=Protection.values),
                name="witness_protection_known",
            )
        ]


def _one_person(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(journalist__isnull=False, witness__isnull=True)
        | Q(journalist__isnull=True, witness__isnull=False),
        name=name,
    )


class PublicSlug(models.Model):
    """Whose byline stands under which slug of the catalogue. Written by publishing alone.

    The slug is made from the byline, so that it says no more than the byline does.
    """

    journalist = models.OneToOneField(
        Journalist, models.PROTECT, null=True, blank=True, related_name="+"
    )
    witness = models.OneToOneField(Witness, models.PROTECT, null=True, blank=True, related_name="+")
    slug = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar = [_one_person("publicslug_one_person")]

    def __str__(self) -> str:
        return self.slug


class SealedIdentity(models.Model):
    """The legal name and contacts of a person, encrypted with the row's identity bound in."""

    FIELDS = ("legal_name", "contacts", "notes")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    journalist = models.OneToOneField(
        Journalist,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sealed_identity",
        verbose_name=_("journalist"),
    )
    witness = models.OneToOneField(
        Witness,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sealed_identity",
        verbose_name=_("witness"),
    )
    legal_name_sealed = models.BinaryField(blank=True, default=b"")
    contacts_sealed = models.BinaryField(blank=True, default=b"")
    notes_sealed = models.BinaryField(blank=True, default=b"")
    # Keyed digests of the words of the legal name: see `sealing.tags`.
    name_tags = models.BinaryField(blank=True, default=b"", editable=False)

    class Meta:
        verbose_name = _("sealed identity")
        verbose_name_plural = _("sealed identities")
        constraints: ClassVar = [_one_person("sealedidentity_one_person")]

    def __str__(self) -> str:
        return str(_("Sealed identity"))

    @property
    def person(self) -> Journalist | Witness:
        # The constraint sealedidentity_one_person says that one of them is there.
        return self.journalist or self.witness  # type: ignore[return-value]

    def write(self, field: str, text: str) -> None:
        """Seal `text` into `field` (one of FIELDS); call save() afterwards."""
        sealed = sealing.seal(text, place=self._place(field)) if text else b""
        setattr(self, f"{field}_sealed", sealed)

    def read(self, field: str) -> str:
        """Open `field`. Raises sealing.SealError. The caller records that it was read."""
        sealed = bytes(getattr(self, f"{field}_sealed"))
        return sealing.unseal(sealed, place=self._place(field)) if sealed else ""

    def write_tags(self, words: Iterable[str]) -> None:
        """Keep by which words the legal name is found again; call save() afterwards."""
        self.name_tags = sealing.tags(words, place=self._place("legal_name"))

    def is_called(self, words: Iterable[str]) -> bool:
        """Whether the legal name has all of these words. Opens nothing."""
        return sealing.holds(bytes(self.name_tags), words, place=self._place("legal_name"))

    def keys(self) -> set[str]:
        """The keys it is sealed under: one, unless it waits to be sealed again."""
        sealed = [getattr(self, f"{field}_sealed") for field in self.FIELDS] + [self.name_tags]
        return {sealing.key_of(value) for value in sealed if value}

    def _place(self, field: str) -> str:
        if field not in self.FIELDS:
            raise ValueError(f"SealedIdentity has no field {field}")
        return f"people_sealedidentity:{self.pk}:{field}"


class Consent(models.Model):
    """One statement of a person about one use of what shows them. Rows are only ever added."""

    journalist = models.ForeignKey(
        Journalist,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name=_("journalist"),
    )
    witness = models.ForeignKey(
        Witness,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name=_("witness"),
    )
    use = models.CharField(
        _("use"),
        max_length=20,
        choices=Use.choices,
        help_text=_("Staff only."),
    )
    granted = models.BooleanField(
        _("granted"),
        help_text=_("Untick to record a refusal, or that an earlier consent was taken back."),
    )
    given_on = models.DateField(_("given on"), default=timezone.localdate)
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The last day on which it stands, if any.")
    )
    how_recorded = models.CharField(
        _("how it was recorded"),
        max_length=200,
        help_text=_("Sealed. For instance: spoken on camera, signed form, message."),
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering: ClassVar = ["-recorded_at", "-pk"]
        constraints: ClassVar = [
            _one_person("consent_one_person"),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="consent_use_known"),
        ]

    def __str__(self) -> str:
        state = _("granted") if self.granted else _("not granted")
        return f"{self.get_use_display()}: {state}"

    @property
    def person(self) -> Journalist | Witness:
        # The constraint consent_one_person says that one of them is there.
        return self.journalist or self.witness  # type: ignore[return-value]

    def stands(self, on: date) -> bool:
        return self.granted and (self.until is None or on <= self.until)

    def save(self, *args, **kwargs):
        """Add the statement. A stored one is never changed: record a new one instead."""
        if not self._state.adding:
            raise ValidationError(
                _("A recorded consent is never changed. Add a new one that takes its place.")
            )
        save_and_protect(self, super().save, *args, **kwargs)
