"""One clip to carry away: a zip that opens from a disk, without the archive and without a network.

    AA-7Q2K-M3XT-9/page-en.html, page-ar.html    the page, with its style and its Arabic letters
                   AA-7Q2K-M3XT-9.mp4            the recording, when copies may be taken
                   transcript.ar.vtt, .txt       what is said, in each language there is
                   citation-….txt, citation.bib, .ris, .csl.json
                   record.json                   the public record, as declared
                   README.txt, SHA256SUMS        what is what, and the digest of each file

Nothing is compressed and no clock is read, so the same version of a record is the same bytes, and
memory does not grow with the recording. A graphic clip's recording is in it only when it was asked
for (`show=1`), and that of a clip held back never.
"""

import hashlib
import posixpath
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template import loader
from django.utils import translation
from django.utils.translation import gettext as _

from footage.catalogue import authorities, citing, moments
from footage.catalogue.authorities import Authorities
from footage.catalogue.formats.zipped import Sink
from footage.catalogue.freshness import conditional, digest
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.models import PublicRecord, PublicRendition
from footage.catalogue.record import Record, Rendition
from footage.catalogue.showing import closed, copy_of, held_back, spoken
from footage.reading_room import pages
from footage.reading_room.choices import Choice
from footage.reading_room.language_free import found, withdrawn
from footage.reading_room.media import pieces
from footage.reading_room.rendering import page
from footage.reading_room.transcripts import segments_of, side_by_side
from footage.timed_text import write_webvtt

# 32-bit numbers of a zip end at 4 GiB; zipfile begins the longer form at half of that.
LONGEST_FORETOLD = 2_000_000_000
CARRIED = ("playable", "photograph", "sound")
# Of the layout, under the names that the pages in the bundle know.
STATIC = Path(settings.BASE_DIR, "static", "reading_room")
LAYOUT = {
    "page.css": "reading_room.css",
    "vazirmatn-arabic.woff2": "vazirmatn-arabic.woff2",
    "vazirmatn-LICENSE.txt": "vazirmatn-LICENSE.txt",
}


@page
def serve(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The bundle of a live clip. Three queries; 410 for a withdrawn one, 404 for whatever is none.

    Its length is told beforehand, so that whoever fetches it knows when something is missing.
    """
    row = found(reference)
    if row.reference != reference or row.kind != "clip":
        raise Http404
    if row.withdrawn_at is not None:
        return withdrawn(request, row)
    record, names = row.read(), authorities.current()
    recording = _recording(row, record, Choice.read(request.GET))
    files = _files(row, record, names, recording)
    streamed = _zipped(row, files, recording) if request.method == "GET" else iter(())
    response = StreamingHttpResponse(streamed, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{reference}.zip"'
    response["Accept-Ranges"] = "none"
    length = _length(row, files, recording)
    if length is not None:
        response["Content-Length"] = str(length)
    # All that is in it: the recording by its digest, which SHA256SUMS names.
    return conditional(request, response, f'"{digest(b"".join(files.values()))}"')


def _recording(row: PublicRecord, record: Record, choice: Choice) -> Rendition | None:
    """The copy that goes along; None where that is not agreed to, or was not asked for."""
    if held_back(record) or (closed(record) and not choice.show):
        return None
    copy = copy_of(record, *CARRIED)
    # The very row that /media/ asks, so that a consent taken back counts here too.
    agreed = copy and PublicRendition.objects.filter(
        name=copy.name, download=True, record=row, record__withdrawn_at__isnull=True
    )
    return copy if agreed and agreed.exists() else None


# --- What is in it -----------------------------------------------------------------------------
def _files(
    row: PublicRecord, record: Record, names: Authorities, recording: Rendition | None
) -> dict[str, bytes]:
    """Everything but the recording, by name: a few hundred kilobytes, made in memory."""
    reference = record.reference
    file = _file_name(reference, recording) if recording else ""
    day = row.revised_at.date()
    texts: dict[str, str] = {}
    for language in LANGUAGES:
        made = citing.cite(record, row.version, day, names, language)
        texts[f"citation-{language}.txt"] = citing.as_text(made) + "\n"
        if language == "en":
            for suffix in ("bib", "ris", "csl.json"):
                texts[f"citation.{suffix}"] = citing.FORMATS[suffix][1](made)
        with translation.override(language):
            texts[f"page-{language}.html"] = _page(row, record, names, language, file)
    for code in dict.fromkeys(each.language for each in spoken(record)):
        if segments := segments_of(record, code):
            texts[f"transcript.{code}.vtt"] = write_webvtt(segments, code)
            texts[f"transcript.{code}.txt"] = _spoken(record, code)
    # Without the list of copies: their addresses are the archive's, and not to be taken along.
    kept = record.model_copy(update={"renditions": (), "transcripts": spoken(record)})
    texts["record.json"] = kept.canonical() + "\n"
    files = {name: text.encode() for name, text in sorted(texts.items())}
    files |= {name: _layout(source) for name, source in LAYOUT.items()}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    if recording:
        digests[file] = recording.fixity.removeprefix("sha256:")
    readme = "\n\n".join(_readme(reference, language, file) for language in LANGUAGES)
    files["README.txt"] = f"{readme}\n".encode()
    digests["README.txt"] = hashlib.sha256(files["README.txt"]).hexdigest()
    sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    files["SHA256SUMS"] = sums.encode()
    return files


def _file_name(reference: str, recording: Rendition) -> str:
    return reference + posixpath.splitext(recording.name)[1]


def _page(row: PublicRecord, record: Record, names: Authorities, language: str, file: str) -> str:
    """The record's page as it is read from a disk: every link of it leads within, or says where."""

    def at(start: float, end: float) -> str:
        return f"{file}#t={moments.plain(start)}" if file else ""

    # As readers get it, but that it names no address of a copy: the recording is beside it.
    shown = pages.clip_page(record, row, names, language, media=lambda name: "")
    context: dict[str, Any] = {
        **pages.frame(language, f"/{language}/"),
        **shown,
        "file": file,
        "closed": closed(record),
        "element": {"sound": "audio", "photograph": "img"}.get(record.medium or "", "video"),
        "transcript": side_by_side(spoken(record), language, at),
    }
    return loader.get_template("reading_room/bundle.html", using="public").render(context)


def _spoken(record: Record, language: str) -> str:
    """A transcript to be read: each line after its time."""
    lines = [
        f"[{moments.clock(segment.start_ms / 1000)}] "
        + (f"{segment.speaker}: " if segment.speaker else "")
        + " ".join(segment.text.split())
        for segment in segments_of(record, language)
    ]
    return "\n".join(lines) + "\n"


def _readme(reference: str, language: str, file: str) -> str:
    with translation.override(language):
        said = [
            f"{_('The Aleppo Archive')} · {reference}",
            _("Open page-en.html or page-ar.html in a browser. No network is needed."),
            _("The recording is %(file)s.") % {"file": file}
            if file
            else _("The recording is not in this bundle."),
            _("Check the files with: sha256sum -c SHA256SUMS"),
            _(
                "This is the record as it was when it was fetched. What holds now stands at "
                "%(address)s; if it was withdrawn since, please do not pass this copy on."
            )
            % {"address": f"{settings.BASE_URL}/c/{reference}"},
        ]
    return "\n".join(said)


@cache
def _layout(name: str) -> bytes:
    return (STATIC / name).read_bytes()


# --- The zip -----------------------------------------------------------------------------------
def _length(row: PublicRecord, files: dict[str, bytes], recording: Rendition | None) -> int | None:
    """Bytes of the zip: those of one whose recording is empty, and those of the recording.

    None for one so long that its directory might be written in the longer form.
    """
    carried = recording.bytes if recording else 0
    if carried > LONGEST_FORETOLD:
        return None
    return carried + sum(map(len, _zipped(row, files, recording, hollow=True)))


def _zipped(
    row: PublicRecord,
    files: dict[str, bytes],
    recording: Rendition | None,
    *,
    hollow: bool = False,
) -> Iterator[bytes]:
    """The zip in pieces; a hollow one has everything but the bytes of the recording."""

    def entry(name: str, size: int) -> ZipInfo:
        # The day of this version, as public as the record; the hour would say when staff work.
        day = row.revised_at
        made = ZipInfo(f"{row.reference}/{name}", (day.year, day.month, day.day, 0, 0, 0))
        made.file_size, made.external_attr, made.create_system = size, 0o644 << 16, 3
        return made

    def parts() -> Iterator[tuple[ZipInfo, Iterable[bytes]]]:
        for name, content in files.items():
            yield entry(name, len(content)), (content,)
        if recording:
            whole = () if hollow else pieces(recording.name, 0, recording.bytes)
            yield entry(_file_name(row.reference, recording), recording.bytes), whole

    sink = Sink()
    with ZipFile(sink, "w", ZIP_STORED) as archive:  # type: ignore[call-overload]
        for made, contents in parts():
            with archive.open(made, "w") as into:
                for piece in contents:
                    into.write(piece)
                    yield sink.taken()
    yield sink.taken()
