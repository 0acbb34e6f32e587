"""What the pages of one record say, as plain dictionaries for their templates.

Functions of a document and the published names: no request and no database, so that the
archivist's preview shows a draft through the very same code. `media` turns the name of an access
copy into its address. A gated clip yields no address of any copy until `show` is true, and one
held back never does.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.conf import settings

from footage import vocabularies
from footage.catalogue import citing, moments
from footage.catalogue.addresses import (
    FRAME_HEIGHT,
    FRAME_WIDTH,
    embed_path,
    media_path,
    record_path,
)
from footage.catalogue.authorities import NEIGHBOURHOOD, Authorities
from footage.catalogue.languages import LANGUAGES
from footage.catalogue.record import Record
from footage.catalogue.showing import clips_of, closed, held_back, picture, spoken
from footage.reading_room import facts
from footage.reading_room.choices import Choice as Choice
from footage.reading_room.facts import Envelope
from footage.reading_room.player import MediaAddress, download, made, played, player
from footage.reading_room.related import related
from footage.reading_room.transcripts import files, moment_at, moment_here, side_by_side, written
from footage.reading_room.wording import (
    Text,
    direction,
    in_both,
    label_of,
    say,
)

# Relations of two clips that show the same footage.
SAME_FOOTAGE = {"copy", "whole", "part"}
UNASKED = Choice()
# As much of what was typed for a moment as its field takes, in characters.
MOST_TYPED = 40
# What an advisory warns the ear of; everything else is seen.
HEARD = {"grief-and-screaming", "loud-explosions", "hate-speech"}


def frame(language: str, here: str) -> dict[str, Any]:
    """What the layout needs: the language, its direction, and this page in every language."""
    in_languages = [
        {
            "code": code,
            "name": own_name,
            "dir": direction(code),
            "path": f"/{code}/{here.removeprefix(f'/{language}/')}",
            "current": code == language,
        }
        for code, own_name in LANGUAGES.items()
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
    names: Authorities,
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
        "place": names.name(NEIGHBOURHOOD, record.neighbourhood or record.place, language),
        "credit": facts.credited(record, names, language),
        "medium": label_of(vocabularies.KINDS, record.medium, language),
        "duration": record.duration_s,
        "advisories": facts.advisory_labels(record, language),
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
    names: Authorities,
    language: str,
    *,
    links: Iterable[dict[str, Any]] = (),
    choice: Choice = UNASKED,
    media: MediaAddress = media_path,
) -> dict[str, Any]:
    """Everything the page of a clip shows. `links` are cards with `relation` and a range."""
    t = moments.within(choice.t, citing.seconds_of(record))
    segment, choice = _segment(choice, t), replace(choice, t=t)
    gate = record.gated and not choice.show
    withheld = held_back(record)
    links = list(links)
    shown = None if gate else player(record, language, choice, media)
    kept = replace(choice, quality=shown["quality"] if shown else "")
    return {
        **facts.about(record, envelope, names, language),
        "gate": _gate(record, language, choice) if gate else None,
        "withheld": withheld,
        "player": shown,
        "download": download(record, shown, media),
        "transcripts": [] if gate else files(record, language),
        "transcript": side_by_side(spoken(record), language, moment_here(kept.kept)),
        "written": written(spoken(record), language),
        "advisories": [facts.warning(advisory, language) for advisory in record.advisories],
        "made": made(record),
        "copies": [] if gate or withheld else played(record),
        "testimonies": [link for link in links if link["relation"] == "linked"],
        "same_footage": [link for link in links if link["relation"] in SAME_FOOTAGE],
        "related": related(record, links, names, language),
        **facts.cited(record, envelope, names, language, links, t),
        "choice": kept,
        **segment,
        "kept": kept.kept,
        "span": moments.ends(citing.seconds_of(record)),
        "embed_path": embed_path(language, record.reference),
        "frame": {"width": str(FRAME_WIDTH), "height": str(FRAME_HEIGHT)},
        "low_path": kept.address(data="full" if choice.low else "low", quality=""),
        "close_path": kept.address(show=""),
        "sound_path": kept.address(show="1"),
        "indexed": not kept.pairs(),
    }


def testimony_page(
    record: Record,
    envelope: Envelope | None,
    names: Authorities,
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
    read = clips_of(record)
    parts = []
    carriers = [*read, *(each for each in live if each not in read)]
    t = None
    for reference in carriers:
        of_clip = [each for each in spoken(record) if each.clip == reference]
        path = record_path(language, "clip", reference) if reference in live else ""
        link = live.get(reference)
        ranges = [(link["start"], link["end"])] if link else []
        seconds = heard = citing.heard(ranges, of_clip)
        if len(carriers) == 1:
            t = moments.within(choice.t, heard)
        elif link:
            seconds = citing.seconds_of(link["record"])
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
                "span": moments.ends(seconds),
                "player": shown and {**shown, "strip": None},
                "transcript": side_by_side(of_clip, language, moment_at(path)),
            }
        )
    return {
        **facts.about(record, envelope, names, language),
        "clips": clips,
        "parts": parts,
        **facts.cited(record, envelope, names, language, clips, t),
        "transcripts": files(record, language),
        "played": sum(part["player"] is not None for part in parts),
        "player": parts[0]["player"] if len(parts) == 1 else None,
        "choice": Choice(data=choice.data),
        **_segment(choice, t),
        "written": written(spoken(record), language),
        "advisories": [facts.warning(advisory, language) for advisory in record.advisories],
    }


def _segment(choice: Choice, t: moments.Moment | None) -> dict[str, Any]:
    """The moment of a page as addresses write it; and what was typed for one and is none, to be
    mended in its field."""
    unread = "" if t else choice.typed.strip()[:MOST_TYPED]
    return {
        "at": moments.write(t) if t else "",
        "unread": unread,
        "elsewhere": bool(unread and choice.t),
    }


def _gate(record: Record, language: str, choice: Choice) -> dict[str, Any]:
    """What is said in place of the clip, and the ways on from there."""
    warned = [facts.warning(advisory, language) for advisory in record.advisories]
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
