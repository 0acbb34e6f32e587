"""Transcripts as files: WebVTT, SubRip and plain text, of one record or of a whole list."""

from collections.abc import Callable, Iterable, Iterator

import orjson

from footage.catalogue.addresses import captions_path
from footage.catalogue.formats.flat import without_transcripts
from footage.catalogue.formats.zipped import zipped
from footage.catalogue.record import Record, Transcript
from footage.catalogue.showing import clips_of
from footage.catalogue.streams import Row
from footage.timed_text import Segment, write_plain, write_srt, write_webvtt

# Suffix: (media type, what writes it).
SPOKEN: dict[str, tuple[str, Callable[[list[Segment], str], str]]] = {
    "vtt": ("text/vtt", write_webvtt),
    "srt": ("application/x-subrip", write_srt),
    "txt": ("text/plain", write_plain),
}


def segments(transcript: Transcript) -> list[Segment]:
    """What is said, in milliseconds; a cue without words is left out."""
    return [
        Segment(round(each.start_s * 1000), round(each.end_s * 1000), each.speaker, each.text)
        for each in transcript.segments
        if each.text.strip()
    ]


def file_name(reference: str, clip: str, language: str, suffix: str) -> str:
    """Of a testimony with the clip on whose clock it runs, of which there may be many."""
    of_clip = f".{clip}" if clip != reference else ""
    return f"{reference}{of_clip}.{language}.{suffix}"


def address_of(record: Record, clip: str, language: str, suffix: str) -> str:
    """The path of what a record says on the clock of a clip; named where there are several."""
    named = clip if len(clips_of(record)) > 1 else ""
    return captions_path(record.reference, language, suffix, named)


def as_zip(
    pieces: Iterable[list[Row]], suffix: str, about: Iterable[tuple[str, str]]
) -> Iterator[bytes]:
    """A file for each transcript, called by its record and its language."""
    return zipped(_files(pieces, suffix, about))


def _files(
    pieces: Iterable[list[Row]], suffix: str, about: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, bytes]]:
    yield "ABOUT.txt", "".join(f"{key}: {value}\n" for key, value in about).encode()
    _media_type, write = SPOKEN[suffix]
    for piece in pieces:
        for row in piece:
            if row.document is None:
                continue
            _, spoken = without_transcripts(row.document)
            for each in orjson.loads(spoken or "[]"):
                transcript = Transcript.model_validate(each)
                if said := segments(transcript):
                    name = file_name(row.reference, transcript.clip, transcript.language, suffix)
                    yield name, write(said, transcript.language).encode()
