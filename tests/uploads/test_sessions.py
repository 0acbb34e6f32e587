"""What an upload goes through: refusals before bytes, duplicates, wrong digests, the sweep."""

import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from footage.custody.models import Copy, CustodyEvent
from footage.ingest.models import Master, Upload
from footage.ingest.uploads import sessions
from footage.ingest.uploads.announced import may_be_recording
from footage.ingest.uploads.store import Taken
from footage.ingest.write_path import master_path, masters_store
from footage.models import Clip
from tests.uploads.conftest import Tus, b64, footage, sha256

pytestmark = pytest.mark.django_db


def sent(tus: Tus, content: bytes, name: str = "clip.mp4", **metadata: str) -> Any:
    """Upload a whole file; the answer to its last byte."""
    pairs = {"filename": name, **metadata}
    given = ",".join(f"{key} {b64(value)}" for key, value in pairs.items())
    return tus.patch(tus.begun(len(content), HTTP_UPLOAD_METADATA=given), 0, content)


# --- Refused before a byte comes -----------------------------------------------------------------
def test_an_empty_file_is_refused_at_once(tus: Tus) -> None:
    response = tus.create(0)
    assert (response.status_code, response.json()["code"]) == (400, "empty")


def test_what_is_under_way_counts_towards_a_persons_quota(tus: Tus, settings: Any) -> None:
    settings.UPLOAD_QUOTA_BYTES = 1000
    first = tus.begun(600)
    refused = tus.create(401)
    assert (refused.status_code, refused.json()["code"]) == (507, "quota")
    tus.delete(first)
    assert tus.create(401).status_code == 201


def test_a_disk_without_room_is_507_and_what_others_were_promised_is_not_free(
    tus: Tus, colleague: Tus, settings: Any
) -> None:
    disk = os.statvfs(settings.ARCHIVE_DATA)
    settings.DISK_RESERVE_BYTES = disk.f_bavail * disk.f_frsize - 2_000_000_000
    assert tus.create(1_500_000_000).status_code == 201
    refused = colleague.create(1_500_000_000)
    assert (refused.status_code, refused.json()["code"]) == (507, "no-room")


def test_a_nearly_full_disk_takes_no_byte_and_says_where_the_upload_stands(
    tus: Tus, settings: Any
) -> None:
    address = tus.begun(100_000)
    tus.patch(address, 0, b"x" * 70)
    settings.DISK_RESERVE_BYTES = 10**18
    assert tus.patch(address, 70, b"y").status_code == 507
    assert tus.offset(address) == 70
    settings.DISK_RESERVE_BYTES = 0
    assert tus.patch(address, 70, b"y").status_code == 204


@pytest.mark.parametrize(
    ("name", "kind", "comes"),
    [
        ("notes.pdf", "application/pdf", False),
        ("page.html", "text/html", False),
        ("list.m3u8", "", False),
        ("IMG_0001.MOV", "", True),
        ("00001.ts", "text/vnd.trolltech.linguist", True),
        ("VID", "application/octet-stream", True),
        ("", "", True),
        ("video.mp4", "text/html", True),  # its content will say what it is
        ("\u202egpj.exe", "", False),
    ],
)
def test_name_and_type_are_only_a_hint(name: str, kind: str, comes: bool) -> None:
    assert may_be_recording(name, kind) is comes


def test_what_is_surely_no_recording_is_415_before_a_byte_comes(tus: Tus) -> None:
    given = f"filename {b64('a.pdf')},filetype {b64('application/pdf')}"
    response = tus.create(100, HTTP_UPLOAD_METADATA=given)
    assert (response.status_code, response.json()["code"]) == (415, "not-media")


# --- The end of an upload ------------------------------------------------------------------------
def test_what_is_no_recording_by_its_content_is_refused_at_its_end(tus: Tus) -> None:
    page = b"<!DOCTYPE html><html><body>not footage</body></html>" * 100
    response = sent(tus, page)
    assert response.status_code == 422
    assert not Master.objects.exists()
    assert sessions.uploads().names() == []
    assert Upload.objects.get().state == "refused"


def test_a_file_is_compared_with_the_digest_its_device_announced(tus: Tus) -> None:
    content = footage()
    wrong = hashlib.sha256(b"another file").hexdigest()
    response = sent(tus, content, sha256=wrong)
    assert (response.status_code, response.json()["code"]) == (422, "digest-differs")
    assert not Master.objects.exists()
    right = hashlib.sha256(content).hexdigest()
    assert sent(tus, content, sha256=right).status_code == 204


@pytest.mark.parametrize("digest", ["xyz", "0" * 63, "0" * 65])
def test_an_announced_digest_that_is_none_is_400(tus: Tus, digest: str) -> None:
    given = f"sha256 {b64(digest)}"
    assert tus.create(100, HTTP_UPLOAD_METADATA=given).status_code == 400


def test_a_finished_upload_is_in_the_chain_of_custody_and_its_copy_is_known(tus: Tus) -> None:
    content = footage()
    sent(tus, content)
    master = Master.objects.get()
    clip = Clip.objects.get()
    assert master.received_by == tus.user
    types = set(
        CustodyEvent.objects.filter(
            subject__in=[f"master:{master.pk}", clip.reference]
        ).values_list("type", flat=True)
    )
    assert {"transfer", "message digest calculation", "ingestion end", "accession"} <= types
    copy = Copy.objects.get()
    assert (copy.digest, copy.store, copy.state) == (master.digest, "masters", "whole")


def test_the_digest_is_right_when_another_process_received_the_beginning(tus: Tus) -> None:
    content = footage()
    address = tus.begun(len(content))
    tus.patch(address, 0, content[:30_000])
    sessions.digests.__init__()  # type: ignore[misc]
    assert tus.patch(address, 30_000, content[30_000:]).status_code == 204
    assert Master.objects.get().digest == hashlib.sha256(content).hexdigest()


def test_bytes_that_rot_on_the_disk_while_the_upload_runs_are_noticed(tus: Tus) -> None:
    content = footage()
    address = tus.begun(len(content))
    tus.patch(address, 0, content[:50_000])
    path = sessions.uploads().path(address.rsplit("/", 1)[1])
    with path.open("r+b") as file:
        file.seek(1000)
        file.write(b"rotten")
    response = tus.patch(address, 50_000, content[50_000:])
    assert (response.status_code, response.json()["code"]) == (500, "storage-failed")
    assert not Master.objects.exists()
    assert len(list(masters_store().quarantine.iterdir())) == 1


# --- Exact duplicates ----------------------------------------------------------------------------
def test_a_second_deposit_leads_to_the_clip_and_is_kept_in_its_custody_note(
    tus: Tus, colleague: Tus
) -> None:
    content = footage()
    sent(tus, content)
    response = sent(colleague, content, name="نفس الملف.mp4")
    clip = Clip.objects.get()
    assert response["Archive-Outcome"] == "already-held"
    assert response["Archive-Clip"].endswith(f"/{clip.pk}/change/")
    assert "colleague" in clip.custody_note
    assert "نفس الملف.mp4" in clip.custody_note
    assert sessions.uploads().names() == []


def test_who_may_not_see_the_clip_learns_only_that_it_is_held(
    tus: Tus, sign_in: Callable[..., Client]
) -> None:
    from django.contrib.auth.models import Permission

    content = footage()
    sent(tus, content)
    outsider = Tus(sign_in(username="outsider"))
    outsider.user.user_permissions.add(Permission.objects.get(codename="add_clip"))
    response = sent(outsider, content)
    assert response["Archive-Outcome"] == "already-held"
    assert "Archive-Clip" not in response
    digest = hashlib.sha256(content).hexdigest()
    answer = outsider.client.get(f"/admin/uploads/held?sha256={digest}").json()
    assert set(answer) == {"held", "message"}
    status = outsider.client.get("/admin/uploads/").json()["uploads"][0]
    assert (status["reference"], status["page"]) == ("", "")


def test_a_known_digest_is_told_before_the_file_is_sent(tus: Tus) -> None:
    content = footage()
    digest = hashlib.sha256(content).hexdigest()
    asked = f"/admin/uploads/held?sha256={digest}"
    assert tus.client.get(asked).json() == {"held": False}
    sent(tus, content)
    answer = tus.client.get(asked).json()
    assert answer["held"] is True
    assert answer["address"].endswith(f"/{Clip.objects.get().pk}/change/")
    assert Client().get(asked).status_code in {302, 401, 403}, "strangers"
    assert tus.client.get("/admin/uploads/held?sha256=x").status_code == 400


# --- One writer ----------------------------------------------------------------------------------
def test_while_one_writes_the_other_is_told_so(tus: Tus, monkeypatch: Any) -> None:
    monkeypatch.setattr(sessions, "SECONDS_TO_WAIT", 0.1)
    address = tus.begun(100_000)
    upload_id = address.rsplit("/", 1)[1]
    with sessions.uploads().pen(upload_id):
        assert tus.patch(address, 0, b"x").status_code == 423
        assert tus.delete(address).status_code == 423
    assert Upload.objects.get().wanted_at is not None
    assert tus.patch(address, 0, b"x").status_code == 204


class Sneaking:
    """A source during whose reading somebody else takes the upload over."""

    def __init__(self, upload: Upload, content: bytes) -> None:
        self.upload, self.content = upload, content

    def read(self, size: int) -> bytes:
        Upload.objects.filter(pk=self.upload.pk).update(token=99)
        return self.content[:size]


def test_a_writer_whose_token_was_taken_counts_nothing(tus: Tus) -> None:
    """The lock failed, as on a disk that two machines share: the token is the second guard."""
    tus.begun(100_000)
    upload = Upload.objects.get()
    with pytest.raises(sessions.Conflict):
        sessions.receive(
            upload,
            offset=0,
            length=10,
            source=Sneaking(upload, b"0123456789"),
            checksum=None,
            arrival=lambda *_: pytest.fail("not finished"),
        )
    assert Upload.objects.get().offset == 0


class Broken:
    """A line that breaks after some bytes."""

    def __init__(self, content: bytes) -> None:
        self.pieces: Iterator[bytes] = iter([content])

    def read(self, size: int) -> bytes:
        for piece in self.pieces:
            return piece
        raise ConnectionResetError


def test_what_came_before_a_line_broke_is_kept(tus: Tus) -> None:
    address = tus.begun(100_000)
    with pytest.raises(sessions.Interrupted):
        sessions.receive(
            Upload.objects.get(),
            offset=0,
            length=1000,
            source=Broken(b"x" * 300),
            checksum=None,
            arrival=lambda *_: pytest.fail("not finished"),
        )
    assert tus.offset(address) == 300


def test_what_was_written_and_not_counted_is_cut_off(tus: Tus) -> None:
    content = footage()
    address = tus.begun(len(content))
    tus.patch(address, 0, content[:1000])
    path = sessions.uploads().path(address.rsplit("/", 1)[1])
    with path.open("ab") as file:
        file.write(b"left by a dead server")
    assert tus.offset(address) == 1000
    assert tus.patch(address, 1000, content[1000:]).status_code == 204
    assert master_path(Master.objects.get()).read_bytes() == content


def test_counted_bytes_that_the_disk_lost_are_asked_for_again(tus: Tus) -> None:
    content = footage()
    address = tus.begun(len(content))
    tus.patch(address, 0, content[:1000])
    os.truncate(sessions.uploads().path(address.rsplit("/", 1)[1]), 400)
    assert tus.offset(address) == 400
    refused = tus.patch(address, 1000, content[1000:])
    assert (refused.status_code, refused["Upload-Offset"]) == (409, "400")
    assert tus.patch(address, 400, content[400:]).status_code == 204
    assert master_path(Master.objects.get()).read_bytes() == content


# --- The sweep -----------------------------------------------------------------------------------
def test_the_sweep_takes_the_abandoned_and_never_a_live_one(tus: Tus) -> None:
    abandoned, live, written = tus.begun(1000), tus.begun(1000), tus.begun(1000)
    ids = [address.rsplit("/", 1)[1] for address in (abandoned, live, written)]
    past = timezone.now() - timedelta(seconds=1)
    Upload.objects.filter(pk__in=[ids[0], ids[2]]).update(expires_at=past)
    with sessions.uploads().pen(ids[2]):
        assert sessions.sweep() == 1
    assert set(sessions.uploads().names()) == {ids[1], ids[2]}
    assert tus.patch(live, 0, b"x").status_code == 204
    assert tus.patch(abandoned, 0, b"x").status_code == 410


def test_ended_uploads_are_forgotten_after_some_days(tus: Tus, settings: Any) -> None:
    tus.delete(tus.begun(1000))
    sent(tus, footage())
    assert sessions.sweep() == 0
    Upload.objects.update(touched_at=timezone.now() - timedelta(days=8))
    sessions.sweep()
    assert not Upload.objects.exists()
    assert Clip.objects.count() == 1


def test_every_byte_here_and_no_master_yet_is_finished_by_asking(tus: Tus) -> None:
    """As a server leaves it that died between the last byte and the end."""
    content = footage()
    address = tus.begun(len(content))
    tus.patch(address, 0, content[:-1])
    upload = Upload.objects.get()
    with sessions.uploads().path(upload.pk).open("ab") as file:
        file.write(content[-1:])
    Upload.objects.update(offset=len(content))
    upload.refresh_from_db()
    with sessions.uploads().pen(upload.pk), pytest.raises(Taken):
        sessions.complete(upload, lambda *_: pytest.fail("somebody else holds the pen"))
    answer = tus.head(address)
    assert answer["Upload-Offset"] == str(len(content))
    assert answer["Archive-Outcome"] == "draft"
    assert Clip.objects.count() == 1


def test_a_checksum_guards_the_last_bytes_too(tus: Tus) -> None:
    content = footage()
    address = tus.begun(len(content))
    assert tus.patch(address, 0, content, HTTP_UPLOAD_CHECKSUM=sha256(b"other")).status_code == 460
    assert not Master.objects.exists()
    assert tus.patch(address, 0, content, HTTP_UPLOAD_CHECKSUM=sha256(content)).status_code == 204


def test_one_sees_ones_own_uploads_and_how_far_they_are(tus: Tus, colleague: Tus) -> None:
    given = f"filename {b64('خبز.mp4')}"
    address = tus.begun(1000, HTTP_UPLOAD_METADATA=given)
    tus.patch(address, 0, b"x" * 70)
    colleague.begun(500)
    [mine] = tus.client.get("/admin/uploads/").json()["uploads"]
    assert (mine["address"], mine["filename"], mine["state"]) == (address, "خبز.mp4", "receiving")
    assert (mine["offset"], mine["length"]) == (70, 1000)
    assert tus.client.get(address).json() == mine
