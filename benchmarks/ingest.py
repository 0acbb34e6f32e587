"""How fast footage comes in, in how much memory, and whether others are served meanwhile.

    python benchmarks/ingest.py [--gigabytes 1]

Prints JSON: bytes a second of `hashlib` + write + fsync of a file (the yardstick), of the write
path fed from memory, and of an upload over tus to a real server; the server's largest resident
memory during that upload; and how long other requests took meanwhile. All on one disk, in one
run, alternating; the bound is the ratio (docs/performance.md).
"""

import argparse
import hashlib
import http.client
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))
CLIP = CHECKOUT / "tests" / "data" / "media" / "syn_android_al-shaar.mp4"
BLOCK = os.urandom(2**20)
CHUNK = 64 * 2**20


def blocks(size: int) -> Iterator[bytes]:
    """A video of `size` bytes, in blocks of a megabyte: a short clip and a box of filling."""
    clip = CLIP.read_bytes()
    head = clip + b"\0\0\0\1free" + (size - len(clip)).to_bytes(8, "big")
    yield head + BLOCK[len(head) :]
    for number in range(1, size // 2**20):
        yield number.to_bytes(8, "big") + BLOCK[8:]


def yardstick(root: Path, size: int) -> float:
    """Seconds for hashlib + write + fsync of the same bytes."""
    begun, digest = time.monotonic(), hashlib.sha256()
    with (root / "yardstick").open("wb") as file:
        for block in blocks(size):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    took = time.monotonic() - begun
    (root / "yardstick").unlink()
    return took


def write_path(root: Path, size: int) -> float:
    """Seconds for staging, reading back and keeping the same bytes."""
    from footage.ingest.directory import Directory

    store = Directory(root / "store")
    begun = time.monotonic()
    with store.stage(blocks(size), limit=size) as staged:
        store.keep(staged)
    took = time.monotonic() - begun
    store.remove(staged.digest)
    return took


def over_tus(root: Path, size: int, others: bool) -> dict[str, Any]:
    """Upload in requests of 64 MB; watch memory and, with `others`, ask for pages meanwhile."""
    from tests.faults.site import Site, running

    root.mkdir()
    site = Site(root / "archive", {"MASTER_MAX_GB": "100", "DISK_RESERVE_GB": "0"}).prepare()
    peaks: list[int] = []
    waits: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            [pid] = site.worker_pids()[:1] or [0]
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmHWM"):
                    peaks.append(int(line.split()[1]) * 1024)
            if others:
                begun = time.monotonic()
                site.request("GET", "/en/")
                waits.append(time.monotonic() - begun)

    with running(site):
        address = site.begin(size)
        watcher = threading.Thread(target=watch)
        watcher.start()
        begun, finish = time.monotonic(), 0.0
        source = blocks(size)
        for start in range(0, size, CHUNK):
            length = min(CHUNK, size - start)
            last = time.monotonic()
            status = send(site, address, start, length, source)
            finish = time.monotonic() - last
            if status != 204:
                raise SystemExit(f"the server answered {status}")
        took = time.monotonic() - begun
        done.set()
        watcher.join()
    found: dict[str, Any] = {
        "bytes_per_second": round(size / took),
        "last_request_seconds": round(finish, 2),
        "largest_resident_bytes": max(peaks),
    }
    if others:
        found |= {
            "other_requests": len(waits),
            "other_requests_median_seconds": round(statistics.median(waits), 4),
            "other_requests_longest_seconds": round(max(waits), 4),
        }
    return found


def send(site: Any, address: str, offset: int, length: int, source: Iterator[bytes]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=600)
    connection.putrequest("PATCH", address)
    for name, value in site.headers().items():
        connection.putheader(name, value)
    connection.putheader("Upload-Offset", str(offset))
    connection.putheader("Content-Type", "application/offset+octet-stream")
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    for _ in range(length // 2**20):
        connection.send(next(source))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--beside", type=Path, default=CHECKOUT / "var", help="on which disk")
    options = parser.parse_args()
    options.beside.mkdir(exist_ok=True)
    size = int(options.gigabytes * 2**30) // 2**20 * 2**20
    with tempfile.TemporaryDirectory(dir=options.beside) as box:
        root = Path(box)
        plain, ours = [], []
        for _ in range(options.rounds):
            plain.append(yardstick(root, size))
            ours.append(write_path(root, size))
        result = {
            "bytes": size,
            "yardstick_bytes_per_second": round(size / statistics.median(plain)),
            "write_path_bytes_per_second": round(size / statistics.median(ours)),
            "write_path_ratio": round(statistics.median(plain) / statistics.median(ours), 3),
            "tus_alone": over_tus(root / "alone", size, others=False),
            "tus_with_readers": over_tus(root / "with", size, others=True),
        }
        rate = result["tus_alone"]["bytes_per_second"]
        result["tus_ratio"] = round(rate / result["yardstick_bytes_per_second"], 3)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
