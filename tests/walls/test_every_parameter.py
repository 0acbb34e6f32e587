"""Whatever stands in any part of any public address: an answer, in a second, and no fault of ours.

Routes come from the URLconf; which names a view looks for in a query is seen by watching it look:
a new route and a new parameter are covered by themselves.
"""

import random
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from tests.catalogue.indexes import index
from tests.faults.campaigns import rounds
from tests.walls import crawl
from tests.walls.test_public_surface import collection  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

# Of a request, in seconds of the processor; wall time would judge the machine.
LONGEST = 1.0
# How many of the values each parameter of each route is tried with.
VALUES_OF_EACH = rounds(2, 1_000)
VALUES = {
    "nothing": "",
    "nul": "%00",
    "nul within": "a%00b",
    "bytes that are no text": "%ff%fe",
    "overlong": "%c0%af%c0%ae",
    "a surrogate": "%ed%a0%80",
    "a surrogate pair in pieces": "%ed%a0%bd%ed%b2%a3",
    "half a character": "%d8",
    "percent alone": "%",
    "another encoding": "%C7%E1%CD%E1%C8",
    "line ends": "a%0d%0aX-Planted:%201",
    "a line separator": "%e2%80%a8",
    "bidi controls": "%E2%80%AE%E2%81%A6a",
    "a non-character": "%ef%bf%bf",
    "emoji": "%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7",
    "combining marks": "a" + "%CC%81" * 500,
    "a ligature that grows": "%EF%B7%BA" * 400,
    "digits of Arabic": "%D9%A2%D9%A0%D9%A1%D9%A6",
    "digits of no language": "%C2%B2%E2%91%A0",
    "not a number": "nan",
    "without end": "1e999",
    "minus": "-1",
    "beyond 64 bits": "9" * 25,
    "beyond what integers are read from": "9" * 5_000,
    "a long word": "a" * 6_000,
    "many words": "a%20" * 1_500,
    "many phrases": "%22a%20b%22%20" * 300,
    "many ORs": "a%20OR%20" * 500,
    "a pattern": "(a%2B)%2B%24" + "a" * 60 + "!",
    "brackets": "%5B" * 1_000 + "%28" * 1_000,
    "a word begun": "*%20a*%20**",
    "fields": "said:%20title:said:x%20-said:-%22",
    "a path": "..%2f..%2fetc%2fpasswd",
    "markup": "%3Cscript%3Ealert(1)%3C/script%3E%22%27",
    "JSON": "%7B%22%24gt%22:%20null%7D",
    "a cursor": "W251bGwsbnVsbCxudWxsLG51bGxd",
    "a cursor of numbers": "WzFlOTksLTEsMWU5OSxbXV0",
    "dates": "2016-02-30/2016-00..",
    "a date far off": "99999999-12-31",
    "ranges": ",".join(["1e308,0"] * 200),
}


class Watched(QueryDict):
    """A query that notes what is looked for in it."""

    seen: set[str]

    def get(self, key: Any, default: Any = None) -> Any:
        self.seen.add(key)
        return super().get(key, default)

    def getlist(self, key: Any, default: Any = None) -> Any:
        self.seen.add(key)
        return super().getlist(key, default)

    def __getitem__(self, key: Any) -> Any:
        self.seen.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: Any) -> bool:
        self.seen.add(key)
        return MultiValueDict.__contains__(self, key)


@pytest.fixture
def searched(collection: Any) -> None:  # noqa: F811
    """What the public surface is looked at with, and an index of it."""
    index()


@pytest.fixture
def looked_for(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    seen: set[str] = set()
    monkeypatch.setattr(Watched, "seen", seen, raising=False)
    monkeypatch.setattr("django.core.handlers.wsgi.QueryDict", Watched)
    return seen


def tried(where: str) -> list[tuple[str, str]]:
    """(what is tried, as an address writes it): some of VALUES, by chance, the same each time."""
    number = min(VALUES_OF_EACH, len(VALUES))
    return random.Random(where).sample(list(VALUES.items()), number)


def in_paths() -> Iterator[tuple[str, str]]:
    """Each parameter of each path in turn holds a value that is none; the others what there is."""
    for template, _pattern in crawl.routes():
        for part in crawl.PARAMETER.finditer(template):
            for name, value in VALUES.items():
                if "/" in value:
                    value = quote(value, safe="%")
                odd = template.replace(part.group(), value, 1)
                yield from ((name, f"/{path}") for path in crawl.filled_with_what_is(odd))


def wrong(client: Client, address: str) -> str:
    """What is wrong with an answer, or ""."""
    began = time.process_time()
    try:
        response = client.get(address)
        content = crawl.body(response)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    took = time.process_time() - began
    # oEmbed asks for 501 where another form is wanted.
    if response.status_code >= 500 and response.status_code != 501:
        return str(response.status_code)
    page = response.headers.get("Content-Type", "").startswith("text/html")
    if "X-Planted" in response.headers or (page and b"<script>alert" in content):
        return "it says again what was planted"
    return f"{took:.2f} s" if took > LONGEST else ""


def faults(addresses: Iterator[tuple[str, str]]) -> list[str]:
    client = Client(headers={"Accept-Encoding": "gzip"})
    asked = ((name, address, wrong(client, address)) for name, address in addresses)
    return [f"{what}: {name} in {address[:150]}" for name, address, what in asked if what]


def parameters(client: Client, seen: set[str]) -> Iterator[tuple[str, list[str]]]:
    """(an address of a route, the names it looks for), for every route."""
    for address in [*crawl.one_of_each_route(), *RARE]:
        seen.clear()
        crawl.body(client.get(address))
        yield address, sorted(seen)


# Questions without which a view looks for little.
RARE = (
    *("/oai?verb=ListRecords&", "/oai?verb=GetRecord&", "/oai?verb=ListSets&", "/oembed?url=x&"),
    "/unapi?id=x&",
)


def in_queries(client: Client, seen: set[str]) -> Iterator[tuple[str, str]]:
    for address, names in list(parameters(client, seen)):
        joined = address if "?" in address else f"{address}?"
        for parameter in [*names, "nonsense"]:
            for name, value in tried(f"{address} {parameter}"):
                yield name, f"{joined}{parameter}={value}"
                yield f"{name}, twice", f"{joined}{parameter}=1&{parameter}={value}&{value}={value}"


def test_nothing_in_a_path_breaks_it(searched: None) -> None:
    assert "\n".join(faults(in_paths())) == ""


def test_nothing_in_a_query_breaks_it(searched: None, looked_for: set[str]) -> None:
    assert "\n".join(faults(in_queries(Client(), looked_for))) == ""


def test_what_a_view_looks_for_is_seen(searched: None, looked_for: set[str]) -> None:
    found = dict(parameters(Client(), looked_for))
    assert {"q", "after", "sort", "from", "subject"} <= set(found["/en/clips/"])
    assert "since" in found["/api/v1/changes"]
    assert "verb" in found["/oai"]


def test_a_planted_fault_is_found(
    searched: None, looked_for: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(request: Any) -> HttpResponse:
        return HttpResponse(request.GET.get("colour", "").encode("ascii"))

    pattern = next(each for path, each in crawl.routes() if path == "en/about/")
    monkeypatch.setattr(pattern, "callback", breaks)
    monkeypatch.setattr(crawl, "one_of_each_route", lambda: ["/en/about/"])
    monkeypatch.setattr("tests.walls.test_every_parameter.VALUES_OF_EACH", len(VALUES))
    found = faults(in_queries(Client(), looked_for))
    assert any("emoji in /en/about/?colour=" in each for each in found)
