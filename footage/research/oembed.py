"""oEmbed 1.0: how another site shows a clip in a frame, from the address somebody pasted into it.

The frame is the archive's own page for frames, which keeps the gate of a graphic clip closed; no
picture and no address of a copy is given for a clip that is closed.
"""

from html import escape
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from footage.catalogue import authorities, beside, citing, moments, showing
from footage.catalogue.addresses import (
    FRAME_HEIGHT,
    FRAME_WIDTH,
    absolute,
    embed_path,
    media_address,
    name_path,
)
from footage.catalogue.authorities import credited
from footage.catalogue.freshness import fresh
from footage.catalogue.languages import LANGUAGES
from footage.research.answering import read_only
from footage.research.problems import problem

NARROWEST = 240
NOWHERE = ("", "en", None)


@read_only
def oembed(request: HttpRequest) -> HttpResponse:
    """What a consumer needs to embed the clip of `url`; 404 for any other address.

    `maxwidth` and `maxheight` bound the frame, `?t=12,15` of the address goes along. Answers JSON;
    the specification lets a provider answer 501 to `format=xml`.
    """
    if request.GET.get("format", "json") != "json":
        return problem(501, "Unknown format", "format is json.")
    sizes = {}
    for name, most in (("maxwidth", FRAME_WIDTH), ("maxheight", FRAME_HEIGHT)):
        asked = request.GET.get(name, str(most))
        if not asked.isascii() or not asked.isdigit() or len(asked) > 6 or int(asked) < 1:
            return problem(400, f"Unusable {name}", f"{name} is a number of pixels.")
        sizes[name] = min(most, int(asked))
    typed, language, moment = _pasted(request.GET.get("url", ""))
    row = beside.find_typed(typed)
    if row is None or row.kind != "clip" or row.withdrawn_at is not None:
        return problem(404, "Nothing to embed", "url is the address of a clip of this archive.")
    names, record = authorities.current(), row.read()
    moment = moments.within(moment, citing.seconds_of(record))
    cited = citing.cite(record, row.version, row.revised_at.date(), names, language, moment)
    asked = f"?t={moments.write(moment)}" if moment else ""
    address = absolute(f"{embed_path(language, record.reference)}{asked}")
    width = max(NARROWEST, sizes["maxwidth"])
    told: dict[str, Any] = {
        "version": "1.0",
        "type": "video" if record.medium == "video" else "rich",
        "title": cited.title,
        "provider_name": citing.ARCHIVE[language],
        "provider_url": absolute(f"/{language}/"),
        "width": width,
        "height": sizes["maxheight"],
        "html": (
            f'<iframe src="{escape(address)}" title="{escape(cited.title)}" width="{width}"'
            f' height="{sizes["maxheight"]}" loading="lazy" allowfullscreen></iframe>'
        ),
    }
    by = credited(record, names)
    if by:
        told["author_name"] = by.name(language)
        if page := name_path(language, by.kind, by.slug):
            told["author_url"] = absolute(page)
    if picture := showing.picture(record):
        told["thumbnail_url"] = media_address(picture)
        told["thumbnail_width"], told["thumbnail_height"] = picture.width, picture.height
    response = HttpResponse(orjson.dumps(told), content_type="application/json")
    return fresh(request, response)


def _pasted(address: str) -> tuple[str, str, moments.Moment | None]:
    """(what stands for the reference, language, moment); "" first for an address not of ours.

    Takes the permanent address, the clip's page and its page for frames, in either language.
    """
    try:
        own, given = urlsplit(settings.BASE_URL), urlsplit(address[:2000])
    except ValueError:
        return NOWHERE
    if (given.scheme, given.netloc) != (own.scheme, own.netloc):
        return NOWHERE
    language = "en"
    parts = given.path.strip("/").split("/")
    if len(parts) == 3 and parts[0] in LANGUAGES and parts[1] in {"clips", "embed"}:
        language, parts = parts[0], ["c", parts[2]]
    if len(parts) != 2 or parts[0] != "c":
        return NOWHERE
    asked = dict(pair.partition("=")[::2] for pair in given.query.split("&"))
    return parts[1], language, moments.read(unquote_plus(asked.get("t", "")))
