"""What the head of a record's page tells machines: schema.org, citation tags, Open Graph.

Pure functions of what the page shows, and nothing finer: a date stays a month when no day is
known, a place is the one shown, and of a clip that is gated or held back no address of any copy
is named.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.templatetags.static import static

from footage import vocabularies
from footage.catalogue import citing, moments, showing
from footage.catalogue.addresses import (
    FRAME_HEIGHT,
    FRAME_WIDTH,
    absolute,
    captions_path,
    embed_path,
    media_address,
)
from footage.catalogue.authorities import FILM, NEIGHBOURHOOD, Authorities
from footage.catalogue.languages import other
from footage.catalogue.record import Record

SCHEMA = "https://schema.org"
_TYPES = {"video": "VideoObject", "photograph": "ImageObject", "sound": "AudioObject"}
_OPEN_GRAPH_TYPES = {"video": "video.other"}
_LOCALES = {"en": "en_GB", "ar": "ar_SY"}


class Head(NamedTuple):
    """What the template writes: (name, content) of three kinds of tags, a graph, two addresses."""

    citation: list[tuple[str, str]]
    open_graph: list[tuple[str, str]]
    twitter: list[tuple[str, str]]
    graph: dict[str, Any]
    unapi: str
    # Where to ask for a frame of it; "" for what has none.
    oembed: str


def head(
    record: Record,
    citation: citing.Citation,
    names: Authorities,
    path: str,
    links: Iterable[dict[str, Any]] = (),
) -> Head:
    """`path` is the page's own; `links` are the cards of what lies beside it, with their ranges."""
    page = absolute(path)
    return Head(
        citation=_citation_tags(citation, page),
        open_graph=_open_graph(record, citation, page),
        twitter=_player_card(record, citation),
        graph=_graph(record, citation, names, page, links),
        unapi=":".join(
            (
                citation.reference,
                citation.language,
                *([moments.write(citation.moment)] if citation.moment else []),
            )
        ),
        oembed=f"/oembed?{urlencode({'url': page})}" if record.kind == "clip" else "",
    )


def _player_card(record: Record, citation: citing.Citation) -> list[tuple[str, str]]:
    """The player card: our page for frames, where the gate of a graphic clip stays closed."""
    if record.kind != "clip":
        return [("twitter:card", "summary")]
    frame = absolute(embed_path(citation.language, record.reference))
    return [
        ("twitter:card", "player"),
        ("twitter:player", frame),
        ("twitter:player:width", str(FRAME_WIDTH)),
        ("twitter:player:height", str(FRAME_HEIGHT)),
    ]


def _citation_tags(citation: citing.Citation, page: str) -> list[tuple[str, str]]:
    parts, about = citing.known_dates(citation.filmed)
    # These tags have no way to say that a day is doubted.
    sure = len(parts) == 1 and not about
    day = "/".join(f"{number:02}" for number in parts[0]) if sure else ""
    told = [
        ("citation_title", citation.title),
        ("citation_author", citation.credit),
        ("citation_date", day),
        ("citation_online_date", f"{citation.published_on:%Y/%m/%d}"),
        ("citation_publisher", citing.ARCHIVE[citation.language]),
        ("citation_language", citation.language),
        ("citation_public_url", citation.address),
        ("citation_fulltext_html_url", page),
    ]
    return [(name, content) for name, content in told if content]


def _open_graph(record: Record, citation: citing.Citation, page: str) -> list[tuple[str, str]]:
    told = [
        ("og:site_name", citing.ARCHIVE[citation.language]),
        ("og:type", _OPEN_GRAPH_TYPES.get(citation.form, "article")),
        ("og:title", citation.title),
        ("og:description", citation.summary[:200]),
        ("og:url", page),
        ("og:locale", _LOCALES[citation.language]),
        ("og:locale:alternate", _LOCALES[other(citation.language)]),
    ]
    if picture := showing.picture(record):
        told += [
            ("og:image", media_address(picture)),
            ("og:image:type", picture.media_type),
            ("og:image:width", str(picture.width or "")),
            ("og:image:height", str(picture.height or "")),
            ("og:image:alt", citation.title),
        ]
    else:
        # A drawing of the archive's own, so that no service looks for a picture by itself.
        told += [
            ("og:image", absolute(static("reading_room/share-card.png"))),
            ("og:image:type", "image/png"),
            ("og:image:width", "1200"),
            ("og:image:height", "630"),
            ("og:image:alt", citing.ARCHIVE[citation.language]),
        ]
    return [(name, content) for name, content in told if content]


def _graph(
    record: Record,
    citation: citing.Citation,
    names: Authorities,
    page: str,
    links: Iterable[dict[str, Any]],
) -> dict[str, Any]:
    """The record as the one main node of a page, and its place in the archive as another."""
    language = citation.language
    permanent = absolute(f"/c/{record.reference}")
    archive = {
        "@type": "ArchiveOrganization",
        "@id": absolute("/#archive"),
        "name": citing.ARCHIVE[language],
        "url": absolute(f"/{language}/"),
    }
    known = record.rights in vocabularies.RIGHTS
    rights = vocabularies.RIGHTS[record.rights].uri if known else ""
    parts, about = citing.known_dates(record.filmed)
    days = ["-".join(f"{number:02}" for number in part) for part in parts]
    node: dict[str, Any] = {
        "@type": _TYPES.get(citation.form, "CreativeWork"),
        "@id": permanent,
        "mainEntityOfPage": page,
        "url": page,
        "identifier": record.reference,
        "name": citation.title,
        "alternateName": citation.other_title,
        "description": citation.summary or citation.title,
        "inLanguage": list(record.languages),
        "dateCreated": days[0] if len(days) == 1 and not about else "",
        "temporalCoverage": "/".join(days) if len(days) == 2 and not about else "",
        "uploadDate": citation.published_on.isoformat() if record.kind == "clip" else "",
        "dateModified": citation.published_on.isoformat(),
        "duration": _duration(record.duration_s),
        "contentLocation": _place(record, names, language),
        "creator": {"@type": "Person", "name": citation.credit} if citation.credit else "",
        "creditText": citation.credit or citing.WITHHELD[language],
        "license": rights,
        "copyrightNotice": citation.rights,
        "about": list(citation.subjects),
        "publisher": archive,
        "isFamilyFriendly": record.advisory_level == "none",
        "version": str(citation.version),
        "hasPart": [*_heard(links), *_used(record, names, language, page)],
    }
    if record.kind == "clip" and not showing.closed(record):
        node |= _copies(record)
    component = {
        "@type": "ArchiveComponent",
        "@id": f"{permanent}#held",
        "name": citation.title,
        "identifier": record.reference,
        "holdingArchive": {"@id": archive["@id"]},
        "associatedMedia": {"@id": permanent} if record.kind == "clip" else "",
    }
    return {
        "@context": SCHEMA,
        "@graph": [
            {name: value for name, value in each.items() if value not in ("", [], None)}
            for each in (node, component)
        ],
    }


def _place(record: Record, names: Authorities, language: str) -> dict[str, Any] | str:
    found = names.get(NEIGHBOURHOOD, record.place) or names.get(NEIGHBOURHOOD, record.neighbourhood)
    if found is None:
        return ""
    place: dict[str, Any] = {
        "@type": "Place",
        "name": found.name(language),
        "alternateName": found.other_name(language),
    }
    if record.point:
        latitude, longitude = record.point
        place["geo"] = {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}
    return place


def _copies(record: Record) -> dict[str, Any]:
    """The copy for everybody, its poster and its captions."""
    found = showing.copy_of(record, "playable", "sound", "photograph")
    if found is None:
        return {}
    poster = showing.picture(record)
    return {
        "contentUrl": media_address(found),
        "encodingFormat": found.media_type,
        "contentSize": str(found.bytes),
        "width": found.width,
        "height": found.height,
        "thumbnailUrl": media_address(poster) if poster else "",
        "caption": [
            {
                "@type": "MediaObject",
                "inLanguage": each.language,
                "encodingFormat": "text/vtt",
                "contentUrl": absolute(captions_path(record.reference, each.language)),
            }
            for each in showing.spoken(record)
            if each.segments and each.clip == record.reference and found.role != "photograph"
        ],
    }


def _heard(links: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Testimonies heard in the clip at known seconds, as parts of it."""
    return [
        _part(link["title"].text, link["start"], link["end"], absolute(link["path"]))
        for link in links
        if link.get("relation") == "linked" and link.get("start") is not None
    ]


def _used(record: Record, names: Authorities, language: str, page: str) -> list[dict[str, Any]]:
    """The seconds that a film uses, as parts of the clip."""
    return [
        _part(
            name,
            shot.start_s,
            shot.end_s,
            f"{page}?t={moments.write((shot.start_s, shot.end_s))}",
        )
        for shot in record.shots
        if (name := names.name(FILM, shot.film, language))
    ]


def _part(name: str, start_s: float, end_s: float | None, address: str) -> dict[str, Any]:
    part = {"@type": "Clip", "name": name, "startOffset": start_s, "url": address}
    return part if end_s is None else {**part, "endOffset": end_s}


def _duration(seconds: float | None) -> str:
    """ISO 8601: PT65.5S."""
    return "" if seconds is None else f"PT{moments.plain(seconds)}S"
