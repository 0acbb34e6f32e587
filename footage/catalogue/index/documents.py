"""What of a record stands in the index: words, filterable values, and keys to sort by.

Nothing here is shown to a reader: an answer is a list of references, and what is shown of each is
read from its live row. Names of people and places are not in the index either; they are resolved
to slugs when a question is asked, so that removing a name leaves nothing to find it by.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import tantivy

from footage.catalogue.index.words import words
from footage.catalogue.queries import FACETS
from footage.references import ALPHABET

# What is counted: columns in which every record has exactly one value, since counting one that some
# have and others have twice takes four times as long. A value holds those of each facet of its
# column, "clip|video|ar,en|": few combinations occur.
COLUMNS = {
    "closed": ("kind", "medium", "language", "advisory", "verification"),
    "showing": ("event", "film"),
    "where": ("neighbourhood",),
    "who": ("journalist",),
    "about_1": ("subject",),
    "about_2": ("subject",),
    # All that are left.
    "about_3": ("subject",),
}
# The filmed date "first|last|certain", to the day and to the month; "" where it is unknown.
DATES = ("span", "month")
# The keys to sort by.
NUMBERS = ("newest", "oldest", "published", "named")
# Beyond every day a calendar holds: for the open ends of an interval.
NEVER = 4_000_000
UNDATED = 0
_TIES = (1 << 40) - 1
_PLACE_OF = {letter: place for place, letter in enumerate(ALPHABET)}


@cache
def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("reference", stored=True, tokenizer_name="raw", index_option="basic")
    for name in (*FACETS, "witness", "place"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*COLUMNS, *DATES):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    # Slugs of the places that title or summary name, wherever it was filmed.
    builder.add_text_field("mention", tokenizer_name="raw", index_option="basic")
    for name in ("title", "summary", "said"):
        builder.add_text_field(name, tokenizer_name="words")
    # The words of all three, for finding and counting without ranking.
    builder.add_text_field("any", tokenizer_name="words", index_option="basic")
    for name in NUMBERS:
        builder.add_integer_field(name, fast=True)
    return builder.build()


def register(index: tantivy.Index) -> tantivy.Index:
    """Tell an index how words come: as stems, which are taken as they are."""
    whole = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("words", whole)
    return index


def document(
    record: Mapping[str, Any], row: int, mentions: tuple[str, ...] = ()
) -> tantivy.Document:
    """The index's entry for a record, given as its stored document, and the number of its row."""
    title = words(f"{record['title_en']} {record['title_ar']}")
    summary = words(f"{record['summary_en']} {record['summary_ar']}")
    said = words(
        " ".join(segment["text"] for each in record["transcripts"] for segment in each["segments"])
    )
    first, last = _day(record["filmed_from"]), _day(record["filmed_to"])
    dated = first is not None or last is not None
    sort = first.toordinal() if first else None
    reference = record["reference"]
    values = _values(record)
    entry: dict[str, Any] = {
        "reference": reference,
        **values,
        **_columns(values),
        "span": _span(first, last, record["filmed_certain"], len("2016-11-28")) if dated else "",
        "month": _span(first, last, record["filmed_certain"], len("2016-11")) if dated else "",
        "title": " ".join(title),
        "summary": " ".join(summary),
        "said": " ".join(said),
        "any": " ".join({*title, *summary, *said}),
        "newest": by_day(sort, reference, newest=True),
        "oldest": by_day(sort, reference, newest=False),
        "published": row,
        "named": by_reference(reference),
    }
    if mentions:
        entry["mention"] = list(mentions)
    return tantivy.Document(**entry)


def counts_of(column: str, written: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """The counts of each facet of a column, from those of the column's values."""
    counts: dict[str, dict[str, int]] = {facet: {} for facet in COLUMNS[column]}
    for combination, number in written.items():
        for facet, values in zip(counts, combination.split("|"), strict=False):
            for value in values.split(",") if values else ():
                counts[facet][value] = counts[facet].get(value, 0) + number
    return counts


def _columns(values: Mapping[str, list[str]]) -> dict[str, str]:
    about = values.get("subject", [])
    parts = {"about_1": about[:1], "about_2": about[1:2], "about_3": about[2:]}
    return {
        column: "".join(f"{','.join(parts.get(column, values.get(facet, ())))}|" for facet in of)
        for column, of in COLUMNS.items()
    }


def _span(first: date | None, last: date | None, certain: bool, length: int) -> str:
    known = (day.isoformat()[:length] if day else "" for day in (first, last))
    return "|".join((*known, str(int(certain))))


def _values(record: Mapping[str, Any]) -> dict[str, list[str]]:
    """The filterable values, as `Record.terms` has them, and the place shown."""
    one = ("kind", "medium", "neighbourhood", "journalist", "witness", "verification", "place")
    found = {facet: [record[facet]] for facet in one if record[facet]}
    many = {
        "subject": record["subjects"],
        "event": record["events"],
        "language": record["languages"],
        "film": [shot["film"] for shot in record["shots"]],
        "advisory": [each["code"] for each in record["advisories"]],
    }
    return found | {facet: list(dict.fromkeys(values)) for facet, values in many.items() if values}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# --- Keys to sort by: each names one place in the order, so that a page can begin beside it ------
def by_day(ordinal: int | None, reference: str, *, newest: bool) -> int:
    """Descending for the newest, ascending for the oldest; undated last; then by reference."""
    tie = _tie(reference)
    if newest:
        return (UNDATED if ordinal is None else ordinal) << 40 | (_TIES - tie)
    return (NEVER if ordinal is None else ordinal) << 40 | tie


def by_reference(reference: str) -> int:
    """Ascending in the order of references as text."""
    return _tie(reference)


def _tie(reference: str) -> int:
    number = 0
    for letter in reference[3:7] + reference[8:12]:
        number = number << 5 | _PLACE_OF.get(letter, 0)
    return number
