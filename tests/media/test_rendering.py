"""What comes out: upright, playable everywhere, and free of all that the input said of itself."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from footage import media
from tests.media.conftest import ffmpeg

Render = Callable[..., media.RenderedFile]


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures, 0 (same) to 255."""
    other = other.convert("RGB").resize(one.size)
    return sum(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other)).mean) / 3


def poster_of(path: Path, folder: Path) -> Image.Image:
    folder.mkdir(exist_ok=True)
    with Image.open(media.render_poster(path, folder).path) as picture:
        return picture.copy()


@pytest.mark.parametrize(
    ("name", "turn"),
    [
        ("syn_android_karm-al-jabal.mp4", Image.Transpose.ROTATE_270),
        ("syn_android_al-shaar.mp4", Image.Transpose.ROTATE_90),
    ],
)
def test_a_clip_held_upright_is_shown_upright(
    files: Path, tmp_path: Path, name: str, turn: Image.Transpose
) -> None:
    """The same pattern filmed level, turned as the phone says, is the picture expected."""
    level = poster_of(files / "syn_android_al-fardous.mp4", tmp_path / "level")
    poster = poster_of(files / name, tmp_path / "turned")
    assert poster.size == (240, 320)
    assert difference(level.transpose(turn), poster) < 12
    playable = media.render_playable(files / name, tmp_path)
    assert (playable.width, playable.height) == (240, 320)
    assert difference(poster, poster_of(playable.path, tmp_path / "again")) < 12


def test_a_mirrored_clip_is_shown_alike_in_poster_and_copy(files: Path, tmp_path: Path) -> None:
    source = files / "ax__sample_rotate_and_reflect.mp4"
    poster = poster_of(source, tmp_path / "poster")
    playable = media.render_playable(source, tmp_path)
    shown = poster_of(playable.path, tmp_path / "again")
    assert difference(poster, shown) < 12 < difference(poster.transpose(0), shown)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photograph_is_turned_as_exif_says(files: Path, tmp_path: Path, orientation: int) -> None:
    source = files / f"syn_orient_{orientation}.jpg"
    undo = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_270],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_90],
    }
    expected = Image.open(source).convert("RGB")
    for step in undo[orientation]:
        expected = expected.transpose(step)
    for render in (media.render_photograph, media.render_poster):
        copy = render(source, tmp_path)
        with Image.open(copy.path) as made:
            assert made.size == expected.size == (copy.width, copy.height)
            assert difference(expected, made) < 8
            assert not made.getexif() and "icc_profile" not in made.info


@pytest.mark.parametrize(
    ("name", "height", "size"),
    [
        ("me__with-gps.mp4", 480, (854, 480)),
        ("me__with-gps.mp4", 240, (426, 240)),
        ("ax__sample_rotate_and_reflect.mp4", 480, (480, 720)),
        ("syn_vfr.mp4", 480, (320, 240)),
        ("syn_anamorphic_sar.mp4", 480, (512, 288)),
        ("syn_portrait_144x1920.mp4", 480, (144, 1920)),
    ],
)
def test_the_shorter_side_is_bounded_and_nothing_is_enlarged(
    files: Path, tmp_path: Path, name: str, height: int, size: tuple[int, int]
) -> None:
    copy = media.render_playable(files / name, tmp_path, height)
    assert (copy.width, copy.height) == size


@pytest.mark.parametrize(
    ("name", "audio"),
    [
        ("syn_android_al-shaar.mp4", "aac"),
        ("syn_vfr.mp4", ""),
        ("syn_h263_qcif_noaudio.3gp", ""),
        ("syn_fragmented.mp4", ""),
        ("syn_vp8.webm", ""),
        ("syn_mpeg4_xvid_mp3.avi", "aac"),
        ("syn_zeroed_block.mp4", ""),
        ("syn_mvhd_duration_ffffffff.mp4", ""),
        ("ax__silent-black-10s.mp4", "aac"),
    ],
)
def test_every_kind_of_clip_becomes_one_kind_of_copy(
    files: Path, tmp_path: Path, name: str, audio: str
) -> None:
    master = media.probe(files / name)
    copy = media.render_playable(files / name, tmp_path, probed=master)
    made = media.probe(copy.path)
    assert (copy.role, copy.media_type) == ("playable", "video/mp4")
    assert (made.format, made.video_codec, made.audio_codec) == ("mp4", "h264", audio)
    assert made.duration_s == pytest.approx(master.duration_s, abs=0.15)
    assert (made.rotation, made.mirrored, copy.truncated) == (0, False, False)
    content = copy.path.read_bytes()
    assert copy.bytes == len(content)
    assert copy.sha256 == hashlib.sha256(content).hexdigest()
    assert content.index(b"moov") < content.index(b"mdat")
    assert set(made.tags) <= {
        "major_brand", "minor_version", "compatible_brands",
        "stream 0 language", "stream 1 language", "stream 0 vendor_id", "stream 1 vendor_id",
    }  # fmt: skip


def test_sound_alone_becomes_sound_and_has_no_picture(files: Path, tmp_path: Path) -> None:
    source = files / "syn_audio_only.mp4"
    copy = media.render_sound(source, tmp_path)
    assert (copy.media_type, copy.width) == ("audio/mp4", None)
    assert copy.duration_s == pytest.approx(2.0, abs=0.1)
    for render in (media.render_poster, media.render_playable, media.render_photograph):
        with pytest.raises(media.Unplayable, match="no-picture"):
            render(source, tmp_path)


def test_a_silent_clip_has_no_sound_to_render(files: Path, tmp_path: Path) -> None:
    with pytest.raises(media.Unplayable, match="no-sound"):
        media.render_sound(files / "syn_vfr.mp4", tmp_path)


def test_a_cut_off_clip_plays_as_far_as_it_goes_and_says_so(files: Path, tmp_path: Path) -> None:
    copy = media.render_playable(files / "syn_truncated_with_moov.mp4", tmp_path)
    assert copy.truncated and copy.duration_s is not None and 0.3 < copy.duration_s < 1.9


def test_a_clip_that_is_all_black_still_has_a_poster(files: Path, tmp_path: Path) -> None:
    copy = media.render_poster(files / "ax__silent-black-10s.mp4", tmp_path)
    assert (copy.width, copy.height) == (320, 240)


def with_tags(source: Path, target: Path, *more: str) -> Path:
    """The same picture and sound in a file that says a lot of itself."""
    ffmpeg(
        "-i", source, *("-map", "0", "-c", "copy", "-movflags", "use_metadata_tags"), *more, target
    )
    return target


def test_nothing_the_input_says_of_itself_is_in_a_copy(files: Path, tmp_path: Path) -> None:
    words = ["Mahmoud-Canary", "Al-Shaar-Canary", "handler-canary", "مصور-كناري"]
    tagged = with_tags(
        files / "syn_android_al-shaar.mp4",
        tmp_path / "tagged.mp4",
        *("-metadata", f"artist={words[0]}", "-metadata", f"title={words[1]}"),
        *("-metadata:s:v", f"handler_name={words[2]}", "-metadata", f"comment={words[3]}"),
    )
    said = tagged.read_bytes()
    assert all(word.encode() in said for word in words)
    master = media.probe(tagged)
    assert set(words) <= set(master.tags.values())
    copies = media.render_all(tagged, tmp_path)
    assert len(copies) >= 5
    for copy in copies:
        content = copy.path.read_bytes()
        for told in [*words, *master.tags.values(), "36.2090", "Lavf", "Lavc", "x264"]:
            assert len(told) < 5 or told.startswith("isom") or told.encode() not in content
            assert told not in ("Lavf", "Lavc", "x264") or told.encode() not in content


def test_a_flood_of_tags_is_cut_and_does_not_hide_the_clip(files: Path, tmp_path: Path) -> None:
    flood = [part for n in range(12) for part in ("-metadata", f"note{n}=" + '"مصور\\' * 900)]
    tagged = with_tags(files / "syn_vfr.mp4", tmp_path / "tagged.mp4", *flood)
    tags = media.probe(tagged).tags
    assert 0 < sum(key.startswith("note") for key in tags) < 12
    assert sum(len(value.encode()) for value in tags.values()) <= 24 * 1024


def test_nothing_a_photograph_says_of_itself_is_in_a_copy(files: Path, tmp_path: Path) -> None:
    source = files / "syn_exif_gps_al-kallaseh.jpg"
    master = media.probe(source)
    content = media.render_photograph(source, tmp_path).path.read_bytes()
    assert b"Exif" not in content and b"GT-I9300" not in content
    assert not [v for v in master.tags.values() if len(v) >= 5 and v.encode() in content]


def test_a_copy_in_which_a_tag_of_its_master_is_found_is_refused(
    files: Path, tmp_path: Path
) -> None:
    """The brands that every MP4 of ours begins with, given as a title."""
    first = media.render_playable(files / "syn_vfr.mp4", tmp_path).path
    brands = first.read_bytes()[16:32].decode()
    first.unlink()
    tagged = with_tags(
        files / "syn_vfr.mp4", tmp_path / "tagged.mp4", "-metadata", f"title={brands}"
    )
    with pytest.raises(media.Unplayable, match="metadata-in-copy"):
        media.render_playable(tagged, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["tagged.mp4"]


def test_only_the_copies_are_left_behind(files: Path, tmp_path: Path) -> None:
    media.render_poster(files / "syn_vfr.mp4", tmp_path)
    with pytest.raises(media.Unplayable):
        media.render_poster(files / "random.mp4", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["poster.jpg"]


def test_a_copy_handed_in_as_a_master_can_be_rendered_again(files: Path, tmp_path: Path) -> None:
    copy = media.render_playable(files / "syn_android_al-shaar.mp4", tmp_path)
    again = tmp_path / "again"
    again.mkdir()
    assert media.render_playable(copy.path, again).width == copy.width


def test_the_same_master_gives_the_same_copy_byte_for_byte(files: Path, tmp_path: Path) -> None:
    made = [media.render_playable(files / "syn_vfr.mp4", tmp_path).sha256 for _ in range(2)]
    assert made[0] == made[1]


def test_copies_and_master_keep_their_own_modes(files: Path, tmp_path: Path) -> None:
    before = (files / "syn_vfr.mp4").stat()
    copy = media.render_poster(files / "syn_vfr.mp4", tmp_path)
    after = (files / "syn_vfr.mp4").stat()
    assert (before.st_mtime_ns, before.st_mode, before.st_size) == (
        after.st_mtime_ns, after.st_mode, after.st_size,
    )  # fmt: skip
    assert copy.path.stat().st_mode & 0o777 == 0o640
