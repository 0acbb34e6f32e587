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
from footage.tasks import examine, examine_master, make_renditions, render

Draft = Callable[..., Clip]


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
    assert set(copies) == {"poster", "playable"}
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
        "creation",
        "creation",
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
        ("syn_exif_gps_al-kallaseh.jpg", "photograph", {"poster", "photograph"}),
        ("syn_audio_only.mp4", "sound", {"sound"}),
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

    assert set(clip.master.renditions.values_list("role", flat=True)) == {"poster", "playable"}


def test_a_copy_made_again_replaces_the_old_file(draft: Draft, archive_data: Path) -> None:
    clip = draft("syn_exif_gps_al-kallaseh.jpg")
    look_at(clip)
    from footage.tasks.examination import _keep_rendition

    before = clip.master.renditions.get(role="poster")
    made = media.render_poster(Path(storages["working"].path(before.name)), archive_data)
    _keep_rendition(clip.master, made)

    after = clip.master.renditions.get(role="poster")
    assert after.name != before.name
    assert len(list((archive_data / "working").iterdir())) == 2


def test_accession_queues_the_examination_and_that_the_copies(draft: Draft) -> None:
    clip = draft("syn_android_al-fardous.mp4")
    assert [task.task_path for task in DBTaskResult.objects.ready()] == [examine_master.module_path]

    examine_master.call(clip.master_id)

    assert {task.task_path for task in DBTaskResult.objects.ready()} == {
        examine_master.module_path,
        make_renditions.module_path,
    }


def test_a_task_for_a_master_that_is_gone_is_nothing_to_do(db: None) -> None:
    examine_master.call(4711)
    make_renditions.call(4711)
