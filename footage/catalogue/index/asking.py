"""A reader's question as the engine takes it.

Names of places, people, events, films and subjects are resolved here, from what is published at
this moment, and asked for by slug. A word that only names a place finds that place, under any
spelling, and what is said about it; it does not find every title that holds a like word. A city's
name finds what lies in it and what names it, which lead: "bread Aleppo" is not less than "bread".
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import Indel
from tantivy import Occur, Query

from footage import vocabularies
from footage.catalogue import gazetteer
from footage.catalogue.authorities import (
    EVENT,
    FILM,
    JOURNALIST,
    NEIGHBOURHOOD,
    Authorities,
    Authority,
)
from footage.catalogue.index.heard import Listening
from footage.catalogue.index.language import Part, parts
from footage.catalogue.index.words import Beginning, words
from footage.normalisation import normalise

TEXTS = ("title", "summary", "said")
# Titles before summaries before speech.
WEIGHTS = {"title": 64.0, "summary": 8.0, "said": 1.0}
# BM25 never gives a word more than this, times how rare it is, however often and in however short
# a text it stands.
MOST_OFTEN = 2.2
# A beginning stands for this many words at most, the commonest first.
MOST_WORDS = 60
# A near miss: so many letters typed, so much alike.
SHORTEST_NAME, LONGEST_TYPED, LIKENESS = 4, 60, 0.75
# A name has no more words than this.
LONGEST_NAME = 5
# (facet, value) pairs by the stems of a name.
Named = dict[tuple[str, ...], list[tuple[str, str]]]
Clause = tuple[Occur, Query]
NAMED = (JOURNALIST, EVENT, FILM)


class Question:
    """A text, ready to be put to one index under the names as they are published."""

    def __init__(self, text: str, names: Authorities) -> None:
        self.parts = parts(text)
        self._places = gazetteer.of(names)
        self._named = _index_of_names(names)
        self.spoken = self._spoken()

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it to look for."""
        return not any(words(part.text) for each in self.parts for part in each)

    def _spoken(self) -> Listening:
        """What makes a line one that answers."""
        asked = (part for each in self.parts for part in each)
        return Listening.to(part for part in asked if part.field in ("", "said"))

    def most_outside_titles(self, searcher: tantivy.Searcher) -> float | None:
        """A score that no record reaches whose title does not answer, for a question that is one
        phrase and nothing else, which is slow to look for in long texts. None for any other."""
        if len(self.parts) != 1 or len(self.parts[0]) != 1:
            return None
        (part,) = self.parts[0]
        stems = words(part.text)
        if part.way != "phrase" or part.field or part.without or len(stems) < 2:
            return None
        # Some of what is counted may be deleted already; twice as many make up for more than that.
        number = 2 * searcher.num_docs
        return max(
            WEIGHTS[name]
            * MOST_OFTEN
            * sum(math.log(1 + number / (searcher.doc_freq(name, stem) + 0.5)) for stem in stems)
            for name in TEXTS
            if name != "title"
        )

    def asked(
        self,
        searcher: tantivy.Searcher,
        schema: tantivy.Schema,
        *,
        ranked: bool,
        within: Sequence[Clause] = (),
        texts: Sequence[str] = TEXTS,
    ) -> list[Clause]:
        """The clauses of a search; `ranked` where their score will be used, those of `texts`.
        `within` are clauses that stand beside them and give no score: phrases look for nothing
        elsewhere."""
        asking = _Asking(searcher, schema, self._places, self._named, ranked, within, texts)
        clauses: list[Clause] = []
        for run in _runs(self.parts):
            if isinstance(run, list):
                clauses += [(Occur.Must, each) for each in asking.together(run)]
            else:
                (alternatives,) = run
                found = [each for part in alternatives if (each := asking.one(part)) is not None]
                if found:
                    occur = Occur.MustNot if alternatives[0].without else Occur.Must
                    clauses.append((occur, _any_of(found)))
        return clauses


def _runs(asked: Sequence[list[Part]]) -> Iterator[list[Part] | tuple[list[Part]]]:
    """Plain words that follow each other, as lists, since several may be one name; and the rest,
    each in a tuple of its own."""
    plain: list[Part] = []
    for alternatives in asked:
        first = alternatives[0]
        if len(alternatives) == 1 and first.way == "word" and not (first.field or first.without):
            plain.append(first)
            continue
        if plain:
            yield plain
            plain = []
        yield (alternatives,)
    if plain:
        yield plain


class _Asking:
    def __init__(
        self,
        searcher: tantivy.Searcher,
        schema: tantivy.Schema,
        places: gazetteer.Places,
        named: Named,
        ranked: bool,
        within: Sequence[Clause],
        texts: Sequence[str],
    ) -> None:
        self.searcher, self.schema = searcher, schema
        self.places, self.named, self.ranked = places, named, ranked
        self.within, self.texts = within, texts

    def together(self, run: Sequence[Part]) -> Iterator[Query]:
        """What plain words ask, longest names first."""
        position = 0
        while position < len(run):
            for length in range(min(LONGEST_NAME, len(run) - position), 0, -1):
                text = " ".join(part.text for part in run[position : position + length])
                whole = length == len(run)
                if (found := self._name(text, whole=whole)) is not None:
                    yield found
                    break
            else:
                length = 1
                if (found := self._anywhere(words(run[position].text))) is not None:
                    yield found
            position += length

    def one(self, part: Part) -> Query | None:
        """What one part asks; None where it holds no word."""
        if part.field == "place":
            slugs = self.places.resolve(part.text, by_sound=True) or self.places.city(part.text)
            return self._of_place(slugs, ())
        if part.field in ("journalist", "event", "film", "subject"):
            return self._values(self._called(part.field, part.text))
        if part.way == "beginning":
            return self._beginning(part)
        stems = words(part.text)
        if not stems:
            return None
        if part.field:
            return self._in(part.field, stems, phrase=part.way == "phrase")
        if part.way == "phrase" and len(stems) > 1:
            return self._ranked(stems, phrase=True)
        if part.way == "word" and (found := self._name(part.text, whole=False)) is not None:
            return found
        return self._anywhere(stems)

    # --- Names ----------------------------------------------------------------------------------
    def _name(self, text: str, *, whole: bool) -> Query | None:
        """What a name asks; None when the text is none."""
        stems = words(text)
        if not stems:
            return None
        if slugs := self.places.resolve(text, by_sound=whole):
            return self._of_place(slugs, stems)
        if slugs := self.places.city(text):
            return self._of_city(slugs, stems)
        values = self.named.get(tuple(stems))
        if values:
            return _any_of([self._weighty(self._values(values)), self._ranked(stems, phrase=True)])
        return None

    def _of_place(self, slugs: Iterable[str], stems: Sequence[str]) -> Query:
        """The records of these places, those described by one's name, and those who speak of it."""
        slugs = list(slugs)
        if not slugs:
            return Query.empty_query()
        found = [
            self._weighty(Query.term_set_query(self.schema, field, slugs))
            for field in ("neighbourhood", "place", "mention")
        ]
        if stems:
            found.append(self._in("said", stems, phrase=True))
        return _any_of(found)

    def _of_city(self, slugs: Sequence[str], stems: Sequence[str]) -> Query:
        """The records of a city, which are nearly all there are; those that name it lead."""
        found: list[Query] = [
            Query.term_set_query(self.schema, field, list(slugs))
            for field in ("neighbourhood", "place")
        ]
        if self.ranked:
            found = [Query.const_score_query(each, 0.0) for each in found]
        named = self._anywhere(stems)
        return _any_of(found if named is None else [*found, named])

    def _called(self, field: str, text: str) -> list[tuple[str, str]]:
        stems = set(words(text))
        return [
            (facet, value)
            for name, values in self.named.items()
            for facet, value in values
            if facet == field and (value == text or (stems and stems <= set(name)))
        ]

    def _values(self, values: Sequence[tuple[str, str]]) -> Query:
        """The records with one of these (facet, value) pairs."""
        if not values:
            return Query.empty_query()
        return _any_of([Query.term_query(self.schema, *pair, "basic") for pair in values])

    def _weighty(self, query: Query) -> Query:
        return Query.const_score_query(query, WEIGHTS["title"]) if self.ranked else query

    # --- Words ----------------------------------------------------------------------------------
    def _anywhere(self, stems: Sequence[str]) -> Query | None:
        if not stems:
            return None
        if not self.ranked:
            return _all_of([Query.term_query(self.schema, "any", stem, "basic") for stem in stems])
        return _all_of([self._ranked([stem], phrase=False) for stem in stems])

    def _ranked(self, stems: Sequence[str], *, phrase: bool) -> Query:
        """In title, summary or speech; the weightiest of them counts."""
        return Query.disjunction_max_query(
            [
                Query.boost_query(self._in(name, stems, phrase=phrase), WEIGHTS[name])
                for name in self.texts
            ]
        )

    def _in(self, name: str, stems: Sequence[str], *, phrase: bool) -> Query:
        if phrase and len(stems) > 1:
            # The engine goes through all of several alternatives before it looks at what stands
            # beside them, and through the places of words in every record slowest of all.
            found = Query.phrase_query(self.schema, name, list(stems))
            return Query.boolean_query([*self.within, (Occur.Must, found)])
        return _all_of([Query.term_query(self.schema, name, stem) for stem in stems])

    def _beginning(self, part: Part) -> Query:
        field = part.field or "any"
        known: dict[str, int] = {}
        begun = Beginning.of(part.text)
        for letters in begun.letters:
            known.update(self.searcher.terms_with_prefix(field, letters, limit=2_000))
        whole = ((stem, self.searcher.doc_freq(field, stem)) for stem in begun.stems)
        known.update((stem, number) for stem, number in whole if number)
        common = sorted(known, key=lambda word: (-known[word], word))[:MOST_WORDS]
        if not common:
            return Query.empty_query()
        return Query.term_set_query(self.schema, field, common)


def _any_of(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.disjunction_max_query(list(queries))


def _all_of(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def near_misses(text: str, names: Authorities, language: str) -> list[str]:
    """Published names that are spelled much like the text, nearest first; none of them typed.

    From names alone, never from the words of records: what was withdrawn is not hinted at.
    """
    asked = normalise(text)
    if not SHORTEST_NAME <= len(asked) <= LONGEST_TYPED:
        return []
    spelled = _spellings(names)
    others = [each for each in spelled if each != asked]
    near = process.extract(
        asked, others, scorer=Indel.normalized_similarity, score_cutoff=LIKENESS, limit=6
    )
    return list(dict.fromkeys(spelled[each].name(language) for each, _like, _place in near))[:3]


@lru_cache(maxsize=1)  # names are the same object until one changes
def _spellings(names: Authorities) -> dict[str, Authority]:
    """Whose name is spelled so, normalised. Made anew when names change."""
    spelled: dict[str, Authority] = {}
    for kind in (NEIGHBOURHOOD, *NAMED):
        for entry in names.of_kind(kind):
            for each in (entry.name_en, entry.name_ar, *(entry.facts.get("variants") or ())):
                spelled.setdefault(normalise(each), entry)
    return spelled


@lru_cache(maxsize=1)  # names are the same object until one changes
def _index_of_names(names: Authorities) -> Named:
    """ "facet:value" by the stems of each name in either language. Made anew when names change."""
    index: Named = {}
    for kind in NAMED:
        for entry in names.of_kind(kind):
            for name in (entry.name_en, entry.name_ar):
                index.setdefault(tuple(words(name)), []).append((kind, entry.slug))
    for term in vocabularies.SUBJECTS:
        for name in (term.en, term.ar):
            index.setdefault(tuple(words(name)), []).append(("subject", term.code))
    index.pop((), None)
    return index
