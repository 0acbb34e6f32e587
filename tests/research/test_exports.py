"""Exports of a list: every declared field, names joined, nothing a spreadsheet would run."""

import csv
import gzip
import io
import re
import tracemalloc
import zipfile

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue import authorities, formats, streams
from footage.catalogue.formats import workbook
from footage.catalogue.formats.about import version
from footage.catalogue.formats.flat import Flattening, columns
from footage.catalogue.formats.tables import defused
from footage.catalogue.models import PublicRecord, PublicTerm
from footage.catalogue.published import fields, published, tombstone
from footage.catalogue.queries import Query
from footage.catalogue.record import Record
from tests.catalogue.indexes import index
from tests.reading_room import rows
from tests.research.plans import plan_of

pytestmark = pytest.mark.django_db


def as_csv(client: Client, address: str = "", suffix: str = "csv") -> list[dict[str, str]]:
    text = b"".join(client.get(f"/export/clips.{suffix}{address}")).decode()
    assert text.startswith("\ufeff") == (suffix == "excel.csv")
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True))


def as_lines(client: Client, address: str = "") -> list[dict]:
    content = b"".join(client.get(f"/export/clips.jsonl{address}"))
    return [orjson.loads(line) for line in content.splitlines()]


def test_both_exports_hold_every_declared_field_in_order_with_names(client: Client) -> None:
    rows.names()
    clip = rows.a_clip(subjects=("school", "play"), events=("bakery-strike",))
    (line,), (cells,) = as_lines(client), as_csv(client)
    assert list(line) == fields() == [name for name in cells if name in fields()]
    assert list(cells) == columns()
    assert [name for name in fields() if name in Record.model_fields] == list(Record.model_fields)
    assert line["journalist_name_ar"] == cells["journalist_name_ar"] == "سلمى ح."
    assert cells["subjects"] == "school | play" and line["subjects"] == ["school", "play"]
    assert cells["events_name_en"] == "The bakery strike"
    assert cells["address"].endswith(f"/c/{clip.reference}")
    assert cells["latitude"] == "36.1934" and line["latitude"] == 36.1934
    assert orjson.loads(cells["advisories"] or "[]") == []


def test_an_export_holds_what_the_list_shows_and_nothing_else(client: Client) -> None:
    school = rows.a_clip(subjects=("school",))
    rows.a_clip(subjects=("play",)), rows.a_testimony(subjects=("school",))
    rows.withdraw(rows.a_clip(subjects=("school",)))
    address = "?subject=school&from=2016-11&sort=oldest"
    assert [line["reference"] for line in as_lines(client, address)] == [school.reference]
    assert [cells["reference"] for cells in as_csv(client, address)] == [school.reference]


@pytest.mark.parametrize(
    "dangerous",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " =1",
        "\n=1",
        "\u200f=1",
        "\ufeff=1",
    ],
)
def test_text_that_a_spreadsheet_would_run_is_defused_for_excel_alone(
    client: Client, dangerous: str
) -> None:
    rows.name("journalist", "salma", dangerous, dangerous)
    rows.a_clip(title_en=dangerous, summary_ar=dangerous, rights_note=f'{dangerous}","x')
    (cells,), (line,) = as_csv(client, suffix="excel.csv"), as_lines(client)
    (raw,) = as_csv(client)
    for field in ("title_en", "summary_ar", "journalist_name_en"):
        assert cells[field] == f"'{dangerous}"
        assert line[field] == raw[field] == dangerous
    assert cells["rights_note"] == f'\'{dangerous}","x'


def test_ordinary_text_and_numbers_are_left_alone(client: Client) -> None:
    rows.a_clip(title_en='He said "bread",\r\nthen - left', latitude=-36.5, duration_s=65.5)
    (cells,) = as_csv(client)
    assert cells["title_en"] == 'He said "bread",\r\nthen - left'
    assert (cells["latitude"], cells["duration_s"], cells["download"]) == ("-36.5", "65.5", "false")
    (excel,) = as_csv(client, suffix="excel.csv")
    assert {name for name in excel if excel[name] != cells[name]} == {"filmed"}
    assert excel["filmed"] == f"'{cells['filmed']}"


@pytest.mark.parametrize(
    "text", ["0012", "2016-11", "1e5", "3/4", "12:30", "March 2016", "5 Mar", "٢٠١٦", "TRUE", "50%"]
)
def test_text_that_a_spreadsheet_would_convert_is_kept_for_excel(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "خبز", "2016 was cold", "Marching", "AA-7Q2K-M3XT-9", "XXXX"])
def test_text_that_no_spreadsheet_changes_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("?colour=red", "colour"),
        ("?subject=nonsense", "subject"),
        ("?from=yesterday", "from"),
        ("?after=forged", "after"),
        ("?%00=1", ""),
        ("?q=" + "a" * 301, "q has 301 characters; 300 are the most"),
        ("?q=bread&q=water", "q is given 2 times"),
        ("?from=2015&from=2016", "from is given 2 times"),
        ("?" + "event=a&" * 25 + "film=b&" * 25, "event, film have 50 values in all"),
    ],
)
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_parameter_that_cannot_be_used_is_a_problem(
    client: Client, address: str, named: str, suffix: str
) -> None:
    answer = client.get(f"/export/clips.{suffix}{address}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = orjson.loads(answer.content)
    assert problem["status"] == 400 and named in problem["detail"]
    assert problem["parameter"] in address or named == ""


def test_the_file_is_named_by_question_change_and_number(client: Client) -> None:
    rows.a_clip(), rows.a_clip()
    answer = client.get("/export/clips.csv?neighbourhood=bustan-al-qasr&from=2016-11")
    name = r"aleppo-archive_bustan-al-qasr_2016-11-01_[0-9a-f]{8}_change-2_2-records\.csv"
    assert re.fullmatch(f'attachment; filename="{name}"', answer["Content-Disposition"])
    whole = client.get("/export/clips.csv")["Content-Disposition"]
    assert whole == 'attachment; filename="aleppo-archive_change-2_2-records.csv"'
    assert not answer.cookies and answer["Cache-Control"] == "no-cache"


def test_two_questions_never_share_a_name(client: Client) -> None:
    rows.a_clip(title_en="Bread and water", subjects=("school",), events=("school",))
    index()
    asked = ("?q=bread", "?q=water", "?subject=school", "?event=school", "?from=2010", "?to=2030")
    named = [client.get(f"/export/clips.csv{each}")["Content-Disposition"] for each in asked]
    assert all("1-record." in name for name in named) and len(set(named)) == len(asked)


def test_the_address_of_any_page_of_a_list_exports_the_whole_of_it(client: Client) -> None:
    found = [rows.a_clip(filmed=f"2016-11-{day:02}") for day in range(1, 27)]
    page = client.get("/en/clips/?q=&from=2016&to=&sort=oldest").content.decode()
    query = re.findall(r'href="/en/clips/(\?[^"]*after=[^"]*)"', page)[0].replace("&amp;", "&")
    lines = as_lines(client, query)
    assert [line["reference"] for line in lines] == [row.reference for row in found]
    assert as_lines(client, "?q=&from=2016&to=&sort=oldest") == lines
    beside = orjson.loads(client.get(f"/export/datapackage.json{query}").content)
    assert beside["about"]["query"] == {"from": ["2016-01-01"]}, "its order is that of publication"
    assert beside["homepage"].endswith("/en/clips/?from=2016-01-01")


def test_an_empty_list_is_a_valid_file_of_every_format(client: Client) -> None:
    assert as_csv(client) == [] and as_lines(client) == []
    for suffix in formats.FORMATS:
        assert client.get(f"/export/clips.{suffix}").status_code == 200
        assert b"".join(client.get(f"/export/clips.{suffix}")) or suffix.endswith(
            ("jsonl", "bib", "ris")
        )
    assert orjson.loads(b"".join(client.get("/export/clips.geojson")))["features"] == []
    assert orjson.loads(b"".join(client.get("/export/clips.csl.json"))) == []


# --- The quick way and the plain one --------------------------------------------------------------
def every(client: Client, address: str = "?kind=clip&kind=testimony") -> list[streams.Row]:
    query = Query.read(client.get(f"/en/clips/{address}").wsgi_request.GET)
    pieces = streams.every(query, authorities.current(), tombstones=True)
    return [row for piece in pieces for row in piece]


def a_varied_collection() -> None:
    rows.names()
    rows.name("event", "second", '“place”:"x"', "حدث ثانٍ")
    tricky = 'She said: "journalist":"nobody",\\"transcripts\\":[] and {"latitude":1}'
    reference = rows.a_reference(4242)
    rows.a_clip(title_en=tricky, summary_ar=tricky, events=("bakery-strike", "second"))
    rows.a_clip(latitude=None, longitude=None, place=None, neighbourhood=None, journalist="gone")
    rows.a_clip(schema_number=2, waveform=(0, 50, 100), title_en="", rights_note=tricky)
    spoken = rows.a_transcript(reference, "ar", (0.0, 2.5, "أم", 'قالت: "place":"هنا"'))
    rows.a_clip(4242, transcripts=(spoken,), advisories=(rows.an_advisory("graphic-injury", 1, 2),))
    older = rows.a_clip()
    kept = orjson.loads(older.document)
    del kept["incomplete"], kept["waveform"]
    PublicRecord.objects.filter(pk=older.pk).update(document=orjson.dumps(kept).decode())
    rows.a_testimony(witness="salma")
    rows.withdraw(rows.a_clip(), "consent")


def test_every_line_says_what_the_declared_shape_says(client: Client) -> None:
    a_varied_collection()
    names = authorities.current()
    found = every(client)
    assert len(found) == PublicRecord.objects.count() == 7
    for row in found:
        stored = PublicRecord.objects.get(pk=row.pk)
        line = orjson.loads(Flattening(names).line(row))
        plain = published(stored, names) if row.document else tombstone(stored)
        assert line == plain
        if row.document and b"waveform" in row.document:
            assert list(line) == list(plain)


def test_every_cell_says_what_the_line_says(client: Client) -> None:
    a_varied_collection()
    for row in every(client):
        flattening = Flattening(authorities.current())
        line = orjson.loads(flattening.line(row))
        cells = dict(zip(columns(), flattening.cells(row), strict=True))
        for name, cell in cells.items():
            value = line.get(name)
            if isinstance(value, list):
                codes = all(isinstance(each, str) for each in value)
                again = cell.split(" | ") if codes and cell else orjson.loads(cell or "[]")
                assert again == value, name
            else:
                assert cell == value, name


def test_a_whole_catalogue_lists_what_was_withdrawn_and_no_other_export_does(
    client: Client,
) -> None:
    kept, gone = rows.a_clip(), rows.a_clip()
    rows.withdraw(gone)
    (first, second) = as_csv(client)
    assert first["reference"] == kept.reference and first["withdrawn_at"] == ""
    told = {
        "reference": gone.reference,
        "withdrawn_at": "2026-05-04",
        "withdrawal_reason": "safety",
    }
    assert {name: value for name, value in second.items() if value} == told
    assert as_lines(client)[1] == told
    assert [line["reference"] for line in as_lines(client, "?from=2010")] == [kept.reference]
    # Of whichever kind: what it was is not told.
    assert as_lines(client, "?kind=testimony") == [told]


def test_a_form_that_lists_nothing_withdrawn_says_that_it_lists_none(client: Client) -> None:
    rows.a_clip()
    rows.withdraw(rows.a_clip())
    stated = orjson.loads(b"".join(client.get("/export/clips.geojson")))["about"]
    assert (stated["records"], stated["tombstones"]) == (1, 0)
    with zipfile.ZipFile(io.BytesIO(b"".join(client.get("/export/clips.txt.zip")))) as package:
        assert "Withdrawn records listed: 0\n" in package.read("ABOUT.txt").decode()
    package = orjson.loads(client.get("/export/datapackage.json").content)
    listed = {each["format"]: each["tombstones"] for each in package["resources"]}
    assert {suffix for suffix, number in listed.items() if number} == {"csv", "xlsx", "jsonl"}


def test_a_record_withdrawn_while_an_export_runs_is_in_no_later_piece(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PIECE", 2)
    found = [rows.a_clip(subjects=("school",)) for _ in range(6)]
    for address in ("?from=2010", "?subject=school"):
        pieces = iter(client.get(f"/export/clips.jsonl{address}").streaming_content)
        first = next(pieces)
        last = found.pop()
        rows.withdraw(last)
        told = first + b"".join(pieces)
        assert last.reference.encode() not in told
        assert told.count(b"\n") == len(found)


# --- How it is sent -------------------------------------------------------------------------------
def test_a_reference_begins_with_no_character_that_a_spreadsheet_eats() -> None:
    for number in range(0, 2**40, 2**33 + 12345):
        assert defused(rows.a_reference(number)) == rows.a_reference(number)


def test_gzip_is_by_name_or_by_agreement_and_the_same_each_time(client: Client) -> None:
    rows.a_clip(title_ar="طابور الخبز")
    plain = b"".join(client.get("/export/clips.jsonl"))
    file = client.get("/export/clips.jsonl.gz")
    packed = b"".join(file)
    assert gzip.decompress(packed) == plain and packed[4:8] == bytes(4)
    assert file["Content-Type"] == "application/gzip" and "Vary" not in file
    assert b"".join(client.get("/export/clips.jsonl.gz")) == packed
    agreed = client.get("/export/clips.jsonl", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert agreed["Content-Encoding"] == "gzip" and agreed["Vary"] == "Accept-Encoding"
    assert gzip.decompress(b"".join(agreed)) == plain
    refused = client.get("/export/clips.jsonl", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused and b"".join(refused) == plain
    assert "Content-Encoding" not in client.get(
        "/export/clips.xlsx", headers={"Accept-Encoding": "gzip"}
    )


def test_an_unknown_format_names_those_there_are(client: Client) -> None:
    for suffix in ("pdf", "xlsx.gz", "csv.gz.gz", "gz"):
        answer = client.get(f"/export/clips.{suffix}")
        assert answer.status_code == 404
        assert "excel.csv" in orjson.loads(answer.content)["detail"]


def test_whoever_has_an_export_already_is_told_so_until_something_changes(client: Client) -> None:
    rows.a_clip()
    etag = client.get("/export/clips.csv")["ETag"]
    assert client.get("/export/clips.csv", headers={"If-None-Match": etag}).status_code == 304
    rows.a_clip()
    assert client.get("/export/clips.csv", headers={"If-None-Match": etag}).status_code == 200
    assert client.get("/export/clips.jsonl")["ETag"] != client.get("/export/clips.csv")["ETag"]


def test_the_description_beside_a_file_says_what_it_is(client: Client) -> None:
    rows.a_clip()
    rows.withdraw(rows.a_clip())
    link = client.get("/export/clips.csv?from=2016")["Link"]
    address = link.partition("<")[2].partition(">")[0].removeprefix("http://127.0.0.1:8000")
    assert orjson.loads(client.get(address).content)["about"]["query"] == {"from": ["2016-01-01"]}
    package = orjson.loads(client.get("/export/datapackage.json").content)
    about = package["about"]
    assert (about["records"], about["tombstones"], about["change"]) == (1, 1, 2)
    assert about["as_of"] == PublicRecord.objects.get(change=2).changed_on.isoformat()
    assert about["software"]["version"] == version()
    assert "permanent address" in about["rights"]
    assert {each["format"] for each in package["resources"]} >= {"csv", "xlsx", "ris", "geojson"}
    (table,) = [each for each in package["resources"] if each["name"] == "clips-csv"]
    assert [field["name"] for field in table["schema"]["fields"]] == columns()
    assert all(field["description"] for field in table["schema"]["fields"])


@pytest.mark.parametrize("suffix", [*formats.FORMATS, "jsonl.gz"])
def test_until_something_changes_a_file_is_the_same_byte_for_byte(
    client: Client, suffix: str
) -> None:
    """By which a file is checked: whoever doubts one fetches it again."""
    rows.names()
    rows.a_clip(transcripts=(rows.a_transcript("x", "ar", (0.0, 1.0, "", "كلام")),))
    rows.withdraw(rows.a_clip())
    first, again = (client.get(f"/export/clips.{suffix}") for _ in range(2))
    assert b"".join(first) == b"".join(again) and first["ETag"] == again["ETag"]


@pytest.mark.parametrize("suffix", [*formats.FORMATS, "jsonl.gz"])
def test_an_export_that_fails_on_the_way_is_no_whole_file(client: Client, suffix: str) -> None:
    rows.names()
    rows.a_clip(transcripts=(rows.a_transcript("x", "ar", (0.0, 1.0, "", "كلام")),))
    broken = rows.a_clip()
    whole = b"".join(client.get(f"/export/clips.{suffix}"))
    assert readable(suffix, whole), "the judge finds nothing wrong with what is whole"
    PublicRecord.objects.filter(pk=broken.pk).update(document='{"schema_number":2,')
    pieces: list[bytes] = []
    with pytest.raises(ValueError):
        for piece in client.get(f"/export/clips.{suffix}").streaming_content:
            pieces.append(piece)
    assert not readable(suffix, b"".join(pieces))


def readable(suffix: str, content: bytes) -> bool:
    """Whether a strict reader takes a file for whole."""
    try:
        if suffix.endswith("csv"):
            list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
        elif suffix.endswith("gz"):
            gzip.decompress(content)
        elif suffix.endswith(("zip", "xlsx")):
            return zipfile.ZipFile(io.BytesIO(content)).testzip() is None
        elif suffix == "jsonl":
            [orjson.loads(line) for line in content.splitlines()]
        elif suffix.endswith("json"):
            orjson.loads(content)
        elif suffix.endswith("bib"):
            return content.count(b"{") == content.count(b"}")
        else:
            return content.count(b"TY  - ") == content.count(b"ER  - ")
    except (csv.Error, EOFError, ValueError, zipfile.BadZipFile):
        return False
    return True


def test_five_thousand_records_are_streamed_in_little_memory(client: Client) -> None:
    rows.names()
    first = rows.a_clip(summary_en="x" * 4000)
    PublicRecord.objects.bulk_create(
        PublicRecord(
            kind="clip",
            reference=rows.a_reference(10_000 + number),
            schema=1,
            published_at=first.published_at,
            revised_at=first.revised_at,
            change=10_000 + number,
            document=first.document,
            digest=first.digest,
        )
        for number in range(4999)
    )
    assert PublicTerm.objects.exists()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get("/export/clips.csv")
        assert answer.streaming
        before = len(asked)
        pieces = iter(answer)
        begun = next(pieces) + next(pieces)
        assert len(asked) - before <= 1
        tracemalloc.start()
        lines = begun.count(b"\r\n") + sum(piece.count(b"\r\n") for piece in pieces)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert lines == 5001
    assert peak < 12_000_000


@pytest.mark.parametrize("asked", ["", "?kind=clip&kind=testimony", "?from=2016&to=2016"])
def test_each_piece_is_found_along_the_primary_key_whatever_the_database_knows_of_it(
    client: Client, asked: str
) -> None:
    """Without statistics, and in a new archive there are none, an index of kinds looks better."""
    rows.a_clip()
    with CaptureQueriesContext(connection) as queries:
        b"".join(client.get(f"/export/clips.jsonl{asked}"))
    pieces = [
        each["sql"]
        for each in queries
        if '"document"' in each["sql"] and '"withdrawn_at" IS NOT NULL' not in each["sql"]
    ]
    assert pieces
    if connection.vendor == "sqlite":
        for plan in map(plan_of, pieces):
            assert "INTEGER PRIMARY KEY (rowid>?)" in plan, plan


def test_a_workbook_goes_on_in_another_sheet_before_a_spreadsheet_is_full(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workbook.MOST_ROWS + 1 < 1_048_576
    monkeypatch.setattr(streams, "HANDED", 2)
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    there = sorted(rows.a_clip().reference for _ in range(9))
    answer = client.get("/export/clips.xlsx")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as package:
        sheets = [package.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (2, 3, 4)]
        named = package.read("xl/workbook.xml").decode()
    assert [sheet.count("<row>") for sheet in sheets] == [5, 5, 2], "each begins with the header"
    assert all(f'name="Records {number}"' in named for number in (1, 2, 3))
    held = "".join(sheets)
    assert all(f">{reference}<" in held for reference in there)
