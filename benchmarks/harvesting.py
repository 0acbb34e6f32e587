"""What a harvest costs: `python benchmarks/harvesting.py`.

Needs an archive filled by `benchmarks/records.py`, or fills one of its own. Each kind of list is
asked for its first page and for pages nine tenths down, in turns; what is compared is the median
processor time of a whole answer. A page at depth may cost twice the first, which also counts. Then
a harvest goes on for some pages while its memory is watched. Exit status 1 when a bound is
exceeded, unless --relaxed.
"""

import argparse
import resource
import statistics
import sys
import time
from datetime import date
from typing import Any

import records

DEEP, DEPTH, MEMORY_MB, PAGES = 2.0, 0.9, 60.0, 60
LISTS: dict[str, dict[str, Any]] = {
    "everything, Dublin Core": {"prefix": "oai_dc"},
    "everything, PBCore": {"prefix": "oai_pbcore"},
    "everything, DataCite": {"prefix": "oai_datacite"},
    "what changed since a day in the middle": {"prefix": "oai_dc", "since": "middle"},
    "one neighbourhood": {"prefix": "oai_dc", "set": "neighbourhood.quarter-03"},
    "one kind": {"prefix": "oai_dc", "set": "kind.testimony"},
    "one year": {"prefix": "oai_dc", "set": "year.2016"},
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=20_000, help="records to invent, if need be")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--relaxed", action="store_true", help="print, and judge nothing")
    asked = parser.parse_args()
    records.prepare()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    records.filled(asked.number)
    held = [compare(name, dict(of), asked.rounds) for name, of in LISTS.items()]
    held.append(remembered())
    return 0 if all(held) or asked.relaxed else 1


def compare(name: str, of: dict[str, Any], rounds: int) -> bool:
    """Whether a page at depth costs no more than it may; prints both."""
    from footage.catalogue.models import PublicRecord
    from footage.research.oai import harvest

    if of.get("since") == "middle":
        of["since"] = middle_day()
    whole = harvest.Harvest("ListRecords", **of)
    first = {"verb": "ListRecords", "metadataPrefix": of["prefix"]}
    if whole.set:
        first["set"] = whole.set
    if whole.since:
        first["from"] = whole.since.isoformat()
    last = PublicRecord.objects.order_by("-pk")[0]
    there = PublicRecord.objects.filter(pk__gte=int(last.pk * DEPTH)).order_by("pk")[0]
    at = PublicRecord.objects.order_by("-change")[0].change
    place = {"after": there.reference, "last": last.reference, "as_of": at}
    deep = harvest.Harvest("ListRecords", **of, **place, delivered=1, total=2)
    begun, far = [], []
    for _ in range(rounds):
        begun.append(taken(first))
        far.append(taken({"verb": "ListRecords", "resumptionToken": deep.token()}))
    at_first, at_depth = statistics.median(begun), statistics.median(far)
    verdict = "ok" if at_depth <= DEEP * at_first else "TOO SLOW"
    print(f"{name:<40}{at_first:8.1f} ms first{at_depth:8.1f} ms deep  {verdict}")
    return at_depth <= DEEP * at_first


def middle_day() -> date:
    from footage.catalogue.models import PublicRecord

    days = PublicRecord.objects.order_by("changed_on").values_list("changed_on", flat=True)
    found: date = days[days.count() // 2]
    return found


def taken(arguments: dict[str, str]) -> float:
    """Milliseconds of processor time of one answer with records in it."""
    from django.test import Client

    started = time.process_time()
    answer = Client().get("/oai", arguments)
    spent = (time.process_time() - started) * 1000
    if b"<record>" not in answer.content:
        raise SystemExit(f"no records for {arguments}: {answer.content[-300:].decode()}")
    return spent


def remembered() -> bool:
    """Whether a harvest that goes on needs no more memory; prints by how much it grew."""
    from django.test import Client

    client, asked = Client(), {"verb": "ListRecords", "metadataPrefix": "oai_pbcore"}
    before, pages, found = 0, 0, 0
    started = time.process_time()
    while asked and pages < PAGES:
        content = client.get("/oai", asked).content
        pages, found = pages + 1, found + content.count(b"<record>")
        token = content.rpartition(b"</resumptionToken>")[0].rpartition(b">")[2].decode()
        asked = {"verb": "ListRecords", "resumptionToken": token} if token else {}
        # After a few pages everything that is kept once is kept.
        before = grown() if pages == 5 else before
    spent, more = time.process_time() - started, (grown() - before) / 1000
    verdict = "ok" if more <= MEMORY_MB else "TOO MUCH"
    print(f"{found} records in {pages} pages: {found / spent:.0f} a second of processor time")
    print(f"{more:.1f} MB more memory  {verdict}")
    return more <= MEMORY_MB


def grown() -> int:
    """The most memory this process has held, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main())
