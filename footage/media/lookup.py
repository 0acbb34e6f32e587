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

from footage.media.frames import MIRRORED, VIEWS, WHOLE, FrameHash
from footage.media.likeness import usable

_AT: Final = {name: number for number, name in enumerate(VIEWS)}
BANDS: Final = 16
VALUES: Final = 1 << 16
# The band itself, and every value one bit away from it.
_NEIGHBOURS: Final = np.array([0, *(1 << bit for bit in range(16))], np.uint16)
# Bands that hold more than so many times the mean (black, test cards) tell nothing.
_CROWDED: Final = 40
# Of a clip everything is held whole, and some frames without their edges, so that a crop that comes
# later finds it; and it asks in both ways, so that it finds a crop that came before.
CROPS: Final = ("centre-94", "centre-88", "centre-80")
CROPS_HELD, CROPS_ASKED, WHOLE_ASKED = 8, 12, 60
# A long film may hold a few seconds of another clip: of it a frame every so many.
HELD_EVERY, CROPS_EVERY, WHOLE_EVERY = 8, 15, 3
# So many hashes are compared one by one before the index is made anew with them.
LOOSE: Final = 20_000
ASKED_AT_ONCE: Final = 60


def holding(frames: Sequence[FrameHash]) -> bytes:
    """What Holdings keep of one clip, 32 bytes a hash: some 85 hashes for a minute."""
    worth = usable(frames)
    some = _evenly(worth, max(CROPS_HELD, len(worth) // HELD_EVERY))
    return _joined(worth, (WHOLE,)) + _joined(some, CROPS)


def asking(frames: Sequence[FrameHash]) -> NDArray[np.uint8]:
    """What to ask Holdings for one clip: (m, 32) bytes, m at most 108 for a clip of a minute."""
    worth = usable(frames)
    whole = _evenly(worth, max(WHOLE_ASKED, len(worth) // WHOLE_EVERY))
    some = _evenly(worth, max(CROPS_ASKED, len(worth) // CROPS_EVERY))
    joined = _joined(whole, (WHOLE,)) + _joined(some, (MIRRORED, *CROPS))
    return np.frombuffer(joined, np.uint8).reshape(-1, 32)


def _evenly(frames: list[FrameHash], most: int) -> list[FrameHash]:
    step = max(1.0, len(frames) / most)
    return [frames[int(number * step)] for number in range(min(len(frames), most))]


def _joined(frames: Sequence[FrameHash], views: Sequence[str]) -> bytes:
    return b"".join(frame.views[_AT[view]] for frame in frames for view in views)


_NOTHING: Final = np.empty((0, 32), np.uint8)


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


class Holdings:
    """Hashes of many clips, each under its number; clips are added, never taken out.

    Memory: some 150 MB for a million hashes, 32 of them what `add` was given. Of what was added
    last, up to LOOSE hashes are compared one by one; beyond that the index is made anew (1.5 s).
    """

    def __init__(self) -> None:
        self._lookup = Lookup(_NOTHING)
        self._numbers = np.empty(0, np.int64)
        self._loose: list[tuple[int, NDArray[np.uint8]]] = []
        self._hashes = _NOTHING

    def __len__(self) -> int:
        return len(self._hashes) + self._loose_size()

    def add(self, number: int, held: bytes) -> None:
        """Hold what `holding` keeps of one clip."""
        if held:
            self._loose.append((number, np.frombuffer(held, np.uint8).reshape(-1, 32)))

    def _loose_size(self) -> int:
        return sum(len(hashes) for _, hashes in self._loose)

    def near(self, queries: NDArray[np.uint8], within: int = 62) -> dict[int, int]:
        """How many hashes of each clip come near any of the queries; clips without one are absent.

        Cost: as Lookup.near, and some 40 ms for what is not yet in the index.
        """
        if self._loose_size() > LOOSE:
            self._index()
        found: dict[int, int] = {}
        for start in range(0, len(queries), ASKED_AT_ONCE):
            asked = queries[start : start + ASKED_AT_ONCE]
            _, rows, _ = self._lookup.near(asked, within)
            numbers, counts = np.unique(self._numbers[rows], return_counts=True)
            for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
                found[number] = found.get(number, 0) + count
            words = np.ascontiguousarray(asked).view(np.uint64)
            for number, hashes in self._loose:
                held = np.ascontiguousarray(hashes).view(np.uint64)
                bits = np.bitwise_count(words[:, None, :] ^ held).sum(axis=2, dtype=np.int16)
                if count := int((bits <= within).sum()):
                    found[number] = found.get(number, 0) + count
        return found

    def _index(self) -> None:
        # The old index goes before the new one comes: two of them would fill the memory.
        self._lookup = Lookup(_NOTHING)
        self._hashes = np.concatenate([self._hashes, *(hashes for _, hashes in self._loose)])
        added = [np.full(len(hashes), number, np.int64) for number, hashes in self._loose]
        self._numbers = np.concatenate([self._numbers, *added])
        self._loose = []
        self._lookup = Lookup(self._hashes)
