"""Addresses without a language: the permanent one of a record, captions, and what machines ask."""

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _

from footage.catalogue import beside, showing
from footage.catalogue.addresses import record_path
from footage.catalogue.formats.spoken import SPOKEN, file_name
from footage.catalogue.freshness import fresh, only_read
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.models import PublicRecord, PublicState
from footage.reading_room.rendering import page
from footage.reading_room.transcripts import segments_of


@only_read
def front_door(request: HttpRequest) -> HttpResponse:
    return _in_reader_language(request, "")


@page
def permanent(request: HttpRequest, reference: str) -> HttpResponse:
    """To the record's page in the reader's language; `?t=` and the rest of the query go along."""
    row = found(reference)
    asked = request.META.get("QUERY_STRING", "")
    path = record_path("", row.kind, row.reference).lstrip("/")
    return _in_reader_language(request, f"{path}?{asked}" if asked else path)


@page
def captions(
    request: HttpRequest, reference: str, language: str, suffix: str = "vtt"
) -> HttpResponse:
    """The transcript of a live record in one language, as WebVTT, SubRip or text.

    That of a testimony follows the clock of `?clip=`, which need not be named where one clip holds
    all of it. Saved, it is called by record, clip and language. 410 for a withdrawn record, in any
    language: whether it ever had words in it is not told.
    """
    row = found(reference)
    if row.reference != reference:
        raise Http404
    if row.withdrawn_at is not None:
        return withdrawn(request, row)
    record = row.read()
    clips = showing.clips_of(record)
    clip = clips[0] if len(clips) == 1 else request.GET.get("clip", reference)
    segments = segments_of(record, language, clip)
    if not segments:
        raise Http404
    media_type, write = SPOKEN[suffix]
    response = HttpResponse(write(segments, language), f"{media_type}; charset=utf-8")
    name = file_name(reference, clip, language, suffix)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return fresh(request, response)


@only_read
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the catalogue can be read, 503 when it cannot."""
    try:
        PublicState.objects.filter(pk=1).exists()
    except DatabaseError:
        return HttpResponse(
            "the catalogue cannot be read\n", "text/plain; charset=utf-8", status=503
        )
    return HttpResponse("ok\n", "text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


@only_read
def robots(request: HttpRequest) -> HttpResponse:
    lines = ("User-agent: *", "Disallow: /export/", f"Sitemap: {settings.BASE_URL}/sitemap.xml", "")
    return fresh(request, HttpResponse("\n".join(lines), "text/plain; charset=utf-8"))


def found(reference: str) -> PublicRecord:
    """The record under a reference typed in any way. Raises Http404."""
    row = beside.find_typed(reference)
    if row is None:
        raise Http404
    return row


def withdrawn(request: HttpRequest, row: PublicRecord) -> HttpResponse:
    """What is left to say, to a program as to a reader; day and class of reason are on its page."""
    said = []
    for language in LANGUAGES:
        with translation.override(language):
            said.append(f"{_('This record has been withdrawn')}: {row.reference}\n")
    text = HttpResponse("".join(said), "text/plain; charset=utf-8", status=410)
    return fresh(request, text)


def _in_reader_language(request: HttpRequest, path: str) -> HttpResponse:
    language = "ar" if get_language_from_request(request).startswith("ar") else "en"
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
    return HttpResponseRedirect(f"/{language}/{path}", headers=headers)
