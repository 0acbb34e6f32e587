"""Whether a container holds all it promises, and whether it is locked: by its own structure.

Reads headers only, by descriptor, a bounded number of them. Runs inside the confined child.
"""

import os
from collections.abc import Iterator

MAX_BOXES = 20_000
PAYLOADS = (b"mdat", b"moov", b"moof")
MOOV_READ = 4 << 20


def is_truncated(descriptor: int, family: str, size: int) -> bool:
    """True when the container says it goes on beyond the end of the file."""
    if family == "mov":
        return any(
            start + length > size
            for kind, start, length in _boxes(descriptor, size)
            if kind in PAYLOADS
        )
    if family in ("avi", "wav"):
        return 8 + int.from_bytes(os.pread(descriptor, 4, 4), "little") > size + 1
    if family == "matroska":
        return _matroska_end(os.pread(descriptor, 4096, 0)) > size
    return False


def is_encrypted(descriptor: int, family: str, size: int) -> bool:
    """True when an ISO base media file carries protected samples (ISO/IEC 23001-7)."""
    if family != "mov":
        return False
    for kind, start, length in _boxes(descriptor, size):
        if kind == b"moov":
            moov = os.pread(descriptor, min(length, MOOV_READ), start)
            return (b"encv" in moov or b"enca" in moov) and b"sinf" in moov
    return False


def _boxes(descriptor: int, size: int) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, length) of the top-level boxes of an ISO base media file."""
    start = 0
    for _ in range(MAX_BOXES):
        head = os.pread(descriptor, 16, start)
        if len(head) < 8:
            return
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:], "big")
        elif length == 0:
            length = size - start
        if length < 8:
            return
        yield kind, start, length
        start += length
        if start >= size:
            return


def _matroska_end(head: bytes) -> int:
    """Where the segment says it ends (RFC 8794); 0 when it does not say (live recordings)."""
    position = 0
    for expected in (b"\x1aE\xdf\xa3", b"\x18S\x80g"):
        if head[position : position + 4] != expected or position + 4 >= len(head):
            return 0
        first = head[position + 4]
        width = 9 - first.bit_length() if first else 9
        if width > 8:
            return 0
        field = head[position + 4 : position + 4 + width]
        value = int.from_bytes(field, "big") & ((1 << (7 * width)) - 1)
        unknown = value == (1 << (7 * width)) - 1
        position += 4 + width + (0 if unknown else value)
        if unknown:
            return 0
    return position
