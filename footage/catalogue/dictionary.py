"""The data dictionary: what every published field means, read from where it is declared.

`entries` lists the fields for people, `record_schema` describes a record for programs (JSON Schema
2020-12), `lacking` names what a declaration leaves out. All are made of the models alone: no
database, the same on every machine but for the address of the site.
"""

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.conf import settings
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from footage.catalogue.languages import LANGUAGES
from footage.catalogue.published import NAMED, Envelope, Facts, Name, Tombstone, entry_of
from footage.catalogue.record import (
    SCHEMA,
    Advisory,
    Record,
    Rendition,
    Segment,
    Shot,
    Transcript,
)
from footage.vocabularies import VOCABULARIES, Term, Vocabulary

BY_NAME = {vocabulary.name: vocabulary for vocabulary in VOCABULARIES}

UNITS = Vocabulary(
    "units",
    Term("s", "second", "ثانية"),
    Term("px", "pixel", "بكسل"),
    Term("byte", "byte", "بايت"),
    Term("degree", "degree", "درجة"),
    Term("percent", "percent", "بالمئة"),
    Term("ordinal", "ordinal number", "رقم ترتيبي"),
    en="Units",
    ar="الوحدات",
)
TYPES = Vocabulary(
    "types",
    Term("text", "text", "نص"),
    Term("number", "number", "عدد"),
    Term("whole-number", "whole number", "عدد صحيح"),
    Term("yes-or-no", "yes or no", "نعم أو لا"),
    Term("day", "day", "يوم"),
    Term("object", "object", "كائن"),
    en="Types",
    ar="الأنواع",
)
_TYPES = {str: "text", float: "number", int: "whole-number", bool: "yes-or-no", date: "day"}

# Every declared model, and how the fields of those inside others are reached.
MODELS: dict[str, tuple[type[BaseModel], str]] = {
    "envelope": (Envelope, ""),
    "record": (Record, ""),
    "advisory": (Advisory, "advisories[]."),
    "rendition": (Rendition, "renditions[]."),
    "transcript": (Transcript, "transcripts[]."),
    "segment": (Segment, "transcripts[].segments[]."),
    "shot": (Shot, "shots[]."),
    "tombstone": (Tombstone, ""),
    "name": (Name, ""),
    "facts": (Facts, "facts."),
}


@dataclass(frozen=True)
class Entry:
    """One field of the dictionary. `type` is a code of TYPES; empty texts do not apply."""

    path: str
    description_en: str
    description_ar: str
    type: str
    many: bool
    may_be_empty: bool
    unit: str
    vocabulary: str
    authority: str
    standard: str
    since: int

    def description(self, language: str) -> str:
        return self.description_ar if language == "ar" else self.description_en


def entries(model: str) -> list[Entry]:
    """The fields of one of MODELS, in declared order."""
    declared, prefix = MODELS[model]
    return [_entry(prefix + name, field) for name, field in declared.model_fields.items()]


def vocabularies() -> list[Vocabulary]:
    """The closed lists that declared fields take their values from, in the order of their names."""
    used = {entry.vocabulary for model in MODELS for entry in entries(model)} - {""}
    return [BY_NAME[name] for name in sorted(used)]


def lacking(models: dict[str, tuple[type[BaseModel], str]]) -> Iterator[str]:
    """What the declarations leave out, a sentence each."""
    for model, prefix in models.values():
        for name, field in model.model_fields.items():
            of = f"{model.__name__}.{name}"
            entry = _entry(prefix + name, field)
            for part in ("description_en", "description_ar", "type", "standard", "since"):
                if not getattr(entry, part):
                    yield f"{of}: no {part}"
            number = entry.type in ("number", "whole-number")
            if number and entry.unit not in UNITS:
                yield f"{of}: a number without a known unit"
            if entry.vocabulary and entry.vocabulary not in BY_NAME:
                yield f"{of}: no vocabulary is called {entry.vocabulary}"
            codes = _codes(field)
            if codes and (
                entry.vocabulary not in BY_NAME or set(codes) - set(BY_NAME[entry.vocabulary].codes)
            ):
                yield f"{of}: its values stand in no vocabulary"
            if entry.authority and entry.authority not in BY_NAME["authority-kinds"]:
                yield f"{of}: no kind of name is called {entry.authority}"
            if not 1 <= entry.since <= SCHEMA:
                yield f"{of}: since a schema number that never was"


# --- JSON Schema -------------------------------------------------------------------------------
def schema_address(number: int = SCHEMA) -> str:
    return f"{settings.BASE_URL}/schemas/record-{number}.json"


def record_schema(number: int = SCHEMA) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a published record, as of a schema number.

    The newest is closed: an undeclared key is an error. An earlier one knows only the fields of
    its time and lets later ones pass, so what was valid stays valid. Raises ValueError for a number
    that never was.
    """
    if not 1 <= number <= SCHEMA:
        raise ValueError(number)
    inner = Record.model_json_schema(ref_template="#/$defs/{model}")
    properties: dict[str, Any] = {}
    for model in (Envelope, Record):
        described = model.model_json_schema(ref_template="#/$defs/{model}")["properties"]
        for name, field in model.model_fields.items():
            if entry_of(field).get("since", 1) > number:
                continue
            properties[name] = described[name]
            if name in NAMED and model is Record:
                for language in LANGUAGES:
                    properties[f"{name}_name_{language}"] = _name_property(field, language)
    # What a record leaves out, a published record gives all the same.
    schema: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        "$defs": inner["$defs"],
    }
    for described in (schema, *schema["$defs"].values()):
        described["properties"] = {
            name: _described(each, top=described is schema)
            for name, each in described["properties"].items()
            if each.get("since", 1) <= number
        }
        if number < SCHEMA:
            described["additionalProperties"] = True
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_address(number),
        "title": f"A published record of the Aleppo archive, schema number {number}",
        "description": "A clip or testimony as exports and the API give it.",
        **schema,
    }


def model_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of another declared model, for use inside a larger document."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    for described in (schema, *schema.get("$defs", {}).values()):
        described["properties"] = {
            name: _described(each, top=False) for name, each in described["properties"].items()
        }
    return schema


def _described(property_: dict[str, Any], *, top: bool) -> dict[str, Any]:
    """A property with its codes listed, and of the dictionary only what applies to it."""
    kept = {key: value for key, value in property_.items() if value != "" or key == "default"}
    kept.pop("title", None)
    kept.pop("description_en", None)
    vocabulary = BY_NAME.get(str(kept.get("vocabulary", "")))
    if vocabulary is None:
        return kept
    codes = list(vocabulary.codes)
    if kept.get("type") == "array":
        kept["items"] = {"type": "string", "enum": codes}
    elif kept.get("type") == "string" and "enum" not in kept and "const" not in kept:
        # Of a record as a whole the empty text means: not stated.
        kept["enum"] = [*codes, ""] if top else codes
    return kept


def _name_property(field: FieldInfo, language: str) -> dict[str, Any]:
    entry = entry_of(field)
    english, arabic = {
        "en": ("names in English", "الأسماء بالإنجليزية"),
        "ar": ("names in Arabic", "الأسماء بالعربية"),
    }[language]
    described = {
        "description": f"{entry['description_en']}: {english}",
        "description_ar": f"{entry['description_ar']}: {arabic}",
        "standard": "SKOS prefLabel",
        "since": entry["since"],
    }
    if _many(field):
        return {**described, "type": "array", "items": {"type": "string"}}
    return {**described, "anyOf": [{"type": "string"}, {"type": "null"}]}


# --- Types in words ------------------------------------------------------------------------------
def _entry(path: str, field: FieldInfo) -> Entry:
    said = entry_of(field)
    texts = {
        key: str(said.get(key) or "") for key in ("unit", "vocabulary", "authority", "standard")
    }
    inner = _innermost(field.annotation)
    return Entry(
        path=path,
        description_en=str(said.get("description_en") or ""),
        description_ar=str(said.get("description_ar") or ""),
        type=_type(inner),
        many=_many(field),
        may_be_empty=type(None) in typing.get_args(field.annotation),
        since=int(said.get("since") or 0),
        **texts,
    )


def _type(annotation: Any) -> str:
    if typing.get_origin(annotation) is Literal:
        return "text"
    if annotation in _TYPES:
        return _TYPES[annotation]
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return "object" if is_model or typing.get_origin(annotation) is dict else ""


def _innermost(annotation: Any) -> Any:
    """The type of one value: without None, and of a list that of its members."""
    if isinstance(annotation, types.UnionType):
        return _innermost(next(a for a in typing.get_args(annotation) if a is not type(None)))
    if typing.get_origin(annotation) is tuple:
        return _innermost(typing.get_args(annotation)[0])
    return annotation


def _many(field: FieldInfo) -> bool:
    return typing.get_origin(field.annotation) is tuple


def _codes(field: FieldInfo) -> tuple[str, ...]:
    inner = _innermost(field.annotation)
    return typing.get_args(inner) if typing.get_origin(inner) is Literal else ()
