"""What a stranger gets of a drawn world, and what differs between two of them."""

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from django.db import connection, transaction
from django.test import Client

from footage.catalogue.index import following, generations
from tests.catalogue import contents
from tests.walls import crawl
from tests.walls.two_worlds import World

Answer = tuple[int, dict[str, str], bytes]
# Asked of one address of every route, besides the plain question: method, query, headers.
PROBES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("head", "", {}),
    ("post", "", {}),
    ("get", "?sort=published&t=1,2&show=1&download&nonsense=1", {}),
    ("get", "?after=x&from=y&sort=z&subject=%00", {"Accept-Language": "ar"}),
    ("get", "", {"Range": "bytes=2-9", "If-None-Match": '"x"', "Accept-Encoding": "gzip"}),
)


def outside(followed: int, words: Iterable[str] = ()) -> dict[str, Answer]:
    """Everything a stranger gets: every route with every sample, as many links as `followed`, odd
    questions to one address of each route, searches for `words`, and all that the search index
    holds. Keyed by what was asked."""
    client = Client(raise_request_exception=False)
    generations.root().mkdir(parents=True, exist_ok=True)
    generations.choose(following.build())
    seen = {
        f"GET {address}": (response.status_code, dict(response.headers), content)
        for address, response, content in crawl.visits(client, followed)
    }
    for address in crawl.one_of_each_route():
        for method, query, headers in PROBES:
            response = getattr(client, method)(address + query, headers=headers)
            asked = f"{method.upper()} {address}{query} {headers or ''}"
            seen[asked] = (response.status_code, dict(response.headers), crawl.body(response))
    for word in words:
        for path in ("/en/clips/", "/export/clips.jsonl", "/api/v1/search", "/api/v1/segments"):
            asked = f"{path}?{urlencode({'q': word})}"
            response = client.get(asked)
            seen[f"GET {asked}"] = (
                response.status_code,
                dict(response.headers),
                crawl.body(response),
            )
    for held in contents.terms():
        seen[f"index {held.field} {held.term}"] = (0, {}, repr(held.references).encode())
    for reference, kept, numbers in contents.stored():
        seen[f"index entry {reference}"] = (0, {}, repr((kept, numbers)).encode())
    return seen


def a_glance() -> dict[str, Answer]:
    """A few pages, for the leaks that are planted to show that they are found."""
    client = Client()
    asked = ("/en/", "/ar/about/", "/en/clips/", "/export/clips.csv")
    answers = {address: client.get(address) for address in asked}
    return {
        f"GET {address}": (response.status_code, dict(response.headers), crawl.body(response))
        for address, response in answers.items()
    }


def visit(drawn: World, look: Callable[[], dict[str, Answer]]) -> dict[str, Answer]:
    """Build a world, look at it from outside, and roll it back."""
    drawn.machine.begin()
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # Its sequences do not go back with the rows they numbered; every archive begins at 1.
            named = "pg_get_serial_sequence('catalogue_publicrecord', 'id')"
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT setval({named}, 1, false)")
        drawn.build()
        seen = look()
        transaction.set_rollback(True)
    return seen


def told_apart(one: Answer | None, other: Answer | None) -> str:
    """How two answers differ, for whoever has to find out why."""
    if one is None or other is None:
        return "answered in one world alone"
    if one[:2] != other[:2]:
        return f"{one[:2]} / {other[:2]}"
    at = next((n for n, (a, b) in enumerate(zip(one[2], other[2], strict=False)) if a != b), 0)
    near = slice(max(0, at - 60), at + 60)
    return (
        f"{one[2][near].decode(errors='replace')!r} / {other[2][near].decode(errors='replace')!r}"
    )


def differences(one: dict[str, Answer], other: dict[str, Answer]) -> list[str]:
    """What was asked and answered differently: in status, a header, or one byte."""
    return [
        f"{asked}: {told_apart(one.get(asked), other.get(asked))}"
        for asked in sorted(one.keys() | other.keys())
        if one.get(asked) != other.get(asked)
    ]
