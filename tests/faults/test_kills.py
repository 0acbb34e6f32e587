"""kill -9 at random moments: the right bytes in the end, and at most one chunk sent again."""

import contextlib
import random
import threading
from pathlib import Path

import pytest

from tests.faults.campaigns import rounds
from tests.faults.site import NETWORK, Site
from tests.uploads.conftest import footage

CHUNK = 2 * 2**20
KILLS = rounds(40, 200)


def test_uploads_survive_kill_9_at_any_moment(site: Site) -> None:
    moments = random.Random(20161127)
    kills, cut, contents = 0, 0, []
    while kills < KILLS:
        content = footage(moments.randrange(8, 20) * 2**20 + moments.randrange(1000))
        contents.append(content)
        address, offset = site.begin(len(content)), 0
        while offset < len(content):
            cut += 1
            acknowledged = offset
            whole = kills % 10 == 9
            killer = None
            if moments.random() < 0.6 and kills < KILLS:
                # The last request is longer: bytes, reading back, looking at it, the rows.
                last = offset + CHUNK >= len(content)
                kill = site.kill if whole else site.kill_workers
                killer = threading.Timer(moments.uniform(0, 1.2 if last else 0.05), kill)
                killer.start()
                kills += 1
            with contextlib.suppress(*NETWORK):
                status, headers, body = site.patch(
                    address, offset, content[offset : offset + CHUNK]
                )
                cut -= 1
                assert status in {204, 409, 423, 503}, body
                if status == 204:
                    acknowledged = int(headers["Upload-Offset"])
                    assert acknowledged == min(offset + CHUNK, len(content))
            if killer:
                killer.join()
                if whole:
                    site.start()
                else:
                    site.wait()
            offset = site.offset(address)
            assert offset >= acknowledged, "an acknowledged byte was lost"
    assert cut > KILLS / 4, "most kills came between requests"
    site.manage("reconcile")
    site.check(*contents)
    assert not any((site.data / "masters" / ".uploads").iterdir())


def test_a_request_of_many_megabytes_loses_no_more_than_was_not_synced(site: Site) -> None:
    content = footage(40 * 2**20)
    address = site.begin(len(content))
    with site.raw(address, 0, len(content)) as connection:
        connection.sendall(content[: 30 * 2**20])
        # The last offset a sync can have stored of what was sent.
        wait_for_offset(site, address, 24 * 2**20)
        site.kill_workers()
    site.wait()
    offset = site.offset(address)
    assert 30 * 2**20 - offset <= 9 * 2**20 + 2**20, "what was not yet synced, and in buffers"
    assert site.patch(address, offset, content[offset:])[0] == 204
    site.check(content)


def wait_for_offset(site: Site, address: str, offset: int) -> None:
    for _ in range(2000):
        if site.offset(address) >= offset:
            return
    raise AssertionError("the bytes were not counted while they came")


@pytest.mark.parametrize("harm", ["flip", "lose", "row"])
def test_the_check_after_a_campaign_sees_planted_damage(unstarted: Site, harm: str) -> None:
    content = footage()
    path = Path(unstarted.data, "clip.mp4")
    path.write_bytes(content)
    unstarted.manage("ingest", str(path))
    unstarted.check(content)
    [master] = (unstarted.data / "masters").glob("[0-9a-f]*/*/*")
    master.chmod(0o600)
    if harm == "flip":
        master.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif harm == "lose":
        master.unlink()
    else:
        (master.parent / ("ab" * 32)).write_bytes(b"half")
    with pytest.raises(AssertionError):
        unstarted.check(content)
