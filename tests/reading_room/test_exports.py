"""Exports of a list: every declared field, names joined, nothing a spreadsheet would run."""

import csv
import io
import tracemalloc

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue.models import PublicRecord, PublicTerm
from footage.catalogue.published import fields
from footage.catalogue.record import Record
from footage.research.exports import defused
from tests.reading_room import rows

pytestmark = pytest.mark.django_db


def as_csv(client: Client, address: str = "") -> list[dict[str, str]]:
    content = b"".join(client.get(f"/export/clips.csv{address}"))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def as_lines(client: Client, address: str = "") -> list[dict]:
    content = b"".join(client.get(f"/export/clips.jsonl{address}"))
    return [orjson.loads(line) for line in content.splitlines()]


def test_both_exports_hold_every_declared_field_in_order_with_names(client: Client) -> None:
    rows.names()
    clip = rows.a_clip(subjects=("school", "play"), events=("bakery-strike",))
    (line,), (cells,) = as_lines(client), as_csv(client)
    assert list(line) == list(cells) == fields()
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
def test_text_that_a_spreadsheet_would_run_is_defused_in_csv_alone(
    client: Client, dangerous: str
) -> None:
    rows.name("journalist", "salma", dangerous, dangerous)
    rows.a_clip(title_en=dangerous, summary_ar=dangerous, rights_note=f'{dangerous}","x')
    (cells,), (line,) = as_csv(client), as_lines(client)
    for field in ("title_en", "summary_ar", "journalist_name_en"):
        assert cells[field] == f"'{dangerous}"
        assert line[field] == dangerous
    assert cells["rights_note"] == f'\'{dangerous}","x'


def test_ordinary_text_and_numbers_are_left_alone(client: Client) -> None:
    rows.a_clip(title_en='He said "bread",\r\nthen - left', latitude=-36.5, duration_s=65.5)
    (cells,) = as_csv(client)
    assert cells["title_en"] == 'He said "bread",\r\nthen - left'
    assert (cells["latitude"], cells["duration_s"], cells["download"]) == ("-36.5", "65.5", "false")
    assert defused("") == "" and defused("خبز") == "خبز" and defused("2016-11") == "2016-11"


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("?colour=red", "colour"),
        ("?subject=nonsense", "subject"),
        ("?from=yesterday", "from"),
        ("?after=forged", "after"),
        ("?%00=1", ""),
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


def test_the_file_is_named_by_day_and_number(client: Client) -> None:
    rows.a_clip(), rows.a_clip()
    answer = client.get("/export/clips.csv")
    assert "_2-records.csv" in answer["Content-Disposition"]
    assert not answer.cookies and answer["Cache-Control"] == "no-cache"


def test_an_empty_list_exports_its_header(client: Client) -> None:
    assert as_csv(client) == [] and as_lines(client) == []


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
        next(pieces), next(pieces)
        assert len(asked) - before <= 1
        tracemalloc.start()
        lines = 1 + sum(piece.count(b"\r\n") for piece in pieces)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert lines == 5000
    assert peak < 12_000_000
