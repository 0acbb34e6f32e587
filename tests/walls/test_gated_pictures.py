"""Nothing of a clip that is graphic or held back is given out before a reader asks to see it.

Every public page and format is crawled for the names and the very bytes of such clips' copies, and
for the words of the one held back, which nobody may ask for: a graphic clip's may be read. A new
surface needs no editing here: it passes when it asks `footage.catalogue.showing`.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from footage.catalogue import showing
from footage.catalogue.models import PublicLink, PublicRecord
from footage.catalogue.record import Rendition, Transcript
from footage.reading_room import pages
from tests.catalogue.indexes import index
from tests.reading_room import rows
from tests.walls import crawl
from tests.walls.canary import unpacked

pytestmark = pytest.mark.django_db

ASKED = {"1", "muted"}
# Beginnings of what is said in a clip, in each language: questions that the crawl asks begin so.
SAID = {"en": "thwater", "ar": "الماء"}


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


def words_of(level: str) -> dict[str, str]:
    """What is said in a clip and nowhere else, by language."""
    return {language: f"{begun}{level}" for language, begun in SAID.items()}


def spoken_in(reference: str, level: str) -> tuple[Transcript, ...]:
    """Lines of a clip that hold what the crawl asks IIIF for, and words of their own."""
    beside = {"en": "water", "ar": "ماء"}
    return tuple(
        rows.a_transcript(reference, language, (1, 4, "", f"{beside[language]} {word}"))
        for language, word in words_of(level).items()
    )


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
    # In this order: the crawl asks IIIF for what is said in the first two references.
    clips = {
        level: rows.a_clip(
            number,
            title_en=f"A {level} clip",
            advisory_level=level,
            renditions=every_copy(level),
            transcripts=spoken_in(rows.a_reference(number), level),
            **there,
        )
        for number, level in enumerate(("graphic", "withheld", "none"), 1)
    }
    photograph = rows.a_copy(b"photograph of photograph", "photograph", "jpg")
    clips["photograph"] = rows.a_clip(
        4, medium="photograph", advisory_level="graphic", renditions=(photograph,), **there
    )
    testimony = rows.a_testimony(5)
    for closed in list(clips.values()):
        rows.carry(testimony, closed, 1, 4)
    pair = sorted((clips["none"].reference, clips["graphic"].reference))
    PublicLink.objects.create(kind="near-duplicate", left=pair[0], right=pair[1])
    index()
    return clips


def given_out(
    clips: dict[str, PublicRecord], visited: Iterable[tuple[str, bytes]]
) -> dict[str, set[str]]:
    """Where a copy of which clip was named or contained, unasked: level -> addresses. Under "said"
    where words of the clip held back were, asked for or not; under "read" those of the graphic one.

    `visited` are (address, body).
    """
    copies = {level: list(clip.read().renditions) for level, clip in clips.items()}
    found: dict[str, set[str]] = {level: set() for level in (*clips, "said", "read")}
    for address, packed in visited:
        where = urlsplit(address)
        if where.path.startswith("/media/"):
            continue
        content = unpacked(packed)
        for heading, level in (("said", "withheld"), ("read", "graphic")):
            if any(says(word, content) for word in words_of(level).values()):
                found[heading].add(address)
        for level, clip in clips.items():
            shows = set(parse_qs(where.query).get("show", [])) & ASKED
            if shows and clip.reference in where.path and level != "withheld":
                continue
            for copy in copies[level]:
                bytes_of_it = f"{copy.role} of {level}".encode()
                if copy.name.encode() in content or bytes_of_it in content:
                    found[level].add(address)
    return found


def says(word: str, content: bytes) -> bool:
    """Whether a word stands in a body, as it is or escaped as JSON and XML may."""
    escaped = word.encode("ascii", "backslashreplace"), word.encode("ascii", "xmlcharrefreplace")
    return any(form in content for form in (word.encode(), *escaped))


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
    assert found["said"] == set()
    # The crawl sees pictures where there are some: of the open clip beside them.
    assert {"/en/", "/ar/", "/en/clips/", "/ar/events/bakery-strike/"} <= found["none"]
    # And words in every form that has some: those of the graphic clip, which may be read.
    graphic = closed_clips["graphic"].reference
    assert {
        f"/en/clips/{graphic}/",
        *(f"/c/{graphic}/captions/ar.{form}" for form in ("vtt", "srt", "txt")),
        f"/c/{graphic}/bundle.zip",
        f"/iiif/{graphic}/transcripts/{graphic}/en.json",
        f"/iiif/{graphic}/search?q=water",
        f"/iiif/{graphic}/captions/search?q=ماء",
        f"/api/v1/records/{graphic}",
        "/api/v1/changes",
        "/en/suggest/?q=th",
        *(f"/export/clips.{form}" for form in ("csv", "jsonl", "xlsx", "vtt.zip", "srt.zip")),
    } <= found["read"]


def test_the_words_of_a_clip_held_back_find_nothing(
    closed_clips: dict[str, PublicRecord], client: Client
) -> None:
    for asked in ("records", "search", "segments"):
        for language in SAID:
            for level, number in (("withheld", 0), ("graphic", 1)):
                answer = client.get(f"/api/v1/{asked}", {"q": words_of(level)[language]})
                assert answer.json()["total"] == number, (asked, level)


def test_a_surface_that_reads_out_what_is_held_back_is_caught(
    closed_clips: dict[str, PublicRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "spoken", lambda record: record.transcripts)
    held_back = closed_clips["withheld"].reference
    path = f"/iiif/{held_back}/transcripts/{held_back}/en.json"
    found = given_out(closed_clips, [(path, Client().get(path).content)])
    assert found["said"] == {path}


def test_a_askedthat_shows_a_gated_frame_is_caught(
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
