"""What was withdrawn is not only unreachable: the catalogue's own pages no longer hold it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from footage import publishing
from footage.catalogue.models import PublicRecord
from footage.publishing import traces
from tests import world
from tests.walls.pages_on_disk import bytes_of_the_catalogue

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "The courtyard with the blue door"
# As only a document of the catalogue holds it: the workshop keeps its own words, sealed.
IN_A_DOCUMENT = f'"title_en":"{WORDS}"'.encode()


def published_and_withdrawn() -> list[bytes]:
    """Withdraw one record from among others; every mark that it left in the catalogue."""
    person = world.journalist("Nour")
    for number in range(12):
        world.published(world.clip(journalist=person, title_en=f"Another clip, number {number}"))
    row = world.published(world.clip(journalist=person, title_en=WORDS))
    copies = [copy.name.encode() for copy in row.read().renditions]
    marks = [IN_A_DOCUMENT, row.digest.encode(), *copies]
    written = bytes_of_the_catalogue()
    assert all(mark in written for mark in marks), "they were on the disk"
    publishing.withdraw(row.reference, reason="safety", by=world.publisher())
    for other in PublicRecord.objects.live()[:6]:
        publishing.withdraw(other.reference, reason="mistake", by=world.publisher())
    return marks


def test_the_pages_of_the_catalogue_do_not_keep_what_was_withdrawn() -> None:
    marks = published_and_withdrawn()
    if connection.vendor == "postgresql":
        # Its files keep dead rows until they are rewritten, so there it takes the command.
        call_command("scrub_catalogue")
    assert [mark for mark in marks if mark in bytes_of_the_catalogue()] == []


@pytest.mark.postgresql
def test_scrubbing_says_when_an_open_transaction_keeps_what_was_withdrawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(traces, "SECONDS_BETWEEN", 0.01)
    dump = connection.copy()
    dump.set_autocommit(False)
    try:
        with dump.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT 1")
        marks = published_and_withdrawn()
        with pytest.raises(CommandError, match="another connection holds a transaction open"):
            call_command("scrub_catalogue")
        assert [mark for mark in marks if mark in bytes_of_the_catalogue()] != []
        dump.rollback()
        call_command("scrub_catalogue")
        assert [mark for mark in marks if mark in bytes_of_the_catalogue()] == []
    finally:
        dump.close()


def test_scrubbing_keeps_what_is_public() -> None:
    kept = world.published()
    call_command("scrub_catalogue")
    assert PublicRecord.objects.get().document == kept.document
    assert publishing.audit_public() == []


def test_without_the_care_taken_the_search_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "empty_log_after_commit", lambda: None)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=OFF")
    try:
        marks = published_and_withdrawn()
        assert [mark for mark in marks if mark in bytes_of_the_catalogue()] != []
    finally:
        connection.close()
