"""Whether the files of an index are still as they were written: a bit that a disk flipped is found.

The engine ends each file of a segment with a footer that names the CRC-32 of what stands before
it, and itself looks only whether the footer is there:

    body | JSON {"version": ..., "crc": number} | its length | 1337, both of 4 bytes, little-endian

Once written, such a file never changes. Which segments there are stands in `meta.json`, which has
no checksum: what it says is compared with the number of live records.
"""

import struct
import zlib
from pathlib import Path

import orjson

from footage.catalogue.index.generations import Generation, Unavailable, engine, latest_change
from footage.catalogue.models import PublicRecord

MAGIC = 1337
PIECE = 1 << 20


def files(generation: Generation) -> list[Path]:
    """The files of the committed segments; those of a merge under way are not among them.

    Raises Unavailable when the list of segments cannot be read.
    """
    try:
        listed = orjson.loads((generation.path / "meta.json").read_bytes())["segments"]
        names = [str(each["segment_id"]).replace("-", "") for each in listed]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"meta.json: {error}") from error
    return sorted(path for name in names for path in generation.path.glob(f"{name}.*"))


def sound(path: Path) -> bool:
    """Whether a file's bytes are those its footer tells of. About a second a gigabyte.

    True for one that is gone: the engine removes what it has merged.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 8))
            length, magic = struct.unpack("<II", file.read(8))
            body = size - 8 - length
            if magic != MAGIC or body < 0:
                return False
            file.seek(body)
            stated = orjson.loads(file.read(length))["crc"]
            file.seek(0)
            checksum = 0
            while body:
                piece = file.read(min(PIECE, body))
                if not piece:
                    return False
                checksum = zlib.crc32(piece, checksum)
                body -= len(piece)
            return bool(checksum == stated)
    except FileNotFoundError:
        return True
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return False


def complete(generation: Generation) -> bool:
    """Whether it holds as many entries as there are live records; true while it is behind.

    Raises Unavailable when it cannot be opened.
    """
    number, live = latest_change(), PublicRecord.objects.live().count()
    with engine():
        held = generation.opened().searcher().num_docs
    return held == live or not (number == generation.number == latest_change())


def damage(generation: Generation) -> list[str]:
    """What is wrong, as names of files; empty when all is as it was written."""
    try:
        wrong = [path.name for path in files(generation) if not sound(path)]
        return wrong or ([] if complete(generation) else ["meta.json"])
    except Unavailable:
        return ["meta.json"]
