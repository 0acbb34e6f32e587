"""The declared record: every field of a public document, once.

JSON Schema, exports, the data dictionary and the check that publishing writes no undeclared key
all come from here. Each field carries its meaning in both languages, its unit if it is a number,
its vocabulary or the kind of name it points to where it has one, the standard that it and its form
follow, and the schema number it came with. `SCHEMA` grows by one with every change of meaning;
fields are added, never renamed or reused.
"""

from datetime import date
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

SCHEMA = 2

BCP_47 = "BCP 47"
EDTF = "ISO 8601-2:2019 (EDTF)"
SHA_256 = "FIPS 180-4 (SHA-256)"
DAY = "ISO 8601-1:2019"
# Where no outside standard has the notion, or none with this meaning.
OWN = "Aleppo Archive"


def declared(
    en: str,
    ar: str,
    *,
    standard: str,
    unit: str = "",
    vocabulary: str = "",
    authority: str = "",
    since: int = 1,
    **kwargs: Any,
) -> Any:
    """A pydantic field with its entry in the data dictionary.

    `vocabulary` names a closed list of `footage.vocabularies`, `authority` the kind of published
    name that the slug or slugs point to, `unit` one of `dictionary.UNITS`.
    """
    entry: dict[str, Any] = {
        "description_en": en,
        "description_ar": ar,
        "unit": unit,
        "vocabulary": vocabulary,
        "authority": authority,
        "standard": standard,
        "since": since,
    }
    return Field(description=en, json_schema_extra=entry, **kwargs)


class Declared(BaseModel):
    """Nothing undeclared passes, and a document never changes after it was made."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Advisory(Declared):
    code: str = declared("Content advisory", "تنبيه المحتوى", vocabulary="advisories", standard=OWN)
    start_s: float | None = declared("From this second", "من الثانية", unit="s", standard=OWN)
    end_s: float | None = declared("To this second", "إلى الثانية", unit="s", standard=OWN)


# "playable" is the copy for everybody, of at most 480 lines; the others say their own number.
Role = Literal[
    "poster",
    "strip",
    "playable-240",
    "playable",
    "playable-720",
    "photograph",
    "photograph-small",
    "sound",
]


class Rendition(Declared):
    role: Role = declared(
        "What the access copy is for",
        "الغرض من نسخة الإتاحة",
        vocabulary="roles",
        standard="PBCore instantiationGenerations",
    )
    name: str = declared(
        "Name under /media/", "الاسم تحت ‎/media/", standard="PBCore instantiationLocation"
    )
    media_type: str = declared("Media type", "نوع الوسيط", standard="RFC 6838")
    bytes: int = declared("Size", "الحجم", unit="byte", standard="PBCore instantiationFileSize")
    fixity: str = declared("Digest of this access copy", "بصمة نسخة الإتاحة هذه", standard=SHA_256)
    width: int | None = declared(
        "Width", "العرض", unit="px", standard="PBCore essenceTrackFrameSize"
    )
    height: int | None = declared(
        "Height", "الارتفاع", unit="px", standard="PBCore essenceTrackFrameSize"
    )
    duration_s: float | None = declared(
        "Duration", "المدة", unit="s", standard="PBCore instantiationDuration"
    )
    times_s: tuple[float, ...] = declared(
        "Of a frame strip: the time of each frame, left to right",
        "لشريط اللقطات: زمن كل لقطة، من اليسار إلى اليمين",
        unit="s",
        standard=OWN,
        since=2,
        default=(),
    )


class Segment(Declared):
    start_s: float = declared("From this second", "من الثانية", unit="s", standard="WebVTT")
    end_s: float = declared("To this second", "إلى الثانية", unit="s", standard="WebVTT")
    speaker: str = declared("Speaker label", "تسمية المتكلم", standard="WebVTT")
    text: str = declared("What is said", "ما يُقال", standard="WebVTT")


class Transcript(Declared):
    language: str = declared("Language", "اللغة", vocabulary="languages", standard=BCP_47)
    status: str = declared(
        "Who made it and who checked it",
        "من أعدّه ومن راجعه",
        vocabulary="transcript-status",
        standard=OWN,
    )
    # Of the clip whose clock the seconds follow; a testimony may read from several.
    clip: str = declared(
        "The clip whose clock it follows", "المقطع الذي يتبع توقيته", standard="dcterms:isPartOf"
    )
    segments: tuple[Segment, ...] = declared(
        "Timed segments", "فقرات موقوتة", standard="schema.org transcript"
    )


class Shot(Declared):
    film: str = declared(
        "Film (slug)", "الفيلم (معرّف)", authority="film", standard="dcterms:isReferencedBy"
    )
    position: int = declared(
        "Position in the shot list",
        "الموضع في قائمة اللقطات",
        unit="ordinal",
        standard="schema.org position",
    )
    start_s: float = declared(
        "From this second of the clip",
        "من ثانية المقطع",
        unit="s",
        standard="schema.org startOffset",
    )
    end_s: float = declared(
        "To this second of the clip", "إلى ثانية المقطع", unit="s", standard="schema.org endOffset"
    )


class Record(Declared):
    """A published clip or testimony. Names are slugs of authorities, joined when shown."""

    schema_number: int = declared(
        "Number of this schema", "رقم هذا المخطط", unit="ordinal", standard=OWN
    )
    kind: Literal["clip", "testimony"] = declared(
        "Kind of record", "نوع السجل", vocabulary="record-kinds", standard="dcterms:type"
    )
    reference: str = declared("Permanent reference", "المرجع الدائم", standard="dcterms:identifier")
    medium: str | None = declared(
        "Video, photograph or sound (clips)",
        "فيديو أو صورة أو صوت (للمقاطع)",
        vocabulary="kinds",
        standard="dcterms:type (DCMI Type)",
    )
    title_en: str = declared("Title in English", "العنوان بالإنجليزية", standard="dcterms:title")
    title_ar: str = declared("Title in Arabic", "العنوان بالعربية", standard="dcterms:title")
    summary_en: str = declared(
        "Summary in English", "الملخص بالإنجليزية", standard="dcterms:abstract"
    )
    summary_ar: str = declared("Summary in Arabic", "الملخص بالعربية", standard="dcterms:abstract")
    original_language: str = declared(
        "Language the description was written in; the other is a translation",
        "اللغة التي كُتب بها الوصف؛ والأخرى ترجمة",
        vocabulary="languages",
        standard=BCP_47,
    )
    filmed: str = declared(
        "When it was filmed, or the testimony given, no finer than may be shown; XXXX is unknown",
        "متى صُوّر، أو متى أُدلي بالشهادة، بدقة لا تتجاوز ما يجوز عرضه؛ و XXXX غير معروف",
        standard=f"dcterms:created; {EDTF}",
    )
    filmed_from: date | None = declared(
        "First day it may mean, Damascus civil date",
        "أول يوم محتمل، بتوقيت دمشق",
        standard=f"dcterms:created; {DAY}",
    )
    filmed_to: date | None = declared(
        "Last day it may mean, Damascus civil date",
        "آخر يوم محتمل، بتوقيت دمشق",
        standard=f"dcterms:created; {DAY}",
    )
    filmed_certain: bool = declared(
        "Whether the date carries no qualifier and both days are known",
        "هل التاريخ بلا تحفظ وكلا اليومين معروف",
        standard=OWN,
    )
    filmed_basis: str = declared(
        "How we know when", "كيف نعرف الزمان", vocabulary="filmed-basis", standard=OWN
    )
    filmed_confidence: str = declared(
        "Confidence of the date", "مدى الثقة بالتاريخ", vocabulary="confidence", standard=OWN
    )
    place: str | None = declared(
        "The place, no finer than may be shown (slug)",
        "المكان، بدقة لا تتجاوز ما يجوز عرضه (معرّف)",
        authority="neighbourhood",
        standard="dcterms:spatial",
    )
    neighbourhood: str | None = declared(
        "Neighbourhood (slug)", "الحي (معرّف)", authority="neighbourhood", standard="dcterms:spatial"
    )
    place_precision: str = declared(
        "How finely the place is shown",
        "دقة عرض المكان",
        vocabulary="place-precision",
        standard=OWN,
    )
    place_basis: str = declared(
        "How we know where", "كيف نعرف المكان", vocabulary="place-basis", standard=OWN
    )
    place_confidence: str = declared(
        "Confidence of the place", "مدى الثقة بالمكان", vocabulary="confidence", standard=OWN
    )
    latitude: float | None = declared(
        "Latitude of the place shown, four decimals at most and never finer; none of a whole city "
        "or district",
        "خط عرض المكان المعروض، بأربع منازل عشرية على الأكثر ولا أدق منه؛ ولا شيء لمدينة أو قطاع "
        "بأكمله",
        unit="degree",
        standard="WGS 84 (EPSG:4326)",
    )
    longitude: float | None = declared(
        "Longitude of the place shown, four decimals at most and never finer; none of a whole city "
        "or district",
        "خط طول المكان المعروض، بأربع منازل عشرية على الأكثر ولا أدق منه؛ ولا شيء لمدينة أو قطاع "
        "بأكمله",
        unit="degree",
        standard="WGS 84 (EPSG:4326)",
    )
    journalist: str | None = declared(
        "Journalist credited (slug)",
        "الصحفي المنسوب إليه (معرّف)",
        authority="journalist",
        standard="dcterms:creator",
    )
    witness: str | None = declared(
        "Witness credited (slug)",
        "الشاهد المنسوب إليه (معرّف)",
        authority="witness",
        standard="dcterms:contributor",
    )
    credit: Literal["byline", "withheld"] = declared(
        "Whether a byline is shown or the name withheld",
        "هل يُعرض الاسم أم يُحجب",
        vocabulary="credits",
        standard=OWN,
    )
    subjects: tuple[str, ...] = declared(
        "Subjects", "الموضوعات", vocabulary="subjects", standard="dcterms:subject"
    )
    events: tuple[str, ...] = declared(
        "Events shown (slugs)",
        "الأحداث الظاهرة (معرّفات)",
        authority="event",
        standard="schema.org about",
    )
    shots: tuple[Shot, ...] = declared(
        "Use in films", "الاستخدام في الأفلام", standard="dcterms:isReferencedBy"
    )
    advisory_level: str = declared(
        "Content advisory level",
        "درجة تنبيه المحتوى",
        vocabulary="advisory-levels",
        standard="schema.org contentRating",
    )
    advisories: tuple[Advisory, ...] = declared(
        "Content advisories", "تنبيهات المحتوى", standard="schema.org contentRating"
    )
    languages: tuple[str, ...] = declared(
        "Languages heard",
        "اللغات المسموعة",
        vocabulary="languages",
        standard=f"dcterms:language; {BCP_47}",
    )
    rights: str = declared(
        "Rights",
        "الحقوق",
        vocabulary="rights",
        standard="dcterms:rights (RightsStatements.org, Creative Commons)",
    )
    rights_note: str = declared("Rights note", "ملاحظة الحقوق", standard="dcterms:rights")
    verification: str = declared("Verification", "التحقق", vocabulary="verification", standard=OWN)
    duration_s: float | None = declared("Duration", "المدة", unit="s", standard="dcterms:extent")
    download: bool = declared(
        "Whether the playable copy may be downloaded",
        "هل يجوز تنزيل نسخة التشغيل",
        standard="dcterms:accessRights",
    )
    renditions: tuple[Rendition, ...] = declared(
        "Access copies; none is named in lists of a record that is graphic or held back",
        "نسخ الإتاحة؛ ولا تُذكر في القوائم لسجل قاسٍ أو محجوب",
        standard="dcterms:hasFormat",
    )
    transcripts: tuple[Transcript, ...] = declared(
        "Transcripts", "التفريغات النصية", standard="schema.org transcript"
    )
    master_fixity: str | None = declared(
        "Digest of the master, only when it may be verified in public",
        "بصمة الأصل المحفوظ، فقط حين يجوز التحقق منها علنًا",
        standard=f"PREMIS 3 messageDigest; {SHA_256}",
    )
    demonstration: bool = declared(
        "An invented record that shows how the archive works",
        "سجل متخيَّل يبيّن كيف يعمل الأرشيف",
        standard=OWN,
    )
    incomplete: bool = declared(
        "Whether the file ends before the recording did; the copies show what is whole of it",
        "هل ينتهي الملف قبل نهاية التسجيل؛ والنسخ تعرض ما سلم منه",
        standard=OWN,
        since=2,
        default=False,
    )
    waveform: tuple[int, ...] = declared(
        "Loudness of a sound recording over its length, each value 0 to 100",
        "شدة الصوت على امتداد التسجيل الصوتي، كل قيمة من 0 إلى 100",
        unit="percent",
        standard=OWN,
        since=2,
        default=(),
    )

    def canonical(self) -> str:
        """The document as stored: JSON in declared order, UTF-8, no white space."""
        return orjson.dumps(self.model_dump(mode="json")).decode()

    def terms(self) -> set[tuple[str, str]]:
        """(facet, value) pairs that queries filter by."""
        pairs = {("kind", self.kind), ("verification", self.verification)}
        if self.medium:
            pairs.add(("medium", self.medium))
        single = {
            "place": self.place,
            "neighbourhood": self.neighbourhood,
            "journalist": self.journalist,
            "witness": self.witness,
        }
        pairs |= {(facet, value) for facet, value in single.items() if value}
        pairs |= {("subject", code) for code in self.subjects}
        pairs |= {("event", slug) for slug in self.events}
        pairs |= {("film", shot.film) for shot in self.shots}
        pairs |= {("language", code) for code in self.languages}
        pairs |= {("advisory", advisory.code) for advisory in self.advisories}
        return pairs

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude of the place shown; None where no point is shown."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    @property
    def gated(self) -> bool:
        """Whether nothing of it may be seen before the reader chose to."""
        return self.advisory_level == "graphic"
