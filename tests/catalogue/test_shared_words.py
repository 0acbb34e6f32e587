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
    a_gazetteer()
    records: dict[str, str] = {}
    published = []
    for number, each in enumerate(read(shared_data / "metadata/aleppo_footage_metadata.csv"), 1):
        labelled = each["place_method"] in {"source-label", "csr-hand-geocoded"}
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
    right = wrong = missed = 0
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
    recall, precision = right / (right + missed), right / (right + wrong)
    assert recall >= 0.98, (recall, precision)
    assert precision >= 0.95, (recall, precision)


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
