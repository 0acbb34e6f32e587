"""The page before an export: in which forms a list can be taken along, and what to expect of each.

Sizes are told from the first records of the list, written as the export would write them; times
from those sizes and from how fast each form is made. Three queries, however long the list is.
"""

import zlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from footage.catalogue import answers, authorities
from footage.catalogue.authorities import Authorities
from footage.catalogue.formats import FORMATS, LEVEL, About, Format, written
from footage.catalogue.queries import Query
from footage.catalogue.streams import row_of, whole
from footage.reading_room.narrowing import narrowing
from footage.reading_room.rendering import page, reader_language, respond

# Bytes a second of the line that times are told for: 8 Mbit/s.
LINE = 1_000_000


@page
def exporting(request: HttpRequest) -> HttpResponse:
    names, language = authorities.current(), reader_language()
    query = Query.read(request.GET).in_full
    found = answers.answer(query, names, facets=())
    of = About(query, found.facets.total, 0, 0, None)
    sample = [row_of(record) for record in found.page.records]
    list_path = f"/{language}/clips/{query.address}"
    context = {
        **narrowing(query, request.GET, names, language, request.path),
        "total": of.records,
        "groups": _groups([_shown(form, of, sample, names) for form in _offered(language)]),
        "words_ignored": not found.searched,
        "whole": whole(query),
        "list_path": list_path,
        "list_address": settings.BASE_URL + list_path,
        "description_path": f"/export/datapackage.json{query.address}",
    }
    return respond(request, "export.html", context)


def _offered(language: str) -> list[Format]:
    """References come in the reader's language; everything else is the same in both."""
    arabic = {suffix.removeprefix("ar.") for suffix in FORMATS if suffix.startswith("ar.")}
    return [
        FORMATS[f"ar.{suffix}"] if language == "ar" and suffix in arabic else form
        for suffix, form in FORMATS.items()
        if not suffix.startswith("ar.")
    ]


def _shown(form: Format, of: About, sample: list[Any], names: Authorities) -> dict[str, Any]:
    """One form as the page shows it. "" for the size of a list that nothing is known of."""
    frame, some = written(form, [], of, names), written(form, sample, of, names)
    share = of.records / len(sample) if sample else 0
    size = len(frame) + round((len(some) - len(frame)) * share)
    packed = 0
    if some and not form.packed:
        packed = round(size * len(zlib.compress(some, LEVEL)) / len(some))
    title, sentence = _told()[form.suffix.removeprefix("ar.")]
    path = f"/export/clips.{form.suffix}"
    return {
        "group": form.group,
        "title": title,
        "sentence": sentence,
        "suffix": form.suffix,
        "path": path + of.query.address,
        "size": size,
        "time": _minutes(max(size / LINE, of.records / form.speed)),
        "packed_path": "" if form.packed else f"{path}.gz{of.query.address}",
        "packed_size": packed,
    }


def _minutes(seconds: float) -> str:
    if seconds < 60:
        return _("less than a minute")
    number = round(seconds / 60)
    return ngettext("about %(number)s minute", "about %(number)s minutes", number) % {
        "number": f"{number:,}"
    }


def _groups(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    titles = {
        "tables": _("Tables"),
        "programs": _("For programs"),
        "maps": _("For maps"),
        "references": _("References"),
        "transcripts": _("Transcripts"),
    }
    return [
        {"id": group, "title": title, "formats": [each for each in shown if each["group"] == group]}
        for group, title in titles.items()
    ]


def _told() -> dict[str, tuple[str, str]]:
    """Each form by suffix: its name, and in one sentence what it is for."""
    return {
        "csv": (
            "CSV",
            _("One row for each record, every value as it is: for databases, R and pandas."),
        ),
        "excel.csv": (
            _("CSV for Excel"),
            _(
                "The same rows, so that Excel shows the Arabic and changes nothing: an apostrophe "
                "stands before each text it would take for a formula, a number or a date."
            ),
        ),
        "xlsx": (
            _("Excel workbook (XLSX)"),
            _("The same rows with every text typed as text: the safest choice for spreadsheets."),
        ),
        "jsonl": (
            "JSON Lines",
            _("One whole record in each line, transcripts included: for programs and large lists."),
        ),
        "geojson": (
            "GeoJSON",
            _(
                "Each record as a point, never finer than its place may be shown: for QGIS and "
                "maps on the web."
            ),
        ),
        "bib": ("BibTeX", _("One reference for each record: for LaTeX and JabRef.")),
        "ris": ("RIS", _("One reference for each record: for Zotero, EndNote and Mendeley.")),
        "csl.json": ("CSL-JSON", _("One reference for each record: for Zotero and Pandoc.")),
        "vtt.zip": (
            _("Transcripts as WebVTT"),
            _("One file for each transcript, in a ZIP archive: captions for players on the web."),
        ),
        "srt.zip": (
            _("Transcripts as SubRip"),
            _("One file for each transcript, in a ZIP archive: subtitles for film editors."),
        ),
        "txt.zip": (
            _("Transcripts as text"),
            _("One file for each transcript, in a ZIP archive: words with their times, to read."),
        ),
    }
