"""The bytes that the catalogue's tables have on the disk, in either database."""

import subprocess
from pathlib import Path

from django.db import connection


def bytes_of_the_catalogue() -> bytes:
    """Every page of its tables and indexes as written, with all that deleted rows left behind.

    SQLite: those pages of the one file, its free pages and the whole write-ahead log. PostgreSQL:
    the heap, index and TOAST files, after a checkpoint. Needs committed data.
    """
    if connection.vendor == "postgresql":
        return b"".join(path.read_bytes() for path in _files())
    return _pages() + _log()


def _files() -> list[Path]:
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT current_setting('data_directory')")
        root = Path(cursor.fetchone()[0])
        cursor.execute(
            "SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE relfilenode <> 0 AND ("
            " c.relname LIKE 'catalogue_%%' OR c.oid IN"
            " (SELECT reltoastrelid FROM pg_class t WHERE t.relname LIKE 'catalogue_%%'))"
        )
        return [root / name for (name,) in cursor.fetchall()]


def _pages() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_size")
        size = cursor.fetchone()[0]
        # dbstat names the pages that something uses; what is left over is free.
        cursor.execute("SELECT pageno, name FROM dbstat")
        used = dict(cursor.fetchall())
        cursor.execute("SELECT name FROM sqlite_master WHERE tbl_name LIKE 'catalogue_%%'")
        names = {name for (name,) in cursor.fetchall()}
    content = _read(Path(str(connection.settings_dict["NAME"])))
    pages = {
        number + 1: content[at : at + size]
        for number, at in enumerate(range(0, len(content), size))
    }
    return b"".join(page for number, page in pages.items() if used.get(number, "") in names | {""})


def _log() -> bytes:
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    return _read(log) if log.exists() else b""


def _read(path: Path) -> bytes:
    """A file of SQLite's, read by another process.

    POSIX drops every lock that a process holds on a file when it closes any descriptor of it.
    SQLite would be left without its own, and the next process to leave would remove the log from
    under it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    return subprocess.run(["cat", path], capture_output=True, check=True).stdout
