"""IIIF Presentation 3.0: a record as a manifest, its lines as annotations, lists as collections.

Plain dictionaries in the order of the specification; pure but for the settings' address. What a
gate closes is described and has no picture, no sound, no size of a picture and no address of a
copy: its canvas holds nothing but a placeholder that says so, and its page is a link away. A
`navDate` stands only where the day is sure.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from footage import dates, vocabularies
from footage.catalogue import moments
from footage.catalogue.authorities import Authority
from footage.catalogue.index.words import placed
from footage.catalogue.record import Rendition, Segment, Transcript
from footage.research.crosswalk import (
    ARCHIVE,
    LANGUAGES,
    WITHHELD,
    Described,
    Words,
    absolute,
    both_names,
    captions_address,
    labels,
    media_address,
)
from footage.research.oai.views import record_address

Json = dict[str, Any]
PRESENTATION = "http://iiif.io/api/presentation/3/context.json"
SEARCH = "http://iiif.io/api/search/2/context.json"
PBCORE = "http://www.pbcore.org/PBCore/PBCoreNamespace.html"
KINDS = {"video": "Video", "audio": "Sound", "image": "Image"}
# A canvas on which nothing is painted needs a shape all the same.
WIDE, HIGH = 640, 360
PLAYED = ("playable", "playable-240", "playable-720")

CLOSED = {
    "en": "Opened on its page in the archive, once the reader chose to",
    "ar": "يُفتح في صفحته في الأرشيف بعد أن يختار القارئ ذلك",
}
HELD_BACK = {"en": "Held back: described only", "ar": "محجوب: يُعرض وصفه فقط"}
NOT_HERE = {"en": "Nothing to play", "ar": "لا شيء للتشغيل"}
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
    if of.transcripts:
        context: Any = [SEARCH, PRESENTATION]
    else:
        context = PRESENTATION
    made: Json = {
        "@context": context,
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
    made["homepage"] = _pages(of)
    made["seeAlso"] = _other_forms(of)
    if of.certain_day:
        made["navDate"] = f"{of.certain_day}T00:00:00Z"
    if poster := of.poster:
        made["thumbnail"] = [_still(poster)]
    made["partOf"] = _collections(of)
    if isinstance(context, list):
        made["service"] = [_service(f"{here}/search")]
    made["items"] = [_canvas(each, of) for each in shown] or [_empty_canvas(of, NOT_HERE)]
    if ranges := _ranges(of, carrying):
        made["structures"] = ranges
    return {key: value for key, value in made.items() if value != []}


def transcript_page(of: Described, transcript: Transcript) -> Json:
    """The lines of one transcript as annotations on the seconds of their clip's canvas."""
    return {
        "@context": PRESENTATION,
        **_transcript_reference(of, transcript),
        "items": [
            _line(of, transcript, number, segment, canvas_id(transcript.clip))
            for number, segment in enumerate(transcript.segments, 1)
        ],
    }


def found_lines(
    of: Described, asked: str, found: Iterable[tuple[Transcript, int, Segment]]
) -> Json:
    """The answer of a Content Search 2.0 service: the lines found, on the canvas."""
    items = [_line(of, each, number, said, canvas_id(each.clip)) for each, number, said in found]
    return {"@context": SEARCH, "id": absolute(asked), "type": "AnnotationPage", "items": items}


def found_captions(
    of: Described,
    asked: str,
    found: Iterable[tuple[Transcript, int, Segment]],
    stems: frozenset[str],
) -> Json:
    """The same as lines of the captions that players show beside a canvas, marked where they say
    what was asked: HTML, with nothing in it but text and `em`."""
    items = []
    for each, number, said in found:
        line = _line(of, each, number, said, captions_address(each.clip, each.language))
        line["body"] |= {"value": _marked(said.text, stems), "format": "text/html"}
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
        made["thumbnail"] = [_still(poster)]
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


def words(pairs: Iterable[Words]) -> dict[str, list[str]]:
    """A language map, in the order given: viewers without a choice show the first."""
    found: dict[str, list[str]] = {}
    for language, text in pairs:
        found.setdefault(language, []).append(text)
    return found


# --- The canvas --------------------------------------------------------------------------------
def canvas_id(reference: str) -> str:
    return absolute(f"/iiif/{reference}/canvas")


def _canvas(of: Described, manifest_of: Described) -> Json:
    """The canvas of a clip: what is painted on it, its captions, and the lines of the transcripts
    of the record whose manifest it is in."""
    painted = _painted(of)
    if not painted:
        held = of.record.advisory_level == "withheld"
        message = HELD_BACK if held else CLOSED if of.closed else NOT_HERE
        made = _empty_canvas(of, message)
    else:
        here = canvas_id(of.record.reference)
        first = painted[0]
        body = first if len(painted) == 1 else {"type": "Choice", "items": painted}
        shape: Json = {key: first[key] for key in ("width", "height", "duration") if key in first}
        made = {
            "id": here,
            "type": "Canvas",
            "label": words(of.titles),
            **shape,
            "items": [_page(f"{here}/painting", [_annotation(here, "painting", body, here)])],
        }
        if (poster := of.poster) and first["type"] == "Video":
            made["placeholderCanvas"] = _placeholder(of, _still(poster))
    if pages := _annotations(of, manifest_of):
        made["annotations"] = pages
        if of.caption_languages:
            made["service"] = [_service(f"/iiif/{of.record.reference}/captions/search")]
    return made


def _painted(of: Described) -> list[Json]:
    """What fills the canvas, the copy for everybody first; nothing when closed."""
    record = of.record
    if record.medium == "photograph":
        copies = [copy for copy in of.copies if copy.role == "photograph"]
    elif record.medium == "sound":
        copies = [copy for copy in of.copies if copy.role == "sound"]
    else:
        copies = [copy for copy in of.copies if copy.role in PLAYED]
    return [_body(copy, of) for copy in copies]


def _body(copy: Rendition, of: Described) -> Json:
    kind = KINDS.get(copy.media_type.partition("/")[0], "Video")
    made: Json = {"id": media_address(copy), "type": kind, "format": copy.media_type}
    if kind != "Sound":
        made |= {"width": copy.width or WIDE, "height": copy.height or HIGH}
    duration = copy.duration_s or of.record.duration_s
    if kind != "Image" and duration:
        made["duration"] = duration
    if kind == "Video" and copy.width and copy.height:
        made["label"] = {"none": [f"{min(copy.width, copy.height)}p"]}
    return made


def _empty_canvas(of: Described, message: dict[str, str]) -> Json:
    """A canvas that is described and shows nothing, with a placeholder that says why."""
    here = canvas_id(of.record.reference)
    made: Json = {
        "id": here,
        "type": "Canvas",
        "label": words(of.titles),
        "summary": words(_reasons(of, message)),
        "width": WIDE,
        "height": HIGH,
    }
    if of.record.duration_s:
        made["duration"] = of.record.duration_s
    made["placeholderCanvas"] = _placeholder(
        of,
        {
            "type": "TextualBody",
            "value": "\n".join(text for _language, text in _reasons(of, message)),
            "format": "text/plain",
            "label": words(_reasons(of, message)),
        },
    )
    made["homepage"] = _pages(of)
    made["items"] = [_page(f"{here}/painting", [])]
    return made


def _reasons(of: Described, message: dict[str, str]) -> list[Words]:
    warnings = dict(of.warnings)
    return [
        (language, f"{warnings[language]}. {said}" if language in warnings else said)
        for language, said in message.items()
    ]


def _placeholder(of: Described, body: Json) -> Json:
    here = f"{canvas_id(of.record.reference)}/placeholder"
    return {
        "id": here,
        "type": "Canvas",
        "width": body.get("width", WIDE),
        "height": body.get("height", HIGH),
        "items": [_page(f"{here}/painting", [_annotation(here, "painting", body, here)])],
    }


def _annotations(of: Described, manifest_of: Described) -> list[Json]:
    """Captions first, as players look for them there; then the transcripts, by reference.

    Both are there for a closed clip too: what is said may be read, as on its page.
    """
    here = canvas_id(of.record.reference)
    pages = []
    captions = [
        _annotation(
            f"{here}/captions-{code}",
            "supplementing",
            {
                "id": captions_address(of.record.reference, code),
                "type": "Text",
                "format": "text/vtt",
                "language": code,
                "label": words(_own_name_first(code)),
            },
            here,
        )
        for code in of.caption_languages
    ]
    if captions:
        pages.append(_page(f"{here}/captions", captions))
    pages += [
        _transcript_reference(manifest_of, each)
        for each in manifest_of.spoken_in(of.record.reference)
    ]
    return pages


def _own_name_first(code: str) -> list[Words]:
    """The name of a language; the Arabic one first where it is Arabic, since players show one."""
    found = labels(vocabularies.LANGUAGES, code)
    return found[::-1] if code in {"ar", "apc"} else found


def _transcript_reference(of: Described, transcript: Transcript) -> Json:
    reference, clip, code = of.record.reference, transcript.clip, transcript.language
    status = dict(labels(vocabularies.TRANSCRIPT_STATUS, transcript.status))
    named = [
        (language, f"{name}: {status[language]}")
        for language, name in labels(vocabularies.LANGUAGES, code)
    ]
    path = f"/iiif/{reference}/transcripts/{clip}/{code}.json"
    return {"id": absolute(path), "type": "AnnotationPage", "label": words(named)}


def _line(of: Described, transcript: Transcript, number: int, said: Segment, target: str) -> Json:
    text = f"{said.speaker}: {said.text}" if said.speaker else said.text
    body = {
        "type": "TextualBody",
        "value": text,
        "format": "text/plain",
        "language": transcript.language,
    }
    reference, clip, code = of.record.reference, transcript.clip, transcript.language
    path = absolute(f"/iiif/{reference}/transcripts/{clip}/{code}/{number}")
    at = f"{target}#t={moments.write((said.start_s, said.end_s))}"
    return {
        "id": path,
        "type": "Annotation",
        "motivation": "supplementing",
        "body": body,
        "target": at,
    }


def _marked(text: str, stems: frozenset[str]) -> str:
    pieces, last = [], 0
    for start, end, found in placed(text):
        if stems.intersection(found):
            pieces += [escape(text[last:start]), f"<em>{escape(text[start:end])}</em>"]
            last = end
    return "".join([*pieces, escape(text[last:])])


def _page(identity: str, items: list[Json]) -> Json:
    return {"id": identity, "type": "AnnotationPage", "items": items}


def _annotation(identity: str, motivation: str, body: Json, target: str) -> Json:
    return {
        "id": f"{identity}/annotation",
        "type": "Annotation",
        "motivation": motivation,
        "body": body,
        "target": target,
    }


def _service(path: str) -> Json:
    return {"id": absolute(path), "type": "SearchService2"}


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


def _pages(of: Described) -> list[Json]:
    found = dict(of.titles)
    return [
        {
            "id": of.page(language),
            "type": "Text",
            "label": {language: [found.get(language) or of.record.reference]},
            "format": "text/html",
            "language": [language],
        }
        for language in LANGUAGES
    ]


def _other_forms(of: Described) -> list[Json]:
    return [
        {
            "id": record_address(of.record.reference, "oai_pbcore"),
            "type": "Dataset",
            "label": {"en": ["PBCore 2.1"]},
            "format": "text/xml",
            "profile": PBCORE,
        }
    ]


def _collections(of: Described) -> list[Json]:
    if of.record.kind == "testimony":
        return [reference_to("/iiif/testimonies/collection.json", title("testimonies"))]
    quarter = [place for place in of.places if place.slug == of.record.neighbourhood]
    return [reference_to(collection_path(each), both_names(each)) for each in (*quarter, *of.films)]


def _still(copy: Rendition) -> Json:
    made: Json = {"id": media_address(copy), "type": "Image", "format": copy.media_type}
    if copy.width and copy.height:
        made |= {"width": copy.width, "height": copy.height}
    return made
