"""Lighthouse's figure for speed on a phone, of the pages that most readers see: 98 or better.

Over a demonstration of its own, or over a site that runs: the middle one of three visits a page.

    python benchmarks/lighthouse.py [http://127.0.0.1:8000]

Bytes, requests and movements of pages are bounded in every run of the tests
(tests/gates/test_network.py); the figure itself also counts how busy the machine is, so it means
something on an idle one.
"""

import contextlib
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import servers  # noqa: E402
from tests.faults.site import Site  # noqa: E402

CHECKERS = ROOT / ".ci" / "gates" / "node_modules"
SCRIPT = ROOT / "tests" / "gates" / "lighthouse.mjs"
LEAST, VISITS = 98, 3


@contextlib.contextmanager
def demonstration() -> Iterator[str]:
    """The public process over a demonstration of its own; minutes to make. Its address."""
    with tempfile.TemporaryDirectory() as name:
        archive = Site(Path(name) / "archive")
        for command in ("migrate", "load_reference", "load_demonstration", "reindex"):
            archive.manage(command)
        archive.manage("collectstatic", "--noinput")
        serve = ["-m", "gunicorn", "aleppo_archive.wsgi", "--bind", f"127.0.0.1:{archive.port}"]
        here = {**archive.environment, "ARCHIVE_SITE": "public"}
        with servers.site_process(serve, here, port=archive.port) as base:
            yield base


def pages(base: str) -> list[str]:
    """Home, list and the first clip of the list, in both languages."""
    with urllib.request.urlopen(f"{base}/en/clips/") as answer:  # noqa: S310
        found = re.search(r"/en/(clips/AA-[^/]+/)\"", answer.read().decode())
    if not found:
        raise SystemExit(f"{base}/en/clips/ lists no clip")
    return [f"{base}/{lang}/{path}" for lang in ("en", "ar") for path in ("", "clips/", found[1])]


def visit(address: str) -> int:
    """The mark of one visit, in per cent."""
    chromium = shutil.which("chromium") or "chromium"
    done = subprocess.run(
        ["node", str(SCRIPT), str(CHECKERS), chromium, "performance", address],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return int(json.loads(done.stdout)[address]["performance"]["score"])


def main() -> int:
    slow = False
    with contextlib.nullcontext(sys.argv[1]) if sys.argv[1:] else demonstration() as base:
        for address in pages(base.rstrip("/")):
            marks = [visit(address) for _ in range(VISITS)]
            slow |= statistics.median(marks) < LEAST
            print(f"{int(statistics.median(marks)):>4}  {address}  of {sorted(marks)}", flush=True)
    print(f"{'some page is below' if slow else 'no page is below'} {LEAST}")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
