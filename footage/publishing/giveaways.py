"""Whether what stands beside a record gives away what its date or place was coarsened to hide.

A reader who sees two clips of one journalist from one day, or of one event, will guess that they
were filmed in one place. So a street shown in the one is the street hidden in the other. Looked at
are clips that are public now, in both directions, the events they share, and the record's own
words. Compared are what is shown and what the workshop knows to be true.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from footage.catalogue.models import PublicRecord
from footage.catalogue.record import Record
from footage.custody.models import CustodyEvent, EventType
from footage.dates import parse
from footage.models import Clip, Event, Location, Testimony
from footage.normalisation import normalise
from footage.publishing.coarsening import coarsened_date, shown_ancestry

# Of one event or one day a journalist may have hundreds; the first ones say what there is to say.
MOST_NEIGHBOURS = 200
# Shorter names would be found in any text.
_SHORTEST = 4


@dataclass(frozen=True)
class Giveaway:
    """`teller` (a reference, or the slug of an event) shows what `of` (a reference) hides.

    `what` is "place" or "date"; `by` is "clip", "event" or "words" (its own title or summary).
    """

    what: str
    by: str
    teller: str
    of: str
    title: str = ""

    @property
    def key(self) -> str:
        """What a decision about it is remembered by."""
        return f"{self.what} {self.by} {self.teller} {self.of}"


@dataclass(frozen=True)
class _Shown:
    """What readers know of one clip, and what they must not."""

    reference: str
    title: str
    place: str | None
    exact: bool
    filmed: str
    hidden_places: tuple[Location, ...]
    hides_position: bool
    hides_date: bool
    first: date | None
    last: date | None


def giveaways(item: Clip | Testimony) -> list[Giveaway]:
    """What publishing `item` now would give away, of itself or of its neighbours.

    A testimony hides neither place nor date. Cost: a few queries for each neighbour.
    """
    if not isinstance(item, Clip) or not item.filmed:
        return []
    here = _as_it_would_be(item)
    found = [*_own_words(item, here), *_events(item, here)]
    neighbours = list(_neighbours(item)[:MOST_NEIGHBOURS])
    rows = PublicRecord.objects.live().in_bulk(
        [clip.reference for clip in neighbours], field_name="reference"
    )
    for clip in neighbours:
        there = _as_published(clip, rows[clip.reference].read())
        found += [*_between(here, there), *_between(there, here)]
    return found


def decided(item: Clip | Testimony) -> set[str]:
    """Keys of the giveaways that somebody decided to publish in spite of, the last time."""
    last = (
        CustodyEvent.objects.filter(type=EventType.DISCLOSURE, subject=item.reference)
        .order_by("-recorded_at", "id")
        .first()
    )
    return set(last.detail["giveaways"]) if last else set()


def undecided(item: Clip | Testimony, despite: Iterable[str] = ()) -> list[Giveaway]:
    """Those that nobody decided about: not now (`despite`, by key) and not the last time."""
    found = giveaways(item)
    known = {*despite, *decided(item)} if found else set()
    return [each for each in found if each.key not in known]


def _neighbours(clip: Clip) -> QuerySet[Clip]:
    """Public clips that readers would put beside this one."""
    same = Q(events__in=clip.events.all())
    one_day = clip.filmed_from is not None and clip.filmed_from == clip.filmed_to
    if one_day and clip.journalist_id and clip.credit == Clip.Credit.BYLINE:
        same |= Q(
            journalist=clip.journalist_id,
            credit=Clip.Credit.BYLINE,
            filmed_from=clip.filmed_from,
            filmed_to=clip.filmed_from,
        )
    public = PublicRecord.objects.live().filter(kind="clip").values("reference")
    found = Clip.objects.filter(same, reference__in=public).exclude(pk=clip.pk)
    return found.select_related("location").distinct().order_by("reference")


def _as_it_would_be(clip: Clip) -> _Shown:
    chain = shown_ancestry(clip)
    return _seen(
        clip,
        place=chain[0].slug if chain else None,
        exact=clip.location_precision == "exact" and clip.latitude is not None,
        filmed=coarsened_date(clip.filmed, clip.filmed_precision).edtf,
        precision=clip.location_precision,
    )


def _as_published(clip: Clip, document: Record) -> _Shown:
    return _seen(
        clip,
        place=document.place,
        exact=document.place_precision == "exact",
        filmed=document.filmed,
        precision=document.place_precision,
    )


def _seen(clip: Clip, *, place: Any, exact: bool, filmed: str, precision: str) -> _Shown:
    truth = clip.location.ancestry() if clip.location else []
    slugs = [location.slug for location in truth]
    known = slugs.index(place) if place in slugs else len(slugs)
    shown = parse(filmed)
    return _Shown(
        reference=clip.reference,
        title=str(clip),
        place=place,
        exact=exact,
        filmed=filmed,
        hidden_places=tuple(truth[:known]),
        hides_position=not exact and precision != "unknown" and clip.latitude is not None,
        hides_date=bool(clip.filmed)
        and (clip.filmed_from, clip.filmed_to) != (shown.earliest, shown.latest),
        first=clip.filmed_from,
        last=clip.filmed_to,
    )


def _between(hiding: _Shown, telling: _Shown) -> Iterator[Giveaway]:
    """What the one shows of the other."""
    hidden = {location.slug for location in hiding.hidden_places}
    same_place = telling.place is not None and telling.place == hiding.place
    if telling.place in hidden or (telling.exact and hiding.hides_position and same_place):
        yield Giveaway("place", "clip", telling.reference, hiding.reference, telling.title)
    if hiding.hides_date and _narrows(telling.filmed, hiding):
        yield Giveaway("date", "clip", telling.reference, hiding.reference, telling.title)


def _narrows(edtf: str, hiding: _Shown) -> bool:
    """Whether a shown date lies inside what is shown of the other, is shorter, and holds the
    truth."""
    told, shown = parse(edtf), parse(hiding.filmed)
    if told.earliest is None or told.latest is None or hiding.first is None or hiding.last is None:
        return False
    inside = (shown.earliest is None or told.earliest >= shown.earliest) and (
        shown.latest is None or told.latest <= shown.latest
    )
    shorter = (told.earliest, told.latest) != (shown.earliest, shown.latest)
    return inside and shorter and told.earliest <= hiding.last and told.latest >= hiding.first


def _events(clip: Clip, here: _Shown) -> Iterator[Giveaway]:
    hidden = {location.slug for location in here.hidden_places}
    for event in clip.events.select_related("location"):
        yield from _told_by(event, here, hidden)


def _told_by(event: Event, here: _Shown, hidden: set[str]) -> Iterator[Giveaway]:
    if event.location is not None and event.location.slug in hidden:
        yield Giveaway("place", "event", event.slug, here.reference, str(event))
    if event.happened and here.hides_date and _narrows(event.happened, here):
        yield Giveaway("date", "event", event.slug, here.reference, str(event))


def _own_words(clip: Clip, here: _Shown) -> Iterator[Giveaway]:
    """Its title or summary names the place that its precision hides."""
    told = (clip.title_en, clip.title_ar, clip.summary_en, clip.summary_ar, clip.rights_note)
    text = _folded(" ".join(told))
    for location in here.hidden_places:
        spelled = [location.name_en, location.name_ar]
        spelled += [variant["text"] for variant in location.variants]
        names = {_folded(name) for name in spelled}
        if any(len(name) >= _SHORTEST and _named(name, text) for name in names):
            yield Giveaway("place", "words", here.reference, here.reference, str(location))


def _folded(text: str) -> str:
    """Its words as search folds them, without what stands between them."""
    return " ".join(re.findall(r"\w+", normalise(text)))


def _named(name: str, text: str) -> bool:
    """Whether the words of a name stand in a text; in Arabic perhaps with و، ف، ب، ك، ل before."""
    return re.search(rf"\b[وفبكل]{{0,2}}{re.escape(name)}\b", text) is not None
