"""Death and full disks on the way of a master: nothing half stays, and it goes in again."""

import re
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from footage.ingest import refusals
from footage.ingest.models import Master
from footage.ingest.write_path import receive
from tests.ingest.conftest import House


def test_kill_9_at_every_step_leaves_nothing_half_and_the_file_goes_in_again(house: House) -> None:
    deaths = house.run("tests/ingest/crash_points.py")

    assert deaths.returncode == 0, deaths.stdout
    found = re.search(r"(\d+) deaths", deaths.stdout)
    assert found, deaths.stdout
    # Staging, writes, sync, read back, link, directories, transaction: none was left out.
    assert int(found[1]) > 30


@pytest.fixture
def no_room_after(db: None) -> Iterator[None]:
    """Let the system refuse whatever a file would hold beyond 100,000 bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("no_room_after")
def test_a_write_cut_short_by_the_system_is_a_full_disk(archive_data: Path) -> None:
    with pytest.raises(refusals.DiskFull, match="full"):
        receive([bytes(64 * 1024)] * 3, by=None)

    assert not [path for path in (archive_data / "masters").rglob("*") if path.is_file()]
    assert not Master.objects.exists()


@pytest.fixture
def small_disk(db: None, settings: Any, tmp_path: Path) -> Iterator[Path]:
    """Put the masters on a disk of one megabyte."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a disk that can be filled")
    stores = settings.STORAGES
    options = {**stores["masters"], "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**stores, "masters": options}
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_full_disk_is_told_and_keeps_what_it_had(small_disk: Path) -> None:
    kept = receive([b"a" * 500_000], by=None).master

    with pytest.raises(refusals.DiskFull):
        receive([b"b" * 65536] * 16, by=None)
    with pytest.raises(refusals.DiskFull):
        receive([b"c" * 600_000], by=None, expected_bytes=600_000)

    assert [path for path in small_disk.rglob("*") if path.is_file()] == [small_disk / kept.path]
    assert receive([b"d" * 300_000], by=None).master.bytes == 300_000
