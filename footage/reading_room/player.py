"""The part of a clip's page that plays or shows it: qualities, moments, captions. Pure.

What a reader chose stands in the address (`choices.Choice`), so all of it works without scripts.
Nothing here is called for a clip whose gate is closed.
"""

from collections.abc import Callable, Sequence
from typing import Any

from footage import vocabularies
from footage.catalogue import moments
from footage.catalogue.addresses import captions_path
from footage.catalogue.record import Record, Rendition
from footage.catalogue.showing import copy_of, held_back, spoken
from footage.reading_room.choices import Choice

MediaAddress = Callable[[str], str]
# The qualities a reader may choose, as addresses write them, and the copies they stand for.
QUALITIES = {
    "240": "playable-240",
    "480": "playable",
    "720": "playable-720",
    "sound": "sound",
    "stills": "strip",
}
# What plays when nothing was chosen: the copy for everybody, or the smallest that moves.
UNASKED = ("playable", "sound")
UNASKED_LOW = ("playable-240", "playable", "sound")
# Moments of a sound recording that its waveform links to.
MARKS = 6
STILLS = {"poster", "strip", "photograph", "photograph-small"}
# Captions of languages without a shared code would confuse a player's menu.
CAPTIONED = {code for code in vocabularies.LANGUAGES.codes if code not in {"zxx", "und"}}


def player(
    record: Record, language: str, choice: Choice, media: MediaAddress
) -> dict[str, Any] | None:
    """The element that plays or shows the clip; None when there is nothing to play."""
    if held_back(record):
        return None
    if (photograph := copy_of(record, "photograph")) is not None:
        return _photograph(record, photograph, choice, media)
    chosen = None if choice.quality not in QUALITIES else copy_of(record, QUALITIES[choice.quality])
    if chosen and chosen.role == "sound" and choice.muted:
        chosen = None  # there would be nothing left of it
    roles = UNASKED_LOW if choice.low else UNASKED
    found = chosen or copy_of(record, *roles)
    if found is None:
        return None
    poster = None if choice.low else copy_of(record, "poster")
    kept = Choice(choice.show, choice.data, choice.quality if chosen else "", choice.t)
    stills = found.role == "strip"
    return {
        "element": {"sound": "audio", "strip": "stills"}.get(found.role, "video"),
        "address": media(found.name) + (f"#t={moments.write(choice.t)}" if choice.t else ""),
        "copy": found,
        "quality": kept.quality,
        "muted": choice.muted,
        "poster": media(poster.name) if poster else "",
        "captions": [] if found.role in {"sound", "strip"} else _captions(record, language),
        "choices": _choices(record, found, choice),
        "strip": (None if choice.low and not stills else _strip(record, kept, media))
        or _waveform(record, kept),
    }


def _photograph(
    record: Record, large: Rendition, choice: Choice, media: MediaAddress
) -> dict[str, Any]:
    """A photograph in the sizes there are; the browser takes the one that its screen needs, or
    the smallest for a reader who is short of data."""
    small = copy_of(record, "photograph-small")
    if small is not None and (small.width, small.height) == (large.width, large.height):
        small = None  # a photograph that was small to begin with
    sizes = [copy for copy in (small, large) if copy and copy.width]
    return {
        "element": "img",
        "address": media((small or large).name),
        "large": media(large.name),
        "sources": ""
        if choice.low
        else ", ".join(f"{media(copy.name)} {copy.width}w" for copy in sizes),
        "copy": large,
        "quality": "",
        "muted": choice.muted,
    }


def _choices(record: Record, playing: Rendition, choice: Choice) -> list[dict[str, Any]]:
    """The qualities of a video beside each other, as links; none where there is but one."""
    found = [(quality, copy_of(record, role)) for quality, role in QUALITIES.items()]
    choices = [
        {
            "kind": copy.role if copy.role in {"sound", "strip"} else "video",
            "lines": lines_of(copy),
            "bytes": copy.bytes,
            "path": choice.address(quality=quality),
            "current": copy == playing,
        }
        for quality, copy in found
        if copy is not None and not (copy.role == "sound" and choice.muted)
    ]
    return choices if len(choices) > 1 else []


def lines_of(copy: Rendition) -> str:
    """854 by 480, and 480 by 854 too, is 480p."""
    return f"{min(copy.width or 0, copy.height or 0)}p"


def _strip(record: Record, choice: Choice, media: MediaAddress) -> dict[str, Any] | None:
    """Frames over the clip, each a link to its moment."""
    strip = copy_of(record, "strip")
    if strip is None or not strip.times_s:
        return None
    return {
        "address": media(strip.name),
        "width": strip.width,
        "height": strip.height,
        "moments": _moments(strip.times_s, choice),
    }


def _waveform(record: Record, choice: Choice) -> dict[str, Any] | None:
    """The loudness of a sound recording as the outline of a drawing, with moments to go to."""
    if not record.waveform or not record.duration_s:
        return None
    bars = (f"M{x} {50 - peak / 2:g}h.7v{peak}h-.7z" for x, peak in enumerate(record.waveform))
    return {
        "bars": "".join(bars),
        "across": len(record.waveform),
        "moments": _moments([record.duration_s * n / MARKS for n in range(MARKS)], choice),
    }


def _moments(times: Sequence[float], choice: Choice) -> list[dict[str, Any]]:
    """Links to moments, no two of which are said alike."""
    return [
        {"said": said, "at": moments.write((time, None)), "path": choice.address(t=(time, None))}
        for time, said in zip(times, moments.clocks(times), strict=True)
    ]


def played(record: Record) -> list[Rendition]:
    """The copies that can be watched or heard, for their sizes and digests."""
    return [copy for copy in record.renditions if copy.role not in {"poster", "strip"}]


def made(record: Record) -> dict[str, int]:
    """How many copies were made for readers, by what they are: `moving`, `sound`, `stills`."""
    roles = [copy.role for copy in record.renditions]
    return {
        "moving": sum(role.startswith("playable") for role in roles),
        "sound": roles.count("sound"),
        "stills": sum(role in STILLS for role in roles),
    }


def _captions(record: Record, language: str) -> list[dict[str, str]]:
    codes = dict.fromkeys(each.language for each in spoken(record) if each.segments)
    return [
        {
            "language": code,
            "label": vocabularies.LANGUAGES.label(code, language),
            "address": captions_path(record.reference, code),
        }
        for code in codes
        if code in CAPTIONED
    ]


def download(
    record: Record, shown: dict[str, Any] | None, media: MediaAddress
) -> dict[str, Any] | None:
    """The copy that is shown, to be taken away; None where that is not agreed to."""
    if shown is None or not record.download or shown["element"] == "stills":
        return None
    copy = shown["copy"]
    return {"address": f"{media(copy.name)}?download", "copy": copy}
