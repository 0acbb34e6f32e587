"""One spelling for all spellings: the folding shared by the search index, its queries and the
place resolver.

People write Arabic with or without hamza, vowel marks, tatweel, the dots of taa marbuta and yaa;
keyboards send Persian letters and three kinds of digits; copied titles carry invisible direction
marks. `normalise` removes these differences and nothing else: no stemming, no stop words, and
punctuation stays, since what separates words is for the tokeniser to say. The result is for
comparing, never for showing.

Compared with Lucene's ArabicNormalizer it also folds hamza on waw and yaa (شؤون / شوون). A hamza
that stands alone is kept, as Lucene keeps it: without it, water (ماء) would be the particle ما.
"""

import re
import unicodedata

_ARABIC_FOLDS = {
    "آ": "ا",
    "أ": "ا",
    "إ": "ا",
    "ٱ": "ا",
    "ٲ": "ا",
    "ٳ": "ا",
    "ٵ": "ا",
    "ؤ": "و",
    "ٶ": "و",
    "ئ": "ي",
    "ى": "ي",
    "ی": "ي",
    "ې": "ي",
    "ے": "ي",
    "ۓ": "ي",
    "ٸ": "ي",
    "ة": "ه",
    "ۀ": "ه",
    "ہ": "ه",
    "ۂ": "ه",
    "ۃ": "ه",
    "ە": "ه",
    "ھ": "ه",
    "ک": "ك",
    "ڪ": "ك",
    "گ": "ك",
    "ٴ": "",
    "ـ": "",
}

# Curly, modifier and accent forms of the apostrophe that transliterations use for ayn and hamza.
_APOSTROPHES = dict.fromkeys(
    "\u2018\u2019\u201b\u02bb\u02bc\u02bd\u02be\u02bf\u00b4\u0060\u2032", "'"
)

# Latin letters that no canonical decomposition reduces to a base letter.
_LATIN_FOLDS = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe"}

_ARABIC_MARKS = (
    range(0x0610, 0x061B),
    range(0x064B, 0x0660),
    range(0x0670, 0x0671),
    range(0x06D6, 0x06DD),
    range(0x06DF, 0x06E5),
    range(0x06E7, 0x06E9),
    range(0x06EA, 0x06EE),
    range(0x08D3, 0x08E2),
    range(0x08E3, 0x0900),
)

_FOLDS: dict[int, str | None] = {
    ord(letter): fold for letter, fold in (_ARABIC_FOLDS | _APOSTROPHES | _LATIN_FOLDS).items()
}
_FOLDS |= {mark: None for marks in _ARABIC_MARKS for mark in marks}
_FOLDS |= {0x0660 + n: str(n) for n in range(10)} | {0x06F0 + n: str(n) for n in range(10)}


def _fold_once(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_FOLDS)
    decomposed = unicodedata.normalize("NFD", folded)
    kept = (
        character
        for character in decomposed
        # Cf: bidi controls, zero-width joiners, byte order mark; none of them is seen.
        # Combining below U+0370: the accents of Latin letters.
        if unicodedata.category(character) != "Cf"
        and not (ord(character) < 0x0370 and unicodedata.combining(character))
    )
    return unicodedata.normalize("NFC", "".join(kept))


def normalise(text: str) -> str:
    """The folded form of `text`, in NFC. Idempotent; O(length). White space is kept as it is."""
    if text.isascii():
        return text.lower().replace("`", "'")  # all that the folds below would do, sooner
    folded = _fold_once(text)
    # Removing one character can let its neighbours compose, which a second pass then folds. Each
    # pass only shortens or settles, so this ends; ordinary text needs no second change.
    while (again := _fold_once(folded)) != folded:
        folded = again
    return folded


# All that XML 1.0 can hold (its production Char).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable_in_xml(text: str) -> str:
    """The text without the characters that no XML document may hold, escaped or not."""
    return _NOT_XML.sub("", text)
