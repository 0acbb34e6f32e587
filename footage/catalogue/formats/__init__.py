"""Every form in which a list of records leaves the archive, each written piece by piece.

A writer takes the pieces of `streams.every`, what the export says of itself, and the names; it
keeps nothing but the piece it is at. None of them can be taken for whole when it breaks off:
either the form has an end of its own, or `broken` is put there, which no reader accepts.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from footage.catalogue.authorities import Authorities
from footage.catalogue.formats import citations, points, spoken, tables, workbook
from footage.catalogue.formats.about import About, about
from footage.catalogue.formats.flat import Flattening
from footage.catalogue.streams import Row

__all__ = ["FORMATS", "LEVEL", "About", "Format", "about", "written"]
# What gzip may cost while a million records go by; each further level gains a few per cent.
LEVEL = 4

Pieces = Iterable[list[Row]]
Writer = Callable[[Pieces, About, Authorities], Iterator[bytes]]


@dataclass(frozen=True)
class Format:
    """One form. `group` is what it is for: tables, programs, maps, references or transcripts."""

    suffix: str
    group: str
    media_type: str
    write: Writer
    # Records a second that one core writes, roughly (benchmarks/exports.py).
    speed: int
    # A whole catalogue in this form lists what was withdrawn as well.
    tombstones: bool = False
    # Packed already: gzip gains nothing.
    packed: bool = False
    # What no reader of the form accepts, where its end does not show.
    broken: bytes = b""


def _jsonl(pieces: Pieces, about: About, names: Authorities) -> Iterator[bytes]:
    flattening = Flattening(names)
    for piece in pieces:
        if piece:
            yield b"\n".join([*map(flattening.line, piece), b""])


def _csv(pieces: Pieces, about: About, names: Authorities) -> Iterator[bytes]:
    return tables.as_csv(pieces, Flattening(names))


def _excel_csv(pieces: Pieces, about: About, names: Authorities) -> Iterator[bytes]:
    return tables.as_excel_csv(pieces, Flattening(names))


def _xlsx(pieces: Pieces, about: About, names: Authorities) -> Iterator[bytes]:
    return workbook.as_xlsx(pieces, Flattening(names), about.lines())


def _geojson(pieces: Pieces, about: About, names: Authorities) -> Iterator[bytes]:
    return points.as_geojson(pieces, Flattening(names), about.stated())


def _transcripts(pieces: Pieces, about: About, names: Authorities, suffix: str) -> Iterator[bytes]:
    return spoken.as_zip(pieces, suffix, about.lines())


def _cited(
    pieces: Pieces,
    about: About,
    names: Authorities,
    write: Callable[[Pieces, Authorities, str], Iterator[bytes]],
    language: str,
) -> Iterator[bytes]:
    return write(pieces, names, language)


def _references(language: str) -> Iterator[Format]:
    """In English under the plain suffixes, in Arabic under "ar."."""
    before = "ar." if language == "ar" else ""
    for suffix, media_type, write, broken in (
        ("bib", "application/x-bibtex; charset=utf-8", citations.as_bibtex, b"@misc{BROKEN OFF"),
        (
            "ris",
            "application/x-research-info-systems; charset=utf-8",
            citations.as_ris,
            b"\r\nTY  - BROKEN OFF",
        ),
        ("csl.json", "application/vnd.citationstyles.csl+json", citations.as_csl, b""),
    ):
        write_in = partial(_cited, write=write, language=language)
        yield Format(f"{before}{suffix}", "references", media_type, write_in, 8_000, broken=broken)


_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv; charset=utf-8; header=present"
# An open quotation mark.
_BROKEN_TABLE = b'"THE EXPORT BROKE OFF HERE'

FORMATS: dict[str, Format] = {
    each.suffix: each
    for each in (
        Format("csv", "tables", _CSV, _csv, 25_000, tombstones=True, broken=_BROKEN_TABLE),
        Format(
            "excel.csv", "tables", _CSV, _excel_csv, 15_000, tombstones=True, broken=_BROKEN_TABLE
        ),
        Format("xlsx", "tables", _SHEET, _xlsx, 6_000, tombstones=True, packed=True),
        Format(
            "jsonl",
            "programs",
            "application/jsonl; charset=utf-8",
            _jsonl,
            70_000,
            tombstones=True,
            broken=b'{"the export broke off here',
        ),
        Format("geojson", "maps", "application/geo+json", _geojson, 50_000),
        *_references("en"),
        *_references("ar"),
        *(
            Format(
                f"{suffix}.zip",
                "transcripts",
                "application/zip",
                partial(_transcripts, suffix=suffix),
                10_000,
                packed=True,
            )
            for suffix in spoken.SPOKEN
        ),
    )
}


def written(form: Format, some: list[Row], about: About, names: Authorities) -> bytes:
    """A few records as an export of them would be."""
    return b"".join(form.write([some], about, names))
