"""What the archive learns from a file before anybody looks at it."""

import json
import os
import sys
from pathlib import Path

import pytest

from footage import media
from footage.media import sandbox
from tests.media.conftest import ffmpeg


def patched(source: Path, target: Path, old: bytes, new: bytes) -> Path:
    """A copy with some bytes replaced by as many others."""
    content = source.read_bytes()
    assert content.count(old) >= 1 and len(old) == len(new)
    target.write_bytes(content.replace(old, new))
    return target


def test_a_phone_clip_tells_its_shape_place_time_and_codecs(files: Path) -> None:
    probe = media.probe(files / "syn_android_karm-al-jabal.mp4")
    assert (probe.kind, probe.format, probe.media_type) == ("video", "mp4", "video/mp4")
    assert (probe.width, probe.height, probe.rotation, probe.mirrored) == (240, 320, 90, False)
    assert (probe.latitude, probe.longitude) == (36.2105, 37.1771)
    assert (probe.recorded, probe.recorded_doubt) == ("2013-06-20T18:45:00Z", "")
    assert (probe.video_codec, probe.audio_codec) == ("h264", "aac")
    assert probe.duration_s == pytest.approx(2.0, abs=0.05)
    assert probe.dated and not probe.truncated


def test_a_probe_survives_json_unchanged(files: Path) -> None:
    probe = media.probe(files / "me__with-gps.mp4")
    assert media.Probe.from_json(json.loads(json.dumps(probe.to_json()))) == probe


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "script"),
        ("width", -1),
        ("width", "320"),
        ("rotation", 45),
        ("duration_s", float("nan")),
        ("latitude", 91),
        ("recorded_doubt", "unknown"),
        ("tags", {"key": 1}),
        ("tags", {"key": "v" * 4097}),
        ("tags", {str(n): "v" for n in range(257)}),
    ],
)
def test_a_probe_that_is_not_as_declared_is_not_believed(
    files: Path, field: str, value: object
) -> None:
    answer = media.probe(files / "syn_vfr.mp4").to_json()
    with pytest.raises(ValueError, match="as declared"):
        media.Probe.from_json(answer | {field: value})


def test_a_probe_with_an_extra_field_is_not_believed(files: Path) -> None:
    answer = media.probe(files / "syn_vfr.mp4").to_json()
    with pytest.raises(ValueError, match="fields"):
        media.Probe.from_json(answer | {"more": 1})


@pytest.mark.parametrize(
    ("name", "size", "rotation", "mirrored"),
    [
        ("syn_android_al-fardous.mp4", (320, 240), 0, False),
        ("syn_android_al-shaar.mp4", (240, 320), 270, False),
        ("ax__sample_rotate_and_reflect.mp4", (720, 1080), 270, True),
        ("syn_anamorphic_sar.mp4", (512, 288), 0, False),
        ("syn_portrait_144x1920.mp4", (144, 1920), 0, False),
        ("syn_dims_65535.mp4", (320, 240), 0, False),
        ("syn_orient_2.jpg", (160, 120), 0, True),
        ("syn_orient_3.jpg", (160, 120), 180, False),
        ("syn_orient_6.jpg", (120, 160), 90, False),
        ("syn_orient_7.jpg", (120, 160), 90, True),
        ("syn_orient_8.jpg", (120, 160), 270, False),
    ],
)
def test_size_is_the_size_as_displayed(
    files: Path, name: str, size: tuple[int, int], rotation: int, mirrored: bool
) -> None:
    probe = media.probe(files / name)
    assert (probe.width, probe.height) == size
    assert (probe.rotation, probe.mirrored) == (rotation, mirrored)


@pytest.mark.parametrize(
    ("name", "kind", "form", "media_type", "video", "audio"),
    [
        ("syn_h263_qcif_noaudio.3gp", "video", "3gp", "video/3gpp", "h263", ""),
        ("syn_vp8.webm", "video", "webm", "video/webm", "vp8", ""),
        ("syn_mpeg4_xvid_mp3.avi", "video", "avi", "video/x-msvideo", "mpeg4", "mp2"),
        ("syn_fragmented.mp4", "video", "mp4", "video/mp4", "h264", ""),
        ("syn_audio_only.mp4", "sound", "mp4", "audio/mp4", "", "aac"),
        ("attachment_html.mkv", "video", "matroska", "video/x-matroska", "h264", ""),
        ("syn_orient_6.jpg", "photograph", "jpeg", "image/jpeg", "", ""),
        ("polyglot_jpg_zip.jpg", "photograph", "jpeg", "image/jpeg", "", ""),
    ],
)
def test_format_is_found_by_content(
    files: Path, name: str, kind: str, form: str, media_type: str, video: str, audio: str
) -> None:
    probe = media.probe(files / name)
    assert (probe.kind, probe.format, probe.media_type) == (kind, form, media_type)
    assert (probe.video_codec, probe.audio_codec) == (video, audio)


def test_a_name_that_lies_changes_nothing(files: Path, tmp_path: Path) -> None:
    lying = tmp_path / "playlist.m3u8"
    lying.write_bytes((files / "syn_vfr.mp4").read_bytes())
    assert media.probe(lying).format == "mp4"


@pytest.mark.parametrize(
    ("name", "recorded", "doubt"),
    [
        ("syn_creation_1904.mp4", None, "epoch-1904"),
        ("syn_creation_1970.mp4", "1970-01-01T00:00:00Z", "epoch-1970"),
        ("syn_creation_2012_default_clock.mp4", "2012-01-01T00:00:07Z", "default-clock"),
        ("syn_creation_2040.mp4", "2039-12-31T23:59:59Z", "future"),
        ("syn_exif_date_zero.jpg", None, ""),
        ("syn_exif_gps_al-kallaseh.jpg", "2016-04-28T11:20:00", ""),
        ("syn_exif_gps_tz_jabal-badro.jpg", "2013-02-18T20:15:00+02:00", ""),
        ("syn_h263_qcif_noaudio.3gp", "2013-04-19T11:02:03Z", ""),
    ],
)
def test_a_clock_that_was_never_set_is_no_date(
    files: Path, name: str, recorded: str | None, doubt: str
) -> None:
    probe = media.probe(files / name)
    assert (probe.recorded, probe.recorded_doubt) == (recorded, doubt)
    assert probe.dated == (recorded is not None and doubt == "")


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("syn_xyz_al-sakhour.mp4", (36.2185, 37.1898)),
        ("me__with-gps.mp4", (51.4169, -0.0806)),
        ("syn_exif_gps_al-kallaseh.jpg", (36.1937, 37.1489)),
        ("syn_exif_gps_noref.jpg", (None, None)),
        ("syn_vfr.mp4", (None, None)),
    ],
)
def test_a_place_is_read_from_the_container_or_exif(
    files: Path, name: str, place: tuple[float | None, float | None]
) -> None:
    probe = media.probe(files / name)
    assert (probe.latitude, probe.longitude) == pytest.approx(place, abs=1e-4)


@pytest.mark.parametrize(
    "garbage", [b"+00.0000+000.0000/", b"+96.2185+037.1898/", b"somewhere in town/"]
)
def test_a_place_that_cannot_be_is_no_place(files: Path, tmp_path: Path, garbage: bytes) -> None:
    clip = patched(
        files / "syn_xyz_al-sakhour.mp4", tmp_path / "clip", b"+36.2185+037.1898/", garbage
    )
    probe = media.probe(clip)
    assert (probe.latitude, probe.longitude) == (None, None)


def test_an_absurd_duration_gives_way_to_that_of_the_picture(files: Path) -> None:
    probe = media.probe(files / "syn_mvhd_duration_ffffffff.mp4")
    assert probe.duration_s == pytest.approx(2.0, abs=0.05)


def test_a_cut_off_clip_is_marked_truncated(files: Path) -> None:
    assert media.probe(files / "syn_truncated_with_moov.mp4").truncated


def test_a_cut_off_photograph_is_marked_truncated(files: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.jpg"
    whole = (files / "syn_exif_gps_al-kallaseh.jpg").read_bytes()
    half.write_bytes(whole[: len(whole) * 2 // 3])
    probe = media.probe(half)
    assert probe.truncated and (probe.width, probe.height) == (480, 640)


def test_tags_keep_arabic_and_lose_control_characters(files: Path) -> None:
    tags = media.probe(files / "syn_arabic_title.mp4").tags
    assert tags["title"] == "قصف على حي بستان القصر 27-7-2016"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("zero.mov", "empty"),
        ("one_byte.mp4", "not-media"),
        ("random.mp4", "not-media"),
        ("zip_bomb_50MB.zip", "not-media"),
        ("syn_truncated_no_moov.mp4", "damaged"),
        ("polyglot_gif_js.gif", "damaged"),
        ("go__sample_init.encv.mp4", "encrypted"),
        ("jpg_header_65500x65500.jpg", "too-large-picture"),
        ("png_bomb_20000x20000_1bit.png", "too-large-picture"),
    ],
)
def test_a_file_that_cannot_be_played_says_why_in_both_languages(
    files: Path, name: str, code: str
) -> None:
    with pytest.raises(media.Unplayable) as caught:
        media.probe(files / name)
    assert caught.value.code == code
    assert caught.value.message_en.endswith(".")
    assert any("\u0600" <= letter <= "\u06ff" for letter in caught.value.message_ar)
    assert len(caught.value.detail) <= 2000


def test_a_directory_is_not_media(tmp_path: Path) -> None:
    with pytest.raises(media.Unplayable, match="not-media"):
        media.probe(tmp_path)


def test_a_symbolic_link_is_not_followed(files: Path, tmp_path: Path) -> None:
    link = tmp_path / "clip.mp4"
    link.symlink_to(files / "syn_vfr.mp4")
    with pytest.raises(OSError, match="symbolic"):
        media.probe(link)


def without_samples(source: Path, target: Path) -> Path:
    """The same clip with every byte of its samples set to zero."""
    content = bytearray(source.read_bytes())
    start = content.index(b"mdat") - 4
    size = int.from_bytes(content[start : start + 4], "big")
    content[start + 8 : start + size] = bytes(size - 8)
    target.write_bytes(content)
    return target


def test_place_time_and_device_survive_a_picture_that_does_not_decode(
    files: Path, tmp_path: Path
) -> None:
    lost = without_samples(files / "syn_android_karm-al-jabal.mp4", tmp_path / "lost.mp4")
    with pytest.raises(media.Unplayable, match="damaged") as caught:
        media.probe(lost)
    told = caught.value.probe
    assert told is not None and (told.kind, told.width) == ("video", None)
    assert (told.latitude, told.longitude) == (36.2105, 37.1771)
    assert told.recorded == "2013-06-20T18:45:00Z" and told.tags


def test_an_unknown_coding_still_tells_where_and_when(files: Path, tmp_path: Path) -> None:
    clip = patched(files / "syn_android_al-shaar.mp4", tmp_path / "clip.mp4", b"avc1", b"zzz1")
    with pytest.raises(media.Unplayable) as caught:
        media.probe(clip)
    assert caught.value.code in ("unsupported-codec", "damaged")
    assert caught.value.probe is not None and caught.value.probe.latitude is not None


def test_a_photograph_cut_off_before_its_picture_still_tells_its_place(
    files: Path, tmp_path: Path
) -> None:
    whole = (files / "syn_exif_gps_al-kallaseh.jpg").read_bytes()
    torn = tmp_path / "torn.jpg"
    scan = whole.rindex(b"\xff\xda")
    torn.write_bytes(whole[:scan])
    try:
        told: media.Probe | None = media.probe(torn)
    except media.Unplayable as error:
        told = error.probe
    assert told is not None and told.latitude == pytest.approx(36.1937, abs=1e-4)


def test_what_the_container_told_survives_a_decoder_that_never_returns(files: Path) -> None:
    told = media.probe(files / "me__with-gps.mp4").to_json() | {"tags": {}}
    script = "import os, time; os.write(RESULT, %r); time.sleep(600)" % (
        json.dumps({"evidence": told}).encode() + b"\n"
    )
    read, write = os.pipe()
    code, result, errors = sandbox.supervise(
        [sys.executable, "-I", "-c", script.replace("RESULT", str(write))],
        (write,), read, 2, close_after_start=write,
    )  # fmt: skip
    os.close(read)
    with pytest.raises(media.Unplayable, match="timed-out") as caught:
        sandbox.judge(code, result, errors)
    assert caught.value.probe == media.Probe.from_json(told)


def test_a_probe_kept_before_a_field_was_added_is_still_read(files: Path) -> None:
    kept = media.probe(files / "syn_vfr.mp4").to_json()
    del kept["colour"]
    assert media.Probe.from_json(kept).colour == ""


@pytest.mark.parametrize(("codec", "opens"), [("mpeg4", True), ("zmbv", False)])
def test_only_decoders_of_cameras_and_phones_may_run(
    tmp_path: Path, codec: str, opens: bool
) -> None:
    """The second is a coding of emulators' screens, which FFmpeg knows and cameras do not."""
    clip = tmp_path / "clip.avi"
    ffmpeg("-f", "lavfi", "-i", "testsrc=duration=0.2", "-c:v", codec, clip)
    if opens:
        assert media.probe(clip).video_codec == codec
    else:
        with pytest.raises(media.Unplayable, match=r"damaged|unsupported"):
            media.probe(clip)
