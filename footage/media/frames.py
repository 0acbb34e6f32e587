"""What is kept of a frame to know it again: perceptual hashes, and their check. Pure."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# Raised when hashes are taken in another way, so that those kept are taken again.
RECIPE: Final = 1
BYTES: Final = 32
WHOLE, MIRRORED = "whole", "mirrored"
# The parts of each picture that are hashed: left, top, right, bottom, as parts of the whole.
# Crops are found by the centre that comes near what was kept, banners by what they leave free.
VIEWS: Final[dict[str, tuple[float, float, float, float]]] = {
    WHOLE: (0.0, 0.0, 1.0, 1.0),
    MIRRORED: (0.0, 0.0, 1.0, 1.0),
    "centre-94": (0.03, 0.03, 0.97, 0.97),
    "centre-88": (0.06, 0.06, 0.94, 0.94),
    "centre-80": (0.10, 0.10, 0.90, 0.90),
    "centre-70": (0.15, 0.15, 0.85, 0.85),
    "above": (0.0, 0.0, 1.0, 0.8),
    "below": (0.0, 0.2, 1.0, 1.0),
}

_PACKED: Final = struct.Struct("<fB")


@dataclass(frozen=True)
class FrameHash:
    """One frame: seconds from the start, PDQ's quality 0-100, the hash of each of VIEWS."""

    t_s: float
    quality: int
    views: tuple[bytes, ...]


def hashes_from_json(data: object, most: int = 5000) -> list[FrameHash]:
    """From what the child says. Raises ValueError unless every field is as declared."""
    rows = data.get("frames") if isinstance(data, dict) and set(data) == {"frames"} else None
    if not isinstance(rows, list) or not 1 <= len(rows) <= most:
        raise ValueError("not a list of frames")
    found = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 3:
            raise ValueError("not a frame")
        t_s, quality, text = row
        if type(t_s) is not float or not 0 <= t_s < 1e7:
            raise ValueError("the time of a frame is not as declared")
        if type(quality) is not int or not 0 <= quality <= 100 or not isinstance(text, str):
            raise ValueError("a frame is not as declared")
        bits = bytes.fromhex(text)
        if len(bits) != BYTES * len(VIEWS):
            raise ValueError("the hash of a frame is not as declared")
        views = tuple(bits[at : at + BYTES] for at in range(0, len(bits), BYTES))
        found.append(FrameHash(t_s, quality, views))
    return found


def pack(frames: Iterable[FrameHash]) -> bytes:
    """Frames as they are kept: 261 bytes each."""
    return b"".join(
        _PACKED.pack(frame.t_s, frame.quality) + b"".join(frame.views) for frame in frames
    )


def unpack(data: bytes) -> list[FrameHash]:
    """What `pack` kept. Raises ValueError for anything else."""
    size = _PACKED.size + BYTES * len(VIEWS)
    if len(data) % size:
        raise ValueError("not packed frames")
    found = []
    for start in range(0, len(data), size):
        t_s, quality = _PACKED.unpack_from(data, start)
        first = start + _PACKED.size
        views = tuple(data[at : at + BYTES] for at in range(first, start + size, BYTES))
        found.append(FrameHash(t_s, quality, views))
    return found
