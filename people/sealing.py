"""Encryption of sealed values: AES-256-GCM, bound to the row and field they belong to.

A sealed value is `version || key id || nonce || ciphertext`. The table, row and field are its
associated data, so a ciphertext copied to another row does not open there. The newest key of
`ARCHIVE_KEYS` seals; every key listed still opens what it sealed.
"""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12


class SealError(Exception):
    """A sealed value cannot be opened: its key is not configured, or it was tampered with."""


def _keys() -> dict[bytes, AESGCM]:
    """Return the configured keys by their id, newest first."""
    keys = {}
    for text in settings.ARCHIVE_KEYS:
        key = hashlib.sha256(b"aleppo-archive sealing key\0" + text.encode()).digest()
        keys[hashlib.sha256(key).digest()[:KEY_ID_BYTES]] = AESGCM(key)
    return keys


def seal(text: str, *, place: str) -> bytes:
    """Encrypt `text` for `place` (`table:row:field`). Raises SealError without a key."""
    for key_id, key in _keys().items():
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + key_id + nonce + key.encrypt(nonce, text.encode(), place.encode())
    raise SealError(_("There is no sealing key: set ARCHIVE_KEYS for the staff process."))


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
        return key.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.encode()).decode()
    except InvalidTag as error:
        raise SealError(_("The sealed value was changed or moved from another row.")) from error
