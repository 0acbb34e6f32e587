"""The canvas of a IIIF manifest: what is painted on it, what is said on it, and what closes it.

What a gate closes is described and has no picture, no sound, no size of a picture and no address
of a copy: its canvas holds nothing but a placeholder that says so, and its page is a link away.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from footage import vocabularies
from footage.catalogue import moments
from footage.catalogue.addresses import absolute, media_address
from footage.catalogue.formats.spoken import SPOKEN, file_name
from footage.catalogue.index.heard import Heard
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.record import Rendition, Segment, Transcript
from footage.catalogue.showing import held_back
from footage.research.crosswalk import Described, Words, captions_address, labels

Json = dict[str, Any]
TYPES = {"video": "Video", "audio": "Sound", "image": "Image"}
# A canvas on which nothing is painted needs a shape all the same.
WIDE, HIGH = 640, 360
# The roles of what fills a canvas, by medium; of any other those that move.
PAINTED = {"photograph": ("photograph",), "sound": ("sound",)}
MOVING = ("playable", "playable-240", "playable-720")
CLOSED = {
    "en": "Opened on its page in the archive, once the reader chose to",
    "ar": "يُفتح في صفحته في الأرشيف بعد أن يختار القارئ ذلك",
}
HELD_BACK = {"en": "Held back: described only", "ar": "محجوب: يُعرض وصفه فقط"}
NOT_HERE = {"en": "Nothing to play", "ar": "لا شيء للتشغيل"}


def canvas_id(reference: str) -> str:
    return absolute(f"/iiif/{reference}/canvas")


def canvas(of: Described, manifest_of: Described) -> Json:
    """The canvas of a clip: what is painted on it, its captions, and the lines of the transcripts
    of the record whose manifest it is in."""
    painted = _painted(of)
    if not painted:
        message = HELD_BACK if held_back(of.record) else CLOSED if of.closed else NOT_HERE
        made = empty_canvas(of, message)
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
            made["placeholderCanvas"] = _placeholder(of, still(poster))
    if pages := _annotations(of, manifest_of):
        made["annotations"] = pages
        if of.caption_languages:
            made["service"] = [service(f"/iiif/{of.record.reference}/captions/search")]
    return made


def _painted(of: Described) -> list[Json]:
    """What fills the canvas, the copy for everybody first; nothing when closed."""
    roles = PAINTED.get(of.record.medium or "", MOVING)
    return [_body(copy, of) for copy in of.copies if copy.role in roles]


def _body(copy: Rendition, of: Described) -> Json:
    kind = TYPES.get(copy.media_type.partition("/")[0], "Video")
    made: Json = {"id": media_address(copy), "type": kind, "format": copy.media_type}
    if kind != "Sound":
        made |= {"width": copy.width or WIDE, "height": copy.height or HIGH}
    duration = copy.duration_s or of.record.duration_s
    if kind != "Image" and duration:
        made["duration"] = duration
    if kind == "Video" and copy.width and copy.height:
        made["label"] = {"none": [f"{min(copy.width, copy.height)}p"]}
    return made


def empty_canvas(of: Described, message: dict[str, str]) -> Json:
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
    made["homepage"] = record_pages(of)
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

    Both are there for a graphic clip too: what is said may be read, as on its page.
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
        transcript_reference(manifest_of, each)
        for each in manifest_of.spoken_in(of.record.reference)
    ]
    return pages


def transcript_files(of: Described) -> list[Json]:
    """The transcripts as files to take away; those of a clip in the forms that players of captions
    do not need."""
    reference = of.record.reference
    return [
        {
            "id": of.file_of(said, suffix),
            "type": "Text",
            "format": SPOKEN[suffix][0],
            "language": [said.language],
            "label": {
                language: [f"{name} ({suffix.upper()})"]
                for language, name in labels(vocabularies.LANGUAGES, said.language)
            }
            # Viewers take it for the name of the file, and one of them fails without.
            | {"none": [file_name(reference, said.clip, said.language, suffix)]},
        }
        for said in of.transcripts
        for suffix in SPOKEN
        # A clip's captions themselves are given to players as such.
        if suffix != "vtt" or said.clip != reference
    ]


def _own_name_first(code: str) -> list[Words]:
    """The name of a language; the Arabic one first where it is Arabic, since players show one."""
    found = labels(vocabularies.LANGUAGES, code)
    return found[::-1] if code in {"ar", "apc"} else found


def transcript_reference(of: Described, transcript: Transcript) -> Json:
    reference, clip, code = of.record.reference, transcript.clip, transcript.language
    status = dict(labels(vocabularies.TRANSCRIPT_STATUS, transcript.status))
    named = [
        (language, f"{name}: {status[language]}")
        for language, name in labels(vocabularies.LANGUAGES, code)
    ]
    path = f"/iiif/{reference}/transcripts/{clip}/{code}.json"
    return {"id": absolute(path), "type": "AnnotationPage", "label": words(named)}


def spoken_line(
    of: Described, transcript: Transcript, number: int, said: Segment, target: str
) -> Json:
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


def marked(text: str, line: Heard) -> str:
    pieces, last = [], 0
    for start, end in line.marks:
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


def service(path: str) -> Json:
    return {"id": absolute(path), "type": "SearchService2"}


def words(pairs: Iterable[Words]) -> dict[str, list[str]]:
    """A language map, in the order given: viewers without a choice show the first."""
    found: dict[str, list[str]] = {}
    for language, text in pairs:
        found.setdefault(language, []).append(text)
    return found


def record_pages(of: Described) -> list[Json]:
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


def still(copy: Rendition) -> Json:
    made: Json = {"id": media_address(copy), "type": "Image", "format": copy.media_type}
    if copy.width and copy.height:
        made |= {"width": copy.width, "height": copy.height}
    return made
