"""All of the shared media through the front door, with its traps watched."""

import ctypes
import hashlib
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingest.conftest import House

pytestmark = pytest.mark.acceptance

# Where the hostile files point: addresses to call, and a file to read.
CALLED_BY_TRAPS = ("127.0.0.1", 9099)
READ_BY_TRAPS = "/etc/hostname"
IN_OPEN = 0x20
SECONDS = 1800

WATCHABLE = {
    "video": {"poster", "playable"},
    "photograph": {"poster", "photograph"},
    "sound": {"sound"},
}
# In the folders of undamaged files nothing but these may fail to play: they are headers only.
HEADERS_ONLY = {
    "et__Pentax.avi",
    "et__QuickTime.mov",
    "ti__testMP4_StillImageTimeZero.mov",
    "ti__testMP4_udtaLocation.mp4",
    "ti__testHEIC_livePhoto.heic",
    "go__sample_qt.mp4",
}


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """Listen where the hostile files would have a player connect to."""
    with socket.create_server(CALLED_BY_TRAPS) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture
def readings() -> Iterator[int]:
    """Have the kernel note every opening of the file the hostile files want read."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert libc.inotify_add_watch(descriptor, READ_BY_TRAPS.encode(), IN_OPEN) > 0
    yield descriptor
    os.close(descriptor)


def test_everything_becomes_a_watchable_draft_a_kept_ruin_or_a_refusal(
    house: House, shared_data: Path, trap: socket.socket, readings: int
) -> None:
    media = shared_data / "media"
    files = [path for path in media.rglob("*") if path.is_file()]
    loaded = house.run("manage.py", "load_reference")
    assert loaded.returncode == 0, loaded.stdout

    ingest = house.start("manage.py", "ingest", "--examine", str(media))
    output, _ = ingest.communicate(timeout=SECONDS)

    # No crash, and everything is accounted for.
    assert "Traceback" not in output, output
    count = re.search(r"(\d+) accepted, (\d+) held already, (\d+) refused, 0 hidden", output)
    assert count, output
    accepted, held, refused = map(int, count.groups())
    assert accepted + held + refused == len(files)
    assert ingest.returncode == 1
    # No connection, and no reading outside the input.
    with pytest.raises(BlockingIOError):
        trap.accept()
    with pytest.raises(BlockingIOError):
        os.read(readings, 4096)

    # A refused file leaves no master; everything else is kept, byte for byte, once.
    refusals = dict(re.findall(r"^refused: .*/([^/]+): (This is|The file is empty)", output, re.M))
    assert len(refusals) == refused
    kept = {path.name for path in house.masters()}
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert kept == {digest for name, digest in digests.items() if name not in refusals}
    playlists = {path.name for path in files if path.read_bytes().startswith(b"#EXTM3U")}
    assert playlists
    assert playlists <= set(refusals)

    # What plays has its copies; in the folders of whole files nearly everything plays.
    copies: dict[int, set[str]] = {}
    for master, role in house.rows("SELECT master_id, role FROM ingest_rendition"):
        copies.setdefault(master, set()).add(role)
    ruins = set()
    for clip_name, master, kind, reason in house.rows(
        "SELECT original_filename, m.id, kind, unplayable FROM footage_clip c"
        " JOIN ingest_master m ON m.id = c.master_id"
    ):
        if reason:
            ruins.add(clip_name)
        else:
            assert copies[master] >= WATCHABLE[kind], clip_name
    whole = {"phone_video", "photo", "video_formats", "c2pa", "duplicates"}
    assert ruins & {path.name for path in files if path.parent.name in whole} <= HEADERS_ONLY


def test_synthetic_phone_clips_are_placed_in_the_neighbourhood_they_were_made_for(
    house: House, shared_data: Path
) -> None:
    loaded = house.run("manage.py", "load_reference")
    assert loaded.returncode == 0, loaded.stdout
    clips = sorted((shared_data / "media" / "phone_video").glob("syn_[ax]*_*-*.mp4"))
    assert clips

    ingested = house.run("manage.py", "ingest", "--examine", *map(str, clips))

    assert ingested.returncode == 0, ingested.stdout
    placed = dict(
        house.rows(
            "SELECT original_filename, json_extract(suggestions, '$.location.slug')"
            " FROM footage_clip"
        )
    )
    assert placed == {clip.name: clip.stem.split("_")[-1] for clip in clips}
