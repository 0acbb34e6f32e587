"""One question, one answer: what pages, exports and feeds ask of the catalogue.

The search index answers, and where there is none the database does: everything but words, which
only the index holds. `Answer.searched` says which. Three database queries at most, however many
records there are: what changed since the index, the rows of the page, and (by the caller) the
names.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from footage.catalogue import queries
from footage.catalogue.authorities import Authorities
from footage.catalogue.cursors import ORDERS, Cursor
from footage.catalogue.index.generations import Unavailable
from footage.catalogue.index.searching import Found, Search
from footage.catalogue.models import PublicRecord
from footage.catalogue.queries import FACETS, PAGE_SIZE, Facets, Page, Query, Span

PIECE = 200
NO_PAGE = Page([], "", "")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """A page, the exact numbers it is part of, and the stems that were asked for.

    `searched` is false where the database answered and words were not looked for.
    """

    page: Page
    facets: Facets
    searched: bool
    spoken: frozenset[str] = frozenset()


def answer(
    query: Query,
    names: Authorities,
    *,
    facets: Iterable[str] = tuple(FACETS),
    size: int = PAGE_SIZE,
) -> Answer:
    """What a query finds. With a size of 0, only its numbers.

    Never raises for anything a reader typed.
    """
    wanted = tuple(facets)
    if query.sort in ORDERS or query.sort == "relevance":
        try:
            search = Search(query, names)
            counted = search.facets(wanted)
            page = _page(query, search.page(size)) if size else NO_PAGE
            spoken = search.question.spoken if search.question else frozenset()
            return Answer(page, counted, True, spoken)
        except Unavailable as reason:
            logger.info("The database answers in place of the search index: %s", reason)
    without = without_words(query)
    page = queries.page(without, size) if size else NO_PAGE
    return Answer(page, queries.facets(without, wanted), not query.text)


def days(query: Query, names: Authorities) -> list[Span]:
    """The distinct filmed dates of what a query finds, with counts."""
    try:
        return Search(query, names).spans()
    except Unavailable:
        return queries.days(without_words(query))


def every(query: Query, names: Authorities) -> Iterator[PublicRecord]:
    """Every record a query finds, in pieces: memory does not grow with their number.

    What is withdrawn meanwhile is in no later piece. Words need the index: raises Unavailable
    before the first record where there is none.
    """
    if not query.text:
        last = 0
        rows = queries.matching(query).order_by("pk")
        while piece := list(rows.filter(pk__gt=last)[:PIECE]):
            yield from piece
            last = piece[-1].pk
        return
    asked = replace(query, sort="published", after="")
    while True:
        page = _page(asked, Search(asked, names).page(PIECE))
        yield from page.records
        if not page.following:
            return
        asked = replace(asked, after=page.following)


def without_words(query: Query) -> Query:
    """The query as the database can answer it."""
    sort = "newest" if query.sort == "relevance" else query.sort
    return replace(query, text="", sort=sort, after=query.after if sort == query.sort else "")


def _page(query: Query, found: Found) -> Page:
    """The live rows of a page, in its order. What was withdrawn a moment ago is missing."""
    rows = {
        row.reference: row
        for row in PublicRecord.objects.live().filter(reference__in=found.references)
    }
    records = [rows[each] for each in found.references if each in rows]
    following, preceding = found.following, found.preceding
    if query.sort != "relevance":
        following = (following and records and _beside(query, records[-1], back=False)) or ""
        preceding = (preceding and records and _beside(query, records[0], back=True)) or ""
    return Page(records, following, preceding)


def _beside(query: Query, row: PublicRecord, *, back: bool) -> str:
    return Cursor(query.sort, back, getattr(row, ORDERS[query.sort][0]), row.reference).write()
