"""Looks into one media file. Runs inside the confined child only; never import it elsewhere.

PyAV for video and sound, Pillow with pillow_heif for photographs. Everything returned is text
and numbers, bounded; `probe` raises Unplayable or MemoryError and nothing else.
"""

import importlib
import io
import math
import os
import pkgutil
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import av
import pillow_heif
from av.sidedata.sidedata import Type as SideData
from PIL import (  # noqa: F401  (the plugins cannot be imported once the child is confined)
    AvifImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    ImageOps,
    ImageStat,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from footage.media import completeness, metadata, photographs, signatures
from footage.media.answers import Probe
from footage.media.signatures import MAX_FRAME_PIXELS, MAX_STREAMS
from footage.media.tags import Tags, clean
from footage.media.unplayable import Unplayable

MAX_DURATION = 7 * 24 * 3600.0
# Below this many bits a second a duration over a minute is a lie or a broken index.
LEAST_BIT_RATE = 200
PACKETS_TRIED = 400


def warm_up() -> None:
    """Load and run once what the libraries load lazily, while files can still be opened."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.startswith(("av.__main__", "av.datasets")):
            importlib.import_module(module.name)
    Image.MAX_IMAGE_PIXELS = photographs.MAX_PICTURE_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    pillow_heif.register_heif_opener()
    Image.preinit()
    one = Image.new("RGB", (8, 8))
    for form in ("JPEG", "PNG"):
        memory = io.BytesIO()
        one.save(memory, form)
        Image.open(memory).load()
    ImageCms.createProfile("sRGB")
    "".encode("idna")
    for encoding in ("latin-1", "utf-16", "ascii", "cp1252"):
        "a".encode(encoding)
    time.strptime("2016", "%Y")


def probe(descriptor: int, tell: Callable[[Probe], None]) -> dict[str, Any]:
    """The JSON of a Probe. Decodes one frame (video, sound) or a reduced picture (photograph).

    `tell` gets what the container says, before anything is decoded and without its tags: a
    decoder that crashes or hangs then takes no place, time or device with it.
    """

    def without_tags(told: Probe) -> None:
        tell(replace(told, tags={}))

    size = os.fstat(descriptor).st_size
    if size == 0:
        raise Unplayable("empty")
    family = signatures.family_of(os.pread(descriptor, signatures.HEAD_BYTES, 0))
    if family == "playlist":
        raise Unplayable("playlist")
    if family in signatures.PICTURES:
        return photographs.probe_photograph(descriptor, family, without_tags).to_json()
    if family in signatures.DEMUXERS:
        return _probe_recording(descriptor, family, size, without_tags).to_json()
    raise Unplayable("not-media")


def open_recording(descriptor: int, family: str) -> "av.container.InputContainer":
    """Open by descriptor with the one demuxer of its family; no other file or protocol."""
    options = {
        "fd": str(descriptor),
        "protocol_whitelist": "fd",
        "format_whitelist": signatures.DEMUXERS[family],
        "codec_whitelist": signatures.CODECS,
        "max_streams": str(MAX_STREAMS),
        "probesize": "5000000",
        "analyzeduration": "5000000",
    }
    if family == "mov":
        options |= {"enable_drefs": "0", "use_absolute_path": "0"}
    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        return av.open("fd:", options=options, metadata_errors="replace")
    except (av.FFmpegError, ValueError, OSError) as error:
        raise _explained(error) from None


def _explained(error: Exception) -> Unplayable:
    text = str(error)
    if "annot allocate" in text or isinstance(error, MemoryError):
        return Unplayable("too-much-memory", text)
    return Unplayable("damaged", text)


def _probe_recording(
    descriptor: int, family: str, size: int, tell: Callable[[Probe], None]
) -> Probe:
    with open_recording(descriptor, family) as container:
        video, audio = first_picture_stream(container), next(iter(container.streams.audio), None)
        told = _told_by(container, descriptor, family, size, video, audio)
        tell(told)
        try:
            if video is None and audio is None:
                raise Unplayable("no-picture-or-sound")
            if completeness.is_encrypted(descriptor, family, size):
                raise Unplayable("encrypted")
            if video is not None:
                return replace(told, **_shape_of(container, video))
            _prove_sound(container, audio)
            return told
        except Unplayable as error:
            error.probe = told
            raise


def _told_by(
    container: Any, descriptor: int, family: str, size: int, video: Any, audio: Any
) -> Probe:
    """What the container says of itself; nothing is decoded for it."""
    streams = list(container.streams)[:MAX_STREAMS]
    tags = Tags()
    tags.add_all("", container.metadata)
    for stream in streams:
        tags.add_all(f"stream {stream.index} ", stream.metadata)
    head = os.pread(descriptor, signatures.HEAD_BYTES, 0)
    form = _format_name(family, head, video is not None)
    place = _place_in(container.metadata, *(s.metadata for s in streams))
    recorded, doubt = _recorded_in(container, family)
    named = container.metadata
    return Probe(
        kind="video" if video is not None else "sound",
        format=form,
        media_type=_media_type(form, video is not None),
        duration_s=_duration(container, size),
        video_codec=_codec_name(video),
        audio_codec=_codec_name(audio),
        frame_rate=_frame_rate(video),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        recorded=recorded,
        recorded_doubt=doubt,
        make=_first_of(named, "com.apple.quicktime.make", "com.android.manufacturer", "make"),
        model=_first_of(named, "com.apple.quicktime.model", "com.android.model", "model"),
        tags=tags.kept,
        truncated=completeness.is_truncated(descriptor, family, size),
    )


def first_picture_stream(container: "av.container.InputContainer") -> Any:
    """The first video stream that is neither a cover image nor a still thumbnail."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    return None


def _shape_of(container: Any, video: Any) -> dict[str, Any]:
    """Displayed size and orientation, from the first frame that decodes."""
    if video.codec_context is None:
        raise Unplayable("unsupported-codec")
    check_size(video)
    frame = next(frames(container, video), None)
    if frame is None:
        raise Unplayable("damaged", "no picture could be decoded")
    rotation, mirrored = orientation_of(frame)
    width, height = square_size(frame.width, frame.height, video.sample_aspect_ratio)
    if rotation in (90, 270):
        width, height = height, width
    colour = colour_of(frame)
    return {
        "width": width,
        "height": height,
        "rotation": rotation,
        "mirrored": mirrored,
        "colour": colour,
    }


def colour_of(frame: Any) -> str:
    """How its colours are coded, one of answers.COLOURS (numbers of ITU-T H.273).

    Most phones say nothing; then the rule of players holds: 720 lines and more are BT.709.
    """
    if frame.color_trc in (16, 18):
        return "pq" if frame.color_trc == 16 else "hlg"
    declared = {1: "bt709", 4: "bt601", 5: "bt601", 6: "bt601", 9: "bt2020", 10: "bt2020"}
    unsaid = "bt709" if min(frame.width, frame.height) >= 720 else "bt601"
    return declared.get(int(frame.colorspace), unsaid)


def check_size(video: Any) -> None:
    context = video.codec_context
    if context.width * context.height > MAX_FRAME_PIXELS:
        raise Unplayable("too-large-picture", f"{context.width}x{context.height}")
    # Two threads each reserve address space; the limit is there for bombs, not for footage.
    context.thread_count = 2
    context.options = {
        "max_pixels": str(MAX_FRAME_PIXELS),
        "codec_whitelist": signatures.CODECS,
    }


def frames(container: Any, video: Any, packets: int = PACKETS_TRIED) -> Iterator[Any]:
    """Decoded frames, passing over what does not decode, for at most so many packets."""
    try:
        for count, packet in enumerate(container.demux(video)):
            if count >= packets:
                return
            try:
                yield from packet.decode()
            except av.FFmpegError as error:
                if isinstance(error, MemoryError) or "annot allocate" in str(error):
                    raise Unplayable("too-much-memory", str(error)) from None
    except av.FFmpegError:
        return


def square_size(width: int, height: int, aspect: Any) -> tuple[int, int]:
    """Size in square pixels. An aspect beyond 4 to 1 is a damaged header, not a lens."""
    if aspect and 0.25 <= float(aspect) <= 4:
        width = max(1, round(width * float(aspect)))
    return width, height


def orientation_of(frame: Any) -> tuple[int, bool]:
    """(clockwise degrees, mirrored) of a frame's display matrix, nearest right angle.

    The matrix is 3x3 native 32-bit integers, 16.16 fixed point (QuickTime File Format).
    """
    matrix = frame.side_data.get(SideData.DISPLAYMATRIX)
    if matrix is None or len(bytes(matrix)) < 36:
        return 0, False
    cells = memoryview(bytes(matrix)[:36]).cast("i")
    a, b, c, d = cells[0], cells[1], cells[3], cells[4]
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    if a == 0 and b == 0:
        return 0, False
    return round(math.degrees(math.atan2(b, a)) / 90) % 4 * 90, mirrored


def _prove_sound(container: Any, audio: Any) -> None:
    if audio.codec_context is None:
        raise Unplayable("unsupported-codec")
    audio.codec_context.options = {"codec_whitelist": signatures.CODECS}
    if next(frames(container, audio), None) is None:
        raise Unplayable("damaged", "no sound could be decoded")


def _codec_name(stream: Any) -> str:
    return stream.codec_context.name if stream is not None and stream.codec_context else ""


def _frame_rate(video: Any) -> float | None:
    if video is None or not video.average_rate:
        return None
    rate = float(video.average_rate)
    return round(rate, 3) if 0 < rate <= 1000 else None


def _duration(container: Any, size: int) -> float | None:
    """Seconds: what the container says, else its longest stream, unless absurd."""
    said = [container.duration / av.time_base] if container.duration else []
    streams = [
        float(s.duration * s.time_base) for s in container.streams if s.duration and s.time_base
    ]
    for seconds in said + sorted(streams, reverse=True):
        believable = seconds < 60 or size * 8 / seconds >= LEAST_BIT_RATE
        if 0 < seconds <= MAX_DURATION and believable:
            return round(seconds, 3)
    return None


def _format_name(family: str, head: bytes, pictures: bool) -> str:
    if family == "mov":
        brand = head[8:12] if head[4:8] == b"ftyp" else b"qt  "
        return "mov" if brand == b"qt  " else "3gp" if brand[:2] == b"3g" else "mp4"
    if family == "matroska":
        return "webm" if b"webm" in head[:64] else "matroska"
    return family


def _media_type(form: str, pictures: bool) -> str:
    media_type = signatures.MEDIA_TYPES[form]
    return media_type if pictures else media_type.replace("video/", "audio/", 1)


def _first_of(tags: Mapping[str, str], *keys: str) -> str:
    return next((clean(tags[key])[:255] for key in keys if tags.get(key)), "")


def _place_in(*places: Mapping[str, str]) -> tuple[float, float] | None:
    for tags in places:
        for key, value in tags.items():
            if "location" in key.lower() or key.lower() in ("xyz", "©xyz"):
                place = metadata.place_from_iso6709(value)
                if place:
                    return place
    return None


def _recorded_in(container: Any, family: str) -> tuple[str | None, str]:
    """What the container says first that reads as a time; QuickTime's own key has the zone."""
    candidates = [container.metadata.get("com.apple.quicktime.creationdate", "")]
    for tags in (container.metadata, *(s.metadata for s in list(container.streams)[:MAX_STREAMS])):
        folded = {key.lower(): value for key, value in tags.items()}
        candidates += [
            folded.get(key, "")
            for key in ("creation_time", "date_utc", "icrd", "date", "creationdate")
        ]
    for text in candidates:
        recorded = metadata.read_time(text) if text else None
        if recorded:
            return recorded, metadata.doubt_about(recorded, metadata.now())
    # The movie header always has a time; FFmpeg leaves out a zero, which is 1904-01-01.
    return None, "epoch-1904" if family == "mov" else ""
