"""Wall 7, the process: a public one holds no key, reaches no private table, and answers the same.

Its rights are tried, not read: every table there is, with every verb, over a real connection.
"""

import contextlib
import http.client
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from footage import doctor
from footage.catalogue import beside
from footage.inbox import desk, rights
from footage.inbox.models import Message
from footage.models import Clip
from tests import world
from tests.servers import CHECKOUT, free_port, site_process
from tests.walls import crawl
from tests.walls.test_public_surface import collection  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.postgresql

ROLE = "archive_public"
# What differs between two answers to the same question.
OF_THE_MOMENT = {"Date"}
SEARCHES = (("en", "bread"), ("ar", "خبز"), ("en", "nothing-like-it"))
CODE = re.compile(rb">(\w{4}-\w{4}-\w{4}-\w{4})<")


# --- PostgreSQL ----------------------------------------------------------------------------------
@pytest.fixture
def role() -> Iterator[str]:
    call_command("public_role", ROLE, "--apply", verbosity=0)
    yield ROLE
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


def as_role(*statements: str) -> list[str]:
    """What PostgreSQL answers the role to each: "ok", or the name of the refusal."""
    import psycopg

    known = connection.settings_dict
    answers = []
    with psycopg.connect(
        host=known["HOST"], dbname=known["NAME"], user=ROLE, autocommit=True
    ) as other:
        for statement in statements:
            try:
                other.execute(statement)  # type: ignore[call-overload]
                answers.append("ok")
            except psycopg.Error as error:
                answers.append(type(error).__name__)
            if other.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                other.rollback()
    return answers


def tables() -> dict[str, str]:
    """Every table, with its first column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND ordinal_position = 1"
        )
        return dict(cursor.fetchall())


def verbs(table: str, column: str) -> dict[str, str]:
    return {
        "SELECT": f'SELECT count(*) FROM "{table}"',
        "SELECT of one column": f'SELECT "{column}" FROM "{table}" LIMIT 1',
        "INSERT": f'INSERT INTO "{table}" DEFAULT VALUES',
        "INSERT and read back": f'INSERT INTO "{table}" DEFAULT VALUES RETURNING *',
        "UPDATE": f'UPDATE "{table}" SET "{column}" = "{column}"',
        "DELETE": f'DELETE FROM "{table}"',
        "TRUNCATE": f'TRUNCATE "{table}" CASCADE',
        "LOCK": f'BEGIN; LOCK TABLE "{table}" IN EXCLUSIVE MODE; ROLLBACK',
        "ALTER": f'ALTER TABLE "{table}" ADD COLUMN planted int',
        "DROP": f'DROP TABLE "{table}"',
        "INDEX": f'CREATE INDEX ON "{table}" ("{column}")',
        "REFERENCES": f'CREATE TABLE planted (x int REFERENCES "{table}")',
    }


def granted() -> set[tuple[str, str]]:
    """(verb, table) of everything the role was not refused for want of leave."""
    tried = [
        (verb, table, statement)
        for table, column in tables().items()
        for verb, statement in verbs(table, column).items()
    ]
    answers = as_role(*(statement for _verb, _table, statement in tried))
    return {
        (verb, table)
        for (verb, table, _statement), answer in zip(tried, answers, strict=True)
        if answer != "InsufficientPrivilege"
    }


@on_postgresql
def test_the_role_can_read_the_catalogue_add_a_message_and_nothing_else(role: str) -> None:
    world.published()
    world.message()
    readable = {
        (verb, table) for table in rights.readable() for verb in ("SELECT", "SELECT of one column")
    }
    assert granted() == readable | {("INSERT", "inbox_message")}
    assert {table for table in tables() if table.startswith("catalogue_")} < rights.readable()
    assert rights.excess(role) == rights.missing(role) == []


BEYOND = (
    "CREATE TABLE planted (x int)",
    "CREATE TEMPORARY TABLE planted (x int)",
    "CREATE SCHEMA planted",
    "CREATE ROLE planted",
    "CREATE DATABASE planted",
    "SET ROLE postgres",
    "SELECT nextval('auth_user_id_seq')",
    "SELECT last_value FROM auth_user_id_seq",
    "SELECT custody_custodyevent_append_only()",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "COPY catalogue_publicstate TO PROGRAM 'true'",
    "ALTER ROLE archive_public SUPERUSER",
    "GRANT SELECT ON people_journalist TO archive_public",
)


@on_postgresql
def test_the_role_makes_becomes_and_runs_nothing(role: str) -> None:
    answers = dict(zip(BEYOND, as_role(*BEYOND), strict=True))
    assert answers == dict.fromkeys(BEYOND, "InsufficientPrivilege")


@on_postgresql
def test_a_table_made_later_is_closed_to_the_role(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE made_later (x int)")
        try:
            assert as_role("SELECT * FROM made_later") == ["InsufficientPrivilege"]
            assert rights.excess(role) == []
        finally:
            cursor.execute("DROP TABLE made_later")


PLANTED = {
    "GRANT SELECT ON people_sealedidentity TO archive_public": "SELECT on people_sealedidentity",
    "GRANT SELECT (username) ON auth_user TO archive_public": "SELECT on auth_user",
    "GRANT SELECT ON inbox_message TO PUBLIC": "SELECT on inbox_message",
    "GRANT UPDATE (document) ON catalogue_publicrecord TO archive_public": (
        "UPDATE on catalogue_publicrecord"
    ),
    "GRANT INSERT ON inbox_outcome TO archive_public": "INSERT on inbox_outcome",
    "GRANT TRUNCATE ON catalogue_publicterm TO archive_public": "TRUNCATE on catalogue_publicterm",
    "GRANT USAGE ON auth_user_id_seq TO archive_public": "USAGE on auth_user_id_seq",
    "GRANT pg_read_all_data TO archive_public": "is a member of pg_read_all_data",
    "GRANT CREATE ON SCHEMA public TO archive_public": "CREATE in schema public",
    "GRANT EXECUTE ON FUNCTION custody_custodyevent_append_only TO PUBLIC": (
        "EXECUTE on custody_custodyevent_append_only()"
    ),
    "ALTER ROLE archive_public BYPASSRLS": "is rolbypassrls",
    "ALTER ROLE archive_public SUPERUSER": "is rolsuper",
}


@on_postgresql
def test_one_right_too_many_is_found_by_the_doctor_and_taken_back(role: str) -> None:
    for statement, excess in PLANTED.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        found = [(state, saw) for state, saw, _do in doctor.check_public_process()]
        assert (doctor.BAD, f"{role}: {excess}") in found, statement
        assert doctor.GOOD not in dict(found), "nothing is good beside what is wrong"
        call_command("public_role", role, "--apply", verbosity=0)
        assert rights.excess(role) == [], statement


@on_postgresql
def test_the_trial_itself_sees_a_right_too_many(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON people_witness TO {role}")
    assert ("SELECT", "people_witness") in granted()


@on_postgresql
def test_a_right_too_few_is_found_too(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE SELECT ON catalogue_publiclink FROM {role}")
    assert rights.missing(role) == ["SELECT on catalogue_publiclink"]


@on_postgresql
def test_the_command_prints_what_it_would_do_and_refuses_a_name_to_be_quoted(capsys: Any) -> None:
    call_command("public_role", "somebody")
    printed = capsys.readouterr().out
    assert "CREATE ROLE" in printed
    assert not rights.exists("somebody")
    with pytest.raises(CommandError, match="small letters"):
        call_command("public_role", 'x"; DROP TABLE people_journalist; --')


# --- SQLite --------------------------------------------------------------------------------------
@pytest.fixture
def guarded() -> Iterator[sqlite3.Connection]:
    """A connection as a public process has it."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has roles")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("PRAGMA foreign_keys = ON")
    rights.confine(other)
    yield other
    other.close()


def prepared(other: sqlite3.Connection, statement: str) -> bool:
    """Whether SQLite lets the statement be prepared; it is not run."""
    try:
        other.execute(f"EXPLAIN {statement}")
    except sqlite3.DatabaseError as error:
        assert "not authorized" in str(error) or "prohibited" in str(error), error
        return False
    return True


def test_sqlite_lets_a_public_process_read_and_add_what_it_may_and_nothing_else(
    guarded: sqlite3.Connection,
) -> None:
    with connection.cursor() as cursor:
        first = {
            table: connection.introspection.get_table_description(cursor, table)[0].name
            for table in connection.introspection.table_names(cursor)
        }
    let = set()
    for table, column in first.items():
        for verb, statement in {
            "SELECT": f'SELECT "{column}" FROM "{table}"',
            "COUNT": f'SELECT count(*) FROM "{table}"',
            "INSERT": f'INSERT INTO "{table}" DEFAULT VALUES',
            "RETURNING": f'INSERT INTO "{table}" DEFAULT VALUES RETURNING "{column}"',
            "UPDATE": f'UPDATE "{table}" SET "{column}" = 1',
            "DELETE": f'DELETE FROM "{table}"',
            "DROP": f'DROP TABLE "{table}"',
            "ALTER": f'ALTER TABLE "{table}" ADD COLUMN planted int',
        }.items():
            if prepared(guarded, statement):
                let.add((verb, table))
    expected = {(verb, table) for table in rights.readable() for verb in ("SELECT", "COUNT")}
    assert let == expected | {("INSERT", "inbox_message")}
    for statement in (
        "SELECT sql FROM sqlite_master",
        "PRAGMA writable_schema = 1",
        "ATTACH DATABASE '/tmp/elsewhere' AS elsewhere",
        "CREATE TABLE planted (x)",
        "CREATE TEMPORARY TABLE planted (x)",
        "SELECT load_extension('x')",
    ):
        assert not prepared(guarded, statement), statement


# --- Both: a page in this process, with a public one's rights ------------------------------------
@contextlib.contextmanager
def public_rights(user: str) -> Iterator[None]:
    """This process's own connection, for a while, with a public process's rights alone."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        rights.confine(connection.connection)
        try:
            yield
        finally:
            connection.connection.set_authorizer(None)
            connection.connection.execute("PRAGMA foreign_keys = ON")
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {user}")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def test_a_page_that_forgets_the_wall_fails_instead_of_telling(
    public_user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = world.published()
    client = Client(raise_request_exception=False)
    address = f"/en/clips/{row.reference}/"
    with public_rights(public_user):
        assert client.get(address).status_code == 200

        def planted(*_arguments: Any, **_more: Any) -> Any:
            return list(Clip.objects.values_list("source_note", flat=True))

        monkeypatch.setattr(beside, "related", planted)
        told = client.get(address)
        assert told.status_code == 500
    assert row.reference.encode() not in told.content


# --- Both: the process itself --------------------------------------------------------------------
def environment(archive_data: Path, **more: str) -> dict[str, str]:
    return {
        "ARCHIVE_DATA": str(archive_data),
        "BASE_URL": "http://archive.example:1",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": database(),
        **more,
    }


KEYS = {"ARCHIVE_KEYS": "for tests", "SECRET_KEY": "known to everyone, and so only for tests"}


def database(user: str = "") -> str:
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgres://{user or known['USER']}@{quote(known['HOST'], safe='')}/{known['NAME']}"


def manage(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env={"PATH": os.environ.get("PATH", ""), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def gunicorn(port: int) -> list[str]:
    return [
        *("-m", "gunicorn", "aleppo_archive.wsgi:application", "--bind", f"127.0.0.1:{port}"),
        *("--threads", "4", "--no-control-socket"),
    ]


def ask(site: str, method: str, address: str, form: dict[str, str] | None = None) -> tuple:
    """(status, headers, body) of one address, over a real connection."""
    parts = urlsplit(site)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        encoded = urlencode(form) if form else None
        sent = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        line.request(method, quote(address, safe="/?&=%+,:;~*"), encoded, sent)
        answer = line.getresponse()
        headers = {name: text for name, text in answer.getheaders() if name not in OF_THE_MOMENT}
        # OAI-PMH answers say when they were made.
        return answer.status, headers, crawl.ANSWERED_AT.sub(b"", answer.read())
    finally:
        line.close()


@pytest.fixture
def public_user() -> Iterator[str]:
    """The role of the public process on PostgreSQL; SQLite has none."""
    if connection.vendor == "sqlite":
        yield ""
        return
    call_command("public_role", ROLE, "--apply", verbosity=0)
    yield ROLE
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


def test_the_public_process_answers_every_address_as_one_process_for_all_does(
    collection: Any,  # noqa: F811
    archive_data: Path,
    public_user: str,
) -> None:
    addresses = sorted({*crawl.addresses(), *crawl.linked(Client(), limit=200)})
    world.message()
    desk.answer(Message.objects.get(), "left", by=world.publisher())
    both = environment(archive_data, **KEYS)
    assert manage(both, "collectstatic", "--noinput", "--verbosity", "0").returncode == 0
    public = environment(archive_data, ARCHIVE_SITE="public", DATABASE_URL=database(public_user))
    # The search index of a public node is made by itself, from what it may read.
    made = manage(public, "reindex")
    assert made.returncode == 0, made.stderr
    addresses += [f"/{language}/clips/?q={quote(word)}" for language, word in SEARCHES]
    seen: dict[str, dict[str, tuple]] = {}
    for name, given in (("public", public), ("both", both)):
        port = free_port()
        with site_process(gunicorn(port), given, port=port) as site:
            seen[name] = {address: ask(site, "GET", address) for address in addresses}
            if name == "public":
                written_and_found_again(site)
                staff_addresses_are_not_there(site)
                assert not (archive_data / "keys").exists()
    assert len(addresses) > 150
    assert differences(seen["public"], seen["both"]) == []
    status, headers, body = seen["both"]["/en/about/"]
    for planted in (
        (404, headers, body),
        (status, {**headers, "X": "y"}, body),
        (status, headers, b""),
    ):
        seen["both"]["/en/about/"] = planted
        assert differences(seen["public"], seen["both"]) == ["/en/about/"]


def differences(one: dict[str, tuple], other: dict[str, tuple]) -> list[str]:
    return [address for address in one if one[address] != other[address]]


def written_and_found_again(site: str) -> None:
    """The form and the code work through a process that can read no message."""
    asked = {"concern": "removal", "words": "From the public process.", "urgent": "on"}
    status, _headers, body = ask(site, "POST", "/en/safety/", asked)
    assert status == 200, body.decode()
    found = CODE.search(body)
    assert found
    message = Message.objects.get(urgent=True)
    assert desk.look(message, by=world.publisher()).words == "From the public process."
    desk.answer(message, "withdrawn", by=world.publisher())
    outcome = ask(site, "POST", "/ar/safety/outcome/", {"code": found[1].decode()})
    assert "سُحب السجل ولم يعد معروضًا." in outcome[2].decode()


def staff_addresses_are_not_there(site: str) -> None:
    nothing = ask(site, "GET", "/no-such-place")[0]
    for address in ("/admin/", "/admin/account/login/", "/admin/uploads/", "/admin/inbox/message/"):
        status, headers, _body = ask(site, "GET", address)
        assert status == nothing == 404
        assert "Set-Cookie" not in headers


def test_the_public_process_says_what_it_is_and_keeps_no_secret(
    archive_data: Path, public_user: str
) -> None:
    public = environment(archive_data, ARCHIVE_SITE="public", DATABASE_URL=database(public_user))
    done = manage(public, "doctor")
    assert "a public process: no key" in done.stdout
    assert "BAD" not in done.stdout.replace("BAD      settings: http://archive.example", "")
    show = (
        "from django.conf import settings as s; print(s.ARCHIVE_KEYS, *s.MIDDLEWARE, sep='\\n');"
        "print(*s.STORAGES)"
    )
    told = manage(public, "shell", "-v0", "--no-imports", "-c", show).stdout.splitlines()
    keys, *middleware, stores = told
    assert keys == "[]"
    assert stores == "access staticfiles default"
    knows_a_person = re.compile(r"session|auth|csrf|message|account|sign_in|factor|history", re.I)
    assert [each for each in middleware if knows_a_person.search(each)] == []
    assert "footage.reading_room.middleware.ReaderLanguageMiddleware" in middleware
    assert not (archive_data / "keys").exists()
    assert manage(public, "check").returncode == 0


def test_a_public_process_with_the_owners_rights_is_told_so(archive_data: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    public = environment(archive_data, ARCHIVE_SITE="public")
    done = manage(public, "doctor")
    assert done.returncode == 1
    assert "is rolsuper" in done.stderr + done.stdout
    assert "public_role --apply" in done.stdout
