"""Positions, typed names and titles lead to the right place, or to none."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from footage.places import Gazetteer, Place
from footage.vocabularies import CONFIDENCE, PLACE_KINDS

HERE = Path(__file__).parent
FIXTURES = HERE.parent.parent / "footage" / "fixtures"
ROWS: list[dict[str, Any]] = json.loads((FIXTURES / "gazetteer.json").read_text(encoding="utf-8"))
FILM: dict[str, Any] = json.loads((FIXTURES / "film.json").read_text(encoding="utf-8"))
NAMES = [
    (name, row["slug"])
    for row in ROWS
    for name in (row["name_en"], row["name_ar"], *(v["text"] for v in row["variants"]))
]
FIELDS = {
    "slug", "kind", "parent", "name_en", "name_ar", "variants", "latitude", "longitude",
    "polygon", "source", "note", "confidence",
}  # fmt: skip


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer(
        Place(
            slug=row["slug"],
            kind=row["kind"],
            name_en=row["name_en"],
            name_ar=row["name_ar"],
            variants=tuple(variant["text"] for variant in row["variants"]),
            latitude=row["latitude"],
            longitude=row["longitude"],
            polygon=row["polygon"],
            parent=row["parent"],
        )
        for row in ROWS
    )


def resolved(name: str) -> list[str]:
    return [place.slug for place in gazetteer().resolve(name)]


def found(title: str) -> list[str]:
    return [mention.place.slug for mention in gazetteer().find_in(title)]


def keys_within(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from keys_within(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_within(inner)


# --- The gazetteer itself


def test_nothing_says_who_held_a_place() -> None:
    assert set(keys_within(ROWS)) == FIELDS | {"text", "language", "type", "coordinates"}
    text = json.dumps(ROWS, ensure_ascii=False)
    assert not re.search(r"\bheld\b|opposition|besieged|frontline|geographic_side|ypg", text, re.I)


def test_every_place_hangs_below_the_city() -> None:
    by_slug = {row["slug"]: row for row in ROWS}
    assert len(by_slug) == len(ROWS) == 183
    for row in ROWS:
        chain = [row["slug"]]
        while (parent := by_slug[chain[-1]]["parent"]) is not None:
            assert parent not in chain
            chain.append(parent)
        assert chain[-1] == "aleppo"
    assert Counter(row["kind"] for row in ROWS)["district"] == 12


def test_kinds_and_slugs_are_well_formed() -> None:
    for row in ROWS:
        assert set(row) == FIELDS
        assert row["kind"] in PLACE_KINDS
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["slug"])
        assert row["confidence"] in {"high", "medium", "low"}
        assert row["source"]
        assert re.search(r"[\u0621-\u064a]", row["name_ar"])
        assert not re.search(r"[A-Za-z]", row["name_ar"])
        assert not re.search(r"[\u0600-\u06ff]", row["name_en"])


def test_every_point_lies_in_or_around_aleppo_and_near_its_polygon() -> None:
    for row in ROWS:
        assert 36.0 < row["latitude"] < 36.4, row["slug"]
        assert 36.9 < row["longitude"] < 37.4, row["slug"]
        if row["polygon"]:
            outline = shape(row["polygon"])
            assert outline.is_valid, row["slug"]
            assert not outline.is_empty
            assert outline.distance(Point(row["longitude"], row["latitude"])) < 0.002, row["slug"]


def test_the_file_keeps_its_order_and_six_decimals() -> None:
    text = (FIXTURES / "gazetteer.json").read_text(encoding="utf-8")
    assert len(text.splitlines()) == len(ROWS) + 2
    assert not re.search(r"\d\.\d{7}", text)
    kinds = [row["kind"] for row in ROWS]
    assert kinds[:13] == ["city"] + ["district"] * 12
    assert [r["slug"] for r in ROWS[13:]] == sorted(r["slug"] for r in ROWS[13:])


def test_only_polygons_under_a_free_licence_are_carried() -> None:
    for row in ROWS:
        if row["polygon"]:
            assert "Columbia Center for Spatial Research" in row["source"], row["slug"]


# --- The film


def test_the_film_speaks_both_languages_at_length_and_names_one_witness() -> None:
    for language in ("en", "ar"):
        assert 120 <= len(FILM[f"summary_{language}"].split()) <= 160
        for text in ("title", "source", "alternative_title"):
            assert FILM[f"{text}_{language}"]
        for text in ("byline", "biography", "source"):
            assert FILM["witness"][f"{text}_{language}"]
    assert FILM["broadcast"] == "2016-09-26"
    assert (FILM["witness"]["byline_en"], FILM["witness"]["byline_ar"]) == ("Ahmed", "أحمد")
    assert "testimony" not in FILM["witness"]


# --- Position


@pytest.mark.parametrize("slug", ["bustan-al-qasr", "al-fardous", "salah-al-din", "al-shaar"])
def test_a_point_inside_a_neighbourhood_finds_it(slug: str) -> None:
    inside = shape(gazetteer().places[slug].polygon).representative_point()
    place = gazetteer().containing(inside.y, inside.x)
    assert place is not None
    assert place.slug == slug


def test_a_point_elsewhere_finds_nothing() -> None:
    damascus, homs, the_sea = (33.5138, 36.2765), (34.7324, 36.7137), (35.5, 35.0)
    swapped = (37.16, 36.2)
    for latitude, longitude in (damascus, homs, the_sea, swapped, (0.0, 0.0)):
        assert gazetteer().containing(latitude, longitude) is None
        assert not gazetteer().covers(latitude, longitude)


def test_the_city_covers_every_place_it_lists_and_not_its_far_countryside() -> None:
    for row in ROWS:
        assert gazetteer().covers(row["latitude"], row["longitude"])
    for azaz_or_atarib in ((36.586, 37.047), (36.139, 36.825)):
        assert not gazetteer().covers(*azaz_or_atarib)


def test_where_polygons_overlap_the_smaller_one_answers() -> None:
    outer = {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]]}
    inner = {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]]}
    places = Gazetteer(
        Place(slug, "landmark", slug, slug, (), None, None, polygon, None)
        for slug, polygon in (("park", outer), ("pavilion", inner), ("nameless", None))
    )
    for position, expected in (((1.5, 1.5), "pavilion"), ((5.0, 5.0), "park")):
        place = places.containing(*position)
        assert place is not None
        assert place.slug == expected


def test_an_empty_gazetteer_knows_nothing() -> None:
    empty = Gazetteer([])
    assert empty.containing(36.2, 37.16) is None
    assert not empty.covers(36.2, 37.16)
    assert empty.resolve("حلب") == []
    assert empty.find_in("قصف على حي الشعار") == []


# --- Names typed alone

# Names that two places truly share. They answer with both.
AMBIGUOUS = {"المدينة القديمة": {"old-city", "souq-al-madina"}}


def test_every_name_and_variant_finds_its_place() -> None:
    wrong = {
        name: resolved(name)
        for name, slug in NAMES
        if resolved(name) != [slug] and set(resolved(name)) != AMBIGUOUS.get(name)
    }
    assert not wrong


@pytest.mark.parametrize(
    "name",
    ["Sha'ar", "Shaar", "ash-Sha'ar", "Ash Shaar", "al-Shaar", "Alshaar", "el Sha‘ar", "AL-SHAAR",
     "Shaar neighbourhood", "الشعار", "شعار", "حي الشعار", "الشّعّار", "ﺍﻟﺸﻌﺎﺭ", " الشعار "],
)  # fmt: skip
def test_one_neighbourhood_answers_to_many_spellings(name: str) -> None:
    assert resolved(name) == ["al-shaar"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Boustan el Qasr", "bustan-al-qasr"),
        ("Bustan al-Kasr", "bustan-al-qasr"),
        ("Salaheddin", "salah-al-din"),
        ("Salah el-Din", "salah-al-din"),
        ("Saif ad-Dawleh", "sayf-al-dawla"),
        ("Fardos", "al-fardous"),
        ("as Sukkari", "al-sukkari"),
        ("Sukkary", "al-sukkari"),
        ("الزهرا", "al-zahraa"),
        ("سيف الدوله", "sayf-al-dawla"),
        ("مساكن هنانو", "masaken-hanano"),
        ("Aleppo", "aleppo"),
        ("حلب", "aleppo"),
    ],
)
def test_spellings_nobody_listed_are_forgiven(name: str, slug: str) -> None:
    assert resolved(name) == [slug]


@pytest.mark.parametrize(
    "name",
    ["", " ", "-", "'", "al", "ال", "Homs", "Damascus", "حمص", "حليب", "مشهد", "القصر العدلي",
     "شهداء", "bread", "x", "2016", "🙂"],
)  # fmt: skip
def test_what_is_no_place_of_aleppo_finds_none(name: str) -> None:
    assert resolved(name) == []


# --- What must not be conflated


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("الزهراء", "بستان الزهرة"),
        ("هنانو", "ثكنة هنانو"),
        ("الأنصاري", "الأنصاري الشرقي"),
        ("السكن الشبابي بني زيد", "السكن الشبابي المعصرانية"),
        ("النيرب", "باب النيرب"),
        ("al-Nayrab", "Bab al-Nayrab"),
        ("حلب الجديدة", "الجديدة"),
        ("القصيلة", "الفيض"),
        ("Jamiyat al-Zahraa", "al-Zahraa"),
    ],
)
def test_near_names_stay_two_places(one: str, other: str) -> None:
    assert len(resolved(one)) == len(resolved(other)) == 1
    assert resolved(one) != resolved(other)
    assert found(f"قصف على حي {one}") == resolved(one)
    assert found(f"قصف على حي {other}") == resolved(other)


@pytest.mark.parametrize(
    ("title", "slugs"),
    [
        ("قصف على بلدتي نبل والزهراء بريف حلب", []),
        ("اشتباكات في نبل و الزهراء", []),
        ("Shelling of Nubl and Zahraa", []),
        ("اشتباكات على جبهة الزهراء بحلب", ["al-zahraa"]),
        ("دمار في حي الخالدية حمص", []),
        ("حمص - حي الخالدية - دمار", []),
        ("Destruction in al-Khalidiyeh, Homs", []),
        ("قصف على حي الخالدية بمدينة حلب", ["al-khalidiyeh"]),
        ("مظاهرة في حي الميدان دمشق", []),
        ("مظاهرة في حي الميدان بحلب", ["al-midan"]),
        ("سوق الحميدية في دمشق", []),
        ("ازدحام في سوق الحميدية", []),
        ("حريق في حي الحميدية", ["al-hamidiyeh"]),
        ("تجمع في ساحة المرجة بدمشق", []),
        ("غارات على حي المرجة", ["al-marjeh"]),
        ("اشتباكات في محيط ثكنة هنانو", ["thaknet-hanano"]),
        ("قصف على مساكن هنانو", ["masaken-hanano"]),
        ("توزيع حليب الأطفال", []),
        ("مشهد مؤثر لطفل", []),
        ("شاهد المشهد كاملا", []),
        ("انتشال عالقين في حي المشهد", ["al-mashhad"]),
        ("استهداف القصر العدلي", []),
        ("كرم أهل حلب في رمضان", []),
        ("تشييع الشهداء بعد القصف", []),
        ("الجرحى والشهداء في حي السكري", ["al-sukkari"]),
        ("مظاهرة 5 تشرين الثاني 2016 في حلب", []),
        ("كلمة قائد لواء صلاح الدين", []),
        ("حريق في بستان | القصر العدلي", []),
    ],
)
def test_a_homonym_or_an_ordinary_word_is_not_taken_for_a_place(
    title: str, slugs: list[str]
) -> None:
    assert found(title) == slugs


# --- Titles


@pytest.mark.parametrize(
    ("title", "slugs"),
    [
        ("قصف على باب النيرب", ["bab-al-nayrab"]),
        ("آثار القصف على حي #باب_النيرب بصاروخ", ["bab-al-nayrab"]),
        ("غارات على الصالحين و السكري وبستان القصر والمشهد",
         ["al-salihin", "al-sukkari", "bustan-al-qasr", "al-mashhad"]),
        ("سقوط برميل على حيّ الصاخور6-4-2014", ["al-sakhour"]),
        ("المشهد 16 4 2016", ["al-mashhad"]),
        ("مجزرة االكلاسة3 6 2016", ["al-kallaseh"]),
        ("دمار في حيي الجبيلة وأقيول", ["aghyur"]),
        ("استهداف مطار النيرب العسكري", ["aleppo-airport"]),
        ("Barrel bombs on Al-Ferdous and Bustan Al-Qasr neighborhoods - Aleppo",
         ["al-fardous", "bustan-al-qasr"]),
        ("Fires in Bab al-Nayrab", ["bab-al-nayrab"]),
        ("The Syrian Air Force over Aleppo", []),
        ("Hanano district, morning", ["masaken-hanano"]),
        ("", []),
    ],
)  # fmt: skip
def test_titles_name_their_places_in_order(title: str, slugs: list[str]) -> None:
    assert found(title) == slugs


def test_a_mention_quotes_the_words_as_written() -> None:
    title = "#حلب_نيوز | قصف على حيّ بُسْتان القَصر بحلب"
    (mention,) = gazetteer().find_in(title)
    assert mention.text == title[mention.start : mention.end] == "بُسْتان القَصر"
    assert mention.confidence == "probable"


def test_a_name_of_two_quarters_is_only_possible() -> None:
    (mention,) = gazetteer().find_in("قصف على حي الأنصاري")
    assert (mention.place.slug, mention.confidence) == ("al-ansari", "possible")
    (mention,) = gazetteer().find_in("قصف على الأنصاري الشرقي")
    assert (mention.place.slug, mention.confidence) == ("al-ansari-al-sharqi", "probable")


def test_published_titles_name_their_places() -> None:
    with (HERE.parent / "data" / "places" / "titles.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30
    for row in rows:
        assert sorted(found(row["title"])) == sorted(filter(None, row["places"].split("|"))), row


@given(
    st.text(
        st.one_of(st.characters(), st.sampled_from("الشعار حي بستان -'al Bab_#ـ\u064b")),
        max_size=40,
    )
)
def test_any_text_is_read_without_an_error(text: str) -> None:
    for mention in gazetteer().find_in(text):
        assert text[mention.start : mention.end] == mention.text
        assert mention.confidence in CONFIDENCE
    gazetteer().resolve(text)


@pytest.mark.acceptance
def test_all_published_titles_reach_95_per_cent_in_both_measures(shared_data: Path) -> None:
    """Against labels made by strict comparison, some of which come from the description alone."""
    right = invented = missed = 0
    with (shared_data / "metadata/aleppo_footage_metadata.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        for row in csv.DictReader(file):
            if row["title_ar"]:
                expected = set(filter(None, row["place_ids_silver"].split("|")))
                named = set(found(row["title_ar"]))
                right += len(expected & named)
                invented += len(named - expected)
                missed += len(expected - named)
    assert right > 1500
    precision, recall = right / (right + invented), right / (right + missed)
    assert precision >= 0.95, precision
    assert recall >= 0.95, recall


@pytest.mark.acceptance
def test_every_collected_variant_finds_its_place(shared_data: Path) -> None:
    with (shared_data / "text/arabic/place_variant_pairs.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        for row in csv.DictReader(file):
            for name in (row["variant"], row["canonical"]):
                assert row["place_id"] in resolved(name), name
                assert len(resolved(name)) == 1 or name in AMBIGUOUS, name
