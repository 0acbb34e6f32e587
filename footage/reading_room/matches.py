"""Where in a record the words of a question are said: lines with their seconds. Pure."""

from collections.abc import Iterator
from typing import Any

from footage.catalogue import moments
from footage.catalogue.index.words import placed
from footage.catalogue.record import Record, Segment, Transcript
from footage.catalogue.showing import spoken
from footage.reading_room.wording import direction

# Of one record; its own page shows all.
MOST_LINES = 3


def lines(record: Record, stems: frozenset[str], language: str) -> list[dict[str, Any]]:
    """The spoken lines that answer best, in the order they are spoken, each with its translation.

    A line that holds more of the words answers better; among equals the earlier one.
    """
    if not stems:
        return []
    scored = [
        (len(hits), transcript, segment)
        for transcript in spoken(record)
        for segment in transcript.segments
        if (hits := {stem for *_, found in placed(segment.text) for stem in found} & stems)
    ]
    scored.sort(key=lambda each: (-each[0], each[2].start_s, each[1].language != language))
    best: dict[tuple[str, float], tuple[Transcript, Segment]] = {}
    for _hits, transcript, segment in scored:
        # The same moment in the other language is shown beside, not again.
        best.setdefault((transcript.clip, segment.start_s), (transcript, segment))
    chosen = sorted(list(best.values())[:MOST_LINES], key=lambda each: each[1].start_s)
    return [_line(record, transcript, segment, stems) for transcript, segment in chosen]


def _line(
    record: Record, transcript: Transcript, segment: Segment, stems: frozenset[str]
) -> dict[str, Any]:
    beside = next(
        (
            (other.language, each.text)
            for other in spoken(record)
            if other.clip == transcript.clip and other.language != transcript.language
            for each in other.segments
            if each.start_s < segment.end_s and each.end_s > segment.start_s
        ),
        None,
    )
    return {
        "start": segment.start_s,
        "clip": transcript.clip,
        "moment": moments.write((segment.start_s, None)),
        "lang": transcript.language,
        "dir": direction(transcript.language),
        "pieces": list(marked(segment.text, stems)),
        "beside": beside
        and {
            "lang": beside[0],
            "dir": direction(beside[0]),
            "pieces": list(marked(beside[1], stems)),
        },
    }


def marked(text: str, stems: frozenset[str]) -> Iterator[dict[str, Any]]:
    """The text in pieces, those that answer marked."""
    position = 0
    for start, end, found in placed(text):
        if not stems.isdisjoint(found):
            if start > position:
                yield {"text": text[position:start], "hit": False}
            yield {"text": text[start:end], "hit": True}
            position = end
    if position < len(text):
        yield {"text": text[position:], "hit": False}
