"""Numbers that were counted, kept until the index or the catalogue changes.

A key holds everything its numbers depend on, the change number of the index and what is left out of
it included, so a number is never older than the page it stands on. Bounded; what was asked longest
ago goes first.
"""

import threading
from collections import OrderedDict
from typing import Any

# So many numbers with their names: some 40 MB a process when full.
MOST_NUMBERS = 400_000

_kept: "OrderedDict[tuple[Any, ...], tuple[Any, int]]" = OrderedDict()
_lock = threading.Lock()
_size = 0


def get(key: tuple[Any, ...]) -> Any:
    """What was put under an equal key; None when there is nothing."""
    with _lock:
        if key not in _kept:
            return None
        _kept.move_to_end(key)
        return _kept[key][0]


def put(key: tuple[Any, ...], value: Any, numbers: int) -> None:
    """Keep a value that holds so many numbers. It must not be changed any more."""
    global _size
    with _lock:
        _size += numbers + 1 - (_kept.pop(key)[1] if key in _kept else 0)
        _kept[key] = (value, numbers + 1)
        while _size > MOST_NUMBERS and len(_kept) > 1:
            _size -= _kept.popitem(last=False)[1][1]


def forget() -> None:
    """For tests and measurements."""
    global _size
    with _lock:
        _kept.clear()
        _size = 0
