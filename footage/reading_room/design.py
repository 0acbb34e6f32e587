"""/about/design/: the design system shown by itself, its colours read from the sheet."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from footage.catalogue.authorities import NEIGHBOURHOOD, Authorities, Authority
from footage.catalogue.record import Advisory, Record, Segment, Transcript
from footage.reading_room import facts, pages
from footage.reading_room.rendering import page, reader_language, respond
from footage.reading_room.transcripts import side_by_side

SHEET = "reading_room/reading_room.css"
COLOUR = re.compile(r"--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));")
SPACE = re.compile(r"--space-(\d): ([\d.]+)rem;")
GROUNDS = ("paper", "raised", "sunk")
# What is written on what, and what outlines a control on what: WCAG 2.2 AA asks 4.5 and 3.
TEXTS = (
    *((text, ground) for text in ("ink", "quiet", "link", "wrong") for ground in GROUNDS),
    *(("on-accent", "accent"), ("on-mark", "mark"), ("ink", "hit"), ("quiet", "shade-1")),
    *(("on-shade", f"shade-{step}") for step in (1, 2, 3)),
    *(("on-shade-4", "shade-4"), ("on-screen", "screen"), ("on-screen-accent", "screen")),
)
EDGES = tuple((e, g) for e in ("edge", "link", "accent", "wrong-edge") for g in GROUNDS)
LEAST = {**dict.fromkeys(TEXTS, 4.5), **dict.fromkeys(EDGES, 3.0)}

# Records made up for the page.
NAMES = Authorities([Authority(NEIGHBOURHOOD, "bustan-al-qasr", "Bustan al-Qasr", "بستان القصر")])
OPEN = Record.model_construct(
    kind="clip",
    reference="AA-7Q2K-M3XT-H",
    medium="video",
    title_en="Bread queue before dawn",
    title_ar="طابور الخبز قبل الفجر",
    filmed="2014-04-12",
    place="bustan-al-qasr",
    neighbourhood="bustan-al-qasr",
    journalist=None,
    witness=None,
    credit="withheld",
    advisory_level="none",
    advisories=(),
    duration_s=65.5,
    renditions=(),
    demonstration=True,
)
GATED = OPEN.model_copy(
    update={
        "title_en": "After the bakery was hit",
        "title_ar": "بعد قصف المخبز",
        "filmed": "2014-04~",
        "advisory_level": "graphic",
        "advisories": (Advisory(code="loud-explosions", start_s=40, end_s=55),),
    }
)
SPOKEN = tuple(
    Transcript(
        language=language,
        status="reviewed",
        clip=OPEN.reference,
        segments=tuple(
            Segment(start_s=start, end_s=end, speaker=speaker, text=text)
            for start, end, text in lines
        ),
    )
    for language, speaker, lines in (
        (
            "ar",
            "الخبّاز",
            ((0.5, 4.0, "كنا نفتح قبل الفجر."), (4.0, 9.0, "والناس يأتون في العتمة.")),
        ),
        (
            "en",
            "Baker",
            ((0.5, 4.0, "We opened before dawn."), (4.0, 9.0, "People came in the dark.")),
        ),
    )
)


@page
def design(request: HttpRequest) -> HttpResponse:
    css, language = sheet(), reader_language()
    colours = colours_of(css)
    context = {
        "colours": [
            {"name": name, "light": light, "dark": dark} for name, (light, dark) in colours.items()
        ],
        "contrasts": [
            {
                "upper": upper,
                "lower": lower,
                "least": f"{least:g}",
                "light": f"{contrast(colours[upper][0], colours[lower][0]):.1f}",
                "dark": f"{contrast(colours[upper][1], colours[lower][1]):.1f}",
            }
            for (upper, lower), least in LEAST.items()
        ],
        "spaces": [
            {"name": f"space-{step}", "rem": rem, "wide": f"{float(rem) * 16:g}"}
            for step, rem in SPACE.findall(css)
        ],
        "themes": [
            {"name": "light", "label": _("The light theme")},
            {"name": "dark", "label": _("The dark theme")},
        ],
        "shades": (1, 2, 3, 4),
        "numbers": (0, 1, 2, 3, 11, 100),
        "cards": _cards(language),
        "transcript": side_by_side(SPOKEN, language, lambda start, end: "#components"),
        "warned": [facts.warning(each, language) for each in GATED.advisories],
    }
    return respond(request, "design.html", context)


def _cards(language: str) -> list[dict[str, Any]]:
    """Cards as any list would have them, leading nowhere: these records do not exist."""
    return [
        {**pages.card(record, NAMES, language, certain=certain), "path": "#components"}
        for record, certain in ((OPEN, True), (OPEN, False), (GATED, True))
    ]


@cache
def sheet() -> str:
    """The sheet of readers' pages as it is in the sources."""
    found = finders.find(SHEET)
    if not isinstance(found, str):
        raise FileNotFoundError(SHEET)
    return Path(found).read_text(encoding="utf-8")


def colours_of(css: str) -> dict[str, tuple[str, str]]:
    """Each colour token as `#rrggbb` in light and in dark, in the order of the sheet."""
    tokens = css.partition("@layer tokens {")[2].partition("@supports")[0]
    return {
        name: (light or both, dark or both) for name, light, dark, both in COLOUR.findall(tokens)
    }


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, from 0 to 1 (WCAG 2.2)."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
