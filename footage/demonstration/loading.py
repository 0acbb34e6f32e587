"""Loading the demonstration collection, as archivists would: received, accessioned, examined,
described, published. What stands is left alone, so a load that was cut short is taken up where it
ended, and what staff changed or withdrew since stays so.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from footage import dates, media
from footage.accession import AlreadyHeld, accession
from footage.demonstration import cast, slates
from footage.inbox import receiving
from footage.inbox.models import Message
from footage.ingest.refusals import LeftTheHoldings
from footage.ingest.write_path import receive
from footage.models import (
    Clip,
    ClipAdvisory,
    Event,
    Film,
    FilmShot,
    Location,
    Testimony,
    TestimonyRange,
    Transcript,
    TranscriptSegment,
)
from footage.publishing import publish, publish_authority, state_of, withdraw
from footage.publishing.coarsening import coarsened_date
from footage.tasks import examine, render

FIXTURES = slates.FIXTURES
DAMASCUS = ZoneInfo("Asia/Damascus")
# As many as the smallest machine the archive is meant for has cores.
AT_ONCE = 2
SUFFIXES = {"slate": ".mp4", "sound": ".m4a", "photograph": ".jpg"}
READERS_NEED = ("seen", "watched")
Entry = dict[str, Any]
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Loaded:
    """What a run found and did. `waiting`: clips whose files could not be opened safely here."""

    sign_ins: list[cast.SignIn]
    added: int
    waiting: int


def read_collection() -> dict[str, Any]:
    """The collection as committed, each clip completed by the defaults."""
    collection = json.loads((FIXTURES / "demonstration.json").read_text())
    defaults = collection["clip_defaults"]
    collection["clips"] = [{**defaults, **entry} for entry in collection["clips"]]
    return collection


def load(report: Report) -> Loaded:
    """Load whatever of the collection is missing; `report(done, of)` is called after each clip.

    Needs the reference data; raises LookupError without it. Call it outside transactions. Some
    90 s on two cores the first time, under 1 s when everything stands.
    """
    collection = read_collection()
    places = {place.slug: place for place in Location.objects.exclude(polygon=None)}
    named = {entry["place"] for entry in collection["clips"] if "place" in entry}
    if missing := sorted(named - places.keys()):
        raise LookupError(f"the gazetteer lacks {', '.join(missing)}")
    users, sign_ins = cast.staff()
    load = _Load(collection, places, users)
    # The last first: what the home page then shows as published last is how the list begins,
    # with daily life.
    unfinished = [entry for entry in reversed(collection["clips"]) if not load.finished(entry)]
    reached = []
    for done, (entry, clip) in enumerate(load.prepared(unfinished), start=1):
        if clip is not None:
            reached.append(load.finish(entry, clip))
        report(done, len(unfinished))
    load.ask()
    return Loaded(sign_ins, added=reached.count(True), waiting=reached.count(False))


class _Load:
    """One run: the collection, and whoever and whatever its clips refer to."""

    def __init__(
        self, collection: dict[str, Any], places: dict[str, Location], users: dict[str, Any]
    ) -> None:
        self.collection = collection
        self.places = places
        self.quarters = tuple(
            _outline(place) for place in places.values() if place.kind != "landmark"
        )
        self.archivist, self.publisher = users["archivist"], users["publisher"]
        self.journalists = cast.journalists(collection, by=self.archivist)
        self.witnesses = cast.witnesses(collection, by=self.archivist)
        self.events = {entry["slug"]: self._event(entry) for entry in collection["events"]}
        self.film = self._film(collection["film"])
        self.testimonies = {entry["clip"]: entry for entry in collection["testimonies"]}
        self.standing = {
            clip.source_note: clip
            for clip in Clip.objects.filter(source_note__startswith=cast.MADE_FOR)
        }

    def finished(self, entry: Entry) -> bool:
        """Whether nothing is left to do for this clip."""
        clip = self.standing.get(_source_note(entry))
        if clip is None or not clip.demonstration:
            return False
        if entry["fate"] == "draft":
            return True
        reached = state_of(clip)
        if entry["fate"] == "withdrawn" or reached != "published":
            return reached == "withdrawn"
        told = "withdrawn" if entry["fate"] == "silenced" else "published"
        left = {"draft", "published"} - {told}
        return all(state_of(testimony) not in left for testimony in clip.testimonies.all())

    # --- From a slate to an examined draft, two at a time ---------------------------------------
    def prepared(self, entries: list[Entry]) -> Iterator[tuple[Entry, Clip | None]]:
        """Each entry with its examined draft, as they become ready; None where staff have other
        plans with the same bytes."""
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            begun = {pool.submit(self._prepare, entry): entry for entry in entries}
            for ready in as_completed(begun):
                yield begun[ready], ready.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _prepare(self, entry: Entry) -> Clip | None:
        try:
            clip = self.standing.get(_source_note(entry)) or self._accession(entry)
            if clip is not None:
                _examine_now(clip)
            return clip
        finally:
            connection.close()

    def _accession(self, entry: Entry) -> Clip | None:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as box:
            path = self._recording(entry, Path(box))
            try:
                received = receive([path.read_bytes()], by=self.archivist, filename=path.name)
                return accession(received, by=self.archivist, source_note=_source_note(entry))
            except (AlreadyHeld, LeftTheHoldings):
                return None  # somebody took in the same bytes, or two people let them go

    def _recording(self, entry: Entry, box: Path) -> Path:
        """Make the file that would have come from a phone, and return where it is."""
        if entry["kind"] == "phone":
            return FIXTURES / "phone" / entry["file"]
        recorded = _clock(entry)
        name = recorded.strftime("REC_%Y%m%d_%H%M%S") if recorded else entry["key"]
        path = box / f"{name}{SUFFIXES[entry['kind']]}"
        seconds = self._seconds(entry)
        if entry["kind"] == "photograph":
            slates.make_photograph(
                self._slate(entry), path, taken=recorded, position=self._position(entry)
            )
        elif entry["kind"] == "sound":
            slates.make_sound(path, sound=entry["sound"], seconds=seconds, tags=self._tags(entry))
        else:
            slates.make_film(
                self._slate(entry),
                path,
                sound=entry["sound"],
                seconds=seconds,
                tags=self._tags(entry),
            )
        return path

    def _slate(self, entry: Entry) -> slates.Slate:
        # No finer than the record itself will say.
        filmed = coarsened_date(entry["filmed"], entry["filmed_precision"])
        place = self.places[entry["place"]]
        outline, around = _outline(place), self.quarters
        if entry["location_precision"] == "city":
            place = place.ancestry()[-1]
            outline = {"type": "MultiPolygon", "coordinates": list(map(_polygon, around))}
        position = [each["key"] for each in self.collection["clips"]].index(entry["key"])
        return slates.Slate(
            title_en=entry["title_en"],
            title_ar=entry["title_ar"],
            place_en=place.name_en,
            place_ar=place.name_ar,
            date_en=dates.say(filmed, "en"),
            date_ar=dates.say(filmed, "ar"),
            outline=outline,
            around=around,
            # From sand over green to slate blue: no red in a city's outline.
            hue=0.09 + 0.55 * ((position * 7) % 20) / 20,
            upright=entry["upright"],
        )

    def _seconds(self, entry: Entry) -> float:
        """As long as asked for, or as the speech lasts."""
        kind, _colon, name = entry["sound"].partition(":")
        if kind != "speech":
            return entry["seconds"]
        return self.collection["speech"][name]["lines"][-1]["end_ms"] / 1000 + 0.6

    def _tags(self, entry: Entry) -> list[str]:
        tags = []
        if recorded := _clock(entry):
            tags.append(f"creation_time={recorded.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
        if entry["position"]:
            latitude, longitude = self._position(entry)
            tags.append(f"location={latitude:+08.4f}{longitude:+09.4f}/")
        return tags

    def _position(self, entry: Entry) -> tuple[float, float]:
        return slates.point_inside(_outline(self.places[entry["place"]]))

    # --- From a draft to what readers see -------------------------------------------------------
    def finish(self, entry: Entry, clip: Clip) -> bool:
        """Describe a draft and take it to its fate. False while its file waits to be opened."""
        clip = Clip.objects.select_related("master").get(pk=clip.pk)
        if not clip.demonstration:
            self._describe(entry, clip)
        if entry["fate"] == "draft":
            return True
        if not clip.master.examined:
            return False
        if state_of(clip) == "draft":
            publish(clip, by=self.publisher)
        if entry["fate"] == "withdrawn":
            withdraw(clip.reference, reason="consent-withdrawn", by=self.publisher)
            return True
        for testimony in clip.testimonies.all():
            if state_of(testimony) == "draft":
                publish(testimony, by=self.publisher)
            if entry["fate"] == "silenced" and state_of(testimony) == "published":
                withdraw(testimony.reference, reason="consent-withdrawn", by=self.publisher)
        return True

    @transaction.atomic
    def _describe(self, entry: Entry, clip: Clip) -> None:
        """Write the description, whole or not at all. A draft keeps what the machine suggests."""
        clip.demonstration = True
        for field in ("title_en", "title_ar", "original_language", "subjects", "rights"):
            setattr(clip, field, entry[field])
        which = "phone_" if entry["kind"] == "phone" else ""
        clip.summary_en = f"{entry['summary_en']} {self._says(which + 'en')}"
        clip.summary_ar = f"{entry['summary_ar']} {self._says(which + 'ar')}"
        clip.journalist = self.journalists.get(entry.get("journalist", ""))
        if entry["fate"] != "draft":
            for field in DECIDED:
                setattr(clip, field, entry[field])
            clip.rights_note = entry.get("rights_note", "")
            clip.location = self.places.get(entry.get("place", ""))
            if clip.journalist is None:
                clip.decision_reason = "Freely licensed; nobody can be recognised."
                clip.decision_by, clip.decision_at = self.publisher, timezone.now()
        clip.full_clean()
        clip.save()
        if entry["fate"] != "draft":
            clip.events.set(self.events[slug] for slug in entry["events"])
            for advisory in entry["advisories"]:
                # A code, or a code with the seconds from and to which it holds.
                code, *seconds = [advisory] if isinstance(advisory, str) else advisory
                held = dict(zip(("start_s", "end_s"), seconds, strict=False))
                ClipAdvisory.objects.create(clip=clip, advisory=code, **held)
        for position, shot in enumerate(self.collection["film"]["shots"], start=1):
            if shot["clip"] == entry["key"]:
                FilmShot.objects.create(
                    film=self.film,
                    clip=clip,
                    position=position,
                    start_s=shot["start_s"],
                    end_s=shot["end_s"],
                )
        if entry["key"] in self.testimonies:
            self._testify(self.testimonies[entry["key"]], clip)

    def _testify(self, entry: Entry, clip: Clip) -> None:
        """What is said in a clip, in both languages side by side, and the testimony it carries."""
        for language in ("en", "ar"):
            transcript = Transcript.objects.create(clip=clip, language=language, status="reviewed")
            for line in self.collection["speech"][entry["witness"]]["lines"]:
                TranscriptSegment.objects.create(
                    transcript=transcript,
                    start_ms=line["start_ms"],
                    end_ms=line["end_ms"],
                    speaker=entry[f"speaker_{language}"],
                    text=line[language],
                )
        testimony = Testimony(
            witness=self.witnesses[entry["witness"]],
            given=entry["given"],
            title_en=entry["title_en"],
            title_ar=entry["title_ar"],
            summary_en=f"{entry['summary_en']} {self._says('en')}",
            summary_ar=f"{entry['summary_ar']} {self._says('ar')}",
            original_language=entry["original_language"],
            languages=entry["languages"],
            credit="byline",
            rights="cc0",
            demonstration=True,
        )
        testimony.full_clean()
        testimony.save()
        TestimonyRange.objects.create(testimony=testimony, clip=clip)

    def ask(self) -> None:
        """Readers' messages, unless somebody has written already."""
        if Message.objects.exists():
            return
        for entry in self.collection["messages"]:
            asked = {field: entry[field] for field in ("concern", "urgent", "words")}
            note = _source_note({"key": entry["clip"]})
            clip = Clip.objects.filter(source_note=note).first()
            asked["reference"] = clip.reference if clip else ""
            receiving.keep(asked, language=entry["language"])

    def _event(self, entry: Entry) -> Event:
        event, _new = Event.objects.get_or_create(
            slug=entry["slug"],
            defaults={
                "title_en": entry["title_en"],
                "title_ar": entry["title_ar"],
                "summary_en": f"{entry['summary_en']} {self._says('en')}",
                "summary_ar": f"{entry['summary_ar']} {self._says('ar')}",
                "happened": entry["happened"],
                "location": self.places[entry["place"]],
                "source_en": self._says("source_en"),
                "source_ar": self._says("source_ar"),
                "demonstration": True,
            },
        )
        return event

    @transaction.atomic
    def _film(self, entry: Entry) -> Film:
        """A film of its own, made public: nothing invented is ever put into the real one."""
        film, new = Film.objects.get_or_create(
            slug=entry["slug"],
            defaults={
                "title_en": entry["title_en"],
                "title_ar": entry["title_ar"],
                "summary_en": f"{entry['summary_en']} {self._says('en')}",
                "summary_ar": f"{entry['summary_ar']} {self._says('ar')}",
                "source_en": entry["source_en"],
                "source_ar": entry["source_ar"],
                "demonstration": True,
            },
        )
        if new:
            publish_authority(film, by=self.publisher)
        return film

    def _says(self, key: str) -> str:
        return self.collection["statement"][key]


# What a person decides before publication, field by field as the collection names it.
DECIDED = (
    *("filmed", "filmed_precision", "filmed_basis", "filmed_confidence"),
    *("location_precision", "location_basis", "location_confidence"),
    *("credit", "advisory_level", "languages", "verification"),
)


def _source_note(entry: Entry) -> str:
    """The sealed note by which a clip of the collection is known again."""
    return f"{cast.MADE_FOR} ({entry['key']})."


def _clock(entry: Entry) -> datetime | None:
    """What the invented device's clock said, set or never set; None when it wrote nothing."""
    if entry["clock"] is None:
        return None
    if entry["clock"] != "filmed":
        return datetime.fromisoformat(entry["clock"])
    hour = entry.get("hour", "12:00")
    return datetime.fromisoformat(f"{entry['filmed']}T{hour}:00").replace(tzinfo=DAMASCUS)


def _outline(place: Location) -> dict[str, Any]:
    """The outline of a place that has one, which load() makes sure of."""
    return dict(place.polygon or {})


def _polygon(outline: dict[str, Any]) -> list[Any]:
    """The coordinates of an outline, of its first part where it has several."""
    whole = outline["type"] == "Polygon"
    return outline["coordinates"] if whole else outline["coordinates"][0]


def _examine_now(clip: Clip) -> None:
    """Do what a worker would, without waiting for one. Where it cannot be done safely, it waits.

    What readers need is made now; the rest, which no page of the demonstration shows, is left to
    the worker.
    """
    try:
        examine(clip.master)
        if not clip.master.unplayable:
            render(clip.master, READERS_NEED)
    except media.Unavailable:
        return
