"""Every public address there is, from the URLconf itself: a new route needs no editing here.

A route whose parameter has no sample below fails the crawl: whoever adds it says what to try.
"""

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag, urlsplit

from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from footage.catalogue.formats import FORMATS
from footage.catalogue.models import PublicAuthority, PublicRecord, PublicRendition
from footage.references import check_character

STAFF = "admin/"
NEVER_WAS = f"AA-2222-2222-{check_character('22222222')}"
# Routes that answer nothing much without a question, and questions that bring all they know.
QUESTIONS = {
    "oai": [
        *("?verb=Identify", "?verb=ListSets", "?verb=ListMetadataFormats"),
        *(
            f"?verb={verb}&metadataPrefix={prefix}"
            for verb in ("ListRecords", "ListIdentifiers")
            for prefix in ("oai_dc", "oai_pbcore", "oai_datacite")
        ),
        "?verb=ListRecords&metadataPrefix=oai_dc&set=kind.clip&from=2001-01-01",
    ],
    "iiif/<str:reference>/search": ["?q=water"],
    "iiif/<str:reference>/captions/search": ["?q=ماء"],
    # Beginnings of names and words, and of what the canary plants.
    "en/suggest/": ["?q=al", "?q=th", "?q=cnr"],
    "ar/suggest/": ["?q=ال", "?q=الم", "?q=cnr"],
    "en/map/": ["?q=cnr*", "?kind=clip&kind=testimony"],
    "en/dates/": ["?q=cnr*", "?kind=clip&kind=testimony"],
}
# The one thing in an answer that follows the clock, as its protocol asks.
ANSWERED_AT = re.compile(rb"<responseDate>[^<]*</responseDate>")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
LINK = re.compile(rb'(?:href|src|action|poster)="(/[^"]*)"')


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(path template, pattern) of every route outside the staff's, language prefixes included."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if path.startswith(STAFF):
            continue
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        else:
            yield path, entry


def samples() -> dict[str, list[str]]:
    """What to put in place of each parameter: what exists, what was withdrawn, what never was.

    In an order that no database chooses: two worlds are asked for the same first of each.
    """
    references = _sorted(PublicRecord, "reference")
    return {
        "reference": [*references, NEVER_WAS, "nonsense"],
        "clip": [*references[:2], NEVER_WAS],
        "slug": [*_sorted(PublicAuthority, "slug"), "no-such-slug"],
        "name": [*_sorted(PublicRendition, "name"), "no-such-name"],
        "language": ["ar", "en", "xx"],
        "format": [*FORMATS, "jsonl.gz", "exe"],
        "kind": ["journalist", "neighbourhood", "no-such-kind"],
        "number": ["1", "2", "99"],
        "year": ["2012", "2016", "9999"],
        "month": ["9", "13"],
        "day": ["24", "31"],
    }


def _sorted(model: type[models.Model], field: str) -> list[str]:
    return sorted(model._default_manager.values_list(field, flat=True))


def addresses() -> list[str]:
    """Every public address with every combination of samples that its route takes, sorted."""
    known = samples()
    found: set[str] = set()
    for language in ("en", "ar"):
        from django.utils import translation

        with translation.override(language):
            for template, _pattern in routes():
                asked = ["", *QUESTIONS.get(template, ())]
                paths = list(_filled(template, known))
                found |= {f"/{path}{question}" for path in paths for question in asked}
    return sorted(found)


def _filled(template: str, known: dict[str, list[str]]) -> Iterator[str]:
    parameter = PARAMETER.search(template)
    if parameter is None:
        yield template
        return
    name = parameter.group(1)
    if name not in known:
        raise AssertionError(f"/{template}: say in tests/walls/crawl.py what to try for <{name}>")
    for value in known[name]:
        yield from _filled(template.replace(parameter.group(0), value, 1), known)


def one_of_each_route() -> list[str]:
    """An address of every route, of something that is there."""
    return [f"/{path}" for template, _ in routes() for path in filled_with_what_is(template)]


def filled_with_what_is(template: str) -> list[str]:
    """A path with something that is there in place of each parameter left in it."""
    return list(_filled(template, {name: values[:1] for name, values in samples().items()}))


def linked(client: Client, limit: int = 400) -> list[str]:
    """Addresses that readers' pages link to, breadth first from both homes, queries included."""
    return [address for address, _, _ in _walk(client, ["/en/", "/ar/"], limit)]


def visits(client: Client, followed: int = 400) -> Iterator[tuple[str, Any, bytes]]:
    """(address, response, body) of every address there is, then of those that their pages link to
    and that are not among them, as many as `followed`. Each is asked for once."""
    begin = [*addresses(), "/en/", "/ar/"]
    yield from _walk(client, begin, len(begin) + followed)


def _walk(client: Client, begin: list[str], limit: int) -> Iterator[tuple[str, Any, bytes]]:
    waiting, seen = list(dict.fromkeys(begin)), set(begin)
    for address in waiting:
        response = client.get(address)
        content = body(response)
        yield address, response, content
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            continue
        for raw in LINK.findall(content):
            target = urldefrag(html.unescape(raw.decode())).url
            if target in seen or urlsplit(target).path.startswith("/static/"):
                continue
            if len(waiting) < limit:
                seen.add(target)
                waiting.append(target)


def body(response: Any) -> bytes:
    """What was answered, but for the second at which a harvester was answered."""
    streamed = response.streaming
    content = b"".join(response.streaming_content) if streamed else response.content
    return ANSWERED_AT.sub(b"", content, 1)
