"""The page before an export: every form, what it is for, and an honest size."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue.formats import FORMATS
from footage.reading_room.wording import size
from tests.catalogue.indexes import index
from tests.reading_room import rows

pytestmark = pytest.mark.django_db


def links(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="(/export/[^"]+)"', page)]


def test_every_list_leads_to_its_export_and_back(client: Client) -> None:
    rows.names()
    rows.a_clip(events=("bakery-strike",)), rows.a_testimony()
    for path, asked in (
        ("clips/?subject=food-and-bread&sort=oldest", "?subject=food-and-bread"),
        ("neighbourhoods/bustan-al-qasr/", "?neighbourhood=bustan-al-qasr"),
        ("journalists/salma/", "?journalist=salma"),
        ("events/bakery-strike/", "?kind=clip&kind=testimony&event=bakery-strike"),
        ("dates/2016/11/28/", "?from=2016-11-28&to=2016-11-28"),
        ("testimonies/", "?kind=testimony"),
    ):
        page = client.get(f"/en/{path}").content.decode()
        (link,) = set(re.findall(r'href="(/en/export/[^"]*)"', page))
        assert unescape(link) == f"/en/export/{asked}"
        export = client.get(unescape(link)).content.decode()
        assert "Export this 1 record" in re.sub(r"<[^>]+>|\s+", " ", export).replace("  ", " ")
        for address in links(export):
            assert address.endswith(asked) and client.get(address).status_code == 200, address
        assert f"/en/clips/{asked}" in unescape(export)


def test_every_form_is_offered_with_a_sentence_in_the_readers_language(client: Client) -> None:
    rows.a_clip()
    for language, before in (("en", ""), ("ar", "ar.")):
        page = client.get(f"/{language}/export/").content.decode()
        offered = {re.sub(r"^/export/clips\.", "", each) for each in links(page)}
        references = {f"{before}{suffix}" for suffix in ("bib", "ris", "csl.json")}
        assert references <= offered
        plain = {suffix for suffix in FORMATS if "bib" not in suffix and "ris" not in suffix}
        assert {suffix for suffix in plain if "csl" not in suffix} <= offered
        assert page.count("<h3>") == len(FORMATS) - 3
    assert "صف لكل سجل" in page


def test_a_list_that_holds_nothing_is_offered_in_no_form(client: Client) -> None:
    rows.a_clip()
    page = client.get("/en/export/?from=1990&to=1991").content.decode()
    assert links(page) == [] and "0</bdi> clips answer to all of this" in page


def test_a_size_is_that_of_the_file_where_the_page_knows_every_record(client: Client) -> None:
    rows.names()
    for number in range(20):
        rows.a_clip(summary_en="word " * number)
    page = client.get("/en/export/").content.decode()
    for suffix in ("csv", "jsonl", "bib", "ris"):
        actual = len(b"".join(client.get(f"/export/clips.{suffix}")))
        assert size(actual, "en") in page, suffix


def test_the_page_costs_three_queries_and_changes_with_nothing_but_the_catalogue(
    client: Client,
) -> None:
    for _ in range(30):
        rows.a_clip()
    index()
    with CaptureQueriesContext(connection) as asked:
        first = client.get("/en/export/?subject=food-and-bread")
    assert len(asked) <= 3
    assert client.get("/en/export/?subject=food-and-bread").content == first.content
    again = client.get(
        "/en/export/?subject=food-and-bread", headers={"If-None-Match": first["ETag"]}
    )
    assert again.status_code == 304


def test_what_cannot_be_used_is_named_and_an_empty_list_is_still_a_page(client: Client) -> None:
    page = client.get("/en/export/?subject=nonsense&from=yesterday&after=x").content.decode()
    assert "nonsense" in page and "yesterday" in page
    assert "Export these" in page and client.get(links(page)[0]).status_code == 200


def test_words_that_cannot_be_searched_are_not_exported(client: Client) -> None:
    rows.a_clip()
    page = client.get("/ar/export/?q=bread").content.decode()
    assert "فهرس البحث" in page and links(page) == []
