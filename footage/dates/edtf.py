"""The EDTF subset of the archive (ISO 8601-2:2019): grammar, strict bounds, errors.

Accepted:
    2016  2016-11  2016-11-28          year, month, day (years 0001 to 9999)
    2016-11-28T14:30:05                wall clock of Asia/Damascus, without a zone
    2016-11?  2016-11~  2016-11%       uncertain, approximate, both; of the whole date
    2016-XX  2016-XX-XX  2016-11-XX    some month, some day
    201X  20XX                         decade, century
    2016-21 ... 2016-24                spring, summer, autumn, winter
    2016-09-24/2016-09-28              interval, each end qualified on its own
    ../2016-12-22  2016-07-17/..       that day or earlier, that day or later
    XXXX                               declared unknown

Bounds are strict: "?" and "~" do not widen them, they only make the date not `certain`.
Seasons are the meteorological ones of the northern hemisphere; winter runs from December of the
year named to the end of the next February, so that 21 to 24 follow each other in time.

Each parse costs one pass over at most 100 characters.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

MAX_LENGTH = 100
SPRING, WINTER = 21, 24

_DIGITS = frozenset("0123456789")
_QUALIFIERS = {"": (False, False), "?": (True, False), "~": (False, True), "%": (True, True)}

# code: (English, Arabic); each says what is wrong and how to mend it.
_MESSAGES = {
    "empty": (
        "There is no date. Write one, for example 28 November 2016, or “unknown”.",
        "لا يوجد تاريخ. اكتب تاريخًا مثل 28 تشرين الثاني 2016، أو «غير معروف».",
    ),
    "too_long": (
        "This is longer than 100 characters. Write the date alone.",
        "النص أطول من 100 حرف. اكتب التاريخ وحده.",
    ),
    "not_understood": (
        "“{text}” is not a date the archive can read. Write it as 28 November 2016, 28/11/2016 "
        "(day first), 2016-11-28, November 2016, 2016, or “unknown”.",
        "تعذّرت قراءة «{text}» كتاريخ. اكتبه هكذا: 28 تشرين الثاني 2016 أو 28/11/2016 (اليوم أولًا) "
        "أو 2016-11-28 أو تشرين الثاني 2016 أو 2016 أو «غير معروف».",
    ),
    "year": (
        "“{text}” has no year between 0001 and 9999. Write the year with four digits, as in 2016.",
        "لا توجد في «{text}» سنة بين 0001 و9999. اكتب السنة بأربعة أرقام مثل 2016.",
    ),
    "no_year": (
        "“{text}” has no year. Add it with four digits, as in 2016.",
        "لا توجد سنة في «{text}». أضفها بأربعة أرقام مثل 2016.",
    ),
    "short_year": (
        "The year in “{text}” is not written with four digits. Write 2016, not 16.",
        "السنة في «{text}» ليست بأربعة أرقام. اكتب 2016 وليس 16.",
    ),
    "month": (
        "There is no month “{part}” in “{text}”. Months are 01 to 12; for a span of years "
        "write 2012/2016.",
        "لا يوجد شهر «{part}» في «{text}». الأشهر من 01 إلى 12، ولمدة سنوات اكتب 2012/2016.",
    ),
    "month_first": (
        "“{text}” seems to have the month before the day. Write the day first, as in 28/11/2016.",
        "يبدو أن الشهر يسبق اليوم في «{text}». اكتب اليوم أولًا مثل 28/11/2016.",
    ),
    "which_month": (
        "“{text}” does not say which month: the First or the Second. Add الأول or الثاني.",
        "لا يتبيّن الشهر في «{text}»: الأول أم الثاني؟ أضف «الأول» أو «الثاني».",
    ),
    "two_months": (
        "“{text}” names two different months. Leave one, or write a range: "
        "from July to August 2016.",
        "في «{text}» شهران مختلفان. اترك واحدًا، أو اكتب مدة: من تموز إلى آب 2016.",
    ),
    "day": (
        "There is no day “{part}” in that month (“{text}”). Correct the day or the month.",
        "لا يوجد يوم «{part}» في ذلك الشهر («{text}»). صحّح اليوم أو الشهر.",
    ),
    "time": (
        "The time in “{text}” is not valid. Write it after the day as T14:30:05, "
        "from T00:00:00 to T23:59:59.",
        "الوقت في «{text}» غير صحيح. اكتبه بعد اليوم هكذا: T14:30:05، من T00:00:00 إلى T23:59:59.",
    ),
    "zone": (
        "“{text}” has a time zone. Write the local time of Aleppo, without a zone and without Z.",
        "في «{text}» منطقة زمنية. اكتب الوقت المحلي في حلب من دون منطقة زمنية ومن دون Z.",
    ),
    "qualifier": (
        "The mark ?, ~ or % in “{text}” is out of place. Put one mark at the end of the whole "
        "date, as in 2016-11-28?.",
        "العلامة ? أو ~ أو % في «{text}» في غير مكانها. ضع علامة واحدة في آخر التاريخ كله مثل "
        "2016-11-28?.",
    ),
    "unspecified": (
        "The X in “{text}” is out of place. X stands for the last digits only: 201X, 2016-XX, "
        "2016-11-XX, 2016-XX-XX, or XXXX alone for unknown.",
        "الحرف X في «{text}» في غير مكانه. يحل X محل الأرقام الأخيرة وحدها: 201X أو 2016-XX أو "
        "2016-11-XX أو 2016-XX-XX، أو XXXX وحدها لغير المعروف.",
    ),
    "season": (
        "“{text}” uses a division of the year that the archive does not. Use 21 spring, 22 summer, "
        "23 autumn, 24 winter, without a day.",
        "في «{text}» تقسيم للسنة لا يستعمله الأرشيف. استعمل 21 للربيع و22 للصيف و23 للخريف "
        "و24 للشتاء، من دون يوم.",
    ),
    "set": (
        "“{text}” is a set of dates. Write one date, or an interval such as 2016-09-24/2016-09-28.",
        "«{text}» مجموعة تواريخ. اكتب تاريخًا واحدًا أو مدة مثل 2016-09-24/2016-09-28.",
    ),
    "interval": (
        "“{text}” is not a complete interval. Write two dates around one slash, "
        "as in 2016-09-24/2016-09-28, or .. for an open end, as in 2016-09-24/..; "
        "a time of day cannot stand in an interval.",
        "«{text}» مدة غير كاملة. اكتب تاريخين بينهما شرطة مائلة واحدة مثل 2016-09-24/2016-09-28، "
        "أو نقطتين .. للطرف المفتوح مثل 2016-09-24/..؛ ولا يكون في المدة وقت من اليوم.",
    ),
    "reversed": (
        "“{text}” ends before it begins. Write the earlier date first.",
        "«{text}» مدة تنتهي قبل أن تبدأ. اكتب التاريخ الأسبق أولًا.",
    ),
    "ambiguous": (
        "“{text}” can be read in more than one way. Write it as 2016-11-28, "
        "or as 2016-09-24/2016-09-28 for a range.",
        "يمكن فهم «{text}» بأكثر من معنى. اكتب التاريخ هكذا 2016-11-28، "
        "أو 2016-09-24/2016-09-28 للمدة.",
    ),
}

# A date as one writes it, among Arabic words: not isolated, its year would come last.
_WRITTEN = re.compile(r"[0-9X]+(?:[-/](?:[0-9X]+|\.\.))+\??")


class DateError(ValueError):
    """A date that cannot be accepted: what is wrong and the mend, in both languages.

    `code` is a key of the table above, `part` the piece at fault where one is named; `str()` gives
    the English. The offending text is quoted
    without its control characters, shortened to 40, and isolated for bidirectional display.
    """

    def __init__(self, code: str, text: str = "", part: str = "") -> None:
        self.code = code
        self.part = part
        english, arabic = _MESSAGES[code]
        quoted = {"text": _quotable(text), "part": _quotable(part)}
        self.message_en = english.format(**quoted)
        self.message_ar = _WRITTEN.sub("\u2066\\g<0>\u2069", arabic).format(**quoted)
        super().__init__(self.message_en)


def _quotable(text: str) -> str:
    shown = "".join(c for c in text[:200] if unicodedata.category(c)[0] != "C").strip()
    if len(shown) > 40:
        shown = shown[:39] + "…"
    return f"\u2068{shown}\u2069" if shown else ""


@dataclass(frozen=True, slots=True)
class FilmedDate:
    """One parsed date. A bound of None is open or unknown; both bounds are inclusive days."""

    edtf: str
    earliest: date | None
    latest: date | None
    uncertain: bool
    approximate: bool

    @property
    def unknown(self) -> bool:
        return self.edtf == "XXXX"

    @property
    def certain(self) -> bool:
        """The recording surely lies within known bounds."""
        qualified = self.uncertain or self.approximate
        return not qualified and self.earliest is not None and self.latest is not None

    @property
    def one_day(self) -> bool:
        return self.earliest is not None and self.earliest == self.latest


def parse(edtf: str) -> FilmedDate:
    """The date written as `edtf`, exactly (no surrounding space). Raises DateError."""
    if not edtf:
        raise DateError("empty")
    if len(edtf) > MAX_LENGTH:
        raise DateError("too_long")
    if edtf == "XXXX":
        return FilmedDate(edtf, None, None, False, False)
    if edtf[0] in "[{" or edtf[-1] in "]}":
        raise DateError("set", edtf)
    if "/" in edtf:
        return _interval(edtf)
    if ".." in edtf:
        raise DateError("interval", edtf)
    if "T" in edtf:
        return _date_time(edtf)
    return _single(edtf, edtf)


def _interval(edtf: str) -> FilmedDate:
    ends = edtf.split("/")
    if len(ends) != 2 or "" in ends or ends == ["..", ".."] or "T" in edtf or "XXXX" in ends:
        raise DateError("interval", edtf)
    start = None if ends[0] == ".." else _single(ends[0], edtf)
    end = None if ends[1] == ".." else _single(ends[1], edtf)
    earliest = start.earliest if start else None
    latest = end.latest if end else None
    # Only a contradiction is refused: 2016-09-24/2016-09 ends some time after it begins.
    if earliest and latest and earliest > latest:
        raise DateError("reversed", edtf)
    known = [point for point in (start, end) if point]
    return FilmedDate(
        edtf,
        earliest,
        latest,
        uncertain=any(point.uncertain for point in known),
        approximate=any(point.approximate for point in known),
    )


def _date_time(edtf: str) -> FilmedDate:
    day, _, clock = edtf.partition("T")
    if any(c in clock for c in "Zz+-"):
        raise DateError("zone", edtf)
    hour, minute, second = clock[0:2], clock[3:5], clock[6:8]
    if (
        len(clock) != 8
        or clock[2] + clock[5] != "::"
        or not _all_digits(hour + minute + second)
        or not (int(hour) < 24 and int(minute) < 60 and int(second) < 60)
    ):
        raise DateError("time", edtf)
    if len(day) != 10 or "X" in day:
        raise DateError("time", edtf)
    filmed = _single(day, edtf)
    return FilmedDate(edtf, filmed.earliest, filmed.latest, False, False)


def _single(text: str, whole: str) -> FilmedDate:
    """One date without a slash or a time; `whole` is what an error quotes."""
    mark = text[-1] if text[-1] in _QUALIFIERS else ""
    body = text[: len(text) - len(mark)]
    if any(c in body for c in "?~%"):
        raise DateError("qualifier", whole)
    if "S" in body or body[:1] in ("Y", "-", "+"):
        raise DateError("year", whole)
    parts = body.split("-")
    if any(not part or set(part) - _DIGITS - {"X"} for part in parts) or len(parts) > 3:
        raise DateError("not_understood", whole)
    year, month, day = parts + [""] * (3 - len(parts))
    earliest, latest = _bounds(year, month, day, whole)
    uncertain, approximate = _QUALIFIERS[mark]
    return FilmedDate(text, earliest, latest, uncertain, approximate)


def _bounds(year: str, month: str, day: str, whole: str) -> tuple[date, date]:
    """First and last day that the three parts (of digits and X, "" when absent) can mean."""
    if len(year) != 4:
        raise DateError("year", whole)
    if "X" in year:
        known = year.rstrip("X")
        if month or len(known) < 2 or "X" in known:
            raise DateError("unspecified", whole)
    first_year, last_year = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if first_year == 0:
        raise DateError("year", whole)
    if not month or month == "XX":
        if day not in ("", "XX"):
            raise DateError("unspecified", whole)
        return date(first_year, 1, 1), date(last_year, 12, 31)
    if "X" in month:
        raise DateError("unspecified", whole)
    if len(month) != 2:
        raise DateError("month", whole, month)
    number = int(month)
    if SPRING <= number <= 41:
        if number > WINTER or day:
            raise DateError("season", whole)
        return _season(first_year, number)
    if not 1 <= number <= 12:
        raise DateError("month", whole, month)
    length = calendar.monthrange(first_year, number)[1]
    if day in ("", "XX"):
        return date(first_year, number, 1), date(first_year, number, length)
    if "X" in day:
        raise DateError("unspecified", whole)
    if len(day) != 2 or not 1 <= int(day) <= length:
        raise DateError("day", whole, day)
    only = date(first_year, number, int(day))
    return only, only


def _season(year: int, season: int) -> tuple[date, date]:
    first_month = 3 * (season - SPRING) + 3
    if season < WINTER:
        last_month = first_month + 2
        last_day = calendar.monthrange(year, last_month)[1]
        return date(year, first_month, 1), date(year, last_month, last_day)
    if year == date.max.year:  # the winter that begins in 9999 ends beyond the calendar
        return date(year, 12, 1), date.max
    return date(year, 12, 1), date(year + 1, 2, calendar.monthrange(year + 1, 2)[1])


def _all_digits(text: str) -> bool:
    return bool(text) and not set(text) - _DIGITS
