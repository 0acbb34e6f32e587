"""The work on a clip's file, as its page tells it: what is made, what is missing, trying again."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from footage import media
from footage.custody.models import CustodyEvent
from footage.ingest.models import Master
from footage.models import Clip
from footage.tasks import examine_master, make_renditions, read_credentials, recovery
from footage.tasks.progress import progress_of
from tests import world
from tests.ingest.conftest import archivist, draft  # noqa: F401 - fixtures
from tests.workshop.conftest import SignIn

pytestmark = pytest.mark.django_db


def page_of(clip: Clip) -> str:
    return reverse("admin:footage_clip_change", args=[clip.pk])


def look_again_at(clip: Clip) -> str:
    return reverse("admin:footage_clip_look_again", args=[clip.pk])


@pytest.fixture
def clip(draft) -> Clip:  # noqa: F811
    """A draft with a small video, taken in and not yet looked at."""
    return draft("syn_android_al-fardous.mp4")


def test_the_page_says_what_is_made_and_what_waits(sign_in: SignIn, clip: Clip) -> None:
    client = sign_in("archivist")
    assert "The file is being examined." in client.get(page_of(clip)).content.decode()
    examine_master.call(clip.master_id)
    make_renditions.call(clip.master_id, "seen")
    DBTaskResult.objects.filter(task_path=make_renditions.module_path).first().claim("w")

    body = client.get(page_of(clip)).content.decode()

    poster = clip.master.renditions.get(role="poster")
    assert reverse("admin:footage_clip_working", args=[poster.name]) in body
    assert "A worker is at it since" in body and "in the making" in body
    work = progress_of(Master.objects.get(pk=clip.master_id))
    assert ([copy.role for copy in work.copies], work.missing) == (
        ["poster", "strip"],
        ["playable", "sound", "waveform"],
    )
    assert not work.stuck


def test_a_task_given_up_is_shown_and_can_be_begun_again(sign_in: SignIn, clip: Clip) -> None:
    client = sign_in("archivist")
    for worker in ("first", "second", "third"):
        DBTaskResult.objects.get().claim(worker)
        assert recovery.sweep() == 1, "nobody holds the lock of such a worker"
    assert "was given up" in client.get(page_of(clip)).content.decode()
    assert look_again_at(clip) in client.get(page_of(clip)).content.decode()
    asked = client.get(look_again_at(clip)).content.decode()
    assert "What readers see does not change." in asked

    for _ in range(2):
        assert client.post(look_again_at(clip)).status_code == 302

    again = DBTaskResult.objects.get()
    assert (again.status, again.priority) == ("READY", 50)
    assert again.args_kwargs == {"args": [clip.master_id], "kwargs": {"again": True}}
    event = CustodyEvent.objects.get(type="archive:reexamination")
    assert event.agent.username and event.subject == f"master:{clip.master_id}"
    assert "was given up" not in client.get(page_of(clip)).content.decode()


def test_a_file_waits_for_a_machine_that_confines_what_opens_it(
    sign_in: SignIn, clip: Clip
) -> None:
    later = timezone.now() + timedelta(minutes=10)
    DBTaskResult.objects.update(run_after=later)
    body = sign_in("archivist").get(page_of(clip)).content.decode()
    assert "this machine does not confine" in body and "was given up" not in body


def test_what_a_crowded_machine_could_not_open_plays_after_another_look(
    sign_in: SignIn, clip: Clip
) -> None:
    Master.objects.filter(pk=clip.master_id).update(unplayable="too-much-memory")
    DBTaskResult.objects.all().delete()
    client = sign_in("preservation-officer")
    said, _arabic = media.REASONS["too-much-memory"]
    assert said in client.get(page_of(clip)).content.decode()

    client.post(look_again_at(clip))
    examine_master.call(clip.master_id, again=True)
    make_renditions.call(clip.master_id)

    master = Master.objects.get(pk=clip.master_id)
    assert (master.unplayable, master.examined) == ("", True)
    assert progress_of(master).missing == []


def test_a_lost_copy_is_missed_and_made_again(sign_in: SignIn, clip: Clip) -> None:
    examine_master.call(clip.master_id)
    make_renditions.call(clip.master_id)
    DBTaskResult.objects.all().delete()
    lost = clip.master.renditions.get(role="strip")
    storages["working"].delete(lost.name)
    client = sign_in("archivist")
    assert "nothing is under way" in client.get(page_of(clip)).content.decode()

    client.post(look_again_at(clip))
    examine_master.call(clip.master_id, again=True)
    make_renditions.call(clip.master_id)

    assert clip.master.renditions.get(role="strip").name != lost.name
    assert progress_of(Master.objects.get(pk=clip.master_id)).missing == []


def test_what_a_file_says_of_itself_is_grouped_and_named(
    sign_in: SignIn,
    draft,  # noqa: F811
) -> None:
    signed = draft("cr__C_with_CAWG_data.jpg")
    phone = draft("syn_android_karm-al-jabal.mp4")
    for each in (signed, phone):
        examine_master.call(each.master_id)
        read_credentials.call(each.master_id)
    client = sign_in("archivist")

    body = client.get(page_of(signed)).content.decode()
    assert "unaltered since it was signed" in body and "C2PA Test Signing Cert" in body
    body = client.get(page_of(phone)).content.decode()
    assert "36.21050, 37.17710" in body and "Where and when, by the device" in body
    assert "technical_metadata" not in body and "video_codec" not in body
    # Who sees nothing sealed sees none of it.
    assert "36.21050" not in sign_in("cataloguer").get(page_of(phone)).content.decode()


def test_a_file_that_is_cut_off_says_so_and_can_be_found(
    sign_in: SignIn,
    clip: Clip,
    draft,  # noqa: F811
) -> None:
    cut = draft("syn_truncated_with_moov.mp4")
    examine_master.call(cut.master_id)
    client = sign_in("archivist")
    assert "The file ends before the recording did" in client.get(page_of(cut)).content.decode()
    found = client.get(reverse("admin:footage_clip_changelist"), {"file": "incomplete"})
    assert [each.pk for each in found.context["cl"].result_list] == [cut.pk]
    waiting = client.get(reverse("admin:footage_clip_changelist"), {"file": "unexamined"})
    assert [each.pk for each in waiting.context["cl"].result_list] == [clip.pk]


def test_a_clip_without_a_readable_probe_still_has_its_page(sign_in: SignIn) -> None:
    assert sign_in("archivist").get(page_of(world.clip())).status_code == 200
