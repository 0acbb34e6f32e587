"""Lists are kept as they were made, and never longer than they are right."""

from typing import Any

import pytest
from django.test import Client

from footage.catalogue.index import remembering
from footage.catalogue.models import PublicAuthority, PublicRecord, PublicState
from tests.catalogue.indexes import follow, index
from tests.catalogue.test_index_life import withdraw
from tests.reading_room import rows

pytestmark = pytest.mark.django_db
LIST = "/en/clips/?neighbourhood=bustan-al-qasr"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    remembering.forget()


def test_a_kept_page_has_the_same_bytes_and_costs_two_queries(
    client: Client, django_assert_num_queries: Any
) -> None:
    rows.names()
    rows.a_clip()
    index()
    made = client.get(LIST)
    with django_assert_num_queries(2):
        kept = client.get(LIST)
    assert kept.content == made.content
    assert kept["ETag"] == made["ETag"]
    assert kept["Cache-Control"] == "no-cache"
    assert client.get(LIST, headers={"if-none-match": made["ETag"]}).status_code == 304
    assert client.head(LIST)["ETag"] == made["ETag"]
    other = client.get(LIST.replace("/en/", "/ar/"))
    assert other.content != made.content


def test_a_kept_page_is_made_anew_for_a_withdrawal_a_publication_and_a_name(client: Client) -> None:
    rows.names()
    rows.a_clip(title_en="The first")
    gone = rows.a_clip(title_en="The second")
    index()
    page = client.get(LIST).content.decode()
    assert "The second" in page
    assert "Salma" in page
    withdraw(gone)
    assert "The second" not in client.get(LIST).content.decode()
    follow()
    assert "The second" not in client.get(LIST).content.decode()
    rows.a_clip(title_en="The third")
    follow()
    page = client.get(LIST).content.decode()
    assert "The first" in page
    assert "The third" in page
    PublicAuthority.objects.filter(slug="salma").delete()
    PublicState.objects.update(authorities=99)
    assert "Salma" not in client.get(LIST).content.decode()


def test_nothing_is_kept_without_an_index(client: Client) -> None:
    rows.names()
    row = rows.a_clip(title_en="The only one")
    assert "The only one" in client.get(LIST).content.decode()
    PublicRecord.objects.filter(pk=row.pk).delete()
    assert "The only one" not in client.get(LIST).content.decode()


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "MOST_BYTES", 10_000)
    for number in range(50):
        remembering.put(("page", number), b"x" * 900, 900)
    assert remembering.get(("page", 0)) is None
    assert remembering.get(("page", 49)) is not None
    assert sum(size for _, size in remembering._kept.values()) <= 10_000
    remembering.put(("page", 49), b"y", 1)
    assert remembering.get(("page", 49)) == b"y"
