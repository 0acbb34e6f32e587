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
    number=1,
    role="poster",
    file_name="poster.jpg",
    media_type="image/jpeg",
    says="The clearest of up to six key frames from a tenth of the clip on (or the photograph), "
    "upright, JPEG, at most 1280 px.",
)
PLAYABLE: Final = Recipe(
    number=2,
    role="playable",
    file_name="playable.mp4",
    media_type="video/mp4",
    says="H.264 High and AAC in MP4 for progressive playback; the shorter side at most the height "
    "asked for, so that upright phone clips stay legible; re-encoded; first picture and first "
    "sound only.",
)
PHOTOGRAPH: Final = Recipe(
    number=3,
    role="photograph",
    file_name="photograph.jpg",
    media_type="image/jpeg",
    says="Upright, converted to sRGB, JPEG, at most 2048 px, no metadata.",
)
SOUND: Final = Recipe(
    number=4,
    role="sound",
    file_name="sound.m4a",
    media_type="audio/mp4",
    says="AAC stereo in MP4 for progressive playback; first sound only.",
)
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
    scale = f"scale={width}:{height}:out_range=tv"
    return [
        *_input(input_fd, family),
        *("-map", "0:V:0"),
        *("-vf", f"bwdif=deint=interlaced,{scale},setsar=1,format=yuv420p"),
        *"-c:v libx264 -profile:v high -preset veryfast -crf 24".split(),
        *"-maxrate 2500k -bufsize 5000k -fps_mode vfr -a53cc 0".split(),
        *("-force_key_frames", "expr:gte(t,n_forced*2)"),
        *("-bsf:v", "filter_units=remove_types=6"),
        *(("-map", "0:a:0", *_SOUND) if sound else ()),
        *_output(PLAYABLE.file_name),
    ]


def sound_arguments(input_fd: int, family: str) -> list[str]:
    """Arguments of ffmpeg for SOUND."""
    return [*_input(input_fd, family), "-map", "0:a:0", *_SOUND, *_output(SOUND.file_name)]


_SOUND: Final = tuple("-c:a aac -b:a 96k -ac 2 -ar 48000 -af aresample=async=1:first_pts=0".split())


def _input(input_fd: int, family: str) -> list[str]:
    """The input by descriptor, with its one demuxer and no other protocol."""
    stay_inside = ("-enable_drefs", "0", "-use_absolute_path", "0") if family == "mov" else ()
    return [
        *"ffmpeg -nostdin -hide_banner -loglevel error -nostats -y -threads 2".split(),
        *("-protocol_whitelist", "fd", "-format_whitelist", signatures.DEMUXERS[family]),
        *("-max_pixels", str(signatures.MAX_FRAME_PIXELS)),
        *("-max_streams", str(signatures.MAX_STREAMS)),
        *stay_inside,
        *("-fd", str(input_fd), "-i", "fd:"),
    ]


def _output(name: str) -> list[str]:
    """Nothing of the input but picture and sound: no tags, chapters, data, dates or names."""
    return [
        *"-map_metadata -1 -map_metadata:s -1 -map_chapters -1 -sn -dn -threads 2".split(),
        *"-metadata:s:v encoder= -metadata:s:a encoder= -empty_hdlr_name 1".split(),
        *"-fflags +bitexact -flags:v +bitexact -flags:a +bitexact".split(),
        *"-max_muxing_queue_size 4096 -movflags +faststart -f mp4".split(),
        name,
    ]
