"""A sealed box: anybody with the public key closes it, the private key alone opens it.

X25519 with a key made for this one message, HKDF-SHA256, AES-256-GCM. A box is
`version || one-time public key || ciphertext`; the identity of its row is bound in. The plaintext
is padded to whole blocks, so that its size says little about what was written.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION: Final = b"\x01"
PURPOSE: Final = b"aleppo-archive sealed box 1"
KEY_BYTES: Final = 32
BLOCK: Final = 2048
# A key seals one message only, so its one nonce never meets another.
NONCE: Final = bytes(12)
END: Final = b"\x80"


class BoxError(Exception):
    """A box cannot be opened: another key closed it, or it was changed or moved."""


def new_private_key() -> bytes:
    return X25519PrivateKey.generate().private_bytes_raw()


def public_half(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def close(content: bytes, *, to: bytes, place: str) -> bytes:
    """Seal `content` to the public key `to`, for the row `place`."""
    once = X25519PrivateKey.generate()
    shown = once.public_key().public_bytes_raw()
    key = _key(once.exchange(X25519PublicKey.from_public_bytes(to)), shown, to)
    padded = content + END
    padded += bytes(-len(padded) % BLOCK)
    return VERSION + shown + AESGCM(key).encrypt(NONCE, padded, place.encode())


def open_box(box: bytes, *, private: bytes, place: str) -> bytes:
    """The content of what `close` made for the same `place`. Raises BoxError."""
    box = bytes(box)
    shown, sealed = box[1 : 1 + KEY_BYTES], box[1 + KEY_BYTES :]
    if box[:1] != VERSION or len(shown) != KEY_BYTES:
        raise BoxError("The box has an unknown form.")
    try:
        shared = X25519PrivateKey.from_private_bytes(private).exchange(
            X25519PublicKey.from_public_bytes(shown)
        )
        key = _key(shared, shown, public_half(private))
        padded = AESGCM(key).decrypt(NONCE, sealed, place.encode())
    except (InvalidTag, ValueError) as error:
        raise BoxError("The box was closed for another key or row, or was changed.") from error
    return padded.rstrip(b"\0").removesuffix(END)


def _key(shared: bytes, shown: bytes, to: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=shown + to, info=PURPOSE).derive(shared)
