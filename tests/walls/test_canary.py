"""Wall 8, a first form: a token planted in every sealed field appears nowhere in public.

The sealed fields are found by introspection: every text column of the private tables, unless a
line below says why readers may see it. Whoever adds a column decides here what it is.
"""

import base64
import gzip
import html
import logging
import urllib.parse

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from footage import publishing
from footage.catalogue.models import PublicAuthority, PublicRecord
from footage.custody.models import CustodyEvent
from footage.models import Appearance, Clip, Testimony
from footage.models.two_persons import Act, ask_for
from people.models import Journalist, Witness
from tests import world
from tests.walls import crawl

PRIVATE = ("people", "footage", "ingest", "custody", "inbox")
# Columns whose text is published when staff publish the row: not sealed.
PUBLIC_WHEN_PUBLISHED = {
    "Journalist": {"byline_en", "byline_ar", "biography_en", "biography_ar"},
    "Witness": {"byline_en", "byline_ar", "biography_en", "biography_ar"},
    "PublicSlug": {"slug"},
    "Location": {"slug", "name_en", "name_ar", "variants", "polygon"},
    "Event": {
        *("slug", "title_en", "title_ar", "summary_en", "summary_ar", "happened"),
        *("source_en", "source_ar"),
    },
    "Film": {
        *("slug", "title_en", "title_ar", "summary_en", "summary_ar", "source_en", "source_ar"),
        *("broadcast_title_en", "broadcast_title_ar", "broadcaster_en", "broadcaster_ar"),
    },
    "Clip": {
        *("reference", "title_en", "title_ar", "summary_en", "summary_ar", "filmed"),
        *("rights_note", "languages", "subjects", "media_type"),
    },
    "Testimony": {
        *("reference", "title_en", "title_ar", "summary_en", "summary_ar", "given"),
        *("rights_note", "languages"),
    },
    "TranscriptSegment": {"speaker", "text"},
    # Published as what the copy is; its working name and digest of the same bytes are not secret.
    "Rendition": {"media_type", "digest", "role"},
    "Deaccession": {"reference"},
    "CustodyEvent": {"subject", "type"},
    "Master": {"media_type"},
    "Message": {"reference", "code_digest"},
    # Read by the public process; the private half and every message are not.
    "PublicKey": {"raw"},
    "Outcome": {"answer", "code_digest"},
    "Handling": {"answer"},
}


def sealed_columns():
    """(model, field) for every free-text, JSON or binary column that is not public when published.

    Columns with a closed list of codes hold no free text and are left to the declared record.
    """
    for label in PRIVATE:
        for model in apps.get_app_config(label).get_models():
            if model.__name__.startswith("Historical"):
                continue
            for field in model._meta.concrete_fields:
                text = isinstance(field, models.CharField | models.TextField | models.JSONField)
                closed = bool(field.choices) or getattr(field, "vocabulary", None) is not None
                if (text and not closed) or isinstance(field, models.BinaryField):
                    public = PUBLIC_WHEN_PUBLISHED.get(model.__name__, set())
                    if field.name not in public:
                        yield model, field


def planted(model, field):
    """A token nobody else uses, in Latin and Arabic letters, for one column."""
    return f"canary-{model._meta.model_name}-{field.name}-مهرب"


def forms(token):
    """The token as it could leak: plain, percent, HTML, base64, hex, JSON-escaped."""
    raw = token.encode()
    return {
        raw,
        urllib.parse.quote(token).encode(),
        html.escape(token).encode(),
        base64.b64encode(raw).rstrip(b"="),
        raw.hex().encode(),
        token.encode("unicode_escape"),
        token.split("-مهرب")[0].encode(),
    }


@pytest.fixture
def tokens(db):
    """A published collection in which every sealed column of every row holds its token."""
    person = world.journalist("Sami", source="x")
    speaker = world.witness("Umm Khaled")
    world.sealed_identity(person, legal_name="placeholder", contacts="x", notes="x")
    custodian = world.staff("asking", "view_sealedidentity")
    ask_for(Act.UNSEAL, f"people_journalist:{person.pk}", by=custodian, reason="x")
    clip = world.clip(
        journalist=person, location=world.bakery_street(), latitude=36.21171, longitude=37.18394
    )
    Appearance.objects.create(clip=clip, description="x", resolved="x", at_risk=True)
    world.transcript(clip, "ar", (0, 4000, "مقدمة"))
    clip.events.add(world.event())
    told = world.testimony(clip, witness=speaker)
    draft = world.clip(title_en="canary-draft-title", title_ar="canary-draft-title")
    gone = world.clip(title_en="canary-withdrawn-title")
    copy = world.clip(journalist=person, location=world.bakery_street())
    world.near_duplicate(clip, copy, "same", note="x")
    known = {}
    for model, field in sealed_columns():
        token = planted(model, field)
        if isinstance(field, models.BinaryField) or model is CustodyEvent:
            continue
        value = {"x": token} if isinstance(field, models.JSONField) else token
        if field.max_length and len(token) > field.max_length:
            value = token[: field.max_length]
            token = value
        if field.unique or field.name in {"digest", "name", "public_slug", "filmed", "given"}:
            continue
        if model.objects.exists() and not field.primary_key and field.name != "use":
            if model.__name__ == "Consent":
                continue
            if model.__name__ == "Master":
                for held in model.objects.all():
                    held.technical_metadata = {**held.technical_metadata, "make": token}
                    held.credentials = {"state": "present", "signer": token}
                    held.save(update_fields=["technical_metadata", "credentials"])
                known[token] = f"{model.__name__}.technical_metadata"
                continue
            model.objects.update(**{field.name: value})
            known[token] = f"{model.__name__}.{field.name}"
    identity = person.sealed_identity
    for name in identity.FIELDS:
        identity.write(name, f"canary-identity-{name}")
        known[f"canary-identity-{name}"] = f"SealedIdentity.{name}"
    identity.save()
    for item in (
        Clip.objects.get(pk=copy.pk),
        Clip.objects.get(pk=clip.pk),
        Testimony.objects.get(pk=told.pk),
    ):
        world.published(item)
    world.published(Clip.objects.get(pk=gone.pk))
    publishing.withdraw(gone.reference, reason="safety", by=world.publisher())
    known["canary-draft-title"] = "a draft"
    known["canary-withdrawn-title"] = "a withdrawn clip"
    known[clip.master.digest] = "the master's digest"
    known["36.21171"] = known["37.18394"] = "the exact position"
    known["bakery-street"] = known["شارع الفرن"] = "a place finer than shown"
    known[world.publisher().username + "-of-the-archive"] = "a member of staff"
    assert len(known) > 15
    assert draft.pk
    return known


def test_no_sealed_token_is_in_any_public_byte(tokens, caplog):
    client = Client()
    surfaces: dict[str, bytes] = {}
    with caplog.at_level(logging.DEBUG):
        for address in {*crawl.addresses(), *crawl.linked(client)}:
            response = client.get(address, headers={"Accept-Encoding": "gzip"})
            content = crawl.body(response)
            if response.headers.get("Content-Encoding") == "gzip":
                content = gzip.decompress(content)
            headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
            surfaces[address] = headers.encode() + content
    surfaces["the log"] = caplog.text.encode()
    surfaces["the catalogue"] = repr(
        [
            list(model.objects.values_list())
            for model in apps.get_app_config("catalogue").get_models()
        ]
    ).encode()
    leaks = [
        (secret, where)
        for token, secret in tokens.items()
        for form in forms(token)
        for where, content in surfaces.items()
        if form in content
    ]
    assert leaks == []


def test_the_canary_finds_a_planted_leak(tokens):
    row = PublicRecord.objects.live().filter(kind="clip").first()
    token = next(token for token, secret in tokens.items() if secret == "Clip.source_note")
    leaked = row.document.replace("People wait in front of a bakery.", token)
    PublicRecord.objects.filter(pk=row.pk).update(document=leaked)
    page = Client().get(f"/en/clips/{row.reference}/").content
    assert any(form in page for form in forms(token))


def test_every_free_text_column_of_a_private_table_is_claimed():
    known = {
        model.__name__ for label in PRIVATE for model in apps.get_app_config(label).get_models()
    }
    assert set(PUBLIC_WHEN_PUBLISHED) <= known
    for model_name, fields in PUBLIC_WHEN_PUBLISHED.items():
        model = next(
            model
            for label in PRIVATE
            for model in apps.get_app_config(label).get_models()
            if model.__name__ == model_name
        )
        existing = {field.name for field in model._meta.get_fields()}
        assert fields - existing <= {"media_type"}, model_name


def test_people_without_a_published_record_are_nowhere(db):
    Journalist.objects.create(byline_en="Nobody yet", byline_ar="لا أحد بعد", protection="named")
    Witness.objects.create(byline_en="Unheard", byline_ar="لم تُسمع", protection="named")
    world.published()
    client = Client()
    for address in crawl.linked(client):
        content = crawl.body(client.get(address))
        assert b"Nobody yet" not in content
        assert b"Unheard" not in content
    assert set(PublicAuthority.objects.filter(kind="journalist").values_list("slug")) == {("nour",)}
