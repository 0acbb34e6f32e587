"""The map: drawn from the gazetteer's outlines, alike each time, and usable without seeing it."""

import json
import re
from html import unescape
from itertools import pairwise

import pytest
from django.test import Client

from footage.catalogue import authorities
from footage.reading_room import maps, shades
from tests.reading_room import rows

pytestmark = pytest.mark.django_db


def a_place(slug: str, east: float, north: float, size: float = 0.01, **facts: object) -> None:
    """A square neighbourhood near the middle of Aleppo."""
    ring = [(east, north), (east + size, north), (east + size, north + size), (east, north + size)]
    polygon = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    rows.name(
        "neighbourhood",
        slug,
        slug.title(),
        f"حي {slug}",
        polygon=json.dumps(polygon),
        facts={"kind": "neighbourhood", "latitude": north, "longitude": east, **facts},
    )


def a_city() -> None:
    a_place("west", 37.13, 36.19)
    a_place("east", 37.15, 36.20)
    rows.a_clip(neighbourhood="west", place="west")
    for _ in range(2):
        rows.a_clip(neighbourhood="east", place="east", subjects=("play",))


def links(body: str) -> dict[str, str]:
    """What each link of the drawing is called, and where it leads."""
    found = re.findall(r'<a href="([^"]+)"[^>]*>\s*<title>([^<]+)</title>', body)
    return {unescape(name): unescape(path) for path, name in found}


def test_each_outline_is_a_link_that_says_its_name_and_count(client: Client) -> None:
    a_city()
    body = client.get("/en/map/").content.decode()
    assert links(body) == {
        "West: 1 record": "/en/neighbourhoods/west/",
        "East: 2 records": "/en/neighbourhoods/east/",
    }
    assert "حي east: سجلان" in links(client.get("/ar/map/").content.decode())


def test_the_list_beside_the_map_has_every_link_of_it(client: Client) -> None:
    a_city()
    body = client.get("/en/map/?subject=play").content.decode()
    beside = body[body.index('id="places"') :]
    drawn = links(body).values()
    assert drawn
    for path in drawn:
        assert path.replace("&", "&amp;") in beside


def test_the_map_shows_the_query_and_leads_to_the_list_of_both(client: Client) -> None:
    a_city()
    body = client.get("/en/map/?subject=play").content.decode()
    assert links(body)["East: 2 records"] == "/en/clips/?neighbourhood=east&subject=play"
    assert links(body)["West: none"] == "/en/clips/?neighbourhood=west&subject=play"
    found = client.get("/en/clips/?neighbourhood=east&subject=play").content.decode()
    assert "/en/map/?neighbourhood=east&amp;subject=play" in found
    chosen = client.get("/en/map/?neighbourhood=east&subject=play").content.decode()
    assert links(chosen)["East: 2 records"] == "/en/map/?subject=play", "a chosen one is taken back"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_has_no_place_is_not_said_to_be_nothing(client: Client, language: str) -> None:
    a_city()
    rows.a_testimony(neighbourhood=None, place=None, subjects=("water",))
    body = client.get(f"/{language}/map/?subject=water&kind=testimony").content.decode()
    beside = body[body.index('id="places"') :]
    said = "place of what was found is not known" if language == "en" else "مكان ما وُجد غير معروف"
    assert said in beside and "answer to all of this" not in beside
    assert f'href="/{language}/clips/?kind=testimony&amp;subject=water"' in beside


def test_no_place_is_said_to_be_without_footage_because_a_query_finds_none_there(
    client: Client,
) -> None:
    a_city()
    body = client.get("/en/neighbourhoods/?subject=play").content.decode()
    assert "Places without any" in body and "No footage published yet" not in body


def test_the_same_places_give_the_same_drawing_whatever_came_before() -> None:
    a_city()
    one = maps.of(authorities.current())
    rows.name("journalist", "somebody", "Somebody", "أحد")
    other = maps.of(authorities.current())
    assert one is not other and one == other


def test_no_outline_spoils_the_map_for_the_others() -> None:
    a_city()
    before = maps.of(authorities.current())
    a_place("far", 12.5, 41.9)
    for number, broken in enumerate(("", "x", "{}", '{"type":"Polygon","coordinates":[]}')):
        rows.name("neighbourhood", f"broken-{number}", "B", "ب", polygon=broken)
    after = maps.of(authorities.current())
    assert [each.slug for each in after.outlines] == [each.slug for each in before.outlines]
    assert after.height == before.height


def test_an_archive_without_places_has_a_map_that_says_so(client: Client) -> None:
    body = client.get("/en/map/").content.decode()
    assert "<svg viewBox" not in body.partition("<main")[2]
    assert "No footage has been published here yet" in body


def test_a_place_without_an_outline_is_a_point_once_it_has_footage(client: Client) -> None:
    a_city()
    facts = {"kind": "landmark", "latitude": 36.20, "longitude": 37.145}
    rows.name("neighbourhood", "the-gate", "The gate", "الباب", facts=facts)
    assert "<circle" not in client.get("/en/map/").content.decode()
    rows.a_clip(neighbourhood="the-gate", place="the-gate")
    body = client.get("/en/map/").content.decode()
    assert "<circle" in body and "The gate: 1 record" in links(body)


def test_a_whole_city_is_listed_and_not_drawn(client: Client) -> None:
    a_city()
    facts = {"kind": "city", "latitude": 36.20, "longitude": 37.145}
    rows.name("neighbourhood", "aleppo", "Aleppo", "حلب", facts=facts)
    rows.a_clip(neighbourhood="aleppo", place="aleppo")
    body = client.get("/en/map/").content.decode()
    assert "<circle" not in body
    assert "<bdi>Aleppo</bdi>" in body[body.index("Not drawn") :]


@pytest.mark.parametrize(
    ("most", "bounds"),
    [(0, []), (1, [1]), (3, [1, 2, 3]), (5, [1, 2, 3, 5]), (100, [3, 10, 32, 100])],
)
def test_a_shade_stands_for_counts_of_like_magnitude(most: int, bounds: list[int]) -> None:
    assert shades.steps(most) == bounds
    assert shades.shade(0, bounds) == 0
    if bounds:
        assert shades.shade(most, bounds) == shades.SHADES
        said = shades.legend(bounds)
        assert said[0]["first"] == 1 and said[-1]["last"] == most
        assert all(a["last"] + 1 == b["first"] for a, b in pairwise(said))


def test_a_neighbourhood_shows_where_it_lies(client: Client) -> None:
    a_city()
    body = client.get("/en/neighbourhoods/east/").content.decode()
    assert "Where it lies in the city" in body and 'class="here"' in body
