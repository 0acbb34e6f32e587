"""Full disks and disks that fail: nothing acknowledged is lost, and uploads go on afterwards."""

import contextlib
import errno
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from footage.accession import adopt, draft_of_upload
from footage.ingest.models import Master, Upload
from footage.ingest.reconciler import reconcile
from footage.ingest.uploads import sessions
from footage.ingest.write_path import master_path, masters_store, open_master
from tests.faults.campaigns import rounds
from tests.harness import absent
from tests.uploads.conftest import Tus, footage

pytestmark = pytest.mark.django_db
DISK = 1_048_576


@pytest.fixture
def small_disk(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """Put the masters on a disk of one megabyte, without a reserve."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        absent("only root may mount a disk that can be filled")
    stores = settings.STORAGES
    options = {**stores["masters"], "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**stores, "masters": options}
    settings.DISK_RESERVE_BYTES = 0
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def filled(disk: Path, free: int) -> Path:
    """Leave so many bytes on the disk, rounded down to its pages."""
    filling = disk / "filling"
    found = os.statvfs(disk)
    filling.write_bytes(bytes(max(0, found.f_bavail * found.f_frsize - free)))
    return filling


@pytest.mark.parametrize("pages", range(0, 74, rounds(9, 1)))
def test_a_disk_that_fills_up_at_any_write_loses_nothing_acknowledged(
    small_disk: Path, tus: Tus, pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first page to the last chunk: 507, the true offset, and on when space returns."""
    monkeypatch.setattr(sessions, "BYTES_BETWEEN_SYNCS", 50_000)
    monkeypatch.setattr(sessions, "PIECE", 16_384)
    content = footage(300_000)
    address = tus.begun(len(content))
    filling = filled(small_disk, pages * 4096)
    offset = 0
    told: list[int] = []
    while offset < len(content):
        response = tus.patch(address, offset, content[offset : offset + 100_000])
        told.append(response.status_code)
        if response.status_code == 204:
            assert int(response["Upload-Offset"]) == min(offset + 100_000, len(content))
        else:
            assert response.status_code == 507
            assert tus.offset(address) >= offset, "an acknowledged byte was lost"
            filling.unlink()
        offset = tus.offset(address)
    assert told.count(507) == 1, told
    with open_master(Master.objects.get()) as file:
        assert file.read() == content


def test_the_disk_campaign_sees_a_writer_that_ignores_short_writes(
    small_disk: Path, tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault is Django's own: a short write taken for a whole one."""

    def careless(self: Any, content: bytes) -> None:
        with contextlib.suppress(OSError):
            os.pwrite(self.descriptor, content, self.offset)
        self.offset += len(content)

    monkeypatch.setattr("footage.ingest.uploads.store.Pen.write", careless)
    with pytest.raises(AssertionError):
        test_a_disk_that_fills_up_at_any_write_loses_nothing_acknowledged(
            small_disk, tus, 50, monkeypatch
        )


class FailingSystem:
    """The calls that make bytes durable, of which the nth fails."""

    CALLS = ("fsync", "fdatasync", "link", "fchmod", "pwrite")

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen, self.fail_at, self.code = 0, 0, errno.EIO
        self.failed_descriptors: set[int] = set()
        for name in self.CALLS:
            monkeypatch.setattr(os, name, self.wrapped(name, getattr(os, name)))

    def wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def system_call(*arguments: Any, **options: Any) -> Any:
            if name in {"fsync", "fdatasync"}:
                assert self.identity(arguments[0]) not in self.failed_descriptors, (
                    "a failed sync was tried again on the same file"
                )
            self.seen += 1
            if self.seen == self.fail_at:
                # A folder is synced again for the next file in it: there is no other one.
                if name in {"fsync", "fdatasync"} and self.identity(arguments[0]):
                    self.failed_descriptors.add(self.identity(arguments[0]))
                raise OSError(self.code, os.strerror(self.code))
            return call(*arguments, **options)

        return system_call

    @staticmethod
    def identity(descriptor: int) -> int:
        """The file behind a descriptor, whatever its number; 0 for a directory."""
        found = os.fstat(descriptor)
        return 0 if os.path.isdir(f"/proc/self/fd/{descriptor}") else found.st_ino


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_whatever_sync_write_or_link_fails_the_client_is_told_and_can_begin_again(
    tus: Tus, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Fail the 1st, 2nd, 3rd ... call until a whole upload gets through untouched."""
    system = FailingSystem(monkeypatch)
    system.code = code
    for failing in range(1, 200):
        content = footage(seed=1_000_000 * code + failing)
        system.seen, system.fail_at = 0, failing
        created = tus.create(len(content))
        told = [created.status_code]
        if created.status_code == 201:
            address = created["Location"]
            told.append(tus.patch(address, 0, content[:60_000]).status_code)
            if told[-1] == 204:
                told.append(tus.patch(address, 60_000, content[60_000:]).status_code)
        if system.seen < failing:
            break
        digest = hashlib.sha256(content).hexdigest()
        if all(status < 300 for status in told):
            assert Master.objects.filter(digest=digest).exists(), "acknowledged and not there"
        else:
            assert told[-1] in {500, 507}, told
        # Whoever tries again gets through, on the same upload or a new one.
        system.fail_at = 0
        if not Master.objects.filter(digest=digest).exists():
            answer = tus.head(address) if created.status_code == 201 else created
            if created.status_code != 201 or answer.status_code == 410:
                address, offset = tus.begun(len(content)), 0
            else:
                offset = int(answer["Upload-Offset"])
            if offset < len(content):
                assert tus.patch(address, offset, content[offset:]).status_code == 204
        with open_master(Master.objects.get(digest=digest)) as file:
            assert file.read() == content
    else:
        pytest.fail("no upload got through")
    assert failing > 10, "write, sync, link and directories were all tried"
    found = reconcile(arrival=draft_of_upload, adopt=adopt)
    assert not [finding for finding in found if finding.done == "report"]
    assert not Upload.objects.filter(state="receiving", offset__gt=0).exists()


def test_the_failing_system_sees_a_sync_that_is_tried_again(
    tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = FailingSystem(monkeypatch)

    def stubborn(self: Any) -> None:
        for _ in range(2):
            try:
                return os.fdatasync(self.descriptor)
            except OSError:
                continue

    monkeypatch.setattr("footage.ingest.uploads.store.Pen.sync", stubborn)
    address = tus.begun(1000)
    system.seen, system.fail_at = 0, 2
    with pytest.raises(AssertionError, match="tried again"):
        tus.patch(address, 0, b"x" * 100)


def test_a_file_whose_sync_failed_is_set_aside_and_not_used_again(
    tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = tus.begun(1000)
    tus.patch(address, 0, b"x" * 100)

    def failing(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", failing)
        assert tus.patch(address, 100, b"x" * 100).status_code == 500
    assert tus.head(address).status_code == 410
    assert len(list(masters_store().quarantine.iterdir())) == 1
    assert sessions.uploads().names() == []


def test_a_master_kept_under_a_full_disk_stays_as_it_is(small_disk: Path, tus: Tus) -> None:
    content = footage(200_000)
    tus.patch(tus.begun(len(content)), 0, content)
    filled(small_disk, 0)
    assert tus.create(50_000).status_code == 507
    assert master_path(Master.objects.get()).read_bytes() == content
