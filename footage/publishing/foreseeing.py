"""What an act would change for readers, found by doing it and undoing it.

Nothing is guessed: the act runs in a transaction that is rolled back, and what the catalogue held
in between is compared with what it holds. So the page before an act tells what the act does.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from footage.catalogue.models import PublicAuthority, PublicRecord, PublicState
from footage.catalogue.record import Record
from footage.models.fields import said


class _Undo(Exception):
    pass


@dataclass
class Foreseen:
    """What would follow, as sentences: `names` that go, and what happens to which record."""

    names: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.names or self.records)


def foresee(act: Callable[[], Any]) -> Foreseen:
    """Do `act`, look, undo it. Holds the lock of the one writer while it runs."""
    after: dict[str, PublicRecord] = {}
    standing = _authorities()
    try:
        with transaction.atomic():
            begun = PublicState.objects.get(pk=1).change
            act()
            after = {row.reference: row for row in PublicRecord.objects.filter(change__gt=begun)}
            left = _authorities()
            raise _Undo
    except _Undo:
        pass
    foreseen = Foreseen()
    for key in sorted(standing.keys() - left.keys()):
        foreseen.names.append(
            _(
                "The name “%(name)s” is gone: from every page, list, filter, search and export, "
                "in both languages."
            )
            % {"name": said(*standing[key])}
        )
    for row in PublicRecord.objects.live().filter(reference__in=after).order_by("reference"):
        # Others are numbered anew beside it, and stay as they are.
        if row.document != after[row.reference].document:
            foreseen.records += _sentences(row.read(), after[row.reference])
    return foreseen


def _authorities() -> dict[tuple[str, str], tuple[str, str]]:
    rows = PublicAuthority.objects.values_list("kind", "slug", "name_en", "name_ar")
    return {(kind, slug): (name_en, name_ar) for kind, slug, name_en, name_ar in rows}


def _sentences(before: Record, row: PublicRecord) -> list[str]:
    """What happens to one record, each sentence with its title and reference."""
    what = {
        "title": said(before.title_en, before.title_ar),
        "reference": before.reference,
    }
    if row.document is None:
        copies, lines = len(before.renditions), _lines(before)
        return [
            _("“%(title)s” (%(reference)s) is withdrawn; a tombstone stands in its place.") % what,
            *([_copies(copies, what)] if copies else []),
            *([_lines_go(lines, what)] if lines else []),
        ]
    after = row.read()
    told = []
    if before.credit != after.credit:
        told.append(_("%(reference)s: the credit reads “Name withheld”.") % what)
    if before.download and not after.download:
        told.append(_("%(reference)s can no longer be downloaded.") % what)
    if gone := len(before.renditions) - len(after.renditions):
        told.append(_copies(gone, what))
    if gone := _lines(before) - _lines(after):
        told.append(_lines_go(gone, what))
    texts = ("title_en", "title_ar", "summary_en", "summary_ar", "rights_note")
    if any(getattr(before, text) != getattr(after, text) for text in texts):
        told.append(_("%(reference)s: a title or summary that says the name is left out.") % what)
    return told or [_("%(reference)s changes.") % what]


def _lines(document: Record) -> int:
    return sum(len(transcript.segments) for transcript in document.transcripts)


def _copies(count: int, what: dict[str, str]) -> str:
    return ngettext(
        "%(reference)s: %(count)d access copy is removed.",
        "%(reference)s: %(count)d access copies are removed.",
        count,
    ) % {**what, "count": count}


def _lines_go(count: int, what: dict[str, str]) -> str:
    return ngettext(
        "%(reference)s: %(count)d line of transcript and captions is gone.",
        "%(reference)s: %(count)d lines of transcript and captions are gone.",
        count,
    ) % {**what, "count": count}
