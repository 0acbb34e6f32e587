"""Nothing of a clip that is graphic or held back is given out before a reader asks to see it.

Every public page and format is crawled for the names and the very bytes of such clips' copies. A
new surface needs no editing here: it passes when it asks `footage.catalogue.showing`.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from footage.catalogue.models import PublicLink, PublicRecord
from footage.catalogue.record import Rendition
from footage.reading_room import pages
from tests.catalogue.indexes import index
from tests.reading_room import rows
from tests.walls import crawl

pytestmark = pytest.mark.django_db

ASKED = {"1", "muted"}


def every_copy(of: str) -> tuple[Rendition, ...]:
    """A clip's copies in every role, with bytes of their own to be recognised by."""
    stills = [
        rows.a_copy(f"{role} of {of}".encode(), role, "jpg", times_s=times)
        for role, times in (("poster", ()), ("strip", (0.0, 4.0)))
    ]
    films = [
        rows.a_copy(f"{role} of {of}".encode(), role)
        for role in ("playable-240", "playable", "playable-720")
    ]
    return (*stills, *films, rows.a_copy(f"sound of {of}".encode(), "sound", "m4a"))


@pytest.fixture
def closed_clips(db: None) -> dict[str, PublicRecord]:
    """A graphic clip and one held back, each on every list there is, beside an open one."""
    rows.names()
    rows.name("film", "a-film", "A film", "فيلم")
    there = {
        "events": ("bakery-strike",),
        "shots": (rows.a_shot("a-film", 1, 1, 4),),
        "advisories": (rows.an_advisory("blood", 1, 2),),
        "download": True,
    }
    clips = {
        level: rows.a_clip(
            title_en=f"A {level} clip", advisory_level=level, renditions=every_copy(level), **there
        )
        for level in ("none", "graphic", "withheld")
    }
    photograph = rows.a_copy(b"photograph of photograph", "photograph", "jpg")
    clips["photograph"] = rows.a_clip(
        medium="photograph", advisory_level="graphic", renditions=(photograph,), **there
    )
    testimony = rows.a_testimony()
    for closed in list(clips.values()):
        rows.carry(testimony, closed, 1, 4)
    pair = sorted((clips["none"].reference, clips["graphic"].reference))
    PublicLink.objects.create(kind="near-duplicate", left=pair[0], right=pair[1])
    index()
    return clips


def given_out(
    clips: dict[str, PublicRecord], visited: Iterable[tuple[str, bytes]]
) -> dict[str, set[str]]:
    """Where a copy of which clip was named or contained, unasked: level -> addresses.

    `visited` are (address, body).
    """
    copies = {level: list(clip.read().renditions) for level, clip in clips.items()}
    found: dict[str, set[str]] = {level: set() for level in clips}
    for address, content in visited:
        where = urlsplit(address)
        if where.path.startswith("/media/"):
            continue
        for level, clip in clips.items():
            shows = set(parse_qs(where.query).get("show", [])) & ASKED
            if shows and clip.reference in where.path and level != "withheld":
                continue
            for copy in copies[level]:
                bytes_of_it = f"{copy.role} of {level}".encode()
                if copy.name.encode() in content or bytes_of_it in content:
                    found[level].add(address)
    return found


def one_of_each() -> Iterable[tuple[str, bytes]]:
    client = Client()
    for address in crawl.one_of_each_route():
        yield address, crawl.body(client.get(address))


def test_no_page_or_format_gives_out_a_copy_of_a_closed_clip(
    closed_clips: dict[str, PublicRecord],
) -> None:
    everything = crawl.visits(Client(), followed=400)
    found = given_out(closed_clips, ((address, body) for address, _, body in everything))
    assert found["graphic"] == found["withheld"] == found["photograph"] == set()
    # The crawl sees pictures where there are some: of the open clip beside them.
    assert {"/en/", "/ar/", "/en/clips/", "/ar/events/bakery-strike/"} <= found["none"]


def test_a_list_that_shows_a_gated_frame_is_caught(
    closed_clips: dict[str, PublicRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "picture", lambda record: next(iter(record.renditions), None))
    found = given_out(closed_clips, one_of_each())
    assert {"/en/clips/"} <= found["graphic"]


def test_a_new_surface_that_asks_nobody_is_caught(
    closed_clips: dict[str, PublicRecord], settings: Any
) -> None:
    from aleppo_archive import urls

    def share_card(request: HttpRequest, reference: str) -> HttpResponse:
        record = PublicRecord.objects.get(reference=closed_clips["graphic"].reference).read()
        picture = f"/media/{record.renditions[0].name}"
        return HttpResponse(f'<meta property="og:image" content="{picture}">')

    class Planted:
        urlpatterns = [*urls.urlpatterns, path("planted/<str:reference>", share_card)]
        handler404 = urls.handler404

    settings.ROOT_URLCONF = Planted
    found = given_out(closed_clips, one_of_each())
    assert found["graphic"] and all(address.startswith("/planted/") for address in found["graphic"])
