"""An upload dies between any two steps of its way, and nothing is half there."""

import re
import subprocess
import sys

from tests import servers
from tests.faults.campaigns import TORTURE
from tests.faults.site import Site

# Reduced: every 7th call, beginning anywhere; whole: every single one.
STEP = 1 if TORTURE else 7


def test_kill_9_between_the_steps_of_an_upload_leaves_nothing_half(unstarted: Site) -> None:
    died = subprocess.run(
        [sys.executable, "tests/faults/upload_points.py", "1", str(STEP)],
        cwd=servers.CHECKOUT,
        env=unstarted.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode == 0, died.stdout + died.stderr
    found = re.search(r"(\d+) deaths, (\d+) points", died.stdout)
    assert found, died.stdout
    # Creation, locks, writes, syncs, offsets, read back, link, directories, rows: none left out.
    assert int(found[2]) > 150
