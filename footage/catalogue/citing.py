"""How a record, or some seconds of it, is cited: in words, BibTeX, RIS and CSL-JSON.

Pure functions of a published record and the published names, in English or Arabic. Three rules:
a byline is one name and is never split into given and family name (a pseudonym has neither); a
date is never finer than it is known; and the day of citing is left to whoever cites, because a
page must not change with the clock.

RIS follows the tags that reference managers read (TY VIDEO is a video recording to Zotero),
CSL-JSON the schema of CSL 1.0.2, BibTeX the rules that biblatex reads as UTF-8.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.conf import settings

from footage import dates, vocabularies
from footage.catalogue import moments
from footage.catalogue.authorities import NEIGHBOURHOOD, Authorities, credited
from footage.catalogue.moments import Moment
from footage.catalogue.record import Record, Transcript
from footage.catalogue.showing import clips_of, spoken

# Codes of no language: a recording without speech, and speech nobody has placed.
SILENT = {"zxx", "und"}
ARCHIVE = {"en": "The Aleppo Archive", "ar": "أرشيف حلب"}
WITHHELD = {"en": "Name withheld", "ar": "الاسم محجوب"}
_FILMED = {
    "video": {"en": "Filmed: {}", "ar": "تاريخ التصوير: {}"},
    "photograph": {"en": "Taken: {}", "ar": "تاريخ التصوير: {}"},
    "sound": {"en": "Recorded: {}", "ar": "تاريخ التسجيل: {}"},
    "testimony": {"en": "Given: {}", "ar": "تاريخ الشهادة: {}"},
}
_VERSION = {"en": "version {}", "ar": "الإصدار {}"}
_REVISED = {"en": "Published in this version {}", "ar": "نُشر بهذا الإصدار {}"}
_QUOTED = {"en": "“{}”", "ar": "«{}»"}
_COMMA = {"en": ", ", "ar": "، "}
_SECONDS = {"en": "from {} to {}", "ar": "من {} إلى {}"}
_FROM_SECOND = {"en": "from {}", "ar": "من {}"}

_CSL_TYPES = {
    "video": "motion_picture",
    "photograph": "graphic",
    "sound": "song",
    "testimony": "interview",
}
_RIS_TYPES = {"video": "VIDEO", "photograph": "ART", "sound": "SOUND", "testimony": "VIDEO"}


@dataclass(frozen=True)
class Citation:
    """What a citation says. Texts are one line each, without markup; "" is not known."""

    language: str
    kind: str
    # video, photograph, sound or testimony: what reference managers choose a type by.
    form: str
    form_label: str
    reference: str
    version: int
    published_on: date
    # "" when the name is withheld.
    credit: str
    title: str
    other_title: str
    summary: str
    filmed: str
    filmed_said: str
    place: str
    # Languages heard, which reference managers take for the language of the item.
    spoken: tuple[str, ...]
    subjects: tuple[str, ...]
    rights: str
    moment: Moment | None
    address: str


def cite(
    record: Record,
    version: int,
    published_on: date,
    names: Authorities,
    language: str,
    moment: Moment | None = None,
) -> Citation:
    """The citation of a record in a language ("en" or "ar"), or of some of its seconds.

    `published_on` is the day on which this version was published. The title is in the language
    asked for, or in the other where there is only that.
    """
    titles = [record.title_en, record.title_ar]
    if language == "ar":
        titles.reverse()
    found = [title for title in map(_one_line, titles) if title] or [record.reference]
    form = form_of(record)
    by = credited(record, names)
    place = names.name(NEIGHBOURHOOD, record.place or record.neighbourhood, language)
    query = f"?t={moments.write(moment)}" if moment else ""
    return Citation(
        language=language,
        kind=record.kind,
        form=form,
        form_label=(vocabularies.RECORD_KINDS if form == "testimony" else vocabularies.KINDS).label(
            form, language
        ),
        reference=record.reference,
        version=version,
        published_on=published_on,
        credit=_one_line(by.name(language)) if by else "",
        title=found[0],
        other_title=found[1] if len(found) > 1 else "",
        summary=_one_line(record.summary_ar if language == "ar" else record.summary_en),
        filmed=record.filmed,
        filmed_said=_said(record.filmed, language),
        place=_one_line(place),
        spoken=tuple(code for code in record.languages if code not in SILENT),
        subjects=tuple(
            vocabularies.SUBJECTS.label(code, language)
            for code in record.subjects
            if code in vocabularies.SUBJECTS
        ),
        rights=vocabularies.RIGHTS.known_label(record.rights, language),
        moment=moment,
        address=f"{settings.BASE_URL}/c/{record.reference}{query}",
    )


def form_of(record: Record) -> str:
    """What is cited: "testimony", or the medium of a clip, a video where no other is known."""
    form = record.kind if record.kind == "testimony" else record.medium
    return form if form in _CSL_TYPES else "video"


def seconds_of(
    record: Record, carried: Iterable[tuple[str, float | None, float | None]] = ()
) -> Moment | None:
    """From and to which of its seconds a record can be cited; None for one without a clock.

    A photograph has none, nor has an account told in several clips. `carried` is what a testimony
    is heard in: a live clip's reference, from and to which of its seconds.
    """
    if record.kind == "clip":
        return None if record.medium == "photograph" else (0.0, record.duration_s)
    carried = list(carried)
    clips = {*clips_of(record), *(clip for clip, _start, _end in carried)}
    if len(clips) != 1:
        return None
    return heard([(start, end) for _clip, start, end in carried], spoken(record))


def heard(
    ranges: Iterable[tuple[float | None, float | None]], lines: Iterable[Transcript]
) -> Moment | None:
    """From and to which second of a clip a testimony is heard: its ranges, and all its lines."""
    said = [(segment.start_s, segment.end_s) for each in lines for segment in each.segments]
    told = [*ranges, *said]
    starts = [start for start, _end in told if start is not None]
    ends = [end for start, end in told if start is not None and end is not None]
    return (min(starts), max(ends, default=None)) if starts else None


def known_dates(edtf: str) -> tuple[list[list[int]], bool]:
    """Date parts of a filmed date as far as they are known, and whether it is only about then.

    [[2016, 12, 4]] for a day, [[2016, 12]] for a month, two of them for an interval, none when
    nothing can be said in numbers: an unknown date, a decade, an open end.
    """
    ends = edtf.split("/")
    parts = [_parts(end) for end in ends]
    about = doubted(edtf) or "X" in edtf
    if not all(parts):
        return [], about
    return (parts if parts[0] != parts[-1] else parts[:1]), about


def doubted(edtf: str) -> bool:
    """Whether even what a date states in numbers may be wrong: it is qualified, or a season, which
    says its year here and may reach into the next."""
    season = any(re.fullmatch(r"\d{4}-2[1-4][?~%]?", end) for end in edtf.split("/"))
    return season or any(mark in edtf for mark in "?~%")


def as_text(citation: Citation) -> str:
    """One line that can be pasted into a note."""
    language = citation.language
    comma = _COMMA[language]
    form = citation.form_label
    if said := _moment_said(citation):
        form += comma + said
    filmed = _FILMED[citation.form][language].format(citation.filmed_said)
    if citation.place:
        filmed += comma + citation.place
    sentences = [
        citation.credit or WITHHELD[language],
        f"{_QUOTED[language].format(citation.title)} ({form})",
        filmed,
        comma.join(
            (
                ARCHIVE[language],
                citation.reference,
                _VERSION[language].format(citation.version),
            )
        ),
        _REVISED[language].format(_said(citation.published_on.isoformat(), language)),
    ]
    return ". ".join(sentence.rstrip(".") for sentence in sentences) + f". {citation.address}"


def as_bibtex(citation: Citation) -> str:
    """One entry, UTF-8. Names and titles stand in double braces, so that nothing splits them."""
    fields = {
        "author": f"{{{_braced(citation.credit)}}}" if citation.credit else "",
        "title": f"{{{_braced(citation.title)}}}",
        "howpublished": _braced(
            _COMMA[citation.language].join((citation.form_label, ARCHIVE[citation.language]))
        ),
        "number": citation.reference,
        "version": str(citation.version),
        "note": _braced(_note(citation)),
        "url": citation.address.replace("{", "%7B").replace("}", "%7D"),
    }
    parts, _about = known_dates(citation.filmed)
    if parts:
        # biblatex reads EDTF here; classic BibTeX reads the year.
        ends = citation.filmed.split("/")
        marks = [_mark(end) for end in ends] if len(parts) > 1 else [_mark(citation.filmed)]
        written = ("-".join(f"{n:02}" for n in each) for each in parts)
        fields["date"] = "/".join(map("".join, zip(written, marks, strict=True)))
        if (agreed := _common(parts)) and not doubted(citation.filmed):
            fields["year"] = f"{agreed[0]:04}"
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{_key(citation)},\n{lines}}}\n"


def as_ris(citation: Citation) -> str:
    """One reference, lines ended by CRLF as the format wants.

    Its date has one place for what else is to be said, where "circa" stands; its year has none, so
    a year that is only about right is in the date alone.
    """
    day, doubt = _common(known_dates(citation.filmed)[0]), doubted(citation.filmed)
    lines = [("TY", _RIS_TYPES[citation.form])]
    # A comma would part a family name from a given one.
    lines.append(("AU", re.sub(r"\s*[,،;]\s*", " ", citation.credit)))
    lines.append(("TI", citation.title))
    lines.append(("TT", citation.other_title))
    if day:
        if not doubt:
            lines.append(("PY", f"{day[0]:04}"))
        written = "/".join([*(f"{n:02}" for n in day), "", ""][:3])
        lines.append(("DA", f"{written}/{'circa' if doubt else ''}"))
    lines.append(("PB", ARCHIVE[citation.language]))
    lines.append(("AN", citation.reference))
    lines.append(("ET", str(citation.version)))
    lines += [("LA", code) for code in citation.spoken[:1]]
    lines.append(("AB", citation.summary))
    lines += [("KW", subject) for subject in citation.subjects]
    lines.append(("N1", _note(citation)))
    lines.append(("UR", citation.address))
    told = [f"{tag}  - {text}\r\n" for tag, text in lines if text]
    return "".join(told) + "ER  - \r\n"


def as_csl(citation: Citation) -> dict[str, Any]:
    """One item of CSL-JSON."""
    parts, about = known_dates(citation.filmed)
    published = citation.published_on
    item: dict[str, Any] = {
        "id": _key(citation),
        "type": _CSL_TYPES[citation.form],
        "title": citation.title,
        "author": [{"literal": citation.credit}] if citation.credit else [],
        "issued": {"date-parts": parts, **({"circa": True} if about else {})} if parts else None,
        "available-date": {"date-parts": [[published.year, published.month, published.day]]},
        "medium": citation.form_label,
        "publisher": ARCHIVE[citation.language],
        "archive": ARCHIVE[citation.language],
        "archive_location": citation.reference,
        "version": str(citation.version),
        "language": citation.spoken[0] if citation.spoken else "",
        "abstract": citation.summary,
        "note": _note(citation),
        "URL": citation.address,
    }
    return {name: value for name, value in item.items() if value}


def as_csl_text(citation: Citation) -> str:
    """A CSL-JSON document of one item."""
    return orjson.dumps([as_csl(citation)], option=orjson.OPT_INDENT_2).decode() + "\n"


# suffix of an address: (media type, one citation as that).
FORMATS: dict[str, tuple[str, Callable[[Citation], str]]] = {
    "txt": ("text/plain", lambda citation: as_text(citation) + "\n"),
    "bib": ("application/x-bibtex", as_bibtex),
    "ris": ("application/x-research-info-systems", as_ris),
    "csl.json": ("application/vnd.citationstyles.csl+json", as_csl_text),
}


# --- The parts ---------------------------------------------------------------------------------
def _key(citation: Citation) -> str:
    """By what a text names it: two parts of one record are cited side by side."""
    if citation.moment is None:
        return citation.reference
    seconds = "-".join(moments.plain(each) for each in citation.moment if each is not None)
    return f"{citation.reference}-t{seconds}"


def _note(citation: Citation) -> str:
    """What no field of a reference manager has room for."""
    language = citation.language
    told = [
        "" if citation.credit else WITHHELD[language],
        _FILMED[citation.form][language].format(citation.filmed_said),
        citation.place,
        _moment_said(citation),
        citation.rights,
    ]
    return {"en": "; ", "ar": "؛ "}[language].join(each for each in told if each)


def _moment_said(citation: Citation) -> str:
    if citation.moment is None:
        return ""
    start, end = citation.moment
    if end is None:
        return _FROM_SECOND[citation.language].format(moments.clock(start))
    return _SECONDS[citation.language].format(moments.clock(start), moments.clock(end))


def _said(edtf: str, language: str) -> str:
    try:
        return dates.say(dates.parse(edtf), language)
    except dates.DateError:
        return edtf


def _parts(end: str) -> list[int]:
    """The numbers of one date that are known: year, month, day; none of a decade or open end."""
    day = end.partition("T")[0].rstrip("?~%")
    found = re.fullmatch(r"(\d{4})(?:-(\d\d|XX))?(?:-(\d\d|XX))?", day)
    if not found:
        return []
    numbers = [int(part) for part in found.groups() if part and part != "XX"]
    return numbers[:1] if len(numbers) > 1 and numbers[1] > 12 else numbers


def _mark(edtf: str) -> str:
    """How a date is qualified: "?" uncertain, "~" approximate, "%" both; "~" too where it says
    more than its numbers do, as a season or an unknown month."""
    told = {mark for mark in "?~%" if mark in edtf}
    if len(told) > 1:
        return "%"
    return told.pop() if told else "~" if doubted(edtf) or "X" in edtf else ""


def _common(parts: list[list[int]]) -> list[int]:
    """What both ends of an interval agree on: a year, or a month of it."""
    if not parts:
        return []
    agreed: list[int] = []
    for first, last in zip(parts[0], parts[-1], strict=False):
        if first != last:
            break
        agreed.append(first)
    return agreed


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _braced(text: str) -> str:
    """Text that stands in braces of BibTeX: what TeX reads as a command is written as a letter."""
    text = text.replace("\\", "∖").replace("{", "(").replace("}", ")")
    return re.sub(r"([%&$#_])", r"\\\1", text).replace("~", "∼").replace("^", "ˆ")
