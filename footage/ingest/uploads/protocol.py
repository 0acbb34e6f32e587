"""The tus resumable upload protocol 1.0.0, as far as its headers go: text in, values or errors out.

Core, creation, creation-with-upload, checksum (SHA-256, SHA-1), expiration and termination; see
https://tus.io/protocols/resumable-upload. No Django, no input or output.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

VERSION: Final = "1.0.0"
EXTENSIONS: Final = ("creation", "creation-with-upload", "checksum", "expiration", "termination")
# Name to bytes of a digest. The protocol asks for sha1 at least; it guards against bad lines only.
CHECKSUM_ALGORITHMS: Final = {"sha1": 20, "sha256": 32}
CONTENT_TYPE: Final = "application/offset+octet-stream"
METHODS: Final = frozenset({"OPTIONS", "POST", "HEAD", "PATCH", "DELETE", "GET"})
# Bounds of what a client may make us keep: a name, a type and a digest are far below them.
LONGEST_METADATA: Final = 8 * 1024
MOST_METADATA_KEYS: Final = 32
# 2**63 - 1: what the column of a length holds.
LARGEST_NUMBER: Final = 9_223_372_036_854_775_807

CHECKSUM_MISMATCH: Final = 460  # the protocol's own status


class ProtocolError(Exception):
    """A request that the protocol does not allow: an HTTP status, and for whom to read what."""

    def __init__(self, status: int, text_en: str, text_ar: str) -> None:
        self.status, self.text_en, self.text_ar = status, text_en, text_ar
        super().__init__(text_en)


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one request must hash to."""

    algorithm: str
    digest: bytes

    def running(self) -> "hashlib._Hash":
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def matches(self, digest: bytes) -> bool:
        return hmac.compare_digest(self.digest, digest)


def check_version(value: str | None) -> None:
    """Raise ProtocolError 412 unless the client speaks this version."""
    if value != VERSION:
        raise ProtocolError(
            412,
            f"This server speaks tus {VERSION}, named in Tus-Resumable.",
            f"هذا الخادم يستعمل tus {VERSION}، ويُذكر في Tus-Resumable.",
        )


def number(name: str, value: str | None) -> int:
    """A header that must be a non-negative whole number. Raises ProtocolError 400."""
    if value is None or not re.fullmatch(r"[0-9]{1,19}", value) or int(value) > LARGEST_NUMBER:
        raise ProtocolError(
            400,
            f"{name} must be a whole number, zero or larger.",
            f"يجب أن يكون {name} عددًا صحيحًا لا يقل عن الصفر.",
        )
    return int(value)


def body_length(headers: Mapping[str, str]) -> int:
    """How many bytes the body announces. Raises ProtocolError 411 when it does not say."""
    value = headers.get("Content-Length") or None
    if value is None or headers.get("Transfer-Encoding"):
        raise ProtocolError(
            411,
            "Say in Content-Length how many bytes follow.",
            "اذكر في Content-Length عدد البايتات.",
        )
    return number("Content-Length", value)


def check_content_type(value: str | None) -> None:
    """Raise ProtocolError 415 unless the body is announced as bytes of an upload."""
    if (value or "").strip().lower() != CONTENT_TYPE:
        raise ProtocolError(
            415, f"The body must be {CONTENT_TYPE}.", f"يجب أن يكون المحتوى {CONTENT_TYPE}."
        )


def check_not_deferred(headers: Mapping[str, str]) -> None:
    """Raise ProtocolError 400: the length is needed first, as OPTIONS says."""
    if headers.get("Upload-Defer-Length") is not None:
        raise ProtocolError(
            400,
            "The length must be known at the beginning: Upload-Length.",
            "يجب معرفة الطول منذ البداية: Upload-Length.",
        )


def check_not_concatenated(headers: Mapping[str, str]) -> None:
    """Raise ProtocolError 400: parallel parts are not taken, as OPTIONS says."""
    if headers.get("Upload-Concat") is not None:
        raise ProtocolError(
            400,
            "An upload comes in one piece: Upload-Concat is not offered.",
            "يأتي الرفع قطعة واحدة: Upload-Concat غير متاح.",
        )


def metadata(value: str | None) -> dict[str, str]:
    """Upload-Metadata as key and text; what is no UTF-8 is kept with surrogate escapes.

    Keys are ASCII without space and comma and unique; values are base64, or absent for "".
    Raises ProtocolError 400, or 413 beyond the bounds above.
    """
    text = (value or "").strip(" ")
    if not text:
        return {}  # tuspy sends an empty one
    pairs = text.split(",")
    if len(text) > LONGEST_METADATA or len(pairs) > MOST_METADATA_KEYS:
        raise ProtocolError(413, "Upload-Metadata is too long.", "Upload-Metadata أطول من اللازم.")
    found: dict[str, str] = {}
    for pair in pairs:
        key, _space, encoded = pair.strip(" ").partition(" ")
        if not re.fullmatch(r"[!-+\--~]+", key) or key in found:
            raise _bad_metadata()
        try:
            content = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise _bad_metadata() from None
        found[key] = content.decode("utf-8", "surrogateescape")
    return found


def checksum(value: str | None) -> Checksum | None:
    """Upload-Checksum, None when there is none. Raises ProtocolError 400 for one not understood."""
    if value is None:
        return None
    algorithm, _space, encoded = value.strip(" ").partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if CHECKSUM_ALGORITHMS.get(algorithm) != len(digest):
        raise ProtocolError(
            400,
            "Upload-Checksum must be “sha256” or “sha1” and that digest in base64.",
            "يجب أن يكون Upload-Checksum من نوع sha256 أو sha1 مع البصمة بترميز base64.",
        )
    return Checksum(algorithm, digest)


def declared_digest(found: Mapping[str, str]) -> str:
    """The SHA-256 of the whole, in hexadecimal, that the metadata declares; "" when none."""
    value = found.get("sha256", "").strip().lower().removeprefix("sha256:")
    if value and not re.fullmatch(r"[0-9a-f]{64}", value):
        raise ProtocolError(
            400,
            "The declared sha256 must be 64 hexadecimal characters.",
            "يجب أن تتكون قيمة sha256 المعلنة من 64 محرفًا ست عشريًا.",
        )
    return value


def method(actual: str, override: str | None) -> str:
    """The method that counts: X-HTTP-Method-Override wins. Raises ProtocolError 405."""
    meant = (override or actual).strip().upper()
    if meant not in METHODS:
        raise ProtocolError(405, "This method is not offered.", "هذا الأسلوب غير متاح.")
    return meant


def http_date(moment: datetime) -> str:
    """A moment as HTTP writes it (RFC 9110): Sun, 06 Nov 1994 08:49:37 GMT."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _bad_metadata() -> ProtocolError:
    return ProtocolError(
        400,
        "Upload-Metadata must be pairs of a unique key and base64, separated by commas.",
        "يجب أن يكون Upload-Metadata أزواجًا من مفتاح فريد وقيمة base64 تفصل بينها فواصل.",
    )
