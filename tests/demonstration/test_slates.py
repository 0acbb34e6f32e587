"""Slates: the same each time, Arabic joined and from right to left, and short films that play."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from footage import media
from footage.demonstration import slates
from footage.demonstration.slates import (
    Slate,
    draw_map,
    draw_words,
    make_film,
    make_photograph,
    point_inside,
)
from footage.places import Gazetteer, Place

GAZETTEER = json.loads((slates.FIXTURES / "gazetteer.json").read_text())
SHAAR = next(place for place in GAZETTEER if place["slug"] == "al-shaar")


def slate(**changes: object) -> Slate:
    texts = {
        "title_en": "First snow on the roofs",
        "title_ar": "أول ثلج على الأسطح",
        "place_en": SHAAR["name_en"],
        "place_ar": SHAAR["name_ar"],
        "date_en": "10 January 2013",
        "date_ar": "10 كانون الثاني 2013",
        "outline": SHAAR["polygon"],
        "around": (),
        "hue": 0.3,
    }
    return Slate(**{**texts, **changes})  # type: ignore[arg-type]


def test_the_same_slate_is_the_same_film(tmp_path: Path):
    for name in ("one", "two"):
        make_film(
            slate(), tmp_path / f"{name}.mp4", sound="wind", seconds=2, tags=["title=a title"]
        )
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.mp4", "two.mp4"]


@pytest.mark.parametrize("sound", [*slates.SOUNDS, "speech:baker"])
def test_every_sound_makes_a_film_with_the_position_and_clock_of_its_tags(
    tmp_path: Path, sound: str
):
    latitude, longitude = point_inside(SHAAR["polygon"])
    tags = [
        "creation_time=2013-01-10T06:05:00Z",
        f"location={latitude:+08.4f}{longitude:+09.4f}/",
    ]
    path = tmp_path / "film.mp4"
    make_film(slate(upright=True), path, sound=sound, seconds=2, tags=tags)
    seen = media.probe(path)
    assert (seen.width, seen.height, seen.audio_codec) == (360, 640, "aac")
    assert seen.duration_s == pytest.approx(2, abs=0.2)
    assert seen.recorded == "2013-01-10T06:05:00Z"
    assert (seen.latitude, seen.longitude) == pytest.approx((latitude, longitude), abs=0.0001)


def test_a_photograph_carries_the_clock_and_the_position_of_its_camera(tmp_path: Path):
    path, position = tmp_path / "photograph.jpg", point_inside(SHAAR["polygon"])
    make_photograph(slate(), path, taken=datetime(2013, 1, 10, 8, 5), position=position)
    seen = media.probe(path)
    assert (seen.kind, seen.recorded) == ("photograph", "2013-01-10T08:05:00")
    assert (seen.latitude, seen.longitude) == pytest.approx(position, abs=0.0001)


def test_the_position_of_a_slate_lies_in_the_outline_it_shows():
    names = {field: SHAAR[field] for field in ("slug", "kind", "parent", "name_en", "name_ar")}
    place = Place(
        **names,
        variants=(),
        latitude=SHAAR["latitude"],
        longitude=SHAAR["longitude"],
        polygon=SHAAR["polygon"],
    )
    assert Gazetteer([place]).containing(*point_inside(SHAAR["polygon"])) == place


def test_arabic_is_written_joined_and_from_right_to_left():
    joined, apart = (draw_words(slate(title_ar=text)) for text in ("سلام", "س‌ل‌ا‌م"))
    assert joined.tobytes() != apart.tobytes()
    # The day is read first, so it stands to the right of the year.
    dated = slates._Line("10 كانون 2013", "ar", 18)
    turned = slates._Line("2013 كانون 10", "ar", 18)
    assert dated.spoken["direction"] == "rtl"
    assert dated.width == turned.width


def test_a_long_title_is_broken_before_it_leaves_the_slate():
    lines = slates._fitted("word " * 20, "en", 18, 600)
    assert len(lines) > 1
    assert all(line.width <= 600 for line in lines)
    assert " ".join(line.text for line in lines).split() == ["word"] * 20


def test_two_neighbourhoods_do_not_look_alike():
    other = next(place for place in GAZETTEER if place["slug"] == "bustan-al-qasr")
    assert draw_map(slate()).tobytes() != draw_map(slate(outline=other["polygon"])).tobytes()
