"""What stands around a declared record when it leaves the archive, declared like it.

Exports and the API give a record in one shape: the envelope, every declared field, and after each
slug its names in both languages. `published` makes it; `footage.catalogue.dictionary` describes it.
"""

from datetime import date
from typing import Any, Literal

import orjson
from django.conf import settings
from pydantic.fields import FieldInfo

from footage.catalogue.authorities import Authorities
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.models import PublicAuthority, PublicRecord
from footage.catalogue.record import DAY, EDTF, OWN, Declared, Record, declared
from footage.catalogue.showing import told

GEOJSON = "RFC 7946 (GeoJSON)"
WGS_84 = "WGS 84 (EPSG:4326)"


class Envelope(Declared):
    """What is known of a publication beside its document."""

    address: str = declared(
        "Permanent address of the page",
        "العنوان الدائم للصفحة",
        standard="dcterms:identifier (RFC 3986)",
    )
    version: int = declared(
        "How often the public record was written",
        "عدد مرات كتابة السجل العلني",
        unit="ordinal",
        standard="schema.org version",
    )
    published_at: date = declared(
        "Day it was first published (UTC)",
        "يوم نشره أول مرة (بالتوقيت العالمي)",
        standard=f"dcterms:issued; {DAY}",
    )
    revised_at: date = declared(
        "Day it was last changed (UTC)",
        "يوم آخر تعديل (بالتوقيت العالمي)",
        standard=f"dcterms:modified; {DAY}",
    )


class Tombstone(Declared):
    """All that remains of a withdrawn record."""

    reference: str = declared("Permanent reference", "المرجع الدائم", standard="dcterms:identifier")
    withdrawn_at: date = declared(
        "Day it was withdrawn (UTC)", "يوم سحبه (بالتوقيت العالمي)", standard=DAY
    )
    withdrawal_reason: str = declared(
        "Class of the reason", "صنف السبب", vocabulary="withdrawal-reasons", standard=OWN
    )


class Facts(Declared):
    """What only some kinds of name have; what is not stated is left out."""

    kind: str | None = declared(
        "Kind of place", "نوع المكان", vocabulary="place-kinds", standard=OWN, default=None
    )
    parent: str | None = declared(
        "Place it lies in (slug)",
        "المكان الذي يقع فيه (معرّف)",
        authority="neighbourhood",
        standard="dcterms:isPartOf",
        default=None,
    )
    variants: tuple[str, ...] = declared(
        "Other spellings of a place, in either script",
        "صيغ أخرى لكتابة اسم المكان، بأي من الخطين",
        standard="SKOS altLabel",
        default=(),
    )
    latitude: float | None = declared(
        "Latitude of a place", "خط عرض المكان", unit="degree", standard=WGS_84, default=None
    )
    longitude: float | None = declared(
        "Longitude of a place", "خط طول المكان", unit="degree", standard=WGS_84, default=None
    )
    happened: str | None = declared(
        "When an event happened", "متى وقع الحدث", standard=EDTF, default=None
    )
    place: str | None = declared(
        "Where an event happened (slug)",
        "أين وقع الحدث (معرّف)",
        authority="neighbourhood",
        standard="dcterms:spatial",
        default=None,
    )
    broadcaster_en: str | None = declared(
        "Broadcaster of a film, in English",
        "الجهة التي بثّت الفيلم، بالإنجليزية",
        standard="dcterms:publisher",
        default=None,
    )
    broadcaster_ar: str | None = declared(
        "Broadcaster of a film, in Arabic",
        "الجهة التي بثّت الفيلم، بالعربية",
        standard="dcterms:publisher",
        default=None,
    )
    broadcast_title_en: str | None = declared(
        "Title a film was broadcast under, in English",
        "العنوان الذي بُثّ به الفيلم، بالإنجليزية",
        standard="dcterms:alternative",
        default=None,
    )
    broadcast_title_ar: str | None = declared(
        "Title a film was broadcast under, in Arabic",
        "العنوان الذي بُثّ به الفيلم، بالعربية",
        standard="dcterms:alternative",
        default=None,
    )
    broadcast_on: date | None = declared(
        "Day a film was broadcast",
        "يوم بثّ الفيلم",
        standard=f"dcterms:issued; {DAY}",
        default=None,
    )
    source_en: str | None = declared(
        "Where the facts come from, in English",
        "مصدر المعلومات، بالإنجليزية",
        standard="dcterms:source",
        default=None,
    )
    source_ar: str | None = declared(
        "Where the facts come from, in Arabic",
        "مصدر المعلومات، بالعربية",
        standard="dcterms:source",
        default=None,
    )
    witnesses: tuple[str, ...] = declared(
        "Witnesses a film names (slugs)",
        "الشهود الذين يسميهم الفيلم (معرّفات)",
        authority="witness",
        standard="dcterms:contributor",
        default=(),
    )
    demonstration: bool = declared(
        "An invented name that shows how the archive works",
        "اسم متخيَّل يبيّن كيف يعمل الأرشيف",
        standard=OWN,
        default=False,
    )


class Name(Declared):
    """A published name that records point to by kind and slug."""

    kind: Literal["neighbourhood", "journalist", "witness", "event", "film"] = declared(
        "Kind of name", "نوع الاسم", vocabulary="authority-kinds", standard="SKOS inScheme"
    )
    slug: str = declared(
        "What records call it by", "ما تسميه به السجلات", standard="dcterms:identifier"
    )
    name_en: str = declared("Name in English", "الاسم بالإنجليزية", standard="SKOS prefLabel")
    name_ar: str = declared("Name in Arabic", "الاسم بالعربية", standard="SKOS prefLabel")
    text_en: str = declared("About it, in English", "نبذة بالإنجليزية", standard="SKOS note")
    text_ar: str = declared("About it, in Arabic", "نبذة بالعربية", standard="SKOS note")
    facts: Facts = declared("What its kind has beside", "ما يخصّ نوعه", standard=OWN)
    polygon: dict[str, Any] | None = declared("Outline of a place", "حدود المكان", standard=GEOJSON)


def entry_of(field: FieldInfo) -> dict[str, Any]:
    """What `declared` was told of a field."""
    extra = field.json_schema_extra
    return dict(extra) if isinstance(extra, dict) else {}


# Declared fields of a record that hold a slug or slugs, and the kind of name they point to.
NAMED: dict[str, str] = {
    name: kind
    for name, field in Record.model_fields.items()
    if (kind := str(entry_of(field).get("authority") or ""))
}
# What stands for a field that a document of an earlier schema does not have.
LEFT_OUT: dict[str, Any] = {
    name: None if field.is_required() else orjson.loads(orjson.dumps(field.default))
    for name, field in Record.model_fields.items()
}


def fields() -> list[str]:
    """The keys of a published record: the envelope, then as declared, names after slugs."""
    found = list(Envelope.model_fields)
    for name in Record.model_fields:
        found.append(name)
        if name in NAMED:
            found += [f"{name}_name_en", f"{name}_name_ar"]
    return found


def published(row: PublicRecord, names: Authorities) -> dict[str, Any]:
    """A live record in the shape that exports and the API give. Raises ValueError if withdrawn."""
    if row.document is None:
        raise ValueError(f"{row.reference} is withdrawn and has no document")
    document = told(row.document)
    found: dict[str, Any] = {
        "address": f"{settings.BASE_URL}/c/{row.reference}",
        "version": row.version,
        "published_at": row.published_at.date().isoformat(),
        "revised_at": row.revised_at.date().isoformat(),
    }
    for name, left_out in LEFT_OUT.items():
        # A document of an earlier schema lacks what was added since.
        value = document.get(name, left_out)
        found[name] = value
        if kind := NAMED.get(name):
            for language in LANGUAGES:
                found[f"{name}_name_{language}"] = names_of(names, kind, value, language)
    return found


def tombstone(row: PublicRecord) -> dict[str, Any]:
    """What may be said of a withdrawn record. Raises ValueError for a live one."""
    if row.withdrawn_at is None:
        raise ValueError(f"{row.reference} is not withdrawn")
    return {
        "reference": row.reference,
        "withdrawn_at": row.withdrawn_at.date().isoformat(),
        "withdrawal_reason": row.withdrawal_reason,
    }


def published_name(row: PublicAuthority) -> dict[str, Any]:
    """A published name in the shape that the API gives; facts that are not declared stay here."""
    stated = row.stated
    return {
        "kind": row.kind,
        "slug": row.slug,
        "name_en": row.name_en,
        "name_ar": row.name_ar,
        "text_en": row.text_en,
        "text_ar": row.text_ar,
        "facts": {
            name: value
            for name in Facts.model_fields
            if (value := stated.get(name)) not in (None, "", [])
        },
        "polygon": orjson.loads(row.polygon) if row.polygon else None,
    }


def names_of(names: Authorities, kind: str, value: Any, language: str) -> Any:
    if isinstance(value, list):
        return [names.name(kind, slug, language) for slug in value]
    return names.name(kind, value, language) or None
