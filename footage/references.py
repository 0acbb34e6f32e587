"""References: the permanent, unguessable names of public records, `AA-7Q2K-M3XT-H` in shape.

Eight random characters of a 32-character alphabet without 0, 1, I and O, and a check character.
Each character stands for an element of GF(2^5) (polynomial x^5 + x^2 + 1); a reference is valid
when the sum of its characters, each multiplied by its own power of the generator, is zero. The
powers differ at all nine places, so every single wrong character and every swap of two characters,
neighbours or not, is caught; a sum modulo 32 cannot do that.
"""

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
PREFIX = "AA"
BODY_LENGTH = 8

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
# Arabic and Persian keyboards type their own digits.
_TYPED_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)
# Spaces, hyphens of every kind, and the direction marks that copying adds.
_IGNORED = frozenset(
    " \t\r\n\u00a0\u202f-_\u2010\u2011\u2012\u2013\u2014\u2212"
    "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
_MAX_TYPED = 100

_MESSAGES = {
    "shape": (
        "A reference looks like {example}: AA, eight letters and digits, and a last one that "
        "checks them. Compare what you typed with the source.",
        "يبدو المرجع هكذا: \u2068{example}\u2069، أي AA ثم ثمانية أحرف وأرقام ثم حرف أخير "
        "للتحقق منها. قارن ما كتبته بالمصدر.",
    ),
    "alphabet": (
        "A reference never contains “{character}”. It uses the digits 2 to 9 and the letters "
        "A to Z without I and O. Compare what you typed with the source.",
        "لا يحتوي أي مرجع على «\u2068{character}\u2069». تُستعمل الأرقام من 2 إلى 9 والأحرف "
        "من A إلى Z ما عدا I وO. قارن ما كتبته بالمصدر.",
    ),
    "check": (
        "There is a typing error in this reference: its last character does not fit the others. "
        "Compare what you typed with the source.",
        "في هذا المرجع خطأ طباعي: حرفه الأخير لا يوافق ما قبله. قارن ما كتبته بالمصدر.",
    ),
}


class ReferenceError(ValueError):
    """Not a reference of this archive: `code` (shape, alphabet, check) and both messages."""

    def __init__(self, code: str, character: str = "") -> None:
        self.code = code
        english, arabic = _MESSAGES[code]
        values = {"character": character, "example": _hyphenated("7Q2KM3XT")}
        self.message_en = english.format(**values)
        self.message_ar = arabic.format(**values)
        super().__init__(self.message_en)


def new_reference() -> str:
    """A fresh random reference (40 bits). Uniqueness is for the database to enforce."""
    return _hyphenated("".join(secrets.choice(ALPHABET) for _ in range(BODY_LENGTH)))


def check_character(body: str) -> str:
    """The ninth character for the eight of `body` (upper case, no hyphens).

    Raises ReferenceError for another length or a character outside the alphabet.
    """
    if len(body) != BODY_LENGTH:
        raise ReferenceError("shape")
    for character in body:
        if character not in _VALUES:
            raise ReferenceError("alphabet", character)
    return checking(body)


def checking(body: str) -> str:
    """The character that makes `body` (of the alphabet, at most 30 characters) checkable."""
    total = 0
    for character in body:
        total = _times_generator(total ^ _VALUES[character])
    return ALPHABET[total]


def plain(text: str) -> str:
    """What was typed, without spaces, hyphens and direction marks, in capitals and our digits."""
    typed = "".join(c for c in text.translate(_TYPED_DIGITS) if c not in _IGNORED)
    # Only ASCII is folded: "ß", "ı" and "ſ" would become letters nobody typed.
    return typed.upper() if typed.isascii() else typed


def parse_reference(text: str) -> str:
    """The canonical `AA-XXXX-XXXX-C` of what was typed: any case, spaces and hyphens anywhere.

    Raises ReferenceError.
    """
    if len(text) > _MAX_TYPED:
        raise ReferenceError("shape")
    typed = plain(text)
    if len(typed) != len(PREFIX) + BODY_LENGTH + 1 or not typed.startswith(PREFIX):
        raise ReferenceError("shape")
    body, check = typed[len(PREFIX) : -1], typed[-1]
    for character in body + check:
        if character not in _VALUES:
            raise ReferenceError("alphabet", character if character.isprintable() else "�")
    if check_character(body) != check:
        raise ReferenceError("check")
    return _hyphenated(body)


def _hyphenated(body: str) -> str:
    return f"{PREFIX}-{body[:4]}-{body[4:]}-{check_character(body)}"


def _times_generator(value: int) -> int:
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled
