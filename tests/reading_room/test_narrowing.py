"""A list is narrowed by links: with exact counts, each choice shown, each to be taken back."""

import re
from html import unescape

import pytest
from django.test import Client

from tests.catalogue.indexes import index
from tests.reading_room import rows

pytestmark = pytest.mark.django_db


def links(body: str) -> dict[str, str]:
    """Where each link of a page leads, by its words."""
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', body, re.DOTALL)
    return {
        " ".join(unescape(re.sub(r"<[^>]+>", " ", words)).split()): unescape(path)
        for path, words in found
    }


def facet(body: str, title: str) -> str:
    """The part of a page that offers the values of one facet."""
    begin = body.index(f"<summary>{title}</summary>")
    return body[begin : body.find('<details class="facet"', begin)]


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def an_archive() -> None:
    rows.names()
    rows.a_clip(subjects=("food-and-bread",), filmed="2016-11-28")
    rows.a_clip(subjects=("play",), filmed="2016-11")
    rows.a_clip(subjects=("play",), filmed="2014-05-02", neighbourhood="al-shaar", place="al-shaar")
    rows.a_clip(subjects=("school",), filmed="2016")
    rows.a_testimony()


def test_a_value_leads_to_its_list_and_a_second_one_can_be_added(client: Client) -> None:
    an_archive()
    one = links(facet(read(client, "/en/clips/"), "Subject"))
    assert one["Play and sport"] == "/en/clips/?subject=play"
    both = read(client, one["Play and sport"])
    assert "<bdi>2</bdi>" in facet(both, "Subject").partition("Play and sport")[2]
    added = links(facet(both, "Subject"))["Food and bread"]
    assert added == "/en/clips/?subject=play&subject=food-and-bread"
    last = links(read(client, added))
    assert last["Play and sport × (remove)"] == "/en/clips/?subject=food-and-bread"
    assert last["Subject: Play and sport × (remove)"] == "/en/clips/?subject=food-and-bread"


def test_testimonies_are_added_to_the_clips_that_nobody_chose(client: Client) -> None:
    an_archive()
    kinds = links(facet(read(client, "/en/clips/"), "Clips or testimonies"))
    (testimonies,) = kinds.values()
    assert testimonies == "/en/clips/?kind=clip&kind=testimony"
    assert ">5</bdi> records" in " ".join(read(client, testimonies).split())


@pytest.mark.parametrize("indexed", [True, False])
def test_years_lead_to_months_and_months_back(client: Client, indexed: bool) -> None:
    an_archive()
    if indexed:
        index()
    years = links(facet(read(client, "/en/clips/"), "Year and month"))
    assert list(years) == ["2014", "2016"]
    assert years["2016"] == "/en/clips/?from=2016-01-01&to=2016-12-31"
    body = read(client, years["2016"])
    months = facet(body, "Year and month")
    assert links(months)["November 2016"] == "/en/clips/?from=2016-11-01&to=2016-11-30"
    assert links(months)["2016 × (remove)"] == "/en/clips/"
    november = months[months.index("November 2016") :]
    assert november.index("<bdi>2</bdi>") < november.index("+<bdi>1</bdi>")


def test_only_the_certain_ones_can_be_asked_for(client: Client) -> None:
    an_archive()
    body = read(client, "/en/clips/?from=2016-11&to=2016-11")
    assert "Possibly: the date is not certain" in body
    certainly = links(body)["Only the certain ones"]
    assert certainly == "/en/clips/?from=2016-11-01&to=2016-11-30&certainly=1"
    narrowed = read(client, certainly)
    assert "Possibly: the date is not certain" not in narrowed
    assert narrowed.count('<article class="card') == 2
    assert links(narrowed)["Also what may be of these days"] == certainly.replace(
        "&certainly=1", ""
    )


@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_bar_is_a_link_that_says_its_time_and_its_numbers(
    client: Client, language: str
) -> None:
    an_archive()
    body = read(client, f"/{language}/clips/")
    chart = body[body.index('<figure class="histogram"') : body.index("</figure>")]
    bars = re.findall(r'<a href="([^"]+)"><title>([^<]+)</title>.*?x="(\d+)"', chart)
    said = {label: (unescape(path), int(x)) for path, label, x in bars}
    label = {
        "en": "November 2016: certainly 2, possibly 1",
        "ar": "تشرين الثاني 2016: يقينًا 2، احتمالًا 1",
    }[language]
    path, x = said[label]
    assert path == f"/{language}/clips/?from=2016-11-01&to=2016-11-30"
    earliest = min(said.values(), key=lambda each: each[0])
    assert (earliest[1] < x) == (language == "en"), "time runs as the script does"


@pytest.mark.parametrize(
    ("typed", "language", "said"),
    [
        ("from=31/2/2015", "en", "From: There is no day"),
        ("to=%D9%A3%D9%A1/%D9%A2/%D9%A2%D9%A0%D9%A1%D9%A5", "ar", "إلى: لا يوجد يوم"),
        ("from=yesterday", "en", "is not a date the archive can read. Write it as"),
        ("from=0000", "en", "no year between 0001 and 9999"),
        ("to=unknown", "en", "An unknown date bounds nothing"),
        ("from=../2016", "en", "open at that end"),
        ("from=2016&to=2014", "en", "“From” was later than “To”: the two were exchanged."),
    ],
)
def test_a_date_that_cannot_be_used_is_named_with_its_mend(
    client: Client, typed: str, language: str, said: str
) -> None:
    assert said in read(client, f"/{language}/clips/?{typed}")


def test_dates_are_read_in_either_digits_and_in_both_languages_months(client: Client) -> None:
    an_archive()
    for typed in ("28/11/2016", "٢٨/١١/٢٠١٦", "28 November 2016", "٢٨ تشرين الثاني ٢٠١٦"):
        body = client.get("/en/clips/", {"from": typed, "to": typed}).content.decode()
        assert 'class="note"' not in body, typed
        assert "28 November 2016 <span" in re.sub(r"</?bdi>", "", body), typed


def test_dates_written_the_wrong_way_round_are_read_whole(client: Client) -> None:
    an_archive()
    body = read(client, "/en/clips/?from=2016&to=2014")
    assert 'value="2014-01-01"' in body and 'value="2016-12-31"' in body


def test_nothing_found_offers_less_and_what_lies_near(client: Client) -> None:
    rows.names()
    for slug, north in (("near", 36.201), ("far", 36.260), ("al-kallaseh", 36.200)):
        facts = {"kind": "neighbourhood", "latitude": north, "longitude": 37.14}
        rows.name("neighbourhood", slug, slug.title(), slug, facts=facts)
    rows.a_clip(neighbourhood="far", place="far")
    rows.a_clip(neighbourhood="near", place="near")
    body = read(client, "/en/clips/?neighbourhood=al-kallaseh&kind=clip")
    near = body[body.index("Places near by") :]
    assert near.index("Near") < near.index("Far")
    assert links(near)["Near"] == "/en/clips/?kind=clip&neighbourhood=near" or links(near)[
        "Near"
    ].endswith("neighbourhood=near")
    assert "Search again without:" in body
    index()
    body = read(client, "/en/clips/?q=Kalaseh+bread")
    assert links(body)["Al-Kallaseh bread"] == "/en/clips/?q=Al-Kallaseh+bread"


def test_the_list_of_testimonies_honours_words_and_choices(client: Client) -> None:
    rows.names()
    rows.a_testimony(title_en="What the baker saw", subjects=("food-and-bread",))
    rows.a_testimony(title_en="What the teacher saw", subjects=("school",))
    rows.a_clip(title_en="The teacher's school", subjects=("school",))
    index()
    for asked in ("subject=school", "q=teacher", "q=teacher&kind=clip"):
        body = read(client, f"/en/testimonies/?{asked}")
        assert "What the teacher saw" in body and "baker" not in body, asked
        assert "The teacher&#x27;s school" not in body
    assert links(read(client, "/en/testimonies/?q=teacher"))["Words: teacher × (remove)"] == (
        "/en/testimonies/"
    )


def test_the_order_is_a_link_that_keeps_the_choices(client: Client) -> None:
    an_archive()
    orders = links(read(client, "/en/clips/?subject=play"))
    assert orders["Earliest filmed first"] == "/en/clips/?subject=play&sort=oldest"
    assert "Best match first" not in orders


def test_so_much_is_chosen_that_no_value_repeats_it(client: Client) -> None:
    an_archive()
    chosen = "&".join(f"neighbourhood={'n' * 70}{number}" for number in range(39))
    body = read(client, f"/en/clips/?{chosen}")
    assert "Take something away first" in body
    assert len(body) < 250_000
