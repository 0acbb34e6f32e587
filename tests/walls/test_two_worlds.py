"""Wall 7, a first pair: two archives that differ only in sealed values are the same from outside.

A world is built, crawled and rolled back; then the other, under the same clock and the same random
numbers. The bytes, headers, status codes and order of every public address must agree.
"""

import random
import secrets
import shutil
from datetime import UTC, datetime
from itertools import count

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from footage import publishing
from footage.catalogue import authorities
from footage.ingest.models import Master
from footage.models import Appearance
from tests import world
from tests.walls import crawl

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

WORLD_A = {
    "legal_name": "Samer Al-Khatib",
    "contacts": "+963 944 555 0101",
    "source_note": "By hand, in Gaziantep.",
    "filename": "VID_20160924_051022.mp4",
    "position": (36.21123, 37.18345),
    "minute": "2016-09-24T05:10:00",
    "device": "Samsung",
    "draft": True,
    "withheld_byline": "Karam",
    "staff": "huda",
    "withdrawn_title": "A door",
}
WORLD_B = {
    "legal_name": "Yahya Barakat",
    "contacts": "yahya@example.org",
    "source_note": "",
    "filename": "PICT0001.AVI",
    "position": (36.20999, 37.17888),
    "minute": "2016-09-24T17:45:00",
    "device": "Nokia",
    "draft": False,
    "withheld_byline": "Layth",
    "staff": "munir",
    "withdrawn_title": "A window and a much longer title than the other one",
}


@pytest.fixture
def same_clock_and_chance(monkeypatch, archive_data):
    """Freeze the clock and let `restart()` begin the same random numbers again."""
    chance = random.Random()
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    monkeypatch.setattr(secrets, "token_hex", lambda size=16: chance.randbytes(size).hex())
    monkeypatch.setattr(secrets, "choice", chance.choice)

    def restart():
        # Files outlive a rolled-back world, and a taken name would cost a random number more.
        for store in archive_data.iterdir():
            shutil.rmtree(store)
        chance.seed(7)
        monkeypatch.setattr(world, "numbers", count(1))

    return restart


def build(sealed):
    """One world. What readers may know is the same in both; the rest comes from `sealed`."""
    publisher = world.staff(sealed["staff"], "publish_clip")
    person = world.journalist("Sami", source=sealed["source_note"])
    world.sealed_identity(person, legal_name=sealed["legal_name"], contacts=sealed["contacts"])
    withheld = world.journalist(sealed["withheld_byline"], protection="withheld")
    clips = [
        world.clip(
            journalist=person,
            location=world.bakery_street(),
            filmed=sealed["minute"],
            latitude=sealed["position"][0],
            longitude=sealed["position"][1],
            source_note=sealed["source_note"],
            original_filename=sealed["filename"],
        ),
        world.clip(journalist=withheld, credit="withheld", filmed="2016-09?"),
    ]
    Appearance.objects.create(clip=clips[0], description=sealed["filename"], identifiable=False)
    for clip in clips:
        publishing.publish(clip, by=publisher)
    told = world.testimony(clips[0])
    publishing.publish(told, by=publisher)
    gone = world.clip(journalist=person, title_en=sealed["withdrawn_title"])
    publishing.publish(gone, by=publisher)
    publishing.withdraw(gone.reference, reason="safety", by=publisher)
    for held in Master.objects.all():
        held.technical_metadata = {**held.technical_metadata, "make": sealed["device"]}
        held.credentials = {"state": "present", "signer": sealed["device"]}
        held.save(update_fields=["technical_metadata", "credentials"])
    if sealed["draft"]:
        world.clip(journalist=person, title_en="A draft")


def outside():
    """Everything a stranger gets, by address."""
    client = Client()
    seen = {}
    for address in [*crawl.addresses(), *crawl.linked(client)]:
        response = client.get(address)
        seen[address] = (response.status_code, dict(response.headers), crawl.body(response))
    return seen


def visit(sealed, restart):
    restart()
    authorities.forget()
    with transaction.atomic():
        build(sealed)
        seen = outside()
        transaction.set_rollback(True)
    return seen


def differences(one, other):
    return sorted(
        address for address in one.keys() | other.keys() if one.get(address) != other.get(address)
    )


def test_sealed_values_change_no_public_byte(same_clock_and_chance):
    one = visit(WORLD_A, same_clock_and_chance)
    other = visit(WORLD_B, same_clock_and_chance)
    assert len(one) > 60
    assert differences(one, other) == []


def test_the_comparison_sees_one_public_word(same_clock_and_chance):
    one = visit(WORLD_A, same_clock_and_chance)
    changed = {**WORLD_A, "minute": "2016-09-25T05:10:00"}
    assert differences(one, visit(changed, same_clock_and_chance)) != []
