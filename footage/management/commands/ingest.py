"""Take files and folders into the archive as draft clips, from the command line."""

import hashlib
import os
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from footage import media
from footage.accession import AlreadyHeld, accession
from footage.ingest.door import recordings_only
from footage.ingest.models import Master
from footage.ingest.refusals import Refused
from footage.ingest.write_path import masters_store, receive
from footage.models import Clip
from footage.tasks import examine, render

CHUNK: Final = 2**20
SECONDS_BETWEEN_REPORTS: Final = 2.0


HIDDEN: Final = "hidden, left out"


class NotTaken(Exception):
    """A path that is no file to take in, with the reason."""


@dataclass
class Tally:
    accepted: int = 0
    held: int = 0
    hidden: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


class Command(BaseCommand):
    help = (
        "Take files and folders into the archive as drafts. Can be interrupted and run again: "
        "files that are held already are recognised by their content."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH")
        parser.add_argument("--by", help="user name of whoever brings the files in")
        parser.add_argument("--source", default="", help="how and from whom they came (sealed)")
        parser.add_argument(
            "--examine",
            action="store_true",
            help="look at the files and make their copies here, instead of leaving it to a worker",
        )

    def handle(
        self, *args: Any, paths: list[str], by: str | None, source: str, examine: bool, **_: Any
    ) -> None:
        if hasattr(sys.stdout, "reconfigure"):
            # A terminal that cannot show a name must not end the ingest.
            sys.stdout.reconfigure(errors="backslashreplace")
        self.agent, self.source, self.examine_here = acting(by), source, examine
        self.tally = Tally()
        masters_store().sweep()
        interrupted = False
        try:
            for number, (path, problem) in enumerate(files_in(paths), start=1):
                self.take(number, path, problem)
        except KeyboardInterrupt:
            interrupted = True
        self.report()
        if interrupted:
            raise CommandError(
                "Interrupted; nothing is left half done. Run the same command again to go on: "
                "what is held already is skipped."
            )
        if self.tally.refused:
            raise CommandError(f"{len(self.tally.refused)} refused.")

    def take(self, number: int, path: Path, problem: str) -> None:
        """One file: accepted, already held, or refused with its reason; one line says which."""
        if problem == HIDDEN:
            self.tally.hidden += 1
            self.stdout.write(f"{number}  {shown(path)}  {HIDDEN}")
            return
        try:
            if problem:
                raise NotTaken(problem)
            clip, new = self.draft_of(number, path)
        except (NotTaken, Refused, OSError) as refusal:
            reason = getattr(refusal, "strerror", None) or str(refusal)
            self.tally.refused.append((shown(path), reason))
            self.stdout.write(f"{number}  {shown(path)}  refused: {reason}")
            return
        said = [str(number), shown(path), size_of(clip.master.bytes)]
        if new:
            self.tally.accepted += 1
            said.append(f"draft {clip.reference}")
        else:
            self.tally.held += 1
            said.append(f"held already as {clip.reference}")
        if self.examine_here and (reason := watchable(clip)):
            said.append(reason)
        self.stdout.write("  ".join(said))

    def draft_of(self, number: int, path: Path) -> tuple[Clip, bool]:
        """The draft made of a file, or the clip that has its bytes; and whether it is new."""
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if held := held_clip(file, size):
                return held, False
            received = receive(
                self.watched(file, number, path, size),
                by=self.agent,
                filename=path.name,
                expected_bytes=size,
                door=recordings_only,
            )
        try:
            return accession(received, by=self.agent, source_note=self.source), True
        except AlreadyHeld as refusal:
            return refusal.clip, False

    def watched(self, file: BufferedReader, number: int, path: Path, size: int) -> Iterator[bytes]:
        """The file in chunks, telling every two seconds how far it is."""
        done, told = 0, time.monotonic()
        while chunk := file.read(CHUNK):
            yield chunk
            done += len(chunk)
            if time.monotonic() - told > SECONDS_BETWEEN_REPORTS:
                told = time.monotonic()
                self.stdout.write(f"{number}  {shown(path)}  {size_of(done)} of {size_of(size)}")

    def report(self) -> None:
        tally = self.tally
        self.stdout.write(
            f"{tally.accepted} accepted, {tally.held} held already, "
            f"{len(tally.refused)} refused, {tally.hidden} hidden."
        )
        for name, reason in tally.refused:
            self.stdout.write(f"refused: {name}: {reason}")


def acting(username: str | None) -> Any:
    """The member of staff who brings files in; None when nobody was named."""
    if username is None:
        return None
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user “{username}”.")
    return user


def files_in(paths: list[str]) -> Iterator[tuple[Path, str]]:
    """Every entry below the paths in order of name, each with why it is not taken, or ''.

    Nothing is followed: not a link, and no folder that is one. Hidden is only what a folder
    hides; a path given by name is meant.
    """
    for given in paths:
        yield from entries(Path(given))


def entries(path: Path) -> Iterator[tuple[Path, str]]:
    try:
        mode = path.lstat().st_mode
        if not stat.S_ISDIR(mode):
            yield path, kind_problem(mode)
            return
        names = sorted(os.listdir(path))
    except (OSError, ValueError) as error:
        yield path, getattr(error, "strerror", None) or str(error)
        return
    for name in names:
        if name.startswith("."):
            yield path / name, HIDDEN
        else:
            yield from entries(path / name)


def kind_problem(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISLNK(mode):
        return "a symbolic link, which is not followed"
    return "no regular file (a pipe, socket or device)"


def open_regular(path: Path) -> BufferedReader:
    """Open for reading what is still a regular file. Raises NotTaken or OSError; never waits."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if problem := kind_problem(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotTaken(problem)
    return os.fdopen(descriptor, "rb")


def held_clip(file: BufferedReader, size: int) -> Clip | None:
    """The clip that has these very bytes. Reads the file only when a master has its size."""
    same_size = Master.objects.filter(bytes=size, deaccessioned_at=None)
    if not size or not same_size.exists():
        return None
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return Clip.objects.select_related("master").filter(master__digest=digest).first()


def watchable(clip: Clip) -> str:
    """Examine a clip's master and make its copies; why it does not play, or '' when it does."""
    try:
        examine(clip.master)
        render(clip.master)
    except media.Unavailable:
        return "not examined: media files cannot be opened safely on this machine"
    code = clip.master.unplayable
    return f"kept, but it does not play: {media.REASONS[code][0]}" if code else ""


def shown(path: Path) -> str:
    """A path as one harmless line: what does not print, bidi marks too, is escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def size_of(count: int) -> str:
    """Bytes for people, in steps of a thousand."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} GB"
