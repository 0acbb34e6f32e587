"""Every file of the shared media: nothing escapes, nothing hangs, and two other programs agree.

MANIFEST.csv says what ffprobe 5.1 and exiftool 12.57 read. Where we differ on purpose, DIFFERS
says why; anything else is a fault.
"""

import csv
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from footage import media

pytestmark = pytest.mark.acceptance

LONGEST_SECONDS = 20

DIFFERS = {
    ("video_formats/ax__sample_fragmented.mp4", "duration"): "ffprobe believes 39 hours",
    ("video_damaged/syn_mvhd_duration_ffffffff.mp4", "duration"): "ffprobe believes 49 days",
    ("video_formats/ra__video_without_audio_stream.mp4", "duration"): "FFmpeg 8 obeys edit lists",
    ("video_formats/tc__nasa_13013.mp4", "duration"): "FFmpeg 8 obeys edit lists",
    ("video_formats/ft__fixture.3gp", "size"): "shown in square pixels",
    ("video_formats/mp__bbb_sunflower_QCIF_30fps_h263_noaudio_1f.3gp", "size"): "square pixels",
    ("video_formats/syn_anamorphic_sar.mp4", "size"): "shown in square pixels",
    ("phone_video/ax__sample_rotate_and_reflect.mp4", "rotation"): "mirrored: turned the other way",
    ("phone_video/me__ftyp3gp5.mp4", "place"): "(0, 0) is no place",
    ("photo/me__Samsung GT-I9000 (Galaxy S).jpg", "place"): "(0, 0) is no place",
    ("photo/pp__image-2011.jpg", "place"): "(0, 0) is no place",
}


def said(folder: Path) -> dict[str, dict[str, str]]:
    with open(folder / "MANIFEST.csv", encoding="utf-8-sig", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def disagreements(probe: media.Probe, row: dict[str, str]) -> set[str]:
    """Which of size, rotation, duration and place differ from what the manifest says."""
    found = set()
    if int(row["width"] or 0):
        stored = (int(row["width"]), int(row["height"]))
        quarter = (
            row["exif_orientation"] in ("5", "6", "7", "8")
            if probe.kind == "photograph"
            else row["rotation_ffprobe"] in ("90", "-90")
        )
        if (probe.width, probe.height) != (stored[::-1] if quarter else stored):
            found.add("size")
    turned, length = row["rotation_ffprobe"], row["duration_s"]
    if turned and probe.kind == "video" and probe.rotation != -int(turned) % 360:
        found.add("rotation")
    if length and probe.kind != "photograph" and not near(probe.duration_s, float(length), 0.05):
        found.add("duration")
    latitude, longitude = (float(row[key]) if row[key] else None for key in ("gps_lat", "gps_lon"))
    if not (near(probe.latitude, latitude, 1e-4) and near(probe.longitude, longitude, 1e-4)):
        found.add("place")
    return found


def near(one: float | None, other: float | None, within: float) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= within


def test_every_file_is_read_or_refused_in_time_and_read_as_others_read_it(
    shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "media"
    problems: list[Any] = []
    differs = set()
    for name, row in said(folder).items():
        started = time.monotonic()
        probe = None
        try:
            probe = media.probe(folder / name)
            if probe.kind != "sound":
                media.render_poster(folder / name, tmp_path, probed=probe)
        except media.Unplayable as error:
            if name.startswith(("phone_video/syn_", "video_formats/syn_", "photo/syn_")):
                problems.append((name, str(error)))
        if time.monotonic() - started > LONGEST_SECONDS:
            problems.append((name, "took too long"))
        if probe is not None:
            differs |= {(name, what) for what in disagreements(probe, row)}
    assert problems == []
    assert differs == set(DIFFERS)


def test_a_clip_of_few_frames_never_leaves_the_encoder_waiting_for_itself(
    shared_data: Path, tmp_path: Path
) -> None:
    """Its frames come seconds apart; every tenth encoding of two copies hung, most of them in
    company. A hanging one is ended after 281 s, as timed-out."""
    clip = shared_data / "media" / "video_formats" / "ft__fixture.asf"

    def roles(attempt: int) -> list[str]:
        out = tmp_path / str(attempt)
        out.mkdir()
        return [copy.role for copy in media.render_all(clip, out)]

    with ThreadPoolExecutor(4) as four:
        made = list(four.map(roles, range(24)))
    assert made == [["poster", "strip", "playable", "sound", "waveform"]] * 24


def test_every_playable_file_becomes_a_copy_as_long_as_its_master_or_says_it_is_not(
    shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "media"
    problems = []
    for name in said(folder):
        try:
            probe = media.probe(folder / name)
        except media.Unplayable:
            continue
        render = {
            "video": media.render_playable,
            "photograph": media.render_photograph,
            "sound": media.render_sound,
        }[probe.kind]
        try:
            copy = render(folder / name, tmp_path, probed=probe)
        except media.Unplayable as error:
            problems.append((name, str(error)))
            continue
        promised = probe.duration_s if probe.duration_s and not copy.truncated else copy.duration_s
        if not near(promised, copy.duration_s, max(1.0, 0.05 * (promised or 0))):
            problems.append((name, f"{promised} s became {copy.duration_s} s"))
    assert problems == []
