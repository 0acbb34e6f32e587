"""Wall 2: whatever a stranger can reach is made from the catalogue and from nothing else."""

import re

import pytest
from django.db import connection
from django.test import Client

from footage import publishing
from footage.inbox.models import Message
from tests import world
from tests.walls import crawl

pytestmark = pytest.mark.django_db

INBOX = {f"/{language}/safety/{page}" for language in ("en", "ar") for page in ("", "outcome/")}
# What may be asked by POST as well, and answers as a GET does.
ASKED_BY_POST = "/oai"
TABLE = re.compile(r"""(?:FROM|JOIN|INTO|UPDATE)\s+["`]?(\w+)["`]?""", re.IGNORECASE)


class TouchedAnotherTable(AssertionError):
    pass


def only_the_catalogue(execute, sql, params, many, context):
    for table in TABLE.findall(sql):
        if not table.startswith("catalogue_"):
            raise TouchedAnotherTable(f"{table}: {sql[:200]}")
    return execute(sql, params, many, context)


@pytest.fixture
def collection():
    """A live clip, a gated one, a testimony, a withdrawn clip, a draft, an event, the film."""
    from footage.management.commands.load_reference import load_film

    clip = world.clip(filmed="2016-09-24")
    clip.events.add(world.event())
    world.transcript(clip, "ar", (0, 4000, "مقدمة"), (4000, 9000, "لم يكن عندنا ماء"))
    world.transcript(clip, "en", (0, 4000, "Introduction"), (4000, 9000, "We had no water"))
    world.published(clip)
    world.published(world.testimony(clip, start_s=4, end_s=9))
    gated = world.clip(title_en="After the strike", title_ar="بعد الغارة", filmed="2016-09?")
    gated.advisory_level = "graphic"
    gated.save()
    gated.advisories.create(advisory="blood", start_s=2, end_s=5)
    world.published(gated)
    gone = world.published(filmed="2012-09-24")
    publishing.withdraw(gone.reference, reason="safety", by=world.publisher())
    world.clip(title_en="A draft nobody sees", title_ar="مسودة لا يراها أحد")
    publishing.publish_authority(load_film(), by=world.publisher())
    return clip


def test_every_public_address_touches_catalogue_tables_only(collection):
    asked = 0
    with connection.execute_wrapper(only_the_catalogue):
        for address, response, _content in crawl.visits(Client()):
            assert response.status_code < 500, address
            asked += 1
    assert asked > 500


def test_the_guard_catches_a_private_table():
    with (
        connection.execute_wrapper(only_the_catalogue),
        pytest.raises(TouchedAnotherTable),
    ):
        list(type(world.clip()).objects.all())


def test_no_public_address_sets_a_cookie_or_varies_on_the_reader(collection):
    client = Client()
    signed_in = Client()
    signed_in.force_login(world.publisher())
    for address in crawl.addresses():
        response = client.get(address)
        anonymous = crawl.body(response)
        assert not response.cookies, address
        varies = response.headers.get("Vary", "").lower()
        assert "cookie" not in varies, address
        # The front door and the permanent address answer in the reader's own language.
        if address != "/" and not address.startswith("/c/"):
            assert "accept-language" not in varies, address
        assert crawl.body(signed_in.get(address)) == anonymous, address


def test_every_public_address_is_revalidated_and_kept_from_frames_and_sniffers(collection):
    client = Client()
    for address in crawl.addresses():
        headers = client.get(address).headers
        assert "no-cache" in headers.get("Cache-Control", ""), address
        assert headers.get("X-Content-Type-Options") == "nosniff", address
        assert headers.get("Referrer-Policy") == "no-referrer", address
        assert "'unsafe" not in headers.get("Content-Security-Policy", "'unsafe"), address


def test_never_published_and_never_existed_are_the_same_404(collection):
    from footage.models import Clip

    client = Client()
    draft = Clip.objects.get(title_en="A draft nobody sees").reference
    pages = ("/en/clips/{}/", "/ar/clips/{}/", "/en/testimonies/{}/", "/c/{}")
    for template in (*pages, "/api/v1/records/{}"):
        of_draft = client.get(template.format(draft))
        of_nothing = client.get(template.format(crawl.NEVER_WAS))
        assert of_draft.status_code == of_nothing.status_code
        hidden = of_draft.content.replace(draft.encode(), b"")
        assert hidden == of_nothing.content.replace(crawl.NEVER_WAS.encode(), b"")
        assert dict(of_draft.headers) | {"ETag": ""} == dict(of_nothing.headers) | {"ETag": ""}


def test_a_withdrawn_reference_answers_410_and_nothing_of_what_it_was(collection):
    from footage.catalogue.models import PublicRecord

    client = Client()
    gone = PublicRecord.objects.get(withdrawn_at__isnull=False)
    for language in ("en", "ar"):
        response = client.get(f"/{language}/clips/{gone.reference}/")
        assert response.status_code == 410
        assert gone.reference.encode() in response.content
        for word in ("Bread queue", "طابور الخبز", "Nour", "al-shaar", "food-and-bread", "2012"):
            assert word.encode() not in response.content


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_public_address_takes_anything(collection, method):
    client = Client(enforce_csrf_checks=True)
    for address in crawl.addresses():
        # The one exception: the inbox, which takes a form by POST, and no other kind of body.
        takes = {415} if method == "post" and address in INBOX else {302, 404, 405}
        if method == "post" and address.startswith(ASKED_BY_POST):
            takes = {200}
        assert getattr(client, method)(address).status_code in takes, address
    assert not Message.objects.exists()
    form = "application/x-www-form-urlencoded"
    with connection.execute_wrapper(only_the_catalogue):
        asked = client.post("/oai", "verb=ListRecords&metadataPrefix=oai_dc", form)
    assert asked.status_code == 200 and not asked.cookies
