"""One question, one answer: what pages, exports and feeds ask of the catalogue.

The search index answers, and where there is none the database does: everything but words, which
only the index holds. `Answer.searched` says which. Three database queries at most, however many
records there are: what changed since the index, the rows of the page, and (by the caller) the
names.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from footage.catalogue import database
from footage.catalogue.authorities import Authorities
from footage.catalogue.counts import Facets, Span
from footage.catalogue.cursors import Cursor
from footage.catalogue.database import Late
from footage.catalogue.index.generations import Unavailable
from footage.catalogue.index.heard import NOTHING, Listening
from footage.catalogue.index.searching import Moment, Search
from footage.catalogue.models import PublicRecord
from footage.catalogue.queries import EVERY_FACET, PAGE_SIZE, Page, Query

NO_PAGE = Page([], "", "")

# What the database counts in less than a second, facets and all.
SOON_COUNTED = 50_000

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """A page, the exact numbers it is part of, and the words that were asked for.

    page       `page.records` (live rows, in order), `page.following` and `page.preceding` (cursors
               for `after`, "" at the ends)
    facets     `counts.Facets`: total, certain and possible, counts of each facet's values, years,
               months and the histogram
    searched   false where the database answered and words were not looked for
    spoken     what makes a line of speech one that answers
    as_of      the change number that the answer is of: what changed later may be absent. It is the
               one that the search index had reached, or, of a complete answer, the last one there
               was. None where the database answered alone, which is never behind
    """

    page: Page
    facets: Facets
    searched: bool
    spoken: Listening = NOTHING
    as_of: int | None = None


def answer(
    query: Query,
    names: Authorities,
    *,
    facets: Iterable[str] = EVERY_FACET,
    size: int = PAGE_SIZE,
    at: Moment | None = None,
    complete: bool = False,
    to: int | None = None,
) -> Answer:
    """What a query finds: one page of it, and the numbers of the facets named.

    `facets` takes the keys of `queries.FACETS`, and "filmed" for years, months and histogram; with
    none, only total, certain and possible are counted. With a size of 0, only numbers. Orders are
    those of `queries.SORTS`, and "surely" for the page of a day: the certain ones lead.

    Where the database has to answer, facets of a catalogue of more than `SOON_COUNTED` records are
    not counted (`Facets.counted`), since that takes it seconds; total, certain and possible are.

    With `complete`, page and total (no facet) also have what changed since the index, but for what
    was first published after the change number `to`: a walk that goes on while records are revised
    misses none. Not where there are words, which only the index finds.

    Never raises for anything a reader typed. Two database queries; one, where the caller already
    has the `moment` it asks `at`.
    """
    wanted = tuple(facets)
    try:
        search = Search(query, names, at)
        counted = search.facets(wanted)
        if complete and size and not query.text and search.left_out:
            page, late = _complete_page(query, search, size, to)
            total, certain = counted.total + late.total, counted.certain + late.certain
            counted = replace(counted, total=total, certain=certain)
            return Answer(page, counted, True, as_of=max(search.view.number, late.change))
        page = _page(query, search, size) if size else NO_PAGE
        spoken = search.question.spoken if search.question else NOTHING
        return Answer(page, counted, True, spoken, search.view.number)
    except Unavailable as reason:
        logger.info("The database answers in place of the search index: %s", reason)
    without = without_words(query)
    page = database.page(without, size) if size else NO_PAGE
    return Answer(page, database.facets(without, wanted, most=SOON_COUNTED), not query.text)


def moment(names: Authorities) -> Moment | None:
    """What every answer depends on at this moment; None where there is no index to ask.

    Whatever is made of answers alone is the same while moments are equal. One database query.
    """
    try:
        return Moment.now(names)
    except Unavailable:
        return None


def days(query: Query, names: Authorities) -> list[Span]:
    """The distinct filmed dates of what a query finds, with counts."""
    try:
        return Search(query, names).spans()
    except Unavailable:
        return database.days(without_words(query))


def without_words(query: Query) -> Query:
    """The query as the database can answer it."""
    return replace(query.without_text(), after="" if query.sort == "relevance" else query.after)


def _page(query: Query, search: Search, size: int, *, again: bool = False) -> Page:
    """The live rows of a page, in its order. What was withdrawn a moment ago is missing."""
    found = search.page(size)
    rows = {
        row.reference: row
        for row in PublicRecord.objects.live().filter(reference__in=found.references)
    }
    records = [rows[each] for each in found.references if each in rows]
    if found.following and not records and not again:
        # All of it was withdrawn since it was searched, and there is no record to go on beside.
        return _page(query, Search(query, search.moment.names), size, again=True)
    if query.sort == "relevance":
        skipped = search.skipped
        return Page(
            records,
            _rank(skipped + size) if found.following else "",
            _rank(max(skipped - size, 0)) if found.preceding else "",
        )
    return Page(
        records,
        query.beside(records[-1], back=False) if found.following and records else "",
        query.beside(records[0], back=True) if found.preceding and records else "",
    )


def _complete_page(
    query: Query, search: Search, size: int, to: int | None, *, again: bool = False
) -> tuple[Page, Late]:
    """The page with what changed since the index in its places, and the numbers of that."""
    found = search.page(size)
    rows, late = database.caught_up(query, found.references, search.left_out, to, size)
    by_reference = {row.reference: row for row in rows}
    old = [by_reference.pop(each) for each in found.references if each in by_reference]
    if found.following and not old and not again:
        return _complete_page(query, Search(query, search.moment.names), size, to, again=True)
    # The rest are those the index lacks; beyond its page they belong to a later one.
    new = [row for row in by_reference.values() if not found.following or _before(row, old, query)]
    records = sorted([*old, *new], key=query.place)
    more = found.following or len(records) > size
    records = records[:size]
    following = query.beside(records[-1], back=False) if more and records else ""
    return Page(records, following, ""), late


def _before(row: PublicRecord, old: list[PublicRecord], query: Query) -> bool:
    return bool(old) and query.place(row) < query.place(old[-1])


def _rank(skipped: int) -> str:
    return Cursor("relevance", False, skipped, "AA").write()
