"""What is said of one record wherever it is shown: when, where, by whom, how it is cited. Pure."""

from collections.abc import Iterable
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from footage import dates, vocabularies
from footage.catalogue import citing, moments
from footage.catalogue.addresses import name_path, record_path
from footage.catalogue.authorities import EVENT, FILM, NEIGHBOURHOOD, Authorities
from footage.catalogue.authorities import credited as byline
from footage.catalogue.languages import other
from footage.catalogue.record import Record
from footage.reading_room import linked_data
from footage.reading_room.wording import Text, in_both, label_of, say, say_day

# Forms of a citation that a page offers, as reference managers call them.
CITED_AS = (("BibTeX", "bib"), ("RIS", "ris"), ("CSL-JSON", "csl.json"))
# What was done, in the heads of its facts: nobody films a photograph or a sound.
_HEADS = {
    "video": {
        "when": _("When it was filmed"),
        "where": _("Where it was filmed"),
        "by": _("Filmed by"),
    },
    "photograph": {
        "when": _("When it was taken"),
        "where": _("Where it was taken"),
        "by": _("Taken by"),
    },
    "sound": {
        "when": _("When it was recorded"),
        "where": _("Where it was recorded"),
        "by": _("Recorded by"),
    },
    "testimony": {"when": _("When it was given"), "by": _("Given by")},
}


class Envelope(Protocol):
    """What is known of a publication beside its document (a PublicRecord is one)."""

    version: int
    published_at: Any
    revised_at: Any


def credited(record: Record, names: Authorities, language: str) -> dict[str, str] | None:
    """The published byline with its address, or None: the name is withheld."""
    by = byline(record, names)
    if by is None:
        return None
    path = name_path(language, by.kind, by.slug)
    return {"name": by.name(language), "path": path}


def about(
    record: Record, envelope: Envelope | None, names: Authorities, language: str
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
        "heads": _HEADS[citing.form_of(record)],
        "when": _when(record, language),
        "where": _where(record, names, language),
        "credit": credited(record, names, language),
        "subjects": _listed(vocabularies.SUBJECTS, record.subjects, "subject", language),
        # A photograph says nothing, and needs no line to say so.
        "languages": []
        if record.medium == "photograph"
        else _listed(vocabularies.LANGUAGES, record.languages, "language", language),
        "events": _pages(EVENT, record.events, names, language),
        "films": _films(record, names, language),
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


def cited(
    record: Record,
    envelope: Envelope | None,
    names: Authorities,
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
    made = citing.cite(record, envelope.version, day, names, language, t)
    asked = f"?lang={language}" + (f"&t={moments.write(t)}" if t else "")
    cite = {
        "text": citing.as_text(made),
        "seconds": t is not None,
        # Where scripts read the text of other seconds.
        "written": f"/cite/{record.reference}.txt{asked}",
        "files": [
            {"name": name, "path": f"/cite/{record.reference}.{suffix}{asked}"}
            for name, suffix in CITED_AS
        ],
    }
    path = record_path(language, record.kind, record.reference)
    return {"cite": cite, "head": linked_data.head(record, made, names, path, links)}


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


def _where(record: Record, names: Authorities, language: str) -> dict[str, Any]:
    place = names.get(NEIGHBOURHOOD, record.place)
    neighbourhood = names.get(NEIGHBOURHOOD, record.neighbourhood)
    named = place or neighbourhood
    return {
        "name": named.name(language) if named else "",
        "other_name": Text.of(named.other_name(language) if named else "", other(language)),
        "path": name_path(language, NEIGHBOURHOOD, named.slug) if named else "",
        "within": neighbourhood.name(language)
        if place and neighbourhood != place and neighbourhood
        else "",
        "within_path": name_path(language, NEIGHBOURHOOD, record.neighbourhood or ""),
        "precision": label_of(vocabularies.PLACE_PRECISION, record.place_precision, language),
        "basis": label_of(vocabularies.PLACE_BASIS, record.place_basis, language),
        "confidence": label_of(vocabularies.CONFIDENCE, record.place_confidence, language),
        "point": "{:.4f}, {:.4f}".format(*record.point) if record.point else "",
    }


def _films(record: Record, names: Authorities, language: str) -> list[dict[str, Any]]:
    """The films that use the clip, each with the ranges it uses."""
    found: dict[str, dict[str, Any]] = {}
    for shot in record.shots:
        name = names.name(FILM, shot.film, language)
        if name:
            film = found.setdefault(
                shot.film,
                {"name": name, "path": name_path(language, FILM, shot.film), "ranges": []},
            )
            film["ranges"].append((shot.start_s, shot.end_s))
    return list(found.values())


def _pages(
    kind: str, slugs: Iterable[str], names: Authorities, language: str
) -> list[dict[str, str]]:
    named = ((slug, names.name(kind, slug, language)) for slug in slugs)
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


def advisory_labels(record: Record, language: str) -> list[str]:
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
