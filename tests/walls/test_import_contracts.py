"""Wall 1: who may import whom, as pyproject.toml's contracts say it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
# Not rooms: they hold no code that others import.
NO_ROOMS = {"__init__", "__pycache__", "fixtures", "migrations"}


def lint_imports(checkout: Path) -> subprocess.CompletedProcess[str]:
    script = "from importlinter.cli import lint_imports_command as lint; lint()"
    return subprocess.run(
        [sys.executable, "-c", script, "--no-cache", "--no-logo"],
        cwd=checkout,
        env={"COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the code and its contracts, to be broken there."""
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    for package in ("aleppo_archive", "footage", "people"):
        shutil.copytree(
            CHECKOUT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("__pycache__", "*.json"),
        )
    return tmp_path


def test_no_room_reaches_what_it_may_not():
    result = lint_imports(CHECKOUT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_module_of_footage_is_under_a_contract():
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]
    claimed = {
        module for contract in contracts["contracts"] for module in contract["source_modules"]
    }
    rooms = {f"footage.{path.stem}" for path in (CHECKOUT / "footage").iterdir()}
    assert rooms - {f"footage.{name}" for name in NO_ROOMS} <= claimed


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        ("footage/reading_room", "people.models"),
        ("footage/reading_room", "footage.models"),
        ("footage/research", "footage.publishing"),
        ("footage/catalogue", "footage.ingest"),
        ("footage/media", "django.conf"),
        ("people", "footage.models"),
    ],
)
def test_a_forbidden_import_is_found(copy: Path, room: str, forbidden: str):
    (copy / room / "shortcut.py").write_text(f"import {forbidden}\n")
    result = lint_imports(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{room.replace('/', '.')}.shortcut -> {forbidden.split('.conf')[0]}" in result.stdout


def test_a_forbidden_import_is_found_behind_an_allowed_one(copy: Path):
    (copy / "footage/catalogue/between.py").write_text("from people import models\n")
    (copy / "footage/reading_room/shortcut.py").write_text(
        "from footage.catalogue import between\n"
    )
    found = lint_imports(copy).stdout
    assert "footage.reading_room is not allowed to import people" in found
