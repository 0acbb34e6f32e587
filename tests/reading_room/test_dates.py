"""The calendar and the timeline: certain and possible apart, under the query of the address."""

import re
from html import unescape

import pytest
from django.test import Client

from tests.reading_room import rows

pytestmark = pytest.mark.django_db


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def an_archive() -> None:
    rows.names()
    rows.a_clip(filmed="2016-11-28", subjects=("play",))
    rows.a_clip(filmed="2016-11-28")
    rows.a_clip(filmed="2016-11", subjects=("play",))
    rows.a_clip(filmed="2016-12~")
    rows.a_clip(filmed="2014-04-12")


def test_a_year_shows_its_days_with_the_certain_and_the_possible_apart(client: Client) -> None:
    an_archive()
    body = read(client, "/en/dates/2016/")
    (label,) = re.findall(r'href="/en/dates/2016/11/28/">(.*?)</a>', body)
    said = re.sub(r"<[^>]+>", "", label)
    assert said.endswith("28 November 2016: certainly 2, possibly 1")
    assert 'class="shade-of-0 maybe-only" href="/en/dates/2016/12/05/"' in body
    assert "3 clips are certainly of this year. 1 more may be." in re.sub(r"</?bdi>", "", body)
    arabic = read(client, "/ar/dates/2016/")
    assert "تشرين الثاني" in arabic and "/ar/dates/2016/11/28/" in arabic


@pytest.mark.parametrize(
    ("kinds", "english", "arabic"),
    [
        ("", "2 clips", "مقطعان"),
        ("?kind=testimony", "3 testimonies", "3 شهادات"),
        ("?kind=clip&kind=testimony", "5 records", "5 سجلات"),
    ],
)
def test_a_number_says_of_what_it_is(client: Client, kinds: str, english: str, arabic: str) -> None:
    rows.names()
    for _clip in range(2):
        rows.a_clip(filmed="2016-11-28")
    for _testimony in range(3):
        rows.a_testimony(filmed="2016-11-28", neighbourhood="bustan-al-qasr")
    for language, said in (("en", english), ("ar", arabic)):
        for page in ("dates/2016/", "dates/2016/11/", "dates/2016/11/28/"):
            body = re.sub(r"</?bdi>", "", read(client, f"/{language}/{page}{kinds}"))
            certainly = "are certainly of this" if language == "en" else "من هذ"
            assert f"{said} {certainly}" in body, page
        for page in ("dates/", "dates/2016/11/", "clips/", "neighbourhoods/", "map/"):
            body = re.sub(r"</?bdi>", "", read(client, f"/{language}/{page}{kinds}"))
            assert re.search(rf">\s*{said}\s*<", body), page


def test_each_month_of_the_year_begins_under_its_weekday(client: Client) -> None:
    an_archive()
    body = read(client, "/en/dates/2016/")
    november = body[body.index('id="month-11"') : body.index('id="month-12"')]
    assert november.count('<li aria-hidden="true">') == 3, "1 November 2016 was a Tuesday"


def test_the_calendar_keeps_the_query_on_its_way_to_the_day(client: Client) -> None:
    an_archive()
    body = read(client, "/en/dates/?subject=play")
    assert "2014" not in body[body.index("<h1>") : body.index("<footer")]
    for address in (
        "/en/dates/2016/?subject=play",
        "/en/dates/2016/11/?subject=play",
        "/en/dates/2016/11/28/?subject=play",
    ):
        assert f'href="{address}"' in body
        body = read(client, address)
    assert body.count('<article class="card') == 2
    assert "Possibly: the date is not certain" in body
    assert 'href="/en/clips/?subject=play&from=2016-11-28&to=2016-11-28"' in body


def test_the_pages_of_a_narrowed_day_follow_one_another(client: Client) -> None:
    rows.names()
    for _ in range(30):
        rows.a_clip(filmed="2016-11-28")
    first = read(client, "/en/dates/2016/11/28/?subject=food-and-bread")
    (following,) = re.findall(r'href="(\S+)" rel="next">\s*Next page', first)
    assert following.startswith("/en/dates/2016/11/28/?subject=food-and-bread&after=")
    assert read(client, following).count('<article class="card') == 6


def test_dates_within_a_range_show_nothing_beyond_it(client: Client) -> None:
    an_archive()
    body = read(client, "/en/dates/?from=2016-11&to=2016-12")
    assert 'id="year-2016"' in body and 'id="year-2014"' not in body


def test_a_year_and_a_day_say_that_a_query_finds_nothing_and_not_that_there_is_nothing(
    client: Client,
) -> None:
    an_archive()
    for path in ("2014/", "2014/04/12/"):
        page = read(client, f"/en/dates/{path}?subject=play")
        assert "0</bdi> clips answer to all of this" in page and "No published footage" not in page


def test_what_has_no_date_is_not_said_to_be_nothing(client: Client) -> None:
    rows.names()
    rows.a_clip(filmed="XXXX", subjects=("water",))
    page = read(client, "/en/dates/?subject=water")
    assert "Nothing of a known date answers" in page and "clips answer to all" not in page
    assert 'href="/en/clips/?subject=water">As a list</a>' in page


def test_events_stand_beside_the_days_they_happened_on(client: Client) -> None:
    rows.names()
    rows.name("event", "siege", "The siege", "الحصار", facts={"happened": "2016-07-17/2016-12-22"})
    rows.name("event", "broken", "Broken", "مكسور", facts={"happened": "yesterday"})
    rows.name("event", "undated", "Undated", "بلا تاريخ", facts={"happened": "XXXX"})
    everything = read(client, "/en/dates/")
    timeline = everything[everything.index('<ol class="timeline">') :]
    assert timeline.index("The siege") < timeline.index("The bakery strike")
    assert "Broken" not in timeline and "Undated" not in timeline
    day = read(client, "/ar/dates/2016/11/28/")
    assert "قصف الفرن" in day and "الحصار" in day
    other = read(client, "/en/dates/2016/08/01/")
    assert "The siege" in other and "The bakery strike" not in other
    assert "What happened then" not in read(client, "/en/dates/2015/")


def test_the_legend_says_what_each_shade_stands_for(client: Client) -> None:
    rows.names()
    for month, number in ((1, 1), (2, 3), (3, 12)):
        for _ in range(number):
            rows.a_clip(filmed=f"2016-{month:02}-05")
    body = read(client, "/en/dates/")
    legend = body[body.index('<ul class="legend"') :]
    ranges = re.findall(r'<bdi dir="ltr">([\d–]+)</bdi>', legend)
    assert ranges[0].startswith("1") and ranges[-1].endswith("12")


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("1880/", ["1881/"]),
        ("2199/", ["2198/"]),
        ("1880/01/", ["1880/02/"]),
        ("2199/12/", ["2199/11/"]),
        ("1880/01/01/", ["1880/01/02/"]),
        ("2199/12/31/", ["2199/12/30/"]),
        ("2014/06/", ["2014/05/", "2014/07/"]),
    ],
)
def test_no_page_of_a_date_leads_beyond_the_years_there_are(
    client: Client, path: str, others: list[str]
) -> None:
    body = client.get(f"/en/dates/{path}").content.decode()
    paging = body[body.index('<nav class="paging"') :]
    assert re.findall(r'href="/en/dates/([^"]*)"', paging[: paging.index("</nav>")]) == others
    assert all(client.get(f"/en/dates/{other}").status_code == 200 for other in others)
