"""The databases' own full text, given the same stems and asked for the same answer: SQLite's FTS5,
PostgreSQL's tsvector under GIN. For `benchmarks/search.py`.
"""

from typing import Any

import records

PAGE = 24
# Between two fields, so that no phrase reaches from one into the next. A stem of no word.
END_OF_FIELD = "zzendzz"


class SQLiteText:
    """FTS5; the stems joined, so that its own tokenizer changes nothing."""

    def prepare(self) -> bool:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
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
                "id IN (SELECT record_id FROM catalogue_publicterm "  # noqa: S608  (our own names)
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
                "SELECT facet, value, count(*) FROM catalogue_publicterm "  # noqa: S608  (as above)
                f"WHERE record_id IN (SELECT id {found}) GROUP BY facet, value",
                values,
            )
            cursor.fetchall()
        return int(total)


class PostgreSQLText(SQLiteText):
    """A tsvector of the same stems under the `simple` configuration, with GIN."""

    def prepare(self) -> bool:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('measured_text')")
            if cursor.fetchone()[0]:
                return False
            cursor.execute("CREATE TABLE measured_text (id bigint PRIMARY KEY, words tsvector)")
            for piece in stems():
                cursor.executemany(
                    "INSERT INTO measured_text VALUES (%s, to_tsvector('simple', %s))", piece
                )
            cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
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
            fields = (
                f"{record['title_en']} {record['title_ar']}",
                f"{record['summary_en']} {record['summary_ar']}",
                " ".join(said),
            )
            texts = (" ".join(words(text)) for text in fields)
            made.append((key, f" {END_OF_FIELD} ".join(texts)))
        yield made
        last = piece[-1][0]
