"""A workbook (XLSX, ECMA-376) written as it goes: every text typed as text, in constant memory.

Nothing in it is a formula, and no text becomes a number, a date or a link. The first sheet says
what the file is; records follow, in as many sheets as a spreadsheet's limits ask for. What no cell
can hold ends with a note: CSV and JSON Lines are whole. Without its last bytes it does not open.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, cast
from xml.sax.saxutils import escape

from footage.catalogue.formats.flat import Cell, Flattening, columns
from footage.catalogue.formats.zipped import Sink
from footage.catalogue.streams import Row

# Of a spreadsheet: rows of a sheet, and UTF-16 units of a cell.
MOST_ROWS = 1_000_000
MOST_UNITS = 32_767
# Of one file in the archive that is written without going back; far below it.
MOST_BYTES = 1_500_000_000
CUT = " … [cut here: a cell holds no more; CSV and JSON Lines are whole]"
# 1980 is the first moment that a ZIP can name.
_MOMENT = (1980, 1, 1, 0, 0, 0)
# Not allowed in XML, or taken for an escape of what is not.
_ESCAPED = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><sheetData>"
)
_SHEET_END = "</sheetData></worksheet>"


def as_xlsx(
    pieces: Iterable[list[Row]], flattening: Flattening, about: Iterable[tuple[str, str]]
) -> Iterator[bytes]:
    """The workbook in pieces. `about` are the lines of its first sheet."""
    sink = Sink()
    with zipfile.ZipFile(cast(Any, sink), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        sheet = "".join(_row([key, value]) for key, value in about)
        package.writestr(_part("xl/worksheets/sheet1.xml"), f"{_SHEET}{sheet}{_SHEET_END}")
        rows = iter(pieces)
        number, more = 1, True
        while more:
            number, more = number + 1, False
            with package.open(_part(f"xl/worksheets/sheet{number}.xml"), "w") as part:
                written = part.write(f"{_SHEET}{_row(list(columns()))}".encode())
                held = 0
                for piece in rows:
                    text = "".join([_row(flattening.cells(row)) for row in piece])
                    written += part.write(text.encode())
                    held += len(piece)
                    yield sink.taken()
                    if held + len(piece) > MOST_ROWS or written > MOST_BYTES:
                        more = True
                        break
                part.write(_SHEET_END.encode())
        for name, text in _parts(number):
            package.writestr(_part(name), text)
    yield sink.taken()


def _part(name: str) -> zipfile.ZipInfo:
    part = zipfile.ZipInfo(name, _MOMENT)
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def _row(cells: list[Cell]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(value: Cell) -> str:
    if value is True or value is False:
        # As text: LibreOffice would make a formula of it.
        value = "true" if value else "false"
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'
    if value is None:
        return "<c/>"
    return f"<c><v>{value!r}</v></c>"


def _text(text: str) -> str:
    if len(text) * 2 > MOST_UNITS and len(text.encode("utf-16-le")) // 2 > MOST_UNITS:
        # Half of a pair of surrogates is dropped with what is cut.
        kept = text.encode("utf-16-le")[: 2 * (MOST_UNITS - len(CUT))]
        text = kept.decode("utf-16-le", "ignore") + CUT
    return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", escape(text))


def _parts(sheets: int) -> Iterator[tuple[str, str]]:
    """The parts that name the others; written last, when the number of sheets is known."""
    numbers = range(1, sheets + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in numbers
    )
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f"{overrides}</Types>",
    )
    yield (
        "_rels/.rels",
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    named = "".join(
        f'<sheet name="{"About" if n == 1 else f"Records {n - 1}" if sheets > 2 else "Records"}"'
        f' sheetId="{n}" r:id="rId{n}"/>'
        for n in numbers
    )
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<bookViews><workbookView activeTab="1"/></bookViews><sheets>{named}</sheets></workbook>',
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
    )
