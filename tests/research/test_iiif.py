"""IIIF: what a viewer of another house is told of a record, and what it is never told."""

from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue.models import PublicRecord
from footage.research.iiif import views
from tests.reading_room import rows

pytestmark = pytest.mark.django_db


def get(client: Client, path: str, **asked: str) -> Any:
    answer = client.get(path, asked)
    assert answer.status_code == 200, (path, answer.content[:300])
    assert answer["Content-Type"].startswith("application/json")
    assert answer["Access-Control-Allow-Origin"] == "*" and answer["ETag"]
    return orjson.loads(answer.content)


def manifest(client: Client, row: PublicRecord) -> Any:
    return get(client, f"/iiif/{row.reference}/manifest.json")


def a_spoken_clip(number: int = 77, **stated: Any) -> PublicRecord:
    """A clip with copies, a poster and lines in two languages."""
    reference = rows.a_reference(number)
    lines = (
        ("ar", (1, 4, "", "مقدمة قصيرة"), (4, 8.5, "خالد", "لم يكن عندنا خبز ولا ماء")),
        ("en", (1, 4, "", "A short introduction"), (4, 8.5, "Khaled", "We had no bread or water")),
    )
    return rows.a_clip(
        number,
        **{
            "renditions": (
                rows.a_copy(b"480", width=854, height=480, duration_s=65.5),
                rows.a_copy(b"240", "playable-240", width=426, height=240, duration_s=65.5),
                rows.a_copy(b"sound", "sound", "m4a", width=None, height=None, duration_s=65.5),
                rows.a_copy(b"poster", "poster", "jpg"),
                rows.a_copy(b"strip", "strip", "jpg"),
            ),
            "transcripts": tuple(rows.a_transcript(reference, *each) for each in lines),
            **stated,
        },
    )


def keys(value: Any) -> set[str]:
    """Every key that stands anywhere in a document."""
    if isinstance(value, dict):
        return set(value) | {key for each in value.values() for key in keys(each)}
    return {key for each in value for key in keys(each)} if isinstance(value, list) else set()


def test_a_manifest_describes_in_both_languages_and_plays_the_copies(client: Client) -> None:
    rows.names()
    row = a_spoken_clip()
    made = manifest(client, row)
    assert made["label"] == {"ar": ["طابور الخبز عند الفجر"], "en": ["Bread queue at dawn"]}
    assert set(made["summary"]) == {"ar", "en"}
    assert all(set(each["label"]) == {"en", "ar"} for each in made["metadata"])
    assert made["navDate"] == "2016-11-28T00:00:00Z"
    assert made["rights"] == "http://rightsstatements.org/vocab/InC/1.0/"
    assert made["requiredStatement"]["value"]["en"] == ["Salma H. · The Aleppo Archive"]
    assert [page["id"].split("/")[-4] for page in made["homepage"]] == ["en", "ar"]
    assert made["partOf"][0]["id"].endswith("/iiif/neighbourhoods/bustan-al-qasr/collection.json")
    (canvas,) = made["items"]
    assert (canvas["width"], canvas["height"], canvas["duration"]) == (854, 480, 65.5)
    choice = canvas["items"][0]["items"][0]["body"]
    assert [each["label"]["none"] for each in choice["items"]] == [["480p"], ["240p"]]
    media = choice["items"][0]["id"].removeprefix("http://127.0.0.1:8000")
    assert client.get(media)["Access-Control-Allow-Origin"] == "*"
    captions, *transcripts = canvas["annotations"]
    assert [each["body"]["language"] for each in captions["items"]] == ["ar", "en"]
    vtt = captions["items"][0]["body"]["id"].removeprefix("http://127.0.0.1:8000")
    assert client.get(vtt)["Access-Control-Allow-Origin"] == "*"
    spoken = get(client, transcripts[0]["id"].removeprefix("http://127.0.0.1:8000"))
    assert [each["target"] for each in spoken["items"]] == [
        f"{canvas['id']}#t=1,4",
        f"{canvas['id']}#t=4,8.5",
    ]
    assert spoken["items"][1]["body"]["value"] == "خالد: لم يكن عندنا خبز ولا ماء"


@pytest.mark.parametrize("filmed", ["2016-11", "2016-11-28~", "2016-11-28/2016-11-29", "XXXX"])
def test_a_date_that_is_no_sure_day_is_no_nav_date(client: Client, filmed: str) -> None:
    row = a_spoken_clip(filmed=filmed)
    assert "navDate" not in keys(manifest(client, row))
    assert "navDate" not in keys(get(client, "/iiif/testimonies/collection.json")), (
        "nor in a collection"
    )


@pytest.mark.parametrize("level", ["graphic", "withheld"])
def test_a_closed_clip_is_described_and_has_no_frame_and_no_address_of_a_copy(
    client: Client, level: str
) -> None:
    rows.names()
    closed = a_spoken_clip(advisory_level=level, advisories=(rows.an_advisory("blood"),))
    told = rows.a_testimony(transcripts=closed.read().transcripts)
    rows.carry(told, closed, 4, 9)
    copies = [copy.name for copy in closed.read().renditions]
    for path in (
        f"/iiif/{closed.reference}/manifest.json",
        f"/iiif/{told.reference}/manifest.json",
        "/iiif/neighbourhoods/bustan-al-qasr/collection.json",
    ):
        made = get(client, path)
        content = orjson.dumps(made).decode()
        assert "/media/" not in content and "thumbnail" not in content, path
        assert not any(name in content for name in copies)
    (canvas,) = manifest(client, closed)["items"]
    assert canvas["items"][0]["items"] == []
    assert "Blood" in canvas["summary"]["en"][0] and "دماء" in canvas["summary"]["ar"][0]
    assert canvas["homepage"][0]["id"].endswith(f"/en/clips/{closed.reference}/")
    placeholder = canvas["placeholderCanvas"]["items"][0]["items"][0]
    assert placeholder["body"]["type"] == "TextualBody"
    pages = canvas.get("annotations", [])
    asked = client.get(f"/iiif/{closed.reference}/transcripts/{closed.reference}/ar.json")
    if level == "graphic":
        # What is said may be read, as on the page.
        assert [page["type"] for page in pages] == ["AnnotationPage"] * 3
        assert asked.status_code == 200
    else:
        # What is held back is described, and nothing more of it is given out.
        assert pages == [] and "service" not in keys(manifest(client, closed))
        assert asked.status_code == 404
        for path in ("search", "captions/search"):
            assert get(client, f"/iiif/{closed.reference}/{path}", q="bread")["items"] == []


def test_a_withheld_name_is_said_to_be_withheld(client: Client) -> None:
    rows.names()
    row = a_spoken_clip(credit="withheld", journalist=None)
    made = manifest(client, row)
    assert made["requiredStatement"]["value"]["en"] == ["Name withheld · The Aleppo Archive"]
    assert "Salma" not in str(made)


def test_a_testimony_is_on_the_canvases_of_its_clips_with_its_seconds(client: Client) -> None:
    clip = a_spoken_clip()
    first, second = clip.read().transcripts[0], clip.read().transcripts[0]
    told = rows.a_testimony(
        transcripts=(
            first.model_copy(update={"segments": first.segments[:1]}),
            second.model_copy(update={"segments": second.segments[1:]}),
        )
    )
    rows.carry(told, clip, 4, 9)
    made = manifest(client, told)
    (canvas,) = made["items"]
    assert canvas["id"] == manifest(client, clip)["items"][0]["id"]
    (part,) = made["structures"][0]["items"]
    assert part["items"][0]["id"] == f"{canvas['id']}#t=4,9"
    transcripts = [page for page in canvas["annotations"] if "items" not in page]
    spoken = get(client, transcripts[0]["id"].removeprefix("http://127.0.0.1:8000"))
    assert len(spoken["items"]) == 2, "two ranges of one clip are one transcript"
    rows.withdraw(clip)
    (empty,) = manifest(client, told)["items"]
    assert empty["items"][0]["items"] == []


def test_words_are_found_in_what_is_said_whatever_their_spelling(client: Client) -> None:
    row = a_spoken_clip()
    canvas = manifest(client, row)["items"][0]

    def found(text: str, path: str = "search") -> list[str]:
        page = get(client, f"/iiif/{row.reference}/{path}", q=text)
        return [each["target"] for each in page["items"]]

    assert found("الخبز") == found("خُبْز ماء") == [f"{canvas['id']}#t=4,8.5"]
    assert found("introductions") == [f"{canvas['id']}#t=1,4"]
    assert found('"no bread"') == [f"{canvas['id']}#t=4,8.5"] and found('"bread no"') == []
    assert found("") == found("nothing") == found("-bread -introduction خبز مقدمة") == []
    captions = f"/c/{row.reference}/captions/ar.vtt#t=4,8.5"
    assert [each.endswith(captions) for each in found("خبز", "captions/search")] == [True]
    (line,) = get(client, f"/iiif/{row.reference}/captions/search", q="bread")["items"]
    assert line["body"]["value"] == "We had no <em>bread</em> or water"
    for text, marked in (
        ('"no bread"', "We had <em>no bread</em> or water"),
        ("bre* -flour", "We had no <em>bread</em> or water"),
    ):
        (line,) = get(client, f"/iiif/{row.reference}/captions/search", q=text)["items"]
        assert line["body"]["value"] == marked
    assert canvas["service"][0]["id"].endswith(f"/iiif/{row.reference}/captions/search")


def test_a_search_names_what_it_passed_over(client: Client) -> None:
    path = f"/iiif/{a_spoken_clip().reference}/search"
    assert "ignored" not in get(client, path, q="bread")
    page = get(client, path, q="bread", motivation="painting", user="https://x.example", x="1")
    assert page["ignored"] == ["motivation", "user"] and len(page["items"]) == 1


def test_a_phrase_that_runs_on_in_the_next_line_is_found_in_both(client: Client) -> None:
    row = a_spoken_clip()

    def found(text: str) -> list[str]:
        page = get(client, f"/iiif/{row.reference}/captions/search", q=text)
        return [each["body"]["value"] for each in page["items"]]

    both = ["A short <em>introduction</em>", "<em>We had</em> no bread or water"]
    assert found('"introduction we had"') == both
    assert found('"introduction we had" bread') == ["<em>We had</em> no <em>bread</em> or water"], (
        "a word must be in the line itself"
    )
    assert found('short -"introduction we had"') == []
    assert found('"water a short"') == [], "the last line is not before the first"
    on_canvas = get(client, f"/iiif/{row.reference}/search", q='"introduction we had"')["items"]
    assert [each["target"].rpartition("#")[2] for each in on_canvas] == ["t=1,4", "t=4,8.5"]


def test_lists_go_on_in_a_collection_at_their_end(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.names()
    rows.name("film", "panorama", "Children of Aleppo", "أطفال حلب")
    monkeypatch.setattr(views, "PAGE_SIZE", 3)
    expected = {rows.a_clip(shots=(rows.a_shot("panorama", 1, 0, 5),)).reference for _ in range(7)}
    top = get(client, "/iiif/collection.json")
    paths = [each["id"].removeprefix("http://127.0.0.1:8000") for each in top["items"]]
    assert paths == [
        "/iiif/neighbourhoods/bustan-al-qasr/collection.json",
        "/iiif/films/panorama/collection.json",
        "/iiif/testimonies/collection.json",
    ]
    for path in paths[:2]:
        seen: list[str] = []
        while path:
            made = get(client, path.partition("?")[0], **_asked(path))
            seen += [e["id"].split("/")[-2] for e in made["items"] if e["type"] == "Manifest"]
            nested = [e["id"] for e in made["items"] if e["type"] == "Collection"]
            path = nested[0].removeprefix("http://127.0.0.1:8000") if nested else ""
        assert len(seen) == 7 and set(seen) == expected


def _asked(path: str) -> dict[str, str]:
    return dict([path.partition("?")[2].split("=", 1)]) if "?" in path else {}


def test_withdrawn_is_410_and_unknown_is_404_on_every_address(client: Client) -> None:
    row = a_spoken_clip(title_en="Gone")
    paths = ("manifest.json", "search", "captions/search", "transcripts/{}/ar.json")
    rows.withdraw(row)
    unknown = rows.a_reference(999)
    for path in paths:
        gone = client.get(f"/iiif/{row.reference}/{path.format(row.reference)}")
        assert gone.status_code == 410 and b"Gone" not in gone.content
        never = client.get(f"/iiif/{unknown}/{path.format(unknown)}")
        assert never.status_code == 404 and unknown.encode() not in never.content
    assert client.get("/iiif/neighbourhoods/nowhere/collection.json").status_code == 404
    assert client.get(f"/iiif/{row.reference.lower()}/manifest.json").status_code == 404


def test_three_queries_are_enough_for_each_address(client: Client) -> None:
    rows.names()
    clip = a_spoken_clip()
    told = rows.a_testimony(transcripts=clip.read().transcripts)
    rows.carry(told, clip, 4, 9)
    for path in (
        f"/iiif/{clip.reference}/manifest.json",
        f"/iiif/{told.reference}/manifest.json",
        f"/iiif/{told.reference}/transcripts/{clip.reference}/ar.json",
        f"/iiif/{clip.reference}/search?q=خبز",
        "/iiif/collection.json",
        "/iiif/neighbourhoods/bustan-al-qasr/collection.json",
    ):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        assert answer.status_code == 200 and len(queries) <= 3, path
        again = client.get(path, headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304
        assert client.head(path)["ETag"] == answer["ETag"]
