"""The public state of many items at once, for the workshop's lists."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from footage.catalogue.models import PublicRecord


def states_of(references: Iterable[str]) -> dict[str, str]:
    """ "draft", "published" or "withdrawn" for each reference. One query."""
    states = dict.fromkeys(references, "draft")
    rows = PublicRecord.objects.filter(reference__in=states)
    for reference, withdrawn_at in rows.values_list("reference", "withdrawn_at"):
        states[reference] = "withdrawn" if withdrawn_at else "published"
    return states


def in_state(items: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Those of `items` (clips or testimonies) whose public state is `state`."""
    rows = PublicRecord.objects.filter(reference=OuterRef("reference"))
    if state == "draft":
        return items.filter(~Exists(rows))
    return items.filter(Exists(rows.filter(withdrawn_at__isnull=state == "published")))
