"""An export that breaks off on the way, as a client of the real web server sees it."""

import http.client
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import servers
from tests.faults.site import Site

# Two records that are whole, and one that nobody can read, years later.
PUBLISH = """
from footage.catalogue.models import PublicRecord
from tests.reading_room import rows
rows.a_clip(filmed="2013-01-01"), rows.a_clip(filmed="2013-01-02")
broken = rows.a_clip(filmed="2016-01-01")
PublicRecord.objects.filter(pk=broken.pk).update(document='{"schema_number":2,')
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    site = Site(Path(tmp_path_factory.mktemp("exports"), "archive"))
    site.manage("migrate", "--verbosity", "0")
    site.manage("shell", "--no-imports", text=PUBLISH)
    serve = ["manage.py", "serve", "--port", str(site.port)]
    here = {**site.environment, "ARCHIVE_SITE": "public"}
    with servers.site_process(serve, here, port=site.port) as address:
        yield address


def taken(address: str, path: str, **headers: str) -> bytes:
    """The body; raises http.client.IncompleteRead where it broke off."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "suffix", ["csv", "xlsx", "jsonl", "jsonl.gz", "geojson", "ris", "vtt.zip"]
)
def test_a_client_notices_that_an_export_broke_off(served: str, suffix: str) -> None:
    assert taken(served, f"/export/clips.{suffix}?to=2014"), "what is whole arrives whole"
    with pytest.raises(http.client.IncompleteRead):
        taken(served, f"/export/clips.{suffix}")


def test_a_client_that_agreed_to_gzip_notices_it_in_the_stream_too(served: str) -> None:
    whole = taken(served, "/export/clips.jsonl?to=2014", **{"Accept-Encoding": "gzip"})
    opened = zlib.decompressobj(31)
    opened.decompress(whole)
    assert opened.eof
    with pytest.raises(http.client.IncompleteRead) as broken:
        taken(served, "/export/clips.jsonl", **{"Accept-Encoding": "gzip"})
    begun = zlib.decompressobj(31)
    begun.decompress(broken.value.partial)
    assert not begun.eof
