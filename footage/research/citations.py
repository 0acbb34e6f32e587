"""Citations to fetch: a record or some of its seconds, in each form of `footage.catalogue.citing`.

Also unAPI (revision 1), by which a reference manager on a record's page takes the RIS whole:
without it Zotero reads a page about a video as a journal article and splits a pseudonym in two.
"""

from xml.sax.saxutils import quoteattr

from django.http import HttpRequest, HttpResponse

from footage.catalogue import authorities, beside, citing, moments
from footage.catalogue.freshness import fresh
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.models import PublicRecord
from footage.catalogue.record import Record
from footage.research.answering import read_only
from footage.research.problems import problem

# unAPI's names of the forms.
UNAPI = {"ris": "ris", "bibtex": "bib", "csljson": "csl.json"}


@read_only
def citation(request: HttpRequest, reference: str, suffix: str) -> HttpResponse:
    """One citation. `?t=12,15` cites these seconds, `?lang=ar` in Arabic; 400 for other values.

    Of the seconds it cites what lies within the record, and the whole where none of them do.
    """
    language = request.GET.get("lang", "en")
    if language not in LANGUAGES:
        return problem(400, "Unusable lang", "lang is en or ar.")
    asked = request.GET.get("t", "")
    moment = moments.read(asked)
    if asked and moment is None:
        return problem(400, "Unusable t", "t is a second or two: 12 or 12,15.")
    return _cited(request, reference, suffix, language, moment)


@read_only
def unapi(request: HttpRequest) -> HttpResponse:
    """What there is (no parameter, 200), what there is of an id (300), an id in one form."""
    identifier, form = request.GET.get("id"), request.GET.get("format")
    if identifier is None:
        return _formats(request, "", 200)
    reference, _colon, said = identifier.partition(":")
    language, _colon, seconds = said.partition(":")
    if form is None:
        row = beside.find_typed(reference)
        return _formats(request, identifier, 300) if row else _unknown(request)
    if form not in UNAPI:
        return problem(406, "Unknown format", f"format is one of {', '.join(UNAPI)}.")
    if language not in LANGUAGES:
        language = "en"
    return _cited(request, reference, UNAPI[form], language, moments.read(seconds))


def _cited(
    request: HttpRequest,
    reference: str,
    suffix: str,
    language: str,
    moment: moments.Moment | None,
) -> HttpResponse:
    row = beside.find_typed(reference)
    if row is None:
        return _unknown(request)
    if row.withdrawn_at is not None:
        return problem(410, "Withdrawn", f"{row.reference} is no longer shown.")
    names, record = authorities.current(), row.read()
    if moment:
        moment = moments.within(moment, _seconds_of(row, record))
    made = citing.cite(record, row.version, row.revised_at.date(), names, language, moment)
    media_type, written = citing.FORMATS[suffix]
    response = HttpResponse(written(made), content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{row.reference}.{suffix}"'
    return fresh(request, response)


def _seconds_of(row: PublicRecord, record: Record) -> moments.Moment | None:
    """One query more for a testimony, whose seconds are those of the clip it is heard in."""
    carried = beside.related(row, None) if row.kind == "testimony" else ()
    return citing.seconds_of(record, ((c.row.reference, c.start_s, c.end_s) for c in carried))


def _unknown(request: HttpRequest) -> HttpResponse:
    return fresh(request, HttpResponse("Not found\n", "text/plain; charset=utf-8", status=404))


def _formats(request: HttpRequest, identifier: str, status: int) -> HttpResponse:
    named = f" id={quoteattr(identifier)}" if identifier else ""
    listed = "".join(
        f"<format name={quoteattr(name)} type={quoteattr(citing.FORMATS[suffix][0])}/>"
        for name, suffix in UNAPI.items()
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<formats{named}>{listed}</formats>\n'
    response = HttpResponse(text, content_type="application/xml; charset=utf-8", status=status)
    return fresh(request, response)
