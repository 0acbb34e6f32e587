"""Tags of media files as text: cleaned, and within bounds. Pure."""

# Looked up by name later, when the confined child can open no file any more.
import encodings.utf_16_be
import encodings.utf_16_le  # noqa: F401
from collections.abc import Mapping

from footage.media.answers import MAX_TAG_CHARACTERS, MAX_TAGS

# Bytes for all tags together: a probe must fit the 64 KB of the pipe, escapes included.
TAG_BUDGET = 24 * 1024
USER_COMMENT = 37510


def clean(value: object) -> str:
    """A tag's value as text: decoded, without control characters, trimmed."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    text = value if isinstance(value, str) else str(value)
    text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    return "".join(ch for ch in text if ch in "\t\n" or not _is_control(ch)).strip()


def _is_control(character: str) -> bool:
    return character < " " or "\x7f" <= character <= "\x9f"


def exif_text(number: int, value: object) -> object:
    """An EXIF value as its writer meant it; what is no text comes back as it is.

    EXIF's text is ASCII by the letter, and phones write UTF-8 into it, which Pillow reads as
    Latin-1. UserComment names its own character set in eight bytes (EXIF 2.32, 4.6.5).
    """
    if number == USER_COMMENT and isinstance(value, bytes):
        body = value[8:]
        if value.startswith(b"UNICODE\0"):
            # Nothing says in which order the bytes are: the text that reads as text is right.
            orders = (body.decode(each, "replace") for each in ("utf-16-be", "utf-16-le"))
            return max(orders, key=_readable)
        known = value[:8] in {b"ASCII\0\0\0", b"JIS\0\0\0\0\0", b"\0" * 8}
        return body if known else value
    if isinstance(value, str):
        try:
            return value.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return value
    return value


def _readable(text: str) -> int:
    """How many characters are of the two scripts the archive's files are written in."""
    return sum(ch.isascii() or "\u0600" <= ch <= "\u06ff" for ch in text)


class Tags:
    """Tags within bounds: so many, each so long, and all together small enough for the pipe."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self._left = TAG_BUDGET

    def add_all(self, prefix: str, tags: Mapping[str, str]) -> None:
        for key, value in tags.items():
            self.add(prefix + key, value)

    def add(self, key: str, value: object) -> None:
        if len(self.kept) >= MAX_TAGS:
            return
        if isinstance(value, (bytes, str)):
            value = value[: MAX_TAG_CHARACTERS * 4]
        elif isinstance(value, (tuple, list, dict)):
            value = repr(value)[:MAX_TAG_CHARACTERS] if len(value) <= 64 else ""
        key, text = clean(key)[:200], clean(value)[:MAX_TAG_CHARACTERS]
        cost = len(key.encode()) + len(text.encode())
        if text and cost <= self._left:
            self._left -= cost
            self.kept.setdefault(key, text)
