"""Dates as people type them, and dates inside titles, in English and Arabic.

One rule is never asked about: between two short numbers the day stands first (5/6/2014 is 5 June),
as in the channels the footage comes from. Everything else that could mean two things is refused.
Early, middle and late ("منتصف 2013") become "approximate", since EDTF has no finer word.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from footage.dates import words
from footage.dates.edtf import MAX_LENGTH, DateError, FilmedDate, parse

_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|[^\s]")
_SEPARATORS = frozenset("-/\\._,()")
_HARD_SEPARATORS = frozenset("-/\\_")
_TRIMMED = frozenset(",.:;()\"'")
_MARKS = {"?": (True, False), "~": (False, True), "%": (True, True)}
_MARK_OF = {flags: mark for mark, flags in _MARKS.items()} | {(False, False): ""}
_YEARS_WITH_LONG_DASH = re.compile(r"[0-9]{4} ?[\u2012-\u2015] ?[0-9]{1,2}")
_EDTF_LIKE = re.compile(r"[0-9XYSTUZ.:/?~%+\[\]{},()^-]*")

Tokens = list[str]
Phrases = frozenset[str] | dict[str, int]


@dataclass(frozen=True, slots=True)
class _Point:
    """One date in parts; an empty year means that only a range can complete it."""

    year: str = ""
    month: str = ""
    day: str = ""
    uncertain: bool = False
    approximate: bool = False

    @property
    def edtf(self) -> str:
        if not self.year:
            raise DateError("no_year" if self.month else "not_understood")
        body = "-".join(part for part in (self.year, self.month, self.day) if part)
        return body + _MARK_OF[self.uncertain, self.approximate]

    def hedged(self, flags: tuple[bool, bool]) -> "_Point":
        uncertain, approximate = flags
        return replace(
            self,
            uncertain=self.uncertain or uncertain,
            approximate=self.approximate or approximate,
        )


def read(text: str) -> FilmedDate:
    """The date a person typed, EDTF included. Raises DateError, and nothing else."""
    stripped = text.strip()
    if not stripped:
        raise DateError("empty")
    if len(stripped) > MAX_LENGTH:
        raise DateError("too_long")
    try:
        return parse(stripped)
    except DateError as refusal:
        strict = refusal
    folded = words.fold(stripped)
    if _YEARS_WITH_LONG_DASH.fullmatch(stripped.translate(words.ASCII_DIGITS)):
        raise DateError("ambiguous", stripped)
    try:
        return parse(_expression(_tokens(folded)))
    except DateError as refusal:
        if refusal.code == "not_understood" and _EDTF_LIKE.fullmatch(stripped.upper()):
            raise strict from None
        raise DateError(refusal.code, stripped, refusal.part) from None


def _tokens(folded: str) -> Tokens:
    """Numbers, words and single signs; the Arabic "and" is parted from the word it is joined to."""
    tokens = []
    for token in _TOKEN.findall(folded):
        if token[0] == "و" and token not in _KNOWN and token[1:] in _KNOWN:
            tokens += ["و", token[1:]]
        else:
            tokens.append(token)
    return tokens


def _trim(tokens: Tokens) -> Tokens:
    start, end = 0, len(tokens)
    while start < end and tokens[start] in _TRIMMED:
        start += 1
    while end > start and tokens[end - 1] in _TRIMMED:
        end -= 1
    return tokens[start:end]


_LONGEST_PHRASE = 4


def _at(tokens: Tokens, phrases: Phrases, position: int) -> int:
    """How many tokens from `position` form one of `phrases`, the longest first; 0 if none."""
    for count in range(min(_LONGEST_PHRASE, len(tokens) - position), 0, -1):
        if " ".join(tokens[position : position + count]) in phrases:
            return count
    return 0


def _at_end(tokens: Tokens, phrases: Phrases) -> int:
    for count in range(min(_LONGEST_PHRASE, len(tokens)), 0, -1):
        if " ".join(tokens[-count:]) in phrases:
            return count
    return 0


def _expression(tokens: Tokens) -> str:
    """The EDTF of everything that was typed."""
    tokens = _trim(tokens)
    if " ".join(tokens).replace(" .", "") in words.UNKNOWN:
        return "XXXX"
    tokens, flags = _without_leading_hedges(tokens)
    if count := _at(tokens, words.BEFORE, 0):
        return "../" + _point(tokens[count:]).hedged(flags).edtf
    if count := _at(tokens, words.AFTER, 0):
        return _point(tokens[count:]).hedged(flags).edtf + "/.."
    if count := _at_end(tokens, words.OR_BEFORE):
        return "../" + _point(tokens[:-count]).hedged(flags).edtf
    if count := _at_end(tokens, words.OR_AFTER):
        return _point(tokens[:-count]).hedged(flags).edtf + "/.."
    if count := _at(tokens, words.BETWEEN, 0):
        return _range(tokens[count:], flags, words.TO | words.AND)
    try:
        return _point(tokens).hedged(flags).edtf
    except DateError as refusal:
        try:
            return _range(tokens, flags, words.TO)
        except DateError as second:
            raise (second if second.code == "ambiguous" else refusal) from None


def _range(tokens: Tokens, flags: tuple[bool, bool], joining: Phrases) -> str:
    """Two dates around a word, a dash or a slash. Exactly one place to cut must make sense."""
    found: set[str] = set()
    refused = DateError("not_understood")
    for position in range(1, len(tokens) - 1):
        dash = tokens[position] == "-"
        slash = tokens[position] == "/"
        count = 1 if dash or slash else _at(tokens, joining, position)
        if not count:
            continue
        try:
            first, last = _point(tokens[:position]), _point(tokens[position + count :])
            found.add(_joined(first, last, flags, both_complete=slash))
        except DateError as refusal:
            if refusal.code != "not_understood":
                refused = refusal
    if len(found) > 1:
        raise DateError("ambiguous")
    if not found:
        raise refused
    return found.pop()


def _joined(first: _Point, last: _Point, flags: tuple[bool, bool], both_complete: bool) -> str:
    if not first.year:
        if both_complete or bool(first.day) != bool(last.day):
            raise DateError("not_understood")
        # "24-28 September 2016?": what is missing on the left, the doubt too, stands on the right.
        first = replace(first, year=last.year, month=first.month or last.month)
        first = first.hedged((last.uncertain, last.approximate))
    return f"{first.hedged(flags).edtf}/{last.hedged(flags).edtf}"


def _without_leading_hedges(tokens: Tokens) -> tuple[Tokens, tuple[bool, bool]]:
    uncertain = approximate = False
    while tokens:
        if count := _at(tokens, words.UNCERTAIN, 0):
            uncertain = True
        elif count := _at(tokens, words.APPROXIMATE, 0) or int(tokens[0] == "~"):
            approximate = True
        else:
            break
        tokens = _trim(tokens[count:])
    return tokens, (uncertain, approximate)


def _point(tokens: Tokens) -> _Point:
    """One date with its hedges on either side. Raises DateError."""
    tokens, (uncertain, approximate) = _without_leading_hedges(_trim(tokens))
    while tokens:
        if tokens[-1] in _MARKS:
            count, flags = 1, _MARKS[tokens[-1]]
        elif count := _at_end(tokens, words.UNCERTAIN):
            flags = (True, False)
        elif count := _at_end(tokens, words.APPROXIMATE):
            flags = (False, True)
        else:
            break
        uncertain, approximate = uncertain or flags[0], approximate or flags[1]
        tokens = _trim(tokens[:-count])
    if count := _at(tokens, words.SOME_DAY, 0):
        inner = _point(tokens[count:])
        if inner.day or inner.month > "12":
            raise DateError("not_understood")
        point = replace(inner, month=inner.month or "XX", day="XX")
    elif count := _at(tokens, words.SOME_MONTH, 0):
        inner = _point(tokens[count:])
        if inner.month:
            raise DateError("not_understood")
        point = replace(inner, month="XX")
    else:
        point = _bare_point(tokens)
    return point.hedged((uncertain, approximate))


def _bare_point(tokens: Tokens) -> _Point:
    if not tokens or tokens[0] in _HARD_SEPARATORS or tokens[-1] in _HARD_SEPARATORS:
        raise DateError("not_understood")
    kinds, values = _items(tokens)
    shape = _SHAPES.get(kinds)
    if shape is None:
        raise DateError("short_year" if kinds in ("DDD", "DMD", "MDD") else "not_understood")
    point = shape(*values)
    if kinds == "DDY" and int(point.month) > 12 >= int(point.day):
        raise DateError("month_first")
    if point.month and not (1 <= int(point.month) <= 12 or "S" in kinds):
        raise DateError("month", part=point.month)
    if point.day and not 1 <= int(point.day) <= 31:
        raise DateError("day", part=point.day)
    return point


# What the numbers (D short, Y of four digits, X decade), month names and seasons mean, in order.
_SHAPES: dict[str, Callable[..., _Point]] = {
    "Y": lambda y: _Point(y),
    "X": lambda y: _Point(y),
    "MY": lambda m, y: _Point(y, m),
    "YM": lambda y, m: _Point(y, m),
    "DY": lambda m, y: _Point(y, m),
    "YD": lambda y, m: _Point(y, m),
    "SY": lambda s, y: _Point(y, s),
    "YS": lambda y, s: _Point(y, s),
    "DMY": lambda d, m, y: _Point(y, m, d),
    "MDY": lambda m, d, y: _Point(y, m, d),
    "YMD": lambda y, m, d: _Point(y, m, d),
    "DDY": lambda d, m, y: _Point(y, m, d),
    "YDD": lambda y, m, d: _Point(y, m, d),
    "D": lambda d: _Point("", "", d),
    "M": lambda m: _Point("", m),
    "DM": lambda d, m: _Point("", m, d),
    "MD": lambda m, d: _Point("", m, d),
    "DD": lambda d, m: _Point("", m, d),
}


def _items(tokens: Tokens) -> tuple[str, list[str]]:
    """The kinds of the parts of a date as letters of `_SHAPES`, and their EDTF values."""
    kinds = ""
    values: list[str] = []
    position, after_separator = 0, False
    while position < len(tokens):
        token = tokens[position]
        if token in _SEPARATORS:
            around_number = token.startswith("(") and tokens[position + 1][0] in "0123456789"
            if around_number or (after_separator and token in _HARD_SEPARATORS):
                raise DateError("not_understood")
            after_separator = token in _HARD_SEPARATORS
            position += 1
            continue
        after_separator = False
        if count := _at(tokens, words.MONTHS, position):
            number = words.MONTHS[" ".join(tokens[position : position + count])]
            value = f"{number:02}"
            if kinds.endswith("M") and values[-1] != value:
                raise DateError("two_months")
            if not kinds.endswith("M"):  # "تشرين الثاني/نوفمبر" names one month twice
                kinds, values = kinds + "M", [*values, value]
        elif token in words.HALF_NAMED_MONTHS:
            raise DateError("which_month")
        elif count := _at(tokens, words.SEASONS, position):
            kinds, values = kinds + "S", [*values, str(words.SEASONS[token])]
        elif token[0] in "0123456789":
            count = 1
            if position + 1 < len(tokens) and tokens[position + 1] == "s":
                if len(token) != 4 or token[3] != "0" or token[2] == "0":
                    raise DateError("ambiguous")
                count, kinds, values = 2, kinds + "X", [*values, token[:3] + "X"]
            elif len(token) == 4:
                kinds, values = kinds + "Y", [*values, token]
            elif len(token) <= 2:
                kinds, values = kinds + "D", [*values, token.zfill(2)]
            else:
                raise DateError("not_understood")
        elif not (count := _at(tokens, words.FILLERS, position)):
            raise DateError("not_understood")
        position += count
    return kinds, values


_KNOWN = frozenset(
    word
    for table in (words.MONTHS, words.SEASONS, words.BETWEEN, words.FILLERS, words.APPROXIMATE)
    for phrase in table
    for word in phrase.split()
)

_SEP = r"(?:\s{0,3}[-/\\._]\s{0,3}|\s{1,3})"
_DAY, _YEAR = r"(?<![0-9])([0-9]{1,2})", r"((?:19|20)[0-9]{2})(?![0-9])"
_MONTH = "(?<![^\\W\\d_])({})(?![^\\W\\d_])".format(
    "|".join(re.escape(name) for name in sorted(words.MONTHS, key=len, reverse=True))
)
_GAP = r"[\s,./_-]{0,3}"
_NTH = r"(?:st|nd|rd|th)?"
# In order of preference; a place already taken by an earlier pattern is not read again.
_IN_TITLES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
    (
        re.compile(rf"{_DAY}{_NTH}\s?-\s?([0-9]{{1,2}}){_NTH}\s{{1,3}}{_MONTH}{_GAP}{_YEAR}"),
        lambda m: f"{_ymd(m[4], m[3], m[1])}/{_ymd(m[4], m[3], m[2])}",
    ),
    (
        re.compile(rf"{_DAY}{_NTH}\s{{0,2}}(?:of\s)?{_GAP}{_MONTH}{_GAP}{_YEAR}"),
        lambda m: _ymd(m[3], m[2], m[1]),
    ),
    (
        re.compile(rf"{_MONTH}{_GAP}([0-9]{{1,2}}){_NTH}[\s,]{{1,3}}{_YEAR}"),
        lambda m: _ymd(m[3], m[1], m[2]),
    ),
    (
        re.compile(rf"{_DAY}{_SEP}([0-9]{{1,2}}){_SEP}{_YEAR}"),
        lambda m: _ymd(m[3], m[2], m[1]),
    ),
    (
        re.compile(rf"(?<![0-9]){_YEAR}{_SEP}([0-9]{{1,2}}){_SEP}([0-9]{{1,2}})(?![0-9])"),
        lambda m: _ymd(m[1], m[2], m[3]),
    ),
    (
        re.compile(rf"{_MONTH}{_GAP}{_YEAR}"),
        lambda m: _ymd(m[2], m[1], "")[:7],
    ),
]
_JOINED_BY = re.compile(r"\s*(?:-|to|until|الي|حتي)\s*")
_CLOSE_BEFORE = re.compile(r"[0-9][-/\\._]\Z")


def _ymd(year: str, month: str, day: str) -> str:
    number = words.MONTHS.get(month) or int(month)
    return f"{year}-{number:02}-{day.zfill(2)}"


def find(text: str) -> FilmedDate | None:
    """The one date that a title or description names down to the month or day, or None.

    None also for two different dates (unless one lies within the other, or a dash joins them) and
    for a chain of numbers such as 24-28-9-2016. Years 1900 to 2099. One pass, whatever the length.
    """
    folded = words.fold(text)
    spans: list[tuple[int, int, FilmedDate]] = []
    for pattern, edtf_of in _IN_TITLES:
        for match in pattern.finditer(folded):
            start, end = match.span()
            if any(start < other_end and other < end for other, other_end, _ in spans[:20]):
                continue
            if _CLOSE_BEFORE.search(folded, max(0, start - 2), start):
                return None
            try:
                named = parse(edtf_of(match))
            except DateError:
                continue
            spans.append(
                (start, end, _with_words_before(named, folded[max(0, start - 20) : start]))
            )
            if len(spans) > 20:
                return None
    return _agreed(sorted(spans, key=lambda span: span[0]), folded)


def _with_words_before(named: FilmedDate, before: str) -> FilmedDate:
    """ "ربما 6 آب 2016" in a title stays a doubt."""
    tokens = _TOKEN.findall(before)
    mark = _MARK_OF[
        bool(_at_end(tokens, words.UNCERTAIN)), bool(_at_end(tokens, words.APPROXIMATE))
    ]
    return parse(named.edtf + mark) if mark and "/" not in named.edtf else named


def _agreed(spans: list[tuple[int, int, FilmedDate]], folded: str) -> FilmedDate | None:
    dates = {span[2].edtf: span[2] for span in spans}
    if not dates:
        return None
    if len(spans) == 2 and len(dates) == 2:
        (_, end, first), (start, _, last) = spans
        if _JOINED_BY.fullmatch(folded, end, start) and "/" not in first.edtf + last.edtf:
            try:
                return parse(f"{first.edtf}/{last.edtf}")
            except DateError:
                return None
    bounds = {d.edtf: (d.earliest or date.min, d.latest or date.max) for d in dates.values()}
    finest = min(bounds, key=lambda edtf: bounds[edtf][1] - bounds[edtf][0])
    first_day, last_day = bounds[finest]
    inside_all = all(start <= first_day and last_day <= end for start, end in bounds.values())
    return dates[finest] if inside_all else None
