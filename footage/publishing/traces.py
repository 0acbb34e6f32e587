"""What was taken away does not stay readable in the pages of the database.

SQLite overwrites what is deleted (`secure_delete`, set with every connection) but keeps earlier
pages in its write-ahead log; the log is emptied after each act. PostgreSQL keeps dead rows in its
files until the tables are rewritten, which stops readers for that long: `scrub` does it on demand.
A rewritten table still keeps each dead row that some open transaction may look at, so `scrub` tries
again and says whether anything is left.
Backups, replicas and archived logs are out of reach of both.
"""

import re
import time
from typing import TYPE_CHECKING, Final

from django.apps import apps
from django.db import connection, transaction

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic

# How long an act waits for readers of the log; the worker tries again every hour.
PATIENCE_MS = 500
# How often a table is rewritten while an open transaction keeps its dead rows, and how far apart.
REWRITES: Final = 5
SECONDS_BETWEEN = 1.0


def empty_log_after_commit() -> None:
    """Empty SQLite's write-ahead log once the surrounding transaction has committed."""
    if connection.vendor == "sqlite":
        transaction.on_commit(empty_log, robust=True)


def empty_log() -> bool:
    """Write SQLite's log back and truncate it. Whether it is empty now: a reader may hold it.

    True on PostgreSQL, whose log is the server's own affair.
    """
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        try:
            busy, _pages, _written = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={usual}")
    return not busy


def scrub() -> bool:
    """Rewrite the catalogue's tables without the remains of what was taken away. Whether nothing
    remains now: whoever looks at the database as it was before keeps that there.

    On PostgreSQL readers wait while each table is rewritten; on SQLite writers wait while the whole
    file is. Not inside a transaction.
    """
    if connection.vendor == "postgresql":
        tables = [model._meta.db_table for model in apps.get_app_config("catalogue").get_models()]
        return all([_rewritten(table) for table in tables])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    return empty_log()


def _rewritten(table: str) -> bool:
    """Rewrite one table, again while dead rows had to be kept. Whether none is left."""
    for tried in range(REWRITES):
        if tried:
            time.sleep(SECONDS_BETWEEN)
        if _dead_rows_kept(table) == 0:
            return True
    return False


def _dead_rows_kept(table: str) -> int:
    """Rewrite one table. How many dead rows PostgreSQL says that it could not leave out."""
    kept: list[int] = []

    def hear(notice: "Diagnostic") -> None:
        # "3 dead row versions cannot be removed yet." comes first, in the server's language.
        if number := re.search(r"\d+", notice.message_detail or ""):
            kept.append(int(number.group()))

    connection.ensure_connection()
    connection.connection.add_notice_handler(hear)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'VACUUM (FULL, VERBOSE, ANALYZE) "{table}"')
    finally:
        connection.connection.remove_notice_handler(hear)
    if not kept:
        raise RuntimeError(f"PostgreSQL did not say what it kept of {table}.")
    return sum(kept)
