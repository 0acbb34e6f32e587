"""Finding and counting, as ratios of one run: `python benchmarks/search.py`.

Needs an archive filled by `benchmarks/records.py`, or fills one of its own. For each question it
measures the same answer, the first 24 records with the exact total and the counts of ten facets:

    index        what pages do: search index, then rows by reference
    full text    the database's own: SQLite FTS5, PostgreSQL tsvector and GIN, on the same stems
    naive        a plain Django list: ORM filters, icontains, a counted paginator, four facets

and the whole page (index, rows, template) against bare engine + rows + a template of nothing.
Counts that the index remembers are forgotten before every measure. Exit status 1 when a bound is
exceeded, unless --relaxed, for machines that others use meanwhile.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "benchmarks")]

import records  # noqa: E402  (found through the line above)

QUESTIONS = {
    "everything": "",
    "one neighbourhood": "neighbourhood=quarter-03",
    "neighbourhood, half a year": "neighbourhood=quarter-03&from=2016-01-01&to=2016-06-30",
    "rare word": "q=bafigobade",
    "common English word": "q=street",
    "commonest Arabic word": "q=حلب",
    "two Arabic words": "q=خبز الماء",
    "Arabic phrase": 'q="حلب الشارع"',
    "a word, by date": "q=الخبز&sort=newest",
    "a word in a place and year": "q=bread&neighbourhood=quarter-01&from=2016&to=2016",
}
PAGE = 24
# Bounds of the design: the median of lists and of searches, and a page against its parts.
LIST_MS, SEARCH_MS, PARTS = 15.0, 30.0, 3.0
SLOWEST_NAIVE = 20.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=20_000, help="records to invent, if need be")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--relaxed", action="store_true", help="print, and judge nothing")
    asked = parser.parse_args()
    scratch = None
    if "ARCHIVE_DATA" not in os.environ:
        scratch = tempfile.TemporaryDirectory()
        os.environ["ARCHIVE_DATA"] = scratch.name
    records.prepare()
    number = prepare(asked.number)
    print(f"{number} records; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    good = compare(asked.rounds)
    if scratch:
        scratch.cleanup()
    raise SystemExit(0 if good or asked.relaxed else 1)


def prepare(number: int) -> int:
    """An archive with records, a search index and the database's own; how many records."""
    from footage.catalogue.index.following import build
    from footage.catalogue.index.generations import Unavailable, choose, only_writer, view
    from footage.catalogue.models import PublicRecord

    if not PublicRecord.objects.exists():
        records.fill(number)
    try:
        view()
    except Unavailable:
        started = time.perf_counter()
        with only_writer():
            choose(build())
        taken = time.perf_counter() - started
        rate = PublicRecord.objects.count() / taken
        print(f"index built in {taken:.0f} s: {rate:.0f} records a second (bound 3000)")
    started = time.perf_counter()
    if full_text().prepare():
        print(f"database's full text built in {time.perf_counter() - started:.0f} s")
    return PublicRecord.objects.count()


def compare(rounds: int) -> bool:
    from django.core.management import call_command
    from django.http import QueryDict
    from django.test import Client

    from footage.catalogue import authorities
    from footage.catalogue.queries import Query

    call_command("collectstatic", interactive=False, verbosity=0)
    names, own, client = authorities.current(), full_text(), Client(SERVER_NAME="127.0.0.1")
    print(f"{'':30}{'found':>9}{'index':>9}{'full text':>11}{'naive':>10}{'page':>9}{'/ parts':>9}")
    pages: dict[bool, list[float]] = {True: [], False: []}
    worst = 0.0
    too_slow = False
    for name, address in QUESTIONS.items():
        query = Query.read(QueryDict(address))
        found, index = measured(partial(by_index, query, names), rounds)
        total, other = measured(partial(own.answer, query), rounds)
        naive = float("nan")
        if not too_slow:
            counted, naive = measured(partial(by_orm, query), 1)
            too_slow = naive > SLOWEST_NAIVE * 1000
        else:
            counted = None
        bare = measured(partial(parts, query, names), rounds)[1]
        parameters = dict(parse_qsl(address))
        page = measured(partial(served, client, parameters), rounds)[1]
        pages[bool(query.text)].append(page)
        worst = max(worst, page / bare)
        print(
            f"{name:30}{found:9}{index:7.1f}ms{other:9.1f}ms{naive:8.0f}ms{page:7.1f}ms"
            f"{page / bare:9.1f}"
        )
        if total != found:
            print(f"{'':30}(full text found {total}: it resolves no names)")
        if counted not in (None, found):
            print(f"{'':30}(naive found {counted}: it folds and stems nothing)")
    lists, searches = (statistics.median(pages[each]) for each in (False, True))
    print(f"median list page {lists:.1f} ms (bound {LIST_MS:.0f})")
    print(f"median search page {searches:.1f} ms (bound {SEARCH_MS:.0f})")
    print(f"worst page against its parts {worst:.1f} (bound {PARTS:.0f})")
    return lists <= LIST_MS and searches <= SEARCH_MS and worst <= PARTS


def measured(work: Callable[[], Any], rounds: int) -> tuple[Any, float]:
    """What it returns, and the median of its milliseconds, nothing remembered from before."""
    from footage.catalogue.index import remembering

    taken = []
    for _ in range(rounds):
        remembering.forget()
        started = time.perf_counter()
        found = work()
        taken.append(1000 * (time.perf_counter() - started))
    return found, statistics.median(taken)


def by_index(query: Any, names: Any) -> int:
    from footage.catalogue.answers import answer

    return answer(query, names).facets.total


def parts(query: Any, names: Any) -> int:
    """What a page cannot do without: the engine's search and counts, rows, an empty template."""
    from django.template import engines

    from footage.catalogue.index.searching import Search
    from footage.catalogue.models import PublicRecord
    from footage.catalogue.queries import FACETS

    search = Search(query, names)
    counts = search.facets(FACETS)
    found = search.page(PAGE)
    rows = list(PublicRecord.objects.live().filter(reference__in=found.references))
    template = engines["public"].from_string("<!doctype html>" + "<p>x</p>" * 5_000)
    template.render({"rows": rows})
    return counts.total


def served(client: Any, parameters: dict[str, str]) -> int:
    answer = client.get("/en/clips/", parameters)
    if answer.status_code != 200:
        raise SystemExit(f"{parameters}: {answer.status_code}")
    return len(answer.content)


def by_orm(query: Any) -> int:
    """As a beginner's list does it."""
    from django.core.paginator import Paginator
    from django.db.models import Count

    from footage.catalogue.database import matching
    from footage.catalogue.models import PublicTerm

    found = matching(query)
    for word in query.text.replace('"', "").split():
        found = found.filter(document__icontains=word)
    paginator = Paginator(found.order_by("-filmed_from", "reference"), PAGE)
    list(paginator.page(1).object_list)
    for facet in ("neighbourhood", "subject", "journalist", "verification"):
        terms = PublicTerm.objects.filter(facet=facet, record__in=found)
        list(terms.values_list("value").annotate(Count("pk")))
    return int(paginator.count)


# --- The database's own full text, on the same stems ----------------------------------------------
class SQLiteText:
    """FTS5; the stems joined, so that its own tokenizer changes nothing."""

    def prepare(self) -> bool:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_master WHERE name = 'measured_text'")
            if cursor.fetchone()[0]:
                return False
            cursor.execute(
                "CREATE VIRTUAL TABLE measured_text USING fts5(words, content='', tokenize="
                '"unicode61 remove_diacritics 0")'
            )
            for piece in stems():
                cursor.executemany(
                    "INSERT INTO measured_text (rowid, words) VALUES (%s, %s)", piece
                )
            cursor.execute("INSERT INTO measured_text (measured_text) VALUES ('optimize')")
        return True

    def clause(self, text: str) -> tuple[str, str]:
        from footage.catalogue.index.language import parts as taken_apart
        from footage.catalogue.index.words import words

        asked = " AND ".join(
            f'"{" ".join(words(part.text))}"' for each in taken_apart(text) for part in each
        )
        return "id IN (SELECT rowid FROM measured_text WHERE measured_text MATCH %s)", asked

    def answer(self, query: Any) -> int:
        """The first page by date, the total, and the counts of every facet."""
        from django.db import connection

        where, values = ["withdrawn_at IS NULL", "kind = 'clip'"], []
        if query.text:
            clause, asked = self.clause(query.text)
            where.append(clause)
            values.append(asked)
        for facet, chosen in query.chosen.items():
            marks = ", ".join(["%s"] * len(chosen))
            where.append(
                "id IN (SELECT record_id FROM catalogue_publicterm "
                f"WHERE facet = '{facet}' AND value IN ({marks}))"
            )
            values += chosen
        if query.start:
            where.append("filmed_to >= %s")
            values.append(query.start)
        if query.end:
            where.append("filmed_from <= %s")
            values.append(query.end)
        found = f"FROM catalogue_publicrecord WHERE {' AND '.join(where)}"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT document {found} ORDER BY filmed_from DESC, reference LIMIT {PAGE}", values
            )
            cursor.fetchall()
            cursor.execute(f"SELECT count(*) {found}", values)
            (total,) = cursor.fetchone()
            cursor.execute(
                "SELECT facet, value, count(*) FROM catalogue_publicterm "
                f"WHERE record_id IN (SELECT id {found}) GROUP BY facet, value",
                values,
            )
            cursor.fetchall()
        return int(total)


class PostgreSQLText(SQLiteText):
    """A tsvector of the same stems under the `simple` configuration, with GIN."""

    def prepare(self) -> bool:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('measured_text')")
            if cursor.fetchone()[0]:
                return False
            cursor.execute("CREATE TABLE measured_text (id bigint PRIMARY KEY, words tsvector)")
            for piece in stems():
                cursor.executemany(
                    "INSERT INTO measured_text VALUES (%s, to_tsvector('simple', %s))", piece
                )
            cursor.execute("CREATE INDEX ON measured_text USING gin (words)")
            cursor.execute("ANALYZE measured_text")
        return True

    def clause(self, text: str) -> tuple[str, str]:
        from footage.catalogue.index.language import parts as taken_apart
        from footage.catalogue.index.words import words

        asked = " & ".join(
            " <-> ".join(words(part.text)) for each in taken_apart(text) for part in each
        )
        return "id IN (SELECT id FROM measured_text WHERE words @@ to_tsquery('simple', %s))", asked


def full_text() -> SQLiteText:
    from django.db import connection

    return PostgreSQLText() if connection.vendor == "postgresql" else SQLiteText()


def stems() -> Any:
    """(id, stems) of every record, in pieces."""
    import orjson

    from footage.catalogue.index.words import words
    from footage.catalogue.models import PublicRecord

    last = 0
    rows = PublicRecord.objects.live().order_by("pk").values_list("pk", "document")
    while piece := list(rows.filter(pk__gt=last)[: records.PIECE]):
        made = []
        for key, text in piece:
            record = orjson.loads(text)
            said = (s["text"] for each in record["transcripts"] for s in each["segments"])
            fields = ("title_en", "title_ar", "summary_en", "summary_ar")
            made.append((key, " ".join(words(" ".join([*(record[f] for f in fields), *said])))))
        yield made
        last = piece[-1][0]


if __name__ == "__main__":
    main()
