"""What is ours in the browser stays small and in files of its own; what is vendored is used."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
STATIC, TEMPLATES = ROOT / "static", ROOT / "templates"
MOST_LINES = 299
INLINE = re.compile(
    r"<style\b|\sstyle=|\son[a-z]+=|javascript:|<script\b(?![^>]*\b(?:src=|type=\"application/(?:ld\+)?json\"))"
)
IMPORT = re.compile(r"""(?:from|import)\s*\(?["'](\.{1,2}/[^"']+)["']""")
MAP = re.compile(r"sourceMappingURL=(\S+)")


def own_modules() -> Iterator[Path]:
    return (path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)


def too_long(paths: Iterator[Path]) -> list[str]:
    return [path.name for path in paths if len(path.read_text().splitlines()) > MOST_LINES]


def unused(static: Path, templates: Path) -> set[str]:
    """Vendored files that no template and no script of ours reaches; licences are not asked."""
    vendor = static / "vendor"
    named = " ".join(path.read_text() for path in templates.rglob("*.html"))
    waiting = [path for path in vendor.rglob("*") if f"vendor/{path.relative_to(vendor)}" in named]
    waiting += [path for path in static.rglob("*.js") if vendor not in path.parents]
    reached: set[Path] = set()
    while waiting:
        script = waiting.pop()
        if script in reached or not script.is_file():
            continue
        reached.add(script)
        if script.suffix == ".js":
            text = script.read_text()
            waiting += [(script.parent / each).resolve() for each in IMPORT.findall(text)]
            waiting += [script.parent / each for each in MAP.findall(text)]
    return {
        str(PurePosixPath(path.relative_to(vendor)))
        for path in vendor.rglob("*")
        if path.is_file() and path not in reached and "LICENSE" not in path.name
    } - {"vendor.json", "vendor.lock.json"}


def test_every_module_of_ours_is_short(tmp_path: Path) -> None:
    (tmp_path / "long.js").write_text("// line\n" * 300)
    assert too_long(tmp_path.rglob("*.js")) == ["long.js"]
    assert too_long(own_modules()) == []


def test_no_template_holds_a_script_or_a_style_of_its_own() -> None:
    for planted in (
        "<script>run()</script>",
        '<script type="module">run()</script>',
        "<style>p {}</style>",
        '<p style="color: red">',
        '<button onclick="run()">',
        '<a href="javascript:run()">',
    ):
        assert INLINE.search(planted), planted
    assert not INLINE.search('<script type="module" src="page.js"></script>')
    assert not INLINE.search('<script type="application/ld+json">{}</script>')
    for path in TEMPLATES.rglob("*.html"):
        assert not INLINE.search(path.read_text()), path.relative_to(TEMPLATES)


def test_scripts_of_ours_name_no_other_host_and_build_no_code_from_words() -> None:
    for path in own_modules():
        text = path.read_text()
        assert not re.search(r"[\"'`](?:https?:)?//", text), path.name
        assert not re.search(r"\beval\(|new Function\(|\.innerHTML\b|document\.write", text), (
            path.name
        )


def test_a_vendored_file_that_nothing_reaches_is_noticed(tmp_path: Path) -> None:
    static, templates = tmp_path / "static", tmp_path / "templates"
    for path, text in {
        static / "page.js": 'import { a } from "./vendor/lib/a.js";',
        static / "vendor/lib/a.js": 'export * from "./b.js";',
        static / "vendor/lib/b.js": "//# sourceMappingURL=b.js.map",
        static / "vendor/lib/b.js.map": "{}",
        static / "vendor/lib/stranger.js": "",
        static / "vendor/lib/LICENSE": "",
        static / "vendor/named.css": "",
        templates / "page.html": "{% static 'vendor/named.css' %}",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert unused(static, templates) == {"lib/stranger.js"}


def test_every_vendored_file_is_used() -> None:
    assert unused(STATIC, TEMPLATES) == set()
