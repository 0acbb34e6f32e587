"""`manage.py ingest`: files and folders in, a reason for everything that stays out."""

import io
import os
import shutil
import signal
import socket
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from footage.custody.models import CustodyEvent
from footage.ingest.models import Master
from footage.models import Clip
from tests.ingest.conftest import MEDIA, House


def ingest(*arguments: str | Path) -> tuple[str, str]:
    """Run the command; return what it printed and its error, '' for success."""
    output = io.StringIO()
    try:
        call_command("ingest", *map(str, arguments), stdout=output)
    except CommandError as error:
        return output.getvalue(), str(error)
    return output.getvalue(), ""


@pytest.fixture
def folder(db: None, tmp_path: Path) -> Path:
    """A card as it is handed over: two clips, one of them in a folder with an Arabic name."""
    (tmp_path / "card" / "الكلاسة").mkdir(parents=True)
    shutil.copy(MEDIA / "syn_creation_1904.mp4", tmp_path / "card" / "b.mp4")
    shutil.copy(MEDIA / "syn_android_al-shaar.mp4", tmp_path / "card" / "الكلاسة" / "a.mp4")
    return tmp_path / "card"


def test_a_folder_becomes_drafts_in_the_name_of_whoever_brought_it(
    folder: Path, archivist: Any
) -> None:
    output, error = ingest(folder, "--by", "rima", "--source", "from the journalist's own card")

    assert error == ""
    assert "2 accepted, 0 held already, 0 refused" in output
    assert {clip.original_filename for clip in Clip.objects.all()} == {"a.mp4", "b.mp4"}
    assert {clip.source_note for clip in Clip.objects.all()} == {"from the journalist's own card"}
    assert {master.received_by for master in Master.objects.all()} == {archivist}
    assert all(clip.title_en == clip.title_ar == "" for clip in Clip.objects.all())


def test_run_again_it_recognises_what_is_held_and_deposits_nothing(folder: Path) -> None:
    ingest(folder)
    events = CustodyEvent.objects.count()
    shutil.copy(folder / "b.mp4", folder / "the same under another name.mp4")

    output, error = ingest(folder)

    assert error == ""
    assert "0 accepted, 3 held already, 0 refused" in output
    assert Clip.objects.count() == 2
    assert CustodyEvent.objects.count() == events


def test_with_examine_drafts_are_watchable_when_it_ends(folder: Path) -> None:
    _output, error = ingest("--examine", folder)

    assert error == ""
    for clip in Clip.objects.all():
        made = {copy.role for copy in clip.master.renditions.all()}
        assert made - {"sound", "waveform"} == {"poster", "strip", "playable"}


def test_a_damaged_recording_is_kept_and_said_not_to_play(db: None) -> None:
    output, error = ingest("--examine", MEDIA / "syn_truncated_no_moov.mp4")

    assert error == ""
    assert "1 accepted" in output
    assert "it does not play: The file is damaged" in output
    assert Master.objects.get().unplayable == "damaged"


NO_FOOTAGE = ["html_as_mp4.mp4", "playlist.m3u8", "hls_ssrf.mp4", "ffconcat.mp4", "pdf_as_jpg.jpg"]


@pytest.mark.parametrize("name", NO_FOOTAGE)
def test_what_is_no_recording_is_refused_and_leaves_no_master(
    db: None, archive_data: Path, name: str
) -> None:
    output, error = ingest(MEDIA / name)

    assert error == "1 refused."
    assert f"{name}  refused: This is" in output
    assert not Master.objects.exists()
    assert not [path for path in (archive_data / "masters").rglob("*") if path.is_file()]


def test_what_is_no_regular_file_is_reported_and_not_touched(
    db: None, tmp_path: Path, archive_data: Path
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    (card / "empty.mp4").touch()
    (card / ".trash.mp4").write_bytes((MEDIA / "syn_creation_1904.mp4").read_bytes())
    (card / "link.mp4").symlink_to(MEDIA / "syn_creation_1904.mp4")
    (card / "folder").symlink_to(MEDIA)
    os.mkfifo(card / "pipe.mp4")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(card / "s.mp4"))

    output, error = ingest(card, tmp_path / "missing.mp4", "/dev/zero")
    listening.close()

    assert error == "7 refused."
    assert "0 accepted, 0 held already, 7 refused, 1 hidden" in output
    for reason in (
        "card/empty.mp4: The file is empty",
        "card/link.mp4: a symbolic link",
        "card/folder: a symbolic link",
        "card/pipe.mp4: no regular file",
        "card/s.mp4: no regular file",
        "missing.mp4: No such file",
        "/dev/zero: no regular file",
    ):
        assert reason in output
    assert not Master.objects.exists()


def test_a_name_that_would_write_on_the_terminal_is_shown_harmless(
    db: None, tmp_path: Path
) -> None:
    for name in (b"a\x1b[2J\n.mp4", "حلب\u202e4pm.exe".encode(), b"\xff\xfe.mp4"):
        shutil.copy(MEDIA / "html_as_mp4.mp4", os.path.join(os.fsencode(tmp_path), name))

    output, _error = ingest(tmp_path)

    assert "a\\x1b[2J\\n.mp4" in output
    assert "حلب\\u202e4pm.exe" in output
    assert "\\xff\\xfe.mp4" in output
    assert "\x1b" not in output


def test_an_unknown_user_name_brings_nothing_in(folder: Path) -> None:
    assert ingest(folder, "--by", "nobody")[1] == "There is no active user “nobody”."
    assert not Master.objects.exists()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_and_run_again_it_ends_with_every_file_once(
    house: House, tmp_path: Path, sent: signal.Signals
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    content = (MEDIA / "syn_creation_1904.mp4").read_bytes()
    # So many that a busy machine does not end before it hears of the signal.
    files = 36
    for number in range(files):
        # A box of zeros at the end: a different recording each time, and still one.
        (card / f"{number:02}.mp4").write_bytes(
            content + bytes([0, 0, 0, 8 + number]) + b"free" + bytes(number)
        )

    first = house.start("manage.py", "ingest", str(card))
    assert first.stdout
    for line in first.stdout:
        if "03.mp4" in line:
            first.send_signal(sent)
            break
    rest, _ = first.communicate(timeout=60)
    drafts = house.rows("SELECT count(*) FROM footage_clip")[0][0]
    if sent == signal.SIGINT:
        assert first.returncode == 1
        assert "Run the same command again to go on" in rest
    assert 4 <= drafts < files

    second = house.run("manage.py", "ingest", str(card))

    assert second.returncode == 0, second.stdout
    assert f"{files - drafts} accepted, {drafts} held already, 0 refused" in second.stdout
    assert house.rows("SELECT count(*), count(DISTINCT master_id) FROM footage_clip") == [
        (files, files)
    ]
    assert len(house.masters()) == files
