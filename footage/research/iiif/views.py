"""The addresses of IIIF: manifests, transcripts, search in what is said, collections.

Always `application/json`, whatever is asked for: viewers that get the JSON-LD type show no
transcript. Each answer needs three database queries at most.
"""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from footage.catalogue import answers, authorities, beside
from footage.catalogue.authorities import FILM, NEIGHBOURHOOD
from footage.catalogue.citing import ARCHIVE
from footage.catalogue.index import language as asking
from footage.catalogue.index import words
from footage.catalogue.index.heard import Listening, Wanted
from footage.catalogue.models import PublicRecord
from footage.catalogue.queries import Query
from footage.research.answering import as_json, fresh, read_only
from footage.research.crosswalk import Described, both_names
from footage.research.iiif import manifests
from footage.research.problems import problem

# Of one collection; the rest follows in a collection at its end.
PAGE_SIZE = 100
TOP = "/iiif/collection.json"
# Of a search: parameters of the specification that narrow nothing here.
NOT_ASKED = ("motivation", "date", "user")


@read_only
def manifest(request: HttpRequest, reference: str) -> HttpResponse:
    row = beside.find(reference)
    if row is None or row.withdrawn_at is not None:
        return _gone(row)
    names = authorities.current()
    of = Described(row.read(), names)
    carrying = []
    if row.kind == "testimony":
        carrying = [
            (Described(each.row.read(), names), each.start_s, each.end_s)
            for each in beside.related(row, None)
            if each.relation == "linked"
        ]
    return fresh(request, as_json(manifests.manifest(of, carrying)))


@read_only
def transcript(request: HttpRequest, reference: str, clip: str, language: str) -> HttpResponse:
    """The lines of one record on the clock of one clip, in one language."""
    row = beside.find(reference)
    if row is None or row.withdrawn_at is not None:
        return _gone(row)
    of = Described(row.read(), authorities.current())
    for each in of.spoken_in(clip):
        if each.language == language:
            return fresh(request, as_json(manifests.transcript_page(of, each)))
    return _gone(None)


@read_only
def search(request: HttpRequest, reference: str, captions: bool) -> HttpResponse:
    """IIIF Content Search 2.0 in the lines of one record; `q` alone narrows it, and what else the
    specification knows is named as ignored."""
    row = beside.find(reference)
    if row is None or row.withdrawn_at is not None:
        return _gone(row)
    of = Described(row.read(), authorities.current())
    text = asking.cleaned(request.GET.get("q", ""))
    asked = f"{request.path}?q={quote(text)}" if text else request.path
    found = _lines_with(of, text)
    made = manifests.found_captions if captions else manifests.found_lines
    page = made(of, asked, found)
    if ignored := [name for name in NOT_ASKED if name in request.GET]:
        page["ignored"] = ignored
    return fresh(request, as_json(page))


@read_only
def top(request: HttpRequest) -> HttpResponse:
    """Every neighbourhood with a clip (all of them while that cannot be counted), every film, and
    the testimonies."""
    names = authorities.current()
    everything = Query(chosen={"kind": ("clip",)})
    counted = answers.answer(everything, names, facets=("neighbourhood",), size=0).facets
    listed = [
        place
        for place in names.of_kind(NEIGHBOURHOOD)
        if counted.count("neighbourhood", place.slug) or not counted.counted
    ]
    items = [
        manifests.reference_to(manifests.collection_path(each), both_names(each))
        for each in (*listed, *names.of_kind(FILM))
    ]
    items.append(
        manifests.reference_to("/iiif/testimonies/collection.json", manifests.title("testimonies"))
    )
    return fresh(request, as_json(manifests.collection(TOP, ARCHIVE.items(), items)))


@read_only
def neighbourhood(request: HttpRequest, slug: str) -> HttpResponse:
    return _authority(request, NEIGHBOURHOOD, slug)


@read_only
def film(request: HttpRequest, slug: str) -> HttpResponse:
    return _authority(request, FILM, slug)


@read_only
def testimonies(request: HttpRequest) -> HttpResponse:
    query = Query(chosen={"kind": ("testimony",)})
    return _listed(request, query, manifests.title("testimonies"), authorities.current())


# --- The parts ---------------------------------------------------------------------------------
def _gone(row: PublicRecord | None) -> HttpResponse:
    """What remains of a withdrawn record; or that there is none, which says nothing of why."""
    if row is None or row.withdrawn_at is None:
        return problem(404, "Not found", "There is no such record or list.")
    day = row.withdrawn_at.date().isoformat()
    return problem(410, "Withdrawn", f"{row.reference} was withdrawn on {day}.")


def _authority(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    names = authorities.current()
    named = names.get(kind, slug)
    if named is None:
        return _gone(None)
    query = Query(chosen={"kind": ("clip",), kind: (slug,)})
    return _listed(request, query, both_names(named), names)


def _listed(
    request: HttpRequest,
    query: Query,
    label: list[tuple[str, str]],
    names: authorities.Authorities,
) -> HttpResponse:
    """A page of a list; what follows is one more collection in it, named by a cursor."""
    asked = replace(query, after=request.GET.get("after", ""))
    if asked.cursor is None:
        asked = replace(asked, after="")
    page = answers.answer(asked, names, facets=(), size=PAGE_SIZE).page
    items = [manifests.entry(Described(row.read(), names)) for row in page.records]
    if page.following:
        following = f"{request.path}?after={page.following}"
        items.append(manifests.reference_to(following, manifests.title("next")))
    here = f"{request.path}?after={asked.after}" if asked.after else request.path
    within = [manifests.reference_to(TOP, ARCHIVE.items())]
    return fresh(request, as_json(manifests.collection(here, label, items, within=within)))


def _lines_with(of: Described, text: str) -> Iterator[manifests.Found]:
    """The lines that hold every word asked for, in order; none where nothing is asked. A phrase
    that runs from one line into the next is in both, as in the archive's own search."""
    wanted = [[(_wanted(part), part.without) for part in group] for group in asking.parts(text)]
    if not wanted:
        return
    listening = Listening.to_all([each for group in wanted for each, _without in group])
    for transcript in of.transcripts:
        heard = listening.lines([segment.text for segment in transcript.segments])
        for number, (segment, line) in enumerate(zip(transcript.segments, heard, strict=True), 1):
            if all(
                any((each in line.what) != without for each, without in group) for group in wanted
            ):
                yield transcript, number, segment, line


def _wanted(part: asking.Part) -> Wanted:
    """What must be heard of a part; () where it holds no word, which is heard nowhere."""
    if part.way == "beginning":
        return words.Beginning.of(part.text)
    return tuple(words.words(part.text))
