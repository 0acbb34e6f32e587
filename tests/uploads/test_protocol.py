"""One test for each MUST of tus 1.0.0 that the archive implements, quoted where it is not plain.

Core, creation, creation-with-upload, checksum, expiration and termination.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from footage.ingest.models import Master, Upload
from footage.ingest.write_path import open_master
from footage.models import Clip
from tests.uploads.conftest import BYTES, TUS, Tus, b64, footage, sha256

pytestmark = pytest.mark.django_db


# --- Core: headers and requests ------------------------------------------------------------------
def test_a_file_sent_in_pieces_becomes_a_draft_clip_of_the_very_bytes(tus: Tus) -> None:
    content = footage()
    address = tus.begun(len(content), HTTP_UPLOAD_METADATA=f"filename {b64('خبز.mp4')}")

    assert tus.patch(address, 0, content[:40_000]).status_code == 204
    done = tus.patch(address, 40_000, content[40_000:])

    assert done.status_code == 204
    assert done["Archive-Outcome"] == "draft"
    clip = Clip.objects.get()
    assert clip.original_filename == "خبز.mp4"
    assert done["Archive-Clip"] == f"/admin/footage/clip/{clip.pk}/change/"
    with open_master(clip.master) as file:
        assert file.read() == content


def test_patch_answers_204_with_the_new_offset(tus: Tus) -> None:
    address = tus.begun(100_000)
    response = tus.patch(address, 0, b"x" * 70)
    assert (response.status_code, response["Upload-Offset"]) == (204, "70")


def test_head_gives_offset_and_length_and_is_never_cached(tus: Tus) -> None:
    address = tus.begun(100_000)
    response = tus.head(address)
    assert response.status_code == 200
    assert response["Upload-Offset"] == "0", "even when it is 0"
    assert response["Upload-Length"] == "100000"
    assert response["Cache-Control"] == "private, no-store"


def test_head_gives_the_offset_of_a_finished_upload(tus: Tus) -> None:
    content = footage()
    address = tus.begun(len(content))
    tus.patch(address, 0, content)
    response = tus.head(address)
    assert response["Upload-Offset"] == response["Upload-Length"] == str(len(content))
    assert response["Archive-Outcome"] == "draft"


def test_head_of_what_is_not_there_has_no_offset(tus: Tus) -> None:
    response = tus.head("/admin/uploads/" + "0" * 32)
    assert response.status_code == 404
    assert "Upload-Offset" not in response


@pytest.mark.parametrize("kind", ["application/octet-stream", "text/plain", ""])
def test_patch_with_another_content_type_is_415_and_changes_nothing(tus: Tus, kind: str) -> None:
    address = tus.begun(100_000)
    assert tus.patch(address, 0, b"x" * 70, content_type=kind).status_code == 415
    assert tus.offset(address) == 0


@pytest.mark.parametrize("offset", [0, 69, 71, 100_000, 10**17])
def test_patch_at_another_offset_is_409_and_changes_nothing(tus: Tus, offset: int) -> None:
    address = tus.begun(100_000)
    tus.patch(address, 0, b"x" * 70)
    response = tus.patch(address, offset, b"y" * 10)
    assert response.status_code == 409
    assert response["Upload-Offset"] == "70"
    assert tus.offset(address) == 70


@pytest.mark.parametrize("offset", ["-1", "", "x", "1.5", "٧", "9" * 30, "0x10", " 1 2"])
def test_an_offset_that_is_no_whole_number_is_400(tus: Tus, offset: str) -> None:
    address = tus.begun(100_000)
    assert tus.patch(address, 0, b"x", HTTP_UPLOAD_OFFSET=offset).status_code == 400


@pytest.mark.parametrize("length", ["-1", "x", "1.5", "٧", "9" * 30])
def test_a_length_that_is_no_whole_number_is_400(tus: Tus, length: str) -> None:
    assert tus.create(0, HTTP_UPLOAD_LENGTH=length).status_code == 400
    assert not Upload.objects.exists()


@pytest.mark.parametrize("verb", ["head", "delete", "create", "patch"])
@pytest.mark.parametrize("version", ["0.2.2", "1.0.1", "", "1.0.0, 2.0.0"])
def test_another_version_is_412_names_ours_and_is_not_processed(
    tus: Tus, verb: str, version: str
) -> None:
    address = tus.begun(100_000)
    given = {"HTTP_TUS_RESUMABLE": version}
    response = {
        "head": lambda: tus.head(address, **given),
        "delete": lambda: tus.delete(address, **given),
        "create": lambda: tus.create(50, **given),
        "patch": lambda: tus.patch(address, 0, b"x", **given),
    }[verb]()
    assert response.status_code == 412
    assert response["Tus-Version"] == "1.0.0"
    assert [upload.offset for upload in Upload.objects.filter(state="receiving")] == [0]


def test_every_answer_names_the_version(tus: Tus) -> None:
    address = tus.begun(100_000)
    for response in (
        tus.create(100_000),
        tus.head(address),
        tus.patch(address, 0, b"x"),
        tus.patch(address, 0, b"x"),
        tus.create(0),
        tus.head("/admin/uploads/nothing"),
        tus.delete(address),
        tus.head(address),
    ):
        assert response["Tus-Resumable"] == "1.0.0", response


def test_options_tells_the_truth_without_being_told_a_version(tus: Tus, settings: Any) -> None:
    settings.MASTER_MAX_BYTES = 12345
    response = tus.client.options("/admin/uploads/")
    assert response.status_code == 204
    assert response["Tus-Resumable"] == response["Tus-Version"] == "1.0.0"
    assert response["Tus-Max-Size"] == "12345"
    assert response["Tus-Checksum-Algorithm"] == "sha1,sha256"
    extensions = response["Tus-Extension"].split(",")
    assert extensions == [
        *("creation", "creation-with-upload", "checksum", "expiration", "termination")
    ]


def test_what_options_does_not_offer_is_refused_and_not_half_done(tus: Tus) -> None:
    deferred = tus.client.generic(
        "POST", "/admin/uploads/", b"", "", HTTP_UPLOAD_DEFER_LENGTH="1", **TUS
    )
    assert deferred.status_code == 400
    assert tus.create(100, HTTP_UPLOAD_CONCAT="partial").status_code == 400
    assert not Upload.objects.exists()


def test_a_method_in_the_override_header_is_the_one_that_counts(tus: Tus) -> None:
    """The actual method of the request MUST be ignored."""
    address = tus.begun(100_000)
    given = {"HTTP_UPLOAD_OFFSET": "0", "HTTP_X_HTTP_METHOD_OVERRIDE": "PATCH", **TUS}
    response = tus.client.post(address, b"x" * 70, content_type=BYTES, **given)
    assert (response.status_code, response["Upload-Offset"]) == (204, "70")
    given = {"HTTP_X_HTTP_METHOD_OVERRIDE": "HEAD", **TUS}
    assert tus.client.generic("POST", address, b"", "", **given)["Upload-Offset"] == "70"
    given = {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE", **TUS}
    assert tus.client.generic("POST", address, b"", "", **given).status_code == 204


def test_a_body_beyond_the_length_is_413_and_no_byte_of_it_is_kept(tus: Tus) -> None:
    address = tus.begun(100_000)
    assert tus.patch(address, 0, b"x" * 100_001).status_code == 413
    assert tus.offset(address) == 0
    tus.patch(address, 0, b"x" * 70)
    assert tus.patch(address, 70, b"x" * 99_931).status_code == 413
    assert tus.offset(address) == 70


def test_a_body_without_a_length_is_411(tus: Tus) -> None:
    address = tus.begun(100_000)
    response = tus.patch(address, 0, b"x", HTTP_TRANSFER_ENCODING="chunked")
    assert response.status_code == 411


def test_an_unknown_method_is_405_and_says_which_there_are(tus: Tus) -> None:
    address = tus.begun(100_000)
    response = tus.client.put(address, b"x", **TUS)
    assert response.status_code == 405
    assert tus.client.patch("/admin/uploads/", b"x", **TUS)["Allow"] == "GET, OPTIONS, POST"


# --- Creation ------------------------------------------------------------------------------------
def test_creation_answers_201_with_the_address_of_an_empty_upload(tus: Tus) -> None:
    response = tus.create(100_000)
    assert response.status_code == 201
    assert tus.offset(response["Location"]) == 0


def test_the_address_of_an_upload_is_128_random_bits(tus: Tus) -> None:
    names = {tus.begun(100_000).rsplit("/", 1)[1] for _ in range(20)}
    assert len(names) == 20
    assert all(len(bytes.fromhex(name)) == 16 for name in names)


def test_a_length_beyond_the_largest_is_413_before_a_byte_comes(tus: Tus, settings: Any) -> None:
    settings.MASTER_MAX_BYTES = 1000
    response = tus.create(1001)
    assert response.status_code == 413
    assert response.json()["code"] == "too-large"
    assert tus.create(1000).status_code == 201


def test_metadata_comes_back_as_it_was_sent(tus: Tus) -> None:
    sent = f"filename {b64('حلب.mp4')},filetype {b64('video/mp4')},flag"
    address = tus.begun(100_000, HTTP_UPLOAD_METADATA=sent)
    assert tus.head(address)["Upload-Metadata"] == sent
    assert "Upload-Metadata" not in tus.head(tus.begun(100_000)), "none was given"


@pytest.mark.parametrize(
    "sent",
    ["a YQ==,a YQ==", "a YQ==,,b YQ==", ",", "a !!!", "مفتاح YQ==", "a YQ== YQ==", "a,b,a"],
)
def test_metadata_with_bad_keys_or_values_is_400(tus: Tus, sent: str) -> None:
    """Keys MUST be unique, ASCII, not empty, without spaces and commas; values MUST be base64."""
    response = tus.create(100, HTTP_UPLOAD_METADATA=sent)
    assert response.status_code == 400
    assert not Upload.objects.exists()


def test_metadata_without_end_is_413(tus: Tus) -> None:
    assert tus.create(100, HTTP_UPLOAD_METADATA=f"a {b64('x' * 9000)}").status_code == 413
    many = ",".join(f"k{number}" for number in range(33))
    assert tus.create(100, HTTP_UPLOAD_METADATA=many).status_code == 413


# --- Creation with upload ------------------------------------------------------------------------
def test_bytes_that_come_with_the_creation_are_kept_and_counted(tus: Tus) -> None:
    content = footage()
    response = tus.create(len(content), content[:500])
    assert (response.status_code, response["Upload-Offset"]) == (201, "500")
    assert tus.patch(response["Location"], 500, content[500:]).status_code == 204
    assert Master.objects.get().bytes == len(content)


def test_a_whole_file_may_come_with_its_creation(tus: Tus) -> None:
    content = footage()
    response = tus.create(len(content), content, HTTP_UPLOAD_CHECKSUM=sha256(content))
    assert (response.status_code, response["Archive-Outcome"]) == (201, "draft")


def test_a_creation_with_a_body_of_another_type_is_415(tus: Tus) -> None:
    response = tus.client.post(
        "/admin/uploads/", b"x", content_type="text/plain", HTTP_UPLOAD_LENGTH="100", **TUS
    )
    assert response.status_code == 415
    assert not Upload.objects.exists()


def test_a_creation_with_more_bytes_than_announced_is_413(tus: Tus) -> None:
    assert tus.create(10, b"x" * 11).status_code == 413
    assert not Upload.objects.exists()


# --- Checksum ------------------------------------------------------------------------------------
def test_bytes_with_the_right_checksum_are_kept(tus: Tus) -> None:
    address = tus.begun(100_000)
    content = b"x" * 5000
    response = tus.patch(address, 0, content, HTTP_UPLOAD_CHECKSUM=sha256(content))
    assert (response.status_code, response["Upload-Offset"]) == (204, "5000")


def test_sha1_is_understood_as_the_protocol_demands(tus: Tus) -> None:
    """The Server MUST support at least the SHA1 checksum algorithm."""
    address = tus.begun(100_000)
    digest = b64(hashlib.sha1(b"x" * 5000, usedforsecurity=False).digest())
    damaged = tus.patch(address, 0, b"y" * 5000, HTTP_UPLOAD_CHECKSUM=f"sha1 {digest}")
    assert damaged.status_code == 460
    kept = tus.patch(address, 0, b"x" * 5000, HTTP_UPLOAD_CHECKSUM=f"sha1 {digest}")
    assert kept.status_code == 204


def test_bytes_damaged_on_their_way_are_460_and_the_offset_stays(tus: Tus) -> None:
    content = footage()
    address = tus.begun(len(content))
    tus.patch(address, 0, content[:100])
    damaged = bytearray(content[100:])
    damaged[5000] ^= 1

    given = {"HTTP_UPLOAD_CHECKSUM": sha256(content[100:])}
    assert tus.patch(address, 100, bytes(damaged), **given).status_code == 460

    assert tus.offset(address) == 100
    assert tus.patch(address, 100, content[100:], **given).status_code == 204
    assert Master.objects.get().digest == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    "value", [f"md5 {b64(bytes(16))}", "sha256", "sha256 x", "sha256 YQ==", ""]
)
def test_a_checksum_that_is_not_understood_is_400(tus: Tus, value: str) -> None:
    address = tus.begun(100_000)
    assert tus.patch(address, 0, b"x", HTTP_UPLOAD_CHECKSUM=value).status_code == 400
    assert tus.offset(address) == 0


# --- Expiration ----------------------------------------------------------------------------------
def test_an_upload_says_until_when_it_lives_in_the_date_format_of_http(tus: Tus) -> None:
    created = tus.create(100_000)
    patched = tus.patch(created["Location"], 0, b"x")
    for response in (created, patched, tus.head(created["Location"])):
        until = parsedate_to_datetime(response["Upload-Expires"])
        assert timedelta(days=6) < until - datetime.now(UTC) <= timedelta(days=7)
        assert response["Upload-Expires"].endswith(" GMT")


def test_an_expired_upload_is_410(tus: Tus) -> None:
    address = tus.begun(100_000)
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert tus.patch(address, 0, b"x").status_code == 410
    response = tus.head(address)
    assert response.status_code == 410
    assert "Upload-Offset" not in response


# --- Termination ---------------------------------------------------------------------------------
def test_a_terminated_upload_is_204_and_then_410_and_its_bytes_are_gone(tus: Tus) -> None:
    from footage.ingest.uploads import sessions

    address = tus.begun(100_000)
    tus.patch(address, 0, b"x" * 70)
    assert tus.delete(address).status_code == 204
    assert sessions.uploads().names() == []
    for response in (tus.head(address), tus.patch(address, 70, b"x"), tus.delete(address)):
        assert response.status_code == 410
        assert "Upload-Offset" not in response


def test_terminating_a_finished_upload_leaves_its_clip_alone(tus: Tus) -> None:
    content = footage()
    address = tus.begun(len(content))
    tus.patch(address, 0, content)
    assert tus.delete(address).status_code == 204
    assert Clip.objects.count() == 1
    with open_master(Master.objects.get()) as file:
        assert file.read() == content


# --- Who may -------------------------------------------------------------------------------------
def test_a_colleagues_upload_does_not_exist(tus: Tus, colleague: Tus) -> None:
    address = tus.begun(100_000)
    nothing = "/admin/uploads/" + "0" * 32
    for act in ("head", "delete", "patch"):
        there = {"patch": lambda a: colleague.patch(a, 0, b"x")}.get(act, getattr(colleague, act))
        assert there(address).status_code == there(nothing).status_code == 404
        assert there(address).content == there(nothing).content
    assert colleague.client.get(address).status_code == 404
    assert tus.offset(address) == 0


@pytest.mark.parametrize("role", ["cataloguer", "publisher", "administrator", "auditor"])
def test_staff_who_may_not_add_clips_may_not_upload(
    sign_in: Callable[..., Client], role: str
) -> None:
    other = Tus(sign_in(role))
    assert other.create(100).status_code == 403
    assert other.client.get("/admin/uploads/held?sha256=" + "0" * 64).status_code == 403
    assert other.client.get("/admin/uploads/").status_code == 403


def test_a_right_taken_away_ends_an_upload_under_way(tus: Tus) -> None:
    address = tus.begun(100_000)
    tus.user.groups.clear()
    assert tus.patch(address, 0, b"x").status_code == 403


def test_without_a_csrf_token_nothing_is_written(tus: Tus) -> None:
    address = tus.begun(100_000)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = tus.client.cookies
    other = Tus.__new__(Tus)
    other.client = strict
    assert other.create(100).status_code == 403
    assert other.patch(address, 0, b"x").status_code == 403
    assert other.delete(address).status_code == 403
    overridden = strict.get(address, HTTP_X_HTTP_METHOD_OVERRIDE="DELETE", **TUS)
    assert overridden.status_code == 403, "a safe method in words alone"
    assert tus.offset(address) == 0

    token = "a" * 32
    strict.cookies["csrftoken"] = token
    assert other.patch(address, 0, b"x", HTTP_X_CSRFTOKEN=token).status_code == 204
