"""Bad lines: stalled, reset, slow. Nobody else waits, and what came is kept."""

import socket
import struct
import time

from tests.faults.campaigns import rounds
from tests.faults.site import Site
from tests.uploads.conftest import footage

STALLED = rounds(6, 40)


def answer_within(site: Site, seconds: float) -> None:
    begun = time.monotonic()
    assert site.request("OPTIONS", "/admin/uploads/")[0] == 204
    assert time.monotonic() - begun < seconds


def test_stalled_lines_do_not_block_others_and_a_new_request_takes_over(site: Site) -> None:
    """Of eight threads six hang; the archivist whose line died comes back on a new one."""
    content = footage()
    addresses = [site.begin(len(content)) for _ in range(min(STALLED, site.threads - 2))]
    lines = [site.raw(address, 0, len(content)) for address in addresses]
    try:
        for line in lines:
            line.sendall(content[:20_000])
        time.sleep(1)
        answer_within(site, 10)
        # Its bytes were never counted, or were: either way the client is told where to go on.
        begun = time.monotonic()
        status, _headers, _body = site.patch(addresses[0], 0, content)
        assert time.monotonic() - begun < 10
        assert status in {204, 409, 423}
        if status != 204:
            offset = site.offset(addresses[0])
            assert site.patch(addresses[0], offset, content[offset:])[0] == 204
    finally:
        for line in lines:
            line.close()
    site.check(content)


def test_what_came_before_a_reset_is_kept_and_the_rest_follows(site: Site) -> None:
    content = footage(6 * 2**20)
    address = site.begin(len(content))
    for _ in range(rounds(3, 30)):
        offset = site.offset(address)
        line = site.raw(address, offset, len(content) - offset)
        line.sendall(content[offset : offset + 2**20])
        time.sleep(0.3)
        # A reset instead of an orderly end.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.close()
        if site.offset(address) > 4 * 2**20:
            break
    for _ in range(50):
        offset = site.offset(address)
        if site.patch(address, offset, content[offset:])[0] == 204:
            break
        time.sleep(0.1)
    site.check(content)


def test_half_closed_lines_end_at_once_with_what_came(site: Site) -> None:
    content = footage()
    address = site.begin(len(content))
    with site.raw(address, 0, len(content)) as line:
        line.sendall(content[:70_000])
        line.shutdown(socket.SHUT_WR)
        assert b" 408 " in line.recv(4096).split(b"\r\n")[0]
    assert site.offset(address) == 70_000
    assert site.patch(address, 70_000, content[70_000:])[0] == 204
    site.check(content)


def test_a_kilobyte_a_second_arrives_while_others_are_served(site: Site) -> None:
    content = footage(50_000)
    address = site.begin(len(content))
    slow = 12_000
    with site.raw(address, 0, slow) as line:
        for start in range(0, slow, 1000):
            line.sendall(content[start : start + 1000])
            if start % 4000 == 0:
                answer_within(site, 5)
            time.sleep(1)
        assert b" 204 " in line.recv(4096).split(b"\r\n")[0]
    assert site.patch(address, slow, content[slow:])[0] == 204
    site.check(content)
