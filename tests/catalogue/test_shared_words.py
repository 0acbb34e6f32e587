"""Search on real titles: every collected pair of spellings, and the places of judged questions."""

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from footage.catalogue import authorities
from footage.catalogue.answers import answer
from footage.catalogue.index.words import words
from footage.catalogue.models import PublicAuthority, PublicRecord, PublicState
from footage.catalogue.queries import Query
from tests.catalogue.indexes import index
from tests.reading_room import rows

HERE = Path(__file__).parent
GAZETTEER = HERE.parent.parent / "footage" / "fixtures" / "gazetteer.json"


def read(path: Path, **stated: Any) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file, **stated)


def test_every_pair_that_must_match_has_the_same_words() -> None:
    pairs = list(read(HERE.parent / "data" / "arabic" / "normalisation_pairs.csv"))
    assert len(pairs) > 30
    for pair in pairs:
        assert words(pair["input"]) == words(pair["expected"]), pair


@pytest.mark.acceptance
def test_every_shared_pair_that_must_match_has_the_same_words(shared_data: Path) -> None:
    for pair in read(shared_data / "text/arabic/normalisation_pairs.csv"):
        assert words(pair["input"]) == words(pair["expected"]), pair


@pytest.mark.acceptance
@pytest.mark.django_db
def test_places_are_found_under_every_spelling_in_real_titles(shared_data: Path) -> None:
    """A place is what the source says, else what title or description name."""
    labelled = {"source-label", "csr-hand-geocoded"}
    recall, precision, _strict = judged(shared_data, labelled)
    assert recall >= 0.98, (recall, precision)
    assert precision >= 0.95, (recall, precision)


@pytest.mark.acceptance
@pytest.mark.django_db
def test_places_are_found_by_titles_and_descriptions_alone_where_these_name_them(
    shared_data: Path,
) -> None:
    """No label counts here. Of the records judged relevant, those whose own text names the place
    (`place_ids_silver`): of the others nothing that is searched says where they were filmed."""
    _recall, precision, strict = judged(shared_data, set())
    assert strict >= 0.98, (strict, precision)
    assert precision >= 0.95, (strict, precision)


def judged(shared_data: Path, labels: set[str]) -> tuple[float, float, float]:
    """Recall, precision, and recall among records whose text names the place, over all questions;
    what a source says of a place (by one of `labels`) is published as its neighbourhood."""
    a_gazetteer()
    records: dict[str, str] = {}
    named: set[tuple[str, str]] = set()
    published = []
    for number, each in enumerate(read(shared_data / "metadata/aleppo_footage_metadata.csv"), 1):
        labelled = each["place_method"] in labels
        named |= {(place, each["record_id"]) for place in each["place_ids_silver"].split("|")}
        reference = rows.a_reference(number)
        records[reference] = each["record_id"]
        published.append(
            a_row(
                number,
                rows.a_document(
                    reference,
                    title_en=each["title_en"],
                    title_ar=each["title_ar"],
                    summary_en="",
                    summary_ar=each["description"],
                    neighbourhood=each["place_ids"].split("|")[0] or None if labelled else None,
                    place=None,
                    subjects=(),
                ),
            )
        )
    PublicRecord.objects.bulk_create(published, batch_size=500)
    PublicState.objects.update(change=len(published), authorities=1)
    index()
    relevant: dict[str, set[str]] = defaultdict(set)
    for each in read(shared_data / "metadata/search_qrels.tsv", delimiter="\t"):
        relevant[each["place_id"]].add(each["record_id"])
    right = wrong = missed = right_named = all_named = 0
    names = authorities.current()
    for each in read(shared_data / "metadata/search_queries.tsv", delimiter="\t"):
        query = Query(text=each["query"], sort="newest")
        found = answer(query, names, size=5_000, facets=())
        assert found.searched
        got = {records[row.reference] for row in found.page.records}
        expected = relevant[each["place_id"]]
        right += len(got & expected)
        wrong += len(got - expected)
        missed += len(expected - got)
        strict = {record for record in expected if (each["place_id"], record) in named}
        right_named += len(got & strict)
        all_named += len(strict)
    return right / (right + missed), right / (right + wrong), right_named / all_named


def a_gazetteer() -> None:
    """As `load_reference` publishes it."""
    PublicAuthority.objects.bulk_create(
        PublicAuthority(
            kind="neighbourhood",
            slug=place["slug"],
            name_en=place["name_en"],
            name_ar=place["name_ar"],
            facts=json.dumps(
                {
                    "kind": place["kind"],
                    "parent": place["parent"],
                    "variants": [variant["text"] for variant in place["variants"]],
                }
            ),
        )
        for place in json.loads(GAZETTEER.read_text())
    )


def a_row(change: int, document: Any) -> PublicRecord:
    text = document.canonical()
    return PublicRecord(
        kind=document.kind,
        reference=document.reference,
        schema=1,
        published_at=rows.PUBLISHED,
        revised_at=rows.PUBLISHED,
        change=change,
        document=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )
