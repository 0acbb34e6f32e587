"""Sealed identities as a whole: kept with what finds them again, found, and sealed under a new key.

`people` holds the rows and the seals. What a name is made of is said here, by the normalisation
that the archive uses everywhere.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from footage.custody.models import EventType, record
from footage.inbox import desk
from footage.inbox.models import PrivateKey
from footage.normalisation import normalise
from people import sealing
from people.models import SealedIdentity

_WORDS = re.compile(r"[^\W_]+")
# The article, written with its name or apart from it: النجار, Alnajjar, al-Najjar, Najjar.
_ARTICLE = re.compile(r"^(?:ال|al|el)(?=\w{3})")
_APOSTROPHES = re.compile(r"['ʿʾ]")
ARTICLES = {"ال", "al", "el"}


def words_of(name: str) -> set[str]:
    """The words by which a name is kept and looked for, in whatever script it was written."""
    folded = _APOSTROPHES.sub("", normalise(name))
    return {_ARTICLE.sub("", word) for word in _WORDS.findall(folded)} - ARTICLES


def keep(identity: SealedIdentity, values: dict[str, str]) -> None:
    """Seal `values` (one text for each of FIELDS) and save. Raises SealError without a key."""
    for name in SealedIdentity.FIELDS:
        identity.write(name, values[name])
    identity.write_tags(words_of(values["legal_name"]))
    identity.save()


def called(name: str, side: str) -> list[SealedIdentity]:
    """Whose legal name has every word of `name`, among journalists or witnesses (`side`).

    Opens nothing. A few digests for each identity there is: some milliseconds a thousand.
    """
    words = words_of(name)
    if not words:
        return []
    rows = SealedIdentity.objects.filter(**{f"{side}__isnull": False}).select_related(side)
    return [identity for identity in rows.iterator() if identity.is_called(words)]


# --- Keys --------------------------------------------------------------------------------------
def keys_in_use() -> Counter[str]:
    """How many rows are sealed under which key: identities, second factors, keys of the inbox."""
    found: Counter[str] = Counter()
    for identity in SealedIdentity.objects.iterator():
        found.update(identity.keys())
    for factor in Authenticator.objects.iterator():
        found.update({sealing.key_of(bytes.fromhex(text)) for _name, text in _secrets_of(factor)})
    found.update(sealing.key_of(bytes(kept.sealed)) for kept in PrivateKey.objects.iterator())
    return found


@dataclass
class Rotation:
    """What a run did: rows sealed again, and those whose key is lost or that were tampered with."""

    done: int = 0
    refused: list[str] = field(default_factory=list)


def rotate(*, by: Any = None) -> Iterator[Rotation]:
    """Seal again, under the newest key, what an older one sealed. Yields after each row.

    A row is one transaction, and what is done already is not touched: stop it at any time and run
    it again. Rows that do not open are left as they are. Old keys must stay in ARCHIVE_KEYS until
    `keys_in_use` no longer names them.
    """
    newest = sealing.key_ids()[0]
    tally = Rotation()
    rows: tuple[tuple[Any, Any], ...] = (
        (SealedIdentity, _identity_again),
        (Authenticator, _factor_again),
        (PrivateKey, desk.seal_again),
    )
    for model, again in rows:
        for pk in list(model.objects.order_by("pk").values_list("pk", flat=True)):
            try:
                with transaction.atomic():
                    row = model.objects.select_for_update().filter(pk=pk).first()
                    tally.done += row is not None and again(row, newest)
            except sealing.SealError as error:
                tally.refused.append(f"{model._meta.label_lower}:{pk}: {error}")
            yield tally
    if tally.done or tally.refused:
        record(
            EventType.KEY_ROTATION,
            f"key:{newest}",
            agent=by,
            outcome="failure" if tally.refused else "success",
            resealed=tally.done,
            refused=len(tally.refused),
        )


def _identity_again(identity: SealedIdentity, newest: str) -> bool:
    if identity.keys() <= {newest} and (identity.name_tags or not identity.legal_name_sealed):
        return False
    keep(identity, {name: identity.read(name) for name in SealedIdentity.FIELDS})
    return True


def _factor_again(factor: Authenticator, newest: str) -> bool:
    old = {
        name: text
        for name, text in _secrets_of(factor)
        if sealing.key_of(bytes.fromhex(text)) != newest
    }
    for name, text in old.items():
        secret = sealing.unseal(bytes.fromhex(text), place=sealing.FACTOR_SECRET)
        factor.data[name] = sealing.seal(secret, place=sealing.FACTOR_SECRET).hex()
    if old:
        factor.save(update_fields=["data"])
    return bool(old)


def _secrets_of(factor: Authenticator) -> Iterable[tuple[str, str]]:
    """What `SealedFactorAdapter` sealed: an authenticator app's secret, the seed of codes."""
    return [(name, factor.data[name]) for name in ("secret", "seed") if name in factor.data]
