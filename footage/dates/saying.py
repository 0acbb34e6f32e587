"""How a date is said to a reader, in English and in Levantine Arabic. Plain text, no markup.

An interval is an en dash in English and words (من ... إلى) in Arabic: a dash between two numbers
turns round when the surrounding direction changes, words do not. Digits are Latin in both.
"""

from footage.dates.edtf import FilmedDate

MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MONTHS_AR = (
    "كانون الثاني",
    "شباط",
    "آذار",
    "نيسان",
    "أيار",
    "حزيران",
    "تموز",
    "آب",
    "أيلول",
    "تشرين الأول",
    "تشرين الثاني",
    "كانون الأول",
)
SEASONS_EN = ("spring", "summer", "autumn", "winter")
SEASONS_AR = ("ربيع", "صيف", "خريف", "شتاء")

_HEDGES = {
    "en": {"?": "possibly ", "~": "around ", "%": "possibly around "},
    "ar": {"?": "ربما ", "~": "حوالي ", "%": "ربما حوالي "},
}


def say(filmed: FilmedDate, language: str) -> str:
    """The date in words; `language` is "en" or "ar" (KeyError otherwise)."""
    if filmed.unknown:
        return {"en": "Date not known", "ar": "التاريخ غير معروف"}[language]
    start, slash, end = filmed.edtf.partition("/")
    if not slash or start == end:
        return _hedged(start, language)
    if start == "..":
        return _hedged(end, language) + {"en": " or earlier", "ar": " أو قبل ذلك"}[language]
    if end == "..":
        return _hedged(start, language) + {"en": " or later", "ar": " أو بعد ذلك"}[language]
    return _range(start, end, language)


def _hedged(text: str, language: str) -> str:
    body, mark = _split_mark(text)
    return _HEDGES[language].get(mark, "") + _plain(body, language)


def _split_mark(text: str) -> tuple[str, str]:
    return (text[:-1], text[-1]) if text[-1] in "?~%" else (text, "")


def _range(start: str, end: str, language: str) -> str:
    (first, first_mark), (last, last_mark) = _split_mark(start), _split_mark(end)
    hedge = _HEDGES[language].get(first_mark, "") if first_mark == last_mark else ""
    if first_mark != last_mark or not (_exact(first) and _exact(last)):
        pattern = {"en": "from {} to {}", "ar": "من {} إلى {}"}[language]
        return pattern.format(_hedged(start, language), _hedged(end, language))
    if first == last:
        return hedge + _plain(first, language)
    if language == "ar":
        shortened = _without_shared(first, last, language)
        return f"{hedge}من {shortened} إلى {_plain(last, language)}"
    shortened = _without_shared(first, last, language)
    dash = "–" if " " not in shortened else " – "
    return hedge + shortened + dash + _plain(last, language)


def _exact(text: str) -> bool:
    return "X" not in text


def _without_shared(first: str, last: str, language: str) -> str:
    """The first end of a range without the month and year that the last end repeats."""
    if len(first) == len(last) == 10:
        if first[:7] == last[:7]:
            return str(int(first[8:]))
        if first[:4] == last[:4]:
            return f"{int(first[8:])} {_month(first, language)}"
    if len(first) == len(last) == 7 and first[:4] == last[:4] and max(first, last)[5:] < "21":
        return _month(first, language)
    return _plain(first, language)


def _month(text: str, language: str) -> str:
    number = int(text[5:7])
    if number > 12:
        return (SEASONS_EN if language == "en" else SEASONS_AR)[number - 21]
    return (MONTHS_EN if language == "en" else MONTHS_AR)[number - 1]


def _plain(text: str, language: str) -> str:
    """One date without its qualifier."""
    english = language == "en"
    day, has_time, clock = text.partition("T")
    year = day[:4]
    if "X" in year:
        first, last = year.replace("X", "0"), year.replace("X", "9")
        return f"between {first} and {last}" if english else f"بين {first} و{last}"
    if len(day) == 4:
        return year
    if day.endswith("-XX-XX"):
        return f"some day in {year}" if english else f"يوم غير محدد من عام {year}"
    if day.endswith("-XX") and len(day) == 7:
        return f"some month in {year}" if english else f"شهر غير محدد من عام {year}"
    month_and_year = f"{_month(day, language)} {year}"
    if day.endswith("-XX"):
        return f"some day in {month_and_year}" if english else f"يوم غير محدد من {month_and_year}"
    if len(day) == 7 and day.endswith("-24"):  # winter lies in two years: see edtf.py
        following = int(year) + 1
        return f"{month_and_year}–{following}" if english else f"{month_and_year} و{following}"
    if len(day) == 7:
        return month_and_year
    said = f"{int(day[8:])} {month_and_year}"
    if has_time:
        shown = clock.removesuffix(":00") if clock.count(":") == 2 else clock
        said += f", {shown}" if english else f"، الساعة {shown}"
    return said
