"""Finds near hashes among very many, in memory. Pure; numpy alone.

Multi-index hashing (Norouzi, Punjani, Fleet 2012): each 256-bit hash is cut into 16 bands of 16
bits. Two hashes that differ in at most 31 bits share a band up to one bit, so looking up every
band and its 16 neighbours finds all of these. Of hashes that differ in 48 bits, as under a
banner, it finds over nine in ten, and a clip has many frames.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from footage.media.frames import FrameHash
from footage.media.likeness import ASKED_VIEWS, usable

BANDS: Final = 16
VALUES: Final = 1 << 16
# The band itself, and every value one bit away from it.
_NEIGHBOURS: Final = np.array([0, *(1 << bit for bit in range(16))], np.uint16)
# Bands that hold more than so many times the mean (black, test cards) tell nothing.
_CROWDED: Final = 40
# So many frames of a clip are enough to find those that share any of it.
ASKED_FRAMES: Final = 20


def asking(frames: Sequence[FrameHash]) -> NDArray[np.uint8]:
    """What to ask a Lookup of whole pictures for one clip: (m, 32) bytes, m at most 60.

    Frames evenly over the clip, each as it is, mirrored, and without its edges.
    """
    worth = usable(frames)
    step = max(1.0, len(worth) / ASKED_FRAMES)
    chosen = [worth[int(n * step)] for n in range(min(len(worth), ASKED_FRAMES))]
    joined = b"".join(frame.views[view] for frame in chosen for view in ASKED_VIEWS)
    return np.frombuffer(joined, np.uint8).reshape(-1, 32)


class Lookup:
    """An index over `hashes`, an array of (n, 32) bytes; rows keep their numbers.

    Building takes about 1.5 s and 110 MB for a million; it is made anew rather than changed.
    """

    def __init__(self, hashes: NDArray[np.uint8]) -> None:
        if hashes.ndim != 2 or hashes.shape[1] != 32 or hashes.dtype != np.uint8:
            raise ValueError("hashes are not an array of (n, 32) bytes")
        self._words = np.ascontiguousarray(hashes).view(np.uint64)
        bands = np.ascontiguousarray(hashes).view(np.uint16)
        self._rows, self._starts = [], []
        for band in range(BANDS):
            values = bands[:, band]
            self._rows.append(np.argsort(values, kind="stable").astype(np.uint32))
            counts = np.bincount(values, minlength=VALUES)
            self._starts.append(np.concatenate(([0], np.cumsum(counts))).astype(np.int64))
        self._most = max(64, _CROWDED * len(hashes) // VALUES)

    def __len__(self) -> int:
        return len(self._words)

    def near(
        self, queries: NDArray[np.uint8], within: int = 62
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """(query, row, bits that differ) of every pair found, sorted by query and row.

        `queries` are (m, 32) bytes. All rows within 31 bits are found, and most beyond.
        Cost: some 3 ms a query among a million.
        """
        queries = np.ascontiguousarray(queries)
        words, bands = queries.view(np.uint64), queries.view(np.uint16)
        asked, rows = [], []
        for band in range(BANDS):
            values = (bands[:, band, None] ^ _NEIGHBOURS).astype(np.int64).ravel()
            starts = self._starts[band][values]
            counts = self._starts[band][values + 1] - starts
            counts[counts > self._most] = 0
            who = np.repeat(np.arange(len(queries), dtype=np.uint32), len(_NEIGHBOURS))
            asked.append(np.repeat(who, counts))
            # Every position of every range, without a loop over the ranges.
            first = np.repeat(starts - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
            rows.append(self._rows[band][first + np.arange(counts.sum())])
        query, row = np.concatenate(asked), np.concatenate(rows)
        bits = np.bitwise_count(words[query] ^ self._words[row]).sum(axis=1, dtype=np.int16)
        kept = np.flatnonzero(bits <= within)
        _, at = np.unique(
            query[kept].astype(np.int64) * max(1, len(self)) + row[kept], return_index=True
        )
        found = kept[at]
        return query[found], row[found], bits[found]
