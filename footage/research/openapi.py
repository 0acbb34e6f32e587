"""The OpenAPI 3.1 document of the API, made of `footage.catalogue.interface` and the dictionary."""

import re
from typing import Any

from django.conf import settings

from footage.catalogue import dictionary
from footage.catalogue.interface import OPERATIONS, WAYS, Operation, Parameter
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.published import Name, Tombstone
from footage.catalogue.queries import FACETS, MOST_VALUES
from footage.catalogue.record import SCHEMA

INTRODUCTION = (
    "Everything this archive has published, for programs: read-only, without a key, the same "
    "for all. Names of people, places, events and films stand beside their slugs in English "
    "and Arabic. Every answer of status 200 carries an ETag; ask again with If-None-Match. An "
    "unknown or unusable parameter is refused with a problem document (RFC 9457) that names "
    "it. Lists have no last page before the last record; relevance alone ends at the number in "
    "`ranked_to`. A walk in the order of first publication (`sort=published`, usual without "
    "words) gives every record that stays public during it exactly once. In every other order, "
    "and among words, one that is revised meanwhile may be missed or come twice: `changes` "
    "since the walk's `as_of` has it."
)
TITLES = {
    301: "The same record under its one address",
    304: "Not changed since the ETag given",
    400: "A parameter cannot be used; the problem names it",
    404: "Nothing is published under this address",
    405: "Everything here is read with GET or HEAD",
    410: "Withdrawn; the problem holds the tombstone",
    503: "Words cannot be searched just now; ask again after Retry-After seconds",
}
TEXT: dict[str, Any] = {"type": "string"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
NEXT: dict[str, Any] = {
    "anyOf": [{"type": "string", "format": "uri"}, {"type": "null"}],
    "description": "Address of what follows; null at the end",
}


def front_page() -> dict[str, Any]:
    """What the API's first address says."""
    return {
        "title": "The Aleppo Archive, API version 1",
        "documentation": {
            language: f"{settings.BASE_URL}/{language}/about/api/" for language in LANGUAGES
        },
        "openapi": f"{settings.BASE_URL}/api/v1/openapi.json",
        "record_schema": dictionary.schema_address(),
        "addresses": {each.name: f"{settings.BASE_URL}{each.path}" for each in OPERATIONS},
        "beside": {each.name: f"{settings.BASE_URL}{each.path}" for each in WAYS},
    }


def document() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The Aleppo Archive",
            "version": f"1.{SCHEMA}",
            "description": INTRODUCTION,
        },
        "externalDocs": {
            "description": "The same for people, and the ways out beside this one",
            "url": f"{settings.BASE_URL}/en/about/api/",
        },
        "servers": [{"url": settings.BASE_URL}],
        "paths": {each.path: {"get": _operation(each)} for each in OPERATIONS},
        "components": {"schemas": _schemas(), "headers": _headers(), "responses": _responses()},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {
        "description": "OK",
        "headers": {
            name: {"$ref": f"#/components/headers/{name}"}
            for name in ("ETag", "Access-Control-Allow-Origin")
        },
        "content": {
            "application/json": {"schema": {"$ref": f"#/components/schemas/{operation.answer}"}}
        },
    }
    answers = {"200": good, "304": {"$ref": "#/components/responses/304"}}
    for status in (*operation.errors, 405):
        answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return {
        "operationId": operation.name,
        "summary": operation.en,
        "parameters": [
            *(_parameter(each, "path") for each in operation.places),
            *(_parameter(each, "query") for each in operation.parameters),
        ],
        "responses": answers,
    }


def _parameter(parameter: Parameter, place: str) -> dict[str, Any]:
    value: dict[str, Any] = {"type": "string", "minLength": 1}
    if parameter.codes:
        value = {"type": "string", "enum": list(parameter.codes)}
    elif parameter.most:
        value = {"type": "integer", "minimum": parameter.least, "maximum": parameter.most}
    elif parameter.pattern:
        value["pattern"] = parameter.pattern
    if parameter.longest:
        value["maxLength"] = parameter.longest
    schema = value
    if parameter.many:
        schema = {"type": "array", "items": value, "minItems": 1, "maxItems": MOST_VALUES}
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": place,
        "description": parameter.en,
        "required": parameter.required or place == "path",
        "schema": schema,
    }
    if parameter.many:
        described |= {"style": "form", "explode": True}
    return described


def _headers() -> dict[str, Any]:
    return {
        "ETag": {"description": "Ask again with If-None-Match", "required": True, "schema": TEXT},
        "Access-Control-Allow-Origin": {
            "description": "Any page may read this, without credentials",
            "required": True,
            "schema": {"const": "*"},
        },
    }


def _responses() -> dict[str, Any]:
    said: dict[str, Any] = {}
    for status, title in TITLES.items():
        said[str(status)] = {"description": title}
        if status >= 400:
            problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
            said[str(status)]["content"] = {"application/problem+json": problem}
    return said


# --- What answers look like ----------------------------------------------------------------------
def _schemas() -> dict[str, Any]:
    record = dictionary.record_schema()
    inner = record.pop("$defs")
    for key in ("$schema", "$id"):
        del record[key]
    names = dictionary.model_schema(Name)
    inner |= names.pop("$defs")
    found: dict[str, Any] = {"Record": record, "Name": names, **inner}
    found["Tombstone"] = dictionary.model_schema(Tombstone)
    found |= _lists()
    return {name: _hoisted(schema) for name, schema in found.items()}


def _lists() -> dict[str, Any]:
    numbers: dict[str, Any] = {
        "as_of": {**COUNT, "description": "The change number at which this walk began"},
        "question": {**TEXT, "description": "The question as it was understood"},
        "total": {**COUNT, "description": "Records found, exactly, when the walk began"},
        "certain": {**COUNT, "description": "Of these, certainly within the dates asked for"},
        "possible": {**COUNT, "description": "Of these, possibly within the dates asked for"},
        "ranked_to": {
            "anyOf": [COUNT, {"type": "null"}],
            "description": "By relevance, no more than so many are listed; ask for another order",
        },
        "next": NEXT,
    }
    records = {"type": "array", "items": _ref("Record")}
    facet = {"type": "array", "items": _ref("Value")}
    segment = {
        "language": TEXT,
        "status": TEXT,
        "clip": TEXT,
        "address": TEXT,
        "start_s": {"type": "number"},
        "end_s": {"type": "number"},
        "speaker": TEXT,
        "text": TEXT,
    }
    speaking = {
        **dict.fromkeys(("address", "kind", "reference", "title_en", "title_ar"), TEXT),
        "segments": {"type": "array", "items": _object(segment)},
    }
    term = {
        **dict.fromkeys(("code", "label_en", "label_ar", "note_en", "note_ar"), TEXT),
        "uri": {"anyOf": [TEXT, {"type": "null"}]},
    }
    vocabulary = {
        **dict.fromkeys(("name", "title_en", "title_ar"), TEXT),
        "terms": {"type": "array", "items": _object(term)},
    }
    changed: dict[str, Any] = {"change": COUNT, "reference": TEXT}
    return {
        "Records": _object({**numbers, "records": records}),
        "Search": _object(
            {
                **numbers,
                "records": records,
                "facets": _object(dict.fromkeys(FACETS, facet)),
                "histogram": {"type": "array", "items": _ref("Bar")},
            }
        ),
        "Value": _object({"value": TEXT, "name_en": TEXT, "name_ar": TEXT, "number": COUNT}),
        "Bar": _object({"from": DAY, "to": DAY, "certain": COUNT, "possible": COUNT}),
        "Segments": _object({**numbers, "records": {"type": "array", "items": _object(speaking)}}),
        "Authorities": _object(
            {
                "total": COUNT,
                "next": NEXT,
                "authorities": {"type": "array", "items": _ref("Name")},
            }
        ),
        "Changes": _object(
            {
                "since": COUNT,
                "last": {**COUNT, "description": "Ask again with since=last"},
                "more": {"type": "boolean"},
                "next": {"type": "string", "format": "uri"},
                "changes": {
                    "type": "array",
                    "items": {
                        "oneOf": [
                            _object(
                                {
                                    **changed,
                                    "act": {"enum": ["published", "revised"]},
                                    "record": _ref("Record"),
                                }
                            ),
                            _object(
                                {
                                    **changed,
                                    "act": {"const": "withdrawn"},
                                    "tombstone": _ref("Tombstone"),
                                }
                            ),
                        ]
                    },
                },
            }
        ),
        "Vocabularies": _object(
            {"vocabularies": {"type": "array", "items": _object(vocabulary)}},
        ),
        "Index": {"type": "object"},
        "Document": {"type": "object"},
        "Problem": {
            "type": "object",
            "description": "RFC 9457",
            "properties": {
                "type": TEXT,
                "title": TEXT,
                "status": {"type": "integer"},
                "detail": TEXT,
                "parameter": {**TEXT, "description": "The parameter that cannot be used"},
                "tombstone": _ref("Tombstone"),
            },
            "required": ["type", "title", "status", "detail"],
        },
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _hoisted(schema: Any) -> Any:
    """The same schema, its references led from its own definitions to the document's."""
    if isinstance(schema, dict):
        return {key: _hoisted(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_hoisted(each) for each in schema]
    if isinstance(schema, str):
        return re.sub(r"^#/\$defs/", "#/components/schemas/", schema)
    return schema
