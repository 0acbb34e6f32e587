"""The data dictionary lacks nothing, says it in both languages, and describes what is published."""

import re

import orjson
import pytest
from django.test import Client

from footage.catalogue import dictionary
from footage.catalogue.published import Envelope, Facts, Name, fields, published_name
from footage.catalogue.record import SCHEMA, Declared, Record, declared
from tests import judges
from tests.reading_room import rows

pytestmark = pytest.mark.django_db

ARABIC = re.compile(r"[\u0621-\u064a]")
VALIDATING = """
import json, sys, jsonschema
schema, records = json.load(sys.stdin)
validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
jsonschema.Draft202012Validator.check_schema(schema)
print(json.dumps([[error.json_path, error.message] for each in records
                  for error in validator.iter_errors(each)]))
"""


def an_archive() -> None:
    """One record of each kind with every list filled, and one whose document is of schema 1."""
    rows.names()
    copies = (rows.a_copy(b"poster", "poster", "jpg"), rows.a_copy(b"film", duration_s=65.5))
    clip = rows.a_clip(
        events=("bakery-strike",),
        shots=(rows.a_shot("a-film", 1, 1.5, 3.25),),
        advisories=(rows.an_advisory("blood", 2, 5),),
        advisory_level="distressing",
        renditions=copies,
    )
    said = rows.a_transcript(clip.reference, "en", (0.5, 4.25, "Baker", "We were open."))
    rows.a_testimony(transcripts=(said,), filmed="XXXX", filmed_basis="", rights="cc0")
    old = rows.a_clip(medium="sound", filmed="2016-11~")
    document = orjson.loads(old.document)
    del document["incomplete"], document["waveform"]
    old.document = orjson.dumps(document).decode()
    old.save()


def exported(client: Client, address: str = "?kind=clip&kind=testimony") -> list[dict]:
    content = b"".join(client.get(f"/export/clips.jsonl{address}"))
    return [orjson.loads(line) for line in content.splitlines()]


def test_every_declared_field_has_its_whole_entry() -> None:
    assert list(dictionary.lacking(dictionary.MODELS)) == []


class Hasty(Declared):
    """Fields that somebody declared in a hurry."""

    silent: str = declared("", "", standard="")
    length: float = declared("Length", "الطول", standard="x")
    colour: str = declared("Colour", "اللون", standard="x", vocabulary="colours")
    by: str = declared("By", "من", standard="x", authority="painter")
    later: str = declared("Later", "لاحقًا", standard="x", since=SCHEMA + 1)


def test_an_entry_that_lacks_something_is_found() -> None:
    assert list(dictionary.lacking({"hasty": (Hasty, "")})) == [
        "Hasty.silent: no description_en",
        "Hasty.silent: no description_ar",
        "Hasty.silent: no standard",
        "Hasty.length: a number without a known unit",
        "Hasty.colour: no vocabulary is called colours",
        "Hasty.by: no kind of name is called painter",
        "Hasty.later: since a schema number that never was",
    ]


def test_every_vocabulary_of_a_field_has_a_title_in_both_languages() -> None:
    for vocabulary in (*dictionary.vocabularies(), dictionary.UNITS, dictionary.TYPES):
        assert vocabulary.en and ARABIC.search(vocabulary.ar), vocabulary
    assert "withdrawal-reasons" in {each.name for each in dictionary.vocabularies()}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_names_every_field_and_every_code(client: Client, language: str) -> None:
    page = client.get(f"/{language}/about/data/").content.decode()
    for model in dictionary.MODELS:
        for entry in dictionary.entries(model):
            assert f">{entry.path}</code>" in page
            assert entry.description(language) in page
    for vocabulary in dictionary.vocabularies():
        assert vocabulary.title(language) in page
        for term in vocabulary:
            assert f">{term.code}</code>" in page and term.en in page and term.ar in page
    assert f"/schemas/record-{SCHEMA}.json" in page
    assert f"/{language}/about/data/" in client.get(f"/{language}/about/").content.decode()


def test_the_page_and_the_schema_ask_nothing_of_the_database(
    client: Client, django_assert_num_queries
) -> None:
    with django_assert_num_queries(0):
        assert client.get("/en/about/data/").status_code == 200
        assert client.get(f"/schemas/record-{SCHEMA}.json").status_code == 200


def test_every_exported_record_is_as_the_schema_says(client: Client) -> None:
    an_archive()
    answer = client.get(f"/schemas/record-{SCHEMA}.json")
    assert answer["Content-Type"] == "application/schema+json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    schema = orjson.loads(answer.content)
    assert list(schema["properties"]) == fields()
    assert schema["$id"].endswith(f"/schemas/record-{SCHEMA}.json")
    found = exported(client)
    assert len(found) == 3 and {"incomplete", "waveform"} <= set(found[-1])
    assert judges.asked(VALIDATING, [schema, found]) == []
    # What was valid under an earlier number stays so.
    earlier = orjson.loads(client.get("/schemas/record-1.json").content)
    assert "waveform" not in earlier["properties"]
    assert judges.asked(VALIDATING, [earlier, found]) == []


def test_the_judge_of_the_schema_finds_what_is_wrong(client: Client) -> None:
    an_archive()
    schema = dictionary.record_schema()
    good, *_others = exported(client)
    wrong = [
        {**good, "undeclared": 1},
        {**good, "filmed_from": "28 November"},
        {**good, "verification": "surely"},
        {**good, "subjects": ["nonsense"]},
        {**good, "duration_s": "65"},
        {key: value for key, value in good.items() if key != "title_ar"},
        {**good, "renditions": [{**good["renditions"][0], "path": "/srv"}]},
    ]
    assert len(judges.asked(VALIDATING, [schema, wrong])) == len(wrong)


def test_a_schema_number_that_never_was_is_a_problem_that_names_the_newest(client: Client) -> None:
    for number in (0, SCHEMA + 1):
        answer = client.get(f"/schemas/record-{number}.json")
        assert answer.status_code == 404
        assert f"record-{SCHEMA}.json" in orjson.loads(answer.content)["detail"]


def test_a_name_says_its_declared_facts_and_no_others() -> None:
    row = rows.name(
        "neighbourhood",
        "al-shaar",
        "al-Shaar",
        "الشعار",
        facts={"kind": "neighbourhood", "stays": True, "variants": ["Shaar"], "parent": None},
        polygon='{"type":"Polygon","coordinates":[]}',
    )
    said = published_name(row)
    assert Name.model_validate(said).facts == Facts(kind="neighbourhood", variants=("Shaar",))
    assert list(said["facts"]) == ["kind", "variants"]
    assert said["polygon"]["type"] == "Polygon"
    assert list(said) == list(Name.model_fields)


def test_envelope_and_record_share_no_key() -> None:
    assert not set(Envelope.model_fields) & set(Record.model_fields)
