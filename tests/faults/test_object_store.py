"""An object store that fails, stalls, cuts its answers short or gives back something else."""

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from aleppo_archive.environment import storage_from
from footage.ingest import bucket, refusals
from footage.ingest.bucket import Bucket
from footage.ingest.models import Master
from footage.ingest.write_path import masters_store, receive
from tests.faults.campaigns import rounds
from tests.faults.proxy import Exchange, Proxy, misbehaving
from tests.swift import S3

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]


@pytest.fixture
def proxy(s3: S3, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Put the misbehaving proxy between this test's archive and its bucket."""
    monkeypatch.setattr(bucket, "PART", 5 * 2**20)
    name = settings.STORAGES["masters"]["OPTIONS"]["bucket_name"]
    with misbehaving(s3.endpoint) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.address)
        settings.STORAGES = {**settings.STORAGES, "masters": storage_from(f"s3://{name}/footage")}
        yield between


def nth(number: int, fault: str, times: int = 1) -> Any:
    """The fault at the nth request and the `times - 1` after it."""
    seen = 0

    def decide(exchange: Exchange) -> str:
        nonlocal seen
        seen += 1
        return fault if number <= seen < number + times else ""

    return decide


def pieces(content: bytes) -> list[bytes]:
    return [content[start : start + 2**20] for start in range(0, len(content), 2**20)]


def intact(content: bytes) -> None:
    """What the archive says it has, the store gives back."""
    digest = hashlib.sha256(content).hexdigest()
    if Master.objects.filter(digest=digest).exists():
        assert masters_store().reads_back(digest, len(content)) is True


@pytest.mark.parametrize("fault", ["500", "503", "reset", "slow", "lost"])
def test_one_failure_anywhere_is_tried_again_and_all_is_well(proxy: Proxy, fault: str) -> None:
    for number in range(1, rounds(9, 12), rounds(3, 1)):
        content = os.urandom(5 * 2**20 + 1000)
        proxy.fault = nth(number, fault)
        try:
            receive(pieces(content), by=None)
        except refusals.StorageFailed:
            # A clean refusal is honest too; then it goes in the second time.
            proxy.fault = nth(0, "")
            receive(pieces(content), by=None)
        proxy.fault = nth(0, "")
        intact(content)
        assert Master.objects.filter(bytes=len(content)).exists()
        Master.objects.all().delete()


@pytest.mark.parametrize("fault", ["500", "503", "reset"])
def test_a_store_that_stays_away_is_a_clean_refusal_at_every_step(proxy: Proxy, fault: str) -> None:
    for number in range(1, 8, rounds(3, 1)):
        content = os.urandom(5 * 2**20 + 1000)
        proxy.fault = nth(number, fault, times=1000)
        with pytest.raises(refusals.StorageFailed):
            receive(pieces(content), by=None)
        assert not Master.objects.exists()
    proxy.fault = nth(0, "")
    store = masters_store()
    assert isinstance(store, Bucket)
    store.abort_orphans(older_than=timedelta(seconds=-5))
    assert store.client.list_multipart_uploads(Bucket=store.name).get("Uploads", []) == []


@pytest.mark.parametrize("fault", ["wrong", "cut"])
def test_an_answer_with_other_or_fewer_bytes_is_never_taken_for_a_copy(
    proxy: Proxy, fault: str
) -> None:
    content = os.urandom(300_000)

    def on_reading_back(exchange: Exchange) -> str:
        return fault if exchange.method == "GET" else ""

    proxy.fault = on_reading_back
    with pytest.raises(refusals.StorageFailed):
        receive([content], by=None)
    assert not Master.objects.exists()
    proxy.fault = nth(0, "")
    assert not receive([content], by=None).already_held
    intact(content)


def test_a_store_that_keeps_something_else_is_found_out(proxy: Proxy, s3: S3) -> None:
    """Success is answered and another object is there: only reading back can tell."""
    content = os.urandom(300_000)
    store = masters_store()
    assert isinstance(store, Bucket)
    key = store.key(hashlib.sha256(content).hexdigest())

    def swap(exchange: Exchange) -> str:
        if exchange.method == "GET":
            s3.client().put_object(Bucket=store.name, Key=key, Body=os.urandom(300_000))
        return ""

    proxy.fault = swap
    with pytest.raises(refusals.StorageFailed):
        receive([content], by=None)
    assert not Master.objects.exists()


def test_without_reading_back_the_campaign_finds_fault(
    proxy: Proxy, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = os.urandom(300_000)
    honest = Bucket.reads_back
    answers = iter([None, True])
    monkeypatch.setattr(Bucket, "reads_back", lambda *_: next(answers))
    receive([content], by=None)
    store = masters_store()
    assert isinstance(store, Bucket)
    key = store.key(hashlib.sha256(content).hexdigest())
    s3.client().put_object(Bucket=store.name, Key=key, Body=os.urandom(300_000))
    monkeypatch.setattr(Bucket, "reads_back", honest)
    with pytest.raises(AssertionError):
        intact(content)
