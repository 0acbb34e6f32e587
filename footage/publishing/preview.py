"""What a draft would look like in public, without making any of it public.

Writes nothing: the document comes from `describe`, the names from the workshop's rows.
"""

from dataclasses import dataclass

from footage.catalogue.authorities import (
    EVENT,
    FILM,
    JOURNALIST,
    NEIGHBOURHOOD,
    WITNESS,
    Authorities,
    Authority,
)
from footage.catalogue.record import Record
from footage.models import Clip, Testimony
from footage.publishing.coarsening import shown_ancestry
from footage.publishing.describe import credited_person, describe, public_copy, public_renditions

# Stands for the slug that a person who was never published does not have yet.
UNPUBLISHED = "not-published-yet"


@dataclass(frozen=True)
class Preview:
    """A document as `publish` would write it, and the names it points to. Renditions carry the
    names of working copies: only staff can open those."""

    record: Record
    names: Authorities


def preview(item: Clip | Testimony) -> Preview:
    """Raises ValueError while something that a document cannot do without is missing."""
    clip = item if isinstance(item, Clip) else None
    copies = [public_copy(row, row.name) for row in public_renditions(clip.master)] if clip else []
    record = describe(item, copies)
    kind = JOURNALIST if clip else WITNESS
    credited = credited_person(item)
    names = []
    if credited is not None:
        slug = credited.public_slug or UNPUBLISHED
        record = record.model_copy(update={kind: slug})
        names.append(Authority(kind, slug, credited.byline_en, credited.byline_ar))
    if clip is not None:
        names += [
            Authority(EVENT, event.slug, event.title_en, event.title_ar)
            for event in clip.events.all()
        ]
        names += [
            Authority(FILM, shot.film.slug, shot.film.title_en, shot.film.title_ar)
            for shot in clip.shots.select_related("film")
        ]
        names += [
            Authority(NEIGHBOURHOOD, place.slug, place.name_en, place.name_ar)
            for place in shown_ancestry(clip)
        ]
    return Preview(record, Authorities(names))
