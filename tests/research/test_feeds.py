"""Atom per list and the sitemap: what an outside reader makes of them, and what they never show."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from footage.reading_room import sitemaps
from tests import judges
from tests.catalogue.indexes import index
from tests.reading_room import rows

pytestmark = pytest.mark.django_db

READING = """
import json, sys, feedparser
feed = feedparser.parse(json.load(sys.stdin).encode())
print(json.dumps({
    "wrong": str(feed.get("bozo_exception", "")) if feed.bozo else "",
    "language": feed.feed.get("language", ""), "updated": feed.feed.get("updated", ""),
    "entries": [{"id": e.get("id"), "title": e.get("title"), "link": e.get("link"),
                 "updated": e.get("updated"), "published": e.get("published"),
                 "author": e.get("author"), "tags": [t.term for t in e.get("tags", [])],
                 "picture": [t["url"] for t in e.get("media_thumbnail", [])]}
                for e in feed.entries]}))
"""
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
VIDEO = "{http://www.google.com/schemas/sitemap-video/1.1}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def read(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return judges.asked(READING, answer.content.decode())


def parsed(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    content = b"".join(answer) if answer.streaming else answer.content
    assert len(content) < 50_000_000
    return etree.fromstring(content)


def copies() -> tuple[Any, ...]:
    return (rows.a_copy(b"still", "poster", "jpg"), rows.a_copy(b"film"))


def test_a_feed_lists_what_its_query_finds_in_either_language(client: Client) -> None:
    rows.names()
    clip = rows.a_clip(subjects=("school",), renditions=copies(), title_en="A\x0bt & <b>")
    rows.a_clip(subjects=("play",)), rows.withdraw(rows.a_clip(subjects=("school",)))
    for language, title, author, tag in (
        ("en", "At & <b>", "Salma H.", "School and learning"),
        ("ar", "طابور الخبز عند الفجر", "سلمى ح.", "المدرسة والتعليم"),
    ):
        feed = read(client, f"/feeds/{language}/clips.atom?subject=school")
        assert feed["wrong"] == "" and feed["language"] == language
        (entry,) = feed["entries"]
        assert entry["id"].endswith(f"/c/{clip.reference}")
        assert entry["link"].endswith(f"/{language}/clips/{clip.reference}/")
        assert (entry["author"], entry["tags"]) == (author, [tag])
        assert (entry["published"], entry["updated"]) == ("2026-03-01T00:00:00+00:00",) * 2
        assert len(entry["picture"]) == 1
        assert (
            entry["title"].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") == title
        )


def test_the_reader_of_feeds_finds_a_broken_one(client: Client) -> None:
    rows.a_clip()
    whole = client.get("/feeds/en/clips.atom").content.decode()
    assert judges.asked(READING, whole.replace("</entry>", "", 1))["wrong"]
    assert judges.asked(READING, whole)["wrong"] == ""


@pytest.mark.parametrize("level", ["graphic", "withheld"])
def test_a_closed_clip_is_in_feed_and_sitemap_without_picture_or_film(
    client: Client, level: str
) -> None:
    clip = rows.a_clip(advisory_level=level, renditions=copies(), download=True)
    feed = client.get("/feeds/en/clips.atom").content
    part = b"".join(client.get(f"/sitemaps/records-{part_of(clip)}.xml"))
    for content in (feed, part):
        assert clip.reference.encode() in content
        assert b"/media/" not in content and b"video:video>" not in content


def part_of(row: Any) -> int:
    return -(-row.pk // sitemaps.IN_PART)


def test_a_feed_says_what_is_wrong_with_its_address_and_costs_three_queries(
    client: Client,
) -> None:
    for _ in range(12):
        rows.a_clip()
    index()
    assert client.get("/feeds/en/clips.atom?colour=red").status_code == 400
    assert client.get("/feeds/fr/clips.atom").status_code == 404
    assert client.get("/feeds/en/clips.atom?q=bread").status_code == 200
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/feeds/en/clips.atom?limit=5")
    assert len(queries) <= 3 and answer.content.count(b"<entry>") == 5
    again = client.get("/feeds/en/clips.atom?limit=5", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_the_address_of_any_page_of_a_list_asks_its_feed(client: Client) -> None:
    for day in range(1, 27):
        rows.a_clip(filmed=f"2016-11-{day:02}")
    page = client.get("/en/clips/?q=&from=2016&to=&sort=oldest").content.decode()
    query = re.findall(r'href="/en/clips/(\?[^"]*after=[^"]*)"', page)[0].replace("&amp;", "&")
    plain = client.get("/feeds/en/clips.atom?from=2016-01-01").content
    for asked in (query, "?q=&from=2016&to=&sort=oldest"):
        answer = client.get(f"/feeds/en/clips.atom{asked}")
        assert answer.status_code == 200
        assert answer.content.partition(b"<entry>")[2] == plain.partition(b"<entry>")[2]
        assert b'/en/clips/?from=2016-01-01"' in answer.content


def test_every_list_names_its_feed(client: Client) -> None:
    rows.names(), rows.a_clip()
    for page, feed in (
        ("/en/clips/?subject=school&sort=oldest", "/feeds/en/clips.atom?subject=school"),
        ("/ar/testimonies/", "/feeds/ar/clips.atom?kind=testimony"),
        ("/ar/journalists/salma/", "/feeds/ar/clips.atom?journalist=salma"),
    ):
        content = client.get(page).content.decode()
        assert f'href="{feed}"' in content and "application/atom+xml" in content
        assert client.get(feed).status_code == 200


def test_an_empty_feed_is_of_no_time(client: Client) -> None:
    assert read(client, "/feeds/en/clips.atom")["updated"] == "2012-01-01T00:00:00+00:00"


def test_the_sitemap_leads_to_every_page_in_both_languages(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.names()
    monkeypatch.setattr(sitemaps, "IN_PART", 2)
    there = [rows.a_clip() for _ in range(5)]
    gone = rows.a_clip()
    rows.withdraw(gone)
    parts = [each.text for each in parsed(client, "/sitemap.xml").iter(f"{SITEMAP}loc")]
    found: list[str] = []
    for part in parts:
        path = "/" + part.partition("//")[2].partition("/")[2]
        if client.get(path).status_code == 404:
            # Rows of earlier tests were numbered too.
            continue
        tree = parsed(client, path)
        for url in tree.iter(f"{SITEMAP}url"):
            found.append(url.findtext(f"{SITEMAP}loc"))
            links = {each.get("hreflang"): each.get("href") for each in url.iter(f"{XHTML}link")}
            assert set(links) == {"en", "ar"} and found[-1] in links.values()
    for row in there:
        for language in ("en", "ar"):
            assert sum(each.endswith(f"/{language}/clips/{row.reference}/") for each in found) == 1
    assert not any(gone.reference in each for each in found)
    assert any(each.endswith("/ar/journalists/salma/") for each in found)
    for address in found:
        path = "/" + address.partition("//")[2].partition("/")[2]
        assert client.get(path).status_code == 200, path


def test_a_film_is_offered_to_video_search_only_where_it_may_be_downloaded(client: Client) -> None:
    kept = rows.a_clip(renditions=copies(), duration_s=65.5)
    tree = parsed(client, f"/sitemaps/records-{part_of(kept)}.xml")
    assert list(tree.iter(f"{VIDEO}video")) == []
    given = rows.a_clip(renditions=copies(), duration_s=65.5, download=True)
    tree = parsed(client, f"/sitemaps/records-{part_of(given)}.xml")
    english, arabic = tree.iter(f"{VIDEO}video")
    assert english.findtext(f"{VIDEO}title") == "Bread queue at dawn"
    assert arabic.findtext(f"{VIDEO}title") == "طابور الخبز عند الفجر"
    assert english.findtext(f"{VIDEO}duration") == "66"
    assert client.get("/sitemaps/records-9999.xml").status_code == 404
