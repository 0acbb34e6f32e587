"""Everything a list holds as references: BibTeX, RIS, and CSL-JSON as one array."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

import orjson

from footage.catalogue import citing
from footage.catalogue.authorities import Authorities
from footage.catalogue.citing import Citation
from footage.catalogue.formats.flat import without_transcripts
from footage.catalogue.record import Record
from footage.catalogue.streams import Row


def as_bibtex(pieces: Iterable[list[Row]], names: Authorities, language: str) -> Iterator[bytes]:
    return _written(pieces, names, language, lambda each: citing.as_bibtex(each) + "\n")


def as_ris(pieces: Iterable[list[Row]], names: Authorities, language: str) -> Iterator[bytes]:
    return _written(pieces, names, language, citing.as_ris)


def as_csl(pieces: Iterable[list[Row]], names: Authorities, language: str) -> Iterator[bytes]:
    yield b"[\n"
    before = b""
    for piece in pieces:
        items = [orjson.dumps(citing.as_csl(each)) for each in _cited(piece, names, language)]
        if items:
            yield before + b",\n".join(items)
            before = b",\n"
    yield b"\n]\n"


def _written(
    pieces: Iterable[list[Row]],
    names: Authorities,
    language: str,
    written: Callable[[Citation], str],
) -> Iterator[bytes]:
    for piece in pieces:
        yield "".join(map(written, _cited(piece, names, language))).encode()


def _cited(piece: list[Row], names: Authorities, language: str) -> Iterator[Citation]:
    for row in piece:
        if row.document is None:
            continue
        document, _ = without_transcripts(row.document)
        record = Record.model_validate({**document, "transcripts": ()})
        revised = date.fromisoformat(row.revised_at)
        yield citing.cite(record, row.version, revised, names, language)
