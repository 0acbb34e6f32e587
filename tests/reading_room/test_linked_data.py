"""What the head of a record's page tells machines, judged by readers of theirs."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests import judges
from tests.reading_room import rows

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]

VOCABULARY = json.loads(
    Path(__file__).parents[1].joinpath("data/schemas/schemaorg/properties.json").read_text()
)
# JSON-LD by pyld (expanded under schema.org's own names) and Open Graph, out of pages, by extruct.
READING = """
import json, sys
import extruct
from pyld import jsonld
jsonld.set_document_loader(lambda url, options={}: {
    "contextUrl": None, "documentUrl": url, "contentType": "application/ld+json",
    "document": {"@context": {"@vocab": "https://schema.org/"}},
})
def read(page):
    found = extruct.extract(page, syntaxes=["json-ld", "opengraph"], uniform=False)
    (graph,) = found["json-ld"]
    (open_graph,) = found["opengraph"]
    return {"graph": graph, "nodes": jsonld.expand(graph),
            "og": [pair for pair in open_graph["properties"]]}
print(json.dumps([read(page) for page in json.load(sys.stdin)]))
"""


@pytest.fixture(autouse=True)
def published_names() -> None:
    rows.names()


def read(*pages: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = judges.asked(READING, list(pages))
    for each in found:
        (each["main"],) = [n for n in each["graph"]["@graph"] if n["@type"] != "ArchiveComponent"]
        each["og"] = dict(each["og"])
    return found


def of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def misused(node: Any) -> set[str]:
    """ "Type.property" wherever schema.org's vocabulary has no such property of such a type."""
    if isinstance(node, list):
        return set().union(*map(misused, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    known = VOCABULARY["properties"].get(node.get("@type", ""), None)
    wrong = set()
    for name, value in node.items():
        if not name.startswith("@"):
            if "@type" in node and (known is None or name not in known):
                wrong.add(f"{node['@type']}.{name}")
            wrong |= misused(value)
    return wrong


def clip_with_everything() -> Any:
    reference = rows.a_reference(77)
    return rows.a_clip(
        77,
        renditions=(rows.a_copy(b"a film"), rows.a_copy(b"a still", "poster", "jpg")),
        transcripts=(rows.a_transcript(reference, "ar", (3, 6, "", "الخبز جاهز")),),
        filmed="2016-11",
    )


def test_a_clip_is_a_video_object_no_finer_than_it_is_known(client: Client) -> None:
    row = clip_with_everything()
    english, arabic = read(
        of(client, f"/en/clips/{row.reference}/"), of(client, f"/ar/clips/{row.reference}/")
    )
    node = english["main"]
    assert node["@type"] == "VideoObject" and node["name"] == "Bread queue at dawn"
    assert node["@id"] == f"{settings.BASE_URL}/c/{row.reference}"
    assert node["dateCreated"] == "2016-11", "a month stays a month"
    assert node["uploadDate"] == "2026-03-01" and node["duration"] == "PT65.5S"
    assert node["creator"] == {"@type": "Person", "name": "Salma H."}
    assert node["contentLocation"]["name"] == "Bustan al-Qasr"
    assert node["contentUrl"].startswith(f"{settings.BASE_URL}/media/")
    assert node["thumbnailUrl"] == english["og"]["og:image"]
    assert node["caption"][0]["inLanguage"] == "ar"
    assert arabic["main"]["name"] == "طابور الخبز عند الفجر"
    assert arabic["main"]["@id"] == node["@id"]
    assert english["og"]["og:title"] == node["name"]
    assert english["og"]["og:locale"] == "en_GB" and arabic["og"]["og:locale"] == "ar_SY"
    for each in (english, arabic):
        assert misused(each["graph"]) == set()
        assert len(each["nodes"]) == 2, "every name was expanded"


@pytest.mark.parametrize("level", ["graphic", "withheld"])
@pytest.mark.parametrize("query", ["", "?show=1"])
def test_a_closed_clip_names_no_copy_and_no_picture(client: Client, level: str, query: str) -> None:
    copies = (rows.a_copy(b"a film", "playable"), rows.a_copy(b"a still", "poster", "jpg"))
    row = rows.a_clip(renditions=copies, advisory_level=level)
    (found,) = read(of(client, f"/en/clips/{row.reference}/{query}"))
    told = json.dumps([found["graph"], {**found["og"], "og:image": ""}])
    assert "/media/" not in told
    assert all(copy.name not in found["og"].get("og:image", "") for copy in copies)
    assert found["main"]["isFamilyFriendly"] is False
    # A neutral card, drawn, stands for it where a service would look for a picture.
    assert found["og"]["og:image"] == f"{settings.BASE_URL}/static/reading_room/share-card.png"


def test_a_withheld_name_an_interval_and_a_testimony(client: Client) -> None:
    withheld = rows.a_clip(credit="withheld", journalist=None, filmed="2016-09-24/2016-09-28")
    spoken = rows.a_testimony()
    clip, testimony = read(
        of(client, f"/en/clips/{withheld.reference}/"),
        of(client, f"/en/testimonies/{spoken.reference}/"),
    )
    assert "creator" not in clip["main"] and clip["main"]["creditText"] == "Name withheld"
    assert clip["main"]["temporalCoverage"] == "2016-09-24/2016-09-28"
    assert "dateCreated" not in clip["main"]
    assert testimony["main"]["@type"] == "CreativeWork"
    assert misused([clip["graph"], testimony["graph"]]) == set()


def test_words_that_would_end_the_data_block_stay_words(client: Client) -> None:
    title = "</script><script>alert(1)</script> & <!-- \u2028"
    row = rows.a_clip(title_en=title)
    page = of(client, f"/en/clips/{row.reference}/")
    assert "<script>alert" not in page
    (found,) = read(page)
    assert found["main"]["name"] == " ".join(title.split())


def test_a_property_that_its_type_does_not_have_is_found() -> None:
    assert misused({"@type": "VideoObject", "holdingArchive": "x"}) == {
        "VideoObject.holdingArchive"
    }
    assert misused(
        {"@type": "Person", "name": "x", "knows": {"@type": "Place", "duration": 1}}
    ) == {"Place.duration"}


def test_a_reference_manager_finds_the_unapi_server_and_the_id(client: Client) -> None:
    row = rows.a_clip()
    page = of(client, f"/ar/clips/{row.reference}/?t=12,15")
    assert '<link rel="unapi-server" type="application/xml" title="unAPI" href="/unapi">' in page
    assert f'class="unapi-id" title="{row.reference}:ar:12,15"' in page
    assert '<meta name="citation_title"' in page and '<meta name="citation_author"' in page
