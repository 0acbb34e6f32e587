"""A ZIP archive of very many small files, written without going back and in constant memory.

Python's own keeps an object for each file until the end, half a gigabyte for a million; here the
directory waits in a temporary file. ZIP64 (APPNOTE 4.3.14) begins where the old numbers end.
Without the directory, which comes last, no program opens the archive.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile

# Files of the directory that stay in memory, in bytes; what may wait before it is handed on.
_IN_MEMORY = 4_000_000
_PIECE = 65_536
# 1980-01-01 00:00, the first moment that a ZIP can name; a true one would say when it was made.
_DAY = 0b0000000_0001_00001
_UTF_8 = 0x0800
_DEFLATED = 8
_SHORT, _LONG = 0xFFFF, 0xFFFFFFFF


class Sink:
    """A file that cannot go back; `taken` is what was written since it was last asked."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def taken(self) -> bytes:
        taken, self._written = b"".join(self._written), []
        return taken


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The archive in pieces. Names are relative and unique; each file is below 4 GB."""
    number = offset = 0
    waiting: list[bytes] = []
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as directory:
        for name, content in files:
            packer = zlib.compressobj(6, zlib.DEFLATED, -15)
            packed = packer.compress(content) + packer.flush()
            said = name.encode()
            sizes = (zlib.crc32(content), len(packed), len(content), len(said))
            local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, _UTF_8, _DEFLATED, 0, _DAY, *sizes, 0)
            far = struct.pack("<2HQ", 1, 8, offset) if offset >= _LONG else b""
            central = struct.pack(
                "<4s6H3L5H2L",
                *(b"PK\1\2", 45, 45 if far else 20, _UTF_8, _DEFLATED, 0, _DAY),
                *(*sizes, len(far), 0, 0, 0, 0, _LONG if far else offset),
            )
            directory.write(central + said + far)
            waiting.append(local + said + packed)
            offset += len(local) + len(said) + len(packed)
            number += 1
            if sum(map(len, waiting)) >= _PIECE:
                yield b"".join(waiting)
                waiting = []
        yield b"".join(waiting)
        length = directory.tell()
        directory.seek(0)
        while piece := directory.read(_PIECE):
            yield piece
    yield _end(number, length, offset)


def _end(number: int, length: int, offset: int) -> bytes:
    far = b""
    if number >= _SHORT or offset >= _LONG or length >= _LONG:
        far = struct.pack(
            "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, number, number, length, offset
        ) + struct.pack("<4sLQL", b"PK\6\7", 0, offset + length, 1)
    short = min(number, _SHORT)
    return far + struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, short, short, min(length, _LONG), min(offset, _LONG), 0
    )
