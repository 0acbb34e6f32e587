"""Lighthouse, as on a phone: full marks for accessibility, best practices and search on the pages
that most readers see. Its figure for speed depends on the machine: `make bench` has it, and the
bounds of bytes, requests and movement that bring it about stand in test_network.py.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.gates.conftest import Plant
from tests.gates.site import LANGUAGES, Site
from tests.harness import absent

pytestmark = pytest.mark.browser
FULL_MARKS = ("accessibility", "best-practices", "seo")
PAGES = ("home", "clips", "clip")


def marks(checkers: Path, addresses: list[str]) -> dict[str, Any]:
    """Its marks in per cent by address and category, with what was lost and where; 5 to 15 s each.

    Without speed it need not slow the line down: `--throttling-method` is then of no account.
    """
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium or not shutil.which("node"):
        absent("Chromium or Node.js is not installed")
    script = str(Path(__file__).with_name("lighthouse.mjs"))
    done = subprocess.run(
        ["node", script, str(checkers), str(chromium), ",".join(FULL_MARKS), *addresses],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def lost(found: dict[str, Any]) -> list[str]:
    return [
        f"{address} {category}: {given['score']} {given['lost']}"
        for address, categories in found.items()
        for category, given in categories.items()
        if given["score"] < 100
    ]


def test_home_list_and_clip_get_full_marks_in_both_languages(served: Site, checkers: Path) -> None:
    addresses = [served.address(name, language) for name in PAGES for language in LANGUAGES]
    found = marks(checkers, addresses)
    assert [set(each) for each in found.values()] == [set(FULL_MARKS)] * len(addresses)
    assert lost(found) == []


def test_planted_faults_are_caught(checkers: Path, plant: Plant) -> None:
    address = plant("<!DOCTYPE html><html><p>No title, no language</p><script>throw 1</script>")
    assert {each.split()[1] for each in lost(marks(checkers, [address]))} == {
        f"{category}:" for category in FULL_MARKS
    }
