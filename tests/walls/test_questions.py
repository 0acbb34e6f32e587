"""Whatever stands in the address of a page that takes a query: a page that explains, never 500."""

from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue.cursors import packed
from tests.catalogue.indexes import index
from tests.reading_room import rows
from tests.reading_room.test_map import a_place

pytestmark = pytest.mark.django_db

PAGES = (
    *("clips/", "testimonies/", "map/", "neighbourhoods/", "neighbourhoods/al-shaar/", "dates/"),
    *("dates/2016/", "dates/2016/11/", "dates/2016/11/28/", "suggest/", "events/bakery-strike/"),
)


@dataclass
class Sealed:
    """A place in a list, sealed only where there is a database that knows the secret."""

    parts: tuple[object, ...]

    def __str__(self) -> str:
        return packed(self.parts)


def cursor(*parts: object) -> Sealed:
    return Sealed(parts)


BAD = {
    "nothing": {"q": "", "from": "", "to": "", "subject": "", "after": "", "sort": ""},
    "ten kilobytes": {"q": "خبز " * 2_000, "from": "9" * 10_000, "neighbourhood": "n" * 10_000},
    "bidi and control characters": {"q": "\u202e\u2067abc\x07\x1b", "from": "\u202e2016\u202c"},
    "nul": {"q": "bread\x00", "from": "2016\x00", "subject": "\x00", "after": "\x00"},
    "unbalanced quotes": {"q": '"bread', "journalist": '"', "to": '"2016'},
    "the syntax of searches": {"q": 'NEAR(a b) AND OR NOT ^x:y* -"( [1 TO 2] \\'},
    "the syntax of databases": {"q": "'; DROP TABLE x; --", "sort": "1;--", "event": "a' OR 'a"},
    "emoji": {"q": "👩\u200d👩\u200d👧", "from": "🗓", "film": "🎬"},
    "the first and the last year": {"from": "0000", "to": "9999", "q": "x"},
    "years there are": {"from": "0001", "to": "9999-12-31"},
    "the wrong way round": {"from": "2016-12", "to": "2012-01"},
    "names nobody has": {"neighbourhood": "nowhere", "journalist": "nobody", "event": "never"},
    "a cursor of another order": {"after": cursor("oldest", False, "2016-11-28", "AA-2222-2222-2")},
    "a cursor from afar": {"after": cursor("newest", True, "0001-01-01", "AA-ZZZZ-ZZZZ-Z")},
    "a cursor beyond ranks": {"q": "bread", "after": cursor("relevance", False, 10**9, "AA")},
    "a cursor of a day": {"after": cursor("surely", False, 1, "AA-2222-2222-2")},
    "certainly of nothing": {"certainly": "1"},
    "certainly what": {"certainly": "<b>", "from": "2016"},
}


@pytest.fixture
def city(db: None) -> None:
    a_place("al-shaar", 37.17, 36.21)
    rows.name("event", "bakery-strike", "Bakery", "الفرن", facts={"happened": "2016-11-28"})
    for number in range(1, 29):
        rows.a_clip(filmed=f"2016-11-{number:02}", neighbourhood="al-shaar", place="al-shaar")
    rows.a_testimony()
    index()


def test_no_question_breaks_a_page(city: None, client: Client) -> None:
    client.get("/en/map/")  # Names are remembered from here on.
    for bad, asked_for in BAD.items():
        for path in PAGES:
            for language in ("en", "ar"):
                with CaptureQueriesContext(connection) as asked:
                    response = client.get(f"/{language}/{path}?{urlencode(asked_for)}")
                assert response.status_code == 200, (bad, path)
                assert len(asked) <= 3, (bad, path)
                assert len(response.content) < 130_000, (bad, path)
                assert b"<b>" not in response.content


def test_what_could_not_be_used_is_said_on_every_page(city: None, client: Client) -> None:
    for path in ("clips/", "map/", "dates/", "neighbourhoods/"):
        body = client.get(f"/en/{path}?subject=nonsense&from=31/2/2016").content.decode()
        assert body.count('class="note"') == 2 and "could not be used for “Subject”" in body
