"""The one sheet of readers' pages keeps its own rules, which its head states."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR, "static")
SHEET = STATIC / "reading_room" / "reading_room.css"
LAYERS = ["reset", "tokens", "base", "layout", "components", "forced", "print"]
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)"
    r"|border-(?:top|bottom)-(?:left|right)-radius|(?:min-|max-)?(?:width|height)|left|right|top|bottom)"
    r"\s*:(?!\s*[\d.]+(?:rem|em|px)\s*\))|(?:text-align|float|clear)\s*:\s*(?:left|right)"
)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|(?<![\w-])(?:rgb|hsl|oklch|lab|color)a?\(")
PAIR = re.compile(r"(--[\w-]+): light-dark\((#\w{6}), (#\w{6})\);")
CLASS = re.compile(r'class(?:Name)?(?:=|: | = )"([^"]*)"|classList\.\w+\("([\w-]+)"')
SELECTOR = re.compile(r'(?:querySelector(?:All)?|closest|matches)\("([^"]*)"')
# Named by a convention of others: where a reference manager looks for an identifier (unAPI).
OF_OTHERS = {"unapi-id"}
ONE = re.compile(r"(--[\w-]+): (#\w{6});")
# What stands on what; WCAG 2.2 AA asks 4.5 of text and 3 of the edges of controls.
GROUNDS = ("paper", "raised", "sunk")
TEXT = [
    *product(("ink", "quiet", "link", "wrong"), GROUNDS),
    ("on-accent", "accent"),
    ("on-mark", "mark"),
    ("ink", "hit"),
    ("quiet", "shade-1"),
    ("on-shade", "shade-1"),
    ("on-shade", "shade-2"),
    ("on-shade", "shade-3"),
    ("on-shade-4", "shade-4"),
    ("on-screen", "screen"),
    ("on-screen-accent", "screen"),
]
EDGES = list(product(("edge", "link", "accent", "wrong-edge"), GROUNDS))


def sheet() -> str:
    """The sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", SHEET.read_text(), flags=re.DOTALL)


def layers(css: str) -> Iterator[tuple[str, str]]:
    """The name and content of each block at the outermost level, `""` for one in no layer."""
    depth, start, title = 0, 0, ""
    for at, sign in enumerate(css):
        if sign == "{":
            if depth == 0:
                title, start = css[start:at].rpartition(";")[2].strip(), at + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield title, css[start:at]
                start = at + 1
    assert depth == 0


def physical(css: str) -> list[str]:
    """Declarations that name a side instead of a direction of the text; media queries may."""
    return [found[0] for found in PHYSICAL.finditer(re.sub(r"@media[^{]*", "", css))]


def strange_colours(css: str) -> list[str]:
    """Colours that a rule chose for itself."""
    return [
        line.strip()
        for line in css.splitlines()
        if COLOUR.search(re.sub(r"--[\w-]+: #\w{6};|color-mix\([^;]*\)", "", line))
    ]


def tokens() -> dict[str, tuple[str, str]]:
    """Each colour in light and in dark."""
    text = dict(layers(sheet()))["@layer tokens"].partition("@supports")[0]
    same = {name: (value, value) for name, value in ONE.findall(text)}
    return same | {name: (light, dark) for name, light, dark in PAIR.findall(text)}


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21, by WCAG 2.2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_every_rule_stands_in_a_named_layer() -> None:
    css = sheet()
    assert f"@layer {', '.join(LAYERS)};" in css
    assert [title for title, _ in layers(css)] == [
        "@font-face",
        *(f"@layer {name}" for name in LAYERS),
    ]


def test_the_detectors_see_what_they_are_for() -> None:
    assert physical("a { margin-left: 1px; } b { text-align: right } c { width: 3px }") == [
        "margin-left:",
        "text-align: right",
        "width:",
    ]
    assert not physical("a { margin-inline: 0; } @media (min-width: 3rem) { a { inset: 0 } }")
    assert strange_colours("a { color: #fff; }\nb { color: rgb(1 2 3); }\n--x: #ffffff;") == [
        "a { color: #fff; }",
        "b { color: rgb(1 2 3); }",
    ]
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    assert contrast("#000000", "#ffffff") == 21


def test_one_sheet_serves_both_directions() -> None:
    assert physical(sheet()) == []


def test_no_rule_chooses_a_colour_for_itself() -> None:
    for title, content in layers(sheet()):
        if title != "@layer tokens":
            assert strange_colours(content) == [], title


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert re.findall(r"url\([^)]*\)", sheet()) == ['url("vazirmatn-arabic.woff2")']
    assert "@import" not in sheet()


def test_letters_are_neither_spaced_nor_slanted_nor_made_capital() -> None:
    css = sheet()
    assert set(re.findall(r"letter-spacing: (\w+)", css)) <= {"0", "inherit"}
    assert set(re.findall(r"font-style: (\w+)", css)) <= {"normal"}
    assert "text-transform" not in css


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("upper", "lower", "least"),
    [(*pair, 4.5) for pair in TEXT] + [(*pair, 3) for pair in EDGES],
)
def test_colours_are_told_apart(upper: str, lower: str, least: float, theme: int) -> None:
    colours = tokens()
    assert contrast(colours[f"--{upper}"][theme], colours[f"--{lower}"][theme]) >= least


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_more_footage_is_told_from_less_by_lightness(theme: int) -> None:
    colours = tokens()
    steps = [luminance(colours[f"--shade-{step}"][theme]) for step in (1, 2, 3, 4)]
    assert steps == sorted(steps, reverse=theme == 0)


def test_older_browsers_get_the_light_colours() -> None:
    fallback = dict(layers(sheet()))["@layer tokens"].partition("@supports")[2]
    light = {name: value for name, value, _ in PAIR.findall(sheet())}
    assert dict(ONE.findall(fallback)) == light


def test_every_custom_property_is_declared_and_used() -> None:
    css = sheet()
    declared, used = set(re.findall(r"(--[\w-]+):", css)), set(re.findall(r"var\((--[\w-]+)", css))
    assert used <= declared
    assert declared <= used, "declared and never used"


def ruled(css: str) -> set[str]:
    """The classes that rules are for."""
    return set(re.findall(r"\.([a-z][\w-]*)", re.sub(r'"[^"]*"', "", css)))


def written(*sources: str) -> set[str]:
    """The classes that templates, Python and scripts give; `shade-*` for one that is computed."""
    found: set[str] = set()
    for attribute, added in CLASS.findall("\n".join(sources)):
        plain = re.sub(r"{%.*?%}", " ", attribute)
        found |= {*re.sub(r"{{.*?}}|{[^}]*}", "*", plain).split(), added} - {""}
    return found


def unused(css: str, given: set[str]) -> list[str]:
    """Classes with a rule that nothing is given."""
    return sorted(each for each in ruled(css) if not any(fnmatch(each, name) for name in given))


def unruled(css: str, given: set[str], scripts: str) -> list[str]:
    """Classes that are given, and for which there is neither a rule nor a script that looks."""
    looked_for = {each for chosen in SELECTOR.findall(scripts) for each in ruled(chosen)}
    known = ruled(css) | looked_for | OF_OTHERS
    return sorted(name for name in given if not any(fnmatch(each, name) for each in known))


def unread(scripts: dict[str, str]) -> list[str]:
    """What a module exports and no other one imports."""
    return [
        name
        for path, script in scripts.items()
        for name in re.findall(
            r"^export (?:async )?(?:function|class|const|let) (\w+)", script, re.M
        )
        if not any(
            re.search(rf"import {{[^}}]*\b{name}\b", other)
            for elsewhere, other in scripts.items()
            if elsewhere != path
        )
    ]


def sources() -> tuple[list[str], dict[str, str]]:
    """Templates and code of readers' pages, and their scripts by path."""
    templates = Path(settings.BASE_DIR, "templates")
    pages = [
        *templates.joinpath("reading_room").rglob("*.html"),
        *templates.glob("*.html"),
        *Path(settings.BASE_DIR, "footage", "reading_room").glob("*.py"),
    ]
    scripts = STATIC.joinpath("reading_room").rglob("*.js")
    return [page.read_text() for page in pages], {str(each): each.read_text() for each in scripts}


def test_every_class_has_a_rule_and_every_rule_a_page() -> None:
    pages, scripts = sources()
    given, script = written(*pages, *scripts.values()), "\n".join(scripts.values())
    assert unused(sheet(), given) == []
    assert unruled(sheet(), given, script) == []


def test_every_export_of_a_script_is_imported() -> None:
    assert unread(sources()[1]) == []


def test_what_nothing_uses_is_found() -> None:
    pages, scripts = sources()
    given, script = written(*pages, *scripts.values()), "\n".join(scripts.values())
    assert unused(sheet() + ".never-there { margin: 0 } .shade-9 {}", given) == ["never-there"]
    template = '<p class="quiet {% if a %}no-rule{% endif %} cell-{{ n }}">'
    assert unruled(sheet(), given | written(template), script) == ["no-rule"]
    added = {"a.js": "export function lonely() {}", "b.js": 'import { x } from "./a.js";'}
    assert unread({**scripts, **added}) == ["lonely"]
