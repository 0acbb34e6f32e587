"""Whether text that would become public holds a sealed word of the people linked to it.

Compared are legal names and contacts, opened from their seals, and the bylines of people who may
not be named, all folded by the same normalisation as search. The answer is yes or no: the
words themselves go nowhere.
"""

import re
from collections.abc import Iterator

from footage.models import Clip, Testimony
from footage.normalisation import normalise
from footage.publishing.naming import may_be_named
from people.models import Journalist, Person, Witness
from people.sealing import SealError

# Shorter fragments (a house number, a country code) would match any text.
_SHORTEST = 4
_DIGITS = re.compile(r"[0-9]")


def sealed_words_in(item: Clip | Testimony) -> bool:
    """Whether a sealed word of a linked person occurs in the item's public text.

    Also true when a seal cannot be opened, since then nobody can say that it does not.
    """
    text = normalise("\n".join(_public_text(item)))
    digits = "".join(_DIGITS.findall(text))
    return any(_person_in(person, text, digits) for person in _linked_people(item))


def person_words_in(person: Person, text: str) -> bool:
    """The same question for one person and a text of its own, such as a biography."""
    folded = normalise(text)
    return _person_in(person, folded, "".join(_DIGITS.findall(folded)))


def _person_in(person: Person, text: str, digits: str) -> bool:
    try:
        words = list(_sealed_words(person))
    except SealError:
        return True
    for word in words:
        folded = " ".join(normalise(word).split())
        number = "".join(_DIGITS.findall(folded))
        if len(number) >= 7 and number in digits:
            return True
        if len(folded) >= _SHORTEST and folded in " ".join(text.split()):
            return True
    return False


def _sealed_words(person: Person) -> Iterator[str]:
    if not may_be_named(person):
        yield person.byline_en
        yield person.byline_ar
    identity = getattr(person, "sealed_identity", None)
    if identity is None:
        return
    yield from identity.read("legal_name").splitlines()
    for line in identity.read("contacts").splitlines():
        yield from re.split(r"[,;،؛\s]+", line)
        yield line


def _linked_people(item: Clip | Testimony) -> Iterator[Journalist | Witness]:
    if isinstance(item, Testimony):
        yield item.witness
        for clip in item.clips.select_related("journalist"):
            if clip.journalist:
                yield clip.journalist
        return
    if item.journalist:
        yield item.journalist
    for appearance in item.appearances.select_related("witness"):
        if appearance.witness:
            yield appearance.witness
    for testimony in item.testimonies.select_related("witness"):
        yield testimony.witness


def _public_text(item: Clip | Testimony) -> Iterator[str]:
    yield from (item.title_en, item.title_ar, item.summary_en, item.summary_ar, item.rights_note)
    clips = [item] if isinstance(item, Clip) else item.clips.all()
    for clip in clips:
        for transcript in clip.transcripts.prefetch_related("segments"):
            for segment in transcript.segments.all():
                yield f"{segment.speaker} {segment.text}"
