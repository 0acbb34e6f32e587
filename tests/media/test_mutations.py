"""Good files with random damage: none escapes, none hangs, each ends copied or with a reason.

Seeded: a number names a mutation for ever. Sixty run with the other tests, the rest of 500 with the
acceptance tests, and 10,000 with `make torture`.
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from footage import media
from tests.faults.campaigns import rounds

GOOD = [
    "syn_android_al-shaar.mp4", "me__with-gps.mp4", "syn_fragmented.mp4", "syn_vp8.webm",
    "syn_mpeg4_xvid_mp3.avi", "syn_h263_qcif_noaudio.3gp", "syn_audio_only.mp4",
    "syn_exif_gps_al-kallaseh.jpg", "syn_orient_6.jpg", "syn_arabic_title.mp4",
    "attachment_html.mkv", "cr__C_with_CAWG_data.jpg",
]  # fmt: skip
FEW, MANY = 60, 500
LONGEST_SECONDS = 20
COPIES = ("poster.jpg", "playable.mp4", "sound.m4a")
LURE = b"http://127.0.0.1:9/" + b"a" * 13


def mutated(content: bytes, dice: random.Random) -> bytes:
    """One kind of damage, or two: what bad disks, bad lines and bad people do to a file."""
    data = bytearray(content)
    for _ in range(dice.choice((1, 1, 2))):
        at, kind = dice.randrange(len(data)), dice.randrange(8)
        length = min(dice.choice((1, 4, 64, 4096)), len(data) - at)
        if kind == 0:
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            data[at : at + length] = dice.randbytes(length)
        elif kind == 2:
            data[at : at + length] = bytes(length)
        elif kind == 3:
            del data[max(1, at) :]
        elif kind == 4:
            del data[at : at + min(length, len(data) - 1)]
        elif kind == 5:
            data[at:at] = data[at : at + length]
        elif kind == 6:
            # Sizes and counts at their ends, mostly in the headers.
            at = dice.randrange(min(len(data), 2048))
            data[at : at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4)))
        else:
            data[at : at + len(LURE)] = LURE
    return bytes(data)


def outcome(path: Path, folder: Path, encode: bool) -> str:
    """What became of the file: the kind of the copy made, or the reason why there is none."""
    try:
        probe = media.probe(path)
        render = {
            "video": media.render_playable if encode else media.render_poster,
            "photograph": media.render_poster,
            "sound": media.render_sound,
        }[probe.kind]
        return render(path, folder, probed=probe).role
    except media.Unplayable as reason:
        assert reason.message_en and reason.message_ar
        return reason.code


def attack(number: int, files: Path, tmp_path: Path) -> tuple[str, float]:
    dice = random.Random(number)
    name = GOOD[number % len(GOOD)]
    folder = tmp_path / str(number)
    folder.mkdir()
    victim = folder / name
    victim.write_bytes(mutated((files / name).read_bytes(), dice))
    # A neighbour the child must neither read nor change.
    neighbour = folder / "neighbour"
    neighbour.write_bytes(b"witness")
    started = time.monotonic()
    ended = outcome(victim, folder, encode=number % 10 < 2)
    taken = time.monotonic() - started
    assert neighbour.read_bytes() == b"witness"
    left = {p.name for p in folder.iterdir()} - {name, "neighbour", *COPIES}
    assert not left, (number, left)
    return ended, taken


def ends_well(numbers: range, files: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda number: attack(number, files, tmp_path), numbers))
    kinds = {code for code, _ in ended}
    allowed = {"poster", "playable", "sound"} | (
        set(media.REASONS) - {"timed-out", "metadata-in-copy"}
    )
    assert kinds <= allowed
    assert max(taken for _, taken in ended) < LONGEST_SECONDS
    # The damage is neither harmless nor always deadly, or the test tests nothing.
    assert {"poster", "damaged"} <= kinds


def test_damaged_files_end_as_copies_or_with_a_reason(files: Path, tmp_path: Path) -> None:
    ends_well(range(rounds(FEW, 10_000)), files, tmp_path)


@pytest.mark.acceptance
def test_very_many_damaged_files_end_as_copies_or_with_a_reason(
    files: Path, tmp_path: Path
) -> None:
    ends_well(range(FEW, MANY), files, tmp_path)
