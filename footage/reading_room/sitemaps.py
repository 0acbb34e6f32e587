"""Every public page for search engines (sitemaps.org): an index, pages, and records in parts.

Each address names itself in the other language. A part holds the records of a range of row numbers
and is streamed, so that its cost and memory do not grow with the archive. A film is offered to
video search only where readers may see it unasked and download it. Dates are days.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse

from footage.catalogue import showing
from footage.catalogue.addresses import (
    NAME_FOLDERS,
    absolute,
    media_address,
    name_path,
    record_path,
)
from footage.catalogue.freshness import fresh, only_read
from footage.catalogue.languages import LANGUAGES, either
from footage.catalogue.models import PublicAuthority, PublicRecord, RecordQuerySet
from footage.catalogue.record import Record
from footage.normalisation import writable_in_xml
from footage.reading_room.rendering import page

MEDIA_TYPE = "application/xml; charset=utf-8"
# Two addresses a record: 20,000 of the 50,000 that a file may have, well below its 50 MB.
IN_PART = 10_000
SECTIONS = (
    *("", "clips/", "neighbourhoods/", "map/", "dates/", "journalists/", "testimonies/"),
    *("events/", "films/"),
    *("about/", "about/data/", "about/api/", "safety/"),
)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
URLSET = (
    f'{HEAD}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    ' xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">\n'
)
# Video search reads no more of a description.
LONGEST_DESCRIPTION = 2048


@only_read
def index(request: HttpRequest) -> HttpResponse:
    """The parts there are. One query."""
    last = PublicRecord.objects.aggregate(last=Max("pk"))["last"] or 0
    parts = ["pages", *(f"records-{number}" for number in range(1, -(-last // IN_PART) + 1))]
    listed = "".join(
        f"<sitemap><loc>{escape(absolute(f'/sitemaps/{part}.xml'))}</loc></sitemap>\n"
        for part in parts
    )
    body = (
        f'{HEAD}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{listed}</sitemapindex>\n"
    )
    return fresh(request, HttpResponse(body, content_type=MEDIA_TYPE))


@only_read
def pages(request: HttpRequest) -> HttpResponse:
    """The sections, and a page for each published name that has one. One query."""
    named = PublicAuthority.objects.filter(kind__in=NAME_FOLDERS).order_by("kind", "slug")
    listed = [{code: f"/{code}/{section}" for code in LANGUAGES} for section in SECTIONS]
    listed += [
        {code: name_path(code, kind, slug) for code in LANGUAGES}
        for kind, slug in named.values_list("kind", "slug")
    ]
    body = "".join(map(_urls, listed))
    return fresh(request, HttpResponse(f"{URLSET}{body}</urlset>\n", content_type=MEDIA_TYPE))


@page
def records(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """One part of the records. Two queries, streamed."""
    if not 1 <= number <= 2**31 // IN_PART:
        raise Http404
    rows = PublicRecord.objects.filter(pk__gt=(number - 1) * IN_PART, pk__lte=number * IN_PART)
    if not rows.exists():
        raise Http404
    headers = {"Cache-Control": "no-cache"}
    return StreamingHttpResponse(_part(rows), content_type=MEDIA_TYPE, headers=headers)


def _part(rows: RecordQuerySet) -> Iterator[str]:
    yield URLSET
    for row in rows.live().order_by("pk").iterator(chunk_size=500):
        paths = {code: record_path(code, row.kind, row.reference) for code in LANGUAGES}
        yield _urls(paths, f"<lastmod>{row.revised_at:%Y-%m-%d}</lastmod>", row.read())
    yield "</urlset>\n"


def _urls(paths: dict[str, str], more: str = "", record: Record | None = None) -> str:
    """The same page in each language, each naming all."""
    beside = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(absolute(path))}"/>'
        for code, path in paths.items()
    )
    return "".join(
        f"<url><loc>{escape(absolute(path))}</loc>{more}{beside}"
        f"{_video(record, code) if record else ''}</url>\n"
        for code, path in paths.items()
    )


def _video(record: Record, language: str) -> str:
    """What video search is told of a film that anybody may see and download; else nothing."""
    film, poster = showing.copy_of(record, "playable"), showing.picture(record)
    if film is None or poster is None or not record.download:
        return ""
    title = either(record.title_en, record.title_ar, language) or record.reference
    summary = either(record.summary_en, record.summary_ar, language)
    told = {
        "thumbnail_loc": media_address(poster),
        "title": title,
        "description": (summary or title)[:LONGEST_DESCRIPTION],
        "content_loc": media_address(film),
    }
    if record.duration_s and record.duration_s >= 1:
        told["duration"] = str(round(record.duration_s))
    inner = "".join(
        f"<video:{key}>{escape(writable_in_xml(text))}</video:{key}>" for key, text in told.items()
    )
    return f"<video:video>{inner}</video:video>"
