"""The code by which an asker finds the outcome: `XXXX-XXXX-XXXX-XXXX`, 75 random bits.

It is shown once and kept by nobody but the asker; the archive stores its digest. The last
character catches typing errors, which would otherwise look like "nothing decided yet".
"""

import hashlib
import secrets
from typing import Final

from footage.references import ALPHABET, checking, plain

LENGTH: Final = 16
PURPOSE: Final = b"aleppo-archive outcome\0"


class NotACode(ValueError):
    """What was typed cannot be a code."""


def new_code() -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return _grouped(body + checking(body))


def read_code(text: str) -> str:
    """The code as it was shown, however it was typed. Raises NotACode."""
    typed = plain(text)
    if len(typed) != LENGTH or not set(typed) <= set(ALPHABET) or checking(typed[:-1]) != typed[-1]:
        raise NotACode(text)
    return _grouped(typed)


def digest_of(code: str) -> str:
    return hashlib.sha256(PURPOSE + code.encode()).hexdigest()


def _grouped(typed: str) -> str:
    return "-".join(typed[at : at + 4] for at in range(0, LENGTH, 4))
