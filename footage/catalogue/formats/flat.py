"""A public record as one JSON line or one row of a table: `footage.catalogue.published`, quickly.

A million records pass here at a time, so a document is cut and spliced as the text it is stored
as, where that is possible: canonical JSON has no white space, and a key with its colon stands in
no value, whose quotation marks are escaped. tests/research compares every row with `published`.
"""

from collections.abc import Callable
from datetime import date
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import orjson
from django.conf import settings

from footage.catalogue.authorities import Authorities
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.published import LEFT_OUT, NAMED, Envelope, Tombstone, fields, names_of
from footage.catalogue.record import SCHEMA, Record
from footage.catalogue.streams import Row

# What a table says of a withdrawn record beside its reference.
GONE = tuple(name for name in Tombstone.model_fields if name not in Record.model_fields)
SEPARATOR = " | "
_FIELDS = tuple(Record.model_fields)
_AFTER = dict(pairwise(_FIELDS))
# Most of a document's length; a table keeps it as it is written.
_LONG = "transcripts"
_MOST_REMEMBERED = 20_000

Cell = str | int | float | bool | None


def columns() -> list[str]:
    """The columns of a table: the fields of a published record, then those of a tombstone."""
    return [*fields(), *GONE]


class Flattening:
    """Rows of one export, with names as they stood when it began."""

    def __init__(self, names: Authorities) -> None:
        self._names = names
        self._spliced: dict[bytes, bytes] = {}
        self._joined_names: dict[tuple[str, str], list[str | None]] = {}
        self._base = f"{settings.BASE_URL}/c/"

    # --- One line of JSON -------------------------------------------------------------------------
    def line(self, row: Row) -> bytes:
        """The record, or what remains of it, as a JSON object without its line end."""
        if row.document is None:
            return orjson.dumps(_tombstone(row))
        document = row.document
        envelope = (
            f'{{"address":"{self._base}{row.reference}","version":{row.version},'
            f'"published_at":"{row.published_at}","revised_at":"{row.revised_at}",'
        )
        parts = [envelope.encode()]
        begin = 1
        for before, after in _NAMED:
            start = document.index(before, begin)
            end = document.index(after, start)
            members = document[start:end]
            told = self._spliced.get(members) or self._remember(members)
            parts += (document[begin:start], told)
            begin = end
        parts.append(document[begin:-1])
        if not document.startswith(_NEWEST):
            tail = document.rindex(_LAST)
            parts += [text for probe, text in _ADDED if document.find(probe, tail) < 0]
        parts.append(b"}")
        return b"".join(parts)

    def _remember(self, members: bytes) -> bytes:
        """Members like `"place":"al-shaar"`, each with its names behind it."""
        named: dict[str, Any] = {}
        for name, value in orjson.loads(b"{%b}" % members).items():
            named[name] = value
            for language in _BOTH:
                named[f"{name}_name_{language}"] = names_of(
                    self._names, NAMED[name], value, language
                )
        if len(self._spliced) >= _MOST_REMEMBERED:
            self._spliced.clear()
        told = self._spliced[members] = orjson.dumps(named)[1:-1]
        return told

    # --- One row of a table -----------------------------------------------------------------------
    def cells(self, row: Row) -> list[Cell]:
        """A value for each of `columns`. Codes are joined by " | ", objects are JSON."""
        if row.document is None:
            gone = _tombstone(row)
            return [gone.get(name) for name in columns()]
        document, spoken = without_transcripts(row.document)
        document = {**LEFT_OUT, **document}
        for name, written in _LISTS.items():
            document[name] = written(document[name])
        document[_LONG] = spoken.decode() if spoken else None
        found: list[Cell] = [
            f"{self._base}{row.reference}",
            row.version,
            row.published_at,
            row.revised_at,
        ]
        values = _IN_ORDER(document)
        for begin, end in _RUNS:
            found += values[begin:end]
            if (name := _FIELDS[end - 1]) in NAMED:
                found += self._joined(name, values[end - 1])
        found += _NOT_GONE
        return found

    def _joined(self, name: str, value: str | None) -> list[str | None]:
        """The names of one slug, or of several that are joined."""
        if value is None:
            return _NOBODY
        if (known := self._joined_names.get((name, value))) is None:
            slugs = value.split(SEPARATOR)
            known = [
                SEPARATOR.join(self._names.name(NAMED[name], slug, language) for slug in slugs)
                or None
                for language in _BOTH
            ]
            if len(self._joined_names) >= _MOST_REMEMBERED:
                self._joined_names.clear()
            self._joined_names[name, value] = known
        return known


def _tombstone(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Tombstone.model_fields}


def without_transcripts(document: bytes) -> tuple[dict[str, Any], bytes | None]:
    """The document without its transcripts, and these as they are written; None for none."""
    start = document.index(_SPOKEN)
    end = document.index(_BEHIND, start)
    spoken = document[start + len(_SPOKEN) : end]
    return orjson.loads(document[:start] + document[end + 1 :]), spoken if spoken != b"[]" else None


def _codes(value: list[str]) -> str | None:
    return SEPARATOR.join(value) if value else None


def _objects(value: list[Any]) -> str | None:
    return orjson.dumps(value).decode() if value else None


def _written(name: str) -> Callable[[list[Any]], str | None]:
    return _codes if Record.model_fields[name].annotation == tuple[str, ...] else _objects


_BOTH = tuple(LANGUAGES)
_NOBODY: list[str | None] = [None, None]
_NOT_GONE: list[Cell] = [None] * len(GONE)
_IN_ORDER = itemgetter(*_FIELDS)
# From where to where fields follow each other with no names between them.
_ENDS = [place for place, name in enumerate(_FIELDS, 1) if name in NAMED]
_RUNS = list(pairwise([0, *_ENDS, *({len(_FIELDS)} - set(_ENDS))]))
_LISTS = {
    name: _written(name)
    for name, field in Record.model_fields.items()
    if getattr(field.annotation, "__origin__", None) is tuple and name != _LONG
}
# Where each run of fields with names begins, and what follows it.
_NAMED = [
    (f'"{run[0]}":'.encode(), f',"{_AFTER[run[-1]]}":'.encode())
    for named, each in groupby(_FIELDS, NAMED.__contains__)
    if named and (run := list(each))
]
_NEWEST = f'{{"schema_number":{SCHEMA},'.encode()
_SPOKEN, _BEHIND = f'"{_LONG}":'.encode(), f',"{_AFTER[_LONG]}":'.encode()
# Fields that documents of earlier schemas lack, as they are added behind the last that all have.
_REQUIRED = [name for name, field in Record.model_fields.items() if field.is_required()]
_LAST = f'"{_REQUIRED[-1]}":'.encode()
_ADDED = [
    (f'"{name}":'.encode(), f',"{name}":'.encode() + orjson.dumps(LEFT_OUT[name]))
    for name, field in Record.model_fields.items()
    if not field.is_required()
]
# Columns that hold a day and nothing else.
DAYS = {
    name
    for model in (Envelope, Record, Tombstone)
    for name, field in model.model_fields.items()
    if date in (field.annotation, *getattr(field.annotation, "__args__", ()))
}
assert len(Envelope.model_fields) == 4  # noqa: S101  (`line` and `cells` write them out)
