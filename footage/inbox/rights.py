"""What a public process may do in the database: read the catalogue, add a message, nothing else.

Said once, as two lists of tables, and kept three ways: the PostgreSQL role that `public_role`
makes, what `doctor` finds it can do beyond that, and on SQLite, which has no roles, an authorizer
that refuses every other statement before it runs.
"""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.db import connection
from django.db.backends.signals import connection_created

from footage.inbox.models import Message, Outcome, PublicKey

# By these anybody who may connect can fill the disk with large objects.
LARGE_OBJECTS: Final = ("lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)")
ROLE_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
DATABASE_RIGHTS: Final = ("CREATE", "TEMPORARY")
TABLE_RIGHTS: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
COLUMN_RIGHTS: Final = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
SEQUENCE_RIGHTS: Final = ("USAGE", "SELECT", "UPDATE")
MIGHT: Final = ("rolsuper", "rolcreatedb", "rolcreaterole", "rolreplication", "rolbypassrls")


def readable() -> set[str]:
    """Tables that may be read."""
    catalogue = apps.get_app_config("catalogue").get_models(include_auto_created=True)
    return {model._meta.db_table for model in (*catalogue, PublicKey, Outcome)}


def addable() -> set[str]:
    """Tables that may be added to."""
    return {Message._meta.db_table}


def allowed() -> set[tuple[str, str]]:
    """(right, table) of all that a public process may do."""
    return {("SELECT", table) for table in readable()} | {("INSERT", table) for table in addable()}


# --- PostgreSQL ----------------------------------------------------------------------------------
def statements(role: str) -> list[str]:
    """SQL that makes `role`, or brings it back to exactly its rights. Run by the tables' owner.

    What nobody grants, PostgreSQL denies: a table made later is closed until it is listed here.
    Raises ValueError for a name that would need quoting.
    """
    if not ROLE_NAME.fullmatch(role):
        raise ValueError(f"{role!r}: a role is named by small letters, digits and underscores")
    quoted = connection.ops.quote_name
    database, name = quoted(connection.settings_dict["NAME"]), quoted(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        made = [] if cursor.fetchone() else [f"CREATE ROLE {name} LOGIN"]
        cursor.execute(
            "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid"
            " JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %s ORDER BY 1",
            [role],
        )
        joined = [f"REVOKE {quoted(group)} FROM {name}" for (group,) in cursor.fetchall()]
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'"
            " AND nspname <> 'information_schema' ORDER BY 1"
        )
        schemas = [quoted(schema) for (schema,) in cursor.fetchall()]
        # Only a superuser may close these, and the archive uses none.
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        objects = LARGE_OBJECTS if cursor.fetchone() == (True,) else ()
    closed = [
        f"REVOKE ALL ON {what} {schema} FROM {name}, PUBLIC"
        for schema in schemas
        for what in (
            "ALL TABLES IN SCHEMA",
            "ALL SEQUENCES IN SCHEMA",
            "ALL ROUTINES IN SCHEMA",
            "SCHEMA",
        )
    ]
    later = [
        f"ALTER DEFAULT PRIVILEGES REVOKE ALL ON {what} FROM {name}, PUBLIC"
        for what in ("TABLES", "SEQUENCES", "ROUTINES")
    ]
    return [
        *made,
        f"ALTER ROLE {name} LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
        " NOBYPASSRLS",
        *joined,
        f"REVOKE ALL ON DATABASE {database} FROM {name}, PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {name}",
        *closed,
        *(f"REVOKE ALL ON FUNCTION pg_catalog.{function} FROM PUBLIC" for function in objects),
        *later,
        f"GRANT USAGE ON SCHEMA public TO {name}",
        *(f"GRANT SELECT ON {quoted(table)} TO {name}" for table in sorted(readable())),
        *(f"GRANT INSERT ON {quoted(table)} TO {name}" for table in sorted(addable())),
    ]


def own_role() -> str:
    """The role this process is connected as."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def exists(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None


def excess(role: str) -> list[str]:
    """What `role` can do in this database beyond what it may, as PostgreSQL itself answers."""
    return sorted({*_might(role), *_more_than_allowed(role)})


def missing(role: str) -> list[str]:
    """What `role` may do and cannot."""
    return sorted(f"{right} on {table}" for right, table in allowed() - set(_held(role)))


def _might(role: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(MIGHT)} FROM pg_roles WHERE rolname = %s", [role])  # noqa: S608
        row = cursor.fetchone() or ()
        yield from (f"is {name}" for name, held in zip(MIGHT, row, strict=True) if held)
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname <> %s AND pg_has_role(%s, oid, 'MEMBER')",
            [role, role],
        )
        yield from (f"is a member of {group}" for (group,) in cursor.fetchall())
        for right in DATABASE_RIGHTS:
            cursor.execute(
                "SELECT has_database_privilege(%s, current_database(), %s)", [role, right]
            )
            if cursor.fetchone() == (True,):
                yield f"{right} in the database"
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'"
            " AND nspname <> 'information_schema' AND has_schema_privilege(%s, oid, 'CREATE')",
            [role],
        )
        yield from (f"CREATE in schema {schema}" for (schema,) in cursor.fetchall())
        cursor.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n"
            " ON n.oid = p.pronamespace WHERE n.nspname !~ '^pg_'"
            " AND n.nspname <> 'information_schema'"
            " AND has_schema_privilege(%s, n.oid, 'USAGE')"
            " AND has_function_privilege(%s, p.oid, 'EXECUTE')",
            [role, role],
        )
        yield from (f"EXECUTE on {function}" for (function,) in cursor.fetchall())


def _more_than_allowed(role: str) -> Iterator[str]:
    may = allowed()
    for right, table in _held(role):
        if (right, table) not in may:
            yield f"{right} on {table}"


def _held(role: str) -> Iterator[tuple[str, str]]:
    """(right, table) that `role` holds, on the whole table or on any column of it. One query."""
    asked = """
        WITH things AS MATERIALIZED (
            SELECT c.oid, c.relkind = 'S' AS counts,
                   CASE n.nspname WHEN 'public' THEN c.relname::text
                        ELSE n.nspname || '.' || c.relname END AS name
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
              AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
        SELECT held, name FROM things, unnest(%(on_tables)s::text[]) held
        WHERE NOT counts AND CASE WHEN held = ANY(%(on_columns)s)
                             THEN has_any_column_privilege(%(role)s, oid, held)
                             ELSE has_table_privilege(%(role)s, oid, held) END
        UNION ALL
        SELECT held, name FROM things, unnest(%(on_sequences)s::text[]) held
        WHERE CASE WHEN counts THEN has_sequence_privilege(%(role)s, oid, held) ELSE false END
    """
    values: dict[str, Any] = {
        "role": role,
        "on_tables": list(TABLE_RIGHTS),
        "on_columns": list(COLUMN_RIGHTS),
        "on_sequences": list(SEQUENCE_RIGHTS),
    }
    with connection.cursor() as cursor:
        cursor.execute(asked, values)
        yield from cursor.fetchall()


# --- SQLite --------------------------------------------------------------------------------------
def keep_sqlite_within() -> None:
    """From now on every SQLite connection of this process refuses what a public one may not do."""
    connection_created.connect(_guard, dispatch_uid="footage.inbox.rights")


def _guard(connection: Any, **_kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        confine(connection.connection)


def confine(line: sqlite3.Connection) -> None:
    """Let this connection do what a public process may, from now until it is closed."""
    # With foreign keys on, SQLite looks for rows that point to one just added: a private table.
    # What is added here points nowhere itself, so nothing goes unchecked.
    line.execute("PRAGMA foreign_keys = OFF")
    line.set_authorizer(authorizer())


def authorizer() -> Any:
    """What sqlite3 asks before it prepares a statement: OK for a public process's rights alone."""
    may_read, may_add = readable(), addable()
    harmless = {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
        sqlite3.SQLITE_RECURSIVE,
    }

    def answer(action: int, first: str | None, second: str | None, *_where: Any) -> int:
        if action in harmless:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION:
            # The one function that reaches out of the database.
            return sqlite3.SQLITE_DENY if second == "load_extension" else sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and first in may_read:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_INSERT and first in may_add:
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    return answer
