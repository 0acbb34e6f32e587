"""Rows of people_consent are only ever added: the database itself refuses to change or remove one."""

from typing import Any

from django.db import migrations

TABLE = "people_consent"


def refuse_changes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"""
            CREATE OR REPLACE FUNCTION {TABLE}_append_only() RETURNS trigger AS $$
            BEGIN RAISE EXCEPTION '{TABLE} is append-only'; END $$ LANGUAGE plpgsql
        """)
        for name, timing in (("row", "UPDATE OR DELETE"), ("table", "TRUNCATE")):
            each = "FOR EACH ROW" if name == "row" else "FOR EACH STATEMENT"
            schema_editor.execute(f"""
                CREATE TRIGGER {TABLE}_append_only_{name} BEFORE {timing} ON {TABLE}
                {each} EXECUTE FUNCTION {TABLE}_append_only()
            """)
    else:
        # INSERT OR REPLACE passes these unless recursive_triggers is on; the settings turn it on.
        for act in ("UPDATE", "DELETE"):
            schema_editor.execute(f"""
                CREATE TRIGGER {TABLE}_append_only_{act.lower()} BEFORE {act} ON {TABLE}
                BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END
            """)


def allow_changes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in ("row", "table"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_append_only_{name} ON {TABLE}")
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {TABLE}_append_only()")
    else:
        for act in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_append_only_{act}")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunPython(refuse_changes, allow_changes)]
