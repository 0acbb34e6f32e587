"""The API, version 1: read-only, for programs. `footage.research.openapi` describes what is here.

Every answer is one JSON document in UTF-8. Lists give exact totals and a `next` address as long as
there is more; a walk along them begins at a change number, `as_of`, and what changed since then is
in the feed of changes. At most three database queries an answer, however many records there are.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from footage import vocabularies
from footage.catalogue import answers, authorities, dictionary, interface, queries
from footage.catalogue.addresses import absolute
from footage.catalogue.authorities import Authorities
from footage.catalogue.beside import find_typed
from footage.catalogue.counts import Bar, Facets
from footage.catalogue.cursors import packed
from footage.catalogue.freshness import moved
from footage.catalogue.index.heard import Listening
from footage.catalogue.index.searching import MOST_RANKED
from footage.catalogue.interface import Parameter
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.models import PublicAuthority, PublicRecord
from footage.catalogue.moments import plain
from footage.catalogue.published import published, published_name, tombstone
from footage.catalogue.queries import FACETS, Query
from footage.research import openapi
from footage.research.answering import as_json, fresh, not_counted, not_searched, resource
from footage.research.asked import (
    Walk,
    checked,
    limit_of,
    place_in_list,
    question,
    whole_number,
)
from footage.research.problems import problem

# One part of a question: a word or "phrase", perhaps without, perhaps already with a field.
_TERM = re.compile(r'(?P<minus>-?)(?P<field>[^\W\d_]+:)?(?P<text>"[^"]*"?|\S+)')


@resource
def index(request: HttpRequest) -> HttpResponse:
    """What there is, with addresses."""
    checked(request.GET, ())
    return fresh(request, as_json(openapi.front_page()))


@resource
def description(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    checked(request.GET, ())
    return fresh(request, as_json(openapi.document()))


# --- Records -----------------------------------------------------------------------------------
@resource
def records(request: HttpRequest) -> HttpResponse:
    """The records a query finds, a part at a time."""
    return _listed(request, interface.RECORDS, ())


@resource
def search(request: HttpRequest) -> HttpResponse:
    """The same with the counts of every facet, and the filmed dates as a histogram."""
    return _listed(request, interface.RECORDS, queries.EVERY_FACET)


def _listed(
    request: HttpRequest, known: tuple[Parameter, ...], facets: tuple[str, ...]
) -> HttpResponse:
    query, walk = question(request.GET, known)
    names, change = authorities.standing()
    found = answers.answer(
        query,
        names,
        facets=facets,
        size=limit_of(request.GET),
        complete=True,
        to=walk.as_of if walk else None,
    )
    if not found.searched:
        return not_searched()
    if not found.facets.counted:
        return not_counted()
    walk = walk or _begun(found, change)
    body = {
        **_numbers(request, query, walk, found.page.following),
        "records": [published(row, names) for row in found.page.records if _part_of(walk, row)],
    }
    if facets:
        body |= _counted(found.facets, names)
    return _part(request, body)


@resource
def record(request: HttpRequest, reference: str) -> HttpResponse:
    """One record, in the shape of a list's; 410 with its tombstone once it is withdrawn."""
    checked(request.GET, ())
    row = find_typed(reference)
    if row is None:
        raise Http404
    if row.reference != reference:
        return moved(f"/api/v1/records/{row.reference}")
    if row.withdrawn_at is not None:
        detail = "This record was withdrawn. What remains of it is its tombstone."
        return problem(410, "Withdrawn", detail, tombstone=tombstone(row))
    return fresh(request, as_json(published(row, authorities.current())))


# --- What is said --------------------------------------------------------------------------------
@resource
def segments(request: HttpRequest) -> HttpResponse:
    """The segments of transcripts that say the words, under the records that hold them."""
    query, walk = question(request.GET, interface.SEGMENTS)
    query = replace(query, text=_said(query.text))
    names, change = authorities.standing()
    found = answers.answer(query, names, facets=(), size=limit_of(request.GET))
    if not found.searched:
        return not_searched()
    walk = walk or _begun(found, change)
    body = {
        **_numbers(request, query, walk, found.page.following),
        "records": [
            _speaking(published(row, names), found.spoken)
            for row in found.page.records
            if _part_of(walk, row)
        ],
    }
    return _part(request, body)


def _said(text: str) -> str:
    """The same words, asked of speech alone; `OR` and what names a field already stay."""
    return " ".join(
        each.group()
        if each["field"] or each.group() == "OR"
        else f"{each['minus']}said:{each['text']}"
        for each in _TERM.finditer(text)
    )


def _speaking(record: dict[str, Any], asked: Listening) -> dict[str, Any]:
    """Which record it is, and those of its segments that answer, in the order they are spoken."""
    heard = [
        (transcript, segment, line)
        for transcript in record["transcripts"]
        for segment, line in zip(
            transcript["segments"],
            asked.lines([segment["text"] for segment in transcript["segments"]]),
            strict=True,
        )
    ]
    best = max((line.weight for *_place, line in heard), default=(0, 0))
    said = [
        {
            "language": transcript["language"],
            "status": transcript["status"],
            "clip": transcript["clip"],
            "address": absolute(f"/c/{transcript['clip']}?t={plain(segment['start_s'])}"),
            **segment,
        }
        for transcript, segment, line in heard
        if line.answers(best)
    ]
    kept = ("address", "kind", "reference", "title_en", "title_ar")
    return {**{name: record[name] for name in kept}, "segments": said}


# --- Names, words, changes -----------------------------------------------------------------------
@resource
def all_authorities(request: HttpRequest) -> HttpResponse:
    """The published names, by kind and slug."""
    checked(request.GET, interface.AUTHORITIES)
    kinds, place = request.GET.getlist("kind"), place_in_list(request.GET, 2)
    limit = limit_of(request.GET)
    rows = PublicAuthority.objects.order_by("kind", "slug")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    total = rows.count()
    if place:
        kind, slug = place
        rows = rows.filter(kind=kind, slug__gt=slug) | rows.filter(kind__gt=kind)
    found = list(rows[: limit + 1])
    following = ""
    if len(found) > limit:
        last = found[limit - 1]
        following = packed([last.kind, last.slug])
    body = {
        "total": total,
        "next": _next(request, following),
        "authorities": [published_name(row) for row in found[:limit]],
    }
    return _part(request, body)


@resource
def authority(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """One published name."""
    checked(request.GET, ())
    row = PublicAuthority.objects.filter(kind=kind, slug=slug).first()
    if row is None:
        raise Http404
    return fresh(request, as_json(published_name(row)))


@resource
def all_vocabularies(request: HttpRequest) -> HttpResponse:
    """Every closed vocabulary of the declared record, with labels in both languages."""
    checked(request.GET, ())
    listed = [
        {
            "name": each.name,
            "title_en": each.en,
            "title_ar": each.ar,
            "terms": [
                {
                    "code": term.code,
                    "label_en": term.en,
                    "label_ar": term.ar,
                    "note_en": term.note_en,
                    "note_ar": term.note_ar,
                    "uri": term.uri or None,
                }
                for term in each
            ],
        }
        for each in dictionary.vocabularies()
    ]
    return fresh(request, as_json({"vocabularies": listed}))


@resource
def changes(request: HttpRequest) -> HttpResponse:
    """What changed after a number, in the order in which it did.

    Numbers commit in order, so a mirror that puts what is published or revised, drops what is
    withdrawn, and asks again from `last`, misses nothing. A record that changed twice is there
    once, as it is now; some come again as they were (`publishing.cover`). Names are asked for again
    by their ETag: a number of their own would count what was done to names that nobody may know of.
    """
    checked(request.GET, interface.CHANGES)
    since = whole_number("since", request.GET.get("since", "0"), 0, 2**62)
    limit = limit_of(request.GET)
    names = authorities.current()
    rows = PublicRecord.objects.filter(change__gt=since).order_by("change")
    found = list(rows[: limit + 1])
    listed = found[:limit]
    last = listed[-1].change if listed else since
    asked = {"since": last, **({"limit": limit} if "limit" in request.GET else {})}
    body = {
        "since": since,
        "last": last,
        "more": len(found) > limit,
        "next": f"{settings.BASE_URL}{request.path}?{urlencode(asked)}",
        "changes": [_change_of(row, names) for row in listed],
    }
    return _part(request, body)


def _change_of(row: PublicRecord, names: Authorities) -> dict[str, Any]:
    change = {"change": row.change, "reference": row.reference}
    if row.withdrawn_at is not None:
        return {**change, "act": "withdrawn", "tombstone": tombstone(row)}
    act = "published" if row.version == 1 else "revised"
    return {**change, "act": act, "record": published(row, names)}


# --- The parts of a list ------------------------------------------------------------------------
def _begun(found: answers.Answer, change: int) -> Walk:
    """A walk that begins with this answer. Where the database made it, `change` is what it is of:
    it was read before."""
    as_of = change if found.as_of is None else found.as_of
    return Walk(as_of, found.facets.total, found.facets.certain, "")


def _part_of(walk: Walk, row: PublicRecord) -> bool:
    """Not what was first published after the walk began: no total counts it."""
    return row.version > 1 or row.change <= walk.as_of


def _numbers(request: HttpRequest, query: Query, walk: Walk, following: str) -> dict[str, Any]:
    after = replace(walk, inner=following).write() if following else ""
    return {
        "as_of": walk.as_of,
        "question": replace(query, after="").address,
        "total": walk.total,
        "certain": walk.certain,
        "possible": walk.total - walk.certain,
        "ranked_to": MOST_RANKED if query.sort == "relevance" else None,
        "next": _next(request, after),
    }


def _next(request: HttpRequest, after: str) -> str | None:
    if not after:
        return None
    asked = request.GET.copy()
    asked["after"] = after
    return f"{settings.BASE_URL}{request.path}?{asked.urlencode()}"


def _part(request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    response = fresh(request, as_json(body))
    if body["next"]:
        response["Link"] = f'<{body["next"]}>; rel="next"'
    return response


def _counted(counted: Facets, names: Authorities) -> dict[str, Any]:
    return {
        "facets": {
            facet: list(_values(facet, counted.counts.get(facet, {}), names)) for facet in FACETS
        },
        "histogram": [_bar(each) for each in counted.histogram],
    }


def _values(facet: str, counts: Any, names: Authorities) -> Iterator[dict[str, Any]]:
    """The values that find something, the most frequent first, with their names."""
    vocabulary = FACETS[facet]
    for value, number in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        yield {
            "value": value,
            **{
                f"name_{language}": _called(facet, vocabulary, value, names, language)
                for language in LANGUAGES
            },
            "number": number,
        }


def _called(
    facet: str,
    vocabulary: vocabularies.Vocabulary | None,
    value: str,
    names: Authorities,
    language: str,
) -> str:
    if vocabulary is None:
        return names.name(facet, value, language)
    return vocabulary.known_label(value, language) or value


def _bar(bar: Bar) -> dict[str, Any]:
    return {
        "from": bar.first.isoformat(),
        "to": bar.last.isoformat(),
        "certain": bar.certain,
        "possible": bar.possible,
    }
