"""What is shown of a date and a place: by rule, the same whatever the truth inside it was."""

from typing import Any

import orjson
import pytest
from django.test import Client

from footage import publishing
from footage.catalogue.models import PublicRecord
from footage.publishing import rows
from footage.publishing.coarsening import coarsened_date, coarsened_place
from tests import world


@pytest.mark.parametrize(
    ("written", "precision", "shown"),
    [
        ("2016-09-24T05:10:22", "minute", "2016-09-24T05:10:00"),
        ("2016-09-24T05:10:22", "day", "2016-09-24"),
        ("2016-09-24?", "day", "2016-09-24?"),
        ("2016-09-24~", "month", "2016-09~"),
        ("2016-09-XX", "month", "2016-09"),
        ("2016-09-24/2016-09-28", "month", "2016-09"),
        ("2016-09-24/2016-10-02", "month", "2016-09/2016-10"),
        ("2016-09-24/..", "month", "2016-09/.."),
        ("2016-21", "month", "2016-21"),
        ("2016-21", "year", "2016"),
        ("2016-24", "year", "2016/2017"),
        ("2016-24?", "year", "2016?/2017?"),
        ("2016-09-24", "year", "2016"),
        ("201X", "year", "201X"),
        ("XXXX", "day", "XXXX"),
        ("2016", "minute", "2016"),
    ],
)
def test_a_date_is_shown_no_finer_than_chosen(written: str, precision: str, shown: str) -> None:
    coarse = coarsened_date(written, precision)
    assert coarse.edtf == shown
    assert coarsened_date(coarse.edtf, precision) == coarse, "coarsening again changes nothing"
    fine = coarsened_date(written, "minute")
    if fine.earliest and coarse.earliest:
        assert coarse.earliest <= fine.earliest, "the truth stays within what is shown"
    if fine.latest and coarse.latest:
        assert coarse.latest >= fine.latest


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("precision", "place", "neighbourhood", "point"),
    [
        ("exact", "bakery-street", "al-shaar", (36.2117, 37.1839)),
        ("site", "bakery-street", "al-shaar", (36.2112, 37.1834)),
        ("neighbourhood", "al-shaar", "al-shaar", (36.21, 37.18)),
        ("city", "aleppo", None, (None, None)),
    ],
)
def test_a_place_is_shown_no_finer_than_chosen(
    precision: str,
    place: str,
    neighbourhood: str | None,
    point: tuple[float | None, float | None],
) -> None:
    clip = world.clip(
        location=world.bakery_street(),
        latitude=36.21171,
        longitude=37.18394,
        location_precision=precision,
    )
    shown = coarsened_place(clip)
    assert (shown.place, shown.neighbourhood) == (place, neighbourhood)
    assert (shown.latitude, shown.longitude) == point


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("precision", "known", "said"),
    [
        ("exact", "device-position", "device-position"),
        ("exact", "journalist", "journalist"),
        ("site", "device-position", "came-with-it"),
        ("neighbourhood", "device-position", "came-with-it"),
        ("city", "device-position", "came-with-it"),
        ("neighbourhood", "journalist", "came-with-it"),
        ("neighbourhood", "landmarks", "landmarks"),
        ("unknown", "device-position", ""),
    ],
)
def test_nothing_says_that_a_device_recorded_a_position_that_is_withheld(
    precision: str, known: str, said: str
) -> None:
    position = {"location": world.bakery_street(), "latitude": 36.21171, "longitude": 37.18394}
    clip = world.clip(
        **(position if precision != "unknown" else {"location": None}),
        location_precision=precision,
        location_basis=known,
    )
    row = world.published(clip)
    document = row.read()
    assert (document.place_basis, bool(document.place_confidence)) == (said, bool(said))
    assert [finding.code for finding in publishing.audit_public()] == []
    # What an older archive published is found by its audit.
    row = rows.put(document.model_copy(update={"place_basis": known}), quietly=True)
    found = [finding.code for finding in publishing.audit_public()]
    assert found == (["place-basis"] if said != known else [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("filmed", "precision", "known", "said"),
    [
        ("2016-09-24T05:10:22", "minute", "device-clock", "device-clock"),
        ("2016-09-24", "day", "device-clock", "device-clock"),
        ("2016-09-24?", "day", "journalist", "journalist"),
        ("2016-09-24", "month", "device-clock", "came-with-it"),
        ("2016-09-24", "month", "journalist", "came-with-it"),
        ("2016-09-24", "year", "device-clock", "came-with-it"),
        ("2016-09-24", "year", "shadows-or-weather", "shadows-or-weather"),
        ("2016-09", "day", "device-clock", "came-with-it"),
        ("2016-09-24/2016-09-26", "day", "journalist", "came-with-it"),
        ("XXXX", "day", "device-clock", ""),
    ],
)
def test_nothing_says_that_a_device_recorded_a_day_that_is_withheld(
    filmed: str, precision: str, known: str, said: str
) -> None:
    row = world.published(filmed=filmed, filmed_precision=precision, filmed_basis=known)
    document = row.read()
    assert (document.filmed_basis, bool(document.filmed_confidence)) == (said, bool(said))
    assert [finding.code for finding in publishing.audit_public()] == []
    # What an older archive published is found by its audit.
    rows.put(document.model_copy(update={"filmed_basis": known}), quietly=True)
    found = [finding.code for finding in publishing.audit_public()]
    assert found == (["filmed-basis"] if said != known else [])


@pytest.mark.django_db
@pytest.mark.parametrize("precision", ["city", "site", "neighbourhood"])
def test_a_whole_city_or_district_is_no_point_in_any_form(client: Client, precision: str) -> None:
    """The middle of a city looks like a spot that somebody knows."""
    place = world.shaar().parent
    if precision == "city":
        place = place.parent
    place.latitude, place.longitude = 36.2056, 37.1578
    place.save()
    row = world.published(world.clip(location=place, location_precision=precision))
    assert row.read().place == place.slug, "the place is still told"
    (feature,) = orjson.loads(b"".join(client.get("/export/clips.geojson")))["features"]
    assert feature["geometry"] is None
    for path in (
        f"/en/clips/{row.reference}/",
        f"/api/v1/records/{row.reference}",
        "/export/clips.csv",
        "/oai?verb=ListRecords&metadataPrefix=oai_datacite",
    ):
        answer = client.get(path)
        content = b"".join(answer) if answer.streaming else answer.content
        assert row.reference.encode() in content
        assert b"36.205" not in content and b"37.157" not in content, path
    assert [finding.code for finding in publishing.audit_public()] == []
    # What an older archive published is found by its audit.
    rows.put(row.read().model_copy(update={"latitude": 36.2056}), quietly=True)
    assert [finding.code for finding in publishing.audit_public()] == ["place-point"]


@pytest.mark.django_db
def test_every_surface_says_the_same_four_digits_of_a_point(client: Client) -> None:
    quarter = world.shaar()
    quarter.latitude, quarter.longitude = 36.2094567, 37.1823412
    quarter.save()
    row = world.published(world.clip(location=quarter, location_precision="neighbourhood"))
    said = (36.2095, 37.1823)
    record = client.get(f"/api/v1/records/{row.reference}").json()
    place = client.get("/api/v1/authorities/neighbourhood/al-shaar").json()["facts"]
    line = orjson.loads(next(iter(client.get("/export/clips.jsonl"))).splitlines()[0])
    (feature,) = orjson.loads(b"".join(client.get("/export/clips.geojson")))["features"]
    assert {(each["latitude"], each["longitude"]) for each in (record, place, line)} == {said}
    assert tuple(reversed(feature["geometry"]["coordinates"])) == said
    for path in (
        f"/en/clips/{row.reference}/",
        "/export/clips.csv",
        f"/iiif/{row.reference}/manifest.json",
    ):
        answer = client.get(path)
        content = b"".join(answer) if answer.streaming else answer.content
        assert b"36.2094" not in content and b"37.18234" not in content, path
    assert "36.2095, 37.1823" in client.get(f"/en/clips/{row.reference}/").content.decode()


@pytest.mark.django_db
def test_lists_calendar_and_neighbours_sort_by_what_is_shown_alone() -> None:
    person = world.journalist("Nour")
    for day in ("2016-09-30", "2016-09-02", "2016-09-17"):
        world.published(
            world.clip(journalist=person, filmed=day, filmed_precision="month"),
        )
    references = sorted(PublicRecord.objects.values_list("reference", flat=True))
    client = Client()

    def order(address: str) -> list[str]:
        page = client.get(address).content.decode()
        return sorted(references, key=page.index)

    for sort in ("newest", "oldest"):
        assert order(f"/en/clips/?sort={sort}") == references
    bounds = set(PublicRecord.objects.values_list("filmed_from", "filmed_to"))
    assert bounds == {(world.day("2016-09-01"), world.day("2016-09-30"))}
    of_a_day = [client.get(f"/en/dates/2016/09/{day}/").content.decode() for day in ("02", "03")]
    assert of_a_day[0].count("AA-") == of_a_day[1].count("AA-") > 0


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_record_says_the_same_of_every_moment_inside_what_it_shows(language: str) -> None:
    def answers(**truth: Any) -> tuple[str, str]:
        clip = world.clip(filmed_precision="month", **truth)
        row = world.published(clip)
        response = Client().get(f"/{language}/clips/{row.reference}/")
        shown = response.content.decode().split("<main", 1)[1].split("</main>")[0]
        document = row.document or ""
        for copy in row.read().renditions:
            for text in (copy.name, copy.fixity, f'"bytes":{copy.bytes},'):
                document = document.replace(text, "")
                shown = shown.replace(text, "")
        row.delete()
        return document.replace(row.reference, ""), shown.replace(row.reference, "")

    early = answers(filmed="2016-09-02T05:10:00", location=world.bakery_street())
    late = answers(filmed="2016-09-28", location=world.shaar())
    assert early[0] == late[0]
