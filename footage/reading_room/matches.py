"""Where in a record the words of a question are said: lines with their seconds. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from footage.catalogue import moments
from footage.catalogue.index.heard import Heard, Listening
from footage.catalogue.record import Record, Segment, Transcript
from footage.catalogue.showing import spoken
from footage.reading_room.wording import direction

# Of one record; its own page shows all.
MOST_LINES = 3
Said = tuple[Transcript, Segment, Heard]


def lines(record: Record, asked: Listening, language: str) -> list[dict[str, Any]]:
    """The spoken lines that answer, best first, each with its translation.

    A line that says more of what was asked answers better; among equals the earlier one.
    """
    if not asked:
        return []
    heard = [
        (transcript, *each)
        for transcript in spoken(record)
        for each in zip(
            transcript.segments,
            asked.lines([segment.text for segment in transcript.segments]),
            strict=True,
        )
    ]
    most = max((line.weight for *_place, line in heard), default=(0, 0))
    answering = [each for each in heard if each[2].answers(most)]
    answering.sort(key=lambda each: each[0].language != language)
    answering.sort(key=lambda each: each[1].start_s)
    answering.sort(key=lambda each: each[2].weight, reverse=True)
    best: dict[tuple[str, float], Said] = {}
    for each in answering:
        # The same moment in the other language is shown beside, not again.
        best.setdefault((each[0].clip, each[1].start_s), each)
    return [_line(each, heard) for each in list(best.values())[:MOST_LINES]]


def _line(said: Said, heard: Iterable[Said]) -> dict[str, Any]:
    transcript, segment, line = said
    beside = next(
        (
            (other.language, each.text, beside_it)
            for other, each, beside_it in heard
            if other.clip == transcript.clip and other.language != transcript.language
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
        "pieces": list(marked(segment.text, line)),
        "beside": beside
        and {
            "lang": beside[0],
            "dir": direction(beside[0]),
            "pieces": list(marked(beside[1], beside[2])),
        },
    }


def marked(text: str, line: Heard) -> Iterator[dict[str, Any]]:
    """The text in pieces, those that answer marked."""
    position = 0
    for start, end in line.marks:
        if start > position:
            yield {"text": text[position:start], "hit": False}
        yield {"text": text[start:end], "hit": True}
        position = end
    if position < len(text):
        yield {"text": text[position:], "hit": False}
