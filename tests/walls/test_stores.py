"""Walls 4 and 10: three stores, and masters that nobody changes, serves or deletes."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client

from footage import publishing
from footage.catalogue.models import PublicRecord, PublicRendition
from footage.publishing import access_copies, rows
from tests import world
from tests.walls import crawl

ROOT = Path(__file__).resolve().parents[2]
# The only modules that may open the store of masters.
KNOW_THE_MASTERS = {
    "footage/doctor.py",  # tries whether it can be written
    "footage/ingest/directory.py",  # writes it, and removes after two persons agreed
    "footage/ingest/write_path.py",  # writes it
}


def test_media_serves_a_name_only_while_a_live_row_holds_it(db):
    client = Client()
    row = world.published()
    name = row.read().renditions[0].name
    assert client.get(f"/media/{name}").status_code == 200
    publishing.withdraw(row.reference, reason="safety", by=world.publisher())
    assert client.get(f"/media/{name}").status_code == 404


def test_a_file_in_the_access_store_without_a_row_is_not_served_and_is_swept(db):
    storages["access"].save("orphan.mp4", ContentFile(b"left by a crash"))
    assert Client().get("/media/orphan.mp4").status_code == 404
    assert access_copies.sweep() == [], "a publication may still be writing it"
    assert access_copies.sweep(older_than=timedelta(0)) == ["orphan.mp4"]
    assert not storages["access"].exists("orphan.mp4")


def test_the_sweeper_leaves_what_is_public(db):
    row = world.published()
    assert access_copies.sweep(older_than=timedelta(0)) == []
    assert all(storages["access"].exists(copy.name) for copy in row.read().renditions)


def test_no_copy_tells_a_file_server_when_it_was_published(db):
    """nginx sends a file's time, to the second, as Last-Modified and within its ETag."""
    copies = [copy for _ in range(2) for copy in world.published().read().renditions]
    access = storages["access"]
    assert {access.get_modified_time(copy.name) for copy in copies} == {access_copies.DATED}


def test_a_copy_that_a_publication_has_just_written_is_not_swept(db):
    with access_copies.access_copies(world.clip().master) as copies:
        assert access_copies.sweep() == []
        assert all(storages["access"].exists(copy.name) for copy in copies)


@pytest.mark.parametrize("step", ["put", "next_change"])
def test_a_crash_inside_publishing_leaves_less_public_never_more(db, monkeypatch, step):
    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    clip = world.clip()
    monkeypatch.setattr(rows, step, crash)
    with pytest.raises(KeyboardInterrupt):
        world.published(clip)
    assert not PublicRecord.objects.exists()
    assert not PublicRendition.objects.exists()


def test_drafts_working_copies_and_masters_have_no_public_address(db):
    client = Client()
    clip = world.clip()
    world.published(clip)
    inner = [clip.master.digest, clip.master.path, clip.master.digest[:12]]
    inner += clip.master.renditions.values_list("name", flat=True)
    for name in inner:
        assert client.get(f"/media/{name}").status_code == 404
    for address in crawl.addresses():
        assert clip.master.digest.encode() not in crawl.body(client.get(address)), address


def test_a_masters_digest_is_public_only_when_the_clip_says_so(db):
    clip = world.clip(verifiable_in_public=True)
    assert world.published(clip).read().master_fixity == clip.master.fixity
    assert world.published().read().master_fixity is None


def opens_the_masters(source: str) -> bool:
    """Whether code subscripts anything by "masters", as `storages["masters"]` does."""
    return any(
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and node.slice.value == "masters"
        for node in ast.walk(ast.parse(source))
    )


def test_nobody_else_opens_the_store_of_masters():
    opening = {
        str(path.relative_to(ROOT))
        for package in ("footage", "people", "aleppo_archive")
        for path in (ROOT / package).rglob("*.py")
        if opens_the_masters(path.read_text())
    }
    assert opening <= KNOW_THE_MASTERS
    assert opens_the_masters('storages["masters"].delete("x")'), "the search finds a planted one"
