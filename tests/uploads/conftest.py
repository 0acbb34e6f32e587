"""Who uploads in these tests, and what: real footage, each file with bytes of its own."""

import base64
import hashlib
import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from aleppo_archive.environment import storage_from
from tests import swift
from tests.harness import absent
from tests.workshop.conftest import fresh_rate_limits, sign_in

__all__ = ["fresh_rate_limits", "sign_in"]

SMALL_CLIP = Path(__file__).parents[1] / "data" / "media" / "syn_android_al-shaar.mp4"
TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}
BYTES = "application/offset+octet-stream"
seeds = itertools.count(1)


def footage(size: int = 100_000, seed: int | None = None) -> bytes:
    """A playable video of exactly `size` bytes that no other test has: filled up by a free box."""
    video = SMALL_CLIP.read_bytes()
    filling = random.Random(next(seeds) if seed is None else seed).randbytes(size - len(video) - 8)
    return video + (len(filling) + 8).to_bytes(4, "big") + b"free" + filling


def b64(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def sha256(content: bytes) -> str:
    """As Upload-Checksum says it."""
    return f"sha256 {b64(hashlib.sha256(content).digest())}"


class Tus:
    """A client of the protocol in a few lines, for one signed-in person."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.user = client.user  # type: ignore[attr-defined]

    def create(self, length: int, body: bytes | None = None, **headers: Any) -> HttpResponse:
        given = {"HTTP_UPLOAD_LENGTH": str(length), **TUS, **headers}
        if body is None:
            return self.client.generic("POST", "/admin/uploads/", b"", "", **given)
        return self.client.post("/admin/uploads/", body, content_type=BYTES, **given)

    def begun(self, length: int, **headers: Any) -> str:
        response = self.create(length, **headers)
        assert response.status_code == 201, response.content
        return str(response["Location"])

    def patch(self, address: str, offset: int, body: bytes, **headers: Any) -> HttpResponse:
        given = {"HTTP_UPLOAD_OFFSET": str(offset), **TUS, **headers}
        if not body:  # Django's client leaves these out then
            given = {"CONTENT_TYPE": BYTES, "CONTENT_LENGTH": "0", **given}
        return self.client.patch(address, body, **{"content_type": BYTES, **given})

    def head(self, address: str, **headers: Any) -> HttpResponse:
        return self.client.head(address, **{**TUS, **headers})

    def delete(self, address: str, **headers: Any) -> HttpResponse:
        return self.client.delete(address, **{**TUS, **headers})

    def offset(self, address: str) -> int:
        return int(self.head(address)["Upload-Offset"])


@pytest.fixture
def tus(sign_in: Callable[..., Client]) -> Tus:
    return Tus(sign_in("archivist"))


@pytest.fixture
def colleague(sign_in: Callable[..., Client]) -> Tus:
    return Tus(sign_in("archivist", username="colleague"))


@pytest.fixture(scope="session")
def object_store() -> Iterator[swift.S3]:
    """Start a real S3 server once for the run; skip where there is none."""
    if swift.programs() is None:
        absent("Swift is not installed (make .venv-swift/ready)")
    with swift.swift() as store:
        yield store


@pytest.fixture
def s3(
    object_store: swift.S3, settings: Any, monkeypatch: pytest.MonkeyPatch, archive_data: Path
) -> swift.S3:
    """Keep this test's masters in a bucket of its own, `masters-<n>/footage`."""
    for name, value in object_store.environment.items():
        monkeypatch.setenv(name, value)
    bucket = f"masters-{next(seeds)}"
    object_store.client().create_bucket(Bucket=bucket)
    stores = {**settings.STORAGES, "masters": storage_from(f"s3://{bucket}/footage")}
    settings.STORAGES = stores
    return object_store
