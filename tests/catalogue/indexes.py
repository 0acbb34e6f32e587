"""An index of whatever the test has published."""

from typing import Any

from django.http import QueryDict

from footage.catalogue import authorities
from footage.catalogue.answers import Answer, answer
from footage.catalogue.index.following import Pen, build
from footage.catalogue.index.generations import choose, chosen, only_writer
from footage.catalogue.queries import FACETS, Query


def index() -> None:
    """Build it anew, as `reindex` does."""
    with only_writer():
        choose(build())


def follow() -> None:
    """Take in what changed, as the follower does."""
    generation = chosen()
    assert generation is not None
    Pen(generation).take_in()


def ask(address: str = "", **stated: Any) -> Answer:
    """What the index answers to an address's query string."""
    found = answer(Query.read(QueryDict(address)), authorities.current(), **stated)
    assert found.searched, "the database answered"
    return found


def references(address: str = "", **stated: Any) -> list[str]:
    return [row.reference for row in ask(address, **stated).page.records]


def everything(address: str) -> tuple[list[str], dict[str, dict[str, int]], int]:
    """All pages one after the other, every count, the total."""
    query = Query.read(QueryDict(address))
    found: list[str] = []
    first = answer(query, authorities.current(), size=3)
    page, again = first.page, 0
    while True:
        found += [row.reference for row in page.records]
        again += 1
        assert again < 200, "it does not end"
        if not page.following:
            break
        pairs = [*query.pairs(), ("after", page.following)]
        following = Query.read(_parameters(pairs))
        page = answer(following, authorities.current(), size=3).page
    return (
        found,
        {facet: first.facets.counts.get(facet, {}) for facet in FACETS},
        first.facets.total,
    )


def _parameters(pairs: list[tuple[str, str]]) -> QueryDict:
    made = QueryDict(mutable=True)
    for name, value in pairs:
        made.appendlist(name, value)
    return made
