"""Exports of everything, against the bare cursor of the same run: `python benchmarks/exports.py`.

Needs an archive filled by `benchmarks/records.py`, or fills one of its own. Each measure is a
process of its own that asks as a client does and writes what comes to a file:

    bare        the documents alone: on SQLite a cursor, on PostgreSQL COPY, written to a file
    csv, ...    the export: seconds to the first byte and to the last, growth of memory from the
                moment before the request to the most it ever held, and the ratio of bare to it

On SQLite everything happens in that process, and the ratio is one of processor time, which the
neighbours on a machine do not change; COPY works elsewhere too, so there it is one of waiting.

Exit status 1 when a bound of the table below is exceeded, unless --relaxed, for machines that
others use meanwhile.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import records

FIRST_BYTE_S, GROWTH_MB = 1.0, 60.0
# How much of the bare cursor's speed is kept.
RATIOS = {"jsonl": 0.5, "csv": 0.25}
EVERYTHING = "?kind=clip&kind=testimony"


def bare(file: Any) -> None:
    from django.db import connection

    asked = "SELECT document FROM catalogue_publicrecord WHERE withdrawn_at IS NULL"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY ({asked}) TO STDOUT") as copy:
                for piece in copy:
                    file.write(piece)
            return
        cursor.execute(f"{asked} ORDER BY id")
        while found := cursor.fetchmany(1000):
            file.write("".join([f"{document}\n" for (document,) in found]).encode())


def one(name: str) -> dict[str, float]:
    """What one measure finds, in this process."""
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    # What the first request of a process loads is not the export's.
    b"".join(client.get(f"/export/clips.{name}?from=1900&to=1900")) if name != "bare" else None
    before = memory("VmRSS")
    started, worked = time.perf_counter(), time.process_time()
    first, size = 0.0, 0
    with tempfile.TemporaryFile() as file:
        if name == "bare":
            bare(file)
        else:
            for piece in client.get(f"/export/clips.{name}{EVERYTHING}").streaming_content:
                first = first or time.perf_counter() - started
                file.write(piece)
        size = file.tell()
    taken = time.perf_counter() - started
    worked = time.process_time() - worked
    growth = memory("VmHWM") - before
    return {"first": first, "seconds": taken, "worked": worked, "bytes": size, "growth": growth}


def memory(what: str) -> float:
    """A line of /proc/self/status, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1000
    raise LookupError(what)


def measured(name: str) -> dict[str, float]:
    run = subprocess.run(
        [sys.executable, __file__, "--one", name], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(run.stdout)
    return found


def spoken(found: dict[str, float]) -> str:
    return (
        f"{found['seconds']:.1f} s ({found['worked']:.1f} s of the processor), "
        f"{found['bytes'] / 1e6:.0f} MB, {found['growth']:.1f} MB more memory"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=100_000, help="records of an own archive")
    parser.add_argument("--only", nargs="*", default=[], help="formats to measure")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--relaxed", action="store_true")
    chosen = parser.parse_args()
    records.prepare()
    if chosen.one:
        print(json.dumps(one(chosen.one)))
        return 0
    from django.db import connection

    from footage.catalogue.formats import FORMATS

    number = records.filled(chosen.number)
    base = measured("bare")
    by = "worked" if connection.vendor == "sqlite" else "seconds"
    print(f"{number} records; bare: {spoken(base)}", flush=True)
    held = True
    for name in chosen.only or FORMATS:
        found = measured(name)
        ratio = base[by] / found[by]
        good = (
            found["first"] <= FIRST_BYTE_S
            and found["growth"] <= GROWTH_MB
            and ratio >= RATIOS.get(name, 0)
        )
        held &= good
        print(
            f"{name:<10} first byte {found['first']:.2f} s, {spoken(found)}, {ratio:.2f} of bare, "
            f"{number / found['worked']:,.0f} records a second of the processor"
            f"{'' if good else '  OVER ITS BOUND'}",
            flush=True,
        )
    return 0 if held or chosen.relaxed else 1


if __name__ == "__main__":
    sys.exit(main())
