"""Readers of the environment that the settings share. No Django, no side effect on import."""

import base64
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def kept_secret(directory: Path, name: str) -> str:
    """Return the secret kept in `directory/name`, made on first use and readable by its owner only.

    For embedded use, where nobody sets keys by hand. 32 random bytes as urlsafe base64.
    Two processes that start together agree: whoever loses the creation reads the winner's file.
    """
    path = directory / name
    if path.exists():
        return path.read_text().strip()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32))
    # Written whole under another name and then linked, so that a reader never sees half a key.
    draft = directory / f".{name}.{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()


def storage_from(address: str) -> dict[str, Any]:
    """Turn `MASTERS_STORAGE` and its kin into an entry of Django's STORAGES.

    `s3://bucket/prefix` becomes django-storages' S3 backend (credentials and endpoint come from
    `AWS_*`); anything else is a local directory.
    """
    if not address.startswith("s3://"):
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": address, "base_url": None},
        }
    from botocore.config import Config

    parts = urlsplit(address)
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "endpoint_url": endpoint,
            "client_config": Config(
                region_name=os.environ.get("AWS_DEFAULT_REGION", "us-east-1"),
                signature_version="s3v4",
                # Stores other than Amazon's rarely have a host name for each bucket.
                s3={"addressing_style": "path" if endpoint else "auto"},
                connect_timeout=10,
                read_timeout=60,
                retries={"mode": "standard", "max_attempts": 4},
                # Of the library's own checksums other stores know little; we read back instead.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            "file_overwrite": False,
            "querystring_auth": True,
            "default_acl": None,
            # The backend's own default keeps a whole opened object in memory.
            "max_memory_size": 16 * 2**20,
        },
    }


def accel_location(location: str, store: dict[str, Any]) -> str:
    """`ACCESS_ACCEL` as it is used: an internal location of nginx, with both its slashes.

    Raises ValueError for one that nginx could not answer: every copy would be missing.
    """
    if not location:
        return ""
    if not (location.startswith("/") and location.endswith("/") and len(location) > 2):
        raise ValueError(f"ACCESS_ACCEL={location}: write it as /access-copies/")
    if "location" not in store["OPTIONS"] or "bucket_name" in store["OPTIONS"]:
        raise ValueError("ACCESS_ACCEL is for copies in a directory: unset it beside s3:// copies")
    return location
