"""The words of dates as people write them, in English and Arabic, folded for comparison."""

import unicodedata

# Spelling differences that never change which month is meant, and the digits of three scripts.
_FOLDED = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىی", "ي"),
        "ة": "ه",
        "ک": "ك",
        "ـ": None,
        **dict(zip("٠١٢٣٤٥٦٧٨٩", "0123456789", strict=True)),
        **dict(zip("۰۱۲۳۴۵۶۷۸۹", "0123456789", strict=True)),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "،": ",",
        "؛": ";",
        "؟": "?",
        "٪": "%",
        "…": " ",
    }
)


ASCII_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)


def fold(text: str) -> str:
    """`text` in one spelling: ASCII digits, bare alef, no harakat, tatweel or bidi controls.

    Superscripts, fractions and Roman numerals become "#" rather than digits of a date.
    """
    text = "".join("#" if unicodedata.category(c) in ("No", "Nl") else c for c in text)
    text = unicodedata.normalize("NFKD", text.translate(_FOLDED)).translate(_FOLDED)
    kept = []
    for c in text:
        category = unicodedata.category(c)
        if category in ("Mn", "Cf", "Me"):
            continue
        kept.append(" " if category[0] in "ZC" else c)
    return "".join(kept).casefold()


def _table(rows: dict[int, str]) -> dict[str, int]:
    return {fold(name): number for number, names in rows.items() for name in names.split("|")}


MONTHS = _table(
    {
        1: "january|jan|كانون الثاني|كانون ثاني|كانون 2|كانون2|يناير",
        2: "february|feb|شباط|فبراير",
        3: "march|mar|آذار|مارس",
        4: "april|apr|نيسان|أبريل|إبريل",
        5: "may|أيار|مايو|ماي",
        6: "june|jun|حزيران|يونيو|يونيه",
        7: "july|jul|تموز|يوليو|يوليه",
        8: "august|aug|آب|أغسطس|أوغسطس",
        9: "september|sept|sep|أيلول|سبتمبر",
        10: "october|oct|تشرين الأول|تشرين أول|تشرين 1|تشرين1|أكتوبر",
        11: "november|nov|تشرين الثاني|تشرين ثاني|تشرين 2|تشرين2|نوفمبر",
        12: "december|dec|كانون الأول|كانون أول|كانون 1|كانون1|ديسمبر",
    }
)
SEASONS = _table(
    {
        21: "spring|ربيع|الربيع",
        22: "summer|صيف|الصيف",
        23: "autumn|fall|خريف|الخريف",
        24: "winter|شتاء|الشتاء",
    }
)
HALF_NAMED_MONTHS = frozenset({"كانون", "تشرين"})


def _words(*texts: str) -> frozenset[str]:
    return frozenset(fold(word) for text in texts for word in text.split("|"))


UNKNOWN = _words(
    "unknown|not known|date unknown|date not known|unknown date|undated|no date|n d",
    "غير معروف|غير معروفة|غير معلوم|مجهول|التاريخ غير معروف|تاريخ غير معروف|بلا تاريخ|بدون تاريخ",
)
APPROXIMATE = _words(
    "about|circa|c|ca|approx|approximately|around|roughly|early|mid|late|early in|late in",
    "حوالي|حوالى|تقريبا|نحو|قرابة|منتصف|أوائل|أواخر|بداية|نهاية|مطلع",
)
UNCERTAIN = _words(
    "maybe|perhaps|possibly|probably|uncertain|likely",
    "ربما|لعله|يحتمل|محتمل|من المحتمل|على الأرجح|غير مؤكد|قد يكون",
)
BEFORE = _words("before|earlier than|until|till|up to|قبل|حتى|لغاية")
OR_BEFORE = _words("or earlier|or before|أو قبل ذلك|أو قبله")
AFTER = _words("after|later than|since|بعد|منذ")
OR_AFTER = _words("or later|or after|أو بعد ذلك|أو بعده")
BETWEEN = _words("between|from|بين|ما بين|من")
TO = _words("to|until|till|through|إلى|حتى|لغاية")
# "2 and 5 August" are two days, "between 2 and 5 August" is a range.
AND = _words("and|و")
SOME_DAY = _words("day in|a day in|some day in|يوم في|يوم من|يوم غير محدد من|يوم ما في")
SOME_MONTH = _words("month in|a month in|some month in|شهر في|شهر غير محدد من|شهر ما في")
# Words that carry nothing: the date is the same without them.
FILLERS = _words(
    "the|year|of|in|on|date|ad|ce|st|nd|rd|th|filmed|recorded",
    "في|سنة|عام|لعام|شهر|لشهر|بشهر|يوم|تاريخ|بتاريخ|ميلادي|ميلادية|م|من",
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun",
    "الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد",
)
