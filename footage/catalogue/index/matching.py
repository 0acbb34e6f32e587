"""Which entries of the index a query finds: choices, dates and words as the engine takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import tantivy
from tantivy import Occur

from footage.catalogue.counts import Span
from footage.catalogue.index import remembering
from footage.catalogue.index.asking import TEXTS, Clause, Question
from footage.catalogue.index.generations import View
from footage.catalogue.queries import Query
from footage.vocabularies import RECORD_KINDS

SPAN_BYTES = 400


@dataclass(frozen=True)
class Matching:
    """Queries that differ in what is chosen, put to one view with the same words.

    `left_out` are the references that no answer may hold.
    """

    view: View
    left_out: frozenset[str]
    question: Question | None

    def asked(
        self, query: Query, *, ranked: bool = False, texts: Sequence[str] = TEXTS
    ) -> tantivy.Query:
        """A query as the engine takes it; `ranked` where scores, of `texts`, will be used."""
        filters = [self._any_of(*each) for each in query.chosen.items() if each[0] != "kind"]
        if query.start or query.end:
            filters.append(self.filmed(query, surely=query.only_certain))
        if ranked:
            filters = [tantivy.Query.const_score_query(each, 0.0) for each in filters]
        clauses = [(Occur.Must, each) for each in filters]
        if self.question is not None:
            within = [*clauses, *self._of_kinds(query.kinds, alone=False, ranked=ranked)]
            clauses += self.question.asked(
                self.view.searcher, self.view.schema, ranked=ranked, within=within, texts=texts
            )
        alone = all(occur == Occur.MustNot for occur, _ in clauses)
        clauses += self._of_kinds(query.kinds, alone=alone, ranked=ranked)
        if self.left_out:
            clauses.append((Occur.MustNot, self._any_of("reference", tuple(self.left_out))))
        # The engine is slower at a set of one clause than at the clause.
        return clauses[0][1] if len(clauses) == 1 else tantivy.Query.boolean_query(clauses)

    def _any_of(self, name: str, values: Sequence[str]) -> tantivy.Query:
        """What has one of these values: a single one is found without making a set of it."""
        if len(values) == 1:
            return tantivy.Query.term_query(self.view.schema, name, values[0], "basic")
        return tantivy.Query.term_set_query(self.view.schema, name, list(values))

    def _of_kinds(self, kinds: Sequence[str], *, alone: bool, ranked: bool) -> list[Clause]:
        """What is of these kinds, which is what is of none of the others: whichever are fewer
        cost less to go through, but where nothing else is asked for there must be something to
        leave them out of."""
        others = tuple(each for each in RECORD_KINDS.codes if each not in kinds)
        if not others:
            return [(Occur.Must, tantivy.Query.all_query())] if alone else []
        found, left = (
            sum(self.view.searcher.doc_freq("kind", each) for each in some)
            for some in (kinds, others)
        )
        if alone or found < left:
            of_these = self._any_of("kind", kinds)
            if ranked:
                of_these = tantivy.Query.const_score_query(of_these, 0.0)
            return [(Occur.Must, of_these)]
        return [(Occur.MustNot, self._any_of("kind", others))]

    def filmed(self, query: Query, *, surely: bool) -> tantivy.Query:
        """What was possibly, or surely, filmed in the range of a query: all dates that were.

        Few dates are written differently, and fewer months, which are enough for a range of whole
        months: their lists of records are found faster than a range is gone through.
        """
        start, end = query.start, query.end
        whole = (start is None or start.day == 1) and (
            end is None or end == date.max or (end + timedelta(1)).day == 1
        )
        column = "month" if whole else "span"
        key = ("dates", self.view.generation, self.view.number, column)
        spans: list[tuple[str, Span]] | None = remembering.get(key)
        if spans is None:
            written = self.view.searcher.terms_with_prefix(column, "")
            spans = [(text, _read(text)) for text, _number in written if text]
            remembering.put(key, spans, len(spans) * SPAN_BYTES)
        asked = [
            text
            for text, span in spans
            if (span.surely(start, end) if surely else span.possibly(start, end))
        ]
        if not asked:
            return tantivy.Query.empty_query()
        return tantivy.Query.term_set_query(self.view.schema, column, asked)


@lru_cache(maxsize=20_000)  # each publication makes a new list, of nearly the same dates
def _read(text: str) -> Span:
    return Span.read(text, 1)
