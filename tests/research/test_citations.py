"""Citations as tools fetch them: every form, some seconds, unAPI, and what is not there."""

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from footage.catalogue import citing
from tests import judges
from tests.reading_room import rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published_names() -> None:
    rows.names()


@pytest.mark.parametrize("suffix", citing.FORMATS)
def test_every_form_is_served_with_its_type_and_an_etag(client: Client, suffix: str) -> None:
    clip = rows.a_clip()
    address = f"/cite/{clip.reference}.{suffix}"
    answer = client.get(address, {"t": "12,15"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == f"{citing.FORMATS[suffix][0]}; charset=utf-8"
    assert "Salma H." in answer.content.decode() and "?t=12,15" in answer.content.decode()
    assert "سلمى ح." in client.get(address, {"lang": "ar"}).content.decode()
    again = client.get(address, {"t": "12,15"}, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert client.head(address).status_code == 200


@pytest.mark.parametrize(("name", "value"), [("t", "12;15"), ("t", "x"), ("lang", "fr")])
def test_a_parameter_that_cannot_be_read_is_named(client: Client, name: str, value: str) -> None:
    answer = client.get(f"/cite/{rows.a_clip().reference}.ris", {name: value})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert name in answer.json()["title"]


def test_what_is_gone_says_so_and_what_never_was_says_nothing(client: Client) -> None:
    clip = rows.a_clip()
    rows.withdraw(clip)
    gone = client.get(f"/cite/{clip.reference}.bib")
    assert gone.status_code == 410 and "Salma" not in gone.content.decode()
    never = client.get(f"/cite/{rows.a_reference()}.bib")
    assert never.status_code == 404 and never.content == b"Not found\n"
    assert client.get("/cite/nonsense.bib").content == never.content
    assert client.get("/unapi", {"id": rows.a_reference(), "format": "ris"}).status_code == 404


@pytest.mark.parametrize("suffix", citing.FORMATS)
@pytest.mark.parametrize("kind", ["clip", "testimony"])
@pytest.mark.parametrize(
    ("asked", "address", "said"),
    [
        ("100,200", "", ""),
        ("17", "", ""),
        ("3,200", "?t=3,17", "from 0:03 to 0:17"),
        ("3,8", "?t=3,8", "from 0:03 to 0:08"),
        ("16", "?t=16", "from 0:16"),
    ],
)
def test_only_seconds_that_there_are_get_cited(
    client: Client, kind: str, suffix: str, asked: str, address: str, said: str
) -> None:
    row = rows.a_clip(duration_s=17.0, renditions=(rows.a_copy(b"film"),))
    if kind == "testimony":
        carrier, row = row, rows.a_testimony()
        rows.carry(row, carrier, 1, 17)
    told = client.get(f"/cite/{row.reference}.{suffix}", {"t": asked}).content.decode()
    assert f"{settings.BASE_URL}/c/{row.reference}{address}" in told
    assert said in told if said else "from 1" not in told and "?t=" not in told
    page = client.get(f"/c/{row.reference}", {"t": asked}, follow=True).content.decode()
    assert f'href="/c/{row.reference}{address}"' in page
    assert said in page if said else "These seconds are not in this record." in page


def test_an_account_told_in_several_clips_is_cited_whole(client: Client) -> None:
    testimony = rows.a_testimony()
    for _each in range(2):
        rows.carry(testimony, rows.a_clip(duration_s=17.0), 1, 17)
    told = client.get(f"/cite/{testimony.reference}.txt", {"t": "3,8"}).content.decode()
    assert "from 0:03" not in told and "?t=" not in told


def test_a_frame_plays_only_seconds_that_there_are(client: Client) -> None:
    clip = rows.a_clip(duration_s=17.0, renditions=(rows.a_copy(b"film"),))
    for asked, played in (("100,200", '.mp4"'), ("3,200", '.mp4#t=3,17"')):
        frame = client.get(f"/en/embed/{clip.reference}/", {"t": asked}).content.decode()
        assert played in frame
        pasted = f"{settings.BASE_URL}/c/{clip.reference}?t={asked}"
        html = client.get("/oembed", {"url": pasted}).json()["html"]
        assert ("?t=3,17" in html) == ("?t=" in html) == (asked == "3,200")


def formats(answer: Any) -> dict[str, str]:
    listed = ElementTree.fromstring(answer.content)  # noqa: S314  (our own answer)
    return {each.attrib["name"]: each.attrib["type"] for each in listed}


def test_unapi_tells_its_forms_and_gives_the_record_in_one(client: Client) -> None:
    clip = rows.a_clip()
    every = client.get("/unapi")
    assert every.status_code == 200
    assert formats(every)["ris"] == "application/x-research-info-systems"
    of_one = client.get("/unapi", {"id": clip.reference})
    assert of_one.status_code == 300 and formats(of_one) == formats(every)
    told_of = ElementTree.fromstring(of_one.content)  # noqa: S314  (our own answer)
    assert told_of.attrib["id"] == clip.reference
    told = client.get("/unapi", {"id": f"{clip.reference}:ar:12,15", "format": "ris"})
    assert told.content.decode().startswith("TY  - VIDEO\r\nAU  - سلمى ح.\r\n")
    assert "?t=12,15" in told.content.decode()
    assert client.get("/unapi", {"id": clip.reference, "format": "mods"}).status_code == 406


# Reads what reference managers read: RIS by rispy, BibTeX by pybtex, CSL-JSON by citeproc-py, which
# also sets it in a style; one entry of each.
READING = """
import json, sys, warnings
import pybtex.database, rispy
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc import formatter
from citeproc.source.json import CiteProcJSON
warnings.simplefilter("ignore")
given = json.load(sys.stdin)
(ris,) = rispy.loads(given["ris"])
((key, entry),) = pybtex.database.parse_string(given["bib"], "bibtex").entries.items()
source = CiteProcJSON(json.loads(given["csl.json"]))
style = CitationStylesStyle("harvard-cite-them-right", validate=False)
listed = CitationStylesBibliography(style, source, formatter.plain)
(item,) = source.keys()
listed.register(Citation([CitationItem(item)]))
print(json.dumps({
    "ris": ris,
    "bib": {"key": key, **{name.lower(): value for name, value in entry.fields.items()},
            "author": [str(person) for person in entry.persons.get("author", [])]},
    "csl.json": str(listed.bibliography()[0]),
}))
"""


def test_other_programs_read_the_same_out_of_every_form(client: Client) -> None:
    clip = rows.a_clip(title_en="Bread & salt: 100% of {it}", filmed="2016-11")
    told = {
        suffix: client.get(f"/cite/{clip.reference}.{suffix}").content.decode()
        for suffix in ("ris", "bib", "csl.json")
    }
    found = judges.asked(READING, told)
    address = f"{settings.BASE_URL}/c/{clip.reference}"
    assert found["ris"]["type_of_reference"] == "VIDEO"
    assert found["ris"]["authors"] == ["Salma H."]
    assert found["ris"]["title"] == "Bread & salt: 100% of {it}"
    assert found["ris"]["date"] == "2016/11//" and found["ris"]["year"] == "2016"
    assert found["ris"]["urls"] == [address]
    assert found["bib"]["key"] == clip.reference and found["bib"]["url"] == address
    assert found["bib"]["author"] == ["{Salma H.}"] and found["bib"]["date"] == "2016-11"
    assert found["bib"]["title"] == "{Bread \\& salt: 100\\% of (it)}"
    assert "Salma H." in found["csl.json"] and "Bread & salt" in found["csl.json"]
    assert "2016" in found["csl.json"]


@pytest.mark.parametrize(
    ("suffix", "whole", "broken"),
    [
        ("ris", "TY  - ", "TY: "),
        ("bib", "author = {{", "author = {"),
        ("csl.json", '"literal"', '"given"'),
    ],
)
def test_a_broken_citation_is_not_read_as_if_it_were_whole(
    client: Client, suffix: str, whole: str, broken: str
) -> None:
    clip = rows.a_clip()
    told = {
        each: client.get(f"/cite/{clip.reference}.{each}").content.decode()
        for each in ("ris", "bib", "csl.json")
    }
    assert whole in told[suffix]
    good = judges.asked(READING, told)
    try:
        bad = judges.asked(READING, {**told, suffix: told[suffix].replace(whole, broken)})
    except judges.Refused:
        return
    assert bad[suffix] != good[suffix]
