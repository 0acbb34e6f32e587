"""What was counted and rendered, kept until the index or the catalogue changes.

A key holds everything its value depends on, the moment of the index and what is left out of it
included, so nothing here is older than what would be made anew, and a withdrawal counts from the
next request on. Bounded; what was asked longest ago goes first.
"""

import threading
from collections import OrderedDict
from typing import Any

# Some 64 MB a process when full.
MOST_BYTES = 64_000_000
# A number with its name, as Python keeps them.
NUMBER_BYTES = 120
OVERHEAD = 500

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


def put(key: tuple[Any, ...], value: Any, size: int) -> None:
    """Keep a value of about so many bytes. It must not be changed any more."""
    global _size
    size += OVERHEAD
    with _lock:
        _size += size - (_kept.pop(key)[1] if key in _kept else 0)
        _kept[key] = (value, size)
        while _size > MOST_BYTES and len(_kept) > 1:
            _size -= _kept.popitem(last=False)[1][1]


def forget(of: object = None) -> None:
    """Everything, or only keys that begin so. For tests and measurements."""
    global _size
    with _lock:
        for key in [key for key in _kept if of is None or key[0] == of]:
            _size -= _kept.pop(key)[1]
