"""The Nu checker finds no error in any page, in either language, nor in the style sheets."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.gates.site import LANGUAGES, Site, names
from tests.harness import absent
from tests.servers import CHECKOUT

# Properties of SVG that are in every browser and not in this checker.
UNKNOWN_TO_IT = ("“vector-effect”", "“paint-order”")


@pytest.fixture(scope="session")
def nu(checkers: Path) -> list[str]:
    """The command that runs the Nu checker; skip where there is no Java."""
    if not shutil.which("java"):
        absent("Java is not installed")
    jar = checkers / "vnu-jar" / "build" / "dist" / "vnu.jar"
    return ["java", "-Xss2m", "-XX:TieredStopAtLevel=1", "-jar", str(jar), "--format", "json"]


def objections(nu: list[str], folder: Path, *options: str) -> list[str]:
    """What it calls an error in the files of a folder, all in one run of some seconds."""
    done = subprocess.run(
        [*nu, *options, str(folder)], capture_output=True, text=True, timeout=300, check=False
    )
    messages: list[dict[str, Any]] = json.loads(done.stderr)["messages"]
    return [
        f"{unquote(Path(each['url']).name)}:{each.get('lastLine')}: {each['message']} "
        f"{each.get('extract')}"
        for each in messages
        if each["type"] == "error" or each.get("subType") == "warning"
    ]


def test_every_page_is_valid_html(nu: list[str], served: Site, tmp_path: Path) -> None:
    for language in LANGUAGES:
        for name in names():
            answer = served.ask(served.path(name, language))
            if answer.is_page:
                (tmp_path / f"{language} {name}.html").write_bytes(answer.body)
    assert len(list(tmp_path.iterdir())) > 50
    assert objections(nu, tmp_path, "--skip-non-html") == []


def test_every_style_sheet_of_readers_is_valid_css(nu: list[str], tmp_path: Path) -> None:
    for sheet in (CHECKOUT / "static" / "reading_room").glob("*.css"):
        shutil.copy(sheet, tmp_path)
    found = objections(nu, tmp_path, "--css")
    assert [each for each in found if not any(known in each for known in UNKNOWN_TO_IT)] == []


def test_planted_faults_of_html_are_caught(nu: list[str], tmp_path: Path) -> None:
    whole = '<!DOCTYPE html><html lang="en"><head><title>P</title></head><body>{}</body></html>'
    for name, body in {
        "unclosed": "<div><p>Words",
        "decimal comma": '<time datetime="PT0,5S">half</time>',
        "twice": '<p id="a">1</p><p id="a">2</p>',
        "unknown role": '<p role="sentence">Words</p>',
        "in the wrong place": "<ul><p>Words</p></ul>",
        "nothing": "<p>Words</p>",
    }.items():
        (tmp_path / f"{name}.html").write_text(whole.format(body))
    found = objections(nu, tmp_path, "--skip-non-html")
    assert {each.split(".html")[0] for each in found} == {
        *("unclosed", "decimal comma", "twice", "unknown role", "in the wrong place"),
    }


def test_planted_faults_of_css_are_caught(nu: list[str], tmp_path: Path) -> None:
    (tmp_path / "planted.css").write_text("p { colour: red; }\nh1 { color: 4px; }\n")
    assert len(objections(nu, tmp_path, "--css")) == 2
