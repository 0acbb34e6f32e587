"""Whoever holds a cursor can read it: none tells more than the page it stands on."""

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import orjson
import pytest

from footage.research.oai import harvest
from tests.catalogue.indexes import index
from tests.reading_room import rows

pytestmark = pytest.mark.django_db
CARRIED = re.compile(r'(?:after=|resumptionToken[^>]*>|"next": ?")([^"&<>]+)')
HOUR = re.compile(r"T\d\d:|\d\d:\d\d")
STAFF_AT_WORK = datetime(2026, 3, 1, 21, 47, 13, 650_846, tzinfo=UTC)
LISTS = [
    *(f"/en/clips/?sort={sort}" for sort in ("newest", "oldest", "published")),
    "/en/clips/?q=bread",
    "/en/dates/2016/11/28/",
    "/en/neighbourhoods/bustan-al-qasr/",
    *(f"/api/v1/records?limit=2&sort={sort}" for sort in ("newest", "oldest", "published")),
    "/api/v1/records?limit=2",
    "/api/v1/search?limit=2&q=bread",
    "/api/v1/authorities?limit=2",
    "/api/v1/changes?limit=2",
    "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "/oai?verb=ListIdentifiers&metadataPrefix=oai_dc",
]


def opened(carried: str) -> str:
    """What a cursor says, cursors within it too."""
    said = carried = unquote(carried)
    for part in re.findall(r"[\w-]{8,}", carried):
        try:
            inner = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
        except (binascii.Error, ValueError):
            continue
        said += f" {inner} {opened(inner)}"
    return said


def test_a_planted_hour_is_seen() -> None:
    inner = base64.urlsafe_b64encode(orjson.dumps(["published", False, str(STAFF_AT_WORK)]))
    outer = base64.urlsafe_b64encode(orjson.dumps([7, inner.decode().rstrip("=")])).decode()
    assert HOUR.search(opened(outer.rstrip("=")))


@pytest.mark.parametrize("built", [True, False], ids=["index", "database"])
def test_no_cursor_tells_at_what_hour_anything_was_published(
    client: Any, built: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for verb in harvest.PAGE_SIZES:
        monkeypatch.setitem(harvest.PAGE_SIZES, verb, 2)
    rows.names()
    for number in range(30):
        document = rows.a_document(
            rows.a_reference(), title_en="Bread", neighbourhood="bustan-al-qasr"
        )
        rows.publish(document, published_at=STAFF_AT_WORK + timedelta(seconds=number))
    if built:
        index()
    carried: dict[str, list[str]] = {}
    for path in LISTS:
        answer = client.get(path)
        if answer.status_code == 503 and not built:
            continue  # words are looked for by the index alone
        assert answer.status_code == 200, path
        carried[path] = CARRIED.findall(answer.content.decode())
        for each in carried[path]:
            assert not HOUR.search(opened(each)), (path, opened(each))
    assert [path for path, found in carried.items() if not found] == [], "all have further pages"
