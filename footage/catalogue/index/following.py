"""Building an index, and keeping it up to date with the catalogue.

One process of a machine does this, by following the change number: every half second it takes in
what was published, revised or withdrawn. The engine only marks a record as gone and keeps its
words in its files, so taking anything out has a new generation built beside the one in use, and
the old one's files are deleted.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import tantivy
from django.db import DatabaseError, connection

from footage.catalogue import gazetteer
from footage.catalogue.gazetteer import Places
from footage.catalogue.index import soundness
from footage.catalogue.index.documents import document
from footage.catalogue.index.generations import (
    Generation,
    Unavailable,
    choose,
    chosen,
    engine,
    latest_change,
)
from footage.catalogue.models import PublicRecord
from footage.catalogue.showing import told

PIECE = 500
# Of the engine's own memory while it writes; the rest is the operating system's cache.
HEAP_BYTES = 100_000_000
SECONDS_BETWEEN = 0.5
# A large archive that is revised all day is rebuilt half of the time, not all of it.
REST = 1.0
# All of the index is read once a day, a file a step, for what a disk has changed in it.
BETWEEN_READINGS = 86_400.0

logger = logging.getLogger(__name__)
Progress = Callable[[int, int], None]


def build(progress: Progress = lambda done, of: None) -> Generation:
    """A new generation that holds every live record, not yet in use. Memory is bounded.

    `progress` is told how many records are in, of how many. Raises Unavailable when the disk
    refuses the index.
    """
    generation = Generation.new()
    number = latest_change()
    total, done, last = PublicRecord.objects.live().count(), 0, 0
    places = gazetteer.current()
    with engine():
        index = generation.opened()
        writer = index.writer(HEAP_BYTES, 1)
        live = PublicRecord.objects.live().order_by("pk")
        while piece := list(live.filter(pk__gt=last).values_list("pk", "document")[:PIECE]):
            for key, text in piece:
                writer.add_document(_entry(text or "", key, places))
            last, done = piece[-1][0], done + len(piece)
            progress(done, max(total, done))
        writer.commit()
        writer.wait_merging_threads()
    generation.reach(number)
    return generation


class Pen:
    """The one who writes a generation: takes in what changed since its number."""

    def __init__(self, generation: Generation) -> None:
        """Raises Unavailable when the files are not all there."""
        self.generation = generation
        with engine():
            self._index = generation.opened()
            self._writer = self._index.writer(HEAP_BYTES, 1)

    def take_in(self) -> None:
        """Take in every change there is. Raises Unavailable when the index cannot be written.

        What replaces or removes an entry marks the generation first, so that no crash in between
        lets the words of the old entry stay for good.
        """
        after = self.generation.number
        changed = PublicRecord.objects.order_by("change")
        while rows := list(changed.filter(change__gt=after)[:PIECE]):
            with engine():
                self._write(rows)
            after = rows[-1].change
            self.generation.reach(after)

    def _write(self, rows: list[PublicRecord]) -> None:
        self._index.reload()
        held = self._index.searcher()
        if any(held.doc_freq("reference", row.reference) for row in rows):
            self.generation.retire()
        places = gazetteer.current()
        for row in rows:
            self._writer.delete_documents_by_term("reference", row.reference)
            if row.document is not None:
                self._writer.add_document(_entry(row.document, row.pk, places))
        self._writer.commit()


def _entry(text: str, row: int, places: Places) -> tantivy.Document:
    # Words of a record held back find nothing: to be found by them is to say them.
    record = told(text)
    texts = (record[name] for name in ("title_en", "title_ar", "summary_en", "summary_ar"))
    return document(record, row, places.mentioned(*texts))


class Follower:
    """The writer of the generation in use. Use it inside `only_writer()`.

    `step` does what there is to do and returns; it is called again and again.
    """

    def __init__(self) -> None:
        self._pen: Pen | None = None
        self._building: threading.Thread | None = None
        self._built: Generation | None = None
        self._rested = 0.0
        self._unread: list[Path] = []
        self._reading = ""
        self._read = 0.0

    def step(self) -> None:
        """Take in every change there is; begin or finish a new generation where one is due."""
        if self._built is not None:
            self._adopt(self._built)
        elif self._building is not None and not self._building.is_alive():
            self._building = None  # it failed, and said so
        pen = self._open()
        if pen is None:
            self._build_beside()
            return
        try:
            pen.take_in()
        except Unavailable:
            logger.warning("The search index cannot be written; it is built again.", exc_info=True)
            pen.generation.retire()
            self._pen = None
            return
        if pen.generation.outdated or pen.generation.number > latest_change():
            self._build_beside()
        else:
            self._read_again(pen.generation)

    def wait(self) -> None:
        """Until a generation under way is built. For those who cannot wait for the next step."""
        if self._building is not None:
            self._building.join()

    def _open(self) -> Pen | None:
        """The pen of the generation in use; None when there is none that can be written."""
        generation = chosen()
        if generation is None or generation.number < 0:
            self._pen = None
        elif self._pen is None or self._pen.generation != generation:
            self._pen = None
            try:
                self._pen = Pen(generation)
            except Unavailable:
                logger.warning("The search index is damaged; it is built again.", exc_info=True)
        return self._pen

    def _read_again(self, generation: Generation) -> None:
        """Read the next file of a generation, all of them once a day; none readers may trust if
        one is not as it was written."""
        try:
            if self._reading != generation.name or time.monotonic() > self._read + BETWEEN_READINGS:
                self._reading, self._read = generation.name, time.monotonic()
                self._unread = soundness.files(generation)
                whole = soundness.complete(generation)
            else:
                whole = not self._unread or soundness.sound(self._unread.pop())
        except Unavailable:
            whole = False
        if not whole:
            logger.error("A file of the search index changed on its disk; it is built again.")
            generation.condemn()
            self._pen = None

    def _build_beside(self) -> None:
        if self._building is not None or time.monotonic() < self._rested:
            return
        self._building = threading.Thread(target=self._build, name="index", daemon=True)
        self._building.start()

    def _build(self) -> None:
        started = time.monotonic()
        try:
            self._built = build()
        except (Unavailable, DatabaseError):
            logger.exception("The search index could not be built.")
        finally:
            connection.close()
            now = time.monotonic()
            self._rested = now + REST * (now - started)

    def _adopt(self, generation: Generation) -> None:
        """Bring the new generation up to date and let readers have it."""
        self._built = self._building = self._pen = None
        pen = Pen(generation)
        pen.take_in()
        choose(generation)
        self._pen = pen


def follow(ending: threading.Event) -> None:
    """Keep the index up to date until told to end. Use it inside `only_writer()`."""
    follower = Follower()
    pause = SECONDS_BETWEEN
    while not ending.wait(pause):
        try:
            follower.step()
            pause = SECONDS_BETWEEN
        except (DatabaseError, Unavailable):
            logger.warning("The search index could not follow; trying again.", exc_info=True)
            connection.close()
            pause = min(2 * pause, 30.0)
