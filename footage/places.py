"""From a position, a typed name or a title to the places of the gazetteer.

Three questions, three answers: `containing` asks the polygons, `resolve` takes a name typed alone
and forgives its spelling, `find_in` reads a title and would rather miss a place than invent one.
All three only suggest; an archivist decides.

Names are compared word by word through `key`, never by edit distance: حلب and حليب are one letter
apart. Words that are also ordinary words, and names that other Syrian cities share, count only
with a word beside them that settles it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from shapely import STRtree
from shapely.errors import ShapelyError
from shapely.geometry import MultiPoint, Point, shape
from shapely.geometry.base import BaseGeometry

from footage.normalisation import normalise

# Beyond the outermost known place the city ends: about one kilometre, in degrees.
CITY_MARGIN = 0.01


@dataclass(frozen=True)
class Place:
    """One entry of the gazetteer. The point is in WGS 84 degrees, both None where only the name is
    known; `polygon` is a GeoJSON geometry or None."""

    slug: str
    kind: str
    name_en: str
    name_ar: str
    variants: tuple[str, ...]
    latitude: float | None
    longitude: float | None
    polygon: dict[str, Any] | None
    parent: str | None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name_en, self.name_ar, *self.variants)


def is_outline(value: Any) -> bool:
    """Whether it is a GeoJSON Polygon or MultiPolygon that can be asked what it contains."""
    try:
        return value["type"] in {"Polygon", "MultiPolygon"} and shape(value).is_valid
    except (TypeError, KeyError, ValueError, IndexError, AttributeError, ShapelyError):
        return False


@dataclass(frozen=True)
class Mention:
    """A place named in a text: `text` is the words as written, from offset `start` to `end`.

    `confidence` is "probable", or "possible" where the same words name more than one place.
    """

    place: Place
    text: str
    start: int
    end: int
    confidence: str


@dataclass(frozen=True)
class _Word:
    key: str
    start: int
    end: int


_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u200c-\u200f\u2066-\u2069"
_QUOTES = "'\u0060\u00b4\u2018\u2019\u201b\u02bb-\u02bf"
# Letters with their marks; an apostrophe inside a word is a letter (ayn, hamza). Digits apart,
# because titles run a date into the last word.
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}]|[{_QUOTES}](?=[^\W\d_]))*|\d+")
_ARTICLES = "al el ul il l ash as ad ar az an at aj ath adh".split()
# What may stand between two words of one name: not a full stop, bar or comma.
_JOINT = re.compile(
    rf"(?:[\s\-\u2010-\u2013_{_QUOTES}\u200b-\u200f\u202a-\u202e#]|\b(?:{'|'.join(_ARTICLES)})\b)*",
    re.IGNORECASE,
)
# English words that sound like a name (Siryan, Ayn); they are compared as written.
_ENGLISH = frozenset(["in", "syrian", "syrians"])
_GLUED_ARTICLE = re.compile(r"^al(?=[bcdfghjklmnpqrstvwxyz]\w{3})")

_TRANSLITERATION = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"'", ""),
        (r"(?:[iey]|iy+|ey)[ae]h?$|eih$", "ia"),
        (r"(?<=[^aeiouy])[ae]h?$", "a"),
        (r"sh|ch", "$"),
        (r"kh", "x"),
        (r"gh", "g"),
        (r"th", "t"),
        (r"dh", "d"),
        (r"[qc]", "k"),
        (r"p", "b"),
        (r"ee|e[iy]|a[iy]|[ey]", "i"),
        (r"oo|ou|o", "u"),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=100_000)
def key(word: str) -> str:
    """The form in which two spellings of a name's word are compared; empty for a lone article.

    Arabic: normalised, without a closing hamza (الزهراء, الزهرا) or a doubled first alef, a common
    slip. Latin: sounds that transliterations confuse become one letter, doubled letters one,
    glued articles go.
    """
    folded = normalise(word)
    if not folded.isascii():
        return re.sub("^اا+", "ا", folded.rstrip("ء"))
    if folded in _ARTICLES:
        return ""
    if folded in _ENGLISH:
        return f"={folded}"
    sound = _GLUED_ARTICLE.sub("", folded)
    for pattern, replacement in _TRANSLITERATION:
        sound = pattern.sub(replacement, sound)
    return sound


def _skeleton(words: Sequence[str]) -> str:
    """The consonants of a Latin name: what remains when its vowels are guessed. Else empty."""
    name = "".join(re.sub(r"[aiuw]|h$", "", word) for word in words)
    return name if name.isascii() and len(name) > 2 else ""


def _words(text: str) -> list[_Word]:
    words = (_Word(key(m.group()), m.start(), m.end()) for m in _WORD.finditer(text))
    return [word for word in words if word.key]


def _keys(*words: str) -> frozenset[str]:
    return frozenset(key(word) for phrase in words for word in phrase.split())


def _phrases(*lines: str) -> frozenset[tuple[str, ...]]:
    """The entries of names written with bars between them."""
    return frozenset(
        tuple(word.key for word in _words(name)) for line in lines for name in line.split("|")
    )


# Words that announce a place: neighbourhood, district, area, front, roundabout, crossing ...
_ARABIC_CUES = _keys(
    "حي الحي أحياء حيي بحي لحي وحي منطقة بمنطقة جبهة بجبهة جبهات حارة قطاع ساحة دوار",
)
_LATIN_CUES = _keys(
    "hay hayy neighbourhood neighborhood neighbourhoods neighborhoods neighboorhood nighborhood",
    "district districts quarter area front frontline roundabout",
)
_CUES = _ARABIC_CUES | _LATIN_CUES
_ALEPPO = _keys("حلب بحلب لحلب وحلب", "Aleppo Halab Haleb")
_OTHER_CITIES = _keys(
    "حمص بحمص دمشق بدمشق الشام درعا بدرعا حماة بحماة إدلب بإدلب اللاذقية الرقة بالرقة الحسكة",
    "القامشلي السويداء طرطوس دوما الغوطة القنيطرة القابون جوبر داريا سراقب تدمر العراق الموصل",
    "بغداد غزة نبل ونبل",
    "Homs Hims Damascus Daraa Deraa Hama Idlib Idleb Latakia Raqqa Hasakah Qamishli Saraqib Mosul",
    "Baghdad Nubl Nubul Nobol",
)
# Names that other Syrian towns bear too; they need Aleppo, not another city, in the same text.
_SHARED = _keys(
    "الزهراء الخالدية الميدان الحميدية المرجة الرصافة المالكية النيرب العامرية السبيل الأندلس",
    "Zahra Zahraa Khalidiyeh Midan Hamidiyeh Marjeh Rasafeh Malkiyeh Nayrab Amiriyeh Khaldiyeh",
)
# Ordinary words that are also names: they count only after a word that announces a place.
_ORDINARY = _keys(
    "المشهد النصر الوفاء المحافظة تشرين المواصلات مواصلات الزهور السبيل النيل القلعة الفيلات",
    "البلاط بلاط العقبة أبراج الغزالي الفيض الباسل الأندلس العروبة المهندسين الجديدة بزة أصيلة",
    "الأصيلة هلك مرجة مشارقة حميدية عويجة ميسر كلاسة الشهباء كواكبي",
    "Nasr Wafa Zuhour Sabil Basel Andalus Aqaba Balat Martini Feid Faid Abraj Shahba",
    "Marja Mashad Meshed Asila Zahra Halak Dudu Qasila Almagi Muhafaza Mohafaza Castillo",
)
_ORDINARY_PHRASES = _phrases(
    "المدينة القديمة|السوق القديم|الحديقة العامة|المشفى الوطني|المستشفى الوطني",
    "المدينة الصناعية|المساكن الشبابية|سيد علي|السيد علي|محمد بك|محمد بيك",
    "Old Souq|Public Park|National Hospital|Military Academy|Military College|Youth Housing",
    "Engineers Association|Sayed Ali|Sayyid Ali",
)
# The quarter called "the martyrs": most titles that hold the word speak of the dead. Only the word
# "neighbourhood" right before it makes it a place.
_THE_MARTYRS = _keys("الشهداء", "Shuhada")
# The autumn months; the quarter of the same name is meant only when no month can be.
_TISHREEN = _keys("تشرين")
_MONTH_ORDINALS = _keys("الأول الثاني أول ثاني اول ثان")
# These words alone name one of two quarters.
_UNCERTAIN = _phrases("الأنصاري|Ansari|السكن الشبابي|Youth Housing")
# A name behind one of these is that of a brigade, a person or a branch elsewhere ...
_BEARERS = _keys(
    "لواء كتيبة كتائب ألوية تجمع فرقة جيش حركة شهيد الشهيد الدكتور القائد فرع",
    "brigade battalion martyr",
)
# ... or of another place that holds the word.
_OTHER_PLACES = _keys(
    "قصر باب كرم بستان تل كل جسر دارة مطار المطار والمطار مطاري نبل",
    "bab karm bustan tal tell kal kafr dar darat daret nubl nubul",
)
_NOT_A_QUARTER = _keys("town towns gate")
# ... or, where the name is a shared or ordinary one, of a building anywhere.
_BUILDINGS = _keys(
    "جامع مسجد مشفى مستشفى مدرسة سوق فندق شركة قناة جريدة",
    "mosque hospital school market hotel channel",
)
_AND = _keys("و")


class Gazetteer:
    """The places, indexed once; every question after that is answered from memory."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = {place.slug: place for place in places}
        self._names: dict[tuple[str, ...], list[Place]] = {}
        self._skeletons: dict[str, list[Place]] = {}
        self._written: dict[str, list[Place]] = {}
        # Names as listed, and names listed only with a cue ("Radio district"): without their cue
        # these are ordinary words.
        self._plain: set[tuple[str, ...]] = set()
        self._announced: set[tuple[str, ...]] = set()
        for place in self.places.values():
            for name in place.names:
                self._index(place, name)
        self._longest = max((len(words) for words in self._names), default=0)
        self._begin = {words[0] for words in self._names if words}
        # Whether a name may begin between two spaces: words repeat, and most begin none.
        self._begins = lru_cache(maxsize=100_000)(self._may_begin)

        bounded = [place for place in self.places.values() if place.polygon]
        self._bounded = bounded
        self._shapes: list[BaseGeometry] = [shape(place.polygon) for place in bounded]
        self._tree = STRtree(self._shapes)
        points = [
            (place.longitude, place.latitude)
            for place in self.places.values()
            if place.longitude is not None and place.latitude is not None
        ]
        hull: BaseGeometry = MultiPoint(points).convex_hull
        for outline in self._shapes:
            hull = hull.union(outline)
        self._city: BaseGeometry = hull.convex_hull.buffer(CITY_MARGIN)

    def _index(self, place: Place, name: str) -> None:
        for form in {name, re.sub(r"\(.*?\)", " ", name)}:
            words = tuple(word.key for word in _words(form))
            bare = _without_cues(words)
            for entry in {words, bare}:
                _add(self._names, entry, place)
                _add(self._skeletons, _skeleton(entry), place)
            (self._announced if bare != words else self._plain).add(bare)
            _add(self._written, normalise(form).strip(), place)

    def containing(self, latitude: float, longitude: float) -> Place | None:
        """The place with the smallest polygon around the position, None where there is none."""
        hits = self._tree.query(Point(longitude, latitude), predicate="intersects")
        if not len(hits):
            return None
        return self._bounded[min(hits, key=lambda index: self._shapes[index].area)]

    def covers(self, latitude: float, longitude: float) -> bool:
        """Whether the position lies in the Aleppo city area at all."""
        return bool(self._city.intersects(Point(longitude, latitude)))

    def resolve(self, text: str, *, by_sound: bool = True) -> list[Place]:
        """The places that a name typed alone can mean, most exact reading only.

        Empty when nothing fits, several when the name is ambiguous. Without `by_sound` a name
        whose vowels are guessed is not forgiven: words of a longer text are not all names.
        """
        written = self._written.get(normalise(text).strip())
        if written:
            return list(written)
        words = tuple(word.key for word in _words(text))
        bare = _without_cues(words)
        for reading in (words, bare):
            if reading in self._names:
                return list(self._names[reading])
        if len(bare) == 1 and (named := f"ال{bare[0]}") not in _ORDINARY | _THE_MARTYRS:
            written = self._names.get((named,))
        if written:
            return list(written)
        return self._by_sound(bare) if by_sound else []

    def _by_sound(self, words: tuple[str, ...]) -> list[Place]:
        return list(self._skeletons.get(_skeleton(words), ()))

    def find_in(self, title: str) -> list[Mention]:
        """The places that a title names, in order, longest name first, none overlapping."""
        if not any(map(self._begins, title.split())):
            return []
        words = _words(title)
        aleppo = any(word.key in _ALEPPO for word in words)
        elsewhere = not aleppo and any(word.key in _OTHER_CITIES for word in words)
        mentions: list[Mention] = []
        position = 0
        last_end = -1
        while position < len(words):
            length, entry = self._longest_name(title, words, position)
            if not length:
                position += 1
                continue
            beside = _Neighbours.of(words, position, length, follows=last_end == position)
            if self._is_meant(entry, beside, elsewhere):
                last_end = position + length
                places = _quarters(self._names[entry])
                certain = len(places) == 1 and entry not in _UNCERTAIN
                start, end = words[position].start, words[last_end - 1].end
                mentions += [
                    Mention(
                        place, title[start:end], start, end, "probable" if certain else "possible"
                    )
                    for place in places
                ]
            position += length
        return mentions

    def _longest_name(
        self, title: str, words: Sequence[_Word], position: int
    ) -> tuple[int, tuple[str, ...]]:
        """The number of words from `position` that are a name, and its entry; (0, ()) if none."""
        if words[position].key in _CUES:
            return 0, ()  # the cue is not part of the name that follows it
        if not self._begins(title[words[position].start : words[position].end]):
            return 0, ()
        for length in range(min(self._longest, len(words) - position), 0, -1):
            name = words[position : position + length]
            if all(_JOINT.fullmatch(title, a.end, b.start) for a, b in pairwise(name)):
                for entry in _readings([word.key for word in name]):
                    if _quarters(self._names.get(entry, [])):
                        return length, entry
        return 0, ()

    def _may_begin(self, between: str) -> bool:
        return any(
            not self._begin.isdisjoint(reading[0] for reading in _readings([word.key, ""]))
            for word in _words(between)
        )

    def _is_meant(self, entry: tuple[str, ...], beside: "_Neighbours", elsewhere: bool) -> bool:
        """Whether a name found in a text is the place, judged by the words beside it.

        `elsewhere`: the text speaks of another city and not of Aleppo.
        """
        only = entry[0] if len(entry) == 1 else ""
        if beside.before in _BEARERS or (only and beside.before in _OTHER_PLACES):
            return False
        if beside.after in _NOT_A_QUARTER:
            return False
        if only in _THE_MARTYRS:
            return beside.before in _CUES or beside.after in _LATIN_CUES
        if only in _TISHREEN and (beside.after in _MONTH_ORDINALS or beside.after.isdigit()):
            return False
        not_ours = elsewhere or beside.before in _BUILDINGS or beside.after in _OTHER_CITIES
        if not_ours and (only in _SHARED or only in _ORDINARY):
            return False
        if (
            only in _ORDINARY
            or entry in _ORDINARY_PHRASES
            or (entry in self._announced and entry not in self._plain)
        ):
            return beside.announced
        return True


@dataclass(frozen=True)
class _Neighbours:
    """The words before and after a name, and whether they announce it."""

    before: str
    after: str
    announced: bool

    @classmethod
    def of(cls, words: Sequence[_Word], position: int, length: int, follows: bool) -> "_Neighbours":
        """`follows`: another accepted name stands right before, as in a list of quarters."""
        first = position
        while first and words[first - 1].key in _AND:
            first -= 1
        before = words[first - 1].key if first else ""
        after = words[position + length].key if position + length < len(words) else ""
        announced = (
            follows
            or before in _CUES
            or (before in _ALEPPO and not before.isascii())
            or after in _LATIN_CUES
            or (not before and after.isdigit())  # a title that is a place and a date
        )
        return cls(before, after, announced)


def _quarters(places: Iterable[Place]) -> list[Place]:
    """Without city and districts: "Hanano district" in a title means the neighbourhood."""
    return [place for place in places if place.kind not in ("city", "district")]


def _add(index: dict[Any, list[Place]], entry: Any, place: Place) -> None:
    places = index.setdefault(entry, []) if entry else []
    if place not in places:
        places.append(place)


def _without_cues(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _CUES) or words


def _readings(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The words as they stand, then without and / in / to written onto the first one."""
    first, rest = words[0], tuple(words[1:])
    yield (first, *rest)
    bares = [first[1:]] if first[0] in "وفبل" else []
    if first.startswith(("لل", "ولل")):
        bares.append("ا" + first.removeprefix("و"))
    if first.startswith(("وبال", "فبال")):
        bares.append(first[2:])
    for bare in bares:
        # Short words would lose a letter of their own.
        if rest or bare.startswith("ال") or len(bare) > 4:
            yield (bare, *rest)
