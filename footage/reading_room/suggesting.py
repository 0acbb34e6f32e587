"""What a reader may mean while typing: places, journalists, subjects, then words of live records.

Places and subjects that no public clip has come last and say so.

Names come from what is published at this moment, and words from rows that are live at this moment,
never from the index's list of words: it may still hold one that was withdrawn. Bounded: so many of
each, from so many records, for so short a text. At most three database queries.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from footage import vocabularies
from footage.catalogue import answers, authorities, gazetteer
from footage.catalogue.authorities import JOURNALIST, NEIGHBOURHOOD, Authorities, Authority
from footage.catalogue.freshness import fresh, only_read
from footage.catalogue.index.language import cleaned
from footage.catalogue.index.searching import Moment
from footage.catalogue.index.words import WORD, words
from footage.catalogue.languages import other
from footage.catalogue.queries import Query
from footage.catalogue.showing import told
from footage.normalisation import normalise
from footage.reading_room.named import named
from footage.reading_room.rendering import reader_language
from footage.reading_room.wording import Text, direction

SHORTEST, LONGEST = 2, 60
MOST_OF_A_KIND = 4
# Records whose words are offered.
LOOKED_AT = 8
# In front of a name, and never what is looked for.
ARTICLE = re.compile(r"^(?:al-|ash-|as-|ad-|ar-|an-|at-|az-|ال)")


@only_read
def suggest(request: HttpRequest) -> HttpResponse:
    """`{"groups": [{"title", "items": [{"name", "lang", "dir", "other", "note", "path"}]}]}`, where
    `path` leads to what the name means and `note` says of a place or a subject that no clip of it
    is public: those come last. No group for what is too short or finds nothing."""
    names, language = authorities.current(), reader_language()
    text = cleaned(request.GET.get("q", ""))[:LONGEST]
    groups = []
    if len(normalise(text)) >= SHORTEST:
        at = answers.moment(names)
        counts = _counts(names, at)
        for title, items in (
            (_("Places"), _noted(_places(text, names, language), counts.get(NEIGHBOURHOOD))),
            (_("Journalists"), (item for _slug, item in _named(JOURNALIST, text, names, language))),
            (_("Subjects"), _noted(_subjects(text, language), counts.get("subject"))),
            (_("Words"), _words(text, names, language, at)),
        ):
            if found := list(islice(items, MOST_OF_A_KIND)):
                groups.append({"title": title, "items": found})
    body = orjson.dumps({"groups": groups})
    return fresh(request, HttpResponse(body, content_type="application/json"))


# --- Names ---------------------------------------------------------------------------------------
Items = Iterator[tuple[str, dict[str, Any]]]


def _counts(names: Authorities, at: Moment | None) -> Mapping[str, Mapping[str, int]]:
    """How many live clips each place and subject has at this moment; empty where the database would
    take long to count them. The index remembers its numbers while nothing changes."""
    asked = (NEIGHBOURHOOD, "subject")
    return answers.answer(Query(), names, facets=asked, size=0, at=at).facets.counts


def _noted(items: Items, counts: Mapping[str, int] | None) -> Iterator[dict[str, Any]]:
    """What has footage, then what has none and says so."""
    without = []
    for value, item in items:
        if counts is None or value in counts:
            yield item
        else:
            without.append({**item, "note": _("No footage published yet")})
    yield from without


def _places(text: str, names: Authorities, language: str) -> Items:
    """Places that are spelled so, then those that sound so."""
    seen = set()
    for slug, item in _named(NEIGHBOURHOOD, text, names, language):
        seen.add(slug)
        yield slug, item
    for slug in gazetteer.of(names).resolve(text, by_sound=True):
        entry = names.get(NEIGHBOURHOOD, slug)
        if entry is not None and slug not in seen:
            yield slug, _item_of(entry, language)


def _named(kind: str, text: str, names: Authorities, language: str) -> Items:
    """The names of a kind of which a spelling, or a word of one, begins as the text."""
    asked = _bare(text)
    found = [
        (likeness, spelled.slug)
        for spelled in _spelled(names)
        if spelled.kind == kind and (likeness := spelled.likeness(asked))
    ]
    best: dict[str, int] = {}
    for likeness, slug in found:
        best[slug] = max(best.get(slug, 0), likeness)
    entries = [entry for slug in best if (entry := names.get(kind, slug))]
    entries.sort(key=lambda entry: (-best[entry.slug], entry.name(language), entry.slug))
    for entry in entries:
        yield entry.slug, _item_of(entry, language)


def _subjects(text: str, language: str) -> Items:
    asked = _bare(text)
    for term in vocabularies.SUBJECTS:
        if any(_Spelled("", "", _bare(label)).likeness(asked) for label in (term.en, term.ar)):
            path = f"/{language}/clips/?subject={term.code}"
            named_so = Text.of(term.label(other(language)), other(language))
            yield term.code, _item(term.label(language), named_so, path, language)


def _item_of(entry: Authority, language: str) -> dict[str, Any]:
    shown = named(entry, language)
    return _item(shown["name"], shown["other"], shown["path"], language)


def _item(name: str, other: Text | None, path: str, language: str) -> dict[str, Any]:
    return {
        "name": name,
        "lang": language,
        "dir": direction(language),
        "other": other._asdict() if other and other.text and other.text != name else None,
        "note": "",
        "path": path,
    }


@dataclass(frozen=True)
class _Spelled:
    """One folded spelling of a name, without its article."""

    kind: str
    slug: str
    text: str

    def likeness(self, asked: str) -> int:
        """2 where it begins so, 1 where a later word of it does, else 0."""
        if self.text.startswith(asked):
            return 2
        return int(any(_bare(word).startswith(asked) for word in self.text.split()[1:]))


def _bare(text: str) -> str:
    return ARTICLE.sub("", normalise(text).strip()) or normalise(text).strip()


@lru_cache(maxsize=1)  # names are the same object until one changes
def _spelled(names: Authorities) -> tuple[_Spelled, ...]:
    """Every spelling of the published places and journalists; folded again when names change."""
    found = []
    for kind in (NEIGHBOURHOOD, JOURNALIST):
        for entry in names.of_kind(kind):
            variants = tuple(entry.facts.get("variants") or ())
            spellings = {_bare(each) for each in (entry.name_en, entry.name_ar, *variants)}
            found += [_Spelled(kind, entry.slug, each) for each in sorted(spellings) if each]
    return tuple(found)


# --- Words ---------------------------------------------------------------------------------------
def _words(
    text: str, names: Authorities, language: str, at: Moment | None
) -> Iterator[dict[str, Any]]:
    """The question with its last word as live records have it: those that begin as it is typed
    before the same word with another ending. Nothing without an index."""
    before, _space, last = text.rpartition(" ")
    begun = normalise(last)
    if at is None or len(begun) < SHORTEST or not WORD.fullmatch(last):
        return
    kinds = vocabularies.RECORD_KINDS.codes
    query = Query(chosen={"kind": kinds}, text=f"{text}*", sort="relevance")
    found = answers.answer(query, names, facets=(), size=LOOKED_AT, at=at)
    if not found.searched:
        return

    def offered(word: str) -> dict[str, Any]:
        whole = f"{before} {word}".strip()
        path = f"/{language}/clips/{Query(text=whole, sort='relevance').address}"
        written = "ar" if re.search(r"[\u0600-\u06ff]", word) else "en"
        return {**_item(whole, None, path, written), "lang": written}

    stems = words(last)
    seen, ending_otherwise = set(), {}
    for row in found.page.records:
        for word in dict.fromkeys(_said(told(row.document) if row.document else {})):
            folded = normalise(word)
            if folded in seen:
                continue
            seen.add(folded)
            if folded.startswith(begun):
                yield offered(word)
            elif words(word) == stems:
                ending_otherwise[folded] = word
    yield from map(offered, ending_otherwise.values())


def _said(document: dict[str, Any]) -> Iterator[str]:
    """The words of a record: titles, then summaries, then speech."""
    for key in ("title_en", "title_ar", "summary_en", "summary_ar"):
        yield from WORD.findall(document.get(key, ""))
    for transcript in document.get("transcripts", ()):
        for segment in transcript["segments"]:
            yield from WORD.findall(segment["text"])
