"""What crashes leave between files, rows and the store is adopted, set aside or reported."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from footage.accession import adopt, discard, draft_of_upload
from footage.custody.models import Copy, CustodyEvent
from footage.ingest.directory import STAGING
from footage.ingest.models import Master, Upload
from footage.ingest.reconciler import GRACE, Finding, reconcile
from footage.ingest.uploads import sessions
from footage.ingest.write_path import master_path, masters_store, receive
from footage.models import Clip
from tests.uploads.conftest import Tus, footage

pytestmark = pytest.mark.django_db


def run() -> list[Finding]:
    return reconcile(arrival=draft_of_upload, adopt=adopt)


def done() -> list[str]:
    return [finding.done for finding in run()]


def old(path: Path) -> None:
    past = (timezone.now() - GRACE - timedelta(minutes=1)).timestamp()
    os.utime(path, (past, past), follow_symlinks=False)


def kept(content: bytes, name: str = "") -> Path:
    """Bytes under a final name, without a row."""
    digest = name or hashlib.sha256(content).hexdigest()
    path = Path(masters_store().root, digest[:2], digest[2:4], digest)  # type: ignore[union-attr]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_an_archive_in_order_is_left_alone(tus: Tus) -> None:
    content = footage()
    tus.patch(tus.begun(len(content)), 0, content)
    tus.begun(5000)
    assert run() == []


def test_whole_bytes_without_a_row_are_adopted_with_a_draft(tus: Tus) -> None:
    content = footage()
    kept(content)
    assert done() == ["adopted"]
    master = Master.objects.get()
    assert master.digest == hashlib.sha256(content).hexdigest()
    assert CustodyEvent.objects.filter(type="archive:adoption").count() == 1
    Master.objects.update(received_at=timezone.now() - GRACE * 2)
    assert done() == ["adopted"], "a draft, once nobody can be at it any more"
    assert Clip.objects.get().master == master
    assert run() == [], "a second run finds nothing new"


def test_a_writer_who_is_not_through_yet_is_not_overtaken() -> None:
    store = masters_store()
    with store.stage([b"x" * 1000], limit=10**6) as staged:
        store.keep(staged)
        assert run() == []
    assert done() == ["adopted"]


def test_bytes_that_are_not_what_their_name_says_are_set_aside_and_not_removed() -> None:
    path = kept(b"half a file", name="ab" * 32)
    fifo = kept(b"", name="cd" * 32)
    fifo.unlink()
    os.mkfifo(fifo)
    link = kept(b"", name="ef" * 32)
    link.unlink()
    link.symlink_to("/etc/passwd")
    oddly_named = kept(b"something", name="0000notes.txt")
    assert done() == ["set-aside"] * 4
    assert not any(os.path.lexists(there) for there in (path, fifo, link, oddly_named))
    aside = masters_store().quarantine
    assert sorted(name.name.split(".")[0] for name in aside.iterdir()) == sorted(
        ["ab" * 32, "cd" * 32, "ef" * 32, "0000notes"]
    )
    assert run() == []


@pytest.mark.parametrize(
    ("harm", "state"),
    [(lambda path: path.unlink(), "missing"), (lambda path: os.truncate(path, 5), "damaged")],
)
def test_a_row_without_its_bytes_is_reported_and_stays(harm: object, state: str) -> None:
    master = receive([b"x" * 1000], by=None).master
    Clip.objects.create(master=master)
    path = master_path(master)
    path.chmod(0o600)
    harm(path)  # type: ignore[operator]
    assert done() == done() == ["report"]
    assert Copy.objects.get().state == state
    failures = CustodyEvent.objects.filter(type="fixity check", outcome="failure")
    assert failures.count() == 1, "told once in the chain of custody"


def test_an_upload_with_every_byte_is_finished(tus: Tus) -> None:
    content = footage()
    address = tus.begun(len(content))
    tus.patch(address, 0, content[:-1])
    with sessions.uploads().path(address.rsplit("/", 1)[1]).open("ab") as file:
        file.write(content[-1:])
    Upload.objects.update(offset=len(content))
    assert done() == ["finished"]
    assert Clip.objects.get().master.digest == hashlib.sha256(content).hexdigest()


def test_an_upload_whose_file_is_gone_ends(tus: Tus) -> None:
    address = tus.begun(1000)
    sessions.uploads().remove(address.rsplit("/", 1)[1])
    assert done() == ["report"]
    assert tus.head(address).status_code == 410
    assert run() == []


def test_strays_among_the_uploads_are_swept_or_set_aside_but_not_young_ones(tus: Tus) -> None:
    alive = tus.begun(1000).rsplit("/", 1)[1]
    uploads = sessions.uploads()
    for name in ("young", "forgotten", "held"):
        uploads.create(name)
    for name in ("forgotten", "held", alive):
        old(uploads.path(name))
    os.mkfifo(uploads.path("fifo"))
    uploads.path("link").symlink_to("/etc/passwd")
    uploads.path("folder").mkdir()
    with uploads.pen("held"):
        assert sorted(done()) == ["set-aside", "set-aside", "set-aside", "swept"]
    assert uploads.names() == sorted([alive, "held", "young"])


def test_what_a_finished_upload_left_behind_is_swept(tus: Tus) -> None:
    content = footage()
    address = tus.begun(len(content))
    tus.patch(address, 0, content)
    os.link(master_path(Master.objects.get()), sessions.uploads().path(address.rsplit("/", 1)[1]))
    assert done() == ["swept"]
    assert master_path(Master.objects.get()).read_bytes() == content


def test_a_discarded_draft_is_not_brought_back(tus: Tus) -> None:
    content = footage()
    tus.patch(tus.begun(len(content)), 0, content)
    discard(Clip.objects.get(), by=tus.user, reason="wrong", is_public=lambda clip: False)
    Master.objects.update(received_at=timezone.now() - GRACE * 2)
    assert run() == []


def test_bytes_of_what_left_the_holdings_are_reported_not_adopted() -> None:
    master = receive([b"x" * 1000], by=None).master
    Master.objects.update(deaccessioned_at=timezone.now())
    assert done() == ["report"]
    assert master_path(master).exists()


def test_what_a_dead_writer_left_in_staging_is_swept() -> None:
    staging = masters_store().root / STAGING  # type: ignore[union-attr]
    staging.mkdir(parents=True)
    (staging / "left").write_bytes(b"half")
    assert done() == ["swept"]
