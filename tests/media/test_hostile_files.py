"""Files that try to make a player open something else: none is opened, no connection is made."""

import ctypes
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from footage import media

REFUSED = [
    ("dash.mp4", "playlist"),
    ("ffconcat.mp4", "playlist"),
    ("hls_concat_exfil.mp4", "playlist"),
    ("hls_file_read.mp4", "playlist"),
    ("hls_ssrf.mp4", "playlist"),
    ("playlist.m3u8", "playlist"),
    ("sdp.mp4", "playlist"),
    ("html_as_mp4.mp4", "not-media"),
    ("msl.jpg", "not-media"),
    ("mvg.jpg", "not-media"),
    ("pdf_as_jpg.jpg", "not-media"),
    ("ps_as_jpg.jpg", "not-media"),
    ("ssrf.svg", "not-media"),
]

# What would fetch {url} and read {canary} if a library followed it.
LURES = {
    "hls.mp4": "#EXTM3U\n#EXTINF:10,\n{url}/a.ts\n#EXTINF:10,\n{canary}\n#EXT-X-ENDLIST\n",
    "bom.m3u8": "\ufeff#EXTM3U\n#EXTINF:10,\n{url}/a.ts\n",
    "late.m3u8": "\n\n  #EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10,\n{url}/a.ts\n",
    "concat.mp4": "ffconcat version 1.0\nfile '{canary}'\nfile '{url}/a.mp4'\n",
    "mpd.mp4": '<?xml version="1.0"?><MPD type="static"><BaseURL>{url}/</BaseURL></MPD>',
    "sdp.mp4": "v=0\r\nc=IN IP4 127.0.0.1\r\nm=video {port} RTP/AVP 96\r\n",
    "picture.svg": '<svg xmlns:x="http://www.w3.org/1999/xlink"><image x:href="{url}/a"/></svg>',
    "script.mvg": "push graphic-context\nfill 'url({url}/a)'\nimage over 0,0 9,9 '{canary}'\n",
    "script.msl": '<image><read filename="{canary}"/><read filename="{url}/a"/></image>',
    "page.ps": "%!PS\n({canary}) (r) file\n",
}


class Watch:
    """Tells whether a file has been opened since (inotify(7))."""

    def __init__(self, path: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        opened, read = 0x20, 0x01
        assert libc.inotify_add_watch(self.descriptor, os.fsencode(path), opened | read) >= 0

    def touched(self) -> bool:
        try:
            return len(os.read(self.descriptor, 4096)) > 0
        except BlockingIOError:
            return False


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[tuple[Path, Watch]]:
    path = tmp_path / "canary.ts"
    path.write_bytes(b"\x47" * 188 * 8)
    watch = Watch(path)
    yield path, watch
    os.close(watch.descriptor)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def connected(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def test_the_traps_of_these_tests_catch(
    listener: socket.socket, canary: tuple[Path, Watch]
) -> None:
    socket.create_connection(listener.getsockname()).close()
    canary[0].read_bytes()
    assert connected(listener) and canary[1].touched()


@pytest.mark.parametrize(("name", "code"), REFUSED)
def test_what_points_elsewhere_is_refused(files: Path, name: str, code: str) -> None:
    with pytest.raises(media.Unplayable) as caught:
        media.probe(files / name)
    assert caught.value.code == code


def test_lures_open_no_connection_and_no_other_file(
    tmp_path: Path, listener: socket.socket, canary: tuple[Path, Watch]
) -> None:
    port = listener.getsockname()[1]
    for name, text in LURES.items():
        lure = tmp_path / name
        lure.write_text(
            text.format(url=f"http://127.0.0.1:{port}", port=port, canary=canary[0].name)
        )
        with pytest.raises(media.Unplayable):
            media.probe(lure)
    assert not connected(listener) and not canary[1].touched()


def external_reference(path: bytes) -> bytes:
    """A QuickTime data reference box that says the samples are in another file ('alis')."""
    # Alias record with one entry of type 18, an absolute POSIX path.
    record = bytes(150) + struct.pack(">HH", 18, len(path)) + path + struct.pack(">HH", 0xFFFF, 0)
    entry = struct.pack(">I4sI", 12 + len(record), b"alis", 0) + record
    return struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry


def test_samples_kept_in_another_file_are_not_fetched(
    files: Path, tmp_path: Path, canary: tuple[Path, Watch]
) -> None:
    clip = (files / "syn_vfr.mp4").read_bytes()
    inside = external_reference(os.fsencode(canary[0]))
    old = struct.pack(">I4sII", 28, b"dref", 0, 1) + struct.pack(">I4sI", 12, b"url ", 1)
    assert clip.count(old) == 1
    grown = len(inside) - len(old)
    at = clip.index(old)
    moving = clip[:at] + inside + clip[at + len(old) :]
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        start = moving.rindex(box, 0, at) - 4
        size = int.from_bytes(moving[start : start + 4], "big") + grown
        moving = moving[:start] + size.to_bytes(4, "big") + moving[start + 4 :]
    clip_path = tmp_path / "clip.mov"
    clip_path.write_bytes(moving)
    try:
        media.probe(clip_path)
    except media.Unplayable as error:
        assert error.code == "damaged"
    assert not canary[1].touched()


def test_an_attachment_of_a_clip_is_not_taken_out(files: Path, tmp_path: Path) -> None:
    media.render_playable(files / "attachment_html.mkv", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["playable.mp4"]
    assert b"<html" not in (tmp_path / "playable.mp4").read_bytes().lower()


def test_a_zip_behind_a_photograph_stays_behind(files: Path, tmp_path: Path) -> None:
    copy = media.render_photograph(files / "polyglot_jpg_zip.jpg", tmp_path)
    assert b"PK\x03\x04" not in copy.path.read_bytes()


def test_text_that_attacks_stays_text(files: Path) -> None:
    assert media.probe(files / "exif_csv_injection.jpg").model.startswith("=HYPERLINK(")
    assert "<" in media.probe(files / "title_xss.mp4").tags["title"]
