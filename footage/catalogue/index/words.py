"""A text as the index holds it: its words, folded, each cut to its stem by its script.

The same function reads records and questions. Folding is `footage.normalisation`; the Arabic and
the English stemmer are Snowball's. Arabic words lose article, conjunction and common endings first
(the "light" stemming of Larkey, Ballesteros and Connell), which Snowball's does by halves: it reads
والحسن as another word than الحسن. An apostrophe inside a word is dropped (Sha'ar, Shaar); digits
stand apart from letters, because titles run a date into the last word.
"""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import Stemmer

from footage.normalisation import normalise

_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff"
_UNSEEN = "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_QUOTES = "'\u0060\u00b4\u2018\u2019\u201b\u02bb-\u02bf"
WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}{_UNSEEN}]|[{_QUOTES}](?=[^\W\d_]))*|\d+")
_LETTERS = re.compile(r"[^\W\d_]+|\d+")
# A "word" longer than any word is noise; all of it would only fill the index.
LONGEST = 60
# Words repeat so often that nearly all are found here; bounded, because readers may type anything.
REMEMBERED = 200_000

# As folded: haa stands for taa marbuta.
_PREFIXES = ("ال", "وال", "بال", "كال", "فال", "لل", "و")
_ENDINGS = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")
# What the stemmers take off the end of a word: how one that is begun may go on.
_ENGLISH_ENDINGS = tuple(
    "s e es ed ing ings er ers ly y ies ied al als ally ance ances ence ences ant ants ent ents"
    " ement ements ment ments able ably ible ibly ability ation ations ational ator ators ion ions"
    " ional ate ates ated ating ative ic ics ical ically ism isms ous ously ousness ive ives ively"
    " iveness ize izes izer ization or ors ful fully fulness ness".split()
)
_ARABIC_ENDINGS = (
    *_ENDINGS,
    *"ا ت ن ك و ى ات ان انا نا ني كم كن هم هن هما كما وا تم تن تما تهم تنا هات يات يين يون".split(),
)
# No ending begins so: what the stemmer leaves of the front of a longer word, whatever follows.
_MORE = ("ظ", "ظظ", "ظظظ")

_lock = threading.Lock()
_arabic, _english = Stemmer.Stemmer("arabic"), Stemmer.Stemmer("english")


class _Stems(dict[str, tuple[str, ...]]):
    """The stems of what stands between two spaces; no word spans a space."""

    def __missing__(self, between: str) -> tuple[str, ...]:
        stems = tuple(chain.from_iterable(map(_read, WORD.findall(between))))
        if len(self) >= REMEMBERED:
            self.clear()
        # A "word" of a whole page is read, and not kept.
        if len(between) <= 2 * LONGEST:
            self[between] = stems
        return stems


_known = _Stems()


def words(text: str) -> list[str]:
    """The stems of a text in order. Never raises; linear in the text."""
    return list(chain.from_iterable(map(_known.__getitem__, text.split())))


def placed(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Each word of a text where it stands: from, to, its stems."""
    for match in WORD.finditer(text):
        yield match.start(), match.end(), _known[match.group()]


@dataclass(frozen=True)
class Beginning:
    """The last word typed, of which there may be more to come.

    letters   how the stems of words that begin so may begin: as typed, and without article, "and"
              and what else the stemmer takes off the front of a longer word
    stems     the stems that are shorter than what is typed, or spelled otherwise: of it as it
              stands ("houses": hous), and with the ending it may be in the middle of
              ("morni": morn)

    From three letters on, whatever a word finds, its beginnings hold; but for an article with no
    letter after it, or with a single one that the stemmer takes for a particle ("الف" of الفيلم).
    """

    letters: tuple[str, ...]
    stems: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Beginning":
        folded = normalise(text[:LONGEST]).replace("'", "")
        parts = _LETTERS.findall(folded)
        if not parts:
            return cls((), frozenset())
        last = parts[-1]
        with _lock:
            letters = (last, *_bare(last))
            stems = frozenset(map(_stem, _gone_on(last)))
        return cls(letters, frozenset(stem for stem in stems if not stem.startswith(letters)))

    def holds(self, stem: str) -> bool:
        """Whether a word with this stem may begin so."""
        return stem in self.stems or stem.startswith(self.letters)


def _bare(begun: str) -> list[str]:
    """What is left at the front of longer words that begin so: two letters or more, or what follows
    an article. None for other scripts, whose stemmer leaves the front as it is."""
    if not _is_arabic(begun):
        return []
    stems = (_stem(begun + more).removesuffix(more) for more in _MORE)
    enough = (bare for bare in stems if len(bare) > 1 or (bare and len(bare) < len(begun) - 1))
    return [bare for bare in dict.fromkeys(enough) if bare != begun]


def _gone_on(begun: str) -> set[str]:
    """What is typed and, from three letters on, with the rest of each ending it may have begun."""
    if len(begun) < 3:
        return {begun}
    endings = _ARABIC_ENDINGS if _is_arabic(begun) else _ENGLISH_ENDINGS
    return {begun} | {
        begun + ending[length:]
        for ending in endings
        for length in range(len(ending))
        if begun.endswith(ending[:length])
    }


def _read(word: str) -> tuple[str, ...]:
    folded = normalise(word[:LONGEST]).replace("'", "")
    with _lock:  # a stemmer keeps its working memory between calls
        return tuple(_stem(part) for part in _LETTERS.findall(folded))


def _stem(word: str) -> str:
    if not _is_arabic(word):
        return str(_english.stemWord(word))
    return str(_arabic.stemWord(_light(word)))


def _is_arabic(word: str) -> bool:
    return "\u0600" <= word[0] <= "\u06ff"


def _light(word: str) -> str:
    """Without the affixes that leave a word of two letters, or three after a lone waw."""
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) >= len(prefix) + (3 if prefix == "و" else 2):
            word = word[len(prefix) :]
            break
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 2:
            word = word[: -len(ending)]
    return word
