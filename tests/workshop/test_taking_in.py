"""A clip comes in through the workshop with its file, is looked at, and can still be undone."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from footage.custody.models import CustodyEvent
from footage.ingest.models import Deaccession, Master, Rendition
from footage.management.commands.load_reference import load_gazetteer
from footage.models import Clip
from footage.tasks.examination import examine, render
from tests import world
from tests.workshop.conftest import SignIn

# A master is stored outside transactions.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=False)

ADD = "/admin/footage/clip/add/"
SHAAR = "syn_android_al-shaar.mp4"


def file_of(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (world.MEDIA / name).read_bytes())


def hand_in(client: Client, name: str, **fields: str) -> Clip:
    answer = client.post(ADD, {"file": file_of(name), **fields})
    assert answer.status_code == 302, answer.content.decode()
    return Clip.objects.latest("pk")


def change_page(client: Client, clip: Clip) -> str:
    answer = client.get(reverse("admin:footage_clip_change", args=[clip.pk]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_file_handed_in_becomes_a_draft_with_digest_poster_and_playable_copy(
    sign_in: SignIn,
) -> None:
    client = sign_in("archivist")
    clip = hand_in(client, SHAAR, title_en="Morning", title_ar="صباح", source_note="from N.")
    assert (clip.title_en, clip.title_ar, clip.source_note) == ("Morning", "صباح", "from N.")
    assert clip.original_filename == SHAAR
    assert "being examined" in change_page(client, clip)

    examine(clip.master)
    render(clip.master)
    page = change_page(client, clip)
    assert clip.master.fixity in page
    for role in ("poster", "playable"):
        name = Rendition.objects.get(master=clip.master, role=role).name
        assert f"/admin/footage/clip/working/{name}/" in page


def test_a_working_copy_answers_byte_ranges(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    copy = world.clip().master.renditions.get(role="playable")
    address = reverse("admin:footage_clip_working", args=[copy.name])

    whole = client.get(address)
    content = b"".join(whole.streaming_content)  # type: ignore[attr-defined]
    assert len(content) == copy.bytes and whole["Content-Type"] == "video/mp4"
    part = client.get(address, headers={"range": "bytes=5-14"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == content[5:15]  # type: ignore[attr-defined]
    assert part["Content-Range"] == f"bytes 5-14/{copy.bytes}"
    last = client.get(address, headers={"range": "bytes=-4"})
    assert b"".join(last.streaming_content) == content[-4:]  # type: ignore[attr-defined]
    assert client.get(address, headers={"range": f"bytes={copy.bytes}-"}).status_code == 416


def test_no_master_is_served_to_anybody(sign_in: SignIn) -> None:
    client = sign_in("archivist", "custodian", "preservation-officer")
    master = world.clip().master
    address = reverse("admin:footage_clip_working", args=[master.digest])
    assert client.get(address).status_code == 404


def test_a_suggested_place_is_saved_only_when_it_is_taken(sign_in: SignIn) -> None:
    load_gazetteer()
    client = sign_in("archivist")
    clip = hand_in(client, SHAAR)
    examine(clip.master)
    page = change_page(client, clip)
    assert "Use this" in page
    clip.refresh_from_db()
    assert clip.location is None and clip.suggestions["location"]["why"] == "device-position"

    client.get(reverse("admin:footage_clip_use_suggestion", args=[clip.pk, "location"]))
    clip.refresh_from_db()
    assert clip.location is None, "a GET saves nothing"

    client.post(reverse("admin:footage_clip_use_suggestion", args=[clip.pk, "location"]))
    clip.refresh_from_db()
    assert clip.location is not None and "shaar" in clip.location.slug
    assert clip.location_basis == "device-position"
    event = CustodyEvent.objects.get(subject=clip.reference, type="metadata modification")
    assert "location" in event.detail["fields"]
    history = client.get(reverse("admin:footage_clip_history", args=[clip.pk])).content.decode()
    assert "how we know where" in history and "location_basis" not in history


def test_taking_a_suggestion_keeps_what_the_archivist_wrote(sign_in: SignIn) -> None:
    load_gazetteer()
    client = sign_in("archivist")
    clip = hand_in(client, SHAAR)
    examine(clip.master)
    Clip.objects.filter(pk=clip.pk).update(location_precision="city", location_basis="landmarks")
    client.post(reverse("admin:footage_clip_use_suggestion", args=[clip.pk, "location"]))
    clip.refresh_from_db()
    assert (clip.location_precision, clip.location_basis) == ("city", "landmarks")


def test_the_same_file_twice_leads_to_the_clip_that_has_it(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    first = hand_in(client, SHAAR)
    again = client.post(ADD, {"file": file_of(SHAAR)}, follow=True)
    assert again.redirect_chain[-1][0] == reverse("admin:footage_clip_change", args=[first.pk])
    assert first.reference in again.content.decode()
    assert Clip.objects.count() == Master.objects.count() == 1


@pytest.mark.parametrize("name", ["html_as_mp4.mp4", "playlist.m3u8", "pdf_as_jpg.jpg"])
def test_what_is_no_recording_is_refused_with_a_reason(sign_in: SignIn, name: str) -> None:
    client = sign_in("archivist")
    answer = client.post(ADD, {"file": file_of(name), "title_en": "Kept in the form"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "errorlist" in page and "Kept in the form" in page
    assert not Master.objects.exists()


def test_a_wrong_file_is_replaced_and_the_old_one_waits_for_two_people(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    clip = hand_in(client, SHAAR, title_en="Morning")
    wrong = clip.master
    address = reverse("admin:footage_clip_replace", args=[clip.pk])
    answer = client.post(address, {"file": file_of("syn_android_al-fardous.mp4")})
    assert answer.status_code == 302
    clip.refresh_from_db()
    assert clip.master != wrong and clip.title_en == "Morning"
    assert Deaccession.objects.get().master == wrong
    # Another clip's file is no replacement.
    other = hand_in(client, "syn_android_karm-al-jabal.mp4")
    held = client.post(
        reverse("admin:footage_clip_replace", args=[other.pk]),
        {"file": file_of("syn_android_al-fardous.mp4")},
    )
    assert clip.reference in held.content.decode()


def test_a_discarded_draft_leaves_only_by_a_second_person(
    sign_in: SignIn, archive_data: Path
) -> None:
    archivist = sign_in("archivist", "preservation-officer")
    clip = hand_in(archivist, SHAAR)
    bytes_held = archive_data / "masters" / clip.master.path
    assert bytes_held.exists()
    discard = reverse("admin:footage_clip_discard", args=[clip.pk])
    assert "second person" in archivist.get(discard).content.decode()
    assert archivist.post(discard, {"reason": ""}).status_code == 200
    assert archivist.post(discard, {"reason": "a test recording"}).status_code == 302
    assert not Clip.objects.exists() and bytes_held.exists()

    asked = Deaccession.objects.get()
    grant = reverse("admin:ingest_deaccession_grant", args=[asked.pk])
    archivist.post(grant)
    assert bytes_held.exists(), "whoever asked cannot grant"
    second = sign_in("preservation-officer")
    assert second.post(grant).status_code == 302
    asked.refresh_from_db()
    assert asked.granted and not bytes_held.exists()


def test_a_second_person_may_keep_the_master(sign_in: SignIn, archive_data: Path) -> None:
    archivist = sign_in("archivist")
    clip = hand_in(archivist, SHAAR)
    archivist.post(
        reverse("admin:footage_clip_discard", args=[clip.pk]), {"reason": "a test recording"}
    )
    asked = Deaccession.objects.get()
    second = sign_in("preservation-officer")
    second.post(reverse("admin:ingest_deaccession_refuse", args=[asked.pk]))
    asked.refresh_from_db()
    assert asked.granted is False
    assert (archive_data / "masters" / clip.master.path).exists()
