"""What the machine proposes for a draft, each with a button. Nothing is saved unasked."""

from collections.abc import Mapping
from typing import Any

from footage import dates
from footage.models import Clip, Location
from footage.models.fields import reading_language
from footage.suggestions import REASONS


def shown(clip: Clip, places: Mapping[str, Location] | None = None) -> dict[str, Any]:
    """The clip's suggestions that differ from what it says, as the panel shows them.

    One query for the place, none when a list passes the `places` of all its clips, by slug.
    """
    found = []
    for field in ("location", "filmed"):
        if (said := _said(clip, field, places)) is not None:
            why = clip.suggestions[field]["why"]
            found.append({"field": field, "said": said, "why": REASONS.get(why, why)})
    notes = [REASONS.get(code, code) for code in clip.suggestions.get("notes", [])]
    return {"found": found, "notes": notes}


def _said(clip: Clip, field: str, places: Mapping[str, Location] | None) -> str | None:
    offer = clip.suggestions.get(field)
    if not offer:
        return None
    if field == "filmed":
        same = clip.filmed == offer["edtf"]
        return None if same else dates.say(dates.parse(offer["edtf"]), reading_language())
    slug = offer["slug"]
    place = Location.objects.filter(slug=slug).first() if places is None else places.get(slug)
    return None if place is None or place.pk == clip.location_id else str(place)


def use(clip: Clip, field: str) -> list[str]:
    """Fill the clip from one suggestion and save it; return the fields that were filled.

    Raises LookupError when there is no such suggestion any more. What else the archivist wrote
    stays: a basis is filled only where it was empty.
    """
    offer = clip.suggestions.get(field)
    if not offer or field not in {"location", "filmed"}:
        raise LookupError(field)
    if field == "filmed":
        clip.filmed = offer["edtf"]
        filled = ["filmed"]
        filled += _fill(clip, "filmed_basis", offer["why"])
    else:
        place = Location.objects.filter(slug=offer["slug"]).first()
        if place is None:
            raise LookupError(field)
        clip.location = place
        filled = ["location"]
        filled += _fill(clip, "location_basis", offer["why"])
        filled += _fill(clip, "location_confidence", offer.get("confidence"))
        whole_city = place.kind == "city"
        filled += _fill(clip, "location_precision", "city" if whole_city else "neighbourhood")
    clip.save(update_fields=filled)
    return filled


def _fill(clip: Clip, field: str, code: str | None) -> list[str]:
    vocabulary = clip._meta.get_field(field).vocabulary
    if code is None or code not in vocabulary or getattr(clip, field):
        return []
    setattr(clip, field, code)
    return [field]
