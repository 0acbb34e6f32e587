"""The API: strict questions, exact totals, walks that lose nothing, errors that name the mend."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue import dictionary
from footage.catalogue.index.searching import MOST_RANKED
from footage.catalogue.interface import OPERATIONS, USUAL, WAYS
from footage.catalogue.models import PublicRecord, PublicState
from footage.catalogue.queries import PARAMETERS
from tests.catalogue.indexes import follow, index
from tests.reading_room import rows

BDI = re.compile("</?bdi[^>]*>")
pytestmark = pytest.mark.django_db

LISTS = ["records", "search", "segments?q=bread", "authorities", "changes", "vocabularies"]


def asked(client: Client, path: str, **parameters: Any) -> dict[str, Any]:
    query = f"?{urlencode(parameters, doseq=True)}" if parameters else ""
    answer = client.get(f"/api/v1/{path}{query}")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    return orjson.loads(answer.content)


def refused(client: Client, address: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    return orjson.loads(answer.content)


def local(address: str) -> str:
    """An address the API gave, for the test's client."""
    return "/api/v1/" + address.partition("/api/v1/")[2]


def walked(client: Client, address: str, key: str = "records") -> list[dict[str, Any]]:
    """Every entry of a list, part after part."""
    found: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        body = orjson.loads(client.get(following).content)
        found += body[key]
        following = body["next"] and local(body["next"])
    return found


def references(found: list[dict[str, Any]]) -> list[str]:
    return [each["reference"] for each in found]


# --- Records --------------------------------------------------------------------------------------
def test_a_record_is_the_same_in_the_list_alone_in_the_feed_and_in_the_export(
    client: Client,
) -> None:
    rows.names()
    clip = rows.a_clip(events=("bakery-strike",), subjects=("school",))
    (listed,) = asked(client, "records")["records"]
    assert listed == asked(client, f"records/{clip.reference}")
    assert listed == asked(client, "search")["records"][0]
    assert listed == asked(client, "changes")["changes"][0]["record"]
    assert listed == orjson.loads(b"".join(client.get("/export/clips.jsonl")))
    assert (listed["journalist_name_en"], listed["journalist_name_ar"]) == ("Salma H.", "سلمى ح.")
    assert "سلمى ح." in client.get(f"/api/v1/records/{clip.reference}").content.decode()


def test_the_api_asks_as_the_pages_ask(client: Client) -> None:
    declared = {each.name for each in dict(_operations())["records"].parameters}
    assert declared == {*PARAMETERS, "limit"}


def _operations() -> list[tuple[str, Any]]:
    return [(each.name, each) for each in OPERATIONS]


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("sort", ["newest", "oldest", "published"])
def test_a_walk_finds_every_record_once_with_exact_totals(
    client: Client, indexed: bool, sort: str
) -> None:
    there = [
        rows.a_clip(filmed=filmed).reference
        for filmed in ("2016-11-28", "2016-11", "XXXX", "2015~", "2016-11-28", "2016-10-01")
    ]
    if indexed:
        index()
    first = asked(client, "records", sort=sort, limit=2)
    assert first["total"] == 6 and len(first["records"]) == 2 and first["ranked_to"] is None
    assert sorted(references(walked(client, f"/api/v1/records?sort={sort}&limit=2"))) == sorted(
        there
    )
    dated = asked(client, "records", **{"from": "2016-11-28", "to": "2016-11-28"})
    assert (dated["total"], dated["certain"], dated["possible"]) == (3, 2, 1)
    certain = asked(client, "records", **{"from": "2016-11-28", "to": "2016", "certainly": 1})
    assert certain["total"] == 2


@pytest.mark.parametrize("indexed", [True, False])
def test_a_walk_keeps_its_totals_while_records_come_and_go(client: Client, indexed: bool) -> None:
    there = [rows.a_clip(filmed=f"2016-11-{day:02}") for day in range(1, 10)]
    if indexed:
        index()
    seen: list[str] = []
    body = asked(client, "records", sort="oldest", limit=2)
    begun, total = body["as_of"], body["total"]
    gone = there[5]
    while True:
        seen += references(body["records"])
        assert (body["as_of"], body["total"]) == (begun, total)
        if not body["next"]:
            break
        if len(seen) == 2:
            changed(gone)
            rows.a_clip(filmed="2016-11-08")
            rows.a_clip(filmed="2015")
            if indexed:
                follow()
        body = orjson.loads(client.get(local(body["next"])).content)
    assert seen == [row.reference for row in there if row != gone]
    # What changed meanwhile is in the feed, from the number the walk began at.
    feed = asked(client, "changes", since=begun)["changes"]
    assert [each["act"] for each in feed] == ["withdrawn", "published", "published"]


@pytest.mark.parametrize("indexed", [True, False])
def test_a_walk_by_publication_misses_nothing_that_is_revised_meanwhile(
    client: Client, indexed: bool
) -> None:
    start = rows.PUBLISHED
    documents = [rows.a_document(rows.a_reference()) for _ in range(9)]
    there = [
        rows.publish(each, published_at=start + timedelta(minutes=number))
        for number, each in enumerate(documents)
    ]
    if indexed:
        index()
    newest_first = [row.reference for row in reversed(there)]
    # Revised before the walk, which the index has not taken in yet; and before each of its parts.
    revise(there[8], title_en="Revised before"), revise(there[2], title_en="Revised before")
    body = asked(client, "records", limit=2)
    assert body["question"] == "?sort=published" and body["total"] == 9
    seen = references(body["records"])
    for row in (there[5], there[4], there[0], there[1], there[3]):
        revise(row, title_en="Revised", filmed_from=date(2011, 1, 1), filmed_to=date(2011, 1, 1))
        rows.publish(rows.a_document(rows.a_reference()), published_at=start + timedelta(days=1))
        if not body["next"]:
            break
        body = orjson.loads(client.get(local(body["next"])).content)
        assert body["total"] == 9
        assert len(body["records"]) <= 2
        seen += references(body["records"])
    assert seen == newest_first and body["next"] is None


@pytest.mark.parametrize("narrowed", [{}, {"subject": "food-and-bread"}, {"from": "2016"}])
@pytest.mark.parametrize("sort", ["newest", "oldest", "published"])
def test_what_the_index_lacks_stands_in_its_place_and_in_the_total(
    client: Client, sort: str, narrowed: dict[str, str]
) -> None:
    dates = ("2016-11-28", "2016-11", "XXXX", "2015~", "2016-11-28", "2016-10-01", "2017")
    there = [rows.a_clip(filmed=filmed) for filmed in dates]
    listed = {"sort": sort, **narrowed}
    before = asked(client, "records", **listed)
    index()
    for row in there[::2]:
        revise(row, title_en="Revised")
    rows.a_clip(subjects=(), filmed="2012")
    whole = walked(client, f"/api/v1/records?{urlencode({**listed, 'limit': 2})}")
    expected = set(references(before["records"]))
    assert expected <= set(references(whole)) and len(whole) == len(set(references(whole)))
    now = asked(client, "records", **listed)
    assert now["total"] == len(whole)
    follow()
    for key in ("total", "certain", "records"):
        assert asked(client, "records", **listed)[key] == now[key], key


def test_a_walk_by_date_may_miss_what_is_revised_and_the_changes_have_it(client: Client) -> None:
    there = [rows.a_clip(filmed=f"2016-11-{day:02}") for day in range(1, 7)]
    index()
    body = asked(client, "records", sort="oldest", limit=2)
    moved = date(2010, 1, 1)
    revise(there[4], filmed="2010-01-01", filmed_from=moved, filmed_to=moved)
    there[4].filmed_from = there[4].filmed_to = moved
    there[4].save()
    follow()
    rest = walked(client, local(body["next"]))
    assert there[4].reference not in references([*body["records"], *rest])
    (change,) = asked(client, "changes", since=body["as_of"])["changes"]
    assert change["reference"] == there[4].reference and change["record"]["filmed"] == "2010-01-01"
    said = client.get("/api/v1/openapi.json").json()["info"]["description"]
    assert "may be missed or come twice" in said


def changed(row: PublicRecord) -> None:
    """Withdraw a record under the next change number."""
    rows.withdraw(row)
    row.change = next_change()
    row.save()


def next_change() -> int:
    state = PublicState.objects.get(pk=1)
    state.change += 1
    state.save()
    return state.change


def test_relevance_ends_and_says_where(client: Client) -> None:
    rows.a_clip(title_en="Bread"), rows.a_clip(title_en="Bread again")
    index()
    body = asked(client, "records", q="bread")
    assert (body["total"], body["ranked_to"]) == (2, MOST_RANKED)
    assert asked(client, "records", q="bread", sort="newest")["ranked_to"] is None
    assert len(walked(client, "/api/v1/records?q=bread&limit=1")) == 2


def test_words_without_an_index_are_a_503_that_says_when_to_ask_again(client: Client) -> None:
    rows.a_clip()
    for path in ("records?q=bread", "search?q=bread", "segments?q=bread"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 503 and answer["Retry-After"] == "30"
        assert orjson.loads(answer.content)["parameter"] == "q"


# --- Search, segments, names ----------------------------------------------------------------------
def test_search_gives_facets_with_names_and_a_histogram(client: Client) -> None:
    rows.names()
    for filmed in ("2016-11-28", "2016-11-29", "2016-11"):
        rows.a_clip(filmed=filmed, subjects=("school",))
    rows.a_clip(title_en="Snow", subjects=("play",), journalist=None)
    index()
    body = asked(client, "search", subject="school")
    assert body["total"] == 3
    assert body["facets"]["journalist"] == [
        {"value": "salma", "name_en": "Salma H.", "name_ar": "سلمى ح.", "number": 3}
    ]
    # A facet's own choice does not narrow its counts.
    assert {each["value"]: each["number"] for each in body["facets"]["subject"]} == {
        "school": 3,
        "play": 1,
    }
    bars = {each["from"]: (each["certain"], each["possible"]) for each in body["histogram"]}
    assert bars["2016-11-28"] == (1, 1) and bars["2016-11-02"] == (0, 1)
    assert all(each["name_en"] and each["name_ar"] for each in body["facets"]["verification"])


def test_segments_are_those_that_say_the_words(client: Client) -> None:
    clip = rows.a_clip(title_en="Flour")
    said = (
        rows.a_transcript(clip.reference, "en", (0, 2, "A", "Flour came"), (2, 4, "B", "No water")),
        rows.a_transcript(clip.reference, "ar", (0, 2, "أ", "وصل الطحين")),
    )
    document = clip.read().model_copy(update={"transcripts": said})
    clip.document = document.canonical()
    clip.save()
    rows.a_clip(title_en="Flour is only in this title")
    index()
    body = asked(client, "segments", q="flour")
    assert body["total"] == 1
    (speaking,) = body["records"]
    assert [(each["text"], each["start_s"]) for each in speaking["segments"]] == [("Flour came", 0)]
    assert speaking["segments"][0]["address"].endswith(f"/c/{clip.reference}?t=0")
    assert asked(client, "segments", q="الطحين")["total"] == 1
    assert asked(client, "segments", q='"no water" -flour')["total"] == 0
    assert asked(client, "segments", q="water OR bread")["total"] == 1


def test_segments_of_a_phrase_are_those_that_say_it_in_the_order_they_are_spoken(
    client: Client,
) -> None:
    reference = rows.a_reference(79)
    said = rows.a_transcript(
        reference,
        "en",
        (0, 2, "", "The oven is lit"),
        (2, 4, "", "The queue knows the oven"),
        (4, 6, "", "The queue is"),
        (6, 8, "", "long today"),
    )
    rows.a_clip(79, transcripts=(said,))
    index()

    def starts(asked_for: str) -> list[float]:
        (speaking,) = asked(client, "segments", q=asked_for)["records"]
        return [each["start_s"] for each in speaking["segments"]]

    assert starts('"queue knows the"') == starts('said:"the queue knows" -bread') == [2]
    assert starts('"is long"') == [4, 6], "from one line into the next"
    assert starts("the oven") == [0, 2] and starts("the queue") == [2, 4]
    assert starts('"oven is lit" OR tod*') == [0, 6]


def test_names_are_walked_by_kind_and_one_is_fetched_by_slug(client: Client) -> None:
    rows.names()
    body = asked(client, "authorities", limit=2)
    assert body["total"] == 4
    found = walked(client, "/api/v1/authorities?limit=1", "authorities")
    assert [each["slug"] for each in found] == [
        "bakery-strike",
        "salma",
        "al-shaar",
        "bustan-al-qasr",
    ]
    assert asked(client, "authorities", kind="journalist")["total"] == 1
    assert asked(client, "authorities/journalist/salma") == found[1]
    for never in ("journalist/nobody", "nothing/salma"):
        assert client.get(f"/api/v1/authorities/{never}").status_code == 404


def test_every_vocabulary_of_the_dictionary_is_there_in_both_languages(client: Client) -> None:
    listed = asked(client, "vocabularies")["vocabularies"]
    assert [each["name"] for each in listed] == [each.name for each in dictionary.vocabularies()]
    assert all(term["label_en"] and term["label_ar"] for each in listed for term in each["terms"])


# --- The feed of changes --------------------------------------------------------------------------
def mirrored(client: Client, mirror: dict[str, Any], since: int) -> int:
    """Bring a mirror up to date from a change number; return the one it has reached."""
    body = asked(client, "changes", since=since, limit=2)
    while True:
        for change in body["changes"]:
            if change["act"] == "withdrawn":
                mirror.pop(change["reference"], None)
            else:
                mirror[change["reference"]] = change["record"]
        if not body["more"]:
            return int(body["last"])
        body = orjson.loads(client.get(local(body["next"])).content)


def test_a_mirror_stays_complete_while_records_are_published_revised_and_withdrawn(
    client: Client,
) -> None:
    rows.names()
    there = [rows.a_clip() for _ in range(5)]
    mirror: dict[str, Any] = {}
    last = mirrored(client, mirror, 0)
    changed(there[1]), rows.a_testimony(), revise(there[2], title_en="Another title")
    last = mirrored(client, mirror, last)
    assert there[1].reference not in mirror
    assert mirror[there[2].reference]["title_en"] == "Another title"
    rows.a_clip(), revise(there[0], title_en="Once"), revise(there[0], title_en="Twice")
    last = mirrored(client, mirror, last)
    assert mirrored(client, mirror, last) == last
    everything = walked(client, "/api/v1/records?kind=clip&kind=testimony&limit=2")
    assert mirror == {each["reference"]: each for each in everything}
    assert asked(client, "changes", since=last)["changes"] == []


def revise(row: PublicRecord, **stated: Any) -> None:
    document = row.read().model_copy(update=stated)
    row.document, row.version, row.change = document.canonical(), row.version + 1, next_change()
    row.save()


def test_a_mirror_made_without_dropping_what_is_withdrawn_is_found_out(client: Client) -> None:
    gone = rows.a_clip()
    mirror: dict[str, Any] = {}
    last = mirrored(client, mirror, 0)
    changed(gone)
    assert gone.reference in mirror
    feed = asked(client, "changes", since=last)["changes"]
    assert feed[0]["act"] == "withdrawn" and "record" not in feed[0]
    assert feed[0]["tombstone"] == {
        "reference": gone.reference,
        "withdrawn_at": "2026-05-04",
        "withdrawal_reason": "safety",
    }


def test_the_names_of_a_mirror_are_asked_for_again_by_their_etag(client: Client) -> None:
    rows.names()
    etag = client.get("/api/v1/authorities")["ETag"]
    unchanged = client.get("/api/v1/authorities", headers={"If-None-Match": etag})
    assert unchanged.status_code == 304
    rows.name("journalist", "nour", "Nour", "نور")
    assert client.get("/api/v1/authorities", headers={"If-None-Match": etag}).status_code == 200


# --- One answer -----------------------------------------------------------------------------------
def test_a_withdrawn_record_is_gone_with_its_tombstone_and_nothing_else(client: Client) -> None:
    clip = rows.a_clip(title_en="Bread queue")
    rows.withdraw(clip, "consent-withdrawn")
    answer = client.get(f"/api/v1/records/{clip.reference}")
    assert answer.status_code == 410 and answer["Content-Type"] == "application/problem+json"
    said = orjson.loads(answer.content)
    assert said["tombstone"]["withdrawal_reason"] == "consent-withdrawn"
    assert list(said["tombstone"]) == ["reference", "withdrawn_at", "withdrawal_reason"]
    assert b"Bread" not in answer.content


def test_what_never_was_answers_alike_whatever_was_asked(client: Client) -> None:
    bodies = {
        client.get(f"/api/v1/records/{reference}").content
        for reference in (rows.a_reference(77), rows.a_reference(78), "nonsense", "AA-1")
    }
    assert len(bodies) == 1


def test_a_reference_typed_in_any_way_leads_to_its_one_address(client: Client) -> None:
    clip = rows.a_clip()
    answer = client.get(f"/api/v1/records/{clip.reference.lower().replace('-', '')}")
    assert answer.status_code == 301
    assert answer["Location"] == f"/api/v1/records/{clip.reference}"
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", [*LISTS, "", "openapi.json"])
def test_an_answer_is_asked_for_again_by_its_etag_and_read_from_any_origin(
    client: Client, path: str
) -> None:
    rows.names(), rows.a_clip()
    index()
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-cache"
    assert answer["Access-Control-Allow-Origin"] == "*" and not answer.cookies
    assert "Access-Control-Allow-Credentials" not in answer
    assert answer.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    again = client.get(f"/api/v1/{path}", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Access-Control-Allow-Origin"] == "*"
    head = client.head(f"/api/v1/{path}")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", answer["ETag"])
    preflight = client.options(f"/api/v1/{path}", headers={"Origin": "https://example.org"})
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    posted = client.post(f"/api/v1/{path}")
    assert posted.status_code == 405 and posted["Allow"] == "GET, HEAD, OPTIONS"
    assert posted["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", LISTS)
def test_an_answer_costs_three_queries_however_much_there_is(client: Client, path: str) -> None:
    rows.names()
    for _ in range(30):
        rows.a_clip()
    index()
    client.get(f"/api/v1/{path}")
    for suffix in ("", f"{'&' if '?' in path else '?'}limit=2"):
        if path == "vocabularies" and suffix:
            continue
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"/api/v1/{path}{suffix}").status_code == 200
        assert len(queries) <= 3


# --- Questions that cannot be answered ------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "parameter", "mend"),
    [
        ("records?colour=red", "colour", "Known: q, kind"),
        ("records?subject=nonsense", "subject", "Values: home, food-and-bread"),
        ("records?subject=", "subject", "leave it out"),
        ("records?neighbourhood=Al%20Shaar", "neighbourhood", "cannot be a value"),
        ("records?from=yesterday", "from", "2016-11-28, 2016-11, 2016"),
        ("records?from=2016&from=2017", "from", "give it once"),
        ("records?sort=best", "sort", "newest"),
        ("records?limit=0", "limit", "from 1 to 200"),
        ("records?limit=201", "limit", "from 1 to 200"),
        ("records?limit=ten", "limit", "from 1 to 200"),
        ("records?limit=%D9%A1", "limit", "from 1 to 200"),
        ("records?after=forged", "after", "begin again"),
        ("records?after=WzEsMSwxLCJ4Il0", "after", "begin again"),
        ("records?q=" + "x" * 301, "q", "300 are the most"),
        ("records?" + "&".join(["neighbourhood=a"] * 41), "neighbourhood", "40 are the most"),
        ("records?%00=1", "\x00", "unknown"),
        ("segments", "q", "missing"),
        ("changes?since=-1", "since", "whole number"),
        ("changes?since=99999999999999999999", "since", "whole number"),
        ("authorities?kind=place", "kind", "neighbourhood"),
        ("authorities?after=WyIxIl0", "after", "begin again"),
        ("vocabularies?x=1", "x", "unknown"),
        ("records/AA-1?x=1", "x", "unknown"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named_with_its_mend(
    client: Client, address: str, parameter: str, mend: str
) -> None:
    said = refused(client, address)
    assert said["parameter"] == parameter and mend in said["detail"]
    assert said["status"] == 400


def test_a_cursor_of_another_order_is_refused(client: Client) -> None:
    rows.a_clip(), rows.a_clip()
    following = asked(client, "records", limit=1)["next"]
    assert following
    assert refused(client, local(following)[8:].replace("limit=1", "limit=1&sort=newest"))


def test_the_usual_length_is_the_declared_one(client: Client) -> None:
    for _ in range(USUAL + 1):
        rows.a_clip()
    assert len(asked(client, "records")["records"]) == USUAL


# --- The page that explains it --------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_explains_every_address_and_every_parameter(client: Client, language: str) -> None:
    page = client.get(f"/{language}/about/api/").content.decode()
    for operation in OPERATIONS:
        assert operation.path in page and operation.description(language) in page
        for parameter in operation.places + operation.parameters:
            assert f">{parameter.name}</code>" in page
    for way in WAYS:
        assert way.path in page and way.description(language) in unescape(BDI.sub("", page))
    assert f"/{language}/about/api/" in client.get(f"/{language}/about/data/").content.decode()


def test_every_way_out_that_is_told_is_there_for_pages_of_other_sites(client: Client) -> None:
    rows.names()
    said = (rows.a_transcript("AA-2222-2222-2", "ar", (0.0, 2.0, "", "خبز")),)
    row = rows.a_clip(transcripts=said)
    beside = orjson.loads(client.get("/api/v1/").content)["beside"]
    assert beside.keys() == {way.name for way in WAYS}
    preflight = {"Origin": "https://viewer.example", "Access-Control-Request-Method": "GET"}
    for name, address in beside.items():
        path = address.removeprefix("http://127.0.0.1:8000").replace("{reference}", row.reference)
        path = path.replace("{address}", f"http://127.0.0.1:8000/c/{row.reference}")
        path += "?verb=Identify" * (name == "oai")
        assert client.get(path).status_code == 200, path
        assert client.get(path)["Access-Control-Allow-Origin"] == "*"
        if name == "captions":
            continue  # Asked for simply, and read by any site.
        asked = client.options(path, headers=preflight)
        assert asked.status_code == 204 and "GET" in asked["Access-Control-Allow-Methods"], path
        assert client.delete(path)["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_fault_of_ours_is_a_problem_that_tells_nothing_of_itself(
    monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def planted(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("planted in /srv/archive")

    monkeypatch.setattr(PublicState.objects, "get", planted)
    monkeypatch.setattr(PublicRecord.objects, "live", planted)
    client = Client(raise_request_exception=False)
    answer = getattr(client, method)("/api/v1/records")
    assert answer.status_code == 500 and answer["Content-Type"] == "application/problem+json"
    assert answer["Access-Control-Allow-Origin"] == "*" and not answer.cookies
    assert b"planted" not in answer.content
    if method == "get":
        assert orjson.loads(answer.content)["status"] == 500
