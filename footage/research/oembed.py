"""oEmbed 1.0: how another site shows a clip in a frame, from the address somebody pasted into it.

The frame is the archive's own page for frames, which keeps the gate of a graphic clip closed; no
picture and no address of a copy is given for a clip that is closed.
"""

from html import escape
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from footage.catalogue import authorities, beside, citing, moments, showing
from footage.catalogue.authorities import JOURNALIST, credited
from footage.catalogue.freshness import fresh, only_read
from footage.references import ReferenceError as NotAReference
from footage.references import parse_reference
from footage.research.problems import problem

# Of the frame, in CSS pixels: as wide as a column of text, as high as a player with its controls.
WIDTH, HEIGHT = 640, 560
NARROWEST = 240


@only_read
def oembed(request: HttpRequest) -> HttpResponse:
    """What a consumer needs to embed the clip of `url`; 404 for any other address.

    `maxwidth` and `maxheight` bound the frame, `?t=12,15` of the address goes along. Answers JSON;
    the specification lets a provider answer 501 to `format=xml`.
    """
    if request.GET.get("format", "json") != "json":
        return problem(501, "Unknown format", "format is json.")
    sizes = {}
    for name, most in (("maxwidth", WIDTH), ("maxheight", HEIGHT)):
        asked = request.GET.get(name, str(most))
        if not asked.isascii() or not asked.isdigit() or len(asked) > 6 or int(asked) < 1:
            return problem(400, f"Unusable {name}", f"{name} is a number of pixels.")
        sizes[name] = min(most, int(asked))
    found = _pasted(request.GET.get("url", ""))
    if found is None:
        return problem(404, "Nothing to embed", "url is the address of a clip of this archive.")
    reference, language, moment = found
    row = beside.find(reference)
    if row is None or row.kind != "clip" or row.withdrawn_at is not None:
        return problem(404, "Nothing to embed", "url is the address of a clip of this archive.")
    names, record = authorities.current(), row.read()
    cited = citing.cite(record, row.version, row.revised_at.date(), names, language, moment)
    asked = f"?t={moments.write(moment)}" if moment else ""
    address = f"{settings.BASE_URL}/{language}/embed/{record.reference}/{asked}"
    width = max(NARROWEST, sizes["maxwidth"])
    told: dict[str, Any] = {
        "version": "1.0",
        "type": "video" if record.medium == "video" else "rich",
        "title": cited.title,
        "provider_name": citing.ARCHIVE[language],
        "provider_url": f"{settings.BASE_URL}/{language}/",
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
        if by.kind == JOURNALIST:
            told["author_url"] = f"{settings.BASE_URL}/{language}/journalists/{by.slug}/"
    if picture := showing.picture(record):
        told["thumbnail_url"] = f"{settings.BASE_URL}/media/{picture.name}"
        told["thumbnail_width"], told["thumbnail_height"] = picture.width, picture.height
    response = HttpResponse(orjson.dumps(told), content_type="application/json")
    return fresh(request, response)


def _pasted(address: str) -> tuple[str, str, moments.Moment | None] | None:
    """(reference, language, moment) of a clip's address; None for any that is not one of ours.

    Takes the permanent address, the clip's page and its page for frames, in either language.
    """
    try:
        own, given = urlsplit(settings.BASE_URL), urlsplit(address[:2000])
    except ValueError:
        return None
    if (given.scheme, given.netloc) != (own.scheme, own.netloc):
        return None
    language = "en"
    parts = given.path.strip("/").split("/")
    if len(parts) == 3 and parts[0] in citing.LANGUAGES and parts[1] in {"clips", "embed"}:
        language, parts = parts[0], ["c", parts[2]]
    if len(parts) != 2 or parts[0] != "c":
        return None
    try:
        reference = parse_reference(parts[1])
    except NotAReference:
        return None
    asked = dict(pair.partition("=")[::2] for pair in given.query.split("&"))
    return reference, language, moments.read(asked.get("t", "").replace("%2C", ","))
