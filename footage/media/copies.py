"""The parent's side of making copies: start the child, check what it wrote, put it in place.

A copy is trusted only after a fresh child has probed it and its bytes have been searched for
the tags of its master.
"""

import hashlib
import json
import mmap
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import imageio_ffmpeg

from footage.media import recipes, sandbox, signatures
from footage.media.answers import Probe, RenderedFile, Strip
from footage.media.confinement import Limits
from footage.media.encoding import encode_arguments
from footage.media.looking import probe_open
from footage.media.recipes import ClipRecipe, Recipe, StillRecipe, StripRecipe, WaveformRecipe
from footage.media.unplayable import Unplayable

STILL_LIMITS: Final = Limits(memory=2 << 30, cpu_seconds=12, file_size=64 << 20, seconds=10)
STRIP_LIMITS: Final = Limits(memory=2 << 30, cpu_seconds=30, file_size=64 << 20, seconds=20)
PHOTOGRAPH_LIMITS: Final = Limits(memory=2 << 30, cpu_seconds=30, file_size=64 << 20, seconds=30)
ENCODE_MEMORY: Final = 4 << 30
LARGEST_COPY: Final = 16 << 30
UNKNOWN_DURATION: Final = 1800.0
LONGEST_JOB: Final = 12 * 3600.0
# The thinnest recordings, AMR at 4.75 kbit/s, hold so many bytes for a second.
LEAST_BYTES_A_SECOND: Final = 600
# Shorter by this much (seconds, part) than its master says, a copy is truncated.
LOST_SECONDS, LOST_PART = 1.0, 0.05
SHORTEST_SECRET: Final = 5
SURELY_NO_CHANCE: Final = 8
# Brand lists of a master say nothing of its maker and stand in every MP4 alike.
SAME_IN_EVERY_FILE: Final = ("major_brand", "compatible_brands")


def render_all(path: Path, out_dir: Path, probed: Probe | None = None) -> list[RenderedFile]:
    """Every copy a master gets, in `out_dir`. `render_each` hands them out as they are ready."""
    return list(render_each(path, out_dir, probed))


def render_each(
    path: Path, out_dir: Path, probed: Probe | None = None, without: Collection[str] = ()
) -> Iterator[RenderedFile]:
    """Every copy a master gets but those whose roles are in `without`, soonest useful first.

    Video: poster, strip, playable copies for everybody and for slow lines (one decoding), then
    720 lines and the sound (another; without 720 lines the sound comes with the first), then the
    waveform. Photograph: poster and two sizes.
    Sound: itself and its waveform. Sound that cannot be read is left out. Raises Unplayable
    where another copy fails; those before it stand.
    """
    with sandbox.opened(path) as descriptor:
        seen = probed or probe_open(descriptor)
        left_out = set(without)
        for recipes_together in _plan(seen):
            wanted = [recipe for recipe in recipes_together if recipe.role not in left_out]
            for copy in _render(descriptor, seen, out_dir, wanted) if wanted else []:
                if copy.silenced:
                    left_out |= {recipes.SOUND.role, recipes.WAVEFORM.role}
                yield copy


def planned(seen: Probe) -> list[Recipe]:
    """Every copy that `render_each` tries to make of such a master, in its order."""
    return [recipe for recipes_together in _plan(seen) for recipe in recipes_together]


def _plan(seen: Probe) -> list[list[Recipe]]:
    """Groups of recipes; each group costs one child."""
    if seen.kind == "photograph":
        stills: list[Recipe] = [recipes.POSTER]
        stills += recipes.photographs_for(seen.width or 0, seen.height or 0)
        return [[still] for still in stills]
    sound: list[Recipe] = [recipes.SOUND] if seen.audio_codec else []
    waveform: list[Recipe] = [recipes.WAVEFORM] if seen.audio_codec else []
    if seen.kind == "sound" or seen.width is None or seen.height is None:
        return [sound, waveform]
    sizes = recipes.playables_for(seen.width, seen.height)
    first: list[Recipe] = [size for size in sizes if size is not recipes.PLAYABLE_720]
    if recipes.PLAYABLE_720 not in sizes:
        return [[recipes.POSTER], [recipes.STRIP], first + sound, waveform]
    return [[recipes.POSTER], [recipes.STRIP], first, [recipes.PLAYABLE_720, *sound], waveform]


def render_poster(path: Path, out_dir: Path, probed: Probe | None = None) -> RenderedFile:
    """`out_dir`/poster.jpg: a frame that shows something, or the photograph itself, small.

    Under half a second for a phone clip. `probed` saves a second look at the file.
    """
    return _render_one(path, out_dir, probed, recipes.POSTER)


def render_strip(path: Path, out_dir: Path, probed: Probe | None = None) -> RenderedFile:
    """`out_dir`/strip.jpg: frames over the length of a video; `strip` of the answer says when."""
    return _render_one(path, out_dir, probed, recipes.STRIP)


def render_moments(
    path: Path, out_dir: Path, times: list[float], probed: Probe | None = None
) -> RenderedFile:
    """`out_dir`/strip.jpg: the frames of a video at these times, one beside the other.

    For a photograph, `out_dir`/poster.jpg: it has no other moment.
    """
    with sandbox.opened(path) as descriptor:
        seen = probed or probe_open(descriptor)
        if seen.kind == "photograph":
            return _still(descriptor, seen, out_dir, recipes.POSTER)
        return _strip(descriptor, seen, out_dir, recipes.STRIP, at=times)


def render_photograph(
    path: Path, out_dir: Path, probed: Probe | None = None, small: bool = False
) -> RenderedFile:
    """`out_dir`/photograph.jpg, or the small one, from a photograph."""
    recipe = recipes.PHOTOGRAPH_SMALL if small else recipes.PHOTOGRAPH
    return _render_one(path, out_dir, probed, recipe)


def render_playable(
    path: Path, out_dir: Path, height: int = 480, probed: Probe | None = None
) -> RenderedFile:
    """One playable copy of a video, `height` a key of recipes.PLAYABLES. Never enlarged."""
    return _render_one(path, out_dir, probed, recipes.PLAYABLES[height])


def render_sound(path: Path, out_dir: Path, probed: Probe | None = None) -> RenderedFile:
    """`out_dir`/sound.m4a: the sound of a sound recording, or of a video."""
    return _render_one(path, out_dir, probed, recipes.SOUND)


def render_waveform(path: Path, out_dir: Path, probed: Probe | None = None) -> RenderedFile:
    """`out_dir`/waveform.json: `{"duration_s": seconds, "peaks": [0-100, ...]}`.

    Numbers and not a picture: some hundred bytes, and the page draws them in its own colours.
    """
    return _render_one(path, out_dir, probed, recipes.WAVEFORM)


def _render_one(path: Path, out_dir: Path, probed: Probe | None, recipe: Recipe) -> RenderedFile:
    with sandbox.opened(path) as descriptor:
        seen = probed or probe_open(descriptor)
        return _render(descriptor, seen, out_dir, [recipe])[0]


def _render(
    descriptor: int, seen: Probe, out_dir: Path, wanted: list[Recipe]
) -> list[RenderedFile]:
    """The copies of one group. Raises Unplayable for what this kind of master cannot give."""
    first = wanted[0]
    if isinstance(first, StillRecipe):
        if first.role.startswith("photograph") and seen.kind != "photograph":
            raise Unplayable("no-picture", f"a {seen.kind}, not a photograph")
        return [_still(descriptor, seen, out_dir, first)]
    if isinstance(first, StripRecipe):
        return [_strip(descriptor, seen, out_dir, first)]
    if isinstance(first, WaveformRecipe):
        return [_waveform(descriptor, seen, out_dir, first)]
    return _encode(descriptor, seen, out_dir, wanted)


def _still(descriptor: int, seen: Probe, out_dir: Path, recipe: StillRecipe) -> RenderedFile:
    if seen.kind == "sound":
        raise Unplayable("no-picture")
    limits = PHOTOGRAPH_LIMITS if seen.kind == "photograph" else STILL_LIMITS
    request = {
        "name": recipe.file_name,
        "side": recipe.side,
        "duration_s": seen.duration_s,
        "colour": seen.colour,
    }
    with sandbox.box(out_dir) as box:
        sandbox.run("still", descriptor, request, limits, box)
        return _accept(box, seen, out_dir, recipe)


def _strip(
    descriptor: int,
    seen: Probe,
    out_dir: Path,
    recipe: StripRecipe,
    at: list[float] | None = None,
) -> RenderedFile:
    if seen.kind != "video":
        raise Unplayable("no-picture", f"a {seen.kind}, not a video")
    request = {
        "name": recipe.file_name,
        "count": recipe.frames,
        "cell": recipe.cell,
        "duration_s": seen.duration_s,
        "colour": seen.colour,
        "at": at,
    }
    with sandbox.box(out_dir) as box:
        answer = sandbox.run("strip", descriptor, request, STRIP_LIMITS, box)
        made = _accept(box, seen, out_dir, recipe)
    try:
        strip = Strip.from_json(answer)
    except (ValueError, TypeError) as error:
        raise Unplayable("crashed", f"the strip is not as declared: {error}") from None
    if (made.width, made.height) != (len(strip.times_s) * strip.cell_width, strip.cell_height):
        raise Unplayable("crashed", "the strip has another size than its cells")
    return replace(made, strip=strip)


def _waveform(descriptor: int, seen: Probe, out_dir: Path, recipe: WaveformRecipe) -> RenderedFile:
    """The child sends numbers; what is written is written here, from numbers alone."""
    if not seen.audio_codec:
        raise Unplayable("no-sound")
    seconds = 20 + 0.2 * (seen.duration_s or UNKNOWN_DURATION)
    limits = Limits(1 << 30, int(seconds * 2), 1 << 20, seconds)
    answer = sandbox.run("waveform", descriptor, {"count": recipe.peaks}, limits)
    peaks, duration = answer.get("peaks"), answer.get("duration_s")
    if (
        not isinstance(peaks, list)
        or len(peaks) != recipe.peaks
        or not all(type(peak) is int and 0 <= peak <= 100 for peak in peaks)
        or not isinstance(duration, float)
        or not 0 < duration < 1e7
    ):
        raise Unplayable("crashed", "the waveform is not as declared")
    content = json.dumps({"duration_s": duration, "peaks": peaks}, separators=(",", ":")).encode()
    placed = out_dir / recipe.file_name
    with sandbox.box(out_dir) as box:
        made = box / recipe.file_name
        made.write_bytes(content)
        made.chmod(0o640)
        os.replace(made, placed)
    return RenderedFile(
        path=placed,
        role=recipe.role,
        recipe=recipe.number,
        media_type=recipe.media_type,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        width=None,
        height=None,
        duration_s=duration,
        truncated=seen.truncated or _ends_early(seen.duration_s, duration),
    )


def _encode(
    descriptor: int, seen: Probe, out_dir: Path, wanted: list[Recipe]
) -> list[RenderedFile]:
    clips = [recipe for recipe in wanted if isinstance(recipe, ClipRecipe)]
    if clips and (seen.kind != "video" or seen.width is None):
        raise Unplayable("no-picture", f"a {seen.kind}, not a video")
    if recipes.SOUND in wanted and not seen.audio_codec:
        raise Unplayable("no-sound")
    try:
        return _run_encoder(descriptor, seen, out_dir, wanted, clips)
    except Unplayable as error:
        if error.code != "crashed" or not seen.audio_codec or not clips:
            raise
    # Sound that cannot be decoded must not take the picture with it.
    pictures: list[Recipe] = [*clips]
    silent = replace(seen, audio_codec="")
    copies = _run_encoder(descriptor, silent, out_dir, pictures, clips)
    return [replace(copy, silenced=True) for copy in copies]


def _run_encoder(
    descriptor: int, seen: Probe, out_dir: Path, wanted: list[Recipe], clips: list[ClipRecipe]
) -> list[RenderedFile]:
    arguments = encode_arguments(
        descriptor, _family(descriptor), seen, clips, recipes.SOUND in wanted
    )
    seconds = encoding_seconds(seen, os.fstat(descriptor).st_size)
    limits = Limits(ENCODE_MEMORY, int(seconds * 4), LARGEST_COPY, seconds)
    request: dict[str, Any] = {"program": imageio_ffmpeg.get_ffmpeg_exe(), "arguments": arguments}
    with sandbox.box(out_dir) as box:
        sandbox.run("encode", descriptor, request, limits, box)
        return [_accept(box, seen, out_dir, recipe) for recipe in wanted]


def encoding_seconds(seen: Probe, size: int) -> float:
    """How long an encoder may run: by the length the file claims, and by its bytes, for a small
    file that claims a week is lying."""
    by_length = 10 * (seen.duration_s or UNKNOWN_DURATION)
    return min(LONGEST_JOB, max(60.0, min(by_length, size / LEAST_BYTES_A_SECOND)))


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
