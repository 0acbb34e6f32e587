"""Everything an index holds, for those who look for what should not be there.

Reads the engine's own dictionary, where the words of removed entries stay until their files go.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import tantivy

from footage.catalogue.index.documents import COLUMNS, DATES, NUMBERS
from footage.catalogue.index.generations import View, engine, view
from footage.catalogue.queries import FACETS

FIELDS = (
    *("reference", *FACETS, *COLUMNS, *DATES, "witness", "place", "mention"),
    *("title", "summary", "said", "any"),
)


@dataclass(frozen=True)
class Held:
    """One term of one field, and the references of the live entries that hold it."""

    field: str
    term: str
    references: tuple[str, ...]


def terms() -> Iterator[Held]:
    """Every term of the index in use, in order, with its postings. Raises Unavailable.

    A term without a reference is what a removed entry left behind. Slow: one search for each.
    """
    now = view()
    with engine():
        for field in FIELDS:
            for term, _number in now.searcher.terms_with_prefix(field, ""):
                asked = tantivy.Query.term_query(now.schema, field, term, "basic")
                found = now.searcher.search(asked, max(1, now.searcher.num_docs))
                yield Held(
                    field, term, tuple(sorted(_reference(now, each) for _, each in found.hits))
                )


def stored() -> list[tuple[str, dict[str, list[object]], dict[str, object]]]:
    """Each live entry by its reference: what is stored of it, and the numbers it is sorted by."""
    now = view()
    with engine():
        hits = now.searcher.search(tantivy.Query.all_query(), max(1, now.searcher.num_docs)).hits
        addresses = [address for _score, address in hits]
        columns = {name: now.searcher.fast_field_values(name, addresses) for name in NUMBERS}
        entries = []
        for place, address in enumerate(addresses):
            kept = now.searcher.doc(address).to_dict()
            numbers: dict[str, object] = {name: columns[name][place] for name in NUMBERS}
            entries.append((_reference(now, address), kept, numbers))
    return sorted(entries, key=lambda entry: entry[0])


def files() -> dict[str, bytes]:
    """The bytes of every file beside and in the index, by path below its directory."""
    folder = view().generation.path.parent
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _reference(now: View, address: tantivy.DocAddress) -> str:
    return str(now.searcher.doc(address).get_first("reference"))
