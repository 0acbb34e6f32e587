"""Reads places and times out of the tags of media files. Pure: text in, values out.

ISO 6709 as in QuickTime and Android, EXIF 2.3 GPS, ISO 8601 and EXIF dates.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

ISO_6709: Final = re.compile(
    r"^\s*([+-]\d{1,7}(?:\.\d{1,10})?)([+-]\d{1,8}(?:\.\d{1,10})?)"  # latitude, longitude
    r"(?:[+-][\d.]+)?(?:CRS[\w ]*)?/?\s*$"  # height, reference system
)
DATE_TIME: Final = re.compile(
    r"^\s*(\d{4})[-:/](\d{1,2})[-:/](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?)?\s*$"
)
ZONE: Final = re.compile(r"^\s*(Z|[+-]\d{2}:?\d{2})\s*$")
# Nearer than this to (0, 0), in degrees, is a receiver without a fix, not the Gulf of Guinea.
NULL_ISLAND: Final = 0.01

Place = tuple[float, float]


def place_from_iso6709(text: str) -> Place | None:
    """'+36.2090+037.1854/' as (latitude, longitude) in degrees; None unless valid."""
    match = ISO_6709.match(text)
    if match is None:
        return None
    return valid_place(_degrees(match[1], 2), _degrees(match[2], 3))


def _degrees(text: str, whole_digits: int) -> float:
    """One coordinate as degrees, or degrees and minutes, or with seconds too (ISO 6709 H)."""
    sign = -1.0 if text[0] == "-" else 1.0
    digits = text[1:]
    whole, _, fraction = digits.partition(".")
    fraction = "." + (fraction or "0")
    if len(whole) == whole_digits + 4:
        d, m, s = whole[:-4], whole[-4:-2], whole[-2:] + fraction
        return sign * (float(d) + float(m) / 60 + float(s) / 3600)
    if len(whole) == whole_digits + 2:
        return sign * (float(whole[:-2]) + float(whole[-2:] + fraction) / 60)
    return sign * float(whole + fraction)


def place_from_exif(gps: Mapping[int, Any]) -> Place | None:
    """The GPS directory of EXIF, with its hemispheres; None unless valid.

    Without a hemisphere letter the sign is unknown, so there is no place.
    """
    coordinates = []
    for reference, value, letters in ((1, 2, "NS"), (3, 4, "EW")):
        letter = gps.get(reference)
        if isinstance(letter, bytes):
            letter = letter.decode("ascii", "replace")
        letter = str(letter or "").strip("\0 ").upper()[:1]
        if not letter or letter not in letters:
            return None
        degrees = _sexagesimal(gps.get(value))
        if degrees is None:
            return None
        coordinates.append(-degrees if letter in "SW" else degrees)
    return valid_place(*coordinates)


def _sexagesimal(parts: Any) -> float | None:
    try:
        numbers = [float(part) for part in parts]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if not 1 <= len(numbers) <= 3 or not all(math.isfinite(n) and n >= 0 for n in numbers):
        return None
    return sum(number / 60**power for power, number in enumerate(numbers))


def valid_place(latitude: float, longitude: float) -> Place | None:
    """The pair, to seven decimals, unless out of range, not finite, or where there was no fix."""
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    if abs(latitude) < NULL_ISLAND and abs(longitude) < NULL_ISLAND:
        return None
    return round(latitude, 7), round(longitude, 7)


def read_time(text: str, zone: str = "") -> str | None:
    """A date or a date and time as ISO 8601 to the second, zone kept as given; None if not one.

    Accepts ISO 8601 and the EXIF form '2016:04:28 11:20:00' (with `zone`, EXIF OffsetTime).
    """
    match = DATE_TIME.match(text.strip("\0"))
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    hour, minute, second = (int(match[n] or 0) for n in (4, 5, 6))
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59))
    except ValueError:
        return None
    if match[4] is None:
        return moment.date().isoformat()
    given = match[7] or (zone if ZONE.match(zone) else "")
    given = given.strip()
    if given and given != "Z" and ":" not in given:
        given = given[:3] + ":" + given[3:]
    return moment.isoformat() + given


def now() -> datetime:
    """Naive UTC, as `doubt_about` wants it."""
    return datetime.now(UTC).replace(tzinfo=None)


def doubt_about(recorded: str, now: datetime) -> str:
    """Why a time `read_time` returned must not be taken as the date of recording; '' if it may.

    Clocks that were never set start at the epoch of their format or on the first of January of
    the year their software was built; `now` is naive UTC, a day of slack covers every zone.
    """
    moment = datetime.fromisoformat(recorded.replace("Z", "+00:00")).replace(tzinfo=None)
    if moment.year <= 1904:
        return "epoch-1904"
    if moment.year == 1970 or moment.date().isoformat() == "1969-12-31":
        return "epoch-1970"
    if moment.month == 1 and moment.day == 1:
        # 1980 is the epoch of FAT and GPS; a clock reset in the field runs on from midnight.
        if moment.year <= 2010:
            return "default-clock"
        if moment.year <= 2015 and moment.hour == 0 and "T" in recorded:
            return "default-clock"
    if moment > now + timedelta(days=1):
        return "future"
    if moment.year < 2011:
        return "before-2011"
    return ""
