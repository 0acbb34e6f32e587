"""Outside readers that judge what the archive gives away: `asked`, a short program run by them.

They live in a virtual environment of their own (`make .venv-judges/ready`): they pin other versions
than the archive, and a judge that shares our libraries shares our mistakes. A program gets one JSON
value on its standard input and prints one.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.harness import absent
from tests.servers import CHECKOUT

ENVIRONMENT = CHECKOUT / ".venv-judges"
LONGEST_S = 120


class Refused(AssertionError):
    """A judge ended with an error; its last lines are the message."""


def python() -> Path:
    """The judges' Python. Skips the running test where it is not installed."""
    found = ENVIRONMENT / "bin" / "python"
    if not found.exists():
        absent("the judges are not installed (make .venv-judges/ready)")
    return found


def asked(program: str, value: Any = None, *, cwd: Path | None = None) -> Any:
    """What a program prints as JSON, asked about `value`. Raises Refused when it ends in an error.

    A process of about a second (pandas, frictionless) each: ask one for several files.
    """
    run = subprocess.run(
        [python(), "-c", program],
        input=json.dumps(value),
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        cwd=cwd,
        check=False,
    )
    if run.returncode:
        raise Refused(run.stderr[-2000:])
    return json.loads(run.stdout) if run.stdout.strip() else None
