"""Moments and ranges of a recording as addresses write them: `?t=12` or `?t=12,15`. Pure.

The form of the temporal dimension of Media Fragments URI 1.0, in normal play time, without units;
what people type into the field for it is read too, in either digits.
"""

import re
from collections.abc import Sequence

from footage.dates.words import ASCII_DIGITS

# A clip is hours long at most; anything beyond is not a moment.
LONGEST_S = 360_000
_NORMAL_PLAY_TIME = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6}(?:\.\d{0,6})?)", re.ASCII)

# Signs of other keyboards for the comma, the point and the dash; marks that only turn text around.
_SIGNS = str.maketrans(
    {
        "،": ",",
        "٫": ".",
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u061c\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069", None),
    }
)
_TWO = re.compile(r"([^ ,-]+) ?(?:[ ,-] ?([^ ,-]*))?")

# From this second on, to the other or to the end of the recording.
Moment = tuple[float, float | None]


def read(text: str) -> Moment | None:
    """Seconds of "12", "12,15" or "1:05,1:20"; None for anything else.

    "٠:٠٣ – ٠:٠٨" and "0:03 0:08" are two moments too. An end before its start is no end.
    """
    found = _TWO.fullmatch(" ".join(text.translate(ASCII_DIGITS).translate(_SIGNS).split()))
    start = _seconds(found[1]) if found else None
    if found is None or start is None:
        return None
    end = _seconds(found[2]) if found[2] else None
    if end is None and found[2]:
        return None
    return (start, end if end is not None and end > start else None)


def within(asked: Moment | None, span: Moment | None) -> Moment | None:
    """The seconds asked for, as far as they lie in a span; None where none do."""
    if asked is None or span is None:
        return None
    (start, end), (first, last) = asked, span
    if start < first or (last is not None and start >= last):
        return None
    return start, (end if last is None or end is None else min(end, last))


def write(moment: Moment) -> str:
    """12 or 12,15."""
    start, end = moment
    return plain(start) if end is None else f"{plain(start)},{plain(end)}"


def ends(span: Moment | None) -> dict[str, str]:
    """From and until which second, as attributes write them; until is "" where nobody knows."""
    if span is None:
        return {}
    start, end = span
    return {"from": plain(start), "until": "" if end is None else plain(end)}


def plain(seconds: float) -> str:
    """Seconds for an address or an attribute: a point, no exponent, no trailing zeros."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def clock(seconds: float, decimals: int = 0) -> str:
    """1:05, or 1:02:03 from an hour on; 1:05.250 with three decimals, the most there are."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    said = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    # What lacks a millionth of a millisecond lacks it for being a float.
    thousandths = min(999, int(seconds % 1 * 1000 + 1e-6))
    return f"{said}.{thousandths:03}"[: len(said) + 1 + decimals] if decimals else said


def clocks(times: Sequence[float]) -> list[str]:
    """Moments side by side, with as many decimals as tell them apart, up to three: 0:00.4, 0:00.8
    for two within a second."""
    said: list[str] = []
    for decimals in range(4):
        said = [clock(time, decimals) for time in times]
        if len(set(said)) == len(said):
            break
    return said


def _seconds(text: str) -> float | None:
    """Of 65, 65.5, 1:05 or 1:01:05, within the longest clip."""
    found = _NORMAL_PLAY_TIME.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    value = hours * 3600 + minutes * 60 + seconds
    return value if value <= LONGEST_S else None
