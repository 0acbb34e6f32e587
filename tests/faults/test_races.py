"""Two clients on one upload, and one file twice at once: one wins, nobody is told a lie."""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from footage.accession import draft_of_upload
from footage.ingest.models import Master, Upload
from footage.ingest.uploads import sessions, store
from footage.ingest.write_path import masters_store
from footage.models import Clip
from tests.faults.campaigns import rounds
from tests.faults.site import Site, running
from tests.uploads.conftest import footage

RACES = rounds(60, 200)


class Content:
    """A source of the same byte over and over, so that whose bytes are kept can be seen."""

    def __init__(self, byte: bytes, length: int) -> None:
        self.byte, self.left = byte, length

    def read(self, size: int) -> bytes:
        size = min(size, self.left, 1000)
        self.left -= size
        return self.byte * size


def together(*works: Callable[[], Any]) -> list[Any]:
    """Run in threads that begin at once; what each returned, or the exception it raised."""
    results: list[Any] = [None] * len(works)
    begin = threading.Barrier(len(works))

    def run(number: int) -> None:
        begin.wait()
        try:
            results[number] = works[number]()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def archivist(transactional_db: None) -> Any:
    return get_user_model().objects.create_user("rima")


def race(by: Any, length: int = 20_000) -> tuple[Upload, list[Any], bytes]:
    """Two writers at the same offset; the row, what they were told, and the bytes in the file."""
    upload = sessions.begin(by=by, length=10 * length, metadata="", declared_digest="")

    def write(byte: bytes) -> Any:
        return sessions.receive(
            upload,
            offset=0,
            length=length,
            source=Content(byte, length),
            checksum=None,
            arrival=draft_of_upload,
        )

    told = together(lambda: write(b"a"), lambda: write(b"b"))
    upload.refresh_from_db()
    content = sessions.uploads().path(upload.pk).read_bytes()
    return upload, told, content


def judge(upload: Upload, told: list[Any], content: bytes, length: int = 20_000) -> None:
    """One won, its bytes are there and unmixed, and the other knows."""
    winners = [answer for answer in told if isinstance(answer, Upload)]
    losers = [answer for answer in told if not isinstance(answer, Upload)]
    assert len(winners) == 1, told
    assert all(isinstance(error, sessions.Conflict | store.Taken) for error in losers), told
    assert upload.offset == length
    assert len(set(content[:length])) == 1, "bytes of both"


def test_of_two_writers_one_is_kept_whole_and_the_other_is_told(archivist: Any) -> None:
    outcomes: Counter[str] = Counter()
    for _ in range(RACES):
        upload, told, content = race(archivist)
        judge(upload, told, content)
        outcomes.update(type(answer).__name__ for answer in told)
        sessions.terminate(upload)
    assert outcomes["Upload"] == RACES


@contextmanager
def nobody_locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(store.fcntl, "flock", lambda *_: None)
        yield


def test_without_lock_and_token_the_judgement_finds_fault(
    archivist: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def store_anyway(self: sessions.Writer, offset: int) -> None:
        Upload.objects.filter(pk=self.upload.pk).update(offset=offset)
        self.counted = offset

    class Anyone(sessions.Writer):
        def __init__(self, upload: Upload, pen: store.Pen, offset: int) -> None:
            self.upload, self.pen, self.token, self.counted = upload, pen, 0, offset

        _store = store_anyway

    monkeypatch.setattr(sessions, "Writer", Anyone)
    faults = 0
    with nobody_locks(monkeypatch):
        for _ in range(10):
            try:
                judge(*race(archivist))
            except AssertionError:
                faults += 1
    assert faults > 0


def test_the_token_alone_lets_only_one_count(
    archivist: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two machines whose locks do not see each other: one is told 409 before it is acknowledged."""
    with nobody_locks(monkeypatch):
        for _ in range(rounds(10, 50)):
            _upload, told, _content = race(archivist)
            assert sum(isinstance(answer, Upload) for answer in told) <= 1, told


def test_the_same_file_twice_at_once_is_one_master_one_clip_two_deposits(archivist: Any) -> None:
    for _ in range(rounds(5, 40)):
        content = footage()
        digest = hashlib.sha256(content).hexdigest()

        def deposit(content: bytes = content) -> str:
            upload = sessions.begin(
                by=archivist, length=len(content), metadata="", declared_digest=""
            )
            source = iter([content])

            class Whole:
                def read(self, size: int) -> bytes:
                    return next(source, b"")

            return sessions.receive(
                upload,
                offset=0,
                length=len(content),
                source=Whole(),
                checksum=None,
                arrival=draft_of_upload,
            ).outcome

        assert sorted(map(str, together(deposit, deposit))) == ["already-held", "draft"]
        master = Master.objects.get(digest=digest)
        assert Clip.objects.filter(master=master).count() == 1
        assert "rima" in Clip.objects.get(master=master).custody_note
        with masters_store().open(digest) as file:
            assert file.read() == content


def test_two_processes_race_over_the_wire(unstarted: Site) -> None:
    unstarted.workers = 2
    content = footage(400_000)
    with running(unstarted):
        for _ in range(rounds(10, 200)):
            address = unstarted.begin(len(content))
            told = together(
                *[lambda: unstarted.patch(address, 0, content[:200_000])[0]] * 2  # noqa: B023
            )
            assert told.count(204) == 1, told
            assert set(told) <= {204, 409, 423}
            assert unstarted.offset(address) == 200_000
            status, _headers, _body = unstarted.request("DELETE", address)
            assert status == 204
        address = unstarted.begin(len(content))
        assert unstarted.patch(address, 0, content)[0] == 204
        unstarted.check(content)
