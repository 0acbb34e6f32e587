"""Whose consent a public record rests on, as it was published.

What the workshop says of a clip may change before the record is revised. A consent that is taken
back must reach the record that was published on it all the same.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Reliance(models.Model):
    """One record and one person; kept until the record is withdrawn or published anew."""

    reference = models.CharField(max_length=20, db_index=True)
    journalist = models.ForeignKey(
        "people.Journalist", models.PROTECT, null=True, related_name="reliances"
    )
    witness = models.ForeignKey(
        "people.Witness", models.PROTECT, null=True, related_name="reliances"
    )
    # Who is seen, not who films or tells: a no ends it, and not having been asked does not.
    seen = models.BooleanField(default=False)

    class Meta:
        default_permissions: ClassVar = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(journalist__isnull=True) ^ Q(witness__isnull=True),
                name="reliance_one_person",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
