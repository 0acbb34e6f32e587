"""Places in a sorted list of records, as an address carries them: sealed, so read by nobody else.

A cursor names the record it lies beside by sort key and reference, so a page costs the same
however deep it lies, and records that come or go elsewhere never shift it. Read or forged, one
would tell at which place in the order of publication a withdrawn record had stood. The same place
is always written alike (AES-SIV, RFC 5297), so that the pages that carry it keep their ETags.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.db.models import Q

from footage.catalogue.models import PublicState, new_secret

# sort: (column, newest first). "surely" is for the page of a day: the certain ones lead.
ORDERS = {
    "newest": ("filmed_from", True),
    "oldest": ("filmed_from", False),
    # Rows are made one at a time, at first publication, whose moment is told to the day only.
    "published": ("id", True),
    "surely": ("surely", True),
}
# No number of a row is greater; what is, neither database nor engine could hold.
LAST_ROW = 1 << 62


_secret = ""


def seal_with(secret: str) -> None:
    """Seal with the archive's secret from now on: whoever reads its state hands it over."""
    global _secret
    _secret = secret or _secret


def _sealing() -> AESSIV:
    if not _secret:
        known = PublicState.objects.filter(pk=1).values_list("secret", flat=True).first()
        seal_with(known or new_secret())
    return _made(_secret)


@lru_cache(maxsize=1)
def _made(secret: str) -> AESSIV:
    return AESSIV(bytes.fromhex(secret))


def packed(parts: Sequence[Any]) -> str:
    """The parts of a place in a list as an address carries them: sealed, in base64url, unpadded."""
    sealed = _sealing().encrypt(orjson.dumps(parts), None)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unpacked(text: str) -> Any:
    """The parts that were packed. Raises ValueError for what this archive did not pack."""
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return orjson.loads(_sealing().decrypt(sealed, None))
    except InvalidTag as error:
        raise ValueError(text) from error


@dataclass(frozen=True)
class Cursor:
    """A place between two records of a sorted list: the record it lies beside, and which side."""

    sort: str
    back: bool
    key: date | int | None
    reference: str

    @classmethod
    def read(cls, text: str, sort: str) -> "Cursor | None":
        """The cursor written as `text`; None for a forged one or one of another sort."""
        if not text or len(text) > 200 or not text.isascii():
            return None
        try:
            written, back, key, reference = unpacked(text)
            if (written, type(back)) != (sort, bool) or not _is_reference(reference):
                return None
            return cls(sort, back, _key_from(sort, key), reference)
        except (ValueError, TypeError):
            return None

    def write(self) -> str:
        return packed([self.sort, self.back, self.key, self.reference])

    def beyond(self) -> Q:
        """The records on the far side of the cursor, in the direction of reading."""
        column, descending = ORDERS[self.sort]
        tie = Q(**{f"reference__{'lt' if self.back else 'gt'}": self.reference})
        if self.key is None:
            # Without a date: these come last, so everything dated lies before.
            same = Q(**{f"{column}__isnull": True}) & tie
            return same | Q(**{f"{column}__isnull": False}) if self.back else same
        farther = "lt" if descending != self.back else "gt"
        found = Q(**{f"{column}__{farther}": self.key}) | (Q(**{column: self.key}) & tie)
        return found if self.back else found | Q(**{f"{column}__isnull": True})


def _is_reference(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Z0-9-]{1,20}", value) is not None


def _key_from(sort: str, value: object) -> date | int | None:
    """Raises ValueError or TypeError for what no cursor of this sort holds."""
    if sort == "relevance":
        # How many better ones lie before it.
        if type(value) is not int or not 0 <= value <= 1_000:
            raise ValueError(value)
        return value
    if sort == "surely":
        if value not in (0, 1):
            raise ValueError(value)
        return int(value)
    if sort == "published":
        if type(value) is not int or not 0 <= value <= LAST_ROW:
            raise ValueError(value)
        return value
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(value)
    return date.fromisoformat(value)
