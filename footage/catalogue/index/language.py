"""What a reader typed, taken apart: words, "phrases", -without, this OR that, begin*, said:word.

Everything is a question: what does not fit the rules is read as plain words. The same text always
gives the same parts, and their number is bounded.
"""

import re
import unicodedata
from dataclasses import dataclass

# A question longer than this is a pasted page; its beginning is asked.
LONGEST = 300
MOST_PARTS = 24
SHORTEST_BEGINNING = 2

# Field words in both languages, and what each asks.
FIELDS = {
    **dict.fromkeys(("neighbourhood", "place", "حي", "الحي", "مكان"), "place"),
    **dict.fromkeys(("journalist", "صحفي", "الصحفي"), "journalist"),
    **dict.fromkeys(("subject", "موضوع", "الموضوع"), "subject"),
    **dict.fromkeys(("event", "حدث", "الحدث"), "event"),
    **dict.fromkeys(("film", "فيلم", "الفيلم"), "film"),
    **dict.fromkeys(("title", "عنوان", "العنوان"), "title"),
    **dict.fromkeys(("summary", "ملخص", "الملخص"), "summary"),
    **dict.fromkeys(("said", "قيل"), "said"),
}
_QUOTES = str.maketrans("“”„‟«»＂", '"' * 7)
_PART = re.compile(
    r'(?P<minus>-?)(?:(?P<field>[^\W\d_]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))'
)


@dataclass(frozen=True)
class Part:
    """One thing asked for. `field` is empty for anywhere; `way` is word, phrase or beginning."""

    text: str
    way: str = "word"
    field: str = ""
    without: bool = False


def cleaned(text: str) -> str:
    """The question as it is kept and shown: one line, bounded, nothing invisible in it."""
    seen = (
        " " if character.isspace() else character
        for character in text[: 4 * LONGEST]
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    return " ".join("".join(seen).split())[:LONGEST]


def parts(text: str) -> list[list[Part]]:
    """What must all hold, each a list of alternatives. Never raises."""
    found: list[list[Part]] = []
    joining = False
    for match in _PART.finditer(cleaned(text).translate(_QUOTES)):
        if match["word"] == "OR" and not match["minus"] and not match["field"]:
            joining = bool(found)
            continue
        part = _part(match)
        # An exclusion is no alternative: "a OR -b" would find nearly everything.
        if joining and not part.without and not found[-1][0].without:
            found[-1].append(part)
        else:
            found.append([part])
        joining = False
        if sum(map(len, found)) >= MOST_PARTS:
            break
    return found


def asks_nothing(text: str) -> bool:
    """Whether something was typed that holds no word to look for: a lone quote, a star, OR."""
    asked = [part for alternatives in parts(text) for part in alternatives]
    return bool(text) and not any(map(str.isalnum, "".join(part.text for part in asked)))


def _part(match: "re.Match[str]") -> Part:
    named, without = match["field"] or "", bool(match["minus"])
    field = FIELDS.get(named.casefold(), "")
    if match["phrase"] is not None:
        text = match["phrase"] if field or not named else f"{named} {match['phrase']}"
        return Part(text, "phrase", field, without)
    text = match["word"] if field or not named else f"{named}:{match['word']}"
    begun = text.rstrip("*")
    if begun != text and sum(map(str.isalnum, begun)) >= SHORTEST_BEGINNING:
        return Part(begun, "beginning", field, without)
    return Part(text, "word", field, without)
