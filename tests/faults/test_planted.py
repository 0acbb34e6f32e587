"""Each check of these campaigns first catches a fault that was planted for it."""

import os
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from footage.ingest.models import Upload
from footage.ingest.uploads import sessions
from tests.faults import upload_points
from tests.faults.site import Site
from tests.faults.test_hostile_staging import (
    test_what_is_no_file_of_ours_is_neither_followed_nor_waited_for as staging_check,
)
from tests.faults.test_lines import answer_within
from tests.uploads.conftest import Tus, footage

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]


def test_an_archive_that_follows_links_in_staging_is_caught(
    tus: Tus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "O_NOFOLLOW", 0)
    monkeypatch.setattr(Path, "lstat", Path.stat)
    with pytest.raises(AssertionError):
        staging_check(tus, tmp_path, "link")


def test_a_server_whose_every_thread_hangs_is_caught(site: Site) -> None:
    content = footage()
    lines = [site.raw(site.begin(len(content)), 0, len(content)) for _ in range(site.threads)]
    try:
        for line in lines:
            line.sendall(content[:20_000])
        with pytest.raises((AssertionError, OSError)):
            answer_within(site, 3)
    finally:
        for line in lines:
            line.close()


def test_an_offset_that_was_counted_before_its_bytes_were_stored_is_caught(tus: Tus) -> None:
    upload = sessions.begin(
        by=User.objects.get(),
        length=len(upload_points.content(1)),
        metadata="n1",
        declared_digest="",
    )
    upload_points.check(1, complete=False)
    Upload.objects.filter(pk=upload.pk).update(offset=1000)
    with pytest.raises(AssertionError, match="counted and not there"):
        upload_points.check(1, complete=False)


def test_a_database_that_forgot_an_acknowledged_offset_is_caught(tus: Tus) -> None:
    address = tus.begun(1000)
    acknowledged = int(tus.patch(address, 0, b"x" * 600)["Upload-Offset"])
    Upload.objects.update(offset=100)
    assert int(tus.head(address)["Upload-Offset"]) < acknowledged
