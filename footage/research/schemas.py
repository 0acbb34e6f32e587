"""The JSON Schema of a published record, at an address that stays."""

import orjson
from django.http import HttpRequest, HttpResponse

from footage.catalogue import dictionary
from footage.research.answering import fresh, read_only
from footage.research.problems import problem

MEDIA_TYPE = "application/schema+json"


@read_only
def record_schema(request: HttpRequest, number: int) -> HttpResponse:
    try:
        schema = dictionary.record_schema(number)
    except ValueError:
        last = dictionary.schema_address()
        return problem(404, "No such schema", f"There is none of this number. The newest is {last}")
    return fresh(request, orjson.dumps(schema, option=orjson.OPT_INDENT_2), MEDIA_TYPE)
