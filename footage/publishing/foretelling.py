"""What an act upon the public record will do, told before anybody does it."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from footage.models import Clip, Testimony
from footage.models.fields import reading_language, said
from footage.publishing import authorities
from footage.publishing.describe import credited_person
from footage.vocabularies import DATE_PRECISION, PLACE_PRECISION, Vocabulary


def consequences(item: Clip | Testimony, act: str) -> list[Any]:
    """What `act` (publish, revise, reinstate, withdraw) will do, as sentences for its page."""
    if act == "withdraw":
        sentences: list[Any] = [
            _("It disappears from every page, list, count and export with the next request."),
            _("Its address answers with a tombstone: reference, date and class of reason."),
            _("Its access copies are removed. Copies that others made cannot be called back."),
        ]
        if isinstance(item, Testimony):
            sentences.append(
                _("Clips that carry it lose every copy, stills too, and those lines of transcript.")
            )
        elif item.testimonies.exists():
            sentences.append(_("Testimonies that it carries lose the words read from it."))
        return sentences
    credited = credited_person(item)
    sentences = [
        _("Everybody will be able to see it, in both languages, from the next request on."),
        _("The credit reads: %(byline)s") % {"byline": said(credited.byline_en, credited.byline_ar)}
        if credited
        else _("The credit reads: Name withheld."),
    ]
    if credited and (beside := authorities.others_under(credited, item.reference)):
        sentences.append(
            ngettext(
                "Readers see it beside %(count)d other record under this byline, as one person's.",
                "Readers see it beside %(count)d other records under this byline, as one person's.",
                beside,
            )
            % {"count": beside}
        )
    if isinstance(item, Clip):
        sentences += [
            _("Precision of the date shown: %(precision)s.")
            % {"precision": _label(DATE_PRECISION, item.filmed_precision)},
            _("Precision of the place shown: %(precision)s.")
            % {"precision": _label(PLACE_PRECISION, item.location_precision)},
        ]
        if item.verifiable_in_public:
            sentences.append(
                _("The master's digest is published: a seized phone could be matched.")
            )
    if act == "reinstate":
        sentences.append(
            _("It keeps its reference; the tombstone goes, and its version counts on.")
        )
        if isinstance(item, Testimony):
            sentences.append(
                _("Clips that carry it stay silent there until they are revised themselves.")
            )
        elif item.testimonies.exists():
            sentences.append(
                _("Testimonies that it carries get its words back when they are revised.")
            )
    if act == "revise":
        sentences.append(_("The published version is replaced; addresses of its copies go dead."))
    return sentences


def _label(vocabulary: Vocabulary, code: str) -> str:
    return vocabulary.label(code, reading_language()) if code else "…"
