"""Pages for those who work with the data: what each field means, and how programs ask for it.

Made of what is declared, without the database.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from footage.catalogue import dictionary, interface
from footage.catalogue.index.language import LONGEST
from footage.catalogue.index.searching import MOST_RANKED
from footage.catalogue.languages import LANGUAGES, other
from footage.catalogue.published import NAMED
from footage.catalogue.queries import MOST_VALUES
from footage.catalogue.record import OWN, SCHEMA
from footage.reading_room.rendering import page, reader_language, respond
from footage.reading_room.wording import Text
from footage.vocabularies import Vocabulary


@page
def data_dictionary(request: HttpRequest) -> HttpResponse:
    language = reader_language()
    titles = _titles()
    context = {
        "tables": [
            {
                "id": model,
                "title": titles[model],
                "fields": [_field(entry, language) for entry in dictionary.entries(model)],
            }
            for model in dictionary.MODELS
        ],
        "vocabularies": [_vocabulary(each, language) for each in dictionary.vocabularies()],
        "schema": dictionary.schema_address(),
        "schema_path": f"/schemas/record-{SCHEMA}.json",
        "schema_number": SCHEMA,
    }
    return respond(request, "data_dictionary.html", context)


@page
def api_documentation(request: HttpRequest) -> HttpResponse:
    language = reader_language()
    context = {
        "operations": [
            {
                **_way(each, language),
                "parameters": [
                    _parameter(parameter, language) for parameter in each.places + each.parameters
                ],
            }
            for each in interface.OPERATIONS
        ],
        "ways": [_way(each, language) for each in interface.WAYS],
        "openapi": "/api/v1/openapi.json",
        "usual": interface.USUAL,
        "most": interface.MOST,
        "longest": LONGEST,
        "most_values": MOST_VALUES,
        "most_ranked": MOST_RANKED,
    }
    return respond(request, "api_documentation.html", context)


def _way(way: interface.Way, language: str) -> dict[str, Any]:
    return {
        "id": way.name,
        "path": way.path,
        "description": way.description(language),
        "link": way.path if way.complete else "",
    }


def _parameter(parameter: interface.Parameter, language: str) -> dict[str, Any]:
    vocabulary = parameter.vocabulary
    return {
        "name": parameter.name,
        "description": parameter.description(language),
        "codes": () if vocabulary else parameter.codes,
        "vocabulary": vocabulary,
        "vocabulary_title": dictionary.BY_NAME[vocabulary].title(language) if vocabulary else "",
        "many": parameter.many,
        "required": parameter.required,
        "least": parameter.least,
        "most": parameter.most if 0 < parameter.most < 10**6 else 0,
    }


def _titles() -> dict[str, str]:
    return {
        "envelope": _("Publication"),
        "record": _("Record"),
        "advisory": _("Content advisory with its range"),
        "rendition": _("Access copy"),
        "transcript": _("Transcript"),
        "segment": _("Segment of a transcript"),
        "shot": _("Use in a film"),
        "tombstone": _("Tombstone of a withdrawn record"),
        "name": _("Published name"),
        "facts": _("Facts of a name"),
    }


def _field(entry: dictionary.Entry, language: str) -> dict[str, Any]:
    kind = dictionary.TYPES.label(entry.type, language)
    named = entry.path in NAMED
    return {
        "path": entry.path,
        "description": entry.description(language),
        "type": _("list of: %(type)s") % {"type": kind} if entry.many else kind,
        "may_be_empty": entry.may_be_empty,
        "unit": dictionary.UNITS.label(entry.unit, language) if entry.unit else "",
        "vocabulary": entry.vocabulary,
        "vocabulary_title": (
            dictionary.BY_NAME[entry.vocabulary].title(language) if entry.vocabulary else ""
        ),
        "names": [f"{entry.path}_name_{code}" for code in LANGUAGES] if named else [],
        "standard": "" if entry.standard == OWN else entry.standard,
        "since": entry.since,
    }


def _vocabulary(vocabulary: Vocabulary, language: str) -> dict[str, Any]:
    return {
        "name": vocabulary.name,
        "title": vocabulary.title(language),
        "terms": [
            {
                "code": term.code,
                "label": term.label(language),
                "note": term.note(language),
                "other": Text.of(term.label(other(language)), other(language)),
                "uri": term.uri,
            }
            for term in vocabulary
        ],
    }
