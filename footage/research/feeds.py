"""What was published last of any list, as an Atom feed (RFC 4287) in either language.

An entry is known for ever by the permanent address of its record. Times are those that are public:
days. What is withdrawn is in the feed no longer, and a closed record shows no picture.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from footage import vocabularies
from footage.catalogue import answers, authorities, citing, interface, showing
from footage.catalogue.addresses import absolute, media_address, record_path
from footage.catalogue.authorities import Authorities, credited
from footage.catalogue.languages import LANGUAGES, either
from footage.catalogue.models import PublicRecord
from footage.catalogue.record import Record
from footage.normalisation import writable_in_xml
from footage.research.answering import fresh, not_searched, resource
from footage.research.asked import in_full, limit_of

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
MEDIA_RSS = "http://search.yahoo.com/mrss/"
# Of a feed of nothing: no clock is asked, so that the same catalogue gives the same bytes.
NEVER = datetime(2012, 1, 1, tzinfo=UTC)


class Feed(Atom1Feed):
    """Django's, with a picture where there is one, and of no time at all when it is empty."""

    content_type = MEDIA_TYPE

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=NEVER)

    def root_attributes(self) -> dict[str, Any]:
        return {**super().root_attributes(), "xmlns:media": MEDIA_RSS}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item["picture"]:
            handler.addQuickElement("media:thumbnail", "", {"url": item["picture"]})


@resource
def clips(request: HttpRequest, language: str) -> HttpResponse:
    """The records a query finds, those published last first."""
    if language not in LANGUAGES:
        raise Http404
    asked = in_full(request.GET, interface.LIMIT)
    query = replace(asked, sort="published")
    names = authorities.current()
    found = answers.answer(query, names, facets=(), size=limit_of(request.GET))
    if not found.searched:
        return not_searched()
    with translation.override(language):
        feed = Feed(
            title=_("The Aleppo Archive"),
            subtitle=_("Citizen footage from East Aleppo, by neighbourhood and date."),
            link=f"{settings.BASE_URL}/{language}/clips/{asked.address}",
            feed_url=f"{settings.BASE_URL}{request.get_full_path()}",
            description="",
            language=language,
        )
        for row in found.page.records:
            feed.add_item(**_entry(row, names, language))
    return fresh(request, feed.writeString("utf-8").encode(), MEDIA_TYPE)


def _entry(row: PublicRecord, names: Authorities, language: str) -> dict[str, Any]:
    record = row.read()
    picture = showing.picture(record)
    title = either(record.title_en, record.title_ar, language)
    codes = [code for code in record.subjects if code in vocabularies.SUBJECTS]
    return {
        "title": writable_in_xml(title) or record.reference,
        "link": absolute(record_path(language, row.kind, row.reference)),
        "unique_id": absolute(f"/c/{row.reference}"),
        "description": writable_in_xml(either(record.summary_en, record.summary_ar, language)),
        "author_name": writable_in_xml(_credit(record, names, language)),
        "pubdate": _day(row.published_at.date()),
        "updateddate": _day(row.revised_at.date()),
        "categories": [vocabularies.SUBJECTS.label(code, language) for code in codes],
        "item_copyright": vocabularies.RIGHTS.known_label(record.rights, language) or None,
        "picture": media_address(picture) if picture else "",
    }


def _credit(record: Record, names: Authorities, language: str) -> str:
    by = credited(record, names)
    return by.name(language) if by else citing.WITHHELD[language]


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
