"""Suggestions while typing: names as published, words as live, nothing that was withdrawn."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.catalogue.indexes import index
from tests.catalogue.test_index_life import withdraw
from tests.reading_room import rows

pytestmark = pytest.mark.django_db


def suggested(client: Client, text: str, language: str = "en") -> dict[str, list[dict[str, Any]]]:
    response = client.get(f"/{language}/suggest/", {"q": text})
    assert response.status_code == 200
    return {group["title"]: group["items"] for group in response.json()["groups"]}


def names_in(items: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]


def test_a_place_is_suggested_by_any_beginning_in_either_script(client: Client) -> None:
    rows.names()
    for text in ("sha", "al-Sha", "الش", "شعا", "Bustan", "qasr"):
        (place,) = suggested(client, text)["Places"]
        expected = "al-Shaar" if text not in ("Bustan", "qasr") else "Bustan al-Qasr"
        assert place["name"] == expected, text
    (place,) = suggested(client, "sha", "ar")["الأماكن"]
    assert (place["name"], place["dir"]) == ("الشعار", "rtl")
    assert place["other"] == {"text": "al-Shaar", "lang": "en", "dir": "ltr"}
    assert place["path"] == "/ar/neighbourhoods/al-shaar/"


def test_places_come_first_then_journalists_subjects_and_words(client: Client) -> None:
    rows.name("neighbourhood", "food-market", "Food market", "سوق الطعام")
    rows.name("journalist", "food-lover", "Food lover", "محب الطعام")
    rows.a_clip(title_en="Footsteps on the stairs")
    index()
    found = suggested(client, "foo")
    assert list(found) == ["Places", "Journalists", "Subjects", "Words"]
    assert names_in(found["Words"]) == ["Footsteps"]
    assert found["Words"][0]["path"] == "/en/clips/?q=Footsteps"
    assert found["Subjects"][0]["path"] == "/en/clips/?subject=food-and-bread"


@pytest.mark.parametrize("indexed", [True, False])
def test_places_and_subjects_with_footage_come_first_and_the_others_say_so(
    client: Client, indexed: bool
) -> None:
    rows.names()
    for slug in ("baba", "babila", "babnour", "babour", "babzed"):
        rows.name("neighbourhood", slug, slug.title(), "باب")
    clip = rows.a_clip(place="babzed", neighbourhood="babzed", subjects=("market",))
    # Of what somebody tells elsewhere, the list of a place shows nothing.
    rows.a_testimony(place="baba", neighbourhood="baba")
    if indexed:
        index()
    places = suggested(client, "bab")["Places"]
    assert names_in(places)[0] == "Babzed" and len(places) == 4
    assert [item["note"] for item in places] == ["", *["No footage published yet"] * 3]
    assert {item["note"] for item in suggested(client, "باب", "ar")["الأماكن"]} == {
        "",
        "لم تُنشر لها مقاطع بعد",
    }
    (market,) = suggested(client, "market")["Subjects"]
    assert not market["note"]
    withdraw(clip)
    assert {item["note"] for item in suggested(client, "bab")["Places"]} == {
        "No footage published yet"
    }


def test_words_are_those_of_live_records_alone(client: Client) -> None:
    rows.names()
    gone = rows.a_clip(title_en="Secretive passage")
    index()
    assert names_in(suggested(client, "secr")["Words"]) == ["Secretive"]
    rows.withdraw(gone)
    assert suggested(client, "secr") == {}


def test_words_are_suggested_however_much_of_them_is_typed(client: Client) -> None:
    rows.names()
    rows.a_clip(title_en="Houses, a house of pigeons, gardens", title_ar="الشباك والطحين في الصباح")
    index()
    for text, expected in (
        ("hous", ["Houses", "house"]),
        ("house", ["Houses", "house"]),
        ("houses", ["Houses", "house"]),
        ("Pigeons", ["pigeons"]),
        ("garden", ["gardens"]),
        ("gardening", ["gardens"]),
        ("house garden", ["house gardens"]),
        ("الشباك", ["الشباك"]),
        ("الشبا", ["الشباك"]),
        ("الطحين", ["والطحين"]),
    ):
        assert names_in(suggested(client, text).get("Words", [])) == expected, text


def test_a_name_is_suggested_no_longer_once_it_is_removed(client: Client) -> None:
    rows.names()
    assert names_in(suggested(client, "salm")["Journalists"]) == ["Salma H."]
    from footage.catalogue.models import PublicAuthority, PublicState

    PublicAuthority.objects.filter(slug="salma").delete()
    PublicState.objects.update(authorities=99)
    assert suggested(client, "salm") == {}


def test_suggestions_can_be_asked_about_and_cost_three_questions(client: Client) -> None:
    rows.names()
    for _ in range(12):
        rows.a_clip()
    index()
    first = client.get("/en/suggest/?q=bre")
    assert first["Content-Type"] == "application/json"
    assert first["Cache-Control"] == "no-cache" and "Vary" not in first and not first.cookies
    again = client.get("/en/suggest/?q=bre", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    with CaptureQueriesContext(connection) as asked:
        client.get("/en/suggest/?q=bread")
    assert len(asked) <= 3


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "a",
            " ",
            "\x00\x00",
            "\u202e\u202c",
            '"',
            '"""',
            "a OR",
            "-",
            "-bread",
            "said:",
            "*",
        ),
        *("bre*", "x" * 10_000, "😀😀", "' OR 1=1 --", "(((", "𝕭𝖗𝖊𝖆𝖉", "%00", "\ud7ff", "AND NOT"),
    ],
)
def test_nothing_typed_breaks_the_suggestions(client: Client, text: str) -> None:
    rows.names()
    rows.a_clip()
    index()
    response = client.get("/ar/suggest/", {"q": text})
    assert response.status_code == 200
    assert len(response.content) < 10_000
