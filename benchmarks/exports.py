"""Exports of everything, against the bare cursor of the same run: `python benchmarks/exports.py`.

Needs an archive filled by `benchmarks/records.py`, or fills one of its own. Each measure is a
process of its own that asks as a client does and writes what comes to a file:

    bare        the documents alone: on SQLite a cursor, on PostgreSQL COPY, written to a file
    csv, ...    the export: seconds to the first byte and to the last, growth of memory from the
                moment before the request to the most it ever held, and the ratio of bare to it

With --seconds a measure ends after so much of its clock, and what was read by then is compared, in
records a second. What does not grow in the first ten thousands of records does not in the last.

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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import records

FIRST_BYTE_S, GROWTH_MB = 1.0, 60.0
# How much of the bare cursor's speed is kept.
RATIOS = {"jsonl": 0.5, "csv": 0.25}
EVERYTHING = "?kind=clip&kind=testimony"


class Reading:
    """Counts the records that an export reads, and ends it when its time is over."""

    def __init__(self, seconds: float) -> None:
        from django.db import connection

        from footage.catalogue import streams

        self.clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
        self.end, self.number = self.clock() + seconds, 0
        self.every, streams.every = streams.every, self.some

    def some(self, *asked: Any, **named: Any) -> Iterator[list[Any]]:
        for piece in self.every(*asked, **named):
            yield self.counted(piece)
            if self.over:
                return

    @property
    def over(self) -> bool:
        return self.clock() > self.end

    def counted(self, piece: list[Any]) -> list[Any]:
        self.number += len(piece)
        return piece


def bare(file: Any, reading: Reading) -> None:
    from django.db import connection

    asked = "SELECT document FROM catalogue_publicrecord WHERE withdrawn_at IS NULL"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY ({asked}) TO STDOUT") as copy:
                for piece in copy:
                    file.write(piece)
                    reading.number += bytes(piece).count(b"\n")
            return
        cursor.execute(f"{asked} ORDER BY id")
        while not reading.over and (found := reading.counted(cursor.fetchmany(1000))):
            file.write("".join([f"{document}\n" for (document,) in found]).encode())


def one(name: str, seconds: float) -> dict[str, float]:
    """What one measure finds, in this process, within so many seconds."""
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    # What the first request of a process loads is not the export's.
    b"".join(client.get(f"/export/clips.{name}?from=1900&to=1900")) if name != "bare" else None
    before, reading = memory("VmRSS"), Reading(seconds)
    started, worked = time.perf_counter(), time.process_time()
    first, size = 0.0, 0
    with tempfile.TemporaryFile() as file:
        if name == "bare":
            bare(file, reading)
        else:
            for piece in client.get(f"/export/clips.{name}{EVERYTHING}").streaming_content:
                first = first or time.perf_counter() - started
                file.write(piece)
        size = file.tell()
    taken = time.perf_counter() - started
    worked = time.process_time() - worked
    growth = memory("VmHWM") - before
    return {
        "first": first,
        "seconds": taken,
        "worked": worked,
        "bytes": size,
        "growth": growth,
        "number": reading.number,
    }


def memory(what: str) -> float:
    """A line of /proc/self/status, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1000
    raise LookupError(what)


def measured(name: str, seconds: float) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", name, "--seconds", str(seconds)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(run.stdout)
    return found


def spoken(found: dict[str, float]) -> str:
    return (
        f"{found['number']:,} records in {found['seconds']:.1f} s "
        f"({found['worked']:.1f} s of the processor), {found['bytes'] / 1e6:.0f} MB, "
        f"{found['growth']:.1f} MB more memory"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=100_000, help="records of an own archive")
    parser.add_argument("--only", nargs="*", default=[], help="formats to measure")
    parser.add_argument("--seconds", type=float, default=1e9, help="of each format, at most")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--relaxed", action="store_true")
    chosen = parser.parse_args()
    records.prepare()
    if chosen.one:
        print(json.dumps(one(chosen.one, chosen.seconds)))
        return 0
    from django.db import connection

    from footage.catalogue.formats import FORMATS

    number = records.filled(chosen.number)
    base = measured("bare", chosen.seconds)
    by = "worked" if connection.vendor == "sqlite" else "seconds"
    print(f"{number} records; bare: {spoken(base)}", flush=True)
    held = True
    for name in chosen.only or FORMATS:
        found = measured(name, chosen.seconds)
        ratio = found["number"] / found[by] / (base["number"] / base[by])
        good = (
            found["first"] <= FIRST_BYTE_S
            and found["growth"] <= GROWTH_MB
            and ratio >= RATIOS.get(name, 0)
        )
        held &= good
        print(
            f"{name:<10} first byte {found['first']:.2f} s, {spoken(found)}, {ratio:.2f} of bare, "
            f"{found['number'] / found['worked']:,.0f} records a second of the processor"
            f"{'' if good else '  OVER ITS BOUND'}",
            flush=True,
        )
    return 0 if held or chosen.relaxed else 1


if __name__ == "__main__":
    sys.exit(main())
