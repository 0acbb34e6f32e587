"""Lists: what a query finds, in which order, how it is paged, and what a hostile address does."""

import base64
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue import database
from footage.catalogue.cursors import packed
from footage.catalogue.queries import Query
from tests.catalogue.indexes import index
from tests.reading_room import rows

pytestmark = pytest.mark.django_db


def asked(address: str) -> Query:
    return Query.read(QueryDict(address))


def found(address: str) -> list[str]:
    return [row.reference for row in database.page(asked(address), 500).records]


def test_clips_are_listed_and_testimonies_only_when_asked_for() -> None:
    clip, testimony = rows.a_clip(), rows.a_testimony()
    assert found("") == [clip.reference]
    assert found("kind=testimony") == [testimony.reference]
    assert set(found("kind=clip&kind=testimony")) == {clip.reference, testimony.reference}


@pytest.mark.parametrize(
    ("language", "clips", "testimonies", "none"),
    [
        ("en", "2 clips", "1 testimony", "0 clips answer to all of this"),
        ("ar", "مقطعان", "شهادة واحدة", "لا مقاطع توافق هذا كله"),
    ],
)
def test_what_is_found_of_the_other_kind_is_said_and_led_to(
    client: Client, language: str, clips: str, testimonies: str, none: str
) -> None:
    told = rows.a_testimony(subjects=("play", "school"))
    for _clip in range(2):
        rows.a_clip(subjects=("school",))

    def read(query: str) -> str:
        body = client.get(f"/{language}/clips/{query}").content.decode()
        return " ".join(re.sub(r"</?bdi>", "", body).split())

    def links(query: str) -> dict[str, str]:
        return {
            said: path for path, said in re.findall(r'<a href="([^"]*)">([^<]*)</a>', read(query))
        }

    for subject in ("play", "school"):
        path = f"/{language}/clips/?kind=testimony&amp;subject={subject}"
        assert links(f"?subject={subject}")[testimonies] == path
        assert told.reference in read(f"?subject={subject}&kind=testimony")
    path = f"/{language}/clips/?kind=clip&amp;subject=school"
    assert links("?subject=school&kind=testimony")[clips] == path
    # Nobody is told that nothing is there when it was not looked among testimonies.
    assert none in read("?subject=play") and none not in read("?subject=work")
    both = f"/{language}/clips/?kind=clip&amp;kind=testimony&amp;subject=play"
    assert both in links("?subject=play").values()
    for query in ("", "?subject=school&kind=clip&kind=testimony"):
        assert f">{testimonies}</a>" not in read(query)


@pytest.mark.parametrize(
    ("language", "title", "withdrawn", "wrong", "unknown"),
    [
        ("en", "Bread queue at dawn", "withdrawn", "typing error", "No record has this reference"),
        ("ar", "طابور الخبز عند الفجر", "مسحوب", "خطأ طباعي", "لا سجل يحمل هذا المرجع"),
    ],
)
def test_a_reference_that_is_searched_leads_to_its_record(
    client: Client, language: str, title: str, withdrawn: str, wrong: str, unknown: str
) -> None:
    rows.names()
    clip, testimony, gone = rows.a_clip(), rows.a_testimony(), rows.a_clip()
    rows.withdraw(gone)
    index()
    client.get(f"/{language}/")  # Names are remembered from here on.

    def said(text: str) -> str:
        with CaptureQueriesContext(connection) as queries:
            body = client.get(f"/{language}/clips/", {"q": text}).content.decode()
        assert len(queries) <= 3
        return body[body.index('class="empty"') : body.index('id="narrow"')]

    # As it is typed from paper: without hyphens, in small letters, with blanks.
    for typed in (clip.reference, clip.reference.lower().replace("-", " ")):
        assert f'href="/{language}/clips/{clip.reference}/"' in said(typed) and title in said(typed)
    assert f'href="/{language}/testimonies/{testimony.reference}/"' in said(testimony.reference)
    assert f'href="/{language}/clips/{gone.reference}/"' in said(gone.reference)
    assert withdrawn in said(gone.reference) and title not in said(gone.reference)
    assert unknown in said(rows.a_reference())
    mistyped = clip.reference[:-1] + ("2" if clip.reference[-1] != "2" else "3")
    assert wrong in said(mistyped)


def test_a_repeated_key_is_or_and_two_keys_are_and() -> None:
    bread = rows.a_clip(subjects=("food-and-bread",), verification="verified")
    school = rows.a_clip(subjects=("school",), verification="unverified")
    rows.a_clip(subjects=("play",), verification="verified")
    both = {bread.reference, school.reference}
    assert set(found("subject=food-and-bread&subject=school")) == both
    assert found("subject=food-and-bread&subject=school&verification=verified") == [bread.reference]


def test_a_withdrawn_clip_is_in_no_list_and_in_no_count() -> None:
    kept, gone = rows.a_clip(), rows.a_clip()
    rows.withdraw(gone)
    counted = database.facets(asked(""))
    assert found("") == [kept.reference]
    assert (counted.total, counted.counts["subject"]) == (1, {"food-and-bread": 1})


@pytest.mark.parametrize(
    ("filmed", "on_that_day", "in_that_month"),
    [
        ("2016-11-28", "certain", "certain"),
        ("2016-11-28T14:30:00", "certain", "certain"),
        ("2016-11-28?", "possible", "possible"),
        ("2016-11", "possible", "certain"),
        ("2016-11~", "possible", "possible"),
        ("2016-11-27/2016-11-29", "possible", "certain"),
        ("2016", "possible", "possible"),
        ("2016-07-17/..", "possible", "possible"),
        ("../2016-12-22", "possible", "possible"),
        ("2016-11-27", "absent", "certain"),
        ("2016-12-01", "absent", "absent"),
        ("XXXX", "absent", "absent"),
    ],
)
def test_an_uncertain_date_is_possible_on_every_day_it_may_mean(
    filmed: str, on_that_day: str, in_that_month: str
) -> None:
    rows.a_clip(filmed=filmed)
    outcome = {(0, 0): "absent", (1, 0): "certain", (0, 1): "possible"}
    for address, expected in (
        ("from=2016-11-28&to=2016-11-28", on_that_day),
        ("from=2016-11&to=2016-11", in_that_month),
    ):
        counted = database.facets(asked(address))
        assert outcome[(counted.certain, counted.possible)] == expected, address
        rows_found = database.page(asked(address)).records
        assert [asked(address).certainly(row) for row in rows_found] == {
            "absent": [],
            "certain": [True],
            "possible": [False],
        }[expected]


def an_uneven_archive() -> list[str]:
    """Clips of equal days, of no day, and published at equal moments."""
    days = [
        "2016-11-28",
        "2016-11-28",
        "2014",
        "XXXX",
        "2016-11-28",
        "XXXX",
        "2012-07-20",
        "../2013",
    ]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = []
    for number, day in enumerate(days):
        document = rows.a_document(rows.a_reference(500 - number), filmed=day)
        moment = start + timedelta(days=number // 3)
        made.append(rows.publish(document, published_at=moment).reference)
    return made


@pytest.mark.parametrize("sort", ["newest", "oldest", "published"])
def test_paging_forward_and_back_meets_every_clip_once(sort: str) -> None:
    made = an_uneven_archive()
    whole = found(f"sort={sort}")
    assert sorted(whole) == sorted(made)
    seen, after, steps = [], "", []
    while True:
        page = database.page(asked(f"sort={sort}&after={after}"), 3)
        seen += [row.reference for row in page.records]
        steps.append(page)
        if not page.following:
            break
        after = page.following
    assert seen == whole
    assert steps[0].preceding == ""
    back: list[str] = []
    before = steps[-1].preceding
    while before:
        page = database.page(asked(f"sort={sort}&after={before}"), 3)
        back = [row.reference for row in page.records] + back
        assert page.following
        before = page.preceding
    assert back == whole[: len(back)] and len(back) == len(whole) - len(steps[-1].records)


def test_undated_clips_come_last_whichever_way_the_days_run() -> None:
    rows.a_clip(1, filmed="XXXX"), rows.a_clip(2, filmed="2012"), rows.a_clip(3, filmed="2016")
    undated, early, late = (rows.a_reference(number) for number in (1, 2, 3))
    assert found("") == [late, early, undated]
    assert found("sort=oldest") == [early, late, undated]


def unsealed(parts: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "AAAA====",
        "é",
        "a" * 5000,
        unsealed(["newest", False, "2017-01-01", "AA"]),
        unsealed(["published", False, 1 << 40, "AA"]),
        # As if somebody knew the secret.
        None,
        {},
        [],
        ["newest", 1, "2016-11-28", "AA"],
        ["newest", False, 5, "AA"],
        ["newest", False, "2016-99-99", "AA"],
        ["newest", False, "2016-11-28", "A' OR 1=1"],
        ["newest", False, "2016-11-28", None],
        ["published", False, None, "AA"],
        ["published", False, "2016-11-28T00:00:00", "AA"],
        ["newest", False, [["2016"]], {"a": 1}],
        ["surely", False, True, "AA"],
    ],
)
def test_a_forged_cursor_shows_the_first_page_and_says_so(client: Client, cursor: Any) -> None:
    rows.a_clip()
    cursor = cursor if isinstance(cursor, str) else packed(cursor)
    for path in ("clips/", "testimonies/", "dates/2016/11/28/"):
        response = client.get(f"/en/{path}", {"after": cursor})
        assert response.status_code == 200
    listed = client.get("/en/clips/", {"after": cursor}).content.decode()
    assert "was passed over" in listed and "Bread queue at dawn" in listed


@pytest.mark.parametrize(
    "address",
    [
        "neighbourhood=%00",
        "neighbourhood=a%27%20OR%201=1--",
        "subject=nonsense",
        "kind=draft",
        "from=yesterday&to=%D9%A9",
        "from=0000-00-00",
        "sort=rank;drop",
        "journalist=" + "a" * 3000,
        "language=" + "%F0%9F%98%80" * 100,
        "from=%FF%FE&to=[[]]",
        "&".join("subject=play" for _ in range(900)),
        "&".join(f"neighbourhood=n{number}" for number in range(500)),
        "from=9999-12-31&to=0001-01-01",
        "unknown=1&q=word&__proto__=2",
    ],
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_hostile_address_never_breaks_the_list(
    client: Client, address: str, language: str
) -> None:
    rows.a_clip()
    response = client.get(f"/{language}/clips/?{address}")
    assert response.status_code == 200
    assert len(response.content) < 100_000


def test_markup_in_an_address_comes_back_as_text(client: Client) -> None:
    body = client.get("/en/clips/", {"sort": "<script>alert(1)</script>"}).content.decode()
    assert "<script>" not in body and "&lt;script&gt;" in body


def test_a_parameter_nobody_knows_changes_nothing_but_the_links_to_the_page_itself(
    client: Client,
) -> None:
    rows.a_clip()
    plain = client.get("/en/clips/").content.decode()
    odd = client.get("/en/clips/?utm_source=x").content.decode()
    assert odd.replace("?utm_source=x&amp;", "?").replace("?utm_source=x", "") == plain


def test_arabic_digits_and_months_are_dates_too() -> None:
    query = asked("from=٢٠١٦-٠٩&to=٢٠١٦-١١")
    assert (query.start, query.end) == (date(2016, 9, 1), date(2016, 11, 30))


def test_each_choice_is_a_chip_that_leads_to_the_list_without_it(client: Client) -> None:
    rows.names()
    rows.a_clip()
    address = "?neighbourhood=bustan-al-qasr&subject=food-and-bread&from=2016-11-28"
    body = client.get(f"/en/clips/{address}").content.decode()
    chips = re.findall(r'<ul class="chips".*?</ul>', body, re.S)[0]
    assert 'href="/en/clips/?subject=food-and-bread&amp;from=2016-11-28"' in chips
    assert 'href="/en/clips/?neighbourhood=bustan-al-qasr&amp;from=2016-11-28"' in chips
    assert 'href="/en/clips/?neighbourhood=bustan-al-qasr&amp;subject=food-and-bread"' in chips


def test_the_language_switch_keeps_the_path_and_the_whole_query(client: Client) -> None:
    body = client.get("/en/clips/?subject=school&from=2016").content.decode()
    assert '<a href="/ar/clips/?subject=school&amp;from=2016"' in body
    assert 'hreflang="ar"' in body


def test_a_facets_own_choice_does_not_narrow_its_counts() -> None:
    rows.a_clip(subjects=("school",)), rows.a_clip(subjects=("play",))
    counted = database.facets(asked("subject=school"))
    assert counted.total == 1
    assert counted.counts["subject"] == {"school": 1, "play": 1}


def test_a_name_that_was_removed_is_gone_from_cards_and_filters_at_once(client: Client) -> None:
    rows.names()
    rows.a_clip()
    assert "Salma" in client.get("/en/clips/").content.decode()
    rows.PublicAuthority.objects.filter(slug="salma").delete()
    rows.PublicState.objects.update(authorities=99)
    for path in ("clips/", f"clips/{found('')[0]}/", "journalists/", "", "export"):
        address = "/export/clips.csv" if path == "export" else f"/en/{path}"
        answer = client.get(address)
        content = b"".join(answer) if answer.streaming else answer.content
        assert b"Salma" not in content
    assert client.get("/en/journalists/salma/").status_code == 404


@pytest.mark.parametrize("typed", ['"', "*", "(((", "OR OR", "\u00ad"])
def test_a_question_without_a_word_says_so_above_the_whole_list(client: Client, typed: str) -> None:
    rows.names()
    rows.a_clip()
    page = client.get("/en/clips/", {"q": typed}).content.decode()
    said = "holds no word to look for" in page
    # An invisible character is as if nothing had been typed.
    assert said == (typed != "\u00ad") and "Bread queue at dawn" in page
    assert "holds no word" not in client.get("/en/clips/", {"q": "bread"}).content.decode()


def test_events_stand_by_year_with_their_records_and_those_without_a_date_come_last(
    client: Client,
) -> None:
    rows.names()
    for slug, happened in (("later", "2016-04-27"), ("whenever", ""), ("first", "2013-01-15~")):
        rows.name("event", slug, slug.title(), "حدث", facts={"happened": happened})
    shown = rows.a_clip(1, events=("first",))
    rows.a_testimony(2, events=("first",))
    rows.withdraw(rows.a_clip(3, events=("later",)))
    body = client.get("/en/events/").content.decode()
    order = [body.index(f"/en/events/{slug}/") for slug in ("first", "later", "whenever")]
    assert order == sorted(order)
    assert 'href="/en/dates/2013/"' in body and "Date not known" in body
    assert re.findall(r"(\d+)\W*(?:</bdi>)?\W*records?\b", body[order[0] :]) == ["2", "0", "0", "0"]
    assert shown.reference in client.get("/en/events/first/").content.decode()


def test_films_are_listed_with_what_the_archive_has_of_each(client: Client) -> None:
    assert "No film has been described yet." in client.get("/en/films/").content.decode()
    rows.name("film", "a-film", "A film", "فيلم", facts={"broadcast_on": "2016-11-28"})
    rows.a_clip(1, shots=(rows.a_shot("a-film", 1, 1.5, 3.25),))
    body = client.get("/ar/films/").content.decode()
    assert 'href="/ar/films/a-film/"' in body and "سجل واحد" in body and "28" in body
