"""Tags of media files as text: cleaned, and within bounds. Pure."""

from collections.abc import Mapping

from footage.media.answers import MAX_TAG_CHARACTERS, MAX_TAGS

# Bytes for all tags together: a probe must fit the 64 KB of the pipe, escapes included.
TAG_BUDGET = 24 * 1024


def clean(value: object) -> str:
    """A tag's value as text: decoded, without control characters, trimmed."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    text = value if isinstance(value, str) else str(value)
    text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    return "".join(ch for ch in text if ch in "\t\n" or (ch >= " " and ch != "\x7f")).strip()


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
