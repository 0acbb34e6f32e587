"""The public catalogue. Every column of every table here is public by definition, but for the one
secret that seals cursors.

Only `footage.publishing` writes these tables. A withdrawn record keeps its envelope and loses its
document, its terms, its links and its renditions; there is no history of public rows.
"""

import secrets
from datetime import UTC, date, timedelta
from typing import Any, ClassVar

import orjson
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from footage import vocabularies
from footage.catalogue.record import Record

# Longer than a publishing transaction takes from reading the clock to its commit.
LONGEST_ACT = timedelta(minutes=10)


def day_of_change() -> date:
    """The UTC day on which a change that is being written will have become public, at the latest.

    A harvester asks for what changed since its last harvest. A change that was stamped before
    midnight and committed after a harvest of the next day would never reach it.
    """
    return (timezone.now() + LONGEST_ACT).astimezone(UTC).date()


class RecordQuerySet(models.QuerySet["PublicRecord"]):
    def live(self) -> "RecordQuerySet":
        """Records that readers may see now."""
        return self.filter(withdrawn_at__isnull=True)


class PublicRecord(models.Model):
    """The envelope of one published clip or testimony, with its one canonical JSON document."""

    # Of a tombstone always "clip": what it was goes with its document.
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=20, unique=True)
    version = models.PositiveIntegerField(default=1)
    schema = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    revised_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.CharField(max_length=40, blank=True)
    # Taken from PublicState, last in the publishing transaction, so that numbers commit in order.
    change = models.PositiveBigIntegerField(unique=True)
    # When what harvesters hold last became another, to the day: a second would stamp what is
    # narrowed for one person as a group. Moves with `change`, also where `revised_at` stays.
    changed_on = models.DateField(default=day_of_change)
    # Text, not a JSONField: PostgreSQL's jsonb would reorder the keys and break the digest.
    # Null, not empty, once withdrawn: an empty text could be taken for a document.
    document = models.TextField(null=True)  # noqa: DJ001
    digest = models.CharField(max_length=64, blank=True)
    # What the database itself filters and sorts by; all of it repeats the document.
    filmed_from = models.DateField(null=True)
    filmed_to = models.DateField(null=True)
    filmed_certain = models.BooleanField(default=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=vocabularies.RECORD_KINDS.codes),
                name="publicrecord_kind_known",
            ),
            # The promise of a withdrawal, pinned where no code can forget it.
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, document__isnull=False, withdrawal_reason="")
                | Q(
                    withdrawn_at__isnull=False,
                    kind="clip",
                    document__isnull=True,
                    digest="",
                    filmed_from__isnull=True,
                    filmed_to__isnull=True,
                    filmed_certain=False,
                ),
                name="publicrecord_withdrawn_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(filmed_from__isnull=True)
                | Q(filmed_to__isnull=True)
                | Q(filmed_from__lte=F("filmed_to")),
                name="publicrecord_filmed_ordered",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "filmed_from", "reference"],
                condition=Q(withdrawn_at__isnull=True),
                name="publicrecord_by_date",
            ),
            models.Index(
                # All that counting by date reads, so that no row is touched for it.
                fields=["kind", "filmed_from", "filmed_to", "filmed_certain"],
                condition=Q(withdrawn_at__isnull=True),
                name="publicrecord_filmed",
            ),
            models.Index(
                # With the dates: narrower, SQLite would take it for counting, and read every row.
                fields=["kind", "id", "filmed_from", "filmed_to", "filmed_certain"],
                condition=Q(withdrawn_at__isnull=True),
                name="publicrecord_by_publication",
            ),
            models.Index(fields=["changed_on"], name="publicrecord_changed"),
            models.Index(
                fields=["changed_on"],
                condition=Q(withdrawn_at__isnull=False),
                name="publicrecord_gone",
            ),
            # For what was withdrawn during a harvest of a set, which a walk by id would seek among
            # all rows.
            models.Index(
                fields=["id"],
                condition=Q(withdrawn_at__isnull=False),
                name="publicrecord_withdrawn",
            ),
            # For pages of tombstones, which come by reference, in harvests and exports.
            models.Index(
                fields=["reference"],
                condition=Q(withdrawn_at__isnull=False),
                name="publicrecord_tombstones",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def read(self) -> Record:
        """The validated document. Raises ValueError for a withdrawn record, which has none."""
        if self.document is None:
            raise ValueError(f"{self.reference} is withdrawn and has no document")
        return Record.model_validate(orjson.loads(self.document))


class PublicTerm(models.Model):
    """One filterable value of a live record: (facet, value), repeated from its document."""

    record = models.ForeignKey(PublicRecord, models.CASCADE, related_name="terms")
    facet = models.CharField(max_length=20)
    value = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["facet", "value", "record"], name="publicterm_once")
        ]

    def __str__(self) -> str:
        return f"{self.facet}={self.value}"


class PublicRendition(models.Model):
    """The name of an access copy. `/media/` serves a name only while it stands here."""

    record = models.ForeignKey(PublicRecord, models.CASCADE, related_name="renditions")
    name = models.CharField(max_length=80, unique=True)
    media_type = models.CharField(max_length=100)
    bytes = models.PositiveBigIntegerField()
    # Of the access copy; never the master's.
    digest = models.CharField(max_length=64)
    download = models.BooleanField(default=False)
    # Another copy took its place. Pages that are open still play this one, for a day.
    superseded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class PublicAuthority(models.Model):
    """A name that documents point to by slug: remove this row and the name is gone everywhere."""

    class Kind(models.TextChoices):
        NEIGHBOURHOOD = "neighbourhood"
        JOURNALIST = "journalist"
        WITNESS = "witness"
        EVENT = "event"
        FILM = "film"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    slug = models.CharField(max_length=80)
    name_en = models.CharField(max_length=200)
    name_ar = models.CharField(max_length=200)
    text_en = models.TextField(blank=True)
    text_ar = models.TextField(blank=True)
    # What only its kind has (a film's broadcaster, a place's point): see `published.Facts`.
    facts = models.TextField(default="{}")
    polygon = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "slug"], name="publicauthority_slug_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.slug}"

    @property
    def stated(self) -> dict[str, Any]:
        """The facts as a dictionary."""
        return orjson.loads(self.facts)


class PublicLink(models.Model):
    """A pair of records, shown only while both ends are live."""

    class Kind(models.TextChoices):
        # left: testimony, right: clip; the range says where in the clip.
        CARRIED_BY = "carried-by"
        # Two clips that show the same footage; left is the smaller reference.
        NEAR_DUPLICATE = "near-duplicate"
        # left: the part, right: the whole; the range says where in the whole.
        PART_OF = "part-of"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    left = models.CharField(max_length=20, db_index=True)
    right = models.CharField(max_length=20, db_index=True)
    start_s = models.FloatField(null=True)
    end_s = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "left", "right", "start_s"], name="publiclink_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.left} {self.kind} {self.right}"


def new_secret() -> str:
    return secrets.token_hex(64)


class PublicState(models.Model):
    """One row: the last change number of records, and that of authorities."""

    change = models.PositiveBigIntegerField(default=0)
    authorities = models.PositiveBigIntegerField(default=0)
    # What seals the cursors that readers are given. It stands here and not in a setting, since
    # every process that serves readers must know it, and a public one is given no keys.
    secret = models.CharField(max_length=128, default=new_secret)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pk=1), name="publicstate_one_row")
        ]

    def __str__(self) -> str:
        return f"change {self.change}"
