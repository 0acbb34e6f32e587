"""Masters in a bucket, on a real S3 server: whole, read back under their digest, or absent."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from footage.custody.models import Copy
from footage.ingest import bucket, refusals
from footage.ingest.bucket import Bucket
from footage.ingest.mirror import mirror, unmirrored
from footage.ingest.models import Master
from footage.ingest.write_path import local_master, masters_store, open_master, receive, store_at
from footage.tasks import examine
from tests.swift import S3
from tests.uploads.conftest import Tus, footage

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]


def pieces(content: bytes) -> list[bytes]:
    return [content[start : start + 100_000] for start in range(0, len(content), 100_000)]


def in_bucket(s3: S3) -> list[str]:
    """Every key of the store of masters."""
    found = s3.client().list_objects_v2(Bucket=masters_store().name)
    return [item["Key"] for item in found.get("Contents", [])]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts as small as S3 allows, so that a small file has several."""
    monkeypatch.setattr(bucket, "PART", 5 * 2**20)
    monkeypatch.setattr(bucket, "RANGE", 3 * 2**20 + 7)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("size", [1, 100_000, 5 * 2**20, 5 * 2**20 + 1, 12 * 2**20])
def test_a_master_comes_back_from_the_bucket_as_it_was_received(s3: S3, size: int) -> None:
    content = os.urandom(size)
    master = receive(pieces(content), by=None).master
    digest = hashlib.sha256(content).hexdigest()
    assert master.digest == digest
    assert in_bucket(s3) == [f"footage/{digest[:2]}/{digest[2:4]}/{digest}"]
    with open_master(master) as file:
        assert file.read() == content
    with local_master(master) as path:
        assert path.read_bytes() == content
    assert not path.exists()
    assert Copy.objects.get().state == "whole"


@pytest.mark.usefixtures("small_parts")
def test_a_master_is_fetched_in_few_requests_however_it_is_read(s3: S3) -> None:
    """Read to its end in one call, Python itself would ask for 8 KB at a time."""
    master = receive([os.urandom(7 * 2**20)], by=None).master
    store, asked = masters_store(), []
    assert isinstance(store, Bucket)
    store.client.meta.events.register("before-call.s3.GetObject", lambda **_: asked.append(1))
    with open_master(master) as file:
        file.read()
    assert len(asked) == 3
    with open_master(master) as file:
        while file.read(65_536):
            pass
    assert len(asked) == 6


def test_the_same_bytes_again_are_kept_once(s3: S3) -> None:
    content = os.urandom(1000)
    assert not receive([content], by=None).already_held
    assert receive([content], by=None).already_held
    assert len(in_bucket(s3)) == 1


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("size", [1000, 6 * 2**20])
def test_another_object_under_the_name_is_never_replaced(s3: S3, size: int) -> None:
    content = os.urandom(size)
    store = masters_store()
    assert isinstance(store, Bucket)
    key = store.key(hashlib.sha256(content).hexdigest())
    s3.client().put_object(Bucket=store.name, Key=key, Body=b"something else")
    with pytest.raises(refusals.HeldCopyDamaged):
        receive(pieces(content), by=None)
    with store.stage(pieces(content), limit=10**9) as staged:
        assert store._put(staged) is False, "the store itself refuses: If-None-Match"
    body = s3.client().get_object(Bucket=store.name, Key=key)["Body"].read()
    assert body == b"something else"
    assert not Master.objects.exists()


def test_parts_that_nobody_ended_are_dropped_and_young_ones_are_not(s3: S3) -> None:
    store = masters_store()
    assert isinstance(store, Bucket)
    client = s3.client()
    begun = client.create_multipart_upload(Bucket=store.name, Key=store.key("ab" * 32))
    assert store.abort_orphans(older_than=timedelta(hours=1)) == 0
    assert store.abort_orphans(older_than=timedelta(seconds=-5)) == 1
    with pytest.raises(client.exceptions.ClientError, match="NoSuchUpload"):
        client.list_parts(Bucket=store.name, Key=store.key("ab" * 32), UploadId=begun["UploadId"])


def test_a_deaccessioned_master_leaves_the_bucket(s3: S3) -> None:
    master = receive([os.urandom(1000)], by=None).master
    assert masters_store().remove(master.digest) is True
    assert masters_store().remove(master.digest) is False
    assert in_bucket(s3) == []
    with pytest.raises(FileNotFoundError):
        open_master(master)


def test_an_upload_over_tus_ends_in_the_bucket_and_is_examined_from_there(s3: S3, tus: Tus) -> None:
    content = footage()
    response = tus.patch(tus.begun(len(content)), 0, content)
    assert response["Archive-Outcome"] == "draft", response.content
    master = Master.objects.get()
    assert len(in_bucket(s3)) == 1
    examine(master)
    assert master.media_type == "video/mp4"
    assert [path for path in masters_store().staging.parent.rglob("*") if path.is_file()] == []


def test_wrong_credentials_are_a_failure_and_leave_nothing(
    s3: S3, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    settings.STORAGES = {**settings.STORAGES}
    with pytest.raises(refusals.StorageFailed, match="object store"):
        receive([b"x" * 1000], by=None)
    assert not Master.objects.exists()


# --- Mirrors: a second copy of every master ------------------------------------------------------
@pytest.fixture
def mirrored(settings: Any, tmp_path: Path) -> Path:
    local = "django.core.files.storage.FileSystemStorage"
    options = {"location": str(tmp_path / "mirror"), "base_url": None}
    settings.STORAGES = {
        **settings.STORAGES,
        "mirror": {"BACKEND": local, "OPTIONS": options},
    }
    return tmp_path / "mirror"


def test_every_master_gets_a_second_copy_and_both_are_on_record(mirrored: Path) -> None:
    content = os.urandom(50_000)
    master = receive([content], by=None).master
    assert list(unmirrored()) == [master]
    mirror(master)
    mirror(master)
    assert (mirrored / master.path).read_bytes() == content
    assert list(unmirrored()) == []
    assert set(Copy.objects.values_list("store", "state")) == {
        ("masters", "whole"),
        ("mirror", "whole"),
    }


def test_a_damaged_first_copy_is_not_spread(mirrored: Path) -> None:
    master = receive([os.urandom(50_000)], by=None).master
    path = masters_store().path(master.digest)  # type: ignore[union-attr]
    path.chmod(0o600)
    path.write_bytes(os.urandom(50_000))
    with pytest.raises(refusals.StorageFailed, match="damaged"):
        mirror(master)
    assert not (mirrored / master.path).exists()
    assert Copy.objects.get(store="masters").state == "damaged"


def test_a_mirror_may_be_a_bucket(mirrored: Path, s3: S3, settings: Any) -> None:
    stores = {**settings.STORAGES}
    settings.STORAGES = {**stores, "masters": stores["mirror"], "mirror": stores["masters"]}
    content = os.urandom(50_000)
    master = receive([content], by=None).master
    mirror(master)
    assert store_at("mirror").reads_back(master.digest, master.bytes) is True
