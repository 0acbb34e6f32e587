"""Load what every archive begins with: the gazetteer, the film, the events. Repeatable."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from footage.models import Event, Film, Location
from footage.publishing import authorities, rows
from people.models import Protection, Witness

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"


class Command(BaseCommand):
    help = (
        "Load the gazetteer, the archive's first film, the dated events and the roles. "
        "Run again after an update."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            rows.alone()
            places = load_gazetteer()
            # Places and films that staff are still describing are theirs to publish.
            for location in Location.objects.select_related("parent").filter(slug__in=places):
                authorities.put(location, renewed=True, stays=True)
            authorities.put(load_film(), renewed=True)
            for event in load_events():
                authorities.put(event, stays=True)
        self.stdout.write(f"{len(places)} places and the film are loaded.")


def load_gazetteer() -> list[str]:
    """Add or bring up to date every place of the committed gazetteer; return their slugs.

    A place that staff added stays as it is. Parents come first in the file.
    """
    entries = json.loads((FIXTURES / "gazetteer.json").read_text())
    by_slug: dict[str, Location] = {}
    for entry in entries:
        by_slug[entry["slug"]], _new = Location.objects.update_or_create(
            slug=entry["slug"],
            defaults={
                "kind": entry["kind"],
                "parent": by_slug[entry["parent"]] if entry["parent"] else None,
                "name_en": entry["name_en"],
                "name_ar": entry["name_ar"],
                "variants": entry["variants"],
                "latitude": entry["latitude"],
                "longitude": entry["longitude"],
                "polygon": entry["polygon"],
                "source": entry["source"],
                "note": entry["note"],
            },
        )
    return list(by_slug)


def load_film() -> Film:
    """Add or bring up to date the film the archive begins with, and the witness it names.

    Ahmed is credited as the film names him, with the film as the source. An archivist who withheld
    his name since is not overruled.
    """
    entry = json.loads((FIXTURES / "film.json").read_text())
    film, _new = Film.objects.update_or_create(
        slug=entry["slug"],
        defaults={
            "title_en": entry["title_en"],
            "title_ar": entry["title_ar"],
            "broadcast_title_en": entry["alternative_title_en"],
            "broadcast_title_ar": entry["alternative_title_ar"],
            "broadcaster_en": entry["broadcaster"],
            "broadcaster_ar": entry["broadcaster_ar"],
            "broadcast_on": date.fromisoformat(entry["broadcast"]),
            "summary_en": entry["summary_en"],
            "summary_ar": entry["summary_ar"],
            "source_en": entry["source_en"],
            "source_ar": entry["source_ar"],
        },
    )
    named = entry["witness"]
    if not film.witnesses.filter(byline_en=named["byline_en"]).exists():
        witness = Witness.objects.create(
            byline_en=named["byline_en"],
            byline_ar=named["byline_ar"],
            biography_en=named["biography_en"],
            biography_ar=named["biography_ar"],
            protection=Protection.NAMED,
            source=named["source_en"],
        )
        film.witnesses.add(witness)
    return film


def load_events() -> list[Event]:
    """Add the dated events of the siege that are not there yet, and return all of them.

    One that is there stays as the archivists have written it since.
    """
    found = []
    for entry in json.loads((FIXTURES / "events.json").read_text()):
        sources = "; ".join(entry["sources"])
        event, _new = Event.objects.get_or_create(
            slug=entry["slug"],
            defaults={
                "happened": entry["happened"],
                "location": Location.objects.filter(slug=entry["place"]).first(),
                "title_en": entry["title_en"],
                "title_ar": entry["title_ar"],
                "source_en": sources,
                "source_ar": sources,
            },
        )
        found.append(event)
    return found
