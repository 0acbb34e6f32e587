"""What lies beside a clip: other cameras on the same event, the same day, the same place. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from footage.catalogue.addresses import name_path
from footage.catalogue.authorities import EVENT, NEIGHBOURHOOD, Authorities
from footage.catalogue.queries import Query
from footage.catalogue.record import Record

# So far apart two clips are told in minutes; beyond it, hours say it better than any number.
MOST_MINUTES = 600


def related(
    record: Record, links: Iterable[dict[str, Any]], names: Authorities, language: str
) -> list[dict[str, Any]]:
    """The groups of `related.html`: a heading, cards, and where all of them are listed.

    `links` are cards with the `relation` and the public `filmed_edtf` of their record. Where both
    are known to the minute, and only there, a card says how long before or after it was filmed,
    and the cards of a group come in the order of the clock.
    """
    links = list(links)
    groups = []
    for relation, heading, onward in (
        ("event", _("Other cameras on the same event"), _of_events),
        ("together", _("The same day in the same neighbourhood"), _of_day),
        ("day", _("The same day elsewhere"), _of_day),
        ("place", _("The same neighbourhood on other days"), _of_place),
    ):
        cards = [link for link in links if link["relation"] == relation]
        if cards:
            groups.append(
                {
                    "id": f"beside-{relation}",
                    "heading": heading,
                    "cards": _by_the_clock(record, cards),
                    "onward": onward(record, names, language),
                }
            )
    return groups


def _by_the_clock(record: Record, cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    here = _clock(record.filmed)
    times = {card["reference"]: _clock(card["filmed_edtf"]) for card in cards}
    if here is None:
        return cards
    ordered = sorted(cards, key=lambda card: times[card["reference"]] or datetime.max)
    return [{**card, "apart": apart(here, times[card["reference"]])} for card in ordered]


def apart(here: datetime, there: datetime | None) -> str:
    """How long before or after `here` the other was filmed, in words; "" when it is not known."""
    if there is None or there.date() != here.date():
        return ""
    minutes = round((there - here).total_seconds() / 60)
    if abs(minutes) > MOST_MINUTES:
        return ""
    if minutes == 0:
        return _("At the same minute")
    if minutes > 0:
        said = ngettext("%(number)s minute later", "%(number)s minutes later", minutes)
        return said % {"number": minutes}
    said = ngettext("%(number)s minute earlier", "%(number)s minutes earlier", -minutes)
    return said % {"number": -minutes}


def _clock(edtf: str) -> datetime | None:
    """The moment of a date that is known to the minute and carries no qualifier."""
    if "T" not in edtf:
        return None
    try:
        return datetime.fromisoformat(edtf)
    except ValueError:
        return None


Onward = list[dict[str, str]]


def _of_events(record: Record, names: Authorities, language: str) -> Onward:
    return [
        {"said": name, "path": name_path(language, EVENT, slug)}
        for slug in record.events
        if (name := names.name(EVENT, slug, language))
    ]


def _of_day(record: Record, names: Authorities, language: str) -> Onward:
    if record.filmed_from is None:
        return []
    path = f"/{language}/dates/{record.filmed_from:%Y/%m/%d}/"
    return [{"said": _("Everything of this day"), "path": path}]


def _of_place(record: Record, names: Authorities, language: str) -> Onward:
    """The neighbourhood, and the ways back and forward in time within it."""
    slug, day = record.neighbourhood, record.filmed_from
    if not slug:
        return []
    name = names.name(NEIGHBOURHOOD, slug, language)
    onward = [{"said": name, "path": name_path(language, NEIGHBOURHOOD, slug)}] if name else []
    if day is not None:
        here = {"neighbourhood": (slug,)}
        before = Query(chosen=here, end=day).address
        after = Query(chosen=here, start=day, sort="oldest").address
        onward += [
            {"said": _("Filmed here before"), "path": f"/{language}/clips/{before}"},
            {"said": _("Filmed here afterwards"), "path": f"/{language}/clips/{after}"},
        ]
    return onward
