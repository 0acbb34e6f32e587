"""Counts that were made, kept until the index or the catalogue changes.

A key holds everything its counts depend on, the change number of the index and what is left out of
it included, so a count is never older than the page it stands on. Bounded by the number of values;
what was asked longest ago goes first.
"""

import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

# Some 30 MB a process when full.
MOST_VALUES = 300_000

_counts: "OrderedDict[tuple[Any, ...], Mapping[str, int]]" = OrderedDict()
_lock = threading.Lock()
_held = 0


def get(key: tuple[Any, ...]) -> Mapping[str, int] | None:
    with _lock:
        if key in _counts:
            _counts.move_to_end(key)
            return _counts[key]
    return None


def put(key: tuple[Any, ...], counts: Mapping[str, int]) -> None:
    global _held
    # The same values come again and again: their text is kept once.
    kept = {sys.intern(value): number for value, number in counts.items()}
    with _lock:
        _held += len(kept) + 1 - (len(_counts[key]) + 1 if key in _counts else 0)
        _counts[key] = kept
        _counts.move_to_end(key)
        while _held > MOST_VALUES and len(_counts) > 1:
            _, gone = _counts.popitem(last=False)
            _held -= len(gone) + 1


def forget() -> None:
    """For tests and measurements."""
    global _held
    with _lock:
        _counts.clear()
        _held = 0
