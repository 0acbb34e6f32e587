"""Every record of a list, as CSV (RFC 4180) or JSON Lines, with the fields of the declared record.

Rows come in the order of publication, in pieces, so memory does not grow with their number, and
a record withdrawn while an export runs is in no later piece. Names are joined from the published
authorities beside the slugs: `journalist` gets `journalist_name_en` and `journalist_name_ar`.

CSV is UTF-8 with a byte order mark (without it spreadsheets garble Arabic). Lists of codes are
joined by " | "; lists of objects are JSON. A text cell that a spreadsheet would evaluate begins
with an apostrophe; JSON Lines carries every value as it is.
"""

import csv
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from footage.catalogue import answers, authorities
from footage.catalogue.published import fields, published
from footage.catalogue.queries import PARAMETERS, Query
from footage.research.problems import problem

# What spreadsheets take for the beginning of a formula; the second row is full-width.
FORMULA = frozenset("=+-@\t\r＝＋－＠")
# Skipped by spreadsheets before they look for one: spaces, line ends, and invisible marks.
_UNSEEN = (
    "".join(
        chr(code)
        for code in (0x20, 0x0A, 0x0B, 0x0C, 0xA0, 0x61C, *range(0x200B, 0x2010), 0x2028, 0x2029)
    )
    + "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u3000\ufeff\x00"
)


@csrf_exempt
@require_safe
def clips_csv(request: HttpRequest) -> HttpResponseBase:
    return _export(request, "csv", "text/csv; charset=utf-8; header=present", _csv)


@csrf_exempt
@require_safe
def clips_jsonl(request: HttpRequest) -> HttpResponseBase:
    return _export(request, "jsonl", "application/jsonl; charset=utf-8", _jsonl)


def defused(text: str) -> str:
    """Text that no spreadsheet evaluates: with an apostrophe before what would begin a formula."""
    seen = text.lstrip(_UNSEEN)
    return f"'{text}" if seen[:1] in FORMULA and seen else text


def _export(
    request: HttpRequest,
    suffix: str,
    media_type: str,
    written: Callable[[Iterator[dict[str, Any]]], Iterator[bytes]],
) -> HttpResponseBase:
    query = Query.read(request.GET)
    if wrong := _wrong(request.GET, query):
        return problem(400, "Unknown or unusable query parameter", wrong)
    names = authorities.current()
    found = answers.answer(query, names, facets=(), size=0)
    if not found.searched:
        return problem(503, "Words cannot be searched just now", "The search index is being built.")
    number = found.facets.total
    rows = (published(row, names) for row in answers.every(query, names))
    response = StreamingHttpResponse(written(rows), content_type=media_type)
    name = f"aleppo-archive_{timezone.now():%Y-%m-%d}_{number}-records.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _wrong(parameters: QueryDict, query: Query) -> str:
    """What is wrong with the parameters, or "". Exports refuse what pages only pass over."""
    unknown = sorted(name for name in parameters if name not in PARAMETERS)
    if unknown:
        known = ", ".join(PARAMETERS)
        return f"Unknown: {', '.join(unknown)[:200]}. Known parameters: {known}."
    if query.ignored:
        name, value = query.ignored[0]
        return f"“{value[:80]}” is not a value of {name}."
    return ""


def _jsonl(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


class _Line:
    """A file for csv.writer that keeps the line just written."""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def _csv(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    line = _Line()
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow(fields())
    yield ("\ufeff" + line.text).encode()
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
        yield line.text.encode()


def _cell(value: Any) -> str:
    """One CSV cell. Only text can be a formula; numbers are written as they are."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return defused(value)
    if all(isinstance(each, str) for each in value):
        return defused(" | ".join(value))
    return orjson.dumps(value).decode()
