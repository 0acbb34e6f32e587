"""Dates as numbers: what is certainly and what possibly of a period, and the switch between."""

import itertools
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import QueryDict

from footage.catalogue import authorities, counts, database
from footage.catalogue.answers import answer
from footage.catalogue.counts import Bar, Span
from footage.catalogue.models import PublicRecord
from footage.catalogue.queries import Query
from tests.catalogue.indexes import ask, index
from tests.catalogue.test_search import a_collection
from tests.reading_room import rows

ADDRESSES = [
    "",
    "kind=clip&kind=testimony",
    "neighbourhood=al-shaar",
    "from=2016-11&to=2016-11",
    "from=2016-11&to=2016-11&certainly=1",
    "from=2016-11-28&to=2016-11-28&subject=water",
    "from=2015",
    "to=2016-11-20&certainly=1",
    "from=0001&to=9999",
    "from=2030",
]


def asked(address: str) -> Query:
    return Query.read(QueryDict(address))


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_number_is_what_counting_one_by_one_gives(address: str) -> None:
    a_collection()
    index()
    query = asked(address)
    found = ask(address).facets
    assert found == database.facets(query)
    rows = [
        (Span(row.filmed_from, row.filmed_to, row.filmed_certain, 1), row)
        for row in PublicRecord.objects.live().filter(kind__in=query.kinds)
        if all(
            row.terms.filter(facet=facet, value__in=values).exists()
            for facet, values in query.chosen.items()
        )
        and (row.filmed_from or row.filmed_to)
    ]
    within = query.start, query.end
    inside = [
        span
        for span, row in rows
        if (span.surely(*within) if query.only_certain else span.possibly(*within))
    ]
    if query.start or query.end:
        assert found.total == len(inside)
        assert found.certain == sum(span.surely(*within) for span in inside)
    for bars, spans, of in (
        (found.months, [span for span, _ in rows], (None, None)),
        (found.years, [span for span, _ in rows], (None, None)),
        (found.histogram, inside, within),
    ):
        for bar in bars:
            sure = [span for span in spans if span.surely(bar.first, bar.last) and span.surely(*of)]
            # What may be of the bar and of the range at once.
            first = max(bar.first, of[0] or bar.first)
            last = min(bar.last, of[1] or bar.last)
            may = [span for span in spans if span.possibly(first, last) and span not in sure]
            assert (bar.certain, bar.possible) == (len(sure), len(may)), bar
        following = itertools.pairwise(bars)
        assert all(after.first == bar.last + timedelta(1) for bar, after in following)


@pytest.mark.django_db
def test_the_database_counts_no_facets_of_a_large_catalogue_and_says_so(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from footage.catalogue import answers

    a_collection()
    query = asked("from=2016-11&to=2016-11")
    whole, hurried = database.facets(query), database.facets(query, most=10)
    assert hurried == counts.Facets(whole.total, whole.certain, {}, counted=False)
    assert database.facets(query, most=1 << 62) == whole
    sentence = "numbers beside the filters are being counted"
    assert sentence not in client.get("/en/clips/").content.decode()
    monkeypatch.setattr(answers, "SOON_COUNTED", 10)
    page = client.get("/en/clips/?neighbourhood=al-shaar").content.decode()
    assert sentence in page
    assert "11 clips" in page.replace("<bdi>", "").replace("</bdi>", "")


@pytest.mark.django_db
def test_while_nothing_is_counted_every_way_in_stands_open_and_no_page_says_none(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from footage.catalogue import answers

    a_collection()
    rows.name("journalist", "abu-hamza", "Abu Hamza", "أبو حمزة")
    monkeypatch.setattr(answers, "SOON_COUNTED", 10)
    pages = {
        path: client.get(f"/en/{path}").content.decode()
        for path in ("", "neighbourhoods/", "map/", "journalists/", "events/", "films/")
    }
    for path, page in pages.items():
        assert ("are being counted anew" in page) == (path != ""), path
        false = r"<bdi>0</bdi>|No footage published yet|Places without any"
        assert not re.search(false, page), path
    for path in ("neighbourhoods/", "map/"):
        assert '/en/neighbourhoods/al-shaar/"' in pages[path]
    assert "Abu Hamza" in pages["journalists/"]
    answer = client.get("/api/v1/search")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert int(answer["Retry-After"]) > 0
    assert len(client.get("/api/v1/records").json()["records"]) == 35
    listed = client.get("/iiif/collection.json").json()["items"]
    assert any("al-shaar" in each["id"] for each in listed)


def bars(spans: list[Span]) -> tuple[Bar, ...]:
    return counts.histogram(counts.of_months(spans), counts.EVER, lambda: spans)


def test_bars_are_days_then_months_then_years() -> None:
    day = date(2016, 11, 28)
    one = [Span(day, day, True, 3)]
    assert bars(one) == (Bar(day, day, 3, 0),)
    two = [*one, Span(date(2014, 1, 5), date(2014, 1, 5), False, 1)]
    shown = bars(two)
    assert len(shown) == 35
    assert (shown[0], shown[-1]) == (
        Bar(date(2014, 1, 1), date(2014, 1, 31), 0, 1),
        Bar(date(2016, 11, 1), date(2016, 11, 30), 3, 0),
    )
    far = bars([*two, Span(date(1, 1, 1), None, True, 1)])
    assert len(far) == counts.MOST_YEARS
    assert (far[-1].certain, far[-1].possible) == (3, 1)
    assert bars([*one, Span(date(9999, 12, 31), None, True, 1)])[-1].possible == 1
    assert bars([]) == counts.years([]) == counts.months([]) == ()


@pytest.mark.django_db
@pytest.mark.parametrize("built", [True, False], ids=["index", "database"])
@pytest.mark.parametrize("days", [("2016-11-28", "2016-11-28"), ("2016-11-01", "2016-12-31")])
def test_the_page_of_a_day_shows_the_certain_ones_first_forward_and_back(
    built: bool, days: tuple[str, str]
) -> None:
    a_collection()
    if built:
        index()
    names = authorities.current()
    first, last = map(date.fromisoformat, days)
    query = Query(start=first, end=last, sort="surely")
    found = PublicRecord.objects.filter(kind="clip", filmed_from__isnull=False)
    expected = sorted(
        (
            row
            for row in found
            if Span(row.filmed_from, row.filmed_to, True, 1).possibly(first, last)
        ),
        key=lambda row: (not query.certainly(row), row.reference),
    )
    assert {query.certainly(row) for row in expected} == {True, False}

    def turn(after: str) -> Any:
        found = answer(Query(start=first, end=last, sort="surely", after=after), names, size=4)
        assert found.searched
        return found.page

    forward, page = [], turn("")
    assert not page.preceding
    while True:
        forward.append(page.records)
        if not page.following:
            break
        page = turn(page.following)
    assert [row for rows in forward for row in rows] == expected
    back = [page.records]
    while page.preceding:
        page = turn(page.preceding)
        back.append(page.records)
    assert {row for rows in back for row in rows} >= set(expected[:-4])


def test_certainly_is_a_switch_of_the_dates_alone() -> None:
    assert asked("from=2016&certainly=1").only_certain
    assert asked("from=2016&certainly=1").address == "?from=2016-01-01&certainly=1"
    assert not asked("from=2016&certainly=0").only_certain
    assert not asked("certainly=1").only_certain
    assert asked("certainly=1").address == ""
    assert asked("from=2016&certainly=yes").ignored == (("certainly", "yes"),)
    assert asked("from=2016&certainly=1").without_dates() == Query()
