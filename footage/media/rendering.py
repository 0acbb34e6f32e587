"""Makes still pictures. Runs inside the confined child only; never import it elsewhere.

Moving copies are made by ffmpeg, which the same child becomes (recipes.py has the arguments).
"""

import contextlib
import io
import os
import time
from collections.abc import Iterator
from typing import Any

import av
from PIL import Image, ImageCms, ImageOps, ImageStat

from footage.media import photographs, probing, signatures
from footage.media.tags import Tags
from footage.media.unplayable import Unplayable

# Where to look for a poster, in parts of the length, and how many frames to weigh at each.
POSTER_PLACES = (0.10, 0.35, 0.60, 0.0)
FRAMES_WEIGHED = 6
PATIENCE = 3.0  # seconds
# Mean and spread of grey levels (0-255) below which a frame shows nothing.
DARK, FLAT = 18.0, 6.0
QUALITY = 82


def render_still(descriptor: int, name: str, side: int, duration_s: float | None) -> dict[str, Any]:
    """Write a JPEG `name` in the current directory, the longer side at most `side` pixels.

    A photograph itself, or the poster of a recording. Returns its width and height.
    """
    family = signatures.family_of(os.pread(descriptor, signatures.HEAD_BYTES, 0))
    if family in signatures.PICTURES:
        picture = _photograph(descriptor, family, side)
    elif family in signatures.DEMUXERS:
        picture = _poster(descriptor, family, duration_s)
    else:
        raise Unplayable("playlist" if family == "playlist" else "not-media")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    # A new image: what the input carried in `info` stays behind.
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    clean.save(name, "JPEG", quality=QUALITY, progressive=True, optimize=True)
    return {"width": clean.width, "height": clean.height}


def _photograph(descriptor: int, form: str, side: int) -> Image.Image:
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


def _poster(descriptor: int, family: str, duration_s: float | None) -> Image.Image:
    with probing.open_recording(descriptor, family) as container:
        video = probing.first_picture_stream(container)
        if video is None:
            raise Unplayable("no-picture")
        if video.codec_context is None:
            raise Unplayable("unsupported-codec")
        probing.check_size(video)
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
        return _upright(best[1], aspect)


def _key_frames_from(container: Any, video: Any, seconds: float) -> list[Any]:
    """A few key frames from there on; any frames when there are no more keys."""
    found: list[Any] = []
    for skip in ("NONKEY", "DEFAULT"):
        video.codec_context.skip_frame = skip
        with contextlib.suppress(av.FFmpegError):  # not seekable: from where it stands
            container.seek(int(seconds * av.time_base))
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
    with contextlib.suppress(av.FFmpegError):
        container.seek(0)
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


def _upright(frame: Any, aspect: Any) -> Image.Image:
    rotation, mirrored = probing.orientation_of(frame)
    picture = frame.to_image()
    width, height = probing.square_size(frame.width, frame.height, aspect)
    if (width, height) != picture.size:
        picture = picture.resize((width, height), Image.Resampling.BICUBIC)
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
