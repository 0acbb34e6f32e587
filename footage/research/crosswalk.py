"""What other archives' formats ask of a record, in both languages, with names joined. Pure.

OAI-PMH and IIIF write from here, so that a gated clip, a withheld name and a coarse date are
decided once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from footage import vocabularies
from footage.catalogue import showing
from footage.catalogue.addresses import absolute, captions_path, record_path
from footage.catalogue.authorities import (
    EVENT,
    FILM,
    NEIGHBOURHOOD,
    Authorities,
    Authority,
    credited,
)
from footage.catalogue.formats.spoken import address_of
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.record import Record, Rendition, Transcript

# Terms of the DCMI type vocabulary. A testimony is an account; the clips that carry it are others.
DCMI_TYPES = {"video": "MovingImage", "photograph": "StillImage", "sound": "Sound", None: "Text"}
PLAYED = ("playable", "sound", "photograph", "photograph-small", "playable-240", "playable-720")

Words = tuple[str, str]  # (language, text)


@dataclass(frozen=True)
class Described:
    """One live record as formats of other houses want it. Words come as (language, text) pairs."""

    record: Record
    names: Authorities

    @property
    def address(self) -> str:
        """The permanent address, in any language."""
        return absolute(f"/c/{self.record.reference}")

    def page(self, language: str) -> str:
        return absolute(record_path(language, self.record.kind, self.record.reference))

    @property
    def closed(self) -> bool:
        """Whether nothing of the picture or the sound may be shown, or named, unasked."""
        return showing.closed(self.record)

    @property
    def titles(self) -> list[Words]:
        """In the language it was described in first; the reference where there is no title."""
        found = self._written(self.record.title_en, self.record.title_ar)
        return found or [("en", self.record.reference)]

    @property
    def summaries(self) -> list[Words]:
        return self._written(self.record.summary_en, self.record.summary_ar)

    @property
    def credit(self) -> Authority | None:
        """The published byline; None where the name is withheld."""
        return credited(self.record, self.names)

    @property
    def places(self) -> list[Authority]:
        """The place shown, then the neighbourhood it is in."""
        slugs = dict.fromkeys((self.record.place, self.record.neighbourhood))
        return self._known(NEIGHBOURHOOD, (slug for slug in slugs if slug))

    @property
    def events(self) -> list[Authority]:
        return self._known(EVENT, self.record.events)

    @property
    def films(self) -> list[Authority]:
        return self._known(FILM, dict.fromkeys(shot.film for shot in self.record.shots))

    @property
    def subjects(self) -> Iterator[Words]:
        for code in self.record.subjects:
            yield from labels(vocabularies.SUBJECTS, code)

    @property
    def warnings(self) -> list[Words]:
        """In each language what the record is marked with before it is shown; often nothing."""
        if self.record.advisory_level == "none":
            return []
        codes = dict.fromkeys(advisory.code for advisory in self.record.advisories)
        level = dict(labels(vocabularies.ADVISORY_LEVELS, self.record.advisory_level))
        separator = {"en": ", ", "ar": "، "}
        return [
            (
                language,
                separator[language].join(
                    [level[language]]
                    + [dict(labels(vocabularies.ADVISORIES, code))[language] for code in codes]
                ),
            )
            for language in LANGUAGES
        ]

    @property
    def rights(self) -> list[Words]:
        return labels(vocabularies.RIGHTS, self.record.rights)

    @property
    def rights_uri(self) -> str:
        return rights_uri(self.record.rights)

    @property
    def filmed(self) -> str:
        """The EDTF date; "" where it is unknown."""
        return "" if self.record.filmed == "XXXX" else self.record.filmed

    @property
    def certain_day(self) -> str:
        """The ISO 8601 day where the date is one, and sure; "" otherwise."""
        first = self.record.filmed_from
        one = first is not None and first == self.record.filmed_to and self.record.filmed_certain
        return first.isoformat() if one and first else ""

    @property
    def copies(self) -> list[Rendition]:
        """What can be watched or heard, the copy for everybody first. Empty when closed."""
        if self.closed:
            return []
        found = [copy for copy in self.record.renditions if copy.role in PLAYED]
        return sorted(found, key=lambda copy: PLAYED.index(copy.role))

    @property
    def poster(self) -> Rendition | None:
        """A still that may stand for the record in a list; None when closed."""
        return showing.picture(self.record)

    @cached_property
    def transcripts(self) -> list[Transcript]:
        """Those with a line, one for each clip and language: a testimony may read several ranges
        of one clip. None of a record held back."""
        found: dict[tuple[str, str], Transcript] = {}
        for each in showing.spoken(self.record):
            said = tuple(line for line in each.segments if line.text.strip())
            before = found.get((each.clip, each.language))
            if said:
                said = (*(before.segments if before else ()), *said)
                found[each.clip, each.language] = each.model_copy(update={"segments": said})
        return list(found.values())

    def spoken_in(self, clip: str) -> list[Transcript]:
        """The transcripts that follow the clock of this clip."""
        return [each for each in self.transcripts if each.clip == clip]

    def file_of(self, said: Transcript, suffix: str = "vtt") -> str:
        """The address of one of its transcripts as a file."""
        return absolute(address_of(self.record, said.clip, said.language, suffix))

    @property
    def caption_languages(self) -> list[str]:
        """Languages with lines of the record's own clock, which captions exist for."""
        return [each.language for each in self.spoken_in(self.record.reference)]

    def _written(self, english: str, arabic: str) -> list[Words]:
        found = [("en", english), ("ar", arabic)]
        if self.record.original_language != "en":
            found.reverse()
        return [(language, text) for language, text in found if text]

    def _known(self, kind: str, slugs: Iterable[str]) -> list[Authority]:
        found = (self.names.get(kind, slug) for slug in slugs)
        return [each for each in found if each is not None]


def captions_address(reference: str, language: str) -> str:
    return absolute(captions_path(reference, language))


def labels(vocabulary: vocabularies.Vocabulary, code: str) -> list[Words]:
    """The label of a code in each language; the code itself when a later vocabulary wrote it."""
    if code not in vocabulary:
        return [(language, code) for language in LANGUAGES if code]
    return [(language, vocabulary.label(code, language)) for language in LANGUAGES]


def both_names(named: Authority) -> list[Words]:
    return [(language, named.name(language)) for language in LANGUAGES]


def rights_uri(code: str) -> str:
    """The licence or statement as its publisher spells it (http, which validators insist on)."""
    uri = vocabularies.RIGHTS[code].uri if code in vocabularies.RIGHTS else ""
    return uri.replace("https://creativecommons.org", "http://creativecommons.org")
