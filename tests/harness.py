"""What must stand before Django reads its settings: a pytest plugin, loaded by `-p tests.harness`.

Tests run in an archive of their own: a temporary ARCHIVE_DATA, no variable of the developer's
own archive, and, with `--database postgresql`, a PostgreSQL cluster of their own. From here on
this process reaches loopback and Unix sockets only.

ARCHIVE_REQUIRE=all turns every "skipped because X is not here" into a failure.
"""

import atexit
import contextlib
import ipaddress
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests import servers

KEPT_VARIABLES = {"ARCHIVE_REQUIRE", "ARCHIVE_SHARED_DATA"}
ARCHIVE_VARIABLES = {
    *(
        "ACCESS_ACCEL",
        "ALLOWED_HOSTS",
        "BASE_URL",
        "CUSTODY_KEY",
        "DATABASE_URL",
        "DEBUG",
        "EMAIL_URL",
    ),
    *("MASTERS_STORAGE", "WORKING_STORAGE", "ACCESS_STORAGE", "MIRROR_STORAGE", "SECRET_KEY"),
}
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}
DATABASE_MARKERS = ("django_db", "postgresql")

started = contextlib.ExitStack()


class OutsideConnection(RuntimeError):
    """A test tried to leave this machine. Not an OSError: nothing may take it for a bad network."""


def guard(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse, as an audit hook, every name lookup and connection that leaves this machine.

    An audit hook, unlike a patched `socket.socket`, also sees connections made below it (ssl,
    asyncio); it cannot be removed for the life of the process. Child processes are not covered.
    """
    if not event.startswith("socket."):
        return
    if event in {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}:
        sock, address = arguments
        if sock.family in {socket.AF_INET, socket.AF_INET6} and address is not None:
            refuse_outside(address[0], event)
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        refuse_outside(arguments[0], event)


def refuse_outside(host: str | bytes | None, event: str) -> None:
    """Raise OutsideConnection unless `host` is this machine's loopback or its own name."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in {"localhost", socket.gethostname()}:
        return
    try:
        inside = ipaddress.ip_address(name).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise OutsideConnection(f"{event} to {name!r}: tests stay on this machine")


def enter_own_archive() -> None:
    """Point the environment at a fresh archive, before anything imports the settings."""
    for name in list(os.environ):
        ours = name in ARCHIVE_VARIABLES or name.startswith(("ARCHIVE_", "AWS_"))
        if ours and name not in KEPT_VARIABLES:
            del os.environ[name]
    data = tempfile.mkdtemp(prefix="archive-tests-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    # WhiteNoise warns of a missing directory, and warnings are errors.
    Path(data, "static").mkdir()
    os.environ["ARCHIVE_DATA"] = data
    os.environ["SECRET_KEY"] = "known to everyone, and therefore only for tests"


def required(what: str) -> str | None:
    """Return why the absence of `what` is a failure, or None when it is a reason to skip."""
    if os.environ.get("ARCHIVE_REQUIRE") == "all":
        return f"{what} (ARCHIVE_REQUIRE=all allows no skipping)"
    return None


def absent(what: str) -> None:
    """End the running test: skipped with the reason `what`, or failed under ARCHIVE_REQUIRE=all."""
    if reason := required(what):
        pytest.fail(reason, pytrace=False)
    pytest.skip(what)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="the engine to test against; postgresql starts a cluster of its own and runs only "
        "what touches a database (default: %(default)s)",
    )


# A wrapper, because pytest-django reads the settings in the same hook, and first.
@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    if early_config.known_args_namespace.database == "postgresql":
        if servers.postgresql_binaries() is not None:
            os.environ["DATABASE_URL"] = started.enter_context(servers.postgresql())
            atexit.register(started.close)
        elif reason := required("PostgreSQL is not installed"):
            raise pytest.UsageError(reason)
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    if config.option.database == "postgresql" and "DATABASE_URL" not in os.environ:
        print("skipped: PostgreSQL is not installed")
        return 0
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.database == "sqlite":
        elsewhere = pytest.mark.skip(reason="for PostgreSQL: pytest --database postgresql")
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(elsewhere)
        return
    kept, left_out = [], []
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        touches = fixtures & DATABASE_FIXTURES or any(
            item.get_closest_marker(name) for name in DATABASE_MARKERS
        )
        alike = item.get_closest_marker("any_database")
        (kept if touches and not alike else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


def pytest_unconfigure() -> None:
    started.close()


enter_own_archive()
sys.addaudithook(guard)
