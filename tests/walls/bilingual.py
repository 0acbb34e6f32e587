"""Faults of a page in two languages: words, numbers and attributes that a reader gets wrong.

Detectors of one page's bytes. What they ask of every page: words in another script than the
language around them are marked with it; what has a direction of its own is isolated; digits are
Latin, months Syrian; and no attribute depends on the language.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.pofile import read_po
from django.conf import settings

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
VOID |= {"path", "rect", "circle", "use"}
SILENT = {"script", "style", "svg"}
# Their content is no language: file formats, addresses, references, digests.
CODE = {"code", "kbd", "samp", "pre"}
ARABIC, LATIN = re.compile(r"[\u0621-\u064a]{2}"), re.compile(r"[A-Za-z]{2}")
# Technical terms have no language (WCAG 2.2, 3.1.2): where they stand alone, and up to three words
# of them in a sentence that a translator wrote.
TERMS = re.compile(
    r"(?<![A-Za-z])(?:CSV|JSON(?: Lines| Schema)?|JSON-LD|Atom|GeoJSON|BibTeX|RIS|CSL-JSON|zip|XXXX"
    r"|OR|CC BY(?:-[A-Z]+)* 4\.0|CC0 1\.0|/media/)(?![A-Za-z])"
)
FOREIGN = re.compile(r"(?:[A-Za-z][\w.-]*\s+){3}[A-Za-z]")
EASTERN_DIGITS = re.compile(r"[\u0660-\u0669\u06f0-\u06f9]")
DIGIT = re.compile(r"[0-9]")
# Two numbers with something between them, which Arabic around them turns round.
COMPOSED = re.compile(r"[0-9]\s?[-–/×,+]\s?[0-9]")
OTHER_MONTHS = re.compile(
    r"(?<![\u0621-\u064a])(?:يناير|فبراير|مارس|أبريل|إبريل|ابريل|مايو|يونيو|يونيه|يوليو|يوليه|أغسطس"
    r"|سبتمبر|أكتوبر|اكتوبر|نوفمبر|ديسمبر)(?![\u0621-\u064a])"
)
READ_OUT = ("title", "alt", "aria-label", "placeholder", "label", "abbr", "content")
# Attributes that a machine reads: the same in both languages but for the language's prefix.
MACHINE = ("href", "src", "srcset", "action", "poster", "datetime", "width", "height")
LANGUAGE = re.compile(r"(?<=[?&])lang=(?:en|ar)\b|\.(?:en|ar)(?=\.)")
ISOLATED = re.compile("[\u2066-\u2068][^\u2069]*\u2069")


@dataclass
class Words:
    """One piece of text: the language said of it, and whether a direction is said of it."""

    text: str
    lang: str
    isolated: bool
    code: bool
    tag: str


@dataclass
class Page(HTMLParser):
    """A page taken apart. `marked` are the (lang, dir) pairs of every element that names a lang."""

    words: list[Words] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    marked: list[tuple[str, str | None]] = field(default_factory=list)
    alternates: dict[str, str] = field(default_factory=dict)
    lang: str = ""
    dir: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, str, bool, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        _, lang, isolated, code = self._open[-1] if self._open else ("", "", False, False)
        if tag == "html":
            self.lang, self.dir = said.get("lang", ""), said.get("dir", "")
        elif "lang" in said:
            self.marked.append((said["lang"], said.get("dir")))
        if tag == "link" and said.get("rel") == "alternate" and "hreflang" in said:
            self.alternates[said["hreflang"]] = said["href"]
        lang = said.get("lang", lang)
        isolated = tag == "bdi" or (tag != "html" and "dir" in said) or isolated
        # A citation is one string to be copied; it quotes titles as they are.
        code = (
            tag in CODE
            or said.get("class") == "citation"
            or (tag != "html" and said.get("dir") == "ltr" and "lang" not in said)
        )
        self._open.append((tag, lang, isolated, code or bool(self._open and self._open[-1][3])))
        for name, value in said.items():
            self.attributes.append((tag, name, value))
            if name in READ_OUT and not _machine(tag, name, said):
                self._say(ISOLATED.sub("", value), f"{tag}@{name}")
        if tag in VOID:
            self._open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._open or {tag for tag, *_ in self._open} & SILENT:
            return
        tag = self._open[-1][0]
        self._say(ISOLATED.sub("", data) if tag in {"title", "option"} else data, tag)

    def _say(self, text: str, tag: str) -> None:
        if text.strip():
            _, lang, isolated, code = self._open[-1]
            self.words.append(Words(" ".join(text.split()), lang, isolated, code, tag))


def _machine(tag: str, name: str, said: dict[str, str]) -> bool:
    """Whether an attribute that people hear elsewhere is for machines here."""
    if name == "content":
        return said.get("name") != "description"
    return tag == "link" or said.get("class") == "unapi-id"


def taken_apart(body: bytes) -> Page:
    page = Page()
    page.feed(body.decode())
    page.close()
    return page


def faults(body: bytes) -> list[str]:
    """What is wrong with one page, in words; empty when nothing is."""
    page = taken_apart(body)
    right = {"ar": "rtl", "en": "ltr"}.get(page.lang)
    found = [] if right and page.dir == right else [f"html lang={page.lang} dir={page.dir}"]
    if set(page.alternates) != {"ar", "en", "x-default"}:
        found.append(f"hreflang of {sorted(page.alternates)}")
    found += [
        f"lang={lang} with dir={direction}"
        for lang, direction in page.marked
        if lang.split("-")[0] != page.lang
        and direction != ("rtl" if lang in {"ar", "apc"} else "auto" if lang == "und" else "ltr")
    ]
    for words in page.words:
        found += [f"{fault}: {words.text[:80]!r} in <{words.tag}>" for fault in _wrong(words, page)]
    return found


def _wrong(words: Words, page: Page) -> Iterator[str]:
    if EASTERN_DIGITS.search(words.text):
        yield "digits that are not Latin"
    if OTHER_MONTHS.search(words.text):
        yield "a month that Syria calls otherwise"
    if words.code:
        return
    if words.lang in {"ar", "apc"}:
        written = ARABIC.search(words.text) and _is_prose(words.text)
        if FOREIGN.search(words.text) or (not written and LATIN.search(TERMS.sub("", words.text))):
            yield "unmarked words in Latin letters"
    elif ARABIC.search(words.text) and words.lang != "und":
        yield "unmarked words in Arabic letters"
    if page.lang != "ar" or words.isolated or "@" in words.tag or words.tag in {"title", "option"}:
        return
    if COMPOSED.search(words.text):
        yield "numbers that turn round"
    elif DIGIT.search(words.text) and not _is_prose(words.text):
        yield "a number that is not isolated"


def _is_prose(text: str) -> bool:
    return all(part.strip(" ·.") in _prose() for part in text.split(" · "))


@cache
def _prose() -> str:
    """Every Arabic sentence of the site: whoever wrote a number into one saw where it stands."""
    with Path(settings.BASE_DIR, "locale/ar/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="ar")
    sentences = [
        string
        for message in catalogue
        for string in (message.string if isinstance(message.string, tuple) else [message.string])
    ]
    # Vocabularies, fields and parameters are described in the code, in both languages; a long
    # sentence goes on in the next line of it.
    code = sorted(Path(settings.BASE_DIR, "footage").rglob("*.py"))
    sentences += [
        re.sub(r'"\n\s*"', "", text) for path in code if ARABIC.search(text := path.read_text())
    ]
    return "\n".join(" ".join(sentence.split()) for sentence in sentences)


def machine_values(body: bytes) -> Counter[tuple[str, str, str]]:
    """Attributes that machines read, without the language's prefix and the names of its words."""
    page = taken_apart(body)
    return Counter(
        (
            tag,
            name,
            re.sub(r"/(?:en|ar)/", "/…/", LANGUAGE.sub("", value)),
        )
        for tag, name, value in page.attributes
        if (name in MACHINE or name.startswith("data-"))
        and not re.search(r"\.woff2|%[0-9A-F]{2}|[\u0600-\u06ff]", value)
    )


def localised(english: bytes, arabic: bytes) -> list[str]:
    """Attributes of the Arabic page that the English one does not have."""
    more = machine_values(arabic) - machine_values(english)
    return [f"<{tag} {name}={value!r}>" for tag, name, value in sorted(more)]
