"""What a list is narrowed to, in words: each choice with the way back, and what was not understood.

The list, the map, the calendar and the index of places take the same query from their address and
say it with these functions, so that a reader can go from one to the other and keep it.
"""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from footage import dates
from footage.catalogue.authorities import Authorities
from footage.catalogue.index.language import cleaned
from footage.catalogue.queries import FACETS, Parameters, Query, written
from footage.reading_room.wording import say_day

# Of what could not be used; the rest of a hostile address is passed over in silence.
MOST_NOTES = 5


def narrowing(
    query: Query, parameters: Parameters, names: Authorities, language: str, path: str
) -> dict[str, Any]:
    """The context of `narrowed.html` and `seen_as.html`; `path` is the page's own."""
    return {
        "chips": _chips(query, names, language, path),
        "notes": _notes(query, parameters, language),
        "kinds": query.kinds,
        "every_kind_path": ""
        if len(query.kinds) > 1
        else path + query.without_facet("kind").address,
        "narrowed": query.narrowed,
        "dated": bool(query.start or query.end),
        "only_certain": query.only_certain,
        "certainty_path": path
        + replace(query, only_certain=not query.only_certain, after="").address,
        "typed_from": _typed(query, parameters, "from"),
        "typed_to": _typed(query, parameters, "to"),
        "ways": _ways(query, language, path),
    }


def _ways(query: Query, language: str, path: str) -> list[dict[str, Any]]:
    """The same query as a list, on the map, by day."""
    address = replace(query, after="").address
    ways = (
        (_("As a list"), f"/{language}/clips/"),
        (_("On the map"), f"/{language}/map/"),
        (_("By date"), f"/{language}/dates/"),
    )
    return [
        {"title": title, "path": there + address, "current": there == path} for title, there in ways
    ]


def _chips(query: Query, names: Authorities, language: str, path: str) -> list[dict[str, Any]]:
    """Each choice as words, with the address of the page without it."""
    titles = facet_titles()
    chips = []
    if query.text:
        without = path + query.without_text().address
        chips.append({"title": titles["q"], "label": query.text, "path": without, "typed": True})
    chips += [
        {
            "title": titles[facet],
            "label": value_label(facet, value, names, language) or value,
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
    if query.only_certain:
        without = path + replace(query, only_certain=False, after="").address
        chips.append({"title": _("Filmed"), "label": _("only certainly"), "path": without})
    return chips


def _typed(query: Query, parameters: Parameters, name: str) -> str:
    """What stands in the field of a bound: the day; or what was written there in vain."""
    day = query.start if name == "from" else query.end
    if day is not None:
        return day.isoformat()
    return cleaned((parameters.getlist(name) or [""])[-1])[:60]


def _notes(query: Query, parameters: Parameters, language: str) -> list[str]:
    """What of the address could not be used, and what to write instead."""
    titles = facet_titles()
    notes = []
    for name, value in query.ignored[:MOST_NOTES]:
        if name in ("from", "to") and (mend := _mend(value, language)):
            # A date breaks at no hyphen; what is copied with the joiner is read all the same.
            mend = mend.replace("-", "-\u2060")
            notes.append(f"{titles[name]}: {mend}")
        else:
            passed_over = _("“%(value)s” could not be used for “%(name)s” and was passed over.")
            value = f"\u2068{_shortened(value)}\u2069"
            notes.append(passed_over % {"value": value, "name": titles.get(name, name)})
    if turned_round(query, parameters):
        notes.append(_("“From” was later than “To”: the two were exchanged."))
    return notes


def _mend(text: str, language: str) -> str:
    """What is wrong with a date and how to write it; "" where it is one."""
    try:
        meant = dates.read(text)
    except dates.DateError as error:
        return error.message_ar if language == "ar" else error.message_en
    if meant.earliest is None and meant.latest is None:
        return _("An unknown date bounds nothing. Write a day, a month or a year.")
    return _("This date is open at that end. Write a day, a month or a year.")


def turned_round(query: Query, parameters: Parameters) -> bool:
    """Whether the reader wrote the later date first."""
    if query.start is None or query.end is None:
        return False
    first, last = written(parameters, "from", "from"), written(parameters, "to", "to")
    return bool(first and last and first > last)


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
        "certainly": _("Only certainly"),
        "sort": _("Order"),
        "after": _("Page"),
    }


def value_label(facet: str, value: str, names: Authorities, language: str) -> str:
    """The name of a facet's value; "" for a slug under which nothing is published."""
    vocabulary = FACETS[facet]
    if vocabulary is not None:
        return vocabulary.known_label(value, language)
    return names.name(facet, value, language)


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
