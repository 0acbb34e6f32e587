"""A list of records as a page shows it: cards, counts and paging."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from footage.catalogue import answers
from footage.catalogue.answers import Answer
from footage.catalogue.authorities import Authorities
from footage.catalogue.queries import Query
from footage.reading_room.matches import lines
from footage.reading_room.pages import card


def listing(
    query: Query,
    found: Answer,
    names: Authorities,
    language: str,
    at: Callable[[str], str],
) -> dict[str, Any]:
    """The context of a list; `at` turns a cursor ("" for none) into the address of its page."""
    counted, page = found.facets, found.page
    cards = []
    for row in page.records:
        record = row.read()
        shown = card(record, names, language, certain=query.certainly(row))
        cards.append({**shown, "lines": lines(record, found.spoken, language)})
    return {
        "cards": cards,
        "total": counted.total,
        "certain": counted.certain,
        "possible": counted.possible,
        "following": page.following and at(page.following),
        "preceding": page.preceding and at(page.preceding),
        "first": at("") if query.cursor else "",
        "export_path": f"/{language}/export/{query.in_full.address}",
        # What is published next in this list, for feed readers.
        "feed": f"/feeds/{language}/clips.atom{replace(query, sort='newest', after='').address}",
    }


def list_of(
    request: HttpRequest, names: Authorities, language: str, chosen: dict[str, tuple[str, ...]]
) -> dict[str, Any]:
    """The list of what was chosen, paged at this page's own address."""
    query = Query(chosen=chosen, after=request.GET.get("after", ""))
    found = answers.answer(query, names, facets=())
    shown = listing(query, found, names, language, paged(Query(), request.path))
    return {**shown, "list_path": f"/{language}/clips/{Query(chosen=chosen).address}"}


def paged(query: Query, path: str) -> Callable[[str], str]:
    """Addresses of the pages of a list, whose query says what the path does not."""
    return lambda cursor: path + replace(query, after=cursor).address
