"""Die at every call to the system on the way of an upload, one after the other.

Run as a program on a prepared archive (ARCHIVE_DATA). For n = FIRST, FIRST + STEP ... a child
sends an upload in two requests and kills itself at its nth call into the operating system or the
database, until one gets through alive. After each death the client resumes, or the reconciler
does, and everything must be as if nothing had happened. Prints how many deaths there were.
"""

import hashlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["DJANGO_SETTINGS_MODULE"] = "aleppo_archive.settings"

from tests.ingest.crash_points import die_at, in_child


class Source:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, size: int) -> bytes:
        piece, self.content = self.content[:size], self.content[size:]
        return piece


def content(n: int) -> bytes:
    return b"".join(f"file {n}, chunk {chunk}\n".encode() * 3000 for chunk in range(3))


def send(n: int, dying: bool) -> None:
    """As a client does: begin, or find one's upload and its true offset, and send the rest."""
    from django.contrib.auth.models import User

    from footage.accession import draft_of_upload
    from footage.ingest.models import Upload
    from footage.ingest.uploads import sessions

    # The door starts a child of its own, which is another test's matter.
    sessions.recordings_only = lambda path: None
    user, whole = User.objects.get(), content(n)
    if dying:
        die_at(n)
    upload = Upload.objects.filter(metadata=f"n{n}").first()
    if upload is None:
        upload = sessions.begin(by=user, length=len(whole), metadata=f"n{n}", declared_digest="")
    upload = sessions.complete(upload, draft_of_upload)
    offset = sessions.true_offset(upload)
    for end in (len(whole) // 2, len(whole)):
        if offset < end:
            upload = sessions.receive(
                upload,
                offset=offset,
                length=end - offset,
                source=Source(whole[offset:end]),
                checksum=None,
                arrival=draft_of_upload,
            )
            offset = upload.offset
    assert upload.state == "finished"
    sys.setprofile(None)


def check(n: int, complete: bool) -> None:
    """Nothing half under a final name, no row without bytes, counted bytes are there."""
    from footage.ingest.models import Master, Upload
    from footage.ingest.uploads import sessions
    from footage.ingest.write_path import masters_store
    from footage.models import Clip

    store: Any = masters_store()
    whole = content(n)
    digest = hashlib.sha256(whole).hexdigest()
    final = store.path(digest)
    if final.exists():
        assert final.read_bytes() == whole
        assert final.stat().st_mode & 0o777 == 0o400
    master = Master.objects.filter(digest=digest).first()
    assert master or not complete
    if master:
        assert final.exists(), "a row without its bytes"
        assert Clip.objects.filter(master=master).count() == 1, "a master without its clip"
        assert Upload.objects.get(metadata=f"n{n}").state == "finished"
    for upload in Upload.objects.filter(metadata=f"n{n}", state="receiving"):
        stored = sessions.uploads().path(upload.pk).read_bytes()
        assert stored[: upload.offset] == whole[: upload.offset], "counted and not there"
    if complete:
        names = set(sessions.uploads().names())
        assert not names & set(Upload.objects.values_list("pk", flat=True)), "left behind"


def reconcile() -> None:
    from datetime import timedelta

    from footage.accession import adopt, draft_of_upload
    from footage.ingest import reconciler
    from footage.ingest.uploads import sessions

    sessions.recordings_only = lambda path: None
    found = reconciler.reconcile(arrival=draft_of_upload, adopt=adopt, grace=timedelta(0))
    assert not [finding for finding in found if finding.done in {"report", "set-aside"}], found


def dies_and_recovers(n: int) -> bool:
    """Whether point n was reached. Raises AssertionError when anything is not as it must be."""
    status = in_child(lambda: send(n, dying=True))
    if status != -signal.SIGKILL:
        assert status == 0, f"point {n}: exit status {status}"
        return False
    works = [lambda: check(n, complete=False), reconcile, lambda: check(n, complete=False)]
    works += [lambda: send(n, dying=False), reconcile, lambda: check(n, complete=True)]
    for number, work in enumerate(works):
        assert in_child(work) == 0, f"point {n}, work {number}"
    return True


def main() -> None:
    django.setup()
    first, step = int(sys.argv[1]), int(sys.argv[2])
    deaths, n = 0, first
    while dies_and_recovers(n):
        deaths += 1
        n += step
    print(f"{deaths} deaths, {n} points")


if __name__ == "__main__":
    main()
