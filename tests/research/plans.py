"""How SQLite would find what a statement asks for."""

from django.db import connection


def plan_of(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return " ".join(row[-1] for row in cursor.fetchall())
