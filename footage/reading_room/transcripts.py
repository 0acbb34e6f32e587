"""Transcripts side by side, each line a link to the moment it is spoken. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from footage import vocabularies
from footage.catalogue import moments, showing
from footage.catalogue.formats.spoken import address_of, segments
from footage.catalogue.record import Record, Transcript
from footage.reading_room.wording import direction, label_of
from footage.timed_text import Segment


def segments_of(record: Record, language: str, clip: str = "") -> list[Segment]:
    """What a record says in one language on the clock of a clip, which for a clip is its own;
    nothing of a clip that is held back."""
    return [
        said
        for transcript in showing.spoken(record)
        if transcript.language == language and transcript.clip == (clip or record.reference)
        for said in segments(transcript)
    ]


def files(record: Record, language: str) -> list[dict[str, Any]]:
    """A record's transcripts as files to take away, by language; for each of its parts, numbered,
    where it was told in several clips."""
    clips = showing.clips_of(record)
    codes = dict.fromkeys(each.language for each in showing.spoken(record))
    return [
        {
            "label": label_of(vocabularies.LANGUAGES, code, language),
            "part": number if len(clips) > 1 else None,
            "files": [
                {"name": name, "path": address_of(record, clip, code, suffix)}
                for suffix, name in (("vtt", "WebVTT"), ("srt", "SRT"), ("txt", "TXT"))
            ],
        }
        for number, clip in enumerate(clips, 1)
        for code in codes
        if segments_of(record, code, clip)
    ]


def side_by_side(
    transcripts: Iterable[Transcript], language: str, address: Callable[[float, float], str]
) -> dict[str, Any] | None:
    """Parallel transcripts as rows that begin at the same second, the reader's language first."""
    shown = sorted(
        (each for each in transcripts if each.segments),
        key=lambda each: (each.language != language, each.language),
    )
    if not shown:
        return None
    starts = sorted({segment.start_s for each in shown for segment in each.segments})
    rows: dict[float, dict[str, Any]] = {
        start: {"start": start, "cells": [None] * len(shown)} for start in starts
    }
    for column, transcript in enumerate(shown):
        for segment in transcript.segments:
            row = rows[segment.start_s]
            row["path"] = address(segment.start_s, segment.end_s)
            row["end"] = max(segment.end_s, row.get("end", 0.0))
            cell = row["cells"][column]
            row["cells"][column] = {
                "text": f"{cell['text']}\n{segment.text}" if cell else segment.text,
                "speaker": segment.speaker,
                "lang": transcript.language,
                "dir": direction(transcript.language),
            }
    for row in rows.values():
        row["from"], row["to"] = moments.plain(row["start"]), moments.plain(row["end"])
    columns = [_column(each, language) for each in shown]
    return {"columns": columns, "rows": list(rows.values()), "several": len(shown) > 1}


def written(transcripts: Iterable[Transcript], language: str) -> list[dict[str, str]]:
    """Into which languages a record's words were written down, each once for each status."""
    columns = (_column(each, language) for each in transcripts if each.segments)
    return list({(each["language"], each["status"]): each for each in columns}.values())


def _column(transcript: Transcript, language: str) -> dict[str, str]:
    return {
        "language": transcript.language,
        "label": label_of(vocabularies.LANGUAGES, transcript.language, language),
        "status": label_of(vocabularies.TRANSCRIPT_STATUS, transcript.status, language),
    }


def moment_here(kept: str) -> Callable[[float, float], str]:
    """Moments of the page a reader is on; `kept` is the beginning of the query, to be kept."""
    return lambda start, end: f"?{kept}t={moments.plain(start)}#player"


def moment_at(path: str) -> Callable[[float, float], str]:
    return lambda start, end: f"{path}?t={moments.write((start, end))}#player" if path else ""
