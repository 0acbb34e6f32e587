"""What of a record may be seen by somebody who has not asked to see it. Pure.

The one decision for every surface: pages, cards, feeds, share cards, embeds, manifests. A clip
that is graphic shows nothing of itself before the reader's choice, and one held back never does.
`tests/walls/test_gated_pictures.py` crawls everything a stranger can reach and holds it to this.
"""

from typing import Any

import orjson

from footage.catalogue.record import Record, Rendition, Transcript

_LEVEL = b'"advisory_level":"'


def closed(record: Record) -> bool:
    """Whether no frame, sound or address of a copy is given out unasked."""
    return record.gated or held_back(record)


def held_back(record: Record) -> bool:
    """Whether a record is described only: neither shown nor read, asked for or not."""
    return record.advisory_level == "withheld"


def spoken(record: Record) -> tuple[Transcript, ...]:
    """Its transcripts; none of a record held back, even one stored before that was so."""
    return () if held_back(record) else record.transcripts


def clips_of(record: Record) -> list[str]:
    """The clips on whose clocks a record speaks, in the order in which it is told."""
    return list(dict.fromkeys(each.clip for each in spoken(record)))


def picture(record: Record) -> Rendition | None:
    """The still that may stand for a record on a card, in a feed or in a share card.

    None for a closed record and for one without a picture: show words, or a drawing, instead.
    """
    if closed(record):
        return None
    return copy_of(record, "poster", "photograph-small", "photograph")


def copy_of(record: Record, *roles: str) -> Rendition | None:
    """The first of these access copies that there is, closed or not."""
    return next((copy for role in roles for copy in record.renditions if copy.role == role), None)


def unasked(document: bytes) -> bytes:
    """A stored document, in UTF-8, as it is handed to whoever asked for records, not for one clip.

    Of a closed record no copy is named, and of one held back no word of it is given: a program that
    draws a poster for each record draws none of these. Any other document comes back as it is.
    """
    # Read in the text, where a key with its colon stands in no value: a million go by in exports.
    level = document.find(_LEVEL) + len(_LEVEL)
    if not document.startswith((b"graphic", b"withheld"), level):
        return document
    return orjson.dumps(told(document))


def told(document: str | bytes) -> dict[str, Any]:
    """The same, read."""
    found: dict[str, Any] = orjson.loads(document)
    if found["advisory_level"] in ("graphic", "withheld"):
        found["renditions"] = []
    if found["advisory_level"] == "withheld":
        found["transcripts"] = []
    return found
