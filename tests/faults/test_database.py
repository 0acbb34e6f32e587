"""The database goes away in the middle of an upload and comes back: the upload goes on."""

import os
import re
import signal
from pathlib import Path
from urllib.parse import unquote

import psycopg

from tests import servers
from tests.faults.campaigns import rounds
from tests.faults.site import Site, running
from tests.harness import absent
from tests.uploads.conftest import footage


def crash(url: str) -> None:
    """kill -9 one of the server's processes: it throws everybody out and recovers from its log."""
    home = unquote(re.findall(r"@([^/]+)/", url)[0])
    with psycopg.connect(host=home, user="postgres", dbname="archive") as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)


def test_a_database_that_crashes_in_mid_upload_loses_no_acknowledged_byte(tmp_path: Path) -> None:
    if servers.postgresql_binaries() is None:
        absent("PostgreSQL is not installed")
    with servers.postgresql() as url:
        home = unquote(re.findall(r"@([^/]+)/", url)[0])
        with psycopg.connect(
            host=home, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute("CREATE DATABASE archive")
            # The tests' cluster acknowledges before it writes; `doctor` calls that bad, and this
            # test fails with it, as it should.
            connection.execute("ALTER DATABASE archive SET synchronous_commit = on")
        site = Site(tmp_path / "archive", {"DATABASE_URL": url}).prepare()
        with running(site):
            for _ in range(rounds(2, 20)):
                content = footage(3 * 2**20)
                address, offset, told = site.begin(len(content)), 0, []
                while offset < len(content):
                    if len(told) in {1, 4}:
                        crash(url)
                    chunk = content[offset : offset + 2**19]
                    status, headers, _body = site.patch(address, offset, chunk)
                    told.append(status)
                    if status == 204:
                        acknowledged = int(headers["Upload-Offset"])
                        assert acknowledged == offset + len(chunk)
                    else:
                        assert status in {409, 500, 503}, status
                        acknowledged = offset
                    offset = site.offset(address)
                    assert offset >= acknowledged
                assert site.status(address)["outcome"] == "draft"
                assert 503 in told or 500 in told, "the crash was not noticed"
