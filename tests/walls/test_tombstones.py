"""A tombstone says its reference, the day and the class of reason: nothing of what it was."""

import re
from typing import Any

import pytest
from django.test import Client

from footage import publishing
from tests import world
from tests.walls import crawl

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]
# Made of the whole answer, its reference included.
OF_THE_BODY = ("ETag", "Content-Length")
REFERENCE = re.compile(r"AA-[A-Z0-9-]+")


def published() -> tuple[str, str]:
    """The references of a clip and of a testimony."""
    clip = world.published(world.clip(filmed="2016-09-24"))
    other = world.published(world.testimony(world.clip(filmed="2016-09-25")))
    return clip.reference, other.reference


def withdrawn(*references: str) -> tuple[str, ...]:
    """Withdrawn on one day, for one reason."""
    for reference in references:
        publishing.withdraw(reference, reason="safety", by=world.publisher())
    return references


def told(client: Client, reference: str) -> dict[str, tuple[Any, ...]]:
    """What every address that takes a reference answers, with the reference itself left out."""
    answers = {}
    for address in crawl.addresses():
        if set(REFERENCE.findall(address)) != {reference}:
            continue
        response = client.get(address)
        headers = {
            name: value.replace(reference, "THE RECORD")
            for name, value in response.headers.items()
            if name not in OF_THE_BODY
        }
        body = crawl.body(response).replace(reference.encode(), b"THE RECORD")
        answers[address.replace(reference, "THE RECORD")] = (response.status_code, headers, body)
    return answers


def differing(one: str, other: str) -> list[str]:
    of_one, of_other = told(Client(), one), told(Client(), other)
    assert {"/en/clips/THE RECORD/", "/ar/testimonies/THE RECORD/", "/c/THE RECORD"} <= set(of_one)
    return [address for address, said in of_one.items() if of_other[address] != said]


def test_no_address_tells_whether_a_withdrawn_record_was_a_clip_or_a_testimony() -> None:
    pair = published()
    assert len(differing(*pair)) > 10, "as long as they are there"
    withdrawn(*pair)
    assert differing(*pair) == []


def test_both_addresses_of_a_withdrawn_record_show_its_tombstone() -> None:
    client = Client()
    for reference in withdrawn(*published()):
        for path in ("clips", "testimonies"):
            page = client.get(f"/en/{path}/{reference}/")
            assert page.status_code == 410 and reference in page.content.decode()


def test_every_export_of_whole_kinds_lists_every_tombstone_and_none_its_kind() -> None:
    client = Client()
    both = set(withdrawn(*published()))
    for asked in ("", "?kind=testimony", "?kind=clip&kind=testimony"):
        lines = crawl.body(client.get(f"/export/clips.jsonl{asked}")).decode()
        assert both <= set(re.findall(r'"reference":"([^"]+)"', lines)), asked
