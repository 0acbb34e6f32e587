"""How times, sizes, languages and dates are put before a reader. Pure; Latin digits throughout."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from footage import dates, vocabularies
from footage.catalogue.languages import other

DIRECTIONS = {"ar": "rtl", "apc": "rtl", "und": "auto"}


class Text(NamedTuple):
    """Words with the language they are in, so that a page can mark them when it is another's."""

    text: str
    lang: str
    dir: str

    @classmethod
    def of(cls, text: str, language: str) -> "Text":
        return cls(text, language, direction(language))


def direction(language: str) -> str:
    """The value of `dir` for words in a language (BCP 47)."""
    return DIRECTIONS.get(language, "ltr")


def in_both(english: str, arabic: str, language: str) -> tuple[Text | None, Text | None]:
    """What is shown first and what beside it: the reader's language leads when it is there."""
    texts = {"en": english, "ar": arabic}
    found = [Text.of(texts[code], code) for code in (language, other(language)) if texts[code]]
    return (found[0] if found else None, found[1] if len(found) > 1 else None)


@lru_cache(maxsize=10_000)  # lists and their bars say the same few thousand again and again
def say(edtf: str, language: str) -> str:
    """A filmed date in words; the code itself when it is none of ours."""
    try:
        return dates.say(dates.parse(edtf), language)
    except dates.DateError:
        return edtf


def say_day(day: date, language: str) -> str:
    return say(day.isoformat(), language)


def size(number_of_bytes: int, language: str) -> str:
    """Decimal units, as file managers and data plans count."""
    units = {"en": ("kB", "MB", "GB"), "ar": ("كيلوبايت", "ميغابايت", "غيغابايت")}[language]
    amount = number_of_bytes / 1000
    for unit in units:
        if amount < 1000 or unit == units[-1]:
            break
        amount /= 1000
    shown = f"{amount:.1f}" if amount < 10 else f"{amount:,.0f}"
    return f"{shown} {unit}"


def label_of(vocabulary: vocabularies.Vocabulary, code: str | None, language: str) -> str:
    """The label; the code itself when a later vocabulary wrote it; "" for none."""
    return vocabulary.known_label(code, language) or code or ""


def sources(text: str) -> list[tuple[str, bool]]:
    """The sources written one behind the other with semicolons, and whether each is an address."""
    parts = (part.strip() for part in text.split("; "))
    return [
        (part, part.startswith(("https://", "http://")) and " " not in part)
        for part in parts
        if part
    ]
