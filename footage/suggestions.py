"""What the machine would propose for a draft: where and when it was filmed, and why it thinks so.

Nothing here is saved as a fact: an archivist takes a suggestion or leaves it. The position of the
device goes before words, the archivist's title before the file's own and before its name. Reasons
are codes; REASONS names them.
"""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from footage import dates
from footage.media import Probe
from footage.models import Clip, Location
from footage.places import Gazetteer, Mention, Place

DAMASCUS = ZoneInfo("Asia/Damascus")

REASONS = {
    "device-position": _("the position recorded by the device"),
    "device-clock": _("the clock of the recording device"),
    "title": _("the title"),
    "embedded-title": _("the title inside the file"),
    "file-name": _("the file name"),
    "position-outside-city": _("The device recorded a position outside the city of Aleppo."),
    "position-outside-outlines": _(
        "The device recorded a position in Aleppo, but in none of the outlines we have."
    ),
    "epoch-1904": _("The recording device's clock was never set."),
    "epoch-1970": _("The recording device's clock was never set."),
    "default-clock": _("The recording device's clock was at its factory setting."),
    "future": _("The recording device's clock was in the future."),
    "before-2011": _("The recording device's clock was before 2011."),
}


def suggest(clip: Clip) -> dict[str, Any]:
    """The suggestions for a clip as it is now, saved nowhere.

    {"location": {"slug", "why", "confidence"}, "filmed": {"edtf", "why"}, "notes": [codes]};
    a key is missing when there is nothing to say. `why` and the notes are keys of REASONS.
    Reads the gazetteer: one query, some 50 ms.
    """
    probe = _probe(clip)
    gazetteer = Gazetteer(_places())
    location, note = _location(clip, probe, gazetteer)
    filmed = _filmed(clip, probe)
    notes = [code for code in (note, probe.recorded_doubt if probe else "") if code]
    found = {"location": location, "filmed": filmed, "notes": notes}
    return {key: value for key, value in found.items() if value}


def renew_suggestions(clip: Clip) -> dict[str, Any]:
    """Work out a clip's suggestions again and store them beside it; return them."""
    clip.suggestions = suggest(clip)
    # Not save(): a guess of the machine is no change that the clip's history should tell of.
    Clip.objects.filter(pk=clip.pk).update(suggestions=clip.suggestions)
    return clip.suggestions


def _probe(clip: Clip) -> Probe | None:
    stored = clip.master.technical_metadata
    return Probe.from_json(stored) if stored else None


def _places() -> list[Place]:
    located = Location.objects.filter(latitude__isnull=False).select_related("parent")
    return [location.as_place() for location in located]


def _texts(clip: Clip, probe: Probe | None) -> Iterator[tuple[str, str]]:
    """What names a clip, best first, with the reason a find in it would carry."""
    yield clip.title_ar, "title"
    yield clip.title_en, "title"
    if probe:
        yield probe.tags.get("title", ""), "embedded-title"
    # The name alone: in a deposited path a folder would speak for every file in it.
    yield PurePath(clip.original_filename.replace("\\", "/")).stem, "file-name"


def _location(
    clip: Clip, probe: Probe | None, gazetteer: Gazetteer
) -> tuple[dict[str, str] | None, str]:
    note = ""
    if probe and probe.latitude is not None and probe.longitude is not None:
        place = gazetteer.containing(probe.latitude, probe.longitude)
        if place:
            return _found(place, "device-position", "probable"), ""
        inside = gazetteer.covers(probe.latitude, probe.longitude)
        note = "position-outside-outlines" if inside else "position-outside-city"
        if not inside:
            return None, note
    for text, why in _texts(clip, probe):
        mentions = gazetteer.find_in(text)
        if mentions:
            chosen = _most_telling(mentions, gazetteer)
            several = len({mention.place.slug for mention in mentions}) > 1
            confidence = "possible" if several else chosen.confidence
            return _found(chosen.place, why, confidence), note
    return None, note


def _found(place: Place, why: str, confidence: str) -> dict[str, str]:
    return {"slug": place.slug, "why": why, "confidence": confidence}


def _most_telling(mentions: list[Mention], gazetteer: Gazetteer) -> Mention:
    """The finest place, then the surest, then the first: "Aleppo, Bustan al-Qasr" is the latter."""

    def depth(place: Place) -> int:
        steps = 0
        while place.parent and place.parent in gazetteer.places and steps < 9:
            place, steps = gazetteer.places[place.parent], steps + 1
        return steps

    return max(mentions, key=lambda found: (depth(found.place), found.confidence == "probable"))


def _filmed(clip: Clip, probe: Probe | None) -> dict[str, str] | None:
    if probe and probe.dated and probe.recorded and (day := damascus_day(probe.recorded)):
        return {"edtf": day.isoformat(), "why": "device-clock"}
    for text, why in _texts(clip, probe):
        found = dates.find(text)
        if found:
            return {"edtf": found.edtf, "why": why}
    return None


def damascus_day(recorded: str) -> date | None:
    """The civil day in Aleppo of a container's ISO 8601 time; None when it is none.

    A time with a zone is converted; one without is the device's own clock and is taken as it is.
    """
    try:
        moment = datetime.fromisoformat(recorded)
    except ValueError:
        return None
    return (moment.astimezone(DAMASCUS) if moment.tzinfo else moment).date()
