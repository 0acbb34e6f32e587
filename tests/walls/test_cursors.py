"""Nobody reads a cursor or makes one, and none holds more than the page it stands on."""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from footage.catalogue import authorities, cursors
from footage.catalogue.models import PublicRecord, PublicState, new_secret
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
    """What a cursor holds, cursors within it too; only the archive itself can tell."""
    said = carried = unquote(carried)
    for part in re.findall(r"[\w-]{8,}", carried):
        try:
            inner = str(cursors.unpacked(part))
        except ValueError:
            continue
        said += f" {inner} {opened(inner)}"
    return said


def test_a_planted_hour_is_seen() -> None:
    inner = cursors.packed(["published", False, str(STAFF_AT_WORK)])
    assert HOUR.search(opened(cursors.packed([7, inner])))


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


PLACE = re.compile(r"(?:after=|resumptionToken[^>]*>)([\w-]{20,})")


def decoded(carried: str) -> bytes:
    return base64.urlsafe_b64decode(carried + "=" * (-len(carried) % 4))


def test_no_cursor_can_be_read_made_or_changed_by_whoever_holds_it(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would say beside which records a withdrawn one had come."""
    for verb in harvest.PAGE_SIZES:
        monkeypatch.setitem(harvest.PAGE_SIZES, verb, 2)
    rows.names()
    published = [rows.a_clip() for _ in range(30)]
    gone = published[7]
    rows.withdraw(gone)
    for path, parts in (
        ("/en/clips/?sort=published", ["published", False, gone.pk, gone.reference]),
        ("/api/v1/authorities?limit=1", ["neighbourhood", "al"]),
    ):
        carried = PLACE.findall(client.get(path).content.decode())[0]
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(decoded(carried))
        assert b"published" not in decoded(carried)
        made = base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")
        touched = ("A" if carried[0] != "A" else "B") + carried[1:]
        for wrong in (made, touched, carried[:-2]):
            with pytest.raises(ValueError):
                cursors.unpacked(wrong)
            answer = client.get(f"{path}&after={wrong}")
            refused = answer.status_code == 400
            assert refused or "was passed over" in answer.content.decode(), (path, wrong)
    harvested = client.get("/oai?verb=ListIdentifiers&metadataPrefix=oai_dc").content.decode()
    (token,) = PLACE.findall(harvested)
    assert PublicRecord.objects.first().reference.encode() not in decoded(token)


def test_a_cursor_costs_no_query_and_lives_as_long_as_the_archive(client: Any) -> None:
    for _ in range(30):
        rows.a_clip()
    standing, cursors._secret = cursors._secret, ""
    try:
        with CaptureQueriesContext(connection) as queries:
            content = client.get("/en/clips/?sort=published").content.decode()
        assert sum("publicstate" in query["sql"] for query in queries) == 1
        carried = PLACE.findall(content)[0]
        # As another process of the same archive, or this one begun anew.
        cursors._secret = ""
        assert cursors.unpacked(carried)[0] == "published"
        # As another archive.
        PublicState.objects.update(secret=new_secret())
        authorities.current()
        with pytest.raises(ValueError):
            cursors.unpacked(carried)
    finally:
        cursors._secret = standing
