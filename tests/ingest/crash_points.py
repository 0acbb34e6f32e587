"""Die at every call to the system on the way of a master, one after the other.

Run as a program on an archive of its own (ARCHIVE_DATA). For n = 1, 2, 3 ... a child receives a
new file and kills itself at its nth call into the operating system or the database, until one
gets through alive. After each death the store is checked and the same file handed in again.
Prints how many deaths there were.
"""

import hashlib
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import django

SYSTEM_MODULES = {"posix", "fcntl"}
DATABASE_CALLS = {"execute", "commit"}


def die_at(n: int) -> None:
    """Kill this process, as kill -9 does, at its nth call that may change the world."""
    seen = 0

    def count(frame: FrameType, event: str, called: Any) -> None:
        nonlocal seen
        if event != "c_call":
            return
        if called.__module__ in SYSTEM_MODULES or called.__name__ in DATABASE_CALLS:
            seen += 1
            if seen == n:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)


def in_child(work: Any) -> int:
    """Run in a forked child; return its exit status, negative for the signal that killed it."""
    pid = os.fork()
    if not pid:
        try:
            work()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def content(n: int) -> list[bytes]:
    return [f"file {n}, chunk {chunk}\n".encode() * 3000 for chunk in range(3)]


def hand_in(n: int, dying: bool) -> None:
    from footage.ingest.write_path import receive

    if dying:
        die_at(n)
    receive(content(n), by=None)
    sys.setprofile(None)


def check(n: int, complete: bool) -> None:
    """Nothing half under a final name, no row without its bytes and its events."""
    from footage.custody.models import CustodyEvent
    from footage.ingest.models import Master
    from footage.ingest.write_path import masters_store

    store = masters_store()
    digest = hashlib.sha256(b"".join(content(n))).hexdigest()
    final = store.path(digest)
    if final.exists():
        assert hashlib.sha256(final.read_bytes()).hexdigest() == digest
        assert final.stat().st_mode & 0o777 == 0o400
    master = Master.objects.filter(digest=digest).first()
    assert master or not complete
    if master:
        assert final.exists(), "a row without its bytes"
        events = CustodyEvent.objects.filter(subject=f"master:{master.pk}", outcome="success")
        assert events.count() == 3
    if complete:
        store.sweep()
        assert not list((store.root / ".staging").iterdir())


def main() -> None:
    django.setup()
    n = 0
    while True:
        n += 1
        status = in_child(lambda: hand_in(n, dying=True))  # noqa: B023 - used within the round
        if status != -signal.SIGKILL:
            assert status == 0, f"point {n}: exit status {status}"
            break
        for work in (
            lambda: check(n, complete=False),  # noqa: B023
            lambda: hand_in(n, dying=False),  # noqa: B023
            lambda: check(n, complete=True),  # noqa: B023
        ):
            assert in_child(work) == 0, f"point {n}"
    print(f"{n - 1} deaths")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    os.environ["DJANGO_SETTINGS_MODULE"] = "aleppo_archive.settings"
    main()
