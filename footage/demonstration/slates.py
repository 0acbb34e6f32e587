"""Slates: drawn pictures, short films and sounds that stand in for footage in the demonstration.

A slate shows the outline of a neighbourhood among its neighbours, what would be seen, where and
when, in Arabic and English, and says that it is a demonstration. The map drifts and a line runs
along the lower edge, so that playback can be seen. The same slate gives the same bytes wherever
the same libraries draw and encode it. Knows neither Django nor the archive.
"""

import colorsys
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import imageio_ffmpeg
from PIL import ExifTags, Image, ImageDraw, ImageFont
from shapely.geometry import shape

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SPEECH = FIXTURES / "speech"
WIDE, UPRIGHT = (640, 360), (360, 640)
FRAMES_PER_SECOND = 10
# How far the map drifts during the film, in pixels each way.
DRIFT = 48
# Drawn larger and scaled down once: outlines get smooth, and letters keep their distances.
FINER = 2
LARGE, MIDDLING, SMALL = 26, 18, 15
BADGE_EN, BADGE_AR = "Demonstration", "عرض تجريبي"

# Sources of ffmpeg's lavfi; everything is made of noise and sines, quiet and without bangs.
SOUNDS = {
    "silence": "anullsrc=r=24000:cl=mono",
    "tone": "aevalsrc=0.05*sin(2*PI*294*t)*(1+sin(2*PI*0.4*t)):s=24000",
    "bell": "aevalsrc=0.22*exp(-2.2*mod(t\\,2.5))*(sin(2*PI*880*t)+0.5*sin(2*PI*2217*t)):s=24000",
    "hum": "aevalsrc=0.10*(sin(2*PI*50*t)+0.6*sin(2*PI*100*t)+0.3*sin(2*PI*150*t)):s=24000",
    "birds": (
        "aevalsrc=0.10*pow(max(0\\,sin(2*PI*1.3*t))\\,8)"
        "*sin(2*PI*(2600*t+60*sin(2*PI*7*t)/7)):s=24000"
    ),
    "wind": "anoisesrc=r=24000:c=brown:a=0.35:seed=7,lowpass=f=500,tremolo=f=0.25:d=0.7",
    "rain": "anoisesrc=r=24000:c=pink:a=0.12:seed=11,highpass=f=800",
}


# Left, top, right, bottom in pixels of the slate.
Part = tuple[int, int, int, int]


class Parts(NamedTuple):
    outline: Part
    words: Part
    badge: Part


WIDE_PARTS = Parts(outline=(0, 0, 270, 360), words=(282, 34, 640, 360), badge=(282, 0, 640, 34))
# The words keep to the middle, which is what a list of wide pictures shows of an upright one.
UPRIGHT_PARTS = Parts(outline=(0, 34, 360, 214), words=(0, 214, 360, 426), badge=(0, 0, 360, 34))


@dataclass(frozen=True)
class Slate:
    """`outline` is a GeoJSON geometry; `around` are those of the places near it. `hue`: 0 to 1."""

    title_en: str
    title_ar: str
    place_en: str
    place_ar: str
    date_en: str
    date_ar: str
    outline: dict[str, Any]
    around: tuple[dict[str, Any], ...]
    hue: float
    upright: bool = False

    @property
    def size(self) -> tuple[int, int]:
        return UPRIGHT if self.upright else WIDE

    @property
    def parts(self) -> Parts:
        return UPRIGHT_PARTS if self.upright else WIDE_PARTS


def point_inside(outline: dict[str, Any]) -> tuple[float, float]:
    """(latitude, longitude) of a point that lies inside an outline."""
    point = shape(outline).representative_point()
    return round(point.y, 5), round(point.x, 5)


def make_film(slate: Slate, path: Path, *, sound: str, seconds: float, tags: Sequence[str]) -> None:
    """Write the slate as an MP4 to `path`; `sound` is a key of SOUNDS or "speech:<file stem>".

    `tags` are "key=value" for the container. Costs some 0.5 s of one core for 8 s of film.
    """
    width, height = slate.size
    backdrop, words = path.with_suffix(".map.png"), path.with_suffix(".words.png")
    draw_map(slate, margin=DRIFT).save(backdrop)
    draw_words(slate).save(words)
    line = f"color=c=0xE8D9B5:s={width}x3:r={FRAMES_PER_SECOND}:d={seconds}"
    # Each picture is read and converted once and then repeated, not once a frame.
    still = "loop=loop=-1:size=1"
    picture = (
        f"[0:v]format=yuv444p,{still},"
        f"crop={width}:{height}:x='{DRIFT}*(1-t/{seconds})':y='{DRIFT}*t/{seconds}'[map];"
        f"[1:v]format=yuva444p,{still}[words];"
        "[map][words]overlay=0:0:format=yuv444[said];"
        f"[said][2:v]overlay=x='-W+W*t/{seconds}':y=H-3:format=yuv444,format=yuv420p[out]"
    )
    try:
        _ffmpeg(
            *("-framerate", str(FRAMES_PER_SECOND), "-i", str(backdrop)),
            *("-framerate", str(FRAMES_PER_SECOND), "-i", str(words)),
            *("-f", "lavfi", "-i", line, *_sound_input(sound)),
            *("-filter_complex", picture, "-map", "[out]", "-map", "3:a"),
            *("-c:v", "libx264", "-preset", "veryfast", "-crf", "27", "-threads", "1"),
            *_container(seconds, tags),
            *("-movflags", "+faststart", str(path)),
        )
    finally:
        backdrop.unlink(missing_ok=True)
        words.unlink(missing_ok=True)


def make_sound(path: Path, *, sound: str, seconds: float, tags: Sequence[str]) -> None:
    """Write a sound recording (AAC in MP4) to `path`."""
    _ffmpeg(*_sound_input(sound), "-map", "0:a", *_container(seconds, tags), str(path))


def make_photograph(
    slate: Slate, path: Path, *, taken: datetime | None, position: tuple[float, float]
) -> None:
    """Write the slate as a JPEG with a camera's clock and position (north and east) in EXIF."""
    picture = draw_map(slate).convert("RGBA")
    picture.alpha_composite(draw_words(slate))
    exif = Image.Exif()
    if taken:
        clock = exif.get_ifd(ExifTags.IFD.Exif)
        clock[ExifTags.Base.DateTimeOriginal] = f"{taken:%Y:%m:%d %H:%M:%S}"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLongitudeRef] = "N", "E"
    gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLongitude] = map(_sexagesimal, position)
    picture.convert("RGB").save(path, "JPEG", quality=88, exif=exif)


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), minutes % 1 * 60


def draw_map(slate: Slate, *, margin: int = 0) -> Image.Image:
    """The outline among its neighbours, wider and higher than the slate by `margin`."""
    width, height = slate.size
    whole = (width + margin, height + margin)
    picture = Image.new("RGB", (whole[0] * FINER, whole[1] * FINER), _colour(slate.hue, 0.16))
    draw = ImageDraw.Draw(picture)
    place = _projection(slate.outline, slate.parts.outline, margin)
    for outline in slate.around:
        for ring in _rings(outline):
            draw.polygon(
                [place(point) for point in ring], outline=_colour(slate.hue, 0.27), width=2
            )
    for ring in _rings(slate.outline):
        points = [place(point) for point in ring]
        draw.polygon(points, fill=_colour(slate.hue, 0.38))
        draw.line([*points, points[0]], fill=(232, 217, 181), width=5, joint="curve")
    return picture.resize(whole, Image.Resampling.LANCZOS)


def draw_words(slate: Slate) -> Image.Image:
    """The texts on a transparent slate: badge, titles, place, date; each centred in its part."""
    width, height = (side * FINER for side in slate.size)
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom = (side * FINER for side in slate.parts.words)
    draw.rectangle((left, top, right, bottom), fill=(*_colour(slate.hue, 0.11), 205))
    room = right - left - 32 * FINER
    lines = [
        *_fitted(slate.title_ar, "ar", LARGE, room),
        *_fitted(slate.title_en, "en", MIDDLING, room),
        _Line("", "en", 12),
        *_fitted(slate.place_ar, "ar", MIDDLING, room),
        *_fitted(slate.place_en, "en", SMALL, room),
        _Line("", "en", 6),
        *_fitted(slate.date_ar, "ar", MIDDLING, room),
        *_fitted(slate.date_en, "en", SMALL, room),
    ]
    y = (top + bottom - sum(line.height for line in lines)) // 2
    for line in lines:
        colour = (214, 205, 186) if line.size == SMALL else (245, 238, 222)
        line.write(draw, ((left + right) // 2, y + line.height // 2), colour)
        y += line.height
    left, top, right, bottom = (side * FINER for side in slate.parts.badge)
    draw.rectangle((left, top, right, bottom), fill=(232, 217, 181, 235))
    for line, quarter in ((_Line(BADGE_EN, "en", SMALL), 1), (_Line(BADGE_AR, "ar", SMALL), 3)):
        middle = (left + (right - left) * quarter // 4, (top + bottom) // 2)
        line.write(draw, middle, (40, 36, 28))
    return picture.resize(slate.size, Image.Resampling.LANCZOS)


@dataclass(frozen=True)
class _Line:
    """One line of text; an empty one is a gap of its size. `size` in pixels of the slate."""

    text: str
    language: str
    size: int

    @property
    def font(self) -> ImageFont.FreeTypeFont:
        return _font(self.size * FINER, bold=self.size > SMALL)

    @property
    def spoken(self) -> dict[str, Any]:
        """What the shaping of letters needs to know."""
        direction = "rtl" if self.language == "ar" else "ltr"
        return {"direction": direction, "language": self.language}

    @property
    def width(self) -> float:
        return self.font.getlength(self.text, **self.spoken)

    @property
    def height(self) -> int:
        return round(self.size * FINER * (1.5 if self.text else 1))

    def write(
        self, draw: ImageDraw.ImageDraw, middle: tuple[int, int], colour: tuple[int, int, int]
    ) -> None:
        draw.text(middle, self.text, fill=colour, font=self.font, anchor="mm", **self.spoken)


def _fitted(text: str, language: str, size: int, room: int) -> list[_Line]:
    """The text as lines that each fit into `room` pixels."""
    words = text.split()
    lines = [_Line(words[0], language, size)]
    for word in words[1:]:
        longer = _Line(f"{lines[-1].text} {word}", language, size)
        if longer.width <= room:
            lines[-1] = longer
        else:
            lines.append(_Line(word, language, size))
    return lines


@lru_cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    weight = "Bold" if bold else "Regular"
    path = FIXTURES / "fonts" / f"Vazirmatn-{weight}.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.RAQM)


def _colour(hue: float, lightness: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.30)
    return round(red * 255), round(green * 255), round(blue * 255)


def _projection(outline: dict[str, Any], part: Part, margin: int) -> Any:
    """From (longitude, latitude) to pixels of the finer picture, the outline centred in `part`."""
    left, top, right, bottom = part
    west, south, east, north = shape(outline).bounds
    # A degree of longitude at Aleppo's latitude is 0.807 of one of latitude.
    across, down = (east - west) * 0.807, north - south
    clear = 36 + margin
    scale = min((right - left - clear) / across, (bottom - top - clear) / down)
    middle = ((left + right + margin) / 2, (top + bottom + margin) / 2)

    def place(point: Sequence[float]) -> tuple[float, float]:
        x = middle[0] + (point[0] - (west + east) / 2) * 0.807 * scale
        y = middle[1] - (point[1] - (south + north) / 2) * scale
        return x * FINER, y * FINER

    return place


def _rings(outline: dict[str, Any]) -> list[list[list[float]]]:
    """The outer rings of a Polygon or MultiPolygon."""
    polygons = outline["coordinates"]
    if outline["type"] == "Polygon":
        polygons = [polygons]
    return [polygon[0] for polygon in polygons]


def _sound_input(sound: str) -> list[str]:
    kind, _colon, name = sound.partition(":")
    if kind == "speech":
        return ["-i", str(SPEECH / f"{name}.opus")]
    return ["-f", "lavfi", "-i", SOUNDS[kind]]


def _container(seconds: float, tags: Sequence[str]) -> list[str]:
    written = [part for tag in tags for part in ("-metadata", tag)]
    sound = ["-c:a", "aac", "-b:a", "40k", "-ac", "1", "-ar", "24000", "-af", "apad"]
    return [*sound, "-t", str(seconds), "-fflags", "+bitexact", *written]


def _ffmpeg(*arguments: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-loglevel", "error"]
    subprocess.run([*command, "-y", *arguments], check=True, capture_output=True)
