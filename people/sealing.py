"""Encryption of sealed values: AES-256-GCM, bound to the row and field they belong to.

A sealed value is `version || key id || nonce || ciphertext`. The table, row and field are its
associated data, so a ciphertext copied to another row does not open there. The newest key of
`ARCHIVE_KEYS` seals; every key listed still opens what it sealed.

Words can be looked for without opening anything: `tags` keeps a keyed digest of each, made for one
row. The same name in two rows has different tags, so whoever holds the database without the key
learns neither names nor who shares one.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12
TAG_BYTES = 8
# Tags are filled up with random ones: their number says nothing about a name.
TAGS_IN_A_GROUP = 12
# Where allauth keeps the secret of a second factor (aleppo_archive.sign_in).
FACTOR_SECRET = "mfa:authenticator:secret"  # noqa: S105 - a place, not a secret


class SealError(Exception):
    """A sealed value cannot be opened: its key is not configured, or it was tampered with."""


def _keys() -> dict[bytes, bytes]:
    """Return the configured keys by their id, newest first."""
    return _derived(tuple(settings.ARCHIVE_KEYS))


@lru_cache(maxsize=4)
def _derived(texts: tuple[str, ...]) -> dict[bytes, bytes]:
    keys = {}
    for text in texts:
        key = hashlib.sha256(b"aleppo-archive sealing key\0" + text.encode()).digest()
        keys[hashlib.sha256(key).digest()[:KEY_ID_BYTES]] = key
    return keys


def _newest() -> tuple[bytes, bytes]:
    for key_id, key in _keys().items():
        return key_id, key
    raise SealError(_("There is no sealing key: set ARCHIVE_KEYS for the staff process."))


def key_ids() -> list[str]:
    """The configured keys by the names under which people read them, newest first."""
    return [key_id.hex() for key_id in _keys()]


def key_of(sealed: bytes) -> str:
    """The name of the key that sealed a value."""
    return bytes(sealed)[len(VERSION) : len(VERSION) + KEY_ID_BYTES].hex()


def seal(text: str, *, place: str) -> bytes:
    """Encrypt `text` for `place` (`table:row:field`). Raises SealError without a key."""
    key_id, key = _newest()
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + key_id + nonce + AESGCM(key).encrypt(nonce, text.encode(), place.encode())


def unseal(sealed: bytes, *, place: str) -> str:
    """Decrypt what `seal` made for the same `place`. Raises SealError when that is impossible."""
    sealed = bytes(sealed)
    if sealed[:1] != VERSION:
        raise SealError(_("The sealed value has an unknown form."))
    key_id, rest = sealed[1 : 1 + KEY_ID_BYTES], sealed[1 + KEY_ID_BYTES :]
    key = _keys().get(key_id)
    if key is None:
        raise SealError(
            _("The key %(key)s that sealed this is not in ARCHIVE_KEYS: put it back there.")
            % {"key": key_id.hex()}
        )
    try:
        return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.encode()).decode()
    except InvalidTag as error:
        raise SealError(_("The sealed value was changed or moved from another row.")) from error


def tags(words: Iterable[str], *, place: str) -> bytes:
    """`version || key id || tags` by which `holds` finds these words again in `place` alone."""
    key_id, key = _newest()
    kept = {_tag(key, word, place) for word in words}
    missing = -len(kept) % TAGS_IN_A_GROUP
    kept |= {secrets.token_bytes(TAG_BYTES) for _one in range(missing)}
    return VERSION + key_id + b"".join(sorted(kept))


def holds(tagged: bytes, words: Iterable[str], *, place: str) -> bool:
    """Whether every one of `words` is among those that `tags` was given. One digest a word.

    False for tags of a key that is not configured: `doctor` counts those.
    """
    tagged = bytes(tagged)
    key = _keys().get(tagged[len(VERSION) : len(VERSION) + KEY_ID_BYTES])
    if key is None:
        return False
    body = tagged[len(VERSION) + KEY_ID_BYTES :]
    kept = {body[start : start + TAG_BYTES] for start in range(0, len(body), TAG_BYTES)}
    return all(_tag(key, word, place) in kept for word in words)


def _tag(key: bytes, word: str, place: str) -> bytes:
    own = hmac.digest(key, b"aleppo-archive name tags", "sha256")
    return hmac.digest(own, f"{place}\0{word}".encode(), "sha256")[:TAG_BYTES]
