"""What changed in one act must not be found together by its numbers: others go along."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from footage.catalogue.models import (
    PublicRecord,
    PublicRendition,
    PublicState,
    PublicTerm,
    day_of_change,
)
from footage.publishing import rows

# For each record that changed, so many that did not and look alike; and always some of any look.
OTHERS_OF_EACH = 4
OTHERS_IN_ANY_CASE = 8
# How many rows are drawn for one that is wanted, and at most.
DRAWN_FOR_EACH = 20
DRAWN_AT_MOST = 5_000

# What a stranger could tell records apart by: kind, whether somebody is credited, whether copies
# may be taken.
Look = tuple[str, bool, bool]


@contextmanager
def taking_away() -> Iterator[None]:
    """The transaction of an act that takes away: alone, and covered at its end."""
    with transaction.atomic():
        since = rows.alone()
        yield
        cover(since)


def cover(since: int) -> None:
    """Number anew, in an order of chance, what changed after `since` and others that did not.

    A name that is withheld, or words that are taken back, change several records at once. Change
    numbers in a row, and a day of change later than that of revision, would stamp them for ever as
    one person's, or say which testimony a tombstone carried. Whoever kept what was public before
    can compare; whoever comes later cannot. Call it last in the transaction of an act that takes
    away (`taking_away`). A mirror gets the others once more, as they were. Six queries, and one for
    each record.
    """
    went = PublicRecord.objects.filter(change__gt=since).order_by("pk")
    changed = list(went.values_list("pk", flat=True))
    if not changed:
        return
    looks = Counter(look for _pk, look in _looking(changed))
    wanted = OTHERS_OF_EACH * looks.total() + OTHERS_IN_ANY_CASE
    pool = [(pk, look) for pk, look in _looking(_drawn(wanted)) if pk not in changed]
    chosen = list(changed)
    for look, count in sorted(looks.items()):
        alike = [pk for pk, its in pool if its == look]
        chosen += _some(alike, OTHERS_OF_EACH * count)
    chosen += _some([pk for pk, _look in pool if pk not in chosen], OTHERS_IN_ANY_CASE)
    _number_anew(_some(chosen, len(chosen)))


def _looking(keys: Iterable[int]) -> list[tuple[int, Look]]:
    """Those of these rows that are live, in their order, and how they look."""
    of_it = {"record": OuterRef("pk")}
    live = (
        PublicRecord.objects.live()
        .filter(pk__in=keys)
        .annotate(
            named=Exists(PublicTerm.objects.filter(facet__in=("journalist", "witness"), **of_it)),
            taken=Exists(PublicRendition.objects.filter(download=True, **of_it)),
        )
        .order_by("pk")
        .values_list("pk", "kind", "named", "taken")
    )
    return [(pk, (kind, named, taken)) for pk, kind, named, taken in live]


def _drawn(wanted: int) -> set[int]:
    """Row numbers by chance; all there are where these are few, however high they have become."""
    number = min(DRAWN_FOR_EACH * wanted, DRAWN_AT_MOST)
    keys = PublicRecord.objects.live().order_by("pk").values_list("pk", flat=True)
    if len(found := list(keys[: 2 * number + 1])) <= 2 * number:
        return set(found)
    first, last = found[0], keys.reverse()[0]
    return {first + secrets.randbelow(last - first + 1) for _ in range(number)}


def _some(of: list[int], number: int) -> list[int]:
    """As many of a list by chance, in an order of chance; all where it is shorter."""
    left = list(of)
    return [left.pop(secrets.randbelow(len(left))) for _ in range(min(number, len(left)))]


def _number_anew(keys: list[int]) -> None:
    PublicState.objects.filter(pk=1).update(change=F("change") + len(keys))
    first = PublicState.objects.get(pk=1).change - len(keys) + 1
    day = day_of_change()
    for change, key in enumerate(keys, first):
        PublicRecord.objects.filter(pk=key).update(change=change, changed_on=day)
