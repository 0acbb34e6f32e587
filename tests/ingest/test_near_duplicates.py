"""Copies of the same footage find each other on the way in; a person has the last word."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django_tasks_db.models import DBTaskResult
from PIL import Image

from footage import media
from footage.accession import accession, approve_deaccession, discard
from footage.ingest.models import Master
from footage.ingest.write_path import receive
from footage.media.frames import RECIPE, pack, unpack
from footage.models import Clip, FrameHashes, NearDuplicate
from footage.tasks import examine, examine_master, near_duplicates, render
from footage.tasks.near_duplicates import find_near_duplicates, propose
from footage.tasks.upkeep import keep_up

Draft = Callable[..., Clip]


def found(clip: Clip) -> dict[str, NearDuplicate]:
    """The proposals about a clip, by the file name of the other one."""
    pairs = NearDuplicate.objects.of(clip.master_id)
    others = {}
    for pair in pairs:
        other = pair.second if pair.first_id == clip.master_id else pair.first
        others[other.clip.original_filename] = pair
    return others


def test_copies_of_the_same_footage_are_proposed_as_what_they_are_and_other_footage_is_not(
    draft: Draft,
) -> None:
    names = ["dup_original.mp4", "me__with-gps.mp4", "cr__cloud.jpg", "syn_audio_only.mp4"]
    names += ["syn_truncated_no_moov.mp4", "dup_cropped_logo.mp4", "dup_trimmed_first_half.mp4"]
    clips = {name: draft(name) for name in names}
    for clip in clips.values():
        find_near_duplicates.func(clip.master_id)

    pairs = found(clips["dup_original.mp4"])
    assert {name: pair.kind for name, pair in pairs.items()} == {
        "dup_cropped_logo.mp4": "cropped",
        "dup_trimmed_first_half.mp4": "trimmed",
    }
    # Those two show the same as well; nothing else was proposed.
    assert NearDuplicate.objects.count() == 3
    assert FrameHashes.objects.count() == len(names)
    without = {clips[name].master_id for name in names[3:5]}
    assert set(FrameHashes.objects.filter(frames=b"").values_list("pk", flat=True)) == without

    pair = pairs["dup_cropped_logo.mp4"]
    assert len(pair.moments) == 4 and pair.verdict == ""
    for name in (pair.first_frames, pair.second_frames):
        with storages["working"].open(name) as file, Image.open(file) as frames:
            assert frames.format == "JPEG" and frames.width == 4 * 240


def test_a_photograph_finds_its_smaller_copy(archivist: Any, draft: Draft, files: Path) -> None:
    first = draft("cr__cloud.jpg")
    with Image.open(files / "cr__cloud.jpg") as picture:
        small = io.BytesIO()
        picture.convert("RGB").resize((200, 200)).save(small, "JPEG", quality=40)
    received = receive([small.getvalue()], by=archivist, filename="small.jpg")
    second = accession(received, by=archivist)
    assert propose(first.master) == []
    [pair] = propose(second.master)
    assert (pair.kind, pair.moments) == ("re-encoded", [(0.0, 0.0)])
    for name in (pair.first_frames, pair.second_frames):
        with storages["working"].open(name) as file, Image.open(file) as frames:
            assert frames.width == frames.height


def test_a_proposal_is_made_once_and_never_again_after_a_decision(
    draft: Draft, archivist: Any
) -> None:
    first, second = draft("dup_original.mp4"), draft("dup_cropped_logo.mp4")
    assert propose(first.master) == []
    [pair] = propose(second.master)
    assert (pair.first_id, pair.second_id) == (first.master_id, second.master_id)
    files = storages["working"].listdir("")[1]
    pair.decide("other", by=archivist)
    assert propose(first.master) == propose(second.master) == []
    assert storages["working"].listdir("")[1] == files, "no picture is left over"


def test_hashes_are_taken_from_a_small_copy_where_there_is_one(
    draft: Draft, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clip = draft("me__with-gps.mp4")
    examine(clip.master)
    render(Master.objects.get(pk=clip.master_id))
    read = []
    take = media.frame_hashes
    monkeypatch.setattr(
        media, "frame_hashes", lambda path: read.append(path.stat().st_size) or take(path)
    )
    propose(Master.objects.get(pk=clip.master_id))
    small = clip.master.renditions.filter(role__startswith="playable").order_by("bytes")[0]
    assert read == [small.bytes]


def test_masters_of_before_are_hashed_by_and_by_and_again_under_a_new_recipe(
    draft: Draft, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    clip = draft("dup_original.mp4")
    waiting = DBTaskResult.objects.filter(task_path=find_near_duplicates.module_path)
    examine_master.call(clip.master_id)
    assert waiting.count() == 1, "a new master is put before the workers"
    waiting.delete()
    keep_up()
    assert waiting.count() == 1
    keep_up()
    assert waiting.count() == 1, "while some wait, none is added"
    waiting.delete()
    propose(clip.master)
    keep_up()
    assert not waiting.exists()
    taken = FrameHashes.objects.get().hashed_at
    monkeypatch.setattr(near_duplicates, "RECIPE", RECIPE + 1)
    keep_up()
    assert waiting.count() == 1
    propose(clip.master)
    assert FrameHashes.objects.get().hashed_at > taken


def test_what_leaves_the_holdings_leaves_no_hash_and_no_frame(
    draft: Draft, archivist: Any, second_person: Any, transactional_db: None
) -> None:
    first, second = draft("dup_original.mp4"), draft("dup_cropped_logo.mp4")
    propose(first.master)
    [pair] = propose(second.master)
    names = {pair.first_frames, pair.second_frames}
    leaves = second.master
    request = discard(second, by=archivist, reason="a mistake", is_public=lambda _: False)
    approve_deaccession(request, by=second_person)
    assert not FrameHashes.objects.filter(pk=leaves.pk).exists()
    assert not NearDuplicate.objects.exists()
    assert not names & set(storages["working"].listdir("")[1])
    # The process that looks things up forgets too.
    near_duplicates.held.renew()
    assert leaves.pk not in near_duplicates.held.near(unpack(first.master.frame_hashes.frames))


def test_packed_frames_come_back_as_they_were(files: Path) -> None:
    frames = media.frame_hashes(files / "dup_original.mp4")
    again = unpack(pack(frames))
    assert [frame.views for frame in again] == [frame.views for frame in frames]
    assert [round(frame.t_s, 3) for frame in again] == [frame.t_s for frame in frames]
    assert unpack(b"") == []
    with pytest.raises(ValueError, match="packed"):
        unpack(b"\0" * 260)


@pytest.fixture
def files() -> Path:
    return Path(__file__).parents[1] / "data" / "media"
