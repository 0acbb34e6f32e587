"""The harness keeps its own promises."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.db import DatabaseError, connection, transaction

from footage.custody.models import CustodyEvent, EventType, record
from tests import servers
from tests.harness import OutsideConnection, absent
from tests.windows import window

# Addresses reserved for documentation (RFC 5737, RFC 2606): nothing answers there.
OUTSIDE = "203.0.113.7"


def test_a_connection_to_another_machine_is_refused():
    with socket.socket() as outgoing, pytest.raises(OutsideConnection):
        outgoing.connect((OUTSIDE, 80))


def test_a_datagram_to_another_machine_is_refused():
    with socket.socket(type=socket.SOCK_DGRAM) as outgoing, pytest.raises(OutsideConnection):
        outgoing.sendto(b"hello", (OUTSIDE, 53))


def test_a_name_of_another_machine_is_not_looked_up():
    with pytest.raises(OutsideConnection):
        socket.create_connection(("archive.example", 443))


def test_listening_to_other_machines_is_refused():
    with socket.socket() as listener, pytest.raises(OutsideConnection):
        listener.bind(("0.0.0.0", 0))


def test_loopback_stays_reachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(("localhost", listener.getsockname()[1])) as outgoing:
            accepted, _ = listener.accept()
            with accepted:
                outgoing.sendall(b"hello")
                assert accepted.recv(5) == b"hello"


@pytest.mark.parametrize("test", ["one", "the next"])
def test_stores_start_empty_in_every_test(test: str, archive_data: Path):
    assert list(archive_data.iterdir()) == []
    for name in ("masters", "working", "access"):
        storages[name].save("left-behind", ContentFile(test.encode()))
        assert (archive_data / name / "left-behind").read_text() == test
    assert default_storage.path("x") == storages["working"].path("x")


def test_nothing_is_read_from_the_developers_own_archive(archive_data: Path):
    assert archive_data.parent == Path(os.environ["ARCHIVE_DATA"])
    assert Path(settings.BASE_DIR) not in archive_data.parents
    name = str(settings.DATABASES["default"]["NAME"])
    assert not name.startswith(str(settings.BASE_DIR))


def test_a_postgresql_of_our_own_answers_and_is_gone_afterwards():
    if servers.postgresql_binaries() is None:
        absent("PostgreSQL is not installed")
    with servers.postgresql() as address:
        address = address.replace("/archive", "/postgres")
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE clip (title text)")
            connection.execute("INSERT INTO clip VALUES (%s)", ["حلب"])
            assert connection.execute("SELECT title FROM clip").fetchall() == [("حلب",)]
            # Reached by its socket alone.
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            home = Path(connection.info.host)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)
    assert not home.exists()


def test_a_server_that_does_not_start_says_why():
    with pytest.raises(servers.ServerDidNotStart, match="no such settings"):
        with servers.site_process(
            ["-c", "raise SystemExit('no such settings')"], {}, port=servers.free_port()
        ):
            pass


def test_a_server_process_answers_and_is_gone_afterwards():
    port = servers.free_port()
    serving = ["-m", "http.server", "--bind", "127.0.0.1", str(port)]
    with servers.site_process(serving, {}, port=port) as address:
        assert servers.answers(address)
    assert not servers.answers(address)


def test_what_is_required_fails_instead_of_being_skipped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ARCHIVE_REQUIRE", "all")
    with pytest.raises(pytest.fail.Exception, match="no such thing"):
        absent("no such thing")
    monkeypatch.delenv("ARCHIVE_REQUIRE")
    with pytest.raises(pytest.skip.Exception, match="no such thing"):
        absent("no such thing")


@pytest.mark.browser
def test_a_browser_reaches_the_site_with_its_static_files(page, site: str):
    answer = page.goto(f"{site}/static/admin/css/base.css")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/css")
    assert site.startswith("http://127.0.0.1:")


@pytest.mark.browser
def test_a_page_that_asks_another_host_fails_its_test(browser):
    with pytest.raises(AssertionError, match=r"archive\.example"), window(browser) as page:
        page.set_content('<img src="https://archive.example/pixel.png">')


@pytest.mark.browser
@pytest.mark.parametrize(("javascript", "title"), [(True, "scripts"), (False, "none")])
def test_a_window_runs_scripts_only_when_it_should(browser, javascript: bool, title: str):
    with window(browser, javascript=javascript) as page:
        page.set_content("<title>none</title><script>document.title = 'scripts'</script>")
        assert page.title() == title


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("test", ["one", "the next"])
def test_append_only_rows_are_gone_in_the_next_test_and_their_triggers_are_not(test: str):
    assert not CustodyEvent.objects.exists()
    record(EventType.ACCESSION, test)
    with pytest.raises(DatabaseError, match="append-only"):
        CustodyEvent.objects.all().delete()
    assert CustodyEvent.objects.get().subject == test


@pytest.mark.django_db(transaction=True)
def test_another_thread_sees_what_is_committed_and_nothing_else():
    def seen() -> list[str]:
        try:
            return list(CustodyEvent.objects.values_list("subject", flat=True))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as threads:
        with transaction.atomic():
            record(EventType.ACCESSION, "AA-TEST")
            assert threads.submit(seen).result() == []
        assert threads.submit(seen).result() == ["AA-TEST"]
