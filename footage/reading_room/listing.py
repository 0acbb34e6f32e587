"""A list of records as a page shows it: cards, counts, filters with their counts, and paging."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from footage.catalogue import answers
from footage.catalogue.answers import Answer
from footage.catalogue.authorities import Authorities
from footage.catalogue.counts import Facets
from footage.catalogue.queries import FACETS, SORTS, Query
from footage.reading_room.matches import lines
from footage.reading_room.narrowing import facet_titles, value_label
from footage.reading_room.pages import card


def listing(
    query: Query,
    found: Answer,
    authorities: Authorities,
    language: str,
    at: Callable[[str], str],
) -> dict[str, Any]:
    """The context of a list; `at` turns a cursor ("" for none) into the address of its page."""
    counted, page = found.facets, found.page
    cards = []
    for row in page.records:
        record = row.read()
        shown = card(record, authorities, language, certain=query.certainly(row))
        cards.append({**shown, "lines": lines(record, found.spoken, language)})
    return {
        "cards": cards,
        "total": counted.total,
        "certain": counted.certain,
        "possible": counted.possible,
        "following": page.following and at(page.following),
        "preceding": page.preceding and at(page.preceding),
        "first": at("") if query.cursor else "",
    }


def list_of(
    request: HttpRequest, names: Authorities, language: str, chosen: dict[str, tuple[str, ...]]
) -> dict[str, Any]:
    """The list of what was chosen, paged at this page's own address."""
    asked = request.GET.get("after", "")
    query = Query(chosen=chosen, after=asked)
    found = answers.answer(query, names, facets=())
    shown = listing(query, found, names, language, paged(request.path))
    return {**shown, "list_path": f"/{language}/clips/{Query(chosen=chosen).address}"}


def paged(path: str) -> Callable[[str], str]:
    """Addresses of the pages of a list whose path already says the rest of its query."""
    return lambda cursor: f"{path}?after={cursor}" if cursor else path


def filters(
    query: Query, counted: Facets, authorities: Authorities, language: str, path: str
) -> dict[str, Any]:
    """The filter form of a list: groups of choices with counts, and a link to undo each."""
    titles = facet_titles()
    groups = [
        {
            "name": facet,
            "title": titles[facet],
            "choices": _choices(facet, query, counted, authorities, language),
            "open": bool(query.chosen.get(facet)),
        }
        for facet in FACETS
    ]
    return {
        "groups": [group for group in groups if group["choices"]],
        "start": query.start.isoformat() if query.start else "",
        "end": query.end.isoformat() if query.end else "",
        "sorts": [
            {"name": name, "title": sort_titles()[name], "chosen": name == query.sort}
            for name in SORTS
            if query.text or name != "relevance"
        ],
        "path": path,
    }


def sort_titles() -> dict[str, str]:
    return {
        "relevance": _("Best match first"),
        "newest": _("Latest filmed first"),
        "oldest": _("Earliest filmed first"),
        "published": _("Latest published first"),
    }


def _choices(
    facet: str, query: Query, counted: Facets, authorities: Authorities, language: str
) -> list[dict[str, Any]]:
    """What there is to choose: in a closed vocabulary's own order, else the most frequent first."""
    counts = counted.counts.get(facet, {})
    chosen = query.values(facet)
    values = [*counts, *(value for value in chosen if value not in counts)]
    vocabulary = FACETS[facet]
    if vocabulary is not None:
        order = {code: place for place, code in enumerate(vocabulary.codes)}
        values.sort(key=lambda value: order.get(value, len(order)))
    choices = [
        {
            "value": value,
            "label": value_label(facet, value, authorities, language),
            "count": counts.get(value, 0),
            "chosen": value in chosen,
        }
        for value in values
    ]
    if vocabulary is None:
        choices.sort(key=lambda choice: str(choice["label"]))
        choices.sort(key=lambda choice: counts.get(str(choice["value"]), 0), reverse=True)
    return [choice for choice in choices if choice["label"]]
