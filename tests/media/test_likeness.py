"""Copies of the same footage are proposed as what they are; other footage never is."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from footage import media
from footage.media.frames import VIEWS, FrameHash, hashes_from_json
from footage.media.likeness import LEAST_QUALITY, compare
from footage.media.lookup import LOOSE, Holdings, Lookup, asking, holding
from tests.media.conftest import ffmpeg
from tests.media.test_shared_media import said

# Something that moves all over and is nowhere alike, in place of footage.
SCENE = "mandelbrot=s=640x360:r=25:start_scale=1.5:end_scale=0.05:end_pts=200"
OTHER = "mandelbrot=s=640x360:r=25:start_x=-1.25:start_y=0.02:start_scale=0.4:end_pts=300"


Make = Callable[..., list[FrameHash]]


@pytest.fixture(scope="module")
def footage_of(tmp_path_factory: pytest.TempPathFactory) -> Make:
    folder = tmp_path_factory.mktemp("likeness")
    scenes = {"scene": folder / "scene.mp4", "other": folder / "other.mp4"}
    for name, scene in (("scene", SCENE), ("other", OTHER)):
        ffmpeg("-f", "lavfi", "-i", scene, *"-t 8 -c:v libx264 -preset ultrafast".split(),
               "-pix_fmt", "yuv420p", scenes[name])  # fmt: skip

    def made(name: str, *change: str) -> list[FrameHash]:
        if not change:
            return media.frame_hashes(scenes[name])
        target = folder / "changed.mp4"
        ffmpeg("-i", scenes[name], *change, target)
        return media.frame_hashes(target)

    return made


@pytest.fixture(scope="module")
def scene(footage_of: Make) -> list[FrameHash]:
    return footage_of("scene")


CHANGES = {
    "re-encoded": ["-vf", "scale=214:120", "-crf", "36"],
    "mirrored": ["-vf", "hflip", "-crf", "30"],
    "cropped": ["-vf", "crop=iw*0.88:ih*0.88", "-crf", "30"],
    "bannered": ["-vf", "drawbox=0:ih*0.83:iw:ih*0.17:black:fill", "-crf", "30"],
    "trimmed": ["-ss", "3", "-t", "4", "-crf", "30"],
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_changed_copy_is_named_by_its_change(
    footage_of: Make, scene: list[FrameHash], kind: str
) -> None:
    copy = footage_of("scene", *CHANGES[kind])
    for one, other, sign in ((scene, copy, -1), (copy, scene, 1)):
        likeness = compare(one, other)
        assert likeness is not None and likeness.kind == kind
        shift = 3.0 if kind == "trimmed" else 0.0
        assert likeness.offset_s == pytest.approx(sign * shift, abs=0.6)
        assert likeness.matched >= 5


def test_footage_inside_a_longer_film_is_part_of_it(
    footage_of: Make, scene: list[FrameHash], tmp_path: Path
) -> None:
    """Two seconds of the clip between other footage, and shrunk."""
    film = footage_of(
        "other", "-f", "lavfi", "-i", SCENE, "-filter_complex",
        "[1:v]trim=2:5,setpts=PTS-STARTPTS[x];[0:v]split[a][b];[a]trim=0:4,setpts=PTS-STARTPTS[h];"
        "[b]trim=4:8,setpts=PTS-STARTPTS[t];[h][x][t]concat=n=3,scale=320:180",
    )  # fmt: skip
    likeness = compare(scene, film)
    assert likeness is not None and likeness.kind == "part-of"
    assert likeness.offset_s == pytest.approx(2.0, abs=0.6)


def test_other_footage_is_not_proposed(footage_of: Make, scene: list[FrameHash]) -> None:
    assert compare(scene, footage_of("other")) is None


def test_black_and_blank_frames_are_like_nothing(tmp_path: Path) -> None:
    made = []
    for name, colour in (("black", "black"), ("grey", "gray")):
        ffmpeg("-f", "lavfi", "-i", f"color={colour}:d=4", tmp_path / f"{name}.mp4")
        made.append(media.frame_hashes(tmp_path / f"{name}.mp4"))
    assert all(frame.quality < LEAST_QUALITY for frames in made for frame in frames)
    assert compare(made[0], made[0]) is compare(*made) is None


def test_half_an_hour_that_never_changes_is_compared_in_seconds() -> None:
    still = [FrameHash(float(t), 100, (bytes(range(32)),) * len(VIEWS)) for t in range(1800)]
    started = time.process_time()
    likeness = compare(still, still[:900])
    assert likeness is not None and likeness.kind == "trimmed"
    assert time.process_time() - started < 10


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photograph_is_like_itself_however_it_was_held(files: Path, orientation: int) -> None:
    """Seven files of one pattern, stored in seven ways; each is hashed as it is shown."""
    upright = media.frame_hashes(files / f"syn_orient_{orientation}.jpg")
    assert len(upright) == 1 and upright[0].t_s == 0
    likeness = compare(upright, upright)
    assert likeness is not None and (likeness.kind, likeness.distance) == ("re-encoded", 0)


def test_sound_has_no_frames(files: Path) -> None:
    with pytest.raises(media.Unplayable, match="no-picture"):
        media.frame_hashes(files / "syn_audio_only.mp4")


@pytest.mark.parametrize(
    "answer",
    [{}, {"frames": []}, {"frames": [[0.0, 100]]}, {"frames": [[0.0, 100, "00"]]},
     {"frames": [["0", 100, "00" * 256]]}, {"frames": [[0.0, 101, "00" * 256]]},
     {"frames": [[float("nan"), 100, "00" * 256]]}],
)  # fmt: skip
def test_hashes_that_are_not_as_declared_are_not_believed(answer: object) -> None:
    assert len(hashes_from_json({"frames": [[0.0, 100, "00" * 256]]})) == 1
    with pytest.raises(ValueError, match=r"frame|hexadecimal"):
        hashes_from_json(answer)


def with_bits_changed(hashes: np.ndarray, count: int, dice: np.random.Generator) -> np.ndarray:
    changed = np.unpackbits(hashes, axis=1)
    for row in changed:
        row[dice.choice(256, count, replace=False)] ^= 1
    return np.packbits(changed, axis=1)


def test_a_lookup_finds_every_hash_within_31_bits_and_most_within_48() -> None:
    dice = np.random.default_rng(7)
    held = dice.integers(0, 256, (50_000, 32), np.uint8)
    lookup = Lookup(held)
    wanted = dice.choice(50_000, 200, replace=False)
    for count, least in ((0, 200), (31, 200), (48, 160)):
        query, row, bits = lookup.near(with_bits_changed(held[wanted], count, dice))
        assert (row == wanted[query]).all() and (bits == count).all()
        assert len(query) >= least
    assert len(lookup.near(dice.integers(0, 256, (200, 32), np.uint8))[0]) == 0


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("loose", [True, False])
def test_holdings_lead_from_a_changed_copy_to_its_clip_whichever_came_first(
    footage_of: Make, scene: list[FrameHash], kind: str, loose: bool
) -> None:
    copy = footage_of("scene", *CHANGES[kind])
    for held, asked in ((scene, copy), (copy, scene)):
        holdings = Holdings()
        holdings.add(1, holding(held))
        noise = np.random.default_rng(8).integers(0, 256, (1 if loose else LOOSE + 1, 32), np.uint8)
        holdings.add(2, noise.tobytes())
        assert holdings.near(asking(asked)).keys() == {1}
        assert len(holdings) == len(holding(held)) // 32 + len(noise)


def test_empty_holdings_find_nothing() -> None:
    lookup = Lookup(np.empty((0, 32), np.uint8))
    assert len(lookup) == 0 and len(lookup.near(np.zeros((3, 32), np.uint8))[0]) == 0
    holdings = Holdings()
    holdings.add(1, b"")
    assert len(holdings) == 0 and holdings.near(np.zeros((3, 32), np.uint8)) == {}


# Shared files that show the same thing, seen by eye. Everything made from the test card is one.
SAME = [
    {"adobe-20220124-A.", "adobe-20220124-CA.", "E-dat-CA", "E-sig-CA.", "XCA"},
    {"adobe-20220124-CICA", "CIE-sig-CA"},
    {"cr__cloud", "cr__update_manifest"},
    {"cr__legacy", "cr__video1_no_manifest"},
    {"ax__sample", "ax__bt601"},
    {"landscape_3", "landscape_5"},
    {"ft__fixture.3gp", "hu__short-video", "pv__mkv", "pv__quicktime"},
    {"ft__fixture.ps", "ft__fixture.wmv"},
    {"m4__multiTrack", "me__sample.3gp"},
    {"pv__avi", "pv__wmv"},
    {"ti__testFLV", "ti__testMKV"},
]
EXPECTED = {
    "near duplicate: cropped with a logo": "cropped",
    "byte-identical": "re-encoded",
    "same streams, metadata removed": "re-encoded",
    "near duplicate: half size, re-encoded": "re-encoded",
    "same streams, other container": "re-encoded",
    "excerpt": "trimmed",
}


def same_thing(one: str, other: str) -> bool:
    generated = ("syn_", "duplicates/", "hostile/")
    if any(mark in one for mark in generated) and any(mark in other for mark in generated):
        return True
    return any(
        any(mark in one for mark in group) and any(mark in other for mark in group)
        for group in SAME
    )


@pytest.mark.acceptance
def test_shared_duplicates_are_named_and_nothing_else_is_proposed(shared_data: Path) -> None:
    folder = shared_data / "media"
    rows, hashed = said(folder), {}
    for name in rows:
        try:
            hashed[name] = media.frame_hashes(folder / name)
        except media.Unplayable:
            continue
    assert len(hashed) > 160
    original = hashed["duplicates/original.mp4"]
    named = 0
    for name, row in rows.items():
        for words, kind in EXPECTED.items():
            if row["category"] == "duplicates" and words in row["expected"]:
                likeness = compare(original, hashed[name])
                assert likeness is not None and likeness.kind == kind, (name, likeness)
                assert abs(likeness.offset_s) < 0.5
                named += 1
    assert named == len(EXPECTED)
    # Whichever came first, looking up leads from each to the original.
    numbers = {name: number for number, name in enumerate(hashed)}
    holdings = Holdings()
    for name, frames in hashed.items():
        holdings.add(numbers[name], holding(frames))
    for name in hashed:
        if name.startswith("duplicates/") and name != "duplicates/original.mp4":
            assert numbers[name] in holdings.near(asking(original)), name
            assert numbers["duplicates/original.mp4"] in holdings.near(asking(hashed[name])), name
    false = [
        (one, other, likeness)
        for one, other in itertools.combinations(hashed, 2)
        if not same_thing(one, other) and (likeness := compare(hashed[one], hashed[other]))
    ]
    assert false == []
