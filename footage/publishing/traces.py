"""What was taken away does not stay readable in the pages of the database.

SQLite overwrites what is deleted (`secure_delete`, set with every connection) but keeps earlier
pages in its write-ahead log; the log is emptied after each act. PostgreSQL keeps dead rows in its
files until the tables are rewritten, which stops readers for that long: `scrub` does it on demand.
Backups, replicas and archived logs are out of reach of both.
"""

from django.apps import apps
from django.db import connection, transaction

# How long an act waits for readers of the log; the worker tries again every hour.
PATIENCE_MS = 500


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


def scrub() -> None:
    """Rewrite the catalogue's tables without the remains of what was taken away.

    On PostgreSQL readers wait while each table is rewritten; on SQLite writers wait while the whole
    file is. Not inside a transaction.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for model in apps.get_app_config("catalogue").get_models():
                cursor.execute(f'VACUUM (FULL, ANALYZE) "{model._meta.db_table}"')
            return
        cursor.execute("VACUUM")
    empty_log()
