"""Tables: CSV as RFC 4180 has it, and CSV that a spreadsheet opens without changing it.

The plain form is lossless: UTF-8 without a mark, every value as it is. A missing value is an empty
field, an empty text a pair of quotation marks. The form for Excel begins with a byte order mark,
without which Arabic is garbled, and puts an apostrophe before a text that would be taken for a
formula, a number or a date; numbers, and columns that hold days, are never touched.
"""

import re
from collections.abc import Iterable, Iterator

from footage.catalogue.formats.flat import DAYS, Cell, Flattening, columns
from footage.catalogue.streams import Row

# What spreadsheets take for the beginning of a formula; the second four are full-width.
FORMULA = frozenset("=+-@\t\r＝＋－＠")
# Skipped by spreadsheets before they look for one: spaces, line ends, and invisible marks.
_UNSEEN = (
    "".join(
        chr(code)
        for code in (0x20, 0x0A, 0x0B, 0x0C, 0xA0, 0x61C, *range(0x200B, 0x2010), 0x2028, 0x2029)
    )
    + "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u3000\ufeff\x00"
)
_QUOTED = re.compile('[",\r\n]').search
# 0012, 1e5, 2016-09, 3/4, 12:30, March 2016: texts that lose their form when they are opened.
_CONVERTED = re.compile(
    r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ .,/-]*)?"
    r"[\d٠-٩۰-۹][\d٠-٩۰-۹.,:/ %eE-]*(?:(?:am|pm|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"[a-z]*[ \d.,/-]*)?|true|false",
    re.IGNORECASE,
).fullmatch
_DAYS = [name in DAYS for name in columns()]
BOM = "\ufeff"


def as_csv(pieces: Iterable[list[Row]], flattening: Flattening) -> Iterator[bytes]:
    yield _line(list(columns())).encode()
    for piece in pieces:
        yield "".join([_line(flattening.cells(row)) for row in piece]).encode()


def as_excel_csv(pieces: Iterable[list[Row]], flattening: Flattening) -> Iterator[bytes]:
    yield (BOM + _line(list(columns()))).encode()
    for piece in pieces:
        rows = (zip(flattening.cells(row), _DAYS, strict=True) for row in piece)
        yield "".join(
            [
                _line([defused(v) if isinstance(v, str) and not day else v for v, day in row])
                for row in rows
            ]
        ).encode()


def defused(text: str) -> str:
    """Text that no spreadsheet evaluates or converts: with an apostrophe before it if need be."""
    seen = text.lstrip(_UNSEEN)
    risky = seen[:1] in FORMULA and seen
    return f"'{text}" if risky or _CONVERTED(text) else text


def _line(cells: list[Cell]) -> str:
    return ",".join(map(_field, cells)) + "\r\n"


def _field(value: Cell) -> str:
    if isinstance(value, str):
        if value and not _QUOTED(value):
            return value
        return '"' + value.replace('"', '""') + '"'
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    return repr(value)
