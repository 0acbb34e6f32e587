"""IIIF Presentation 3.0: a record as a manifest, its lines as annotations, lists as collections.

Plain dictionaries in the order of the specification; pure but for the settings' address. A
`navDate` stands only where the day is sure; `canvases` holds what a gate closes.
"""

from collections.abc import Iterable

from footage import dates, vocabularies
from footage.catalogue import moments
from footage.catalogue.addresses import absolute
from footage.catalogue.authorities import Authority
from footage.catalogue.citing import ARCHIVE, WITHHELD
from footage.catalogue.index.heard import Heard
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.record import SCHEMA, Segment, Transcript
from footage.research.crosswalk import Described, Words, both_names, captions_address, labels
from footage.research.iiif.canvases import (
    NOT_HERE,
    Json,
    canvas,
    canvas_id,
    empty_canvas,
    marked,
    record_pages,
    service,
    spoken_line,
    still,
    transcript_files,
    transcript_reference,
    words,
)
from footage.research.oai.formats import PBCORE
from footage.research.oai.views import record_address

PRESENTATION = "http://iiif.io/api/presentation/3/context.json"
SEARCH = "http://iiif.io/api/search/2/context.json"

# A line, its number in its transcript, and what it says of a question.
Found = tuple[Transcript, int, Segment, Heard]

TITLES = {
    "credit": {"en": "Credit", "ar": "النسبة"},
    "filmed": {"en": "Filmed", "ar": "التصوير"},
    "given": {"en": "Given", "ar": "تاريخ الشهادة"},
    "place": {"en": "Place", "ar": "المكان"},
    "precision": {"en": "How finely the place is shown", "ar": "دقة عرض المكان"},
    "advisory": {"en": "Content advisory", "ar": "تنبيه المحتوى"},
    "subjects": {"en": "Subjects", "ar": "الموضوعات"},
    "events": {"en": "Events", "ar": "الأحداث"},
    "films": {"en": "Films", "ar": "الأفلام"},
    "languages": {"en": "Languages heard", "ar": "اللغات المسموعة"},
    "rights": {"en": "Rights", "ar": "الحقوق"},
    "verification": {"en": "Verification", "ar": "التحقق"},
    "reference": {"en": "Reference", "ar": "المرجع"},
    "neighbourhoods": {"en": "Neighbourhoods", "ar": "الأحياء"},
    "testimonies": {"en": "Testimonies", "ar": "الشهادات"},
    "next": {"en": "Continued", "ar": "التتمة"},
}


# --- A record ----------------------------------------------------------------------------------
def manifest(
    of: Described, carrying: Iterable[tuple[Described, float | None, float | None]]
) -> Json:
    """The manifest of a live record. A testimony is on the canvases of the clips that carry it,
    given with the seconds at which it is heard."""
    record = of.record
    carrying = list(carrying)
    here = f"/iiif/{record.reference}"
    shown = [of] if record.kind == "clip" else [each for each, _start, _end in carrying]
    made: Json = {
        "@context": [SEARCH, PRESENTATION] if of.transcripts else PRESENTATION,
        "id": absolute(f"{here}/manifest.json"),
        "type": "Manifest",
        "label": words(of.titles),
    }
    if of.summaries:
        made["summary"] = words(of.summaries)
    made["metadata"] = _metadata(of)
    made["requiredStatement"] = {
        "label": _title("credit"),
        "value": {language: [f"{name} · {ARCHIVE[language]}"] for language, name in _credited(of)},
    }
    if of.rights_uri:
        made["rights"] = of.rights_uri
    made["provider"] = [provider()]
    made["homepage"] = record_pages(of)
    made["seeAlso"] = _other_forms(of)
    made["rendering"] = transcript_files(of)
    if of.certain_day:
        made["navDate"] = f"{of.certain_day}T00:00:00Z"
    if poster := of.poster:
        made["thumbnail"] = [still(poster)]
    made["partOf"] = _collections(of)
    if of.transcripts:
        made["service"] = [service(f"{here}/search")]
    made["items"] = [canvas(each, of) for each in shown] or [empty_canvas(of, NOT_HERE)]
    if ranges := _ranges(of, carrying):
        made["structures"] = ranges
    return {key: value for key, value in made.items() if value != []}


def transcript_page(of: Described, transcript: Transcript) -> Json:
    """The lines of one transcript as annotations on the seconds of their clip's canvas."""
    return {
        "@context": PRESENTATION,
        **transcript_reference(of, transcript),
        "items": [
            spoken_line(of, transcript, number, segment, canvas_id(transcript.clip))
            for number, segment in enumerate(transcript.segments, 1)
        ],
    }


def found_lines(of: Described, asked: str, found: Iterable[Found]) -> Json:
    """The answer of a Content Search 2.0 service: the lines found, on the canvas."""
    items = [
        spoken_line(of, each, number, said, canvas_id(each.clip))
        for each, number, said, _heard in found
    ]
    return {"@context": SEARCH, "id": absolute(asked), "type": "AnnotationPage", "items": items}


def found_captions(of: Described, asked: str, found: Iterable[Found]) -> Json:
    """The same as lines of the captions that players show beside a canvas, marked where they say
    what was asked: HTML, with nothing in it but text and `em`."""
    items = []
    for each, number, said, heard in found:
        line = spoken_line(of, each, number, said, captions_address(each.clip, each.language))
        line["body"] |= {"value": marked(said.text, heard), "format": "text/html"}
        items.append(line)
    return {"@context": SEARCH, "id": absolute(asked), "type": "AnnotationPage", "items": items}


# --- Lists -------------------------------------------------------------------------------------
def collection(
    path: str, label: Iterable[Words], items: list[Json], *, within: list[Json] | None = None
) -> Json:
    made: Json = {
        "@context": PRESENTATION,
        "id": absolute(path),
        "type": "Collection",
        "label": words(label),
        "requiredStatement": {
            "label": _title("credit"),
            "value": {language: [ARCHIVE[language]] for language in LANGUAGES},
        },
        "provider": [provider()],
        "partOf": within or [],
        "items": items,
    }
    return {key: value for key, value in made.items() if key == "items" or value != []}


def entry(of: Described) -> Json:
    """A record as a collection lists it."""
    made: Json = {
        "id": absolute(f"/iiif/{of.record.reference}/manifest.json"),
        "type": "Manifest",
        "label": words(of.titles),
    }
    if of.certain_day:
        made["navDate"] = f"{of.certain_day}T00:00:00Z"
    if poster := of.poster:
        made["thumbnail"] = [still(poster)]
    return made


def reference_to(path: str, label: Iterable[Words]) -> Json:
    return {"id": absolute(path), "type": "Collection", "label": words(label)}


def title(key: str) -> list[Words]:
    return list(TITLES[key].items())


def collection_path(named: Authority) -> str:
    return f"/iiif/{named.kind}s/{named.slug}/collection.json"


def provider() -> Json:
    homepage = [
        {
            "id": absolute(f"/{language}/"),
            "type": "Text",
            "label": {language: [ARCHIVE[language]]},
            "format": "text/html",
            "language": [language],
        }
        for language in LANGUAGES
    ]
    label = {language: [ARCHIVE[language]] for language in LANGUAGES}
    return {"id": absolute("/"), "type": "Agent", "label": label, "homepage": homepage}


# --- What stands around it ---------------------------------------------------------------------
def _ranges(
    of: Described, carrying: list[tuple[Described, float | None, float | None]]
) -> list[Json]:
    """Where a testimony is heard: the seconds of each canvas, as one range."""
    if of.record.kind != "testimony" or not carrying:
        return []
    here = absolute(f"/iiif/{of.record.reference}/ranges")
    parts = []
    for number, (clip, start, end) in enumerate(carrying, 1):
        at = canvas_id(clip.record.reference)
        if start is not None:
            at += f"#t={moments.write((start, end))}"
        parts.append(
            {
                "id": f"{here}/{number}",
                "type": "Range",
                "label": words(clip.titles),
                "items": [{"id": at, "type": "Canvas"}],
            }
        )
    return [{"id": here, "type": "Range", "label": words(of.titles), "items": parts}]


def _metadata(of: Described) -> list[Json]:
    record = of.record
    filmed = "given" if record.kind == "testimony" else "filmed"
    rows: list[tuple[str, list[Words]]] = [
        (filmed, _said(record.filmed)),
        ("place", [each for place in of.places[:1] for each in both_names(place)]),
        ("precision", labels(vocabularies.PLACE_PRECISION, record.place_precision)),
        ("credit", _credited(of)),
        ("advisory", of.warnings),
        ("subjects", list(of.subjects)),
        ("events", [each for event in of.events for each in both_names(event)]),
        ("films", [each for film in of.films for each in both_names(film)]),
        (
            "languages",
            [each for code in record.languages for each in labels(vocabularies.LANGUAGES, code)],
        ),
        ("rights", of.rights),
        ("verification", labels(vocabularies.VERIFICATION, record.verification)),
        ("reference", [("none", record.reference)]),
    ]
    return [{"label": _title(key), "value": words(said)} for key, said in rows if said]


def _said(edtf: str) -> list[Words]:
    """A date in words and, since words are coarse, as it is written."""
    try:
        read = dates.parse(edtf)
    except dates.DateError:
        return [("none", edtf)]
    said = [(language, dates.say(read, language)) for language in LANGUAGES]
    return [*said, ("none", edtf)] if edtf != "XXXX" else said


def _credited(of: Described) -> list[Words]:
    return both_names(of.credit) if of.credit else list(WITHHELD.items())


def _title(key: str) -> dict[str, list[str]]:
    return words(title(key))


def _other_forms(of: Described) -> list[Json]:
    return [
        {
            "id": record_address(of.record.reference, "oai_pbcore"),
            "type": "Dataset",
            "label": {"en": ["PBCore 2.1"]},
            "format": "text/xml",
            "profile": PBCORE,
        },
        {
            "id": absolute(f"/api/v1/records/{of.record.reference}"),
            "type": "Dataset",
            "label": {"en": ["JSON"]},
            "format": "application/json",
            "profile": absolute(f"/schemas/record-{SCHEMA}.json"),
        },
    ]


def _collections(of: Described) -> list[Json]:
    if of.record.kind == "testimony":
        return [reference_to("/iiif/testimonies/collection.json", title("testimonies"))]
    quarter = [place for place in of.places if place.slug == of.record.neighbourhood]
    return [reference_to(collection_path(each), both_names(each)) for each in (*quarter, *of.films)]
