"""Whether somebody may be named, and taking the name out of public words when they may not.

Names stand apart from documents, in the authorities. But a summary, a line of a transcript or a
speaker's label may say one too, and must not go on saying it.
"""

import re
from collections.abc import Iterable
from functools import partial
from itertools import chain, islice

from django.db.models import Q

from footage.catalogue.models import PublicAuthority, PublicRecord
from footage.catalogue.record import Record, Transcript
from footage.models import Clip, Testimony
from footage.normalisation import normalise
from people.models import Journalist, Person, Use, Witness

# Folding makes the short Arabic words alike (علي, على): such a name is compared as it is written.
_SHORT = 4
SHOWN = 50
# Written together with the word that follows: and, so, by, for, like, the.
_ARABIC_PREFIXES = r"(?:[وف]?[بلك]?(?:ال)?)?"


def named_by_a_film(person: Person) -> bool:
    """Whether a film already names this witness, with the film as the source."""
    return isinstance(person, Witness) and person.pk is not None and person.films.exists()


def may_be_named(person: Person) -> bool:
    """Whether the name may stand in the catalogue: not withheld, and consented to or in a film."""
    return person.named and (person.consents_to(Use.VIEW) or named_by_a_film(person))


def names_of(person: Journalist | Witness) -> set[str]:
    """Every byline this person has or had, and what the catalogue calls them."""
    known = {person.byline_en, person.byline_ar}
    for pair in person.history.values_list("byline_en", "byline_ar"):
        known |= set(pair)
    kind = str(person._meta.model_name)
    standing = PublicAuthority.objects.filter(kind=kind, slug=person.public_slug or None)
    for pair in standing.values_list("name_en", "name_ar"):
        known |= set(pair)
    return {name.strip() for name in known if name.strip()}


def references_near(person: Journalist | Witness) -> set[str]:
    """References of what this person filmed, tells or is seen in, and of what shares its words."""
    if isinstance(person, Journalist):
        clips = Clip.objects.filter(journalist=person)
    else:
        clips = Clip.objects.filter(appearances__witness=person) | Clip.objects.filter(
            testimonies__witness=person
        )
    told = Testimony.objects.filter(clips__in=clips)
    if isinstance(person, Witness):
        told = told | Testimony.objects.filter(witness=person)
    return {
        *clips.values_list("reference", flat=True),
        *told.values_list("reference", flat=True),
        *person.reliances.values_list("reference", flat=True),
    }


def said_elsewhere(person: Journalist | Witness) -> list[str]:
    """What says a name of this person beyond what is theirs, where nothing goes by itself."""
    return _saying(names_of(person), besides=references_near(person), own=person)


def earlier_names_said(person: Journalist | Witness) -> list[str]:
    """What says a byline this person had and has no more: a new byline leaves such words alone."""
    now = f"{person.byline_en}\n{person.byline_ar}"
    earlier = {name for name in names_of(person) if not _says([_pattern(name)], now)}
    return _saying(earlier, besides=set(), own=person)


def _saying(names: set[str], *, besides: set[str], own: Journalist | Witness) -> list[str]:
    """References, and `kind:slug` of texts, that say one of `names` in the catalogue.

    At most some dozens, as written: for a person to read, who alone can tell who is meant.
    """
    says = partial(_says, [_pattern(name) for name in names])
    written, texts = Q(pk__in=()), Q(pk__in=())
    for name in names:
        written |= Q(document__icontains=name)
        texts |= Q(text_en__icontains=name) | Q(text_ar__icontains=name)
    records = PublicRecord.objects.live().filter(written).exclude(reference__in=besides)
    others = PublicAuthority.objects.filter(texts).exclude(
        kind=str(own._meta.model_name), slug=own.public_slug
    )
    found = chain(
        (row.reference for row in records.order_by("reference") if says(row.document or "")),
        (f"{one.kind}:{one.slug}" for one in others if says(f"{one.text_en}\n{one.text_ar}")),
    )
    return list(islice(found, SHOWN))


def unsaid(document: Record, names: Iterable[str]) -> Record | None:
    """`document` without the words that say one of `names`; None when no title would be left.

    What says a name is left out whole (a line, a summary, a label), since a gap in it would show
    where the name stood.
    """
    says = partial(_says, [_pattern(name) for name in names])
    changes = {
        field: ""
        for field in ("title_en", "title_ar", "summary_en", "summary_ar", "rights_note")
        if says(getattr(document, field))
    }
    transcripts = tuple(_unsaid_transcript(each, says) for each in document.transcripts)
    if transcripts != document.transcripts:
        changes["transcripts"] = transcripts  # type: ignore[assignment]
    left = document.model_copy(update=changes)
    return left if left.title_en.strip() or left.title_ar.strip() else None


def _unsaid_transcript(transcript: Transcript, says: "partial[bool]") -> Transcript:
    segments = tuple(
        segment.model_copy(update={"speaker": ""}) if says(segment.speaker) else segment
        for segment in transcript.segments
        if not says(segment.text)
    )
    return transcript.model_copy(update={"segments": segments})


def _says(patterns: list[tuple[bool, re.Pattern[str]]], text: str) -> bool:
    plain, folded = text.casefold(), normalise(text)
    return any(pattern.search(folded if folds else plain) for folds, pattern in patterns)


def _pattern(name: str) -> tuple[bool, re.Pattern[str]]:
    """Whether to compare folded text, and the whole words to look for in it."""
    folded = normalise(name)
    folds = len(folded) >= _SHORT
    words = (folded if folds else name.casefold()).split()
    body = r"\s+".join(re.escape(word) for word in words)
    return folds, re.compile(rf"(?<!\w){_ARABIC_PREFIXES}{body}(?!\w)")
