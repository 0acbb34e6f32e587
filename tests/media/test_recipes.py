"""What every recipe must get right, measured on what comes out of generated clips."""

import hashlib
import json
import struct
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from footage import media
from footage.media import recipes
from footage.media.copies import encoding_seconds
from footage.media.encoding import encode_arguments
from tests.media.conftest import ffmpeg

STEP_MS = 40


def flashes_and_beeps(target: Path, *coding: str, sound_after: float = 0.0) -> Path:
    """Six seconds: every second a white flash and a beep of a tenth, at the same moment.

    `sound_after` takes the start of the sound away and says so in the container.
    """
    white = "geq=lum='if(lt(mod(T,1),0.1),235,16)':cb=128:cr=128"
    beep = "aevalsrc='if(lt(mod(t,1),0.1),0.8*sin(2*PI*1000*t),0)':s=48000:d=6"
    cut = ["-af", f"atrim=start={sound_after}"] if sound_after else []
    ffmpeg(
        *("-f", "lavfi", "-i", f"color=black:s=160x120:r=30:d=6,{white}"),
        *("-f", "lavfi", "-i", beep, *cut, *coding, target),
    )
    return target


def onsets(path: Path) -> tuple[list[float], list[float]]:
    """When flashes and beeps begin in a file, in seconds."""
    flashes: list[float] = []
    with av.open(str(path)) as container:
        dark = True
        for frame in container.decode(video=0):
            bright = frame.to_ndarray(format="gray").mean() > 128
            if bright and dark:
                flashes.append(float(frame.time))
            dark = not bright
    pieces, clock = [], 0.0
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48000)
        for frame in container.decode(audio=0):
            for piece in resampler.resample(frame):
                if not pieces:
                    clock = float(piece.time or 0)
                pieces.append(piece.to_ndarray().ravel())
    samples = np.abs(np.concatenate(pieces).astype(int))
    loud = np.convolve(samples, np.ones(96) / 96, "same") > 1500
    starts = np.flatnonzero(loud[1:] & ~loud[:-1]) / 48000 + clock
    beeps = [float(t) for t in ([clock] if loud[0] else []) + list(starts)]
    return flashes, [b for n, b in enumerate(beeps) if n == 0 or b - beeps[n - 1] > 0.3]


SYNC = {
    "plain.mp4": ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"],
    "amr.3gp": "-c:v h263 -s 176x144 -c:a libopencore_amrnb -ar 8000 -ac 1 -b:a 12.2k".split(),
    "surround.mkv": "-c:v mpeg4 -q:v 3 -c:a ac3 -ac 6".split(),
    "sorenson.flv": "-c:v flv -c:a libmp3lame -ar 44100".split(),
    "divx.avi": "-c:v mpeg4 -vtag DIVX -c:a mp2".split(),
    "camera.mts": "-c:v libx264 -pix_fmt yuv420p -flags +ilme+ildct -c:a ac3 -f mpegts".split(),
    "web.webm": "-c:v libvpx -b:v 400k -c:a libopus".split(),
}


@pytest.mark.parametrize("name", SYNC)
def test_picture_and_sound_are_in_step_within_40_ms(tmp_path: Path, name: str) -> None:
    source = flashes_and_beeps(tmp_path / name, *SYNC[name])
    copy = media.render_playable(source, tmp_path)
    flashes, beeps = onsets(copy.path)
    assert len(flashes) == len(beeps) == 6
    assert max(abs(f - b) for f, b in zip(flashes, beeps, strict=True)) <= STEP_MS / 1000


def test_sound_that_begins_later_than_the_picture_stays_where_it_was(tmp_path: Path) -> None:
    source = flashes_and_beeps(
        tmp_path / "late.mp4", *SYNC["plain.mp4"], "-shortest", sound_after=1.5
    )
    copy = media.render_playable(source, tmp_path)
    flashes, beeps = onsets(copy.path)
    assert len(flashes) == 6 and len(beeps) == 4
    assert all(min(abs(b - f) for f in flashes) <= STEP_MS / 1000 for b in beeps)
    with av.open(str(copy.path)) as container:
        assert container.streams.audio[0].start_time in (0, None)


def test_a_picture_that_begins_later_than_the_sound_is_held_from_the_start(tmp_path: Path) -> None:
    whole = flashes_and_beeps(tmp_path / "whole.mp4", *SYNC["plain.mp4"])
    source = tmp_path / "late.mp4"
    # The edit list delays the picture by half a second against the sound.
    ffmpeg("-itsoffset", "0.5", "-i", whole, "-i", whole,
           *"-map 0:v -map 1:a -c copy".split(), source)  # fmt: skip
    flashes, beeps = onsets(media.render_playable(source, tmp_path).path)
    assert flashes[0] == pytest.approx(0.0, abs=0.001)
    moved = [f - 0.5 for f in flashes[1:]]
    assert all(min(abs(m - b) for b in beeps) <= STEP_MS / 1000 for m in moved)


def test_a_start_cut_off_by_the_edit_list_stays_cut_off(tmp_path: Path) -> None:
    whole = flashes_and_beeps(tmp_path / "whole.mp4", *SYNC["plain.mp4"], "-g", "300")
    source = tmp_path / "cut.mp4"
    ffmpeg("-ss", "1.5", "-i", whole, "-c", "copy", source)
    copy = media.render_playable(source, tmp_path)
    flashes, beeps = onsets(copy.path)
    assert len(flashes) == len(beeps) == 4
    assert flashes[0] == pytest.approx(0.5, abs=0.05)
    assert max(abs(f - b) for f, b in zip(flashes, beeps, strict=True)) <= STEP_MS / 1000


def test_frames_at_uneven_times_keep_their_times(tmp_path: Path) -> None:
    source = flashes_and_beeps(
        tmp_path / "uneven.mp4", *SYNC["plain.mp4"],
        "-vf", r"select='lt(mod(n\,30)\,4)+not(mod(n\,7))'", "-fps_mode", "vfr",
    )  # fmt: skip
    flashes, beeps = onsets(media.render_playable(source, tmp_path).path)
    assert len(flashes) == len(beeps) == 6
    assert max(abs(f - b) for f, b in zip(flashes, beeps, strict=True)) <= STEP_MS / 1000


def test_sizes_are_made_where_the_master_has_them() -> None:
    def heights(width: int, height: int) -> list[int]:
        return [recipe.shorter for recipe in recipes.playables_for(width, height)]

    assert heights(1920, 1080) == heights(1080, 1920) == [480, 240, 720]
    assert heights(854, 480) == [480, 240]
    assert heights(320, 240) == heights(176, 144) == [480]


def test_numbers_of_recipes_are_never_given_twice() -> None:
    numbers = [*(recipe.number for recipe in recipes.RECIPES.values()), *recipes.RETIRED]
    assert len(numbers) == len(set(numbers)) == 11
    assert len({recipe.role for recipe in recipes.RECIPES.values()}) == len(recipes.RECIPES)
    assert len({recipe.file_name for recipe in recipes.RECIPES.values()}) == len(recipes.RECIPES)


def test_a_clip_gets_every_copy_and_the_useful_ones_first(tmp_path: Path) -> None:
    source = tmp_path / "clip.mp4"
    ffmpeg(*"-f lavfi -i testsrc2=s=1280x720:r=60:d=2 -f lavfi -i sine=d=2".split(),
           *"-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac".split(), source)  # fmt: skip
    out = tmp_path / "out"
    out.mkdir()
    copies = media.render_all(source, out)
    sizes = {copy.role: (copy.width, copy.height) for copy in copies}
    assert list(sizes) == [
        "poster", "strip", "playable", "playable-240", "playable-720", "sound", "waveform",
    ]  # fmt: skip
    assert sizes["playable"] == (854, 480) and sizes["playable-240"] == (426, 240)
    assert sizes["playable-720"] == (1280, 720)
    rates = {c.role: media.probe(c.path).frame_rate for c in copies if "playable" in c.role}
    assert rates == {"playable": 30.0, "playable-240": 30.0, "playable-720": 60.0}
    for copy in copies:
        content = copy.path.read_bytes()
        assert copy.bytes == len(content)
        assert copy.sha256 == hashlib.sha256(content).hexdigest()
        assert media.RECIPES[copy.recipe].role == copy.role
    assert sorted(p.name for p in out.iterdir()) == sorted(c.path.name for c in copies)
    more = list(media.render_each(source, out, without={c.role for c in copies} - {"poster"}))
    assert [copy.role for copy in more] == ["poster"]


def test_a_photograph_gets_two_sizes(files: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    with Image.open(files / "syn_exif_gps_al-kallaseh.jpg") as picture:
        picture.resize((3000, 2000)).save(large)
    sizes = {c.role: c.width for c in media.render_all(large, tmp_path)}
    assert sizes == {"poster": 1280, "photograph": 2048, "photograph-small": 800}


@pytest.mark.parametrize("size", [(800, 600), (600, 800), (320, 240)])
def test_a_photograph_that_is_small_already_gets_no_smaller_copy_of_the_same_size(
    files: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    small = tmp_path / "small.jpg"
    with Image.open(files / "syn_exif_gps_al-kallaseh.jpg") as picture:
        picture.resize(size).save(small)
    copies = {c.role: (c.width, c.height) for c in media.render_all(small, tmp_path)}
    assert copies == {"poster": size, "photograph": size}


def test_a_strip_shows_what_the_clip_shows_at_each_time(tmp_path: Path) -> None:
    """The clip's brightness rises with time, so each cell tells its own time."""
    source = tmp_path / "rising.mp4"
    ffmpeg(*"-f lavfi -i".split(), "color=black:s=320x180:r=25:d=8,geq=lum='20+T*25':cb=128:cr=128",
           *"-c:v libx264 -pix_fmt yuv420p -g 250".split(), source)  # fmt: skip
    copy = media.render_strip(source, tmp_path)
    assert copy.strip is not None and len(copy.strip.times_s) == 10
    assert (copy.strip.cell_width, copy.strip.cell_height) == (240, 135)
    assert np.allclose(copy.strip.times_s, np.arange(10) * 0.8, atol=0.41)
    with Image.open(copy.path) as sheet:
        grey = np.asarray(sheet.convert("L")).astype(float)
    levels = grey.reshape(135, 10, 240).mean(axis=(0, 2))
    shown = (20 + np.array(copy.strip.times_s) * 25 - 16) * 255 / 219
    assert np.abs(levels - shown).max() < 6


def test_a_strip_of_an_upright_clip_is_upright(files: Path, tmp_path: Path) -> None:
    strip = media.render_strip(files / "syn_android_al-shaar.mp4", tmp_path).strip
    assert strip is not None and strip.cell_height > strip.cell_width


def test_a_waveform_is_loud_where_the_clip_is_loud(tmp_path: Path) -> None:
    source = flashes_and_beeps(tmp_path / "beeps.mp4", *SYNC["plain.mp4"])
    copy = media.render_waveform(source, tmp_path)
    assert (copy.media_type, copy.role) == ("application/json", "waveform")
    told = json.loads(copy.path.read_bytes())
    assert told["duration_s"] == pytest.approx(6, abs=0.1) and len(told["peaks"]) == 400
    seconds = (np.arange(400) + 0.5) * told["duration_s"] / 400
    loud = [s % 1 for s, peak in zip(seconds, told["peaks"], strict=True) if peak > 20]
    # A coded piece of sound is 21 ms long and may begin just before the beep.
    assert len(loud) > 30 and all(part < 0.15 or part > 0.95 for part in loud)


def test_a_silent_clip_has_no_waveform(files: Path, tmp_path: Path) -> None:
    with pytest.raises(media.Unplayable, match="no-sound"):
        media.render_waveform(files / "syn_vfr.mp4", tmp_path)


def tags_of_colour(path: Path) -> tuple[int, int, int]:
    """Primaries, transfer and matrix in the container's own colour box (ISO/IEC 14496-12)."""
    content = path.read_bytes()
    at = content.index(b"colrnclx") + 8
    return struct.unpack(">HHH", content[at : at + 6])


# What white, mid grey and three colours of a card are in the coding of each kind of clip.
CARD = "color=0x808080:s=400x240:r=10:d=1,drawbox=0:0:80:240:white:fill,"
CARD += "drawbox=80:0:80:240:red:fill,drawbox=160:0:80:240:green:fill,"
CARD += "drawbox=240:0:80:240:blue:fill"
WHERE = {"white": 40, "red": 120, "green": 200, "blue": 280, "grey": 360}


def colours_in(picture: Image.Image) -> dict[str, np.ndarray]:
    shown = np.asarray(picture.convert("RGB").resize((400, 240))).astype(float)
    return {name: shown[100:140, x - 15 : x + 15].mean(axis=(0, 1)) for name, x in WHERE.items()}


def frame_of(path: Path) -> Image.Image:
    """The first frame as a player of BT.709 shows it."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        return frame.reformat(format="rgb24", src_colorspace="ITU709").to_image()


CODINGS = {
    "tagged bt601": ("out_color_matrix=bt601", "smpte170m", "smpte170m", "bt709"),
    "small and untagged": ("out_color_matrix=bt601", "", "", ""),
    "tagged bt709": ("out_color_matrix=bt709", "bt709", "bt709", "bt709"),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_colours_stay_what_they_were_and_are_named(tmp_path: Path, coding: str) -> None:
    matrix, space, primaries, transfer = CODINGS[coding]
    named = f"-colorspace {space} -color_primaries {primaries} -color_trc {transfer}".split()
    source = tmp_path / "card.mp4"
    ffmpeg("-f", "lavfi", "-i", f"{CARD},scale={matrix}:out_range=tv,format=yuv420p",
           *"-c:v libx264 -crf 5".split(), *(named if space else []), source)  # fmt: skip
    copy = media.render_playable(source, tmp_path)
    assert tags_of_colour(copy.path) == (1, 1, 1)
    poster = Image.open(media.render_poster(source, tmp_path).path)
    expected = {"white": (255, 255, 255), "red": (255, 0, 0), "green": (0, 128, 0),
                "blue": (0, 0, 255), "grey": (128, 128, 128)}  # fmt: skip
    for shown in (colours_in(frame_of(copy.path)), colours_in(poster)):
        for name, colour in expected.items():
            assert np.abs(shown[name] - colour).max() < 12, (name, shown[name])


@pytest.mark.parametrize(("transfer", "kind"), [("arib-std-b67", "hlg"), ("smpte2084", "pq")])
def test_high_dynamic_range_becomes_ordinary_colours(
    tmp_path: Path, transfer: str, kind: str
) -> None:
    """The card with white at 203 cd/m2, as phones record it, in BT.2020 and HEVC."""
    source = tmp_path / "hdr.mov"
    hdr = (f"{CARD},format=gbrp,setparams=color_primaries=bt709:color_trc=bt709:"
           "colorspace=gbr:range=pc,zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=2020,"
           f"zscale=t={transfer}:m=2020_ncl:r=limited:npl=203,format=yuv420p10le")  # fmt: skip
    ffmpeg("-f", "lavfi", "-i", hdr, *"-c:v libx265 -x265-params log-level=none -crf 8".split(),
           *("-color_primaries", "bt2020", "-color_trc", transfer), "-colorspace", "bt2020nc",
           source)  # fmt: skip
    assert media.probe(source).colour == kind
    copy = media.render_playable(source, tmp_path)
    assert tags_of_colour(copy.path) == (1, 1, 1)
    clip = colours_in(frame_of(copy.path))
    poster = colours_in(Image.open(media.render_poster(source, tmp_path).path))
    for shown in (clip, poster):
        assert shown["white"].min() > 200 and np.ptp(shown["white"]) < 8
        assert 95 < shown["grey"].mean() < 150 and np.ptp(shown["grey"]) < 8
        for number, name in enumerate(("red", "green", "blue")):
            others = np.delete(shown[name], number)
            assert shown[name][number] > 90 and others.max() < 60, (name, shown[name])
    for name in WHERE:
        assert np.abs(clip[name] - poster[name]).max() < 14, name


def test_interlaced_pictures_lose_their_combs(tmp_path: Path) -> None:
    """A bar moves by 16 pixels from one field to the next; interlaced, its edges are combs."""
    moving = (
        "color=black:s=320x240:r=50:d=1,geq=lum='if(between(X-N*16,0,40),235,16)':cb=128:cr=128"
    )
    source = tmp_path / "camera.mts"
    ffmpeg("-f", "lavfi", "-i", f"{moving},interlace", *"-c:v mpeg2video -q:v 2".split(),
           *"-flags +ilme+ildct -f mpegts".split(), source)  # fmt: skip

    def combs(grey: np.ndarray) -> float:
        inner = grey.astype(float)[8:-8]
        return float(np.abs(inner[1:-1] - (inner[:-2] + inner[2:]) / 2).mean())

    def combs_in(path: Path) -> float:
        with av.open(str(path)) as container:
            frames = container.decode(video=0)
            return float(np.mean([combs(frame.to_ndarray(format="gray")) for frame in frames]))

    copy = media.render_playable(source, tmp_path)
    assert combs_in(source) > 8 > 4 * combs_in(copy.path)
    with Image.open(media.render_poster(source, tmp_path).path) as poster:
        assert combs(np.asarray(poster.convert("L"))) < 2


@pytest.mark.parametrize("size", ["161x121", "177x99", "33x17"])
def test_odd_sizes_become_even_ones(tmp_path: Path, size: str) -> None:
    source = tmp_path / "odd.avi"
    ffmpeg("-f", "lavfi", "-i", f"testsrc=s={size}:d=0.5", "-c:v", "mjpeg", source)
    copy = media.render_playable(source, tmp_path)
    width, height = map(int, size.split("x"))
    assert copy.width is not None and copy.height is not None
    assert copy.width % 2 == copy.height % 2 == 0
    assert abs(copy.width - width) <= 1 and abs(copy.height - height) <= 1


def test_sound_that_cannot_be_read_does_not_take_the_picture_with_it(tmp_path: Path) -> None:
    """WavPack: a decoder the archive keeps shut."""
    source = flashes_and_beeps(tmp_path / "clip.mkv", *"-c:v mpeg4 -c:a wavpack".split())
    out = tmp_path / "out"
    out.mkdir()
    copies = {copy.role: copy for copy in media.render_each(source, out)}
    assert list(copies) == ["poster", "strip", "playable"]
    assert copies["playable"].silenced and copies["playable"].duration_s == pytest.approx(
        6, abs=0.1
    )
    assert media.probe(copies["playable"].path).audio_codec == ""


@pytest.mark.parametrize("clips", [[], [recipes.PLAYABLE], list(recipes.PLAYABLES.values())])
def test_sound_is_decoded_and_timed_once_for_all_copies(clips: list[recipes.ClipRecipe]) -> None:
    """Timed for each copy apart, some clips of few frames hung the encoder until its time was up.
    The clip that showed it is tried in test_shared_media.py."""
    clip = media.Probe(
        "video", "mp4", "video/mp4", width=320, height=240, duration_s=9.0, audio_codec="aac"
    )
    arguments = " ".join(encode_arguments(3, "mov", clip, clips, sound=True))
    assert arguments.count("aresample") == arguments.count("0:a") == 1
    assert arguments.count("-map [sound") == len(clips) + 1


def test_a_small_file_that_claims_a_week_gets_minutes() -> None:
    claims = media.Probe("video", "mp4", "video/mp4", width=320, height=240, duration_s=600_000.0)
    assert encoding_seconds(claims, 100_000) < 200
    honest = media.Probe("video", "mp4", "video/mp4", width=320, height=240, duration_s=60.0)
    assert encoding_seconds(honest, 90_000_000) == 600


def test_an_edit_that_only_cuts_the_end_is_no_truncation(tmp_path: Path) -> None:
    whole = flashes_and_beeps(tmp_path / "whole.mp4", *SYNC["plain.mp4"])
    source = tmp_path / "cut.mp4"
    ffmpeg("-i", whole, "-t", "3", "-c", "copy", source)
    copy = media.render_playable(source, tmp_path)
    assert copy.duration_s == pytest.approx(3, abs=0.2) and not copy.truncated


HALVED = {
    "clip.ts": "-c:v libx264 -pix_fmt yuv420p -g 30 -c:a mp2".split(),
    "clip.mp4": "-c:v libx264 -pix_fmt yuv420p -g 30 -c:a aac -movflags faststart".split(),
    "clip.mkv": "-c:v mpeg4 -c:a mp2".split(),
    "clip.avi": SYNC["divx.avi"],
    "clip.flv": SYNC["sorenson.flv"],
}


@pytest.mark.parametrize("name", HALVED)
def test_a_file_cut_in_half_gives_the_half_that_is_there(tmp_path: Path, name: str) -> None:
    content = flashes_and_beeps(tmp_path / name, *HALVED[name]).read_bytes()
    half = tmp_path / f"half-{name}"
    half.write_bytes(content[: len(content) // 2])
    copy = media.render_playable(half, tmp_path)
    assert copy.duration_s is not None and 0.9 < copy.duration_s < 4.5
    # A transport stream promises no length, so nothing can be missing from it.
    assert copy.truncated or name == "clip.ts"
