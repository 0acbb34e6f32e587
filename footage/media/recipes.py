"""How copies are made, as data.

A recipe that changes gets a new number, so that a copy says how it was made, and copies of a
number that is no longer in RECIPES can be found and made again. Pure.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """file_name: the name of the copy inside the directory it is written to."""

    number: int
    role: str
    file_name: str
    media_type: str
    says: str


@dataclass(frozen=True, kw_only=True)
class StillRecipe(Recipe):
    """side: the longer side is at most so many pixels."""

    side: int


@dataclass(frozen=True, kw_only=True)
class ClipRecipe(Recipe):
    """shorter: the shorter side is at most so many pixels, so that upright clips stay legible.

    crf, video_kbps: x264's quality and its ceiling. frame_rate: at most so many frames a second.
    sound_kbps, channels: of the AAC beside it.
    """

    shorter: int
    crf: int
    video_kbps: int
    frame_rate: int
    sound_kbps: int
    channels: int


@dataclass(frozen=True, kw_only=True)
class StripRecipe(Recipe):
    """frames: so many, evenly over the clip. cell: the longer side of each, in pixels."""

    frames: int
    cell: int


@dataclass(frozen=True, kw_only=True)
class WaveformRecipe(Recipe):
    """peaks: so many over the whole length, each the loudest sample of its part, 0 to 100."""

    peaks: int


_CLIP: Final = (
    "H.264 and AAC in MP4 for progressive playback; upright, square pixels, interlacing removed, "
    "high dynamic range brought to BT.709; sound and picture start together; first picture and "
    "first sound only; no metadata."
)

POSTER: Final = StillRecipe(
    number=5,
    role="poster",
    file_name="poster.jpg",
    media_type="image/jpeg",
    says="The clearest of up to six key frames from a tenth of the clip on (or the photograph), "
    "upright, colours as in the playable copies, JPEG, at most 1280 px.",
    side=1280,
)
STRIP: Final = StripRecipe(
    number=6,
    role="strip",
    file_name="strip.jpg",
    media_type="image/jpeg",
    says="Ten frames evenly over the clip, side by side in one JPEG, with their times.",
    frames=10,
    cell=240,
)
PLAYABLE_240: Final = ClipRecipe(
    number=7,
    role="playable-240",
    file_name="playable-240.mp4",
    media_type="video/mp4",
    says=_CLIP + " For slow lines: some 2 MB a minute.",
    shorter=240,
    crf=28,
    video_kbps=300,
    frame_rate=30,
    sound_kbps=32,
    channels=1,
)
PLAYABLE: Final = ClipRecipe(
    number=8,
    role="playable",
    file_name="playable.mp4",
    media_type="video/mp4",
    says=_CLIP + " Every video has this one.",
    shorter=480,
    crf=25,
    video_kbps=1200,
    frame_rate=30,
    sound_kbps=64,
    channels=2,
)
PLAYABLE_720: Final = ClipRecipe(
    number=9,
    role="playable-720",
    file_name="playable-720.mp4",
    media_type="video/mp4",
    says=_CLIP + " Only where the master has as many lines; keeps up to 60 frames a second.",
    shorter=720,
    crf=24,
    video_kbps=3500,
    frame_rate=60,
    sound_kbps=96,
    channels=2,
)
PHOTOGRAPH: Final = StillRecipe(
    number=3,
    role="photograph",
    file_name="photograph.jpg",
    media_type="image/jpeg",
    says="Upright, converted to sRGB, JPEG, at most 2048 px, no metadata.",
    side=2048,
)
PHOTOGRAPH_SMALL: Final = StillRecipe(
    number=10,
    role="photograph-small",
    file_name="photograph-small.jpg",
    media_type="image/jpeg",
    says="Upright, converted to sRGB, JPEG, at most 800 px, no metadata. Only where the "
    "photograph is larger.",
    side=800,
)
SOUND: Final = Recipe(
    number=4,
    role="sound",
    file_name="sound.m4a",
    media_type="audio/mp4",
    says="AAC stereo in MP4 for progressive playback; first sound only.",
)
WAVEFORM: Final = WaveformRecipe(
    number=11,
    role="waveform",
    file_name="waveform.json",
    media_type="application/json",
    says="The loudness of the first sound over the clip's length as a list of peaks, 0 to 100.",
    peaks=400,
)

_ALL: Final[tuple[Recipe, ...]] = (
    POSTER,
    STRIP,
    PLAYABLE_240,
    PLAYABLE,
    PLAYABLE_720,
    PHOTOGRAPH,
    PHOTOGRAPH_SMALL,
    SOUND,
    WAVEFORM,
)
RECIPES: Final = {recipe.number: recipe for recipe in _ALL}
PLAYABLES: Final = {recipe.shorter: recipe for recipe in (PLAYABLE_240, PLAYABLE, PLAYABLE_720)}

# Numbers that must not be given again, and what was wrong with them.
RETIRED: Final = {
    1: "Poster without regard to how colours are coded: high dynamic range looked faded.",
    2: "Playable copy in one size without tone mapping or colour tags; a picture that began "
    "late left the start empty.",
}

LONGEST_SIDE: Final = 3840


def photographs_for(width: int, height: int) -> list[StillRecipe]:
    """The copies a photograph of this size gets: the small one only where it is smaller."""
    smaller = [PHOTOGRAPH_SMALL] if max(width, height) > PHOTOGRAPH_SMALL.side else []
    return [PHOTOGRAPH, *smaller]


def playables_for(width: int, height: int) -> list[ClipRecipe]:
    """The playable copies a video of this size gets, the one for everybody first.

    A smaller copy is made only where it is smaller, a larger one only where the master has it.
    """
    lines = min(width, height)
    smaller = [PLAYABLE_240] if lines > PLAYABLE_240.shorter else []
    larger = [PLAYABLE_720] if lines >= PLAYABLE_720.shorter else []
    return [PLAYABLE, *smaller, *larger]


def playable_size(width: int, height: int, shorter: int) -> tuple[int, int]:
    """Even (width, height) with the shorter side at most `shorter`, never larger than given.

    1920x1080 asked for 480 gives 854x480, 1080x1920 gives 480x854.
    """
    scale = min(1.0, shorter / min(width, height), LONGEST_SIDE / max(width, height))
    return _even(width * scale), _even(height * scale)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2 if length >= 3 else 2)
