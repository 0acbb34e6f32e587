"""Whole walks while the catalogue changes under them: `python benchmarks/walking.py`.

Needs an archive filled by `benchmarks/records.py`, or fills one of its own. Two processes beside
this one publish, revise and withdraw records the way publishing does, and keep the search index up
to date; meanwhile this one walks the API in the order of publication and by date, a mirror follows
the feed of changes, and a harvester takes every header and every record. What they got is held
against the database and the log of what was done:

    lost       was public from the first page to the last, and did not come
    twice      came more than once
    stranger   came although it was first published after the walk began, or never
    untrue     came in a state it never had, or had only before the walk began
    total      what the walk said there was, against what there was at the number it began at

By date a revision moves records about, so there what changed during the walk may be missing, come
twice or be new; the feed of changes must have it. A page at the end may take `DEEP` times as long
as one at the beginning. Exit status 1 for anything else, unless --relaxed.

This changes the archive it is given: name a copy.
"""

import argparse
import itertools
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import search
from search import records

DEEP, LIMIT = 2.0, 200
BOTH_KINDS = {"kind": ["clip", "testimony"]}
WALKS = ("published", "newest", "changes", "ListIdentifiers", "ListRecords")
# What a median of fewer pages says is chance.
ENDS, MANY_PAGES = 30, 60
_HEADER = re.compile(
    rb"<header(?P<gone> status=\"deleted\")?>\s*"
    rb"<identifier>[^<]*:(?P<reference>[^<:]+)</identifier>"
)
_TOKEN = re.compile(rb"<resumptionToken[^>]*>([^<]+)</resumptionToken>")
_SIZE = re.compile(rb'completeListSize="(\d+)"')
# In place of a version, which a harvester is not told.
LIVE = -1


@dataclass
class Walk:
    """What a walk got: of each entry its reference and its version, None of a tombstone; what each
    page took; every total that was stated; the number it began at (a mirror: has reached)."""

    name: str
    came: list[tuple[str, int | None]] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    totals: set[int] = field(default_factory=set)
    began: int = 0
    ended: bool = False

    @property
    def first_and_last(self) -> tuple[float, float]:
        """Milliseconds of processor time of a page, in the median, at either end."""
        number = max(1, min(ENDS, len(self.pages) // 4))
        parts = self.pages[1 : number + 1] or self.pages, self.pages[-number - 1 : -1] or self.pages
        begun, deep = (1000 * statistics.median(part) for part in parts)
        return begun, deep


# --- What changes the catalogue ------------------------------------------------------------------
def change(pause: float) -> None:
    """Publish, revise and withdraw until standard input ends; tell each act with its number."""
    from django.contrib.auth.models import Permission, User
    from django.db import transaction

    from footage import publishing
    from footage.catalogue.models import PublicRecord
    from footage.publishing import rows

    by, _new = User.objects.get_or_create(username="walking", defaults={"is_staff": True})
    by.user_permissions.add(Permission.objects.get(codename="publish_clip"))
    by = User.objects.get(pk=by.pk)
    chance, invention = random.Random(), records.Invention()  # noqa: S311
    last = PublicRecord.objects.order_by("-pk").values_list("pk", flat=True)[0]
    fresh = itertools.count(last + 1)
    while not over(pause):
        act = chance.choice(("published", "revised", "revised", "withdrawn"))
        if act == "published":
            # The generator has no footage behind its records: what every verb ends in writes them.
            with transaction.atomic():
                rows.alone()
                row = rows.put(as_record(invention.document(next(fresh))))
        else:
            live = PublicRecord.objects.live().filter(pk__gte=chance.randint(1, last))
            row = live.order_by("pk")[0]
            if act == "revised":
                day = invention.filmed()
                dated = dict(zip(("filmed", *FILMED), day, strict=True))
                with transaction.atomic():
                    rows.alone()
                    row = rows.put(row.read().model_copy(update=dated))
            else:
                row = publishing.withdraw(row.reference, reason="safety", by=by)
        print(json.dumps([row.change, act, row.reference, row.version]), flush=True)


FILMED = ("filmed_from", "filmed_to", "filmed_certain")


def as_record(document: dict[str, Any]) -> Any:
    from footage.catalogue.record import Record

    return Record.model_validate(document)


def over(pause: float) -> bool:
    """Whether standard input has ended; waits for it so long."""
    import select

    return bool(select.select([sys.stdin], [], [], pause)[0])


def follow() -> None:
    """Keep the search index up to date until standard input ends. Not built anew meanwhile, as a
    worker would: at a million records that would take the walk its processor."""
    from footage.catalogue.index.following import SECONDS_BETWEEN, Pen
    from footage.catalogue.index.generations import chosen, only_writer

    with only_writer():
        generation = chosen()
        pen = Pen(generation) if generation else None
        while pen and not over(SECONDS_BETWEEN):
            pen.take_in()


# --- Those who walk ------------------------------------------------------------------------------
def walk(name: str, most: int) -> Walk:
    """Everything there is, page after page, or as many pages as `most`."""
    found = Walk(name)
    for body in PAGES[name](name):
        found.pages.append(body.pop("took"))
        found.came += body["came"]
        found.totals.add(body["total"])
        # Of a mirror: the number it has reached.
        found.began = body["began"] if name == "changes" else found.began or body["began"]
        found.ended = body["last"]
        if len(found.pages) >= most:
            break
    return found


def api(order: str) -> Iterator[dict[str, Any]]:
    asked: Any = {**BOTH_KINDS, "limit": LIMIT, "sort": order}
    address = "/api/v1/records"
    while address:
        content, took = answered(address, asked)
        body, asked = json.loads(content), None
        yield {
            "took": took,
            "came": [(each["reference"], each["version"]) for each in body["records"]],
            "total": body["total"],
            "began": body["as_of"],
            "last": not body["next"],
        }
        address = "/api/v1/" + body["next"].partition("/api/v1/")[2] if body["next"] else ""


def feed(_name: str, since: int = 0) -> Iterator[dict[str, Any]]:
    while True:
        content, took = answered("/api/v1/changes", {"since": since, "limit": LIMIT})
        body = json.loads(content)
        came = [
            (each["reference"], each["record"]["version"] if "record" in each else None)
            for each in body["changes"]
        ]
        yield {
            "took": took,
            "came": came,
            "total": 0,
            "began": body["last"],
            "last": not body["more"],
        }
        if not body["more"]:
            return
        since = body["last"]


def harvest(verb: str) -> Iterator[dict[str, Any]]:
    asked = {"verb": verb, "metadataPrefix": "oai_dc"}
    total = 0
    while asked:
        content, took = answered("/oai", asked)
        found = _TOKEN.search(content)
        token = found[1].decode() if found else ""
        stated = _SIZE.search(content)
        total = int(stated[1]) if stated else total
        came = [
            (each["reference"].decode(), None if each["gone"] else LIVE)
            for each in _HEADER.finditer(content)
        ]
        yield {"took": took, "came": came, "total": total, "began": 0, "last": not token}
        asked = {"verb": verb, "resumptionToken": token} if token else {}


PAGES: dict[str, Any] = {
    "published": api,
    "newest": api,
    "changes": feed,
    "ListIdentifiers": harvest,
    "ListRecords": harvest,
}


def answered(path: str, asked: Any) -> tuple[bytes, float]:
    """The body of an answer and the seconds it took: of the processor on SQLite, where all is done
    in this process, and of waiting on PostgreSQL."""
    from django.db import connection
    from django.test import Client

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    started = clock()
    answer = Client(SERVER_NAME="127.0.0.1").get(path, asked)
    took = clock() - started
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code} {answer.content[:300]!r}")
    return answer.content, took


# --- Judging -------------------------------------------------------------------------------------
@dataclass
class History:
    """The catalogue at the end, and what was done to it: enough to say how it stood at any number.

    `rows` has of each reference its version (None once withdrawn) in the order of first
    publication; `acts` are (number, act, reference, version), in order.
    """

    rows: dict[str, int | None]
    acts: list[tuple[int, str, str, int]]

    def live_at(self, number: int) -> set[str]:
        found = {reference for reference, version in self.rows.items() if version is not None}
        for at, act, reference, _version in reversed(self.acts):
            if at > number and act == "published":
                found.discard(reference)
            elif at > number and act == "withdrawn":
                found.add(reference)
        return found

    def changed_since(self, number: int) -> set[str]:
        return {reference for at, _act, reference, _version in self.acts if at > number}

    def versions(self, reference: str, since: int) -> set[int | None]:
        """Every version a record had from a number on; None for its tombstone."""
        last = self.rows.get(reference)
        had: set[int | None] = {last}
        for at, act, of, version in self.acts:
            if of == reference and at > since:
                had |= {version} if act == "published" else {version - 1, version}
        return had


def judged_list(found: Walk, history: History) -> dict[str, Any]:
    """What is wrong with a walk of the API, beside what it said of its size."""
    there = history.live_at(found.began)
    throughout = {each for each in there if history.rows[each] is not None}
    counted = Counter(reference for reference, _version in found.came)
    moved = history.changed_since(found.began) if found.name == "newest" else set()
    touched = history.changed_since(found.began)
    return {
        "lost": throughout - set(counted) - moved if found.ended else set(),
        "twice": {each for each, number in counted.items() if number > 1} - moved,
        "stranger": set(counted) - there - moved,
        "untrue": {
            reference
            for reference, version in found.came
            if version
            not in (
                history.versions(reference, found.began)
                if reference in touched
                else {history.rows.get(reference)}
            )
        },
        "total": found.totals ^ {len(there)},
        "moved": len((throughout - set(counted)) | {e for e, n in counted.items() if n > 1}),
    }


def judged_feed(found: Walk, history: History) -> dict[str, Any]:
    """What a mirror made of the feed holds, against the catalogue at the end, but for what changed
    since the number that it has reached."""
    mirror, later = dict(found.came), history.changed_since(found.began)
    return {
        "lost": set(history.rows) - set(mirror) - later if found.ended else set(),
        "untrue": {
            each
            for each, version in mirror.items()
            if each not in later and history.rows.get(each, -2) != version
        },
    }


def judged_harvest(found: Walk, history: History) -> dict[str, Any]:
    """What is wrong with a harvest. `began` is the number that stood before its first page."""
    counted = Counter(reference for reference, _version in found.came)
    order = list(history.rows)
    later = {of for at, act, of, _v in history.acts if at > found.began and act == "published"}
    there = {each for each in order if each not in later}
    touched = history.changed_since(found.began)
    got = set(counted)
    # What there was when its first page was made, a moment after `began`; tombstones come last.
    first_made = set(order[: max(found.totals, default=0)])
    wrong_size = {size for size in found.totals if not len(there) <= size <= len(order)}
    return {
        "lost": there - got if found.ended else set(),
        "twice": {each for each, number in counted.items() if number > 1},
        "stranger": got - first_made,
        "untrue": {
            reference
            for reference, gone in found.came
            if (gone is None) != (history.rows.get(reference) is None)
            and (reference not in touched or gone is None)
        },
        "total": found.totals ^ {len(found.came)} if found.ended else wrong_size,
    }


def judge(found: Walk, history: History) -> bool:
    if found.name in ("published", "newest"):
        wrong = judged_list(found, history)
    elif found.name == "changes":
        wrong = judged_feed(found, history)
    else:
        wrong = judged_harvest(found, history)
    moved = wrong.pop("moved", 0)
    bad = {what: sorted(map(str, of))[:3] for what, of in wrong.items() if of}
    sizes = {what: len(of) for what, of in wrong.items() if of}
    said = ", ".join(f"{number} {what} {bad[what]}" for what, number in sizes.items())
    by_date = found.ended and found.name == "newest"
    beside = f", {moved} moved or missed by date and in the feed" if by_date else ""
    print(f"{'':20}{said or 'nothing lost, nothing twice, totals true'}{beside}", flush=True)
    return not bad


def timed(found: Walk, number: int) -> bool:
    begun, deep = found.first_and_last
    good = deep <= DEEP * begun or len(found.pages) < MANY_PAGES
    spent = sum(found.pages)
    left = "" if found.ended else f", {number / len(found.came) * spent:.0f} s for all by this rate"
    print(
        f"{found.name:<20}{len(found.came)} in {len(found.pages)} pages, {spent:.0f} s of the "
        f"clock{left}; {begun:.1f} ms a page at the beginning, {deep:.1f} at the end"
        f"{'' if good else '  TOO SLOW'}",
        flush=True,
    )
    return good


# --- The run -------------------------------------------------------------------------------------
def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=2_000, help="records to invent, if need be")
    parser.add_argument("--pages", type=int, default=10**9, help="of each walk, at most")
    parser.add_argument("--pause", type=float, default=0.05, help="seconds between two changes")
    parser.add_argument("--only", nargs="*", default=[], choices=WALKS)
    parser.add_argument("--beside", choices=("change", "follow"), help=argparse.SUPPRESS)
    parser.add_argument("--relaxed", action="store_true", help="judge no speed")
    asked = parser.parse_args()
    search.records.prepare()
    if asked.beside == "follow":
        follow()
        return 0
    if asked.beside == "change":
        change(asked.pause)
        return 0
    search.prepare(asked.number, alone=True)
    held = [
        beside_changes(name, asked.pages, asked.pause, asked.relaxed)
        for name in asked.only or WALKS
    ]
    return 0 if all(held) else 1


def beside_changes(name: str, pages: int, pause: float, relaxed: bool) -> bool:
    """Whether one walk got what it should while two other processes change the catalogue and
    its index; prints what it got and what was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as told:
            changing = beside("change", told, "--pause", str(pause))
        following = beside("follow", None)
        try:
            begun = waited(log, changing)
            found = walk(name, pages)
        finally:
            for process in (changing, following):
                process.communicate()
        acts = [tuple(json.loads(line)) for line in log.read_text().splitlines()]
    found.began = found.began or begun
    history = History(standing(), acts)
    said = ", ".join(f"{number} {act}" for act, number in Counter(a for _, a, *_ in acts).items())
    quick = timed(found, len(history.rows))
    print(f"{'':20}meanwhile {said}", flush=True)
    if changing.returncode or following.returncode:
        raise SystemExit("What should change the catalogue beside the walk failed.")
    return judge(found, history) and (quick or relaxed)


def beside(role: str, output: Any, *more: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, __file__, "--beside", role, *more]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output)


def waited(log: Path, changing: "subprocess.Popen[bytes]") -> int:
    """The number of the last change once some have been made."""
    while changing.poll() is None:
        lines = log.read_text().splitlines(keepends=True)
        if len(lines) > 2 and lines[-1].endswith("\n"):
            return int(json.loads(lines[-1])[0])
        time.sleep(0.05)
    raise SystemExit("What should change the catalogue beside the walk failed.")


def standing() -> dict[str, int | None]:
    """The version of every record there is, None of a withdrawn one, by first publication."""
    from footage.catalogue.models import PublicRecord

    columns = "reference", "version", "withdrawn_at"
    rows = PublicRecord.objects.order_by("pk").values_list(*columns).iterator(10_000)
    return {reference: None if gone else version for reference, version, gone in rows}


if __name__ == "__main__":
    sys.exit(main())
