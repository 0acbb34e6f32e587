"""Which records a harvester gets, in which order, and where it goes on.

Records come in the order of their first publication, which nothing ever changes, up to the last
one there was when the harvest began; after them what was withdrawn before it began, by reference:
among its neighbours a tombstone would tell with what it came. An edit moves a record nowhere, what
is withdrawn meanwhile stands where it stood, what is published meanwhile lies beyond the end: so in
a harvest of everything each record comes exactly once, as it is when its page is made, and the size
that the first page states is the size. Ordered by change number instead, a record edited after its
page would come twice, and one edited before it would leave a harvest with an upper bound. What
changed during a harvest has a datestamp no earlier than the day it began: the next harvest brings
it.

A token holds where it stands by reference, so it lives as long as the archive and is known to
every process. It is sealed (`cursors.packed`): a forged one, beside the reference of a tombstone,
would show its neighbours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from footage.catalogue.cursors import packed, unpacked
from footage.catalogue.models import PublicRecord, PublicTerm

# Of a page. Headers are a tenth of the work of records.
PAGE_SIZES = {"ListRecords": 100, "ListIdentifiers": 500}
TOKEN_FORM = 2
MOST_RECORDS = 10**12
FACETS = ("kind", "neighbourhood")
YEAR = re.compile(r"(?:19|20)[0-9]{2}", re.ASCII)
_SET = re.compile(r"([a-z]+)\.([a-z0-9][a-z0-9_-]{0,79})", re.ASCII)
_REFERENCE = re.compile(r"[A-Z0-9-]{1,20}", re.ASCII)


class BadToken(ValueError):
    """A resumption token that this archive never gave, or not for this verb."""


@dataclass(frozen=True)
class Harvest:
    """One list request, and how far it has come. `since` and `until` are UTC days, inclusive.

    `after` is the reference of the last record delivered, `last` the one published last when the
    harvest began, `as_of` the last change there was then; `gone` once only tombstones are left.
    `delivered` and `total` count records.
    """

    verb: str
    prefix: str
    set: str = ""
    since: date | None = None
    until: date | None = None
    after: str = ""
    last: str = ""
    delivered: int = 0
    total: int = 0
    as_of: int = 0
    gone: bool = False

    def token(self) -> str:
        parts = [
            *(TOKEN_FORM, self.verb, self.prefix, self.set, self.since, self.until),
            *(self.after, self.last, self.delivered, self.total, self.as_of, self.gone),
        ]
        return packed(parts)

    @classmethod
    def resumed(cls, verb: str, token: str) -> "Harvest":
        """The harvest that a token goes on with. Raises BadToken."""
        if len(token) > 1_000 or not token.isascii():
            raise BadToken(token)
        try:
            form, written, prefix, named, since, until, *place = unpacked(token)
            after, last, delivered, total, as_of, gone = place
            texts = (written, prefix, named, after, last)
            if form != TOKEN_FORM or written != verb or not all(isinstance(t, str) for t in texts):
                raise BadToken(token)
            if not (_REFERENCE.fullmatch(after) and _REFERENCE.fullmatch(last)):
                raise BadToken(token)
            for number in (delivered, total, as_of):
                if type(number) is not int or not 0 < number < MOST_RECORDS:
                    raise BadToken(token)
            if type(gone) is not bool:
                raise BadToken(token)
            first, final = (date.fromisoformat(day) if day else None for day in (since, until))
        except (ValueError, TypeError) as error:
            raise BadToken(token) from error
        return cls(verb, prefix, named, first, final, *place)


@dataclass(frozen=True)
class Portion:
    """One page of a harvest. `following` is empty on the last."""

    rows: list[PublicRecord]
    cursor: int
    total: int
    following: str


def portion(harvest: Harvest) -> Portion:
    """The next records of a harvest; no rows when it matches nothing. Two queries at most.

    Raises BadToken for a position that no record has.
    """
    size = PAGE_SIZES[harvest.verb]
    found: list[Any] = []
    if not harvest.gone:
        found = _rows(harvest, _standing(harvest, size), "pk", size + 1)
        harvest = _opened(harvest, found)
    standing = len(found)
    if standing <= size:
        left = size + 1 - standing
        found += _rows(harvest, _buried(harvest, left), "reference", left)
        harvest = _opened(harvest, found)
    if not found and harvest.after:
        # Whatever was left went out of the set meanwhile. A list may not be empty, and an error
        # would undo a whole harvest: the last record comes once more.
        found = list(PublicRecord.objects.filter(reference=harvest.after))
        if not found:
            raise BadToken(harvest.after)
        return Portion(found, harvest.delivered - 1, harvest.delivered, "")
    page, cursor = found[:size], harvest.delivered
    delivered = cursor + len(page)
    if len(found) <= size:
        return Portion(page, cursor, delivered, "")
    # More came than were counted when records entered the set or the days asked for.
    total = max(harvest.total, delivered + 1)
    ahead = replace(
        harvest,
        after=page[-1].reference,
        delivered=delivered,
        total=total,
        gone=len(page) > standing,
    )
    return Portion(page, cursor, total, ahead.token())


def known_set(spec: str) -> bool:
    """Whether a setSpec has a form that sets of this archive have."""
    matched = _SET.fullmatch(spec)
    if matched is None:
        return False
    kind, value = matched.groups()
    return kind in FACETS or (kind == "year" and YEAR.fullmatch(value) is not None)


def sets_of(document: dict[str, Any]) -> Iterator[str]:
    """The setSpecs of a live record's document. A date that may lie in two years is in neither."""
    yield f"kind.{document['kind']}"
    if document["neighbourhood"]:
        yield f"neighbourhood.{document['neighbourhood']}"
    first, last = document["filmed_from"] or "", document["filmed_to"] or ""
    if first[:4] == last[:4] and YEAR.fullmatch(first[:4]):
        yield f"year.{first[:4]}"


# --- The parts ---------------------------------------------------------------------------------
def _opened(harvest: Harvest, found: list[Any]) -> Harvest:
    """A harvest that began with these rows; any other as it is."""
    if harvest.as_of or not found:
        return harvest
    first = found[0]
    return replace(harvest, last=first.last_one, total=first.in_all, as_of=first.last_change)


def _everything(harvest: Harvest) -> QuerySet[Any]:
    """Keys of what the days asked for hold, withdrawn or not, whatever the set."""
    return _of_days(PublicRecord.objects.annotate(key=F("pk")), harvest, "changed_on")


def _within(harvest: Harvest) -> QuerySet[Any]:
    """Keys of the live records of the set, found along an index of their own."""
    kind, _point, value = harvest.set.partition(".")
    if kind == "year":
        in_year = PublicRecord.objects.live().filter(
            filmed_from__gte=date(int(value), 1, 1), filmed_to__lte=date(int(value), 12, 31)
        )
        return _of_days(in_year.annotate(key=F("pk")), harvest, "changed_on")
    terms = PublicTerm.objects.filter(facet=kind, value=value)
    return _of_days(terms.annotate(key=F("record_id")), harvest, "record__changed_on")


def _standing(harvest: Harvest, size: int) -> QuerySet[Any]:
    """Keys of the next page of what was live when the harvest began, and one more."""
    gone_since = Q(withdrawn_at__isnull=False, change__gt=harvest.as_of)
    if not harvest.set:
        live = Q(withdrawn_at__isnull=True)
        asked = live | gone_since if harvest.after else live
        return _ahead(harvest, _everything(harvest).filter(asked), size)
    within = _ahead(harvest, _within(harvest), size)
    if not harvest.after:
        return within
    # Which set it was in went with its document. A union: PostgreSQL would look at every record
    # for an "or".
    gone = _ahead(harvest, _everything(harvest).filter(gone_since), size)
    both = [PublicRecord.objects.filter(pk__in=keys).values("pk") for keys in (within, gone)]
    return both[0].union(both[1], all=True)


def _ahead(harvest: Harvest, keys: QuerySet[Any], size: int) -> QuerySet[Any]:
    if harvest.after:
        keys = keys.filter(key__gt=_key(harvest.after), key__lte=_key(harvest.last))
    return keys.order_by("key").values("key")[: size + 1]


def _graves(harvest: Harvest) -> QuerySet[Any]:
    """Keys of what was withdrawn in the days asked for.

    A tombstone is in every set. What it was is gone with it, and no other answer would tell
    whoever harvests a set that something of it was withdrawn without telling everybody where.
    """
    return _everything(harvest).filter(withdrawn_at__isnull=False)


def _buried(harvest: Harvest, number: int) -> QuerySet[Any]:
    """Keys of the next tombstones of those there were when the harvest began."""
    gone = _graves(harvest).filter(reference__gt=harvest.after if harvest.gone else "")
    if harvest.as_of:
        gone = gone.filter(change__lte=harvest.as_of)
    return gone.order_by("reference").values("key")[:number]


def _of_days(rows: QuerySet[Any], harvest: Harvest, column: str) -> QuerySet[Any]:
    if harvest.since:
        rows = rows.filter(**{f"{column}__gte": harvest.since})
    if harvest.until:
        rows = rows.filter(**{f"{column}__lte": harvest.until})
    return rows


def _rows(harvest: Harvest, keys: QuerySet[Any], order: str, number: int) -> list[Any]:
    """The rows of these keys in an order, not more than a number of them. One query.

    Keys are looked for first: they stand in indexes, whole rows are some kilobytes.
    """
    rows: Any = PublicRecord.objects.filter(pk__in=keys).order_by(order)
    if not harvest.as_of:
        # Asked once, with the first page; each is one value, whatever the number of rows.
        counted = [_within(harvest), _graves(harvest)] if harvest.set else [_everything(harvest)]
        numbers = [Coalesce(Subquery(_counted(each)), Value(0)) for each in counted]
        rows = rows.annotate(
            last_one=Subquery(PublicRecord.objects.order_by("-pk").values("reference")[:1]),
            last_change=Subquery(PublicRecord.objects.order_by("-change").values("change")[:1]),
            in_all=sum(numbers[1:], numbers[0]),
        )
    return list(rows[:number])


def _key(reference: str) -> Subquery:
    return Subquery(PublicRecord.objects.filter(reference=reference).values("pk"))


def _counted(ids: QuerySet[Any]) -> QuerySet[Any]:
    return ids.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
