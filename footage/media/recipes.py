"""How copies are made. A recipe that changes gets a new number, so that a copy says how it was
made and old copies can be found and made again. Pure: numbers in, arguments out."""

from dataclasses import dataclass
from typing import Final

from footage.media import signatures


@dataclass(frozen=True)
class Recipe:
    """file_name: the name of the copy inside the directory it is written to."""

    number: int
    role: str
    file_name: str
    media_type: str
    says: str


POSTER: Final = Recipe(
    1, "poster", "poster.jpg", "image/jpeg",
    "The clearest of up to six key frames from a tenth of the clip on, upright, JPEG, at most 1280 px.",
)  # fmt: skip
PLAYABLE: Final = Recipe(
    2, "playable", "playable.mp4", "video/mp4",
    "H.264 High and AAC in MP4 for progressive playback; the shorter side at most the height asked "
    "for, so that upright phone clips stay legible; re-encoded, first picture and first sound only.",
)  # fmt: skip
PHOTOGRAPH: Final = Recipe(
    3, "photograph", "photograph.jpg", "image/jpeg",
    "Upright, converted to sRGB, JPEG, at most 2048 px, no metadata.",
)  # fmt: skip
SOUND: Final = Recipe(
    4, "sound", "sound.m4a", "audio/mp4",
    "AAC stereo in MP4 for progressive playback; first sound only.",
)  # fmt: skip
RECIPES: Final = {recipe.number: recipe for recipe in (POSTER, PLAYABLE, PHOTOGRAPH, SOUND)}

POSTER_SIDE: Final = 1280
PHOTOGRAPH_SIDE: Final = 2048
LONGEST_SIDE: Final = 3840


def playable_size(width: int, height: int, shorter: int) -> tuple[int, int]:
    """Even (width, height) with the shorter side at most `shorter`, never larger than given.

    1920x1080 asked for 480 gives 854x480, 1080x1920 gives 480x854.
    """
    scale = min(1.0, shorter / min(width, height), LONGEST_SIDE / max(width, height))
    return _even(width * scale), _even(height * scale)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2 if length >= 3 else 2)


def playable_arguments(
    input_fd: int, family: str, width: int, height: int, sound: bool
) -> list[str]:
    """Arguments of ffmpeg for PLAYABLE; it runs in the directory it writes to.

    FFmpeg turns the picture upright itself; scaling to square pixels follows. All SEI units are
    cut from the stream: they are where captions and encoder notes travel.
    """
    picture = f"bwdif=deint=interlaced,scale={width}:{height}:out_range=tv,setsar=1,format=yuv420p"
    arguments = _input(input_fd, family) + ["-map", "0:V:0", "-vf", picture]
    arguments += "-c:v libx264 -profile:v high -preset veryfast -crf 24 -maxrate 2500k -bufsize 5000k".split()
    arguments += ["-force_key_frames", "expr:gte(t,n_forced*2)", "-fps_mode", "vfr", "-a53cc", "0"]
    arguments += ["-bsf:v", "filter_units=remove_types=6"]
    if sound:
        arguments += ["-map", "0:a:0", *_sound()]
    return arguments + _output(PLAYABLE.file_name)


def sound_arguments(input_fd: int, family: str) -> list[str]:
    """Arguments of ffmpeg for SOUND."""
    return _input(input_fd, family) + ["-map", "0:a:0", *_sound()] + _output(SOUND.file_name)


def _input(input_fd: int, family: str) -> list[str]:
    arguments = "ffmpeg -nostdin -hide_banner -loglevel error -nostats -y -threads 2".split()
    arguments += ["-protocol_whitelist", "fd", "-format_whitelist", signatures.DEMUXERS[family]]
    arguments += ["-max_pixels", str(8192 * 4352), "-max_streams", "32"]
    if family == "mov":
        arguments += ["-enable_drefs", "0", "-use_absolute_path", "0"]
    return arguments + ["-fd", str(input_fd), "-i", "fd:"]


def _sound() -> list[str]:
    return "-c:a aac -b:a 96k -ac 2 -ar 48000 -af aresample=async=1:first_pts=0".split()


def _output(name: str) -> list[str]:
    """Nothing of the input but picture and sound: no tags, chapters, data, dates or names."""
    arguments = "-map_metadata -1 -map_metadata:s -1 -map_chapters -1 -sn -dn -threads 2".split()
    arguments += "-metadata:s:v encoder= -metadata:s:a encoder=".split()
    arguments += (
        "-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -empty_hdlr_name 1".split()
    )
    return arguments + [
        "-max_muxing_queue_size",
        "4096",
        "-movflags",
        "+faststart",
        "-f",
        "mp4",
        name,
    ]
