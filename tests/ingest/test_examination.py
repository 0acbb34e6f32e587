"""Looking at masters and making copies for watching, with real files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django_tasks_db.models import DBTaskResult

from footage import media
from footage.custody.models import CustodyEvent
from footage.ingest.models import Master, Rendition
from footage.models import Clip
from footage.tasks import (
    examine,
    examine_master,
    make_renditions,
    read_credentials,
    render,
)
from footage.tasks.examination import _keep_rendition, stands
from footage.tasks.near_duplicates import find_near_duplicates
from tests.ingest.conftest import MEDIA
from tests.media.test_probing import without_samples

Draft = Callable[..., Clip]
# What a video with sound gets that has no more than 240 lines, and a photograph of at most 800 px.
SMALL_VIDEO = {"poster", "strip", "playable", "sound", "waveform"}
PHOTOGRAPH = {"poster", "photograph"}


def look_at(clip: Clip) -> Master:
    """Examine and render in this process, and return the master as the database has it."""
    examine(clip.master)
    render(clip.master)
    return Master.objects.get(pk=clip.master_id)


def test_a_phone_clip_becomes_watchable(draft: Draft) -> None:
    clip = draft("syn_android_al-fardous.mp4")

    master = look_at(clip)

    assert master.media_type == "video/mp4"
    assert master.unplayable == ""
    assert master.duration_s
    copies = {copy.role: copy for copy in master.renditions.all()}
    assert set(copies) == SMALL_VIDEO
    assert copies["strip"].detail["times_s"][0] == 0.0
    assert len(copies["waveform"].detail["peaks"]) == 400
    for copy in copies.values():
        assert storages["working"].size(copy.name) == copy.bytes
        assert master.digest[:8] not in copy.name
    assert media.probe(Path(storages["working"].path(copies["playable"].name))).kind == "video"


def test_examination_is_in_the_chain_of_custody_once_however_often_it_runs(draft: Draft) -> None:
    clip = draft("syn_android_al-fardous.mp4")

    look_at(clip)
    names = set(Rendition.objects.values_list("name", flat=True))
    look_at(Clip.objects.get(pk=clip.pk))

    types = CustodyEvent.objects.filter(subject=f"master:{clip.master_id}").values_list("type")
    assert sorted(kind for (kind,) in types) == [
        *["creation"] * len(SMALL_VIDEO),
        "format identification",
        "ingestion end",
        "message digest calculation",
        "metadata extraction",
        "transfer",
    ]
    assert set(Rendition.objects.values_list("name", flat=True)) == names


@pytest.mark.parametrize(
    ("name", "kind", "roles"),
    [
        ("syn_exif_gps_al-kallaseh.jpg", "photograph", PHOTOGRAPH),
        ("syn_audio_only.mp4", "sound", {"sound", "waveform"}),
    ],
)
def test_photographs_and_sounds_get_copies_of_their_own(
    draft: Draft, name: str, kind: str, roles: set[str]
) -> None:
    clip = draft(name)

    master = look_at(clip)

    assert Clip.objects.get(pk=clip.pk).kind == kind
    assert {copy.role for copy in master.renditions.all()} == roles


def test_a_damaged_master_is_kept_with_the_reason_why_it_does_not_play(draft: Draft) -> None:
    master = look_at(draft("syn_truncated_no_moov.mp4"))

    assert master.unplayable == "damaged"
    assert not master.renditions.exists()
    event = CustodyEvent.objects.get(subject=f"master:{master.pk}", outcome="failure")
    assert event.detail == {"reason": "damaged"}


def test_what_a_worker_left_half_done_is_completed(draft: Draft) -> None:
    clip = draft("syn_android_al-fardous.mp4")
    look_at(clip)
    Rendition.objects.filter(role="playable").delete()

    look_at(Clip.objects.get(pk=clip.pk))

    assert set(clip.master.renditions.values_list("role", flat=True)) == SMALL_VIDEO


def test_a_copy_made_again_replaces_the_old_file(draft: Draft, archive_data: Path) -> None:
    clip = draft("syn_exif_gps_al-kallaseh.jpg")
    look_at(clip)
    clip.master.renditions.filter(role="poster").update(recipe=1)
    before = clip.master.renditions.get(role="poster")
    made = media.render_poster(Path(storages["working"].path(before.name)), archive_data)
    _keep_rendition(clip.master, made)

    after = clip.master.renditions.get(role="poster")
    assert after.name != before.name
    assert len(list((archive_data / "working").iterdir())) == len(PHOTOGRAPH)


def test_accession_queues_the_examination_and_that_the_copies(draft: Draft) -> None:
    clip = draft("syn_android_al-fardous.mp4")
    assert [task.task_path for task in DBTaskResult.objects.ready()] == [examine_master.module_path]

    examine_master.call(clip.master_id)

    assert {task.task_path for task in DBTaskResult.objects.ready()} == {
        examine_master.module_path,
        make_renditions.module_path,
        read_credentials.module_path,
        find_near_duplicates.module_path,
    }


def test_a_task_for_a_master_that_is_gone_is_nothing_to_do(db: None) -> None:
    examine_master.call(4711)
    make_renditions.call(4711)
    read_credentials.call(4711)


def test_what_shows_a_clip_comes_before_what_plays_it_and_large_copies_last(draft: Draft) -> None:
    clip = draft("syn_android_al-fardous.mp4")
    examine_master.call(clip.master_id)

    waiting = DBTaskResult.objects.ready().exclude(task_path=examine_master.module_path)

    assert [(task.args_kwargs["args"][1:], task.queue_name) for task in waiting] == [
        (["seen"], "default"),
        (["watched"], "encoding"),
        ([], "encoding"),
        (["whole"], "encoding"),
        ([], "encoding"),
    ]
    made = []
    for stage in ("seen", "watched", "whole"):
        make_renditions.call(clip.master_id, stage)
        made.append(set(clip.master.renditions.values_list("role", flat=True)))
    assert made == [
        {"poster", "strip"},
        {"poster", "strip", "playable", "sound"},
        SMALL_VIDEO,
    ]


def test_a_second_delivery_of_a_task_changes_nothing(draft: Draft, archive_data: Path) -> None:
    clip = draft("syn_exif_gps_al-kallaseh.jpg")
    master = look_at(clip)
    events = CustodyEvent.objects.count()
    first = master.renditions.get(role="poster")

    # A worker that began before the other was through hands in the same copy once more.
    _keep_rendition(
        master, media.render_poster(archive_data / "masters" / master.path, archive_data)
    )
    examine_master.call(master.pk, again=True)
    make_renditions.call(master.pk)

    assert master.renditions.get(role="poster") == first and stands(first)
    assert CustodyEvent.objects.count() == events
    assert len(list((archive_data / "working").iterdir())) == len(PHOTOGRAPH)


def test_a_copy_finished_after_its_master_left_is_not_kept(
    draft: Draft, archive_data: Path
) -> None:
    clip = draft("syn_exif_gps_al-kallaseh.jpg")
    made = media.render_poster(archive_data / "masters" / clip.master.path, archive_data)
    Master.objects.filter(pk=clip.master_id).update(deaccessioned_at=clip.accessioned_at)

    _keep_rendition(clip.master, made)

    assert not Rendition.objects.exists()
    assert not list((archive_data / "working").iterdir())


def test_a_truncated_clip_is_marked_and_shows_what_is_whole_of_it(draft: Draft) -> None:
    clip = draft("syn_truncated_with_moov.mp4")

    master = look_at(clip)

    assert (master.incomplete, master.unplayable) == (True, "")
    playable = master.renditions.get(role="playable")
    assert playable.incomplete
    assert playable.duration_s < master.duration_s


def test_a_copy_whose_file_was_lost_is_made_again(draft: Draft) -> None:
    master = look_at(draft("syn_exif_gps_al-kallaseh.jpg"))
    lost = master.renditions.get(role="photograph")
    storages["working"].delete(lost.name)

    render(master)

    again = master.renditions.get(role="photograph")
    assert again.name != lost.name and stands(again)


def test_content_credentials_are_kept_sealed_with_their_validity(draft: Draft) -> None:
    clip = draft("cr__C_with_CAWG_data.jpg")

    read_credentials.call(clip.master_id)
    read_credentials.call(clip.master_id)

    master = Master.objects.get(pk=clip.master_id)
    assert master.credentials["state"] == "present"
    assert master.credentials["validation"] in {"valid", "trusted"}
    event = CustodyEvent.objects.get(
        subject=f"master:{master.pk}", type="metadata extraction", detail__has_key="credentials"
    )
    assert event.detail == {"credentials": "present"}


def test_place_and_time_are_kept_of_a_clip_that_does_not_decode(
    draft: Draft, gazetteer: None, tmp_path: Path
) -> None:
    lost = without_samples(MEDIA / "syn_android_karm-al-jabal.mp4", tmp_path / "lost.mp4")
    clip = draft(str(lost), filename="lost.mp4")

    master = look_at(clip)

    assert (master.unplayable, master.media_type) == ("damaged", "video/mp4")
    assert master.technical_metadata["latitude"] == 36.2105
    clip.refresh_from_db()
    assert clip.suggestions["location"]["why"] == "device-position"
    assert clip.suggestions["filmed"]["edtf"] == "2013-06-20"
    assert not master.renditions.exists()
