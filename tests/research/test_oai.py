"""What a harvester of `/oai` is told: the six verbs, the errors, whole harvests, three formats."""

import gzip
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue.models import PublicRecord
from footage.research.oai import harvest
from tests.reading_room import rows
from tests.research.harvesting import (
    PREFIXES,
    ask,
    error,
    pages,
    references,
    said,
    strictly,
)
from tests.research.plans import plan_of

pytestmark = pytest.mark.django_db
HOST = "aleppo-archive.invalid"


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harvest, "PAGE_SIZES", {"ListRecords": 3, "ListIdentifiers": 3})


def everything_described() -> PublicRecord:
    """A clip that uses every field a format writes."""
    rows.names()
    rows.name("film", "panorama", "Children of Aleppo", "أطفال حلب")
    return rows.a_clip(
        renditions=(rows.a_copy(b"video"), rows.a_copy(b"poster", "poster", "jpg")),
        events=("bakery-strike",),
        shots=(rows.a_shot("panorama", 1, 0, 5),),
        filmed="2016-11-28~",
        rights="cc-by-4-0",
        rights_note="Ask <first> & name\x0bher",
        transcripts=(rows.a_transcript("AA-2222-2222-2", "ar", (0, 2, "", "خبز")),),
        advisory_level="distressing",
        advisories=(rows.an_advisory("blood"),),
        languages=("ar", "kmr", "en"),
    )


def gated(**stated: object) -> PublicRecord:
    copies = (rows.a_copy(b"closed video"), rows.a_copy(b"closed poster", "poster", "jpg"))
    warned = {"advisory_level": "graphic", "advisories": (rows.an_advisory("blood"),)}
    return rows.a_clip(**{"renditions": copies, **warned, **stated})


# --- Verbs -------------------------------------------------------------------------------------
def test_identify_says_how_deletions_and_datestamps_are_meant(client: Client) -> None:
    rows.a_clip()
    PublicRecord.objects.update(changed_on=date(2026, 3, 1))
    root = ask(client, verb="Identify")
    assert said(root, "//o:deletedRecord/text()") == ["persistent"]
    assert said(root, "//o:granularity/text()") == ["YYYY-MM-DDThh:mm:ssZ"]
    assert said(root, "//o:earliestDatestamp/text()") == ["2026-03-01T23:59:59Z"]
    assert said(root, "//o:baseURL/text()")[0].endswith("/oai")


def test_a_set_is_each_kind_each_place_and_each_year(client: Client) -> None:
    rows.names()
    rows.a_clip(filmed="2014-05-01"), rows.a_clip(filmed="2016")
    sets = said(ask(client, verb="ListSets"), "//o:setSpec/text()")
    assert sorted(sets) == [
        *("kind.clip", "kind.testimony", "neighbourhood.al-shaar", "neighbourhood.bustan-al-qasr"),
        *("year.2014", "year.2015", "year.2016"),
    ]


def test_a_record_is_in_its_sets_and_each_set_brings_its_own(client: Client) -> None:
    shaar = rows.a_clip(neighbourhood="al-shaar", filmed="2014-05-01")
    bustan = rows.a_clip(filmed="2016-11~")
    told = rows.a_testimony(neighbourhood=None, place=None, filmed="2015-12-31/2016-01-01")
    for spec, expected in {
        "neighbourhood.al-shaar": [shaar],
        "neighbourhood.bustan-al-qasr": [bustan],
        "kind.testimony": [told],
        "kind.clip": [shaar, bustan],
        "year.2014": [shaar],
        "year.2016": [bustan],
    }.items():
        found = list(pages(client, set=spec))
        assert references(found) == [row.reference for row in expected], spec
        for header in said(found[0], "//o:header"):
            assert spec in said(header, "o:setSpec/text()")
    assert error(ask(client, verb="ListRecords", metadataPrefix="oai_dc", set="year.2015")) == (
        "noRecordsMatch"
    )


def test_a_withdrawn_record_is_a_deleted_header_and_nothing_else_and_in_every_set(
    client: Client,
) -> None:
    gone = rows.a_clip(title_en="Gone", neighbourhood="al-shaar")
    kept = rows.a_clip()
    rows.withdraw(gone)
    for arguments in ({}, {"set": "neighbourhood.bustan-al-qasr"}, {"set": "year.2016"}):
        root = ask(client, verb="ListRecords", metadataPrefix="oai_pbcore", **arguments)
        assert references([root]) == [kept.reference, gone.reference]
        (record,) = said(root, "//o:record[o:header/@status='deleted']")
        assert [child.tag.partition("}")[2] for child in record.iter()] == [
            *("record", "header", "identifier", "datestamp")
        ]
    arguments = {"identifier": f"oai:{HOST}:{gone.reference}"}
    root = ask(client, verb="GetRecord", metadataPrefix="oai_dc", **arguments)
    assert said(root, "//o:header/@status") == ["deleted"] and not said(root, "//o:metadata")
    assert error(ask(client, verb="ListMetadataFormats", **arguments)) == "noMetadataFormats"


def test_a_post_asks_what_a_get_asks_without_a_token_or_a_cookie() -> None:
    rows.a_clip()
    client = Client(enforce_csrf_checks=True)
    arguments = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"}
    form = "application/x-www-form-urlencoded"
    posted = client.post("/oai", "verb=ListIdentifiers&metadataPrefix=oai_dc", form)
    got = client.get("/oai", arguments)
    assert posted.status_code == 200 and not posted.cookies
    assert posted.content.partition(b"<request")[2] == got.content.partition(b"<request")[2]
    assert client.post("/oai", {"verb": "Identify"}).content.count(b"badVerb") == 1
    assert client.post("/oai", "verb=" + "x" * 20_000, form).status_code == 413
    assert client.put("/oai").status_code == 405


def test_an_answer_that_says_the_same_again_is_304(client: Client) -> None:
    rows.a_clip()
    asked = "/oai?verb=ListRecords&metadataPrefix=oai_dc"
    first = client.get(asked)
    again = {"If-None-Match": first["ETag"]}
    assert client.get(asked, headers=again).status_code == 304
    assert client.head(asked)["ETag"] == first["ETag"]
    rows.a_clip()
    assert client.get(asked, headers=again).status_code == 200


def test_a_harvester_that_unpacks_gzip_is_sent_less_and_told_so(client: Client) -> None:
    for _ in range(4):
        rows.a_clip()
    assert said(ask(client, verb="Identify"), "//o:compression/text()") == ["gzip"]
    asked = "/oai?verb=ListRecords&metadataPrefix=oai_dc"
    plain, packed = client.get(asked), client.get(asked, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and packed["Vary"] == "Accept-Encoding"
    unpacked = gzip.decompress(packed.content)
    assert unpacked.partition(b"<request")[2] == plain.content.partition(b"<request")[2]
    again = {"If-None-Match": packed["ETag"], "Accept-Encoding": "gzip"}
    assert client.get(asked, headers=again).status_code == 304


# --- Errors ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("", "badVerb"),
        ("verb=Everything", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&colour=red", "badArgument"),
        ("verb=Identify&%00%0B=red", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=%3Cb%3E", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01T00:00:00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=2026-01-01T00:00:00%2B03:00", "badArgument"),
        (
            "verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-02-01T00:00:00Z",
            "badArgument",
        ),
        (
            "verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-01&until=2026-01-01",
            "badArgument",
        ),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=0001-01-01T00:00:00Z", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=neighbourhood.nowhere", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=colour.red", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a%20b", "badArgument"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=%D8%AE.%00", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=AA-2222", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=a%00b", "badArgument"),
        (
            f"verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:{HOST}:AA-2222-2222-2",
            "idDoesNotExist",
        ),
        ("verb=ListMetadataFormats&identifier=oai:nobody", "idDoesNotExist"),
    ],
)
def test_each_wrong_request_has_its_error_and_valid_xml(
    client: Client, tmp_path: Path, asked: str, code: str
) -> None:
    rows.a_clip(5)
    answer = client.get(f"/oai?{asked}")
    assert answer.status_code == 200
    assert f'<error code="{code}">'.encode() in answer.content
    if code in {"badVerb", "badArgument"}:
        assert b"<request>" in answer.content
    assert strictly({"answer": answer.content}, tmp_path) == []


def test_a_token_that_was_touched_or_is_for_another_verb_is_refused(
    client: Client, small_pages: None
) -> None:
    for _ in range(5):
        rows.a_clip()
    root = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc")
    (token,) = said(root, "//o:resumptionToken/text()")
    for verb, wrong in (
        ("ListRecords", token),
        ("ListIdentifiers", token[:-1]),
        ("ListIdentifiers", token[1:]),
        ("ListIdentifiers", token.swapcase()),
        (
            "ListIdentifiers",
            harvest.Harvest("ListIdentifiers", "marc", after="A", last="A").token(),
        ),
        (
            "ListIdentifiers",
            harvest.Harvest(
                "ListIdentifiers",
                "oai_dc",
                after="AA-9",
                last="AA-9",
                delivered=1,
                total=2,
                as_of=3,
            ).token(),
        ),
    ):
        assert error(ask(client, verb=verb, resumptionToken=wrong)) == "badResumptionToken", wrong
    assert error(ask(client, verb="ListIdentifiers", resumptionToken=token)) == ""


# --- Whole harvests ----------------------------------------------------------------------------
def test_a_harvest_brings_each_record_once_and_states_its_size_and_place(
    client: Client, small_pages: None
) -> None:
    expected = [rows.a_clip().reference for _ in range(7)]
    found = list(pages(client))
    assert references(found) == expected
    assert [said(page, "string(//o:resumptionToken/@completeListSize)") for page in found] == (
        ["7"] * 3
    )
    assert [said(page, "string(//o:resumptionToken/@cursor)") for page in found] == ["0", "3", "6"]
    assert not said(ask(client, verb="ListRecords", metadataPrefix="oai_dc", set="kind.testimony"),
                    "//o:resumptionToken")  # fmt: skip


def test_edits_publications_and_withdrawals_amid_a_harvest_lose_and_repeat_nothing(
    client: Client, small_pages: None
) -> None:
    began_with = [rows.a_clip() for _ in range(9)]
    seen, sizes = [], []
    for number, page in enumerate(pages(client, verb="ListRecords")):
        seen += references([page])
        sizes.append(said(page, "string(//o:resumptionToken/@completeListSize)"))
        # One that was delivered and one that was not: edited, and withdrawn; and a new one.
        for row in (began_with[number], began_with[8 - number]):
            row.change += 1000
            row.save()
        if number == 1:
            rows.withdraw(began_with[1]), rows.withdraw(began_with[8])
        rows.a_clip()
    assert seen == [row.reference for row in began_with]
    assert sizes == ["9", "9", "9"]


@pytest.mark.parametrize("asked", [{}, {"set": "kind.clip"}, {"from_": "2020-01-01"}])
def test_what_was_withdrawn_comes_last_and_by_reference_so_that_its_place_tells_nothing(
    client: Client, small_pages: None, asked: dict[str, str]
) -> None:
    published = [rows.a_clip() for _ in range(11)]
    gone = [published[number] for number in (0, 3, 4, 10)]
    for row in gone:
        rows.withdraw(row)
    found = list(pages(client, **asked))
    kept = [row.reference for row in published if row not in gone]
    assert references(found) == [*kept, *sorted(row.reference for row in gone)]
    for page, cursor in zip(found, ("0", "3", "6", "9"), strict=True):
        token = said(page, "//o:resumptionToken")[0]
        assert (token.get("completeListSize"), token.get("cursor")) == ("11", cursor)


def test_days_on_which_things_were_only_withdrawn_are_harvested_in_parts(
    client: Client, small_pages: None
) -> None:
    gone = [rows.a_clip() for _ in range(7)]
    rows.a_clip()
    for row in gone:
        rows.withdraw(row)
    PublicRecord.objects.filter(withdrawn_at=None).update(changed_on=date(2020, 1, 1))
    harvested = pages(client, from_="2026-01-01", set="kind.clip")
    found = [next(harvested)]
    rows.withdraw(rows.a_clip())  # After the harvest began: the next one brings it.
    found += harvested
    assert references(found) == sorted(row.reference for row in gone)
    assert said(found[0], "string(//o:resumptionToken/@completeListSize)") == "7"


def test_a_set_that_empties_amid_a_harvest_ends_it_in_good_order(
    client: Client, small_pages: None
) -> None:
    moved = [rows.a_clip(neighbourhood="al-shaar") for _ in range(5)]
    harvested = pages(client, set="neighbourhood.al-shaar")
    first = next(harvested)
    for row in moved[3:]:
        row.terms.filter(facet="neighbourhood").delete()
    (last,) = list(harvested)
    assert references([first, last]) == [row.reference for row in [*moved[:3], moved[2]]]
    assert said(last, "string(//o:resumptionToken/@completeListSize)") == "3"


def test_from_and_until_take_days_and_seconds_and_miss_no_change_of_their_day(
    client: Client,
) -> None:
    days = [date(2026, 3, day) for day in (1, 2, 3)]
    expected = {}
    for day in days:
        row = rows.a_clip()
        PublicRecord.objects.filter(pk=row.pk).update(changed_on=day)
        expected[day.day] = row.reference

    def found(**asked: str) -> list[str]:
        root = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", **asked)
        return [] if error(root) == "noRecordsMatch" else references([root])

    assert found(from_="2026-03-02") == [expected[2], expected[3]]
    assert found(until="2026-03-02") == [expected[1], expected[2]]
    assert found(from_="2026-03-02", until="2026-03-02") == [expected[2]]
    # A harvester that was here at ten is told of what changed that day at eleven.
    assert found(from_="2026-03-02T10:00:00Z") == [expected[2], expected[3]]
    assert found(until="2026-03-02T10:00:00Z") == [expected[1]]
    assert found(from_="2026-03-02T10:00:00Z", until="2026-03-02T23:59:59Z") == [expected[2]]
    assert found(from_="2026-03-03T23:59:59Z") == [expected[3]]
    assert found(from_="2026-03-04T00:00:00Z") == []
    assert found(from_="2026-03-02", set="year.2016") == [expected[2], expected[3]]
    assert found(from_="2026-03-02", set="kind.clip") == [expected[2], expected[3]]


def test_a_page_needs_three_queries_at_most_however_deep(client: Client, small_pages: None) -> None:
    rows.names()
    for number in range(12):
        row = rows.a_clip()
        if number % 4 == 0:
            rows.withdraw(row)
    for asked in ({}, {"set": "kind.clip"}, {"set": "year.2016"}, {"from_": "2026-01-01"}):
        harvested = pages(client, verb="ListRecords", **asked)
        for _ in range(4):
            with CaptureQueriesContext(connection) as queries:
                next(harvested)
            assert len(queries) <= 3, [query["sql"] for query in queries]


def test_pages_of_tombstones_are_found_along_an_index_of_their_own(
    client: Client, small_pages: None
) -> None:
    """Without statistics another index looks better, and holds every record."""
    for _ in range(8):
        rows.withdraw(rows.a_clip())
    with CaptureQueriesContext(connection) as queries:
        assert len(list(pages(client))) == 3
    asked = [q["sql"] for q in queries if '"reference" >' in q["sql"]]
    assert len(asked) == 3
    if connection.vendor == "sqlite":
        for plan in map(plan_of, asked):
            assert "publicrecord_tombstones (reference>?)" in plan, plan


# --- Formats -----------------------------------------------------------------------------------
def test_every_kind_of_answer_is_valid_by_the_published_schemas(
    client: Client, tmp_path: Path, small_pages: None
) -> None:
    whole = everything_described()
    gated()
    rows.a_testimony(credit="withheld", title_en="", title_ar="", filmed="XXXX",
                     summary_en="", summary_ar="", place=None, neighbourhood=None,
                     latitude=None, longitude=None, subjects=(), languages=())  # fmt: skip
    rows.a_clip(medium="photograph", duration_s=None, languages=("zxx", "und"), rights="unknown")
    rows.withdraw(rows.a_clip())
    asked = [{"verb": verb} for verb in ("Identify", "ListSets", "ListMetadataFormats")]
    for prefix in PREFIXES:
        arguments = {"metadataPrefix": prefix, "identifier": f"oai:{HOST}:{whole.reference}"}
        asked.append({"verb": "GetRecord", **arguments})
        asked.append({"verb": "ListIdentifiers", "metadataPrefix": prefix, "from": "2026-01-01"})
    answers = {f"{n}": client.get("/oai", each).content for n, each in enumerate(asked)}
    from lxml import etree

    for prefix in PREFIXES:
        for number, page in enumerate(pages(client, verb="ListRecords", metadataPrefix=prefix)):
            answers[f"{prefix}-{number}"] = etree.tostring(page)
            for payload in said(page, "//o:metadata/*"):
                answers[f"{prefix}-{number}-{len(answers)}"] = etree.tostring(payload)
    assert strictly(answers, tmp_path) == []
    assert len(answers) > 20 and not any(b"<error" in each for each in answers.values())


@pytest.mark.parametrize(
    ("prefix", "good", "bad"),
    [
        ("oai_dc", b"<identifier>oai:", b"<identifer>oai:"),
        ("oai_dc", b"dc:creator", b"dc:author"),
        ("oai_pbcore", b' source="URI"', b""),
        ("oai_pbcore", b"<instantiationLocation>", b"<instantiationDigital>x"),
        ("oai_datacite", b' titleType="TranslatedTitle"', b' titleType="Translation"'),
        ("oai_datacite", b"<publicationYear>2026", b"<publicationYear>last year"),
    ],
)
def test_a_planted_fault_is_caught_by_the_schemas(
    client: Client, tmp_path: Path, prefix: str, good: bytes, bad: bytes
) -> None:
    everything_described()
    content = client.get(f"/oai?verb=ListRecords&metadataPrefix={prefix}").content
    assert strictly({"good": content}, tmp_path) == []
    assert good in content
    assert strictly({"bad": content.replace(good, bad)}, tmp_path) != []


def test_what_a_gate_closes_and_what_is_withheld_is_in_no_format(client: Client) -> None:
    rows.names()
    row = gated(credit="withheld", journalist=None, filmed="2016-11?")
    copies = [copy.name for copy in row.read().renditions]
    for prefix in PREFIXES:
        content = client.get(f"/oai?verb=ListRecords&metadataPrefix={prefix}").content.decode()
        assert not any(name in content for name in copies) and "/media/" not in content
        assert "Salma" not in content and "سلمى" not in content
        assert "2016-11-28" not in content
        assert "Graphic, Blood" in content
    datacite = ask(client, verb="ListRecords", metadataPrefix="oai_datacite")
    assert said(datacite, "//dcite:creatorName/text()") == [":unal"]
    (filmed,) = said(datacite, "//dcite:date[@dateType='Created']")
    assert (filmed.text, filmed.get("dateInformation")) == (
        *("2016-11-01/2016-11-30", "EDTF: 2016-11?"),
    )
    assert said(datacite, "//dcite:identifier/@identifierType") == ["URL"]


def test_dublin_core_names_the_page_first_and_one_right(client: Client) -> None:
    row = everything_described()
    root = ask(client, verb="ListRecords", metadataPrefix="oai_dc")
    found = said(root, "//dc:identifier/text()")
    assert found[0].endswith(f"/c/{row.reference}") and found[1] == row.reference
    assert said(root, "//dc:rights/text()") == ["http://creativecommons.org/licenses/by/4.0/"]
    assert said(root, "//dc:date/text()") == ["2016-11-28~"]
    assert said(root, "//dc:creator/text()") == ["Salma H.", "سلمى ح."]
