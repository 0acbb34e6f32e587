"""Digests of uploads under way, as far as they have come, in this process's memory."""

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Any, Final

DIGESTS_REMEMBERED: Final = 256


class Digests:
    """Running digests of uploads that this process receives, by how far they have come.

    A process that did not see every byte (a restart, another process in between) has none; the
    read-back at the end, which reads the whole file anyway, is then the only digest.
    """

    def __init__(self) -> None:
        self._states: OrderedDict[str, tuple[int, Any]] = OrderedDict()
        self._lock = Lock()

    def taken(self, upload_id: str, offset: int) -> Any | None:
        """The digest of the first `offset` bytes, out of here; None when it is not known."""
        with self._lock:
            at, state = self._states.pop(upload_id, (0, None))
        if not offset:
            return hashlib.sha256()
        return state if at == offset else None

    def remember(self, upload_id: str, offset: int, state: Any | None) -> None:
        if state is None:
            return
        with self._lock:
            self._states[upload_id] = (offset, state)
            while len(self._states) > DIGESTS_REMEMBERED:
                self._states.popitem(last=False)


digests = Digests()
