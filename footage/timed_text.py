"""Timed text in and out: WebVTT and SRT become plain segments, segments become WebVTT.

Reading follows the parsing rules of the W3C WebVTT recommendation for files that begin with
WEBVTT, and the common habits of SRT for all others. What comes out is plain text: no tags, no
entities, no control characters. Of the bidirectional controls only balanced isolates stay; marks,
embeddings and overrides go, for they hide text or mirror what follows. Two voices in one cue make
two segments at the same time.

Limits: 5 MB, 20,000 segments, 2,000 characters in a segment. Nothing is ever cut to fit.
"""

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MAX_BYTES = 5_000_000
MAX_SEGMENTS = 20_000
MAX_CHARACTERS = 2_000
# Milliseconds that fit a 32-bit database integer; longer than any recording (555 hours).
MAX_MS = 2_000_000_000

_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "fa", "he", "ur"})
_RLM = "\u200f"

_MESSAGES = {
    "too_large": (
        "The file is larger than 5 MB. Split it, or check that it is a subtitle file.",
        "الملف أكبر من 5 ميغابايت. قسّمه أو تأكد من أنه ملف ترجمة.",
    ),
    "too_many": (
        "The file has more than 20,000 segments. Split it into several files.",
        "في الملف أكثر من 20,000 مقطع. قسّمه إلى عدة ملفات.",
    ),
    "too_long": (
        "This segment is longer than 2,000 characters. Split it into shorter ones.",
        "هذا المقطع أطول من 2,000 حرف. قسّمه إلى مقاطع أقصر.",
    ),
    "encoding": (
        "The text is damaged here: it is not valid in the encoding of the rest. Open the file in a "
        "text editor, correct this place, and save it as UTF-8.",
        "النص تالف هنا ولا يوافق ترميز بقية الملف. افتح الملف في محرر نصوص وصحّح هذا الموضع "
        "واحفظه بترميز UTF-8.",
    ),
    "header": (
        "The first line must be WEBVTT alone or followed by a space. Correct the first line.",
        "يجب أن يكون السطر الأول WEBVTT وحدها أو تليها مسافة. صحّح السطر الأول.",
    ),
    "no_cue": (
        "No segment with a valid time and text was found. A segment is a line such as "
        "00:00:01.000 --> 00:00:02.500 with its text on the next lines, then an empty line.",
        "لم يُعثر على أي مقطع له وقت صحيح ونص. المقطع سطر مثل "
        "\u206600:00:01.000 --> 00:00:02.500\u2069 ونصه في الأسطر التالية ثم سطر فارغ.",
    ),
    "timing": (
        "The times of this segment cannot be read. Write them as 00:00:01.000 --> 00:00:02.500.",
        "تعذّرت قراءة وقتي هذا المقطع. اكتبهما هكذا: \u206600:00:01.000 --> 00:00:02.500\u2069.",
    ),
    "backwards": (
        "This segment ends before it begins. Correct one of its times.",
        "هذا المقطع ينتهي قبل أن يبدأ. صحّح أحد وقتيه.",
    ),
    "late": (
        "This segment is later than 555 hours. Correct its times.",
        "هذا المقطع بعد أكثر من 555 ساعة. صحّح وقتيه.",
    ),
    "no_text": (
        "This segment has no text. Add the text or remove the segment.",
        "لا نص في هذا المقطع. أضف النص أو احذف المقطع.",
    ),
    "stray": (
        "This text belongs to no segment. Put it under a line with times, without an empty line "
        "between.",
        "هذا النص لا يتبع أي مقطع. ضعه تحت سطر الوقت من دون سطر فارغ بينهما.",
    ),
}


class TimedTextError(ValueError):
    """What is wrong with a subtitle file, where, and the mend, in both languages.

    `code` is a key of the table above, `line` counts from 1 (None: the whole file).
    """

    def __init__(self, code: str, line: int | None = None) -> None:
        self.code = code
        self.line = line
        self.message_en, self.message_ar = _MESSAGES[code]
        if line is not None:
            self.message_en = f"Line {line}: {self.message_en}"
            self.message_ar = f"السطر {line}: {self.message_ar}"
        super().__init__(self.message_en)


@dataclass(frozen=True, slots=True)
class Segment:
    """One timed cue. Times in milliseconds from the start of the clip; text lines joined by \\n."""

    start_ms: int
    end_ms: int
    speaker: str
    text: str


@dataclass(slots=True)
class _Cue:
    line: int
    start_ms: int
    end_ms: int
    payload: list[str]


def read_timed_text(data: bytes) -> list[Segment]:
    """The segments of a WebVTT or SRT file, in the order of the file.

    Cues that the WebVTT rules drop (unreadable times) are left out, as are those without text or
    that run backwards: `read_with_losses` names them. Raises TimedTextError when no cue is usable,
    a limit is passed, or the encoding is damaged.
    """
    return read_with_losses(data)[0]


def read_with_losses(data: bytes) -> tuple[list[Segment], list[TimedTextError]]:
    """As `read_timed_text`, with an error for each cue or stray text that was left out."""
    if len(data) > MAX_BYTES:
        raise TimedTextError("too_large")
    lines = re.split(r"\r\n|\n|\r", _decoded(data).replace("\0", ""))
    losses: list[TimedTextError] = []
    if re.match(r"WEBVTT(?:[ \t]|\Z)", lines[0]):
        cues, literal_less_than = _webvtt_cues(lines, losses), False
    else:
        cues, literal_less_than = _srt_cues(lines, losses), True
    segments: list[Segment] = []
    for cue in cues:
        spoken = _segments_of(cue, literal_less_than)
        if not spoken:
            losses.append(TimedTextError("no_text", cue.line))
        segments += spoken
        if len(segments) > MAX_SEGMENTS:
            raise TimedTextError("too_many")
    if not segments:
        raise TimedTextError("no_cue")
    return segments, sorted(losses, key=lambda loss: loss.line or 0)


# --- Encodings ---------------------------------------------------------------------------------


def _decoded(data: bytes) -> str:
    """UTF-8 or UTF-16 by byte order mark or shape, otherwise Windows-1256."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        half = len(data[:1000]) // 2
        # UTF-16 without a mark: digits, spaces and line ends leave every second byte zero.
        if half and data[1:1000:2].count(0) > half // 4 > data[0:1000:2].count(0):
            return data.decode("utf-16-le")
        if half and data[0:1000:2].count(0) > half // 4 > data[1:1000:2].count(0):
            return data.decode("utf-16-be")
    except UnicodeDecodeError as damage:
        good = damage.object[: damage.start].decode(damage.encoding, errors="replace")
        raise TimedTextError("encoding", good.count("\n") + 1) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as damage:
        # Arabic in Windows-1256 almost never forms a UTF-8 sequence; a damaged UTF-8 file is full
        # of them, and reading that one as Windows-1256 would turn a testimony into rubbish.
        whole = [c for c in data.decode("utf-8", "replace") if c > "\x7f" and c != "\ufffd"]
        broken = sum(byte > 0x7F for byte in data) - len("".join(whole).encode())
        if data.startswith(b"\xef\xbb\xbf") or len(whole) > broken:
            line = data[: damage.start].count(b"\n") + 1
            raise TimedTextError("encoding", line) from None
        return data.decode("cp1256")


# --- Cues --------------------------------------------------------------------------------------

_HOURS = r"(?:([0-9]{1,9}):)?"
_VTT_TIME = rf"{_HOURS}([0-9]{{2}}):([0-9]{{2}})\.([0-9]{{3}})"
_SRT_TIME = rf"{_HOURS}([0-9]{{1,2}}):([0-9]{{1,2}})[,.]([0-9]{{3}})"
_VTT_TIMING = re.compile(rf"[ \t\f]*{_VTT_TIME}[ \t\f]*-->[ \t\f]*{_VTT_TIME}(?![0-9])")
_SRT_TIMING = re.compile(rf"[ \t]*{_SRT_TIME}[ \t]*-->[ \t]*{_SRT_TIME}(?![0-9])")


def _times(match: re.Match[str] | None) -> tuple[int, int]:
    """Start and end in milliseconds. Raises TimedTextError without a line."""
    if match is None:
        raise TimedTextError("timing")
    numbers = [int(group or 0) for group in match.groups()]
    if max(numbers[1:3] + numbers[5:7]) > 59:
        raise TimedTextError("timing")
    start, end = (
        ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
        for hours, minutes, seconds, thousandths in (numbers[:4], numbers[4:])
    )
    if end < start:
        raise TimedTextError("backwards")
    if end > MAX_MS:
        raise TimedTextError("late")
    return start, end


def _opened(line: str, number: int, timing: re.Pattern[str], losses: list[TimedTextError]) -> _Cue:
    """The cue that a line of times begins; a cue of start -1 swallows a damaged one's text."""
    try:
        start, end = _times(timing.match(line))
    except TimedTextError as damage:
        losses.append(TimedTextError(damage.code, number))
        start = end = -1
    return _Cue(number, start, end, [])


def _webvtt_cues(lines: list[str], losses: list[TimedTextError]) -> list[_Cue]:
    """Cues by the block rules of WebVTT, section 6.1: a block is an optional identifier, the times,
    and the text up to an empty line or the next "-->"."""
    cues: list[_Cue] = []
    number = 1
    while number < len(lines) and lines[number] and "-->" not in lines[number]:
        number += 1  # the header block
    while number < len(lines):
        cue: _Cue | None = None
        first = number
        while number < len(lines) and lines[number]:
            line = lines[number]
            if "-->" in line:
                if cue is not None or number > first + 1:
                    break
                cue = _opened(line, number + 1, _VTT_TIMING, losses)
            elif cue is not None:
                cue.payload.append(line)
            number += 1
        if cue is not None and cue.start_ms >= 0:
            cues.append(cue)
        elif cue is None and number > first and not _is_aside(lines[first]):
            losses.append(TimedTextError("stray", first + 1))
        number += number < len(lines) and not lines[number]
    return cues


def _is_aside(line: str) -> bool:
    return line.startswith("NOTE") or line.rstrip() in ("STYLE", "REGION")


def _srt_cues(lines: list[str], losses: list[TimedTextError]) -> list[_Cue]:
    """Cues of SRT: numbers and empty lines between cues may be missing, "." may stand for ","."""
    cues: list[_Cue] = []
    cue: _Cue | None = None
    stray_before = False
    for number, line in enumerate(lines, start=1):
        if _SRT_TIMING.match(line) or ("-->" in line and (cue is None or not cue.payload)):
            if cue is not None and cue.payload and cue.payload[-1].strip().isdecimal():
                cue.payload.pop()  # the next cue's number, without an empty line before it
            cue = _opened(line, number, _SRT_TIMING, losses)
            if cue.start_ms >= 0:
                cues.append(cue)
            stray_before = False
        elif not line.strip():
            cue = None if cue is None or cue.payload else cue
            stray_before = False
        elif cue is not None:
            cue.payload.append(line)
        elif line.strip().startswith("WEBVTT") and not cues:
            raise TimedTextError("header", number)
        elif not line.strip().isdecimal() and not stray_before:
            losses.append(TimedTextError("stray", number))
            stray_before = True
    return cues


# --- Text --------------------------------------------------------------------------------------

_TAG = re.compile(r"<[^>]*>?")
_TAG_OF_SRT = re.compile(r"<[A-Za-z/][^>]*>?|\{\\[^}]*\}")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_ISOLATES, _POP = "\u2066\u2067\u2068", "\u2069"
_DIRECTION_MARKS = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e"))


def _segments_of(cue: _Cue, literal_less_than: bool) -> list[Segment]:
    """One segment for each voice in turn; none when nothing but tags is there."""
    pattern = _TAG_OF_SRT if literal_less_than else _TAG
    source = "\n".join(cue.payload)
    runs: list[tuple[str, list[str]]] = [("", [])]
    position = 0
    for tag in pattern.finditer(source):
        runs[-1][1].append(source[position : tag.start()])
        position = tag.end()
        name = tag[0].strip("<>")
        kind = re.split(r"[\s.]", name, maxsplit=1)[0]
        if kind == "v":
            annotation = re.split(r"\s", name, maxsplit=1)[1:]
            runs.append((_plain_line(_entities("".join(annotation))), []))
        elif kind == "/v":
            runs.append(("", []))
    runs[-1][1].append(source[position:])
    segments = []
    for speaker, pieces in runs:
        text = _plain(_entities("".join(pieces)))
        if len(text) > MAX_CHARACTERS or len(speaker) > MAX_CHARACTERS:
            raise TimedTextError("too_long", cue.line)
        if text:
            segments.append(Segment(cue.start_ms, cue.end_ms, speaker, text))
    return segments


def _entities(text: str) -> str:
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


def _plain(text: str) -> str:
    """Clean lines joined by \\n, empty ones left out."""
    if text.isprintable():
        # Nearly every text: whatever ends a line or is taken out of one is not printable.
        return text.strip()
    lines = (_plain_line(line) for line in re.split(r"[\r\n\v\f\x85\u2028\u2029]+", text))
    return "\n".join(line for line in lines if line)


def _plain_line(line: str) -> str:
    line = line.replace("\t", " ").translate(_DIRECTION_MARKS)
    line = "".join(
        c for c in line if c != "\ufeff" and unicodedata.category(c) not in ("Cc", "Cs", "Cn")
    )
    if not _isolates_balance(line):
        line = "".join(c for c in line if c not in _ISOLATES + _POP)
    return line.strip()


def _isolates_balance(line: str) -> bool:
    depth = 0
    for c in line:
        depth += (c in _ISOLATES) - (c == _POP)
        if depth < 0:
            return False
    return depth == 0


# --- Writing -----------------------------------------------------------------------------------


def write_webvtt(segments: Iterable[Segment], language: str) -> str:
    """A WebVTT file (with \\n line ends) that `read_timed_text` reads back to the same segments.

    For a right-to-left `language` each line begins with U+200F, without which players order it by
    its first Latin letter. Text is cleaned and escaped, so that no tag and no "-->" can be in it.
    Raises ValueError for a segment that ends before it begins, or without text.
    """
    mark = _mark(language)
    blocks = ["WEBVTT\n"]
    for segment in segments:
        lines, name = _spoken(segment)
        speaker = _escaped(name)
        if speaker.endswith("-"):
            # With the tag's own end it would read "-->", which ends a cue.
            speaker = f"{speaker[:-1]}&#45;"
        voice = f"<v {speaker}>" if speaker else ""
        payload = "\n".join(mark + _escaped(line) for line in lines)
        times = f"{_clock(segment.start_ms)} --> {_clock(segment.end_ms)}"
        blocks.append(f"{times}\n{voice}{payload}\n")
    return "\n".join(blocks)


def write_srt(segments: Iterable[Segment], language: str) -> str:
    """A SubRip file (with \\r\\n line ends), the speaker before the words.

    SubRip knows no escapes: "<" stays, and players show it; "-->" in a text becomes an arrow.
    Raises as `write_webvtt`.
    """
    mark = _mark(language)
    blocks = []
    for number, segment in enumerate(segments, start=1):
        lines = _said(segment)
        payload = "\r\n".join(mark + line.replace("-->", "→") for line in lines)
        times = f"{_clock(segment.start_ms)} --> {_clock(segment.end_ms)}".replace(".", ",")
        blocks.append(f"{number}\r\n{times}\r\n{payload}\r\n")
    return "\r\n".join(blocks)


def write_plain(segments: Iterable[Segment], language: str) -> str:
    """What is said, a paragraph for each segment after its time. Raises as `write_webvtt`."""
    return "\n".join(
        f"[{_clock(segment.start_ms)}]\n" + "".join(f"{line}\n" for line in _said(segment))
        for segment in segments
    )


def _mark(language: str) -> str:
    return _RLM if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else ""


def _said(segment: Segment) -> list[str]:
    lines, speaker = _spoken(segment)
    return [f"{speaker}: {lines[0]}", *lines[1:]] if speaker else lines


def _spoken(segment: Segment) -> tuple[list[str], str]:
    """The lines of a segment and its speaker. Raises ValueError for what cannot be written."""
    if not 0 <= segment.start_ms <= segment.end_ms <= MAX_MS:
        raise ValueError(f"no times to write: {segment.start_ms} to {segment.end_ms} ms")
    lines = _plain(segment.text).split("\n")
    if lines == [""]:
        raise ValueError(f"the segment at {segment.start_ms} ms has no text")
    return lines, " ".join(_plain(segment.speaker).split("\n"))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(milliseconds: int) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"
