"""How fast access copies are sent, against nginx alone: `python benchmarks/serving.py`.

The same copy of 256 MB from one disk, over loopback: by nginx alone; by nginx after the archive's
row check (docs/nginx.conf); and by the embedded server. Whole, and in ranges of a megabyte as
players ask. Prints one line a measure: what, found, limit, and the load of the machine. Exit status
1 when a limit is exceeded.
"""

import http.client
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from benchmarks.media import report  # noqa: E402  (found through the line above)
from tests import servers  # noqa: E402
from tests.faults.site import Site  # noqa: E402

SIZE = 256 * 2**20
RANGE = 2**20
# Times as long as nginx alone takes.
WHOLE_BEHIND, WHOLE_EMBEDDED, RANGE_BEHIND = 1.5, 4.0, 20.0
ALONE = """server {{
    listen 443 ssl;
    location = /healthz {{ return 200; }}
    location /media/ {{ alias {folder}/; }}
}}"""
PUBLISH = f"""
from tests.reading_room import rows
copy = rows.a_copy(bytes(range(256)) * {SIZE // 256})
rows.a_clip(renditions=(copy,))
print("name", copy.name)
"""


class Reader:
    """One connection that asks for one copy."""

    def __init__(self, address: str, path: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        self.path = path

    def ask(self, first: int, last: int) -> float:
        """Seconds until the last byte of a range."""
        started = time.perf_counter()
        self.connection.request("GET", self.path, headers={"Range": f"bytes={first}-{last}"})
        answer = self.connection.getresponse()
        if answer.status != 206:
            raise RuntimeError(f"{self.path} answered {answer.status}")
        left = last - first + 1
        while piece := answer.read(2**20):
            left -= len(piece)
        if left:
            raise RuntimeError(f"{self.path}: {left} bytes are missing")
        return time.perf_counter() - started

    def whole(self) -> float:
        return self.ask(0, SIZE - 1)

    def ranges(self, number: int = 40) -> float:
        """Median seconds of ranges all over the copy."""
        step = (SIZE - RANGE) // number
        return statistics.median(self.ask(n * step, n * step + RANGE - 1) for n in range(number))


def measure(readers: dict[str, Reader], rounds: int = 3) -> dict[str, tuple[float, float]]:
    """(whole, range) of each, in turns, so that a change of load meets all alike."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, reader in readers.items():
            found[name].append((reader.whole(), reader.ranges()))
    return {
        name: (statistics.median(w for w, _ in times), statistics.median(r for _, r in times))
        for name, times in found.items()
    }


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        archive = Site(home / "archive")
        archive.manage("migrate", "--verbosity", "0")
        said = archive.manage("shell", "--no-imports", text=PUBLISH)
        path = f"/media/{said.split('name ')[1].split()[0]}"
        access = home / "archive" / "access"
        alone = home / "alone.conf"
        alone.write_text(ALONE.format(folder=access))
        for folder in ("one", "other"):
            (home / folder).mkdir()
        here = {**archive.environment, "ARCHIVE_SITE": "public"}
        behind = {**here, "ACCESS_ACCEL": "/access-copies/"}
        port = servers.free_port()
        serve = ["manage.py", "serve", "--port"]
        with (
            servers.site_process([*serve, str(archive.port)], here, port=archive.port) as embedded,
            servers.site_process([*serve, str(port)], behind, port=port) as checking,
            servers.nginx(alone, home / "one") as nginx,
            servers.nginx(
                CHECKOUT / "docs" / "nginx.conf",
                home / "other",
                ("127.0.0.1:8000", urlsplit(checking).netloc),
                ("/srv/aleppo/access/", f"{access}/"),
                ("server_name archive.example", "server_name localhost"),
            ) as checked,
        ):
            addresses = {"nginx": nginx, "behind": checked, "embedded": embedded}
            found = measure({each: Reader(at, path) for each, at in addresses.items()})
    for each, (whole, part) in found.items():
        print(f"{each:<10}{SIZE / whole / 1e6:8.0f} MB/s whole{part * 1000:8.1f} ms a megabyte")
    alone_whole, alone_part = found["nginx"]
    held = [
        report("nginx after our check, whole, against nginx alone",
               found["behind"][0] / alone_whole, WHOLE_BEHIND, "x"),
        report("nginx after our check, a megabyte, against nginx alone",
               found["behind"][1] / alone_part, RANGE_BEHIND, "x"),
        report("the embedded server, whole, against nginx alone",
               found["embedded"][0] / alone_whole, WHOLE_EMBEDDED, "x"),
    ]  # fmt: skip
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
