"""Which records a harvester gets, in which order, and where it goes on.

Records come in the order of their first publication, which nothing ever changes, up to the last
one there was when the harvest began. An edit moves a record nowhere, a withdrawal leaves a
tombstone in its place, what is published meanwhile lies beyond the end: so in a harvest of
everything each record comes exactly once, as it is when its page is made, and the size that the
first page states is the size. Ordered by change number instead, a record edited after its page
would come twice, and one edited before it would leave a harvest with an upper bound. What changed
during a harvest has a datestamp no earlier than the day it began: the next harvest brings it.

A token holds where it stands by reference, so it lives as long as the archive and is known to
every process. It is checked, not signed: a forged one asks for public records and nothing else.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, F, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from footage.catalogue.cursors import packed, unpacked
from footage.catalogue.models import PublicRecord, PublicTerm

# Of a page. Headers are a tenth of the work of records.
PAGE_SIZES = {"ListRecords": 100, "ListIdentifiers": 500}
TOKEN_FORM = 1
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

    `after` is the reference of the last record delivered, `last` the one the harvest ends with;
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

    def token(self) -> str:
        parts = [
            *(TOKEN_FORM, self.verb, self.prefix, self.set, self.since, self.until),
            *(self.after, self.last, self.delivered, self.total),
        ]
        body = packed(parts)
        return f"{body}.{_check(body)}"

    @classmethod
    def resumed(cls, verb: str, token: str) -> "Harvest":
        """The harvest that a token goes on with. Raises BadToken."""
        body, _point, check = token.partition(".")
        if len(token) > 1_000 or not token.isascii() or check != _check(body):
            raise BadToken(token)
        try:
            parts = unpacked(body)
            form, written, prefix, named, since, until, after, last, delivered, total = parts
            texts = (written, prefix, named, after, last)
            if form != TOKEN_FORM or written != verb or not all(isinstance(t, str) for t in texts):
                raise BadToken(token)
            if not (_REFERENCE.fullmatch(after) and _REFERENCE.fullmatch(last)):
                raise BadToken(token)
            for number in (delivered, total):
                if type(number) is not int or not 0 < number < MOST_RECORDS:
                    raise BadToken(token)
            days = [date.fromisoformat(day) if day else None for day in (since, until)]
        except (ValueError, TypeError) as error:
            raise BadToken(token) from error
        return cls(verb, prefix, named, days[0], days[1], after, last, delivered, total)


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
    branches = [_branch(harvest, ids, size) for ids in _selected(harvest)]
    found = sorted((row for rows in branches for row in rows), key=lambda row: row.pk)
    if not found and harvest.after:
        # Whatever was left went out of the set meanwhile. A list may not be empty, and an error
        # would undo a whole harvest: the last record comes once more.
        found = list(PublicRecord.objects.filter(reference=harvest.after))
        if not found:
            raise BadToken(harvest.after)
        return Portion(found, harvest.delivered - 1, harvest.delivered, "")
    if not harvest.after and found:
        totals = (rows[0].in_all for rows in branches if rows)
        harvest = replace(harvest, last=found[0].last_one, total=sum(totals))
    page, cursor = found[:size], harvest.delivered
    delivered = cursor + len(page)
    if len(found) <= size:
        return Portion(page, cursor, delivered, "")
    # More came than were counted when records entered the set or the days asked for.
    total = max(harvest.total, delivered + 1)
    ahead = replace(harvest, after=page[-1].reference, delivered=delivered, total=total)
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
def _selected(harvest: Harvest) -> list[QuerySet[Any]]:
    """Keys of the records asked for, in branches that each follow an index; without a page's end.

    A tombstone is in every set. What it was is gone with it, and no other answer would tell
    whoever harvests a set that something of it was withdrawn without telling everybody where.
    """
    everything = _of_days(PublicRecord.objects.annotate(key=F("pk")), harvest, "changed_on")
    if not harvest.set:
        return [everything]
    gone = everything.filter(withdrawn_at__isnull=False)
    kind, _point, value = harvest.set.partition(".")
    if kind == "year":
        in_year = PublicRecord.objects.live().filter(
            filmed_from__gte=date(int(value), 1, 1), filmed_to__lte=date(int(value), 12, 31)
        )
        within = _of_days(in_year.annotate(key=F("pk")), harvest, "changed_on")
    else:
        terms = PublicTerm.objects.filter(facet=kind, value=value)
        within = _of_days(terms.annotate(key=F("record_id")), harvest, "record__changed_on")
    return [within, gone]


def _of_days(rows: QuerySet[Any], harvest: Harvest, column: str) -> QuerySet[Any]:
    if harvest.since:
        rows = rows.filter(**{f"{column}__gte": harvest.since})
    if harvest.until:
        rows = rows.filter(**{f"{column}__lte": harvest.until})
    return rows


def _branch(harvest: Harvest, ids: QuerySet[Any], size: int) -> list[Any]:
    """The rows of one branch, one more than a page holds. One query.

    Keys are looked for first: they stand in indexes, whole rows are some kilobytes.
    """
    if harvest.after:
        ids = ids.filter(key__gt=_key(harvest.after), key__lte=_key(harvest.last))
    page = ids.order_by("key").values("key")[: size + 1]
    rows: Any = PublicRecord.objects.filter(pk__in=page).order_by("pk")
    if not harvest.after:
        # Asked once, with the first page; each is one value, whatever the number of rows.
        rows = rows.annotate(
            last_one=Subquery(PublicRecord.objects.order_by("-pk").values("reference")[:1]),
            in_all=Coalesce(Subquery(_counted(ids)), Value(0)),
        )
    return list(rows)


def _key(reference: str) -> Subquery:
    return Subquery(PublicRecord.objects.filter(reference=reference).values("pk"))


def _counted(ids: QuerySet[Any]) -> QuerySet[Any]:
    return ids.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")


def _check(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:12]
