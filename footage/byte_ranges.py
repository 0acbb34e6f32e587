"""HTTP byte ranges (RFC 9110, section 14): which bytes of a file a request asks for. Pure."""

import re

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII | re.IGNORECASE)
_MAX_DIGITS = 18


class Unsatisfiable(ValueError):
    """The range lies outside the file: answer 416 with `Content-Range: bytes */<size>`."""


def asked_for(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte (inclusive) of a `Range` header for a file of `size` bytes.

    None means: send the whole file. So it is for no header, another unit, several ranges (a
    server may decline them) and what cannot be read. Raises Unsatisfiable.
    """
    match = _RANGE.fullmatch(header.strip().replace(" ", ""))
    if match is None:
        return None
    first, last = match.groups()
    if not (first or last) or max(len(first), len(last)) > _MAX_DIGITS:
        return None
    if not first:
        if int(last) == 0 or size == 0:
            raise Unsatisfiable(header)
        return max(0, size - int(last)), size - 1
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable(header)
    return start, end
