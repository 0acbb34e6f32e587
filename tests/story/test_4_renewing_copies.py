"""A recipe changes: copies are made again, and readers who are watching notice nothing."""

import contextlib
import hashlib
import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from footage import publishing
from footage.catalogue.models import PublicRecord, PublicRendition
from footage.custody.models import CustodyEvent
from footage.ingest.models import Rendition
from footage.models import Clip
from footage.publishing import access_copies
from footage.publishing.audit import audit_public
from footage.tasks import examine
from footage.tasks.upkeep import sweep_working
from tests import world
from tests.ingest.conftest import archivist, draft  # noqa: F401 - fixtures
from tests.walls.crawl import body


@pytest.fixture
def published(draft: Callable[..., Clip]) -> Clip:  # noqa: F811
    """A small real video, described and published with copies of an older recipe.

    Of its sound there was no copy yet.
    """
    clip = draft("syn_android_al-fardous.mp4")
    examine(clip.master)
    for role, media_type in (("poster", "image/jpeg"), ("strip", "image/jpeg")):
        world.rendition(clip.master, role, media_type, role.encode() * 999)
    world.rendition(clip.master, "playable", "video/mp4", b"an older playable copy" * 999)
    described = world.clip()
    for field in Clip._meta.concrete_fields:
        if field.name not in {"id", "reference", "master", "kind"}:
            setattr(clip, field.attname, getattr(described, field.attname))
    clip.save()
    publishing.publish(clip, by=world.publisher())
    return Clip.objects.get(pk=clip.pk)


def made_before(copy: Rendition) -> None:
    """As if an older recipe had made it: other bytes, and its number."""
    with storages["working"].open(copy.name) as file:
        content = file.read() + b"\0\0\0\x08free"
    storages["working"].delete(copy.name)
    copy.name = storages["working"].save(f"old-{copy.name}", ContentFile(content))
    copy.bytes, copy.digest = len(content), hashlib.sha256(content).hexdigest()
    copy.recipe = 1
    copy.save()


def rebuild(**options: Any) -> str:
    out = io.StringIO()
    call_command("rebuild_copies", stdout=out, stderr=out, **options)
    return out.getvalue()


def fixities(clip: Clip) -> dict[str, str]:
    row = PublicRecord.objects.get(reference=clip.reference)
    return {copy.role: copy.fixity for copy in row.read().renditions}


def made(clip: Clip) -> dict[str, str]:
    return {copy.role: f"sha256:{copy.digest}" for copy in clip.master.renditions.all()}


@pytest.mark.django_db
def test_only_a_named_publisher_gives_readers_the_new_copies(published: Clip) -> None:
    before = fixities(published)

    said = rebuild()

    assert "1 published record(s) still show older copies: run with --by." in said
    assert fixities(published) == before != made(published)
    with pytest.raises(CommandError, match="may not publish"):
        rebuild(by=world.archivist().username)
    with pytest.raises(PermissionDenied):
        publishing.renew_copies(published, by=None)
    assert "1 published record(s) got new copies." in rebuild(by=world.publisher().username)
    assert fixities(published).items() <= made(published).items()


@pytest.mark.django_db
def test_new_copies_bring_nothing_else_before_readers(published: Clip) -> None:
    row = PublicRecord.objects.get(reference=published.reference)
    before, change = row.read(), row.change
    Clip.objects.filter(pk=published.pk).update(title_en="Not yet decided upon")

    rebuild(by=world.publisher().username)

    row.refresh_from_db()
    after = row.read()
    assert (row.version, row.revised_at > row.published_at) == (1, False)
    assert row.change > change
    assert after.model_dump(exclude={"renditions"}) == before.model_dump(exclude={"renditions"})
    # A quality that readers did not have waits for somebody to look.
    assert [copy.role for copy in after.renditions] == [copy.role for copy in before.renditions]
    assert "sound" in made(published) and "sound" not in fixities(published)
    event = CustodyEvent.objects.get(type="archive:renewal", subject=published.reference)
    assert (event.agent, event.detail["digest"]) == (world.publisher(), row.digest)
    assert audit_public() == []


@pytest.mark.django_db
def test_a_page_that_was_open_plays_on_for_a_day_unless_the_clip_is_withdrawn(
    published: Clip,
) -> None:
    client = Client()
    old = PublicRendition.objects.get(record__reference=published.reference, media_type="video/mp4")
    rebuild(by=world.publisher().username)
    assert access_copies.sweep(older_than=timedelta(0)) == []
    assert client.get(f"/media/{old.name}").status_code == 200
    assert old.name not in client.get(f"/en/clips/{published.reference}/").content.decode()

    yesterday = timezone.now() - timedelta(days=1, minutes=1)
    PublicRendition.objects.filter(name=old.name).update(superseded_at=yesterday)
    assert access_copies.sweep(older_than=timedelta(0)) == [old.name]
    assert client.get(f"/media/{old.name}").status_code == 404

    (copy,) = published.master.renditions.filter(role="playable")
    made_before(copy)
    rebuild(by=world.publisher().username)
    names = list(PublicRendition.objects.values_list("name", flat=True))
    publishing.withdraw(published.reference, reason="safety", by=world.publisher())
    assert [client.get(f"/media/{name}").status_code for name in names] == [404] * len(names)
    assert not any(storages["access"].exists(name) for name in names)


@pytest.mark.django_db
def test_what_was_silenced_meanwhile_stays_silent(published: Clip) -> None:
    told = world.testimony(published)
    publishing.publish(told, by=world.publisher())
    rebuild()
    outdated = {copy.role: copy for copy in published.master.renditions.all()}
    with access_copies.access_copies(published.master, outdated) as copies:
        # While the files were being copied somebody withdrew the testimony that is heard in it.
        publishing.withdraw(told.reference, reason="safety", by=world.publisher())
        from footage.publishing.renewal import _put

        fresh = {copy.role: copy for copy in copies}
        _row, unused = _put(published.reference, fresh, by=world.publisher())
    assert fixities(published) == {}
    assert {copy.name for copy in copies} == unused


@pytest.mark.django_db
def test_rebuilding_can_be_cut_short_and_goes_on_with_what_is_left(
    published: Clip,
    draft: Callable[..., Clip],  # noqa: F811
) -> None:
    second = draft("syn_exif_gps_al-kallaseh.jpg")
    examine(second.master)
    assert "photograph" in rebuild(dry_run=True)
    assert not second.master.renditions.exists()
    assert rebuild(limit=1).startswith("1 of 3:")
    assert not second.master.renditions.exists()
    assert rebuild(limit=1).startswith("3 of 3:")
    made = set(second.master.renditions.values_list("role", flat=True))
    assert made == {"poster", "photograph"}, "of a small photograph"
    assert rebuild().startswith("Worked on 0 master(s)")
    with pytest.raises(CommandError, match="--limit"):
        rebuild(limit=0)


@pytest.mark.django_db
def test_what_could_not_be_made_is_not_tried_with_every_rebuilding(published: Clip) -> None:
    rebuild()
    published.master.renditions.filter(role="waveform").delete()
    type(published.master).objects.update(shortfall="damaged")
    assert rebuild().startswith("Worked on 0 master(s)")


@contextlib.contextmanager
def reading(clip: Clip) -> Iterator[tuple[list[Any], Callable[[], None]]]:
    """Somebody who loads the page over and over, and then what the page before it named.

    Gives what was torn or missing, and a function that waits for two more rounds.
    """
    ending, torn, rounds = threading.Event(), [], []

    def read_on() -> None:
        client, before = Client(), []
        try:
            while not ending.is_set():
                page = client.get(f"/en/clips/{clip.reference}/").content.decode()
                for name in before:
                    answer = client.get(f"/media/{name}")
                    whole = f'"{hashlib.sha256(body(answer)).hexdigest()}"'
                    if answer.status_code != 200 or answer["ETag"] != whole:
                        torn.append((name, answer.status_code))
                before = list(dict.fromkeys(re.findall(r"/media/([\w.-]+)", page)))
                rounds.append(len(before))
        finally:
            connection.close()

    def read_twice() -> None:
        wanted, deadline = len(rounds) + 2, time.monotonic() + 60
        while len(rounds) < wanted and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(rounds) >= wanted and min(rounds) >= 2

    reader = threading.Thread(target=read_on)
    reader.start()
    try:
        read_twice()
        yield torn, read_twice
    finally:
        ending.set()
        reader.join(60)


@pytest.mark.django_db(transaction=True)
def test_readers_meet_no_torn_and_no_missing_file_while_copies_are_renewed(
    published: Clip,
) -> None:
    with reading(published) as (torn, read_twice):
        for _ in range(2):
            rebuild(by=world.publisher().username)
            read_twice()
            for copy in published.master.renditions.all():
                made_before(copy)
    assert torn == []


@pytest.mark.django_db(transaction=True)
def test_the_reader_of_these_tests_notices_an_address_that_goes_dead() -> None:
    clip = world.clip()
    world.published(clip)
    with reading(clip) as (torn, read_twice):
        publishing.revise(clip, by=world.publisher())
        read_twice()
    assert {status for _name, status in torn} == {404}


@pytest.fixture
def stray(archive_data: Path) -> Iterator[str]:
    yield storages["working"].save("stray.mp4", ContentFile(b"left by a lost worker"))


@pytest.mark.django_db
def test_a_working_copy_without_a_row_is_swept(stray: str, published: Clip) -> None:
    assert sweep_working() == 0, "a worker may still be about to write its row"
    assert sweep_working(older_than=timedelta(0)) == 1
    assert not storages["working"].exists(stray)
    assert all(storages["working"].exists(c.name) for c in published.master.renditions.all())
