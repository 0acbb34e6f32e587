"""A masters store in an S3 bucket: an object under the digest of its content, read back, or none.

Files arrive and are staged on a local disk, as for a directory, and then go up in parts. Keys are
`<prefix>/ab/cd/<SHA-256>`. `If-None-Match: *` keeps one writer from replacing what another wrote;
the digest is taken from what the store gives back, never from what it says it holds.
"""

import contextlib
import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from botocore.exceptions import BotoCoreError, ClientError

from footage.ingest.directory import Directory, Entry, Staged
from footage.ingest.refusals import HeldCopyDamaged, StorageFailed

PART: Final = 16 * 2**20  # 10,000 parts at most: 160 GB
RANGE: Final = 8 * 2**20
ABANDONED: Final = timedelta(days=1)
IN_FLIGHT: Final = timedelta(hours=1)
EXISTS: Final = {"PreconditionFailed", "412"}
CONFLICT: Final = {"ConditionalRequestConflict", "409"}
ABSENT: Final = {"NoSuchKey", "NotFound", "404"}


class Bucket:
    """The masters in the bucket of a django-storages S3 storage. Safe for several processes."""

    def __init__(self, storage: Any, staging: Path) -> None:
        self.name, self.prefix = storage.bucket_name, storage.location.strip("/")
        self.client = storage.connection.meta.client
        self.local_disk = Directory(staging)
        self.staging = self.local_disk.staging
        self.uploads = self.local_disk.uploads
        self.quarantine = self.local_disk.quarantine

    def key(self, digest: str) -> str:
        return "/".join(part for part in (self.prefix, digest[:2], digest[2:4], digest) if part)

    # --- As Directory, on the local disk ---------------------------------------------------------
    def stage(
        self, chunks: Iterable[bytes], *, limit: int, expected: int | None = None
    ) -> contextlib.AbstractContextManager[Staged]:
        return self.local_disk.stage(chunks, limit=limit, expected=expected)

    def verified(self, path: Path, descriptor: int, size: int, digest: str = "") -> Staged:
        return self.local_disk.verified(path, descriptor, size, digest)

    def set_aside(self, path: Path) -> Path:
        return self.local_disk.set_aside(path)

    def sweep(self) -> int:
        """Remove what dead writers left in staging, and parts of uploads that nobody ended."""
        return self.local_disk.sweep() + self.abort_orphans(older_than=ABANDONED)

    # --- The bucket ------------------------------------------------------------------------------
    def keep(self, staged: Staged) -> bool:
        """Put the staged bytes under their digest; False when the same bytes were there already.

        Raises HeldCopyDamaged when other bytes are there, StorageFailed when it is not certain
        that the store has them. Costs an upload and a download of the whole.
        """
        held = self.reads_back(staged.digest, staged.bytes)
        if held is None:
            with _failures_told():
                new = self._put(staged)
            held = self.reads_back(staged.digest, staged.bytes)
            if new and not held:
                raise StorageFailed("the store gives back other bytes than it was given")
        else:
            new = False
        if not held:
            raise HeldCopyDamaged(self.key(staged.digest))
        return new

    def reads_back(self, digest: str, size: int) -> bool | None:
        """Whether the store gives back these very bytes; None when it has nothing of that name."""
        found, position = hashlib.sha256(), 0
        with _failures_told():
            try:
                if self._head(digest)["ContentLength"] != size:
                    return False
                while position < size:
                    last = min(position + RANGE, size) - 1
                    block = self._range(digest, position, last)
                    if len(block) != last + 1 - position:
                        raise StorageFailed("the store's answer was cut short")
                    found.update(block)
                    position = last + 1
            except ClientError as error:
                if _code(error) in ABSENT:
                    return None
                raise
        return found.hexdigest() == digest

    def entries(self) -> Iterator[Entry]:
        """Everything that stands where masters stand, in order."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=f"{self.prefix}/" if self.prefix else ""
        )
        with _failures_told():
            for page in pages:
                for item in page.get("Contents", []):
                    name = item["Key"].rsplit("/", 1)[-1]
                    if item["Key"] == self.key(name):
                        settled = item["LastModified"] < datetime.now(UTC) - IN_FLIGHT
                        yield Entry(name, item["Size"], settled)

    @contextlib.contextmanager
    def local(self, digest: str) -> Iterator[Path]:
        """A verified copy on this machine while the block runs. Raises FileNotFoundError."""
        self.staging.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.local_disk.root, prefix="reading-") as box:
            path, found = Path(box, digest), hashlib.sha256()
            with self.open(digest) as remote, path.open("wb") as file, _failures_told():
                while block := remote.read(RANGE):
                    found.update(block)
                    file.write(block)
            if found.hexdigest() != digest:
                raise StorageFailed("the store gives back other bytes than it was given")
            yield path

    def open(self, digest: str) -> BinaryIO:
        """The bytes, to be read only, fetched in ranges. Raises FileNotFoundError."""
        with _failures_told():
            try:
                size = self._head(digest)["ContentLength"]
            except ClientError as error:
                if _code(error) in ABSENT:
                    raise FileNotFoundError(self.key(digest)) from None
                raise
        return io.BufferedReader(_Ranges(self, digest, size), RANGE)

    def remove(self, digest: str) -> bool:
        """Take a master's bytes away for good; False when they were gone. Deaccession only."""
        with _failures_told():
            try:
                self._head(digest)
            except ClientError as error:
                if _code(error) in ABSENT:
                    return False
                raise
            self.client.delete_object(Bucket=self.name, Key=self.key(digest))
        return True

    def abort_orphans(self, older_than: timedelta) -> int:
        """Drop the parts of uploads that were begun so long ago and never ended; say how many."""
        aborted, before = 0, datetime.now(UTC) - older_than
        with _failures_told():
            found = self.client.list_multipart_uploads(Bucket=self.name, Prefix=self.prefix)
            for upload in found.get("Uploads", []):
                if upload["Initiated"] <= before:
                    self._abort(upload["Key"], upload["UploadId"])
                    aborted += 1
        return aborted

    # --- Calls -----------------------------------------------------------------------------------
    def _put(self, staged: Staged) -> bool:
        """Send the bytes; False when somebody else's came first."""
        key = self.key(staged.digest)
        try:
            with staged.path.open("rb") as file:
                if staged.bytes <= PART:
                    self.client.put_object(
                        Bucket=self.name, Key=key, Body=file.read(), IfNoneMatch="*"
                    )
                else:
                    self._put_in_parts(key, file)
        except ClientError as error:
            # A conflict is somebody else's write of the same content, under way or done.
            if _code(error) in EXISTS | CONFLICT:
                return False
            raise
        return True

    def _put_in_parts(self, key: str, file: BinaryIO) -> None:
        upload_id = self.client.create_multipart_upload(Bucket=self.name, Key=key)["UploadId"]
        named = {"Bucket": self.name, "Key": key, "UploadId": upload_id}
        try:
            parts: list[dict[str, Any]] = []
            while block := file.read(PART):
                number = len(parts) + 1
                sent = self.client.upload_part(PartNumber=number, Body=block, **named)
                parts.append({"PartNumber": number, "ETag": sent["ETag"]})
            self.client.complete_multipart_upload(
                MultipartUpload={"Parts": parts}, IfNoneMatch="*", **named
            )
        except BaseException:
            with contextlib.suppress(ClientError, BotoCoreError):
                self._abort(key, upload_id)
            raise

    def _abort(self, key: str, upload_id: str) -> None:
        self.client.abort_multipart_upload(Bucket=self.name, Key=key, UploadId=upload_id)

    def _head(self, digest: str) -> dict[str, Any]:
        return self.client.head_object(Bucket=self.name, Key=self.key(digest))

    def _range(self, digest: str, first: int, last: int) -> bytes:
        answer = self.client.get_object(
            Bucket=self.name, Key=self.key(digest), Range=f"bytes={first}-{last}"
        )
        with contextlib.closing(answer["Body"]) as body:
            return body.read(last + 2 - first)


class _Ranges(io.RawIOBase):
    """An object read piece by piece, so that memory never holds more than one range."""

    def __init__(self, bucket: Bucket, digest: str, size: int) -> None:
        self.bucket, self.digest, self.size, self.position = bucket, digest, size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self.size - self.position)
        if wanted <= 0:
            return 0
        with _failures_told():
            block = self.bucket._range(self.digest, self.position, self.position + wanted - 1)
        if len(block) != wanted:
            raise StorageFailed("the store's answer was cut short")
        buffer[:wanted] = block
        self.position += wanted
        return wanted

    def readall(self) -> bytes:
        """All that is left, in whole ranges; Python's own asks for 8 KB at a time."""
        return b"".join(iter(lambda: self.read(RANGE) or b"", b""))


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@contextlib.contextmanager
def _failures_told() -> Iterator[None]:
    """Turn what the library raises into refusals; no key and no address is told."""
    try:
        yield
    except ClientError as error:
        raise StorageFailed(f"object store: {_code(error)}") from error
    except BotoCoreError as error:
        raise StorageFailed(f"object store: {type(error).__name__}") from error
