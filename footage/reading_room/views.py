"""Home, the lists of clips and testimonies, the page of each, and the pages about the archive."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from footage import vocabularies
from footage.catalogue import answers, authorities, beside, moments
from footage.catalogue.addresses import embed_path, record_path
from footage.catalogue.authorities import EVENT, FILM, NEIGHBOURHOOD, Authorities
from footage.catalogue.counts import Facets
from footage.catalogue.freshness import moved
from footage.catalogue.index import remembering
from footage.catalogue.index.language import asks_nothing
from footage.catalogue.index.searching import MOST_RANKED, Moment
from footage.catalogue.models import PublicRecord
from footage.catalogue.queries import Query
from footage.catalogue.record import Record
from footage.reading_room import pages
from footage.reading_room.choices import Choice
from footage.reading_room.facets import filters
from footage.reading_room.language_free import found
from footage.reading_room.listing import listing, paged
from footage.reading_room.named import named
from footage.reading_room.narrowing import narrowing
from footage.reading_room.nothing import offers
from footage.reading_room.rendering import page, reader_language, remembered, respond
from footage.reading_room.wording import say_day

LATEST = 8
# Of a value of a filter, or a bar, with its link, as Python keeps them.
FILTER_BYTES = 800
HOME_FACETS = ("kind", "neighbourhood", "journalist", "subject")
MOST_ON_HOME = 12
# More than are shown, because the gated ones among them are passed over.
LOOKED_AT = 24


@page
def home(request: HttpRequest) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    everything = Query(chosen={"kind": ("clip",)})
    answer = answers.answer(
        replace(everything, sort="published"), names, facets=HOME_FACETS, size=LOOKED_AT
    )
    counted = answer.facets
    cards = [pages.card(row.read(), names, language) for row in answer.page.records]
    places = counted.counts.get("neighbourhood", {})
    # A real one before those of a demonstration.
    films = sorted(names.of_kind(FILM), key=lambda film: bool(film.facts.get("demonstration")))
    film = next(iter(films), None)
    context = {
        "latest": [card for card in cards if not card["closed"]][:LATEST],
        "clips": counted.total,
        "testimonies": counted.count("kind", "testimony"),
        "neighbourhoods": [
            {"slug": slug, "name": name, "count": count}
            for slug, count in _most(places)
            if (name := names.name(NEIGHBOURHOOD, slug, language))
        ],
        "uncounted": not counted.counted,
        "places": len(places),
        "journalists": len(counted.counts.get("journalist", {})),
        "events": sum(1 for _event in names.of_kind(EVENT)),
        "subjects": [
            {"code": code, "label": vocabularies.SUBJECTS.label(code, language), "count": count}
            for code, count in _most(counted.counts.get("subject", {}))
            if code in vocabularies.SUBJECTS
        ],
        "film": named(film, language) if film else None,
    }
    return respond(request, "home.html", context)


@page
def clips(request: HttpRequest) -> HttpResponse:
    names = authorities.current()
    return remembered(request, names, lambda at: _clips(request, names, at))


def _clips(request: HttpRequest, names: Authorities, at: Moment | None) -> HttpResponse:
    language = reader_language()
    query = Query.read(request.GET)
    answer = answers.answer(query, names, at=at)
    total, other = answer.facets.total, _other_kind(query, answer.facets, request.path)
    context = {
        **listing(query, answer, names, language, paged(query, request.path)),
        **narrowing(query, request.GET, names, language, request.path),
        **_filters(query, answer.facets, names, language, request.path, at),
        **(offers(query, names, language, request.path) if query.narrowed and not total else {}),
        "text": query.text,
        # What a new search keeps of the old one.
        "kept": [pair for pair in query.pairs() if pair[0] not in ("q", "sort", "after")],
        "words_ignored": not answer.searched,
        "no_words": asks_nothing(query.text),
        "uncounted": not answer.facets.counted,
        "many_ranked": query.sort == "relevance" and total > MOST_RANKED,
        "most_ranked": MOST_RANKED,
        "other_kind": other,
        # Where both kinds were counted, and are none, there is nothing to look among.
        **({"every_kind_path": ""} if answer.facets.counted and not other else {}),
        "only_testimonies": query.kinds == ("testimony",),
    }
    return respond(request, "clips.html", context)


@page
def testimonies(request: HttpRequest) -> HttpResponse:
    """The same list under its own address: every filter but the kind, which it says itself."""
    names, language = authorities.current(), reader_language()
    asked = Query.read(request.GET)
    asked = replace(asked, chosen={k: v for k, v in asked.chosen.items() if k != "kind"})
    query = replace(asked, chosen={**asked.chosen, "kind": ("testimony",)})
    answer = answers.answer(query, names, facets=())
    context = {
        **listing(query, answer, names, language, paged(asked, request.path)),
        **narrowing(asked, request.GET, names, language, request.path),
        # It has testimonies alone, and leads to the list of both kinds itself.
        "kinds": query.kinds,
        "every_kind_path": f"/{language}/clips/{query.without_facet('kind').address}",
        "words_ignored": not answer.searched,
        "no_words": asks_nothing(query.text),
        "list_path": f"/{language}/clips/{replace(query, after='').address}",
    }
    return respond(request, "testimonies.html", context)


@page
def clip(request: HttpRequest, reference: str) -> HttpResponse:
    return _record(request, reference, "clip", pages.clip_page)


@page
def embed(request: HttpRequest, reference: str) -> HttpResponse:
    """A clip alone, for frames on other sites. Its gate is the same, and so is its tombstone."""
    row = found(reference)
    language = reader_language()
    if row.kind != "clip":
        raise Http404
    if row.reference != reference:
        return moved(embed_path(language, row.reference))
    if row.withdrawn_at is not None:
        context = {"reference": row.reference, "withdrawn": True}
        return respond(request, "embed.html", context, status=410)
    choice = Choice.read(request.GET)
    # Without its envelope: a frame has no room to cite it, nor for what machines are told.
    context = pages.clip_page(row.read(), None, authorities.current(), language, choice=choice)
    context["page_path"] = record_path(language, row.kind, row.reference)
    return respond(request, "embed.html", {**context, "embedded": True})


@page
def testimony(request: HttpRequest, reference: str) -> HttpResponse:
    return _record(request, reference, "testimony", pages.testimony_page)


@page
def about(request: HttpRequest) -> HttpResponse:
    return respond(request, "about.html", {})


# --- The parts ---------------------------------------------------------------------------------
def _filters(
    query: Query, counted: Facets, names: Authorities, language: str, path: str, at: Moment | None
) -> dict[str, Any]:
    """What narrows a list, which is the same beside each of its pages."""
    if at is None or not counted.counted:
        return filters(query, counted, names, language, path)
    key = ("filters", at, language, path, replace(query, after="").address)
    known: dict[str, Any] | None = remembering.get(key)
    if known is None:
        known = filters(query, counted, names, language, path)
        values = sum(len(group["values"]) + len(group["more"]) for group in known["groups"])
        remembering.put(key, known, FILTER_BYTES * (values + len(counted.histogram)))
    return known


def _other_kind(query: Query, counted: Facets, path: str) -> dict[str, Any] | None:
    """What a query that asks for one kind alone would find of the other: a word that nobody says in
    a clip may be the heart of a testimony. None where that is nothing, or nobody counted it."""
    if len(query.kinds) > 1 or not query.narrowed:
        return None
    kinds = tuple(kind for kind in vocabularies.RECORD_KINDS.codes if kind not in query.kinds)
    count = sum(counted.count("kind", kind) for kind in kinds)
    there = replace(query, chosen={**query.chosen, "kind": kinds}, after="")
    return {"count": count, "kinds": kinds, "path": path + there.address} if count else None


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """What there is most of, as far as the home page shows it."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_ON_HOME]


def _record(
    request: HttpRequest, reference: str, kind: str, shown: Callable[..., dict[str, Any]]
) -> HttpResponse:
    """The page of a record of this kind, which `shown` makes, under its one address."""
    row, language = found(reference), reader_language()
    if row.withdrawn_at is not None and row.reference == reference:
        # Under either address: which of them it had is not told.
        return _tombstone(request, row)
    if row.reference != reference or row.kind != kind:
        asked = request.META.get("QUERY_STRING", "")
        path = record_path(language, row.kind, row.reference)
        return moved(f"{path}?{asked}" if asked else path)
    document, names = row.read(), authorities.current()
    links = _links(row, document, names, language)
    choice = Choice.read(request.GET)
    context = shown(document, row, names, language, links=links, choice=choice)
    return respond(request, f"{kind}.html", context)


def _tombstone(request: HttpRequest, row: PublicRecord) -> HttpResponse:
    """What remains of a withdrawn record: its reference, the day, the class of reason."""
    language = reader_language()
    reasons = vocabularies.WITHDRAWAL_REASONS
    context = {
        "reference": row.reference,
        "withdrawn": say_day(row.withdrawn_at.date(), language) if row.withdrawn_at else "",
        "reason": reasons.known_label(row.withdrawal_reason, language),
    }
    return respond(request, "tombstone.html", context, status=410)


def _links(
    row: PublicRecord, document: Record, names: Authorities, language: str
) -> list[dict[str, Any]]:
    """Cards of the records beside this one, with the range at which a testimony is heard."""
    related = beside.related(row, document.neighbourhood, document.events)
    return [
        {
            **pages.card(shown, names, language),
            "record": shown,
            "relation": each.relation,
            "start": each.start_s,
            "end": each.end_s,
            "moment": "" if each.start_s is None else moments.write((each.start_s, each.end_s)),
        }
        for each, shown in ((each, each.row.read()) for each in related)
    ]
