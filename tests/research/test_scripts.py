"""The programs that docs/research gives researchers run as they stand, and count right."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests import judges
from tests.harness import absent
from tests.reading_room import rows

SCRIPTS = Path(settings.BASE_DIR, "docs", "research")
# What the tests run below; a program without a test fails.
TESTED = {"places_and_days.py", "said.py", "points.py", "by_subject.R"}


@pytest.fixture
def archive(transactional_db: None, site: str) -> str:
    """A served archive of five clips in two places and a withdrawn one; its address."""
    rows.names()
    for number in range(4):
        reference = rows.a_reference(500 + number)
        said = rows.a_transcript(reference, "ar", (12.5, 15.0, "", "نريد الخبز"))
        rows.a_clip(
            500 + number,
            filmed=("2016-11", "2016-11-28~", "2016-10-03", "XXXX")[number],
            subjects=("school", "play")[: number % 3],
            duration_s=10.0,
            transcripts=(said,) if number == 1 else (),
        )
    rows.a_clip(latitude=None, longitude=None, neighbourhood="al-shaar", subjects=())
    rows.withdraw(rows.a_clip())
    return site


def printed(program: list[str | Path], *arguments: str | Path) -> str:
    run = subprocess.run(
        [*program, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout


def test_the_programs_run_and_count_right(archive: str, tmp_path: Path) -> None:
    python: list[str | Path] = [judges.python()]
    table = printed([*python, SCRIPTS / "places_and_days.py"], archive)
    assert "5 clips, 2 of no certain month, 1 withdrawn" in table, "one is only about its day"
    assert [line.split()[-1] for line in table.splitlines() if "2016-" in line] == ["1", "1", "1"]
    said = printed([*python, SCRIPTS / "said.py"], archive, "الخبز")
    assert f"/c/{rows.a_reference(501)}?t=12.5\tar\tنريد الخبز\n1 segments\n" in said
    package = tmp_path / "clips.gpkg"
    assert "4 points, 1 clips without one" in printed(
        [*python, SCRIPTS / "points.py"], archive, package
    )
    again = "import json, pyogrio; print(json.dumps(pyogrio.read_info('clips.gpkg')['features']))"
    assert judges.asked(again, cwd=tmp_path) == 4


def test_the_program_in_r_runs_and_counts_right(archive: str) -> None:
    if shutil.which("Rscript") is None:
        absent("R is not installed")
    told = printed(["Rscript", SCRIPTS / "by_subject.R"], archive)
    sums = {line.split()[1]: line.split()[2] for line in told.splitlines()[1:-1]}
    assert sums == {"school": "20", "play": "10"}
    assert "5 clips" in told


def test_every_program_is_run_and_described_in_both_languages() -> None:
    programs = {path.name for path in SCRIPTS.iterdir() if path.suffix in {".py", ".R"}}
    assert programs == TESTED
    for readme in ("README.md", "README.ar.md"):
        text = (SCRIPTS / readme).read_text()
        assert all(f"[{name}]({name})" in text for name in programs)
    for name in programs:
        text = (SCRIPTS / name).read_text()
        assert any("\u0621" <= character <= "\u064a" for character in text)
