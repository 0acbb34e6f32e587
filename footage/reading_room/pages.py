"""What the pages of one record say, as plain dictionaries for their templates.

Functions of a document and the published names: no request and no database, so that the
archivist's preview shows a draft through the very same code. `media` turns the name of an access
copy into its address. A gated clip yields no address of any copy until `show` is true, and one
held back never does.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Protocol

from django.conf import settings

from footage import dates, vocabularies
from footage.catalogue import citing, moments
from footage.catalogue.addresses import (
    FRAME_HEIGHT,
    FRAME_WIDTH,
    embed_path,
    media_path,
    name_path,
    record_path,
)
from footage.catalogue.authorities import EVENT, FILM, NEIGHBOURHOOD
from footage.catalogue.authorities import Authorities as Names
from footage.catalogue.authorities import credited as byline
from footage.catalogue.record import Record, Transcript
from footage.catalogue.showing import closed, held_back, picture, spoken
from footage.reading_room import linked_data
from footage.reading_room.choices import Choice as Choice
from footage.reading_room.player import MediaAddress, download, made, played, player
from footage.reading_room.related import related
from footage.reading_room.transcripts import moment_at, moment_here, side_by_side, written
from footage.reading_room.wording import (
    Text,
    direction,
    in_both,
    label_of,
    say,
    say_day,
)

LANGUAGES = ("en", "ar")
OWN_NAMES = {"en": "English", "ar": "العربية"}
# Relations of two clips that show the same footage.
SAME_FOOTAGE = {"copy", "whole", "part"}
UNASKED = Choice()
# Forms of a citation that a page offers, as reference managers call them.
CITED_AS = (("BibTeX", "bib"), ("RIS", "ris"), ("CSL-JSON", "csl.json"))
# What an advisory warns the ear of; everything else is seen.
HEARD = {"grief-and-screaming", "loud-explosions", "hate-speech"}


class Envelope(Protocol):
    """What is known of a publication beside its document (a PublicRecord is one)."""

    version: int
    published_at: Any
    revised_at: Any


def frame(language: str, here: str) -> dict[str, Any]:
    """What the layout needs: the language, its direction, and this page in every language."""
    in_languages = [
        {
            "code": code,
            "name": OWN_NAMES[code],
            "dir": direction(code),
            "path": f"/{code}/{here.removeprefix(f'/{language}/')}",
            "current": code == language,
        }
        for code in LANGUAGES
    ]
    return {
        "language": language,
        # Spelled out, because a process that serves staff alone knows no address of readers'.
        "root": f"/{language}/",
        "direction": direction(language),
        # Which entry of the menu this page belongs to: the first part of its address.
        "section": here.removeprefix(f"/{language}/").partition("?")[0].partition("/")[0],
        "in_languages": in_languages,
        "base_url": settings.BASE_URL,
        "here": here,
        **_data(here),
        "demonstration_site": settings.ARCHIVE_DEMONSTRATION,
    }


def _data(here: str) -> dict[str, Any]:
    """Whether the address asks for no pictures, and the address that asks for the opposite."""
    path, _, query = here.partition("?")
    pairs = query.split("&") if query else []
    low = "data=low" in pairs
    kept = [pair for pair in pairs if not pair.startswith("data=")]
    return {
        "low": low,
        "data_switch": f"{path}?{'&'.join([*kept, 'data=full' if low else 'data=low'])}",
    }


def card(
    record: Record,
    authorities: Names,
    language: str,
    *,
    certain: bool = True,
    media: MediaAddress = media_path,
) -> dict[str, Any]:
    """One record in a list. `certain` is false where it only may belong to the list."""
    title, other_title = in_both(record.title_en, record.title_ar, language)
    poster = picture(record)
    return {
        "reference": record.reference,
        "kind": record.kind,
        "path": record_path(language, record.kind, record.reference),
        "title": title or Text.of(record.reference, "en"),
        "other_title": other_title,
        "filmed": say(record.filmed, language),
        "filmed_edtf": record.filmed,
        "place": authorities.name(NEIGHBOURHOOD, record.neighbourhood or record.place, language),
        "credit": credited(record, authorities, language),
        "medium": label_of(vocabularies.KINDS, record.medium, language),
        "duration": record.duration_s,
        "advisories": _advisory_labels(record, language),
        "level": record.advisory_level,
        "level_label": label_of(vocabularies.ADVISORY_LEVELS, record.advisory_level, language),
        "closed": closed(record),
        "poster": media(poster.name) if poster else "",
        "poster_width": poster and poster.width,
        "poster_height": poster and poster.height,
        "possible": not certain,
        "demonstration": record.demonstration,
    }


def clip_page(
    record: Record,
    envelope: Envelope | None,
    authorities: Names,
    language: str,
    *,
    links: Iterable[dict[str, Any]] = (),
    choice: Choice = UNASKED,
    media: MediaAddress = media_path,
) -> dict[str, Any]:
    """Everything the page of a clip shows. `links` are cards with `relation` and a range."""
    gate = record.gated and not choice.show
    withheld = held_back(record)
    links = list(links)
    shown = None if gate else player(record, language, choice, media)
    kept = replace(choice, quality=shown["quality"] if shown else "")
    return {
        **_about(record, envelope, authorities, language),
        "gate": _gate(record, language, choice) if gate else None,
        "withheld": withheld,
        "player": shown,
        "download": download(record, shown, media),
        "transcript": side_by_side(spoken(record), language, moment_here(kept.kept)),
        "written": written(spoken(record), language),
        "advisories": [warning(advisory, language) for advisory in record.advisories],
        "made": made(record),
        "copies": [] if gate or withheld else played(record),
        "testimonies": [link for link in links if link["relation"] == "linked"],
        "same_footage": [link for link in links if link["relation"] in SAME_FOOTAGE],
        "related": related(record, links, authorities, language),
        **_cited(record, envelope, authorities, language, links, choice.t),
        "choice": kept,
        "at": moments.write(choice.t) if choice.t else "",
        "kept": kept.kept,
        "embed_path": embed_path(language, record.reference),
        "frame": {"width": str(FRAME_WIDTH), "height": str(FRAME_HEIGHT)},
        "low_path": kept.address(data="full" if choice.low else "low", quality=""),
        "sound_path": kept.address(show="1"),
        "indexed": not kept.pairs(),
    }


def testimony_page(
    record: Record,
    envelope: Envelope | None,
    authorities: Names,
    language: str,
    *,
    links: Iterable[dict[str, Any]] = (),
    choice: Choice = UNASKED,
) -> dict[str, Any]:
    """Everything the page of a testimony shows.

    `links` are the cards of live clips it is on, each with its document as `record`. Of `choice`
    the wish for little data counts, for what is closed is opened on the clip's own page; and the
    moment, where one clip carries all of it: its seconds are those of the clip, and an account
    told in several has no clock of its own.
    """
    clips = list(links)
    live = {link["reference"]: link for link in clips}
    read = dict.fromkeys(transcript.clip for transcript in spoken(record))
    parts = []
    carriers = [*read, *(each for each in live if each not in read)]
    t = None
    for reference in carriers:
        of_clip = [each for each in spoken(record) if each.clip == reference]
        path = record_path(language, "clip", reference) if reference in live else ""
        link = live.get(reference)
        heard = _heard(link, of_clip)
        if len(carriers) == 1:
            t = _within(choice.t, heard)
        shown = None
        if link and heard and not link["closed"]:
            asked = Choice(data=choice.data, t=t or heard)
            shown = player(link["record"], language, asked, media_path)
        parts.append(
            {
                "clip": link,
                "path": f"{path}?t={moments.write(heard)}#player" if path and heard else path,
                # What is shared from this part begins with it.
                "address": f"/c/{record.reference if len(carriers) == 1 else reference}",
                "heard": heard,
                "player": shown and {**shown, "strip": None},
                "transcript": side_by_side(of_clip, language, moment_at(path)),
            }
        )
    return {
        **_about(record, envelope, authorities, language),
        "clips": clips,
        "parts": parts,
        **_cited(record, envelope, authorities, language, clips, t),
        "played": sum(part["player"] is not None for part in parts),
        "player": parts[0]["player"] if len(parts) == 1 else None,
        "choice": Choice(data=choice.data),
        "at": moments.write(t) if t else "",
        "written": written(spoken(record), language),
        "advisories": [warning(advisory, language) for advisory in record.advisories],
    }


def _heard(
    link: dict[str, Any] | None, lines: Iterable[Transcript]
) -> tuple[float, float | None] | None:
    """From and to which second of a clip a testimony is heard: its range, and all its lines."""
    starts = [segment.start_s for each in lines for segment in each.segments]
    ends = [segment.end_s for each in lines for segment in each.segments]
    if link and link["start"] is not None:
        starts.append(link["start"])
        ends += [] if link["end"] is None else [link["end"]]
    return (min(starts), max(ends, default=None)) if starts else None


def _within(asked: moments.Moment | None, heard: moments.Moment | None) -> moments.Moment | None:
    """The seconds asked for, as far as a testimony is heard in them; None where it is not."""
    if asked is None or heard is None:
        return None
    (start, end), (first, last) = asked, heard
    if start < first or (last is not None and start >= last):
        return None
    return start, (end if last is None or end is None else min(end, last))


def credited(record: Record, authorities: Names, language: str) -> dict[str, str] | None:
    """The published byline with its address, or None: the name is withheld."""
    by = byline(record, authorities)
    if by is None:
        return None
    path = name_path(language, by.kind, by.slug)
    return {"name": by.name(language), "path": path}


# --- The parts ---------------------------------------------------------------------------------
def _about(
    record: Record, envelope: Envelope | None, authorities: Names, language: str
) -> dict[str, Any]:
    title, other_title = in_both(record.title_en, record.title_ar, language)
    summary, other_summary = in_both(record.summary_en, record.summary_ar, language)
    return {
        "record": record,
        "reference": record.reference,
        "permanent": f"/c/{record.reference}",
        "title": title or Text.of(record.reference, "en"),
        "other_title": other_title,
        "summary": summary,
        "other_summary": other_summary,
        "translated": record.original_language in {"ar", "en"}
        and record.original_language != language,
        "when": _when(record, language),
        "where": _where(record, authorities, language),
        "credit": credited(record, authorities, language),
        "subjects": _listed(vocabularies.SUBJECTS, record.subjects, "subject", language),
        "languages": _listed(vocabularies.LANGUAGES, record.languages, "language", language),
        "events": _pages(EVENT, record.events, authorities, language),
        "films": _films(record, authorities, language),
        "rights": _term(vocabularies.RIGHTS, record.rights, language),
        "verification": label_of(vocabularies.VERIFICATION, record.verification, language),
        "medium": label_of(vocabularies.KINDS, record.medium, language),
        "level": record.advisory_level,
        "level_term": _term(vocabularies.ADVISORY_LEVELS, record.advisory_level, language),
        "version": envelope.version if envelope else None,
        "published": say_day(envelope.published_at.date(), language) if envelope else "",
        "revised": (
            say_day(envelope.revised_at.date(), language)
            if envelope and envelope.version > 1
            else ""
        ),
    }


def _cited(
    record: Record,
    envelope: Envelope | None,
    authorities: Names,
    language: str,
    links: Iterable[dict[str, Any]],
    t: moments.Moment | None = None,
) -> dict[str, Any]:
    """How to cite the record, or the seconds asked for, and what the page's head tells machines.

    Nothing of a draft, which has no version.
    """
    if envelope is None:
        return {}
    day = envelope.revised_at.date()
    made = citing.cite(record, envelope.version, day, authorities, language, t)
    asked = f"?lang={language}" + (f"&t={moments.write(t)}" if t else "")
    cite = {
        "text": citing.as_text(made),
        "seconds": t is not None,
        "files": [
            {"name": name, "path": f"/cite/{record.reference}.{suffix}{asked}"}
            for name, suffix in CITED_AS
        ],
    }
    path = record_path(language, record.kind, record.reference)
    return {"cite": cite, "head": linked_data.head(record, made, authorities, path, links)}


def _when(record: Record, language: str) -> dict[str, Any]:
    filmed = _parsed(record.filmed)
    spread = (
        record.filmed_from is not None
        and record.filmed_to is not None
        and record.filmed_from != record.filmed_to
    )
    day = filmed.earliest if filmed and filmed.one_day else None
    return {
        "said": say(record.filmed, language),
        "edtf": record.filmed,
        "unknown": record.filmed == "XXXX",
        "certain": record.filmed_certain,
        "first": say_day(record.filmed_from, language) if spread and record.filmed_from else "",
        "last": say_day(record.filmed_to, language) if spread and record.filmed_to else "",
        "path": f"/{language}/dates/{day:%Y/%m/%d}/" if day else "",
        "basis": label_of(vocabularies.FILMED_BASIS, record.filmed_basis, language),
        "confidence": label_of(vocabularies.CONFIDENCE, record.filmed_confidence, language),
    }


def _where(record: Record, authorities: Names, language: str) -> dict[str, Any]:
    place = authorities.get(NEIGHBOURHOOD, record.place)
    neighbourhood = authorities.get(NEIGHBOURHOOD, record.neighbourhood)
    named = place or neighbourhood
    point = ""
    if record.latitude is not None and record.longitude is not None:
        point = f"{record.latitude:.4f}, {record.longitude:.4f}"
    return {
        "name": named.name(language) if named else "",
        "other_name": Text.of(
            named.other_name(language) if named else "", "ar" if language == "en" else "en"
        ),
        "path": name_path(language, NEIGHBOURHOOD, named.slug) if named else "",
        "within": neighbourhood.name(language)
        if place and neighbourhood != place and neighbourhood
        else "",
        "within_path": name_path(language, NEIGHBOURHOOD, record.neighbourhood or ""),
        "precision": label_of(vocabularies.PLACE_PRECISION, record.place_precision, language),
        "basis": label_of(vocabularies.PLACE_BASIS, record.place_basis, language),
        "confidence": label_of(vocabularies.CONFIDENCE, record.place_confidence, language),
        "point": point,
    }


def _gate(record: Record, language: str, choice: Choice) -> dict[str, Any]:
    """What is said in place of the clip, and the ways on from there."""
    warned = [warning(advisory, language) for advisory in record.advisories]
    last = max((advisory.end_s or 0 for advisory in record.advisories), default=0)
    return {
        "seen": [each for each in warned if each["code"] not in HEARD],
        "heard": [each for each in warned if each["code"] in HEARD],
        "timed": any(each["start"] or each["end"] for each in warned),
        "show": choice.address(show="1"),
        "muted": choice.address(show="muted"),
        # The hardest moments have an end that comes before the clip's.
        "after": last if 0 < last < (record.duration_s or 0) else None,
        "show_after": choice.address(show="1", t=(last, None)),
    }


def _films(record: Record, authorities: Names, language: str) -> list[dict[str, Any]]:
    """The films that use the clip, each with the ranges it uses."""
    found: dict[str, dict[str, Any]] = {}
    for shot in record.shots:
        name = authorities.name(FILM, shot.film, language)
        if name:
            film = found.setdefault(
                shot.film,
                {"name": name, "path": name_path(language, FILM, shot.film), "ranges": []},
            )
            film["ranges"].append((shot.start_s, shot.end_s))
    return list(found.values())


def _pages(
    kind: str, slugs: Iterable[str], authorities: Names, language: str
) -> list[dict[str, str]]:
    named = ((slug, authorities.name(kind, slug, language)) for slug in slugs)
    return [{"name": name, "path": name_path(language, kind, slug)} for slug, name in named if name]


def _listed(
    vocabulary: vocabularies.Vocabulary, codes: Iterable[str], facet: str, language: str
) -> list[dict[str, str]]:
    return [
        {
            "name": label_of(vocabulary, code, language),
            "path": f"/{language}/clips/?{facet}={code}",
        }
        for code in codes
    ]


def warning(advisory: Any, language: str) -> dict[str, Any]:
    return {
        "code": advisory.code,
        "label": label_of(vocabularies.ADVISORIES, advisory.code, language),
        "start": None if advisory.start_s is None else moments.clock(advisory.start_s),
        "end": None if advisory.end_s is None else moments.clock(advisory.end_s),
    }


def _advisory_labels(record: Record, language: str) -> list[str]:
    codes = dict.fromkeys(advisory.code for advisory in record.advisories)
    return [label_of(vocabularies.ADVISORIES, code, language) for code in codes]


def _term(vocabulary: vocabularies.Vocabulary, code: str, language: str) -> dict[str, str]:
    if code not in vocabulary:
        return {"label": code, "note": "", "uri": ""}
    term = vocabulary[code]
    return {"label": term.label(language), "note": term.note(language), "uri": term.uri}


def _parsed(edtf: str) -> dates.FilmedDate | None:
    try:
        return dates.parse(edtf)
    except dates.DateError:
        return None
