"""The parent's side of making copies: start the child, check what it wrote, put it in place.

A copy is trusted only after a fresh child has probed it and its bytes have been searched for
the tags of its master.
"""

import hashlib
import mmap
import os
import stat
from pathlib import Path
from typing import Any, Final

import imageio_ffmpeg

from footage.media import recipes, sandbox, signatures
from footage.media.answers import Probe, RenderedFile
from footage.media.confinement import Limits
from footage.media.looking import probe_open
from footage.media.recipes import Recipe
from footage.media.unplayable import Unplayable

STILL_LIMITS: Final = Limits(memory=2 << 30, cpu_seconds=12, file_size=64 << 20, seconds=10)
PHOTOGRAPH_LIMITS: Final = Limits(memory=2 << 30, cpu_seconds=30, file_size=64 << 20, seconds=30)
ENCODE_MEMORY: Final = 4 << 30
LARGEST_COPY: Final = 16 << 30
UNKNOWN_DURATION: Final = 1800.0
LONGEST_JOB: Final = 12 * 3600.0
# Shorter by this much (seconds, part) than its master says, a copy is truncated.
LOST_SECONDS, LOST_PART = 1.0, 0.05
SHORTEST_SECRET: Final = 5
SURELY_NO_CHANCE: Final = 8
# Brand lists of a master say nothing of its maker and stand in every MP4 alike.
SAME_IN_EVERY_FILE: Final = ("major_brand", "compatible_brands")


def render_poster(path: Path, out_dir: Path, probed: Probe | None = None) -> RenderedFile:
    """`out_dir`/poster.jpg: a frame that shows something, or the photograph itself, small.

    Under half a second for a phone clip. `probed` saves a second look at the file.
    """
    with sandbox.opened(path) as descriptor:
        seen = probed or probe_open(descriptor)
        return _still(descriptor, seen, out_dir, recipes.POSTER, recipes.POSTER_SIDE, STILL_LIMITS)


def render_photograph(path: Path, out_dir: Path, probed: Probe | None = None) -> RenderedFile:
    """`out_dir`/photograph.jpg, from a photograph."""
    with sandbox.opened(path) as descriptor:
        seen = probed or probe_open(descriptor)
        if seen.kind != "photograph":
            raise Unplayable("no-picture", f"a {seen.kind}, not a photograph")
        side = recipes.PHOTOGRAPH_SIDE
        return _still(descriptor, seen, out_dir, recipes.PHOTOGRAPH, side, PHOTOGRAPH_LIMITS)


def render_playable(
    path: Path, out_dir: Path, height: int = 480, probed: Probe | None = None
) -> RenderedFile:
    """`out_dir`/playable.mp4, from a video, its shorter side at most `height` pixels."""
    with sandbox.opened(path) as descriptor:
        seen = probed or probe_open(descriptor)
        if seen.kind != "video" or seen.width is None or seen.height is None:
            raise Unplayable("no-picture", f"a {seen.kind}, not a video")
        size = recipes.playable_size(seen.width, seen.height, height)
        arguments = recipes.playable_arguments(
            descriptor, _family(descriptor), *size, bool(seen.audio_codec)
        )
        return _encode(descriptor, seen, out_dir, recipes.PLAYABLE, arguments)


def render_sound(path: Path, out_dir: Path, probed: Probe | None = None) -> RenderedFile:
    """`out_dir`/sound.m4a: the sound of a sound recording, or of a video."""
    with sandbox.opened(path) as descriptor:
        seen = probed or probe_open(descriptor)
        if not seen.audio_codec:
            raise Unplayable("no-sound")
        arguments = recipes.sound_arguments(descriptor, _family(descriptor))
        return _encode(descriptor, seen, out_dir, recipes.SOUND, arguments)


def _still(
    descriptor: int, seen: Probe, out_dir: Path, recipe: Recipe, side: int, limits: Limits
) -> RenderedFile:
    if seen.kind == "sound":
        raise Unplayable("no-picture")
    request = {"name": recipe.file_name, "side": side, "duration_s": seen.duration_s}
    with sandbox.box(out_dir) as box:
        sandbox.run("still", descriptor, request, limits, box)
        return _accept(box, seen, out_dir, recipe)


def _encode(
    descriptor: int, seen: Probe, out_dir: Path, recipe: Recipe, arguments: list[str]
) -> RenderedFile:
    seconds = min(LONGEST_JOB, max(60.0, 10 * (seen.duration_s or UNKNOWN_DURATION)))
    limits = Limits(ENCODE_MEMORY, int(seconds * 4), LARGEST_COPY, seconds)
    request: dict[str, Any] = {"program": imageio_ffmpeg.get_ffmpeg_exe(), "arguments": arguments}
    with sandbox.box(out_dir) as box:
        sandbox.run("encode", descriptor, request, limits, box)
        return _accept(box, seen, out_dir, recipe)


def _family(descriptor: int) -> str:
    family = signatures.family_of(os.pread(descriptor, signatures.HEAD_BYTES, 0))
    if family not in signatures.DEMUXERS:
        raise Unplayable("not-media")
    return family


def _accept(box: Path, master: Probe, out_dir: Path, recipe: Recipe) -> RenderedFile:
    """Check the copy in the box and move it to its place. Raises Unplayable if it is not sound."""
    made = box / recipe.file_name
    try:
        descriptor = os.open(made, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise Unplayable("damaged", "no copy was written") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size == 0:
            raise Unplayable("damaged", "the copy is empty")
        copy = probe_open(descriptor)
        if copy.media_type != recipe.media_type:
            raise Unplayable("crashed", f"the copy is {copy.media_type}")
        sha256 = _read_through(descriptor, found.st_size, _secrets(master))
        os.fchmod(descriptor, 0o640)
        if os.geteuid() == 0 and found.st_uid != 0:
            os.fchown(descriptor, 0, os.getegid())
    finally:
        os.close(descriptor)
    placed = out_dir / recipe.file_name
    os.replace(made, placed)
    return RenderedFile(
        path=placed,
        role=recipe.role,
        recipe=recipe.number,
        media_type=recipe.media_type,
        bytes=found.st_size,
        sha256=sha256,
        width=copy.width,
        height=copy.height,
        duration_s=copy.duration_s,
        truncated=master.truncated or _ends_early(master.duration_s, copy.duration_s),
    )


def _ends_early(promised: float | None, got: float | None) -> bool:
    if promised is None or got is None:
        return False
    return promised - got > max(LOST_SECONDS, LOST_PART * promised)


def _secrets(master: Probe) -> list[bytes]:
    """The master's own words, as they might stand in a copy."""
    values = [
        v for k, v in master.tags.items() if k.split(" ")[-1].lower() not in SAME_IN_EVERY_FILE
    ]
    values += [value for value in (master.make, master.model, master.recorded) if value]
    # Runs of one or two characters are padding and occur in any picture data.
    told = {value for value in values if len(value) >= SHORTEST_SECRET and len(set(value)) > 2}
    return [encoded for value in told for encoded in (value.encode(), value.encode("utf-16-be"))]


def _read_through(descriptor: int, size: int, secrets: list[bytes]) -> str:
    """The SHA-256 of the copy. Raises Unplayable when one of the secrets is in it."""
    with mmap.mmap(descriptor, size, access=mmap.ACCESS_READ) as content:
        # An hour of coded picture holds any five letters by chance; tags stand before it.
        coded = content.find(b"mdat")
        for secret in secrets:
            end = coded if len(secret) < SURELY_NO_CHANCE and coded != -1 else size
            if content.find(secret, 0, end) != -1:
                raise Unplayable("metadata-in-copy")
        return hashlib.sha256(content).hexdigest()
