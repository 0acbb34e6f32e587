"""audit_public: does the catalogue hold exactly what the workshop allows to be public, now?"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.storage import storages

from footage.catalogue.models import PublicAuthority, PublicRecord
from footage.catalogue.record import Record
from footage.catalogue.showing import held_back
from footage.dates import parse
from footage.models import Clip, Location, Testimony
from footage.publishing.coarsening import coarsened_basis, coarsened_date_basis
from footage.publishing.describe import credited_person, may_download
from footage.publishing.naming import may_be_named
from footage.publishing.narrowing import lacks_consent
from footage.publishing.reasons import carries_withdrawn
from footage.publishing.sealed_words import sealed_words_in
from footage.vocabularies import WIDE_PLACES
from people.models import PublicSlug


@dataclass(frozen=True)
class Finding:
    """One thing that is public and should not be, or is torn. `code` is stable."""

    reference: str
    code: str
    detail: str = ""


def audit_public() -> list[Finding]:
    """Compare every live record and every name with the workshop. Changes nothing.

    Cost: some queries and one listing a record; for a nightly task, not a request.
    """
    return [*_records(), *_names()]


def _records() -> Iterator[Finding]:
    wide = set(Location.objects.filter(kind__in=WIDE_PLACES).values_list("slug", flat=True))
    for row in PublicRecord.objects.live().order_by("pk").iterator():
        if hashlib.sha256((row.document or "").encode()).hexdigest() != row.digest:
            yield Finding(row.reference, "digest", "the document is not what was published")
            continue
        document = row.read()
        item: Clip | Testimony | None
        if row.kind == "clip":
            item = Clip.objects.select_related("journalist").filter(reference=row.reference).first()
        else:
            item = (
                Testimony.objects.select_related("witness").filter(reference=row.reference).first()
            )
        if item is None:
            yield Finding(row.reference, "no-source", "nothing in the workshop has this reference")
            continue
        yield from _against(item, document, wide)
        stored = set(row.renditions.filter(superseded_at=None).values_list("name", flat=True))
        declared = {copy.name for copy in document.renditions}
        if stored != declared:
            yield Finding(row.reference, "renditions", "rows and document name different copies")
        for name in sorted(stored):
            if not storages["access"].exists(name):
                yield Finding(row.reference, "missing-copy", name)


def _against(item: Clip | Testimony, document: Record, wide: set[str]) -> Iterator[Finding]:
    """`wide` has the slugs of places that are no point."""
    credited = credited_person(item)
    slug = document.journalist if isinstance(item, Clip) else document.witness
    if slug is not None and (credited is None or credited.public_slug != slug):
        yield Finding(item.reference, "credit", "a name is shown that may not be")
    if isinstance(item, Clip):
        if document.download and not may_download(item):
            yield Finding(item.reference, "download", "downloads are offered without consent")
        if document.master_fixity and not item.verifiable_in_public:
            yield Finding(item.reference, "master-digest", "the master's digest is public")
        if document.place_basis != coarsened_basis(document.place_basis, document.place_precision):
            yield Finding(item.reference, "place-basis", "it tells of a position that is withheld")
        pointed = document.latitude is not None and document.place_precision != "exact"
        if pointed and document.place in wide:
            yield Finding(item.reference, "place-point", "a whole city or district is a point")
        shown = parse(document.filmed)
        if document.filmed_basis != coarsened_date_basis(document.filmed_basis, shown):
            yield Finding(item.reference, "filmed-basis", "it tells of a day that is withheld")
        if (document.renditions or document.waveform) and carries_withdrawn(item):
            yield Finding(item.reference, "not-silenced", "it carries a withdrawn testimony")
        if any(appearance.risk_open for appearance in item.appearances.all()):
            yield Finding(item.reference, "person-at-risk", "somebody shown is at risk")
    if lacks_consent(item):
        yield Finding(item.reference, "consent", "it rests on a consent that does not stand")
    named = {each.clip for each in document.transcripts} - {item.reference}
    read = {
        row.reference: row.read() for row in PublicRecord.objects.live().filter(reference__in=named)
    }
    if named - set(read):
        yield Finding(item.reference, "names-what-is-not-public", "a clip that is not live")
    if any(held_back(clip) for clip in read.values()):
        yield Finding(item.reference, "quotes-what-is-held-back", "words of a clip held back")
    if isinstance(item, Clip) and held_back(document) and document.transcripts:
        yield Finding(item.reference, "says-what-is-held-back", "it is held back and has words")
    if sealed_words_in(item):
        yield Finding(item.reference, "sealed-words", "the workshop's text holds a sealed word")


def _names() -> Iterator[Finding]:
    kinds = PublicAuthority.Kind
    for kind in (kinds.JOURNALIST, kinds.WITNESS):
        held = PublicSlug.objects.filter(**{f"{kind}__isnull": False}).select_related(kind)
        people = {row.slug: getattr(row, kind) for row in held}
        for authority in PublicAuthority.objects.filter(kind=kind):
            person = people.get(authority.slug)
            if person is None or not may_be_named(person):
                yield Finding(
                    f"{kind}:{authority.slug}", "name", "a name is public that may not be"
                )
