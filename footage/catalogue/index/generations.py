"""Where an index lies, and which one readers use.

    ARCHIVE_DATA/index/current        the name of the generation in use
    ARCHIVE_DATA/index/lock           held by the one writer of this machine
    ARCHIVE_DATA/index/<generation>/  one index, with two small files of ours beside it:
        number     every change up to this one stands in it; written after the commit, so that
                   after a crash it says too little and never too much
        outdated   words were taken out of it, which its files may still hold; or it was found
                   damaged. A new generation takes its place

A generation's name begins with the number of the format, so an index of another release is not
read. Readers look at `current` and `number` before every search; both are a few bytes.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tantivy
from django.conf import settings

from footage.catalogue.index import remembering
from footage.catalogue.index.documents import register, schema
from footage.catalogue.models import PublicRecord, PublicState

FORMAT = 4


class Unavailable(Exception):
    """There is no index that can be searched: none was built, it is damaged, or another release's.

    The database answers instead, and whoever follows the catalogue builds a new one.
    """


class Busy(Exception):
    """Another process of this machine is the index's writer."""


@dataclass(frozen=True)
class Generation:
    """One index on disk."""

    path: Path

    @classmethod
    def new(cls) -> "Generation":
        path = root() / f"{FORMAT}-{secrets.token_hex(8)}"
        path.mkdir(parents=True)
        return cls(path)

    @property
    def name(self) -> str:
        return self.path.name

    def opened(self) -> tantivy.Index:
        """The index. Raises Unavailable when its files are not all there."""
        with engine():
            if (self.path / "meta.json").exists():
                return register(tantivy.Index.open(str(self.path)))
            return register(tantivy.Index(schema(), path=str(self.path)))

    @property
    def number(self) -> int:
        """The change up to which everything stands in it; -1 when it was not built to its end, or
        was found damaged."""
        try:
            return int((self.path / "number").read_text())
        except (OSError, ValueError):
            return -1

    def reach(self, number: int) -> None:
        """Say that every change up to this one stands in it."""
        _replace(self.path / "number", str(number))

    @property
    def outdated(self) -> bool:
        return (self.path / "outdated").exists()

    def condemn(self) -> None:
        """Have nobody read it any more: its files are not what was written. It is built anew."""
        with contextlib.suppress(OSError):
            self.reach(-1)

    def retire(self) -> None:
        """Have it replaced, even if this process dies in the next moment."""
        with contextlib.suppress(OSError):
            _replace(self.path / "outdated", "")


def root() -> Path:
    return Path(settings.ARCHIVE_DATA) / "index"


def chosen() -> Generation | None:
    """The generation that readers are to use; None when there is none of this format."""
    try:
        name = (root() / "current").read_text()
    except OSError:
        return None
    path = root() / name
    if not name.startswith(f"{FORMAT}-") or "/" in name or not path.is_dir():
        return None
    return Generation(path)


def choose(generation: Generation) -> None:
    """Let readers use this generation from their next search on, and remove every other one.

    A search under way keeps the files it has mapped until it ends.
    """
    _replace(root() / "current", generation.name)
    for other in root().iterdir():
        if other.is_dir() and other != generation.path:
            shutil.rmtree(other, ignore_errors=True)


@contextlib.contextmanager
def only_writer() -> Iterator[None]:
    """Be the index's writer of this machine. Raises Busy; the kernel frees it when we die."""
    root().mkdir(parents=True, exist_ok=True)
    with (root() / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy from error
        yield


def being_written() -> bool:
    """Whether some process of this machine holds the writer's lock. Leaves nothing behind."""
    if not (root() / "lock").exists():
        return False
    try:
        with only_writer():
            return False
    except Busy:
        return True


@contextlib.contextmanager
def engine() -> Iterator[None]:
    """Turn what the engine raises, a panic of its own threads included, into Unavailable."""
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        raise Unavailable(str(error)) from error
    except BaseException as error:
        # Not an Exception, so that no caller takes it for one; the engine's answer to bad bytes.
        if type(error).__name__ == "PanicException":
            raise Unavailable(str(error)) from error
        raise


# --- Reading -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class View:
    """What one search looks at: an index as it stood, which holds every change up to `number`."""

    generation: Generation
    number: int
    schema: tantivy.Schema
    searcher: tantivy.Searcher


_views: dict[Path, View] = {}
_opening = threading.Lock()


def view() -> View:
    """The index as it stands. Raises Unavailable."""
    generation = chosen()
    if generation is None:
        raise Unavailable("no index has been built")
    # The number first: what is opened after it holds at least as much.
    number = generation.number
    known = _views.get(root())
    if known and (known.generation, known.number) == (generation, number):
        return known
    if number < 0:
        raise Unavailable("the index is not whole")
    with _opening, engine():
        index = generation.opened()
        index.reload()
        opened = View(generation, number, index.schema, index.searcher())
        _views[root()] = opened
    # Nobody asks for what was made of an earlier view, and it would hold that view's files open:
    # a hundred mappings each, of which a process may have some 65,000.
    remembering.forget()
    return opened


def latest_change() -> int:
    return PublicState.objects.filter(pk=1).values_list("change", flat=True).first() or 0


def behind(seen: View) -> int:
    """How many changes of the catalogue are not in it yet."""
    return PublicRecord.objects.filter(change__gt=seen.number).count()


def _replace(path: Path, text: str) -> None:
    """Put a small file in place, whole or not at all."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with fresh.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
