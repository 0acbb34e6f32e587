"""Links and pipes where uploads lie, and names that were made to do harm."""

import json
import os
from pathlib import Path

import pytest

from footage.ingest.models import Master, Upload
from footage.ingest.uploads import sessions
from footage.models import Clip
from tests.uploads.conftest import Tus, b64, footage

pytestmark = pytest.mark.django_db
NAMES = Path(__file__).parents[1] / "data" / "hostile_filenames.json"


@pytest.mark.parametrize("kind", ["link", "dangling", "pipe", "folder"])
def test_what_is_no_file_of_ours_is_neither_followed_nor_waited_for(
    tus: Tus, tmp_path: Path, kind: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"not ours to write")
    address = tus.begun(1000)
    path = sessions.uploads().path(address.rsplit("/", 1)[1])
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(victim if kind == "link" else tmp_path / "nowhere")
    assert tus.patch(address, 0, b"x" * 100).status_code == 410
    assert tus.head(address).status_code == 410
    assert tus.delete(address).status_code == 410
    assert victim.read_bytes() == b"not ours to write"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..", ".", "%2e%2e", "a" * 5000, "\u202e", "x\0y"]
)
def test_an_address_that_is_no_upload_reaches_no_file(tus: Tus, name: str) -> None:
    address = f"/admin/uploads/{name}"
    assert tus.head(address).status_code in {400, 404}
    assert tus.patch(address, 0, b"x").status_code in {400, 404, 405}


def test_no_file_name_reaches_the_disk_or_breaks_a_page(tus: Tus) -> None:
    names = json.loads(NAMES.read_text())
    assert len(names) > 10
    taken = refused = 0
    for entry in names:
        name = entry if isinstance(entry, str) else entry["filename"]
        raw = name.encode("utf-8", "surrogatepass")
        content = footage(60_000)
        created = tus.create(len(content), HTTP_UPLOAD_METADATA=f"filename {b64(raw)}")
        assert created.status_code in {201, 413, 415}, (name, created.content)
        if created.status_code != 201:
            refused += 1
            continue
        response = tus.patch(created["Location"], 0, content)
        assert response.status_code == 204, (name, response.content)
        taken += 1
        assert tus.client.get(created["Location"]).status_code == 200
    assert taken > refused
    assert Master.objects.count() == Clip.objects.count() == taken
    assert tus.client.get("/admin/uploads/").status_code == 200
    ours = {master.digest for master in Master.objects.all()}
    root = sessions.uploads().root.parent
    on_disk = {path.name for path in root.rglob("*") if path.is_file()}
    assert on_disk == ours
    assert not Upload.objects.exclude(state="finished").exists()
