"""Makes still pictures. Runs inside the confined child only; never import it elsewhere.

Moving copies are made by ffmpeg, which the same child becomes (recipes.py has the arguments).
"""

import contextlib
import io
import itertools
import os
import time
from collections.abc import Iterator
from typing import Any

import av
from av.video.reformatter import Colorspace
from PIL import Image, ImageCms, ImageOps, ImageStat

from footage.media import photographs, probing, signatures
from footage.media.tags import Tags
from footage.media.unplayable import Unplayable

# Where to look for a poster, in parts of the length, and how many frames to weigh at each.
POSTER_PLACES = (0.10, 0.35, 0.60, 0.0)
FRAMES_WEIGHED = 6
PATIENCE = 3.0  # seconds
STRIP_PATIENCE = 8.0
# Mean and spread of grey levels (0-255) below which a frame shows nothing.
DARK, FLAT = 18.0, 6.0
QUALITY = 82
_MATRICES = {
    "bt601": Colorspace.ITU601,
    "bt709": Colorspace.ITU709,
    "bt2020": Colorspace.BT2020,
}


def render_still(
    descriptor: int, name: str, side: int, duration_s: float | None, colour: str
) -> dict[str, Any]:
    """Write a JPEG `name` in the current directory, the longer side at most `side` pixels.

    A photograph itself, or the poster of a recording. Returns its width and height.
    """
    family = signatures.family_of(os.pread(descriptor, signatures.HEAD_BYTES, 0))
    if family in signatures.PICTURES:
        picture = photograph(descriptor, family, side)
    elif family in signatures.DEMUXERS:
        picture = _poster(descriptor, family, side, duration_s, colour)
    else:
        raise Unplayable("playlist" if family == "playlist" else "not-media")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return _save(picture, name)


def render_strip(
    descriptor: int,
    name: str,
    count: int,
    cell: int,
    duration_s: float | None,
    colour: str,
    at: list[float] | None = None,
) -> dict[str, Any]:
    """Write a JPEG `name` of up to `count` frames side by side; returns the JSON of a Strip.

    Frames nearest before evenly spaced times, from key frames where these are close enough or
    time is short. Frames that fall together are shown once. Or the frames `at` these very times,
    one cell each.
    """
    family = signatures.family_of(os.pread(descriptor, signatures.HEAD_BYTES, 0))
    if family not in signatures.DEMUXERS:
        raise Unplayable("playlist" if family == "playlist" else "not-media")
    cells: list[tuple[float, Image.Image]] = []
    with probing.open_recording(descriptor, family) as container:
        video = picture_stream(container)
        aspect = video.sample_aspect_ratio
        begins = (container.start_time or 0) / av.time_base
        frames = (
            _spread(container, video, count, duration_s, begins)
            if at is None
            else _at_times(container, video, [begins + time_s for time_s in at])
        )
        for frame in frames:
            time_s = max(0.0, round(float(frame.time or 0) - begins, 3))
            if not cells or time_s > cells[-1][0] or at is not None:
                cells.append((time_s, _upright(frame, aspect, cell, colour)))
    if not cells:
        raise Unplayable("damaged", "no picture could be decoded")
    width, height = cells[0][1].size
    sheet = Image.new("RGB", (width * len(cells), height))
    for number, (_, picture) in enumerate(cells):
        # A stream may change its size on the way; the strip may not.
        sheet.paste(picture.resize((width, height)), (number * width, 0))
    _save(sheet, name)
    return {"times_s": [t for t, _ in cells], "cell_width": width, "cell_height": height}


def _save(picture: Image.Image, name: str) -> dict[str, Any]:
    # A new image: what the input carried in `info` stays behind.
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    clean.save(name, "JPEG", quality=QUALITY, progressive=True, optimize=True)
    return {"width": clean.width, "height": clean.height}


def photograph(descriptor: int, form: str, side: int) -> Image.Image:
    picture = photographs.open_picture(descriptor, form)
    profile = picture.info.get("icc_profile")
    picture.draft("RGB", (side, side))
    photographs.load_picture(picture)
    exif, _ = photographs.read_exif(picture, Tags())
    rotation, mirrored, already = photographs.orientation_of_picture(
        picture, descriptor, form, exif.get(274)
    )
    upright = picture if already else _turned(picture, rotation, mirrored)
    return _to_srgb(_on_white(upright), profile)


def _on_white(picture: Image.Image) -> Image.Image:
    """Without transparency; palettes and 16-bit greys become ordinary colours."""
    if picture.mode in ("I;16", "I;16B", "I;16L", "I"):
        picture = picture.point(lambda level: level / 256).convert("L")
    if picture.mode == "P" and "transparency" in picture.info:
        picture = picture.convert("RGBA")
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture)
        picture = white.convert("RGB")
    return picture


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and picture.mode in ("RGB", "L", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return converted if converted is not None else picture.convert("RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a profile that does not fit its picture: its colours as they are
    return picture.convert("RGB")


def _poster(
    descriptor: int, family: str, side: int, duration_s: float | None, colour: str
) -> Image.Image:
    with probing.open_recording(descriptor, family) as container:
        video = picture_stream(container)
        aspect = video.sample_aspect_ratio
        best: tuple[float, Any] | None = None
        for place in POSTER_PLACES:
            for frame in _key_frames_from(container, video, (duration_s or 0) * place):
                weight = _weight(frame)
                if best is None or weight > best[0]:
                    best = (weight, frame)
            if best is not None and best[0] > 0:
                break
        if best is None or best[0] <= 0:
            for frame in _every_tenth(container, video):
                weight = _weight(frame)
                if best is None or weight > best[0]:
                    best = (weight, frame)
        if best is None:
            raise Unplayable("damaged", "no picture could be decoded")
        return _upright(best[1], aspect, side, colour)


def picture_stream(container: Any) -> Any:
    video = probing.first_picture_stream(container)
    if video is None:
        raise Unplayable("no-picture")
    if video.codec_context is None:
        raise Unplayable("unsupported-codec")
    probing.check_size(video)
    return video


def _spread(
    container: Any, video: Any, count: int, duration_s: float | None, begins: float
) -> Iterator[Any]:
    """Up to `count` frames over the clip, in order of time; the first ones if its length is
    unknown."""
    step = (duration_s or 0) / count
    until = time.monotonic() + STRIP_PATIENCE
    found = 0
    for number in range(count if step else 0):
        wanted = begins + step * number
        frame = _frame_at(container, video, wanted, wanted - step / 2, until)
        if frame is not None:
            found += 1
            yield frame
    if not found:
        _seek(container, 0)
        yield from itertools.islice(probing.frames(container, video), 0, count * 10, 10)


def _at_times(container: Any, video: Any, wanted: list[float]) -> Iterator[Any]:
    """The frames shown at these times; where one cannot be had, the one before it again."""
    until = time.monotonic() + STRIP_PATIENCE
    last = None
    for moment in wanted:
        last = _frame_at(container, video, moment, moment, until) or last
        if last is not None:
            yield last


def _frame_at(container: Any, video: Any, wanted: float, enough: float, until: float) -> Any:
    """The last frame at or before `wanted`; a key frame after `enough` will do, and any key
    frame once the time is up."""
    video.codec_context.skip_frame = "DEFAULT"
    _seek(container, wanted)
    last = None
    for frame in probing.frames(container, video):
        if frame.time is None or frame.is_corrupt:
            continue
        if last is not None and frame.time > wanted:
            break
        last = frame
        if frame.time >= enough or time.monotonic() > until:
            break
    return last


def _seek(container: Any, seconds: float) -> None:
    with contextlib.suppress(av.FFmpegError):  # not seekable: from where it stands
        container.seek(int(seconds * av.time_base))


def _key_frames_from(container: Any, video: Any, seconds: float) -> list[Any]:
    """A few key frames from there on; any frames when there are no more keys."""
    found: list[Any] = []
    for skip in ("NONKEY", "DEFAULT"):
        video.codec_context.skip_frame = skip
        _seek(container, seconds)
        for frame in probing.frames(container, video):
            if frame.is_corrupt and skip == "NONKEY":
                continue
            found.append(frame)
            if len(found) >= FRAMES_WEIGHED:
                return found
        if found:
            return found
    return found


def _every_tenth(container: Any, video: Any) -> Iterator[Any]:
    """Frames from the start, for as long as there is time: for clips whose key frames are dark."""
    video.codec_context.skip_frame = "DEFAULT"
    _seek(container, 0)
    until = time.monotonic() + PATIENCE
    for count, frame in enumerate(probing.frames(container, video)):
        if time.monotonic() > until:
            return
        if count % 10 == 9:
            yield frame


def _weight(frame: Any) -> float:
    """How much a frame shows: the spread of its grey levels; below zero for a dark or flat one."""
    grey = ImageStat.Stat(frame.reformat(width=96, height=96, format="gray").to_image())
    mean, spread = grey.mean[0], grey.stddev[0]
    shows_something = mean > DARK and spread > FLAT
    return spread if shows_something else spread - 256


def _upright(frame: Any, aspect: Any, side: int, colour: str) -> Image.Image:
    """The frame in square pixels, turned as it says, its longer side at most `side`."""
    rotation, mirrored = probing.orientation_of(frame)
    width, height = probing.square_size(frame.width, frame.height, aspect)
    scale = min(1.0, side / max(width, height))
    width, height = max(1, round(width * scale)), max(1, round(height * scale))
    if colour in ("hlg", "pq"):
        from footage.media import colours  # loads numpy; worker.py has done it where needed

        picture = colours.picture_from_hdr(frame, colour, width, height)
    else:
        matrix = _MATRICES.get(colour, Colorspace.ITU601)
        # An interlaced frame holds two moments, line by line; every second line is one of them.
        whole = (frame.width, frame.height) if frame.interlaced_frame else (width, height)
        picture = frame.reformat(
            width=whole[0], height=whole[1], format="rgb24", src_colorspace=matrix
        ).to_image()
        if frame.interlaced_frame:
            field = picture.resize((whole[0], max(1, whole[1] // 2)), Image.Resampling.NEAREST)
            picture = field.resize((width, height), Image.Resampling.BICUBIC)
    return _turned(picture, rotation, mirrored)


def _turned(picture: Image.Image, rotation: int, mirrored: bool) -> Image.Image:
    """Mirrored left to right if it is to be, then turned clockwise."""
    if mirrored:
        picture = ImageOps.mirror(picture)
    turn = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }.get(rotation)
    return picture.transpose(turn) if turn is not None else picture
