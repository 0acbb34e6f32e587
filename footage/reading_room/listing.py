"""A list of records as a page shows it: cards, counts, filters with their counts, and paging."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from footage.catalogue.answers import Answer
from footage.catalogue.authorities import Authorities
from footage.catalogue.counts import Facets
from footage.catalogue.queries import FACETS, SORTS, Query
from footage.reading_room.matches import lines
from footage.reading_room.pages import card
from footage.reading_room.wording import say_day


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
        "chips": _chips(query, authorities, language, path),
        "start": query.start.isoformat() if query.start else "",
        "end": query.end.isoformat() if query.end else "",
        "sorts": [
            {"name": name, "title": sort_titles()[name], "chosen": name == query.sort}
            for name in SORTS
            if query.text or name != "relevance"
        ],
        "narrowed": query.narrowed,
        "ignored": [
            {"name": titles.get(name, name), "value": _shortened(value)}
            for name, value in query.ignored[:5]
        ],
        "path": path,
    }


def facet_titles() -> dict[str, str]:
    return {
        "q": _("Words"),
        "kind": _("Clips or testimonies"),
        "medium": _("Medium"),
        "neighbourhood": _("Neighbourhood"),
        "subject": _("Subject"),
        "journalist": _("Journalist"),
        "event": _("Event"),
        "film": _("Film"),
        "language": _("Language heard"),
        "advisory": _("Content advisory"),
        "verification": _("Verification"),
        "from": _("From"),
        "to": _("To"),
        "sort": _("Order"),
        "after": _("Page"),
    }


def sort_titles() -> dict[str, str]:
    return {
        "relevance": _("Best match first"),
        "newest": _("Latest filmed first"),
        "oldest": _("Earliest filmed first"),
        "published": _("Latest published first"),
    }


def value_label(facet: str, value: str, authorities: Authorities, language: str) -> str:
    """The name of a facet's value; "" for a slug under which nothing is published."""
    vocabulary = FACETS[facet]
    if vocabulary is not None:
        return vocabulary.label(value, language) if value in vocabulary else ""
    return authorities.name(facet, value, language)


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


def _chips(
    query: Query, authorities: Authorities, language: str, path: str
) -> list[dict[str, str]]:
    """Each choice as words, with the address of the list without it."""
    titles = facet_titles()
    chips = []
    if query.text:
        without = path + query.without_text().address
        chips.append({"title": titles["q"], "label": query.text, "path": without})
    chips += [
        {
            "title": titles[facet],
            "label": value_label(facet, value, authorities, language) or value,
            "path": path + query.without(facet, value).address,
        }
        for facet in FACETS
        for value in query.chosen.get(facet, ())
    ]
    if query.start or query.end:
        chips.append(
            {
                "title": _("Filmed"),
                "label": said_range(query, language),
                "path": path + query.without_dates().address,
            }
        )
    return chips


def said_range(query: Query, language: str) -> str:
    """The range of days of a query, in words."""
    if query.start and query.start == query.end:
        return say_day(query.start, language)
    if query.start and query.end:
        return _("from %(first)s to %(last)s") % {
            "first": say_day(query.start, language),
            "last": say_day(query.end, language),
        }
    if query.start:
        return _("from %(first)s on") % {"first": say_day(query.start, language)}
    return _("until %(last)s") % {"last": say_day(query.end, language)} if query.end else ""


def _shortened(value: str) -> str:
    shown = "".join(character for character in value[:60] if character.isprintable())
    return shown if len(value) <= 60 else f"{shown}…"
