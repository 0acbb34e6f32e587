"""The write path of masters: whole, verified and recorded, or not there at all."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from footage.custody.models import CustodyEvent
from footage.ingest import refusals
from footage.ingest.directory import STAGING
from footage.ingest.models import Master
from footage.ingest.write_path import master_path, masters_store, open_master, receive

CONTENT = b"seven seconds of bread in Bustan al-Qasr" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def in_store(root: Path) -> list[str]:
    """Every file of the masters store, staging included, as paths below its root."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.fixture
def root(db: None) -> Path:
    return Path(storages["masters"].location)


def pieces(content: bytes = CONTENT, size: int = 1000) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def test_a_master_lies_under_its_own_digest_and_nobody_may_write_it(root: Path) -> None:
    received = receive(pieces(), by=None, filename="خبز.mp4")

    assert not received.already_held
    assert received.filename == "خبز.mp4"
    assert received.master.digest == DIGEST
    assert received.master.bytes == len(CONTENT)
    assert in_store(root) == [f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"]
    kept = master_path(received.master)
    assert kept.read_bytes() == CONTENT
    assert stat.S_IMODE(kept.stat().st_mode) == 0o400
    with open_master(received.master) as file:
        assert file.read() == CONTENT


def test_reception_is_in_the_chain_of_custody_without_the_file_name(root: Path) -> None:
    master = receive(pieces(), by=None, filename="Um_Ahmed_home.mp4").master

    events = CustodyEvent.objects.filter(subject=f"master:{master.pk}").order_by("recorded_at")
    assert [event.type for event in events] == [
        "transfer",
        "message digest calculation",
        "ingestion end",
    ]
    assert events[1].detail == {"fixity": f"sha256:{DIGEST}"}
    assert "Um_Ahmed" not in str([event.detail for event in events])


def test_the_same_bytes_again_are_kept_once_and_the_second_deposit_is_recorded(root: Path) -> None:
    first = receive(pieces(), by=None)
    second = receive(pieces(size=77), by=None)

    assert second.already_held
    assert second.master == first.master
    assert len(in_store(root)) == 1
    assert CustodyEvent.objects.filter(type="transfer", outcome="already-held").count() == 1


def test_whole_bytes_that_a_crash_left_without_a_row_are_taken_up(root: Path) -> None:
    receive(pieces(), by=None)
    Master.objects.all().delete()

    received = receive(pieces(), by=None)

    assert not received.already_held
    assert len(in_store(root)) == 1


@pytest.mark.parametrize(
    ("chunks", "options", "refusal"),
    [
        ([], {}, refusals.EmptyFile),
        ([b""], {}, refusals.EmptyFile),
        ([CONTENT], {"expected_bytes": len(CONTENT) + 1}, refusals.Incomplete),
        ([CONTENT], {"expected_bytes": len(CONTENT) - 1}, refusals.Incomplete),
        ([CONTENT], {"expected_bytes": 10**18}, refusals.TooLarge),
    ],
)
def test_a_refused_file_leaves_no_byte_and_no_row(
    root: Path, chunks: list[bytes], options: dict[str, Any], refusal: type[refusals.Refused]
) -> None:
    with pytest.raises(refusal):
        receive(chunks, by=None, **options)

    assert in_store(root) == []
    assert not Master.objects.exists()
    assert not CustodyEvent.objects.exists()


def test_a_file_larger_than_the_limit_is_stopped_while_it_arrives(
    root: Path, settings: Any
) -> None:
    settings.MASTER_MAX_BYTES = 2500
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield bytes(1000)

    with pytest.raises(refusals.TooLarge, match="larger"):
        receive(endless(), by=None)

    assert len(taken) == 3
    assert in_store(root) == []


def test_a_file_announced_larger_than_the_free_disk_is_refused_before_a_byte_is_read(
    root: Path, settings: Any
) -> None:
    settings.MASTER_MAX_BYTES = 10**18

    with pytest.raises(refusals.DiskFull):
        receive(iter(lambda: pytest.fail("a byte was read"), None), by=None, expected_bytes=10**17)


def test_a_source_that_breaks_off_leaves_nothing(root: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield CONTENT
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        receive(broken(), by=None)

    assert in_store(root) == []
    assert not Master.objects.exists()


def test_the_door_sees_the_very_bytes_and_may_refuse_them(root: Path) -> None:
    def door(path: Path) -> None:
        assert path.read_bytes() == CONTENT
        raise refusals.NotMedia("not-media", "no footage")

    with pytest.raises(refusals.NotMedia):
        receive(pieces(), by=None, door=door)

    assert in_store(root) == []
    assert not Master.objects.exists()


def test_a_held_copy_that_rotted_is_reported_and_never_overwritten(root: Path) -> None:
    path = master_path(receive(pieces(), by=None).master)
    os.chmod(path, 0o600)
    path.write_bytes(CONTENT[:-1] + b"X")

    with pytest.raises(refusals.HeldCopyDamaged):
        receive(pieces(), by=None)

    assert path.read_bytes().endswith(b"X")


def test_a_symbolic_link_under_a_final_name_is_not_followed(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(CONTENT)
    final = masters_store().path(DIGEST)
    final.parent.mkdir(parents=True)
    final.symlink_to(elsewhere)

    with pytest.raises(refusals.StorageFailed):
        receive(pieces(), by=None)

    assert not Master.objects.exists()


def test_bytes_that_two_people_let_go_are_not_taken_in_again(root: Path) -> None:
    master = receive(pieces(), by=None).master
    masters_store().remove(DIGEST)
    Master.objects.filter(pk=master.pk).update(deaccessioned_at=timezone.now())

    with pytest.raises(refusals.LeftTheHoldings):
        receive(pieces(), by=None)

    assert in_store(root) == []


def test_the_sweep_removes_what_the_dead_left_and_spares_who_still_writes(root: Path) -> None:
    store = masters_store()
    (root / STAGING).mkdir(parents=True)
    (root / STAGING / "left-by-a-dead-writer").write_bytes(b"half")

    with store.stage(pieces(), limit=10**9) as staged:
        assert store.sweep() == 1
        assert staged.path.exists()
        assert store.keep(staged)

    assert store.sweep() == 0
    assert len(in_store(root)) == 1
