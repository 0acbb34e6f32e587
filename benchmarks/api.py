"""The API against the page that answers the same question: `python benchmarks/api.py`.

Needs an archive like that of `benchmarks/search.py`, or fills one of its own. For each of its
questions: the page of clips and `/api/v1/search` with facets and histogram, 24 records each, in
turn, with nothing remembered. In milliseconds by the clock, the processor's in brackets. Exit
status 1 when the API takes more than `BOUND` times as long over all, unless --relaxed.
"""

import argparse
from functools import partial

import search

BOUND = 1.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=20_000, help="records to invent, if need be")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--relaxed", action="store_true", help="print, and judge nothing")
    asked = parser.parse_args()
    search.records.prepare()
    search.prepare(asked.number, alone=True)
    ratio = compare(asked.rounds)
    raise SystemExit(0 if ratio <= BOUND or asked.relaxed else 1)


def compare(rounds: int) -> float:
    """How many times as long the API takes as the page, over all questions."""
    search.served("")
    served("")
    print(f"{'':28}{'page':>16}{'API':>16}{'ratio':>8}")
    totals = [0.0, 0.0]
    for name, address in (search.LISTS | search.SEARCHES).items():
        took: tuple[list[search.Times], list[search.Times]] = ([], [])
        for _ in range(rounds):
            for each, work in zip(took, (search.served, served), strict=True):
                each.append(search.measured(partial(work, address), forgetting="all")[1])
        page, api = (search.middle(each) for each in took)
        totals = [totals[0] + page[1], totals[1] + api[1]]
        print(f"{name:28}{search.said(page)}{search.said(api)}{api[1] / page[1]:8.2f}", flush=True)
    ratio = totals[1] / totals[0]
    print(f"over all, by the processor {ratio:.2f} (bound {BOUND})")
    return ratio


def served(address: str) -> int:
    asked = {**search.parameters(address), "limit": ["24"]}
    answer = search.client().get("/api/v1/search", asked)
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code} {answer.content[:200]!r}")
    return len(answer.content)


if __name__ == "__main__":
    main()
