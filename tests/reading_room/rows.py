"""Rows of the catalogue written by hand, for tests of what readers see of them."""

import hashlib
import itertools
from datetime import UTC, datetime
from typing import Any

import orjson
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from footage import dates
from footage.catalogue.models import (
    PublicAuthority,
    PublicLink,
    PublicRecord,
    PublicRendition,
    PublicState,
    PublicTerm,
)
from footage.catalogue.record import Advisory, Record, Rendition, Segment, Shot, Transcript
from footage.references import ALPHABET, check_character

PUBLISHED = datetime(2026, 3, 1, 12, tzinfo=UTC)
_numbers = itertools.count(1)


def a_reference(number: int | None = None) -> str:
    """A valid reference, the same for the same number."""
    left = next(_numbers) if number is None else number
    characters = []
    for _ in range(8):
        left, digit = divmod(left, len(ALPHABET))
        characters.append(ALPHABET[digit])
    body = "".join(reversed(characters))
    return f"AA-{body[:4]}-{body[4:]}-{check_character(body)}"


def a_document(reference: str, **stated: Any) -> Record:
    """A complete document: a video of Bustan al-Qasr unless stated otherwise."""
    filmed = dates.parse(stated.pop("filmed", "2016-11-28"))
    kind = stated.get("kind", "clip")
    values: dict[str, Any] = {
        "schema_number": 1,
        "kind": "clip",
        "reference": reference,
        "medium": "video" if kind == "clip" else None,
        "title_en": "Bread queue at dawn",
        "title_ar": "طابور الخبز عند الفجر",
        "summary_en": "People wait for bread.",
        "summary_ar": "ناس ينتظرون الخبز.",
        "original_language": "ar",
        "filmed": filmed.edtf,
        "filmed_from": filmed.earliest,
        "filmed_to": filmed.latest,
        "filmed_certain": filmed.certain,
        "filmed_basis": "journalist",
        "filmed_confidence": "probable",
        "place": "bustan-al-qasr",
        "neighbourhood": "bustan-al-qasr",
        "place_precision": "neighbourhood",
        "place_basis": "landmarks",
        "place_confidence": "confirmed",
        "latitude": 36.1934,
        "longitude": 37.1449,
        "journalist": "salma",
        "witness": None,
        "credit": "byline",
        "subjects": ("food-and-bread",),
        "events": (),
        "shots": (),
        "advisory_level": "none",
        "advisories": (),
        "languages": ("ar",),
        "rights": "filmer-consent",
        "rights_note": "",
        "verification": "verified",
        "duration_s": 65.5,
        "download": False,
        "renditions": (),
        "transcripts": (),
        "master_fixity": None,
        "demonstration": False,
    }
    return Record(**{**values, **stated})


def publish(document: Record, *, published_at: datetime = PUBLISHED) -> PublicRecord:
    """The row of a document with its terms and renditions, under the next change number."""
    state, _ = PublicState.objects.get_or_create(pk=1)
    state.change += 1
    canonical = document.canonical()
    row = PublicRecord.objects.create(
        kind=document.kind,
        reference=document.reference,
        schema=document.schema_number,
        published_at=published_at,
        revised_at=published_at,
        change=state.change,
        document=canonical,
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
        filmed_from=document.filmed_from,
        filmed_to=document.filmed_to,
        filmed_certain=document.filmed_certain,
    )
    PublicTerm.objects.bulk_create(
        PublicTerm(record=row, facet=facet, value=value) for facet, value in document.terms()
    )
    PublicRendition.objects.bulk_create(
        PublicRendition(
            record=row,
            name=copy.name,
            media_type=copy.media_type,
            bytes=copy.bytes,
            digest=copy.fixity.removeprefix("sha256:"),
            download=document.download,
        )
        for copy in document.renditions
    )
    state.save()
    return row


def a_clip(number: int | None = None, **stated: Any) -> PublicRecord:
    return publish(a_document(a_reference(number), **stated))


def a_testimony(number: int | None = None, **stated: Any) -> PublicRecord:
    said = {"title_en": "What the baker saw", "title_ar": "ما رآه الخباز", "journalist": None}
    return publish(a_document(a_reference(number), **{"kind": "testimony", **said, **stated}))


def withdraw(row: PublicRecord, reason: str = "safety") -> None:
    """What a withdrawal leaves of a row."""
    row.terms.all().delete()
    row.renditions.all().delete()
    row.withdrawn_at, row.withdrawal_reason = datetime(2026, 5, 4, tzinfo=UTC), reason
    row.kind, row.document, row.digest, row.filmed_certain = "clip", None, "", False
    row.filmed_from = row.filmed_to = None
    row.save()


def carry(testimony: PublicRecord, clip: PublicRecord, start: float, end: float) -> PublicLink:
    return PublicLink.objects.create(
        kind="carried-by",
        left=testimony.reference,
        right=clip.reference,
        start_s=start,
        end_s=end,
    )


def name(kind: str, slug: str, name_en: str, name_ar: str, **stated: Any) -> PublicAuthority:
    """A published name; its facts are the keyword `facts`."""
    state, _ = PublicState.objects.get_or_create(pk=1)
    facts = orjson.dumps(stated.pop("facts", {})).decode()
    row = PublicAuthority.objects.create(
        kind=kind, slug=slug, name_en=name_en, name_ar=name_ar, facts=facts, **stated
    )
    state.authorities += 1
    state.save()
    return row


def names() -> None:
    """The names that documents of this module point to."""
    name("neighbourhood", "bustan-al-qasr", "Bustan al-Qasr", "بستان القصر")
    name("neighbourhood", "al-shaar", "al-Shaar", "الشعار")
    name(
        "journalist",
        "salma",
        "Salma H.",
        "سلمى ح.",
        text_en="Films her street.",
        text_ar="تصوّر حيّها.",
    )
    name(
        "event", "bakery-strike", "The bakery strike", "قصف الفرن", facts={"happened": "2016-11-28"}
    )


def a_copy(content: bytes, role: str = "playable", suffix: str = "mp4", **stated: Any) -> Rendition:
    """An access copy that lies in the store, for a document's `renditions`."""
    digest = hashlib.sha256(content).hexdigest()
    types = {"mp4": "video/mp4", "jpg": "image/jpeg", "m4a": "audio/mp4"}
    kept = storages["access"].save(f"{digest[:24]}.{suffix}", ContentFile(content))
    return Rendition(
        role=role,
        name=kept,
        media_type=types[suffix],
        bytes=len(content),
        fixity=f"sha256:{digest}",
        **{"width": 640, "height": 360, "duration_s": None, **stated},
    )


def an_advisory(code: str, start: float | None = None, end: float | None = None) -> Advisory:
    return Advisory(code=code, start_s=start, end_s=end)


def a_transcript(clip: str, language: str, *lines: tuple[float, float, str, str]) -> Transcript:
    segments = tuple(
        Segment(start_s=start, end_s=end, speaker=speaker, text=text)
        for start, end, speaker, text in lines
    )
    return Transcript(language=language, status="reviewed", clip=clip, segments=segments)


def a_shot(film: str, position: int, start: float, end: float) -> Shot:
    return Shot(film=film, position=position, start_s=start, end_s=end)
