"""Where and when a draft may have been filmed, and that nothing of it is saved unasked."""

from collections.abc import Callable
from datetime import date

import pytest

from footage.models import Clip
from footage.suggestions import REASONS, damascus_day, suggest
from footage.tasks import examine

Draft = Callable[..., Clip]
pytestmark = pytest.mark.usefixtures("gazetteer")


def examined(clip: Clip) -> Clip:
    examine(clip.master)
    return Clip.objects.get(pk=clip.pk)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("syn_android_al-fardous.mp4", "al-fardous"),
        ("syn_android_al-shaar.mp4", "al-shaar"),
        ("syn_android_karm-al-jabal.mp4", "karm-al-jabal"),
        ("syn_exif_gps_al-kallaseh.jpg", "al-kallaseh"),
    ],
)
def test_the_position_of_the_device_suggests_the_neighbourhood_around_it(
    draft: Draft, name: str, slug: str
) -> None:
    clip = examined(draft(name, filename="VID.mp4"))

    assert clip.suggestions["location"] == {
        "slug": slug,
        "why": "device-position",
        "confidence": "probable",
    }
    assert clip.location is None
    assert clip.filmed == ""


def test_a_position_outside_the_city_suggests_nothing_but_a_note(draft: Draft) -> None:
    clip = examined(draft("me__with-gps.mp4", filename="بستان القصر.mp4"))

    assert "location" not in clip.suggestions
    assert "position-outside-city" in clip.suggestions["notes"]
    assert clip.latitude is None


@pytest.mark.parametrize(
    ("field", "text", "slug"),
    [
        ("title_ar", "حلب || بستان القصر || طابور الخبز 27-7-2016", "bustan-al-qasr"),
        ("title_en", "Bread queue in Bustan al-Qasr, 27 July 2016", "bustan-al-qasr"),
    ],
)
def test_a_title_in_either_language_suggests_place_and_date(
    draft: Draft, field: str, text: str, slug: str
) -> None:
    clip = draft("syn_creation_1904.mp4", filename="1.mp4")
    setattr(clip, field, text)
    clip.save()

    clip = examined(clip)

    assert clip.suggestions["location"]["slug"] == slug
    assert clip.suggestions["location"]["why"] == "title"
    assert clip.suggestions["filmed"] == {"edtf": "2016-07-27", "why": "title"}


def test_the_title_inside_a_file_suggests_place_and_date(draft: Draft) -> None:
    clip = examined(draft("syn_arabic_title.mp4", filename="al-sukkari 1-1-2014.mp4"))

    assert clip.suggestions["location"]["slug"] == "bustan-al-qasr"
    assert clip.suggestions["filmed"] == {"edtf": "2016-07-27", "why": "embedded-title"}


def test_a_file_name_suggests_place_and_date_when_nothing_better_is_there(draft: Draft) -> None:
    clip = examined(
        draft("syn_creation_1970.mp4", filename="deposit/2013-01-01/بستان_القصر_27-7-2016.mp4")
    )

    assert clip.suggestions["location"]["why"] == "file-name"
    assert clip.suggestions["filmed"] == {"edtf": "2016-07-27", "why": "file-name"}


@pytest.mark.parametrize(
    ("name", "doubt"),
    [
        ("syn_creation_1904.mp4", "epoch-1904"),
        ("syn_creation_1970.mp4", "epoch-1970"),
        ("syn_creation_2012_default_clock.mp4", "default-clock"),
        ("syn_creation_2040.mp4", "future"),
    ],
)
def test_a_clock_that_was_never_set_suggests_no_date_and_says_so(
    draft: Draft, name: str, doubt: str
) -> None:
    clip = examined(draft(name, filename="1.mp4"))

    assert "filmed" not in clip.suggestions
    assert clip.suggestions["notes"] == [doubt]
    assert str(REASONS[doubt])


def test_the_suggestion_follows_a_title_that_was_written_later(draft: Draft) -> None:
    clip = examined(draft("syn_creation_1904.mp4", filename="1.mp4"))
    clip.title_en = "Market in al-Sukkari"

    assert suggest(clip)["location"]["slug"] == "al-sukkari"
    assert "location" not in Clip.objects.get(pk=clip.pk).suggestions


@pytest.mark.parametrize(
    ("recorded", "day"),
    [
        ("2016-09-27T23:30:00Z", date(2016, 9, 28)),
        ("2016-09-27T20:30:00+00:00", date(2016, 9, 27)),
        ("2016-01-27T22:30:00+00:00", date(2016, 1, 28)),
        ("2016-09-27T00:30:00+03:00", date(2016, 9, 27)),
        ("2016-09-27T23:30:00", date(2016, 9, 27)),
        ("2016-09-27", date(2016, 9, 27)),
        ("yesterday", None),
    ],
)
def test_a_time_with_a_zone_becomes_the_day_it_was_in_aleppo(
    recorded: str, day: date | None
) -> None:
    assert damascus_day(recorded) == day
