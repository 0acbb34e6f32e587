"""Every record of a list, in any of `footage.catalogue.formats`, as it is asked for.

An export is sent while it is made. One that fails on the way ends the connection without the last
chunk, and its text with what no reader of the format accepts. A name that ends in `.gz` is a gzip
file; otherwise a client that accepts gzip gets the same bytes encoded. `datapackage.json` beside it
(named by the header Link) says what the files are, with the same query.
"""

import hashlib
import logging
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from footage.catalogue import answers, authorities, formats, streams
from footage.catalogue.authorities import Authorities
from footage.catalogue.formats.about import About, about, data_package, table_schema, version
from footage.catalogue.freshness import accepts_gzip, conditional
from footage.research.answering import fresh, not_searched, resource
from footage.research.asked import in_full
from footage.research.problems import problem

MEDIA_TYPE = "application/json"

logger = logging.getLogger(__name__)


@resource
def export(request: HttpRequest, format: str) -> HttpResponseBase:
    """`/export/clips.<format>`, with the query of the list and an optional `.gz`."""
    suffix = format.removesuffix(".gz")
    form = formats.FORMATS.get(suffix)
    if form is None or (form.packed and format != suffix):
        known = ", ".join(formats.FORMATS)
        return problem(404, "No such format", f"The formats are: {known}.")
    asked = _asked(request)
    if isinstance(asked, HttpResponseBase):
        return asked
    of, names = asked
    file = format != suffix
    encoded = not file and not form.packed and accepts_gzip(request)
    etag = _etag(of, names, format, encoded)
    response: Any = StreamingHttpResponse(
        _pieces(form, of, names, packed=file or encoded) if request.method == "GET" else (),
        content_type="application/gzip" if file else form.media_type,
    )
    response["Content-Disposition"] = f'attachment; filename="{_file_name(of, format)}"'
    beside = f"{settings.BASE_URL}/export/datapackage.json{of.query.address}"
    response["Link"] = f'<{beside}>; rel="describedby"; type="{MEDIA_TYPE}"'
    if encoded:
        response["Content-Encoding"] = "gzip"
    if not (file or form.packed):
        response["Vary"] = "Accept-Encoding"
    return conditional(request, response, etag)


@resource
def description(request: HttpRequest) -> HttpResponseBase:
    """`/export/datapackage.json`: what the exports of a query are, and what is in each column."""
    asked = _asked(request)
    if isinstance(asked, HttpResponseBase):
        return asked
    of, _ = asked
    package = data_package(of, [_resource(form, of) for form in formats.FORMATS.values()])
    return fresh(request, orjson.dumps(package, option=orjson.OPT_INDENT_2), MEDIA_TYPE)


def _asked(request: HttpRequest) -> tuple[About, Authorities] | HttpResponseBase:
    """What an export of the request's query is; a problem while words cannot be searched.

    Raises Refused.
    """
    query = in_full(request.GET)
    names = authorities.current()
    found = answers.answer(query, names, facets=(), size=0)
    if not found.searched:
        return not_searched()
    return about(query, found.facets.total), names


# --- The stream -----------------------------------------------------------------------------------
def _pieces(
    form: formats.Format, of: About, names: Authorities, *, packed: bool
) -> Iterator[bytes]:
    rows = streams.every(of.query, names, tombstones=form.tombstones)
    listed = of.tombstones if form.tombstones else 0
    pieces = form.write(rows, replace(of, tombstones=listed), names)
    return _gzipped(pieces) if packed else _whole_or_broken(pieces, form.broken)


def _whole_or_broken(pieces: Iterable[bytes], broken: bytes) -> Iterator[bytes]:
    """The pieces; after a failure what makes them unreadable, and the failure."""
    try:
        yield from pieces
    except Exception:
        logger.exception("An export broke off")
        yield broken
        raise


def _gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A gzip member without name and time. After a failure it has no end, which readers notice."""
    packer = zlib.compressobj(formats.LEVEL, wbits=31)
    # Its head at once, so that what breaks off before the first block is no empty file either.
    yield packer.compress(b"") + packer.flush(zlib.Z_SYNC_FLUSH)
    try:
        for piece in pieces:
            if packed := packer.compress(piece):
                yield packed
    except Exception:
        logger.exception("An export broke off")
        raise
    yield packer.flush()


def _etag(of: About, names: Authorities, format: str, encoded: bool) -> str:
    """Weak: what is withdrawn while an export runs is missing from its end."""
    told = repr((of.query.address, of.change, names.digest, version(), format, encoded))
    return f'W/"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


# --- Names ----------------------------------------------------------------------------------------
def _file_name(of: About, format: str) -> str:
    """By what was asked, as of which change, how many. Two questions never share a name: words are
    not told by it, nor which filter a value is of, so a few signs stand for the whole."""
    told = {"q": "search", "certainly": "certainly"}
    words = [told.get(name, value) for name, value in of.query.pairs()]
    asked = "_".join(re.sub(r"[^a-z0-9-]+", "-", word.lower())[:30] for word in words)
    number = f"{of.records}-record{'s' * (of.records != 1)}"
    sign = hashlib.sha256(of.query.address.encode()).hexdigest()[:8] if words else ""
    parts = ["aleppo-archive", asked[:80], sign, f"change-{of.change}", number]
    return f"{'_'.join(part for part in parts if part)}.{format}"


def _resource(form: formats.Format, of: About) -> dict[str, Any]:
    """The entry of one format in the data package."""
    described: dict[str, Any] = {
        "name": "clips-" + form.suffix.replace(".", "-"),
        "path": f"{settings.BASE_URL}/export/clips.{form.suffix}{of.query.address}",
        "format": form.suffix.rpartition(".")[2],
        "mediatype": form.media_type.partition(";")[0],
        "encoding": "utf-8",
        "tombstones": of.tombstones if form.tombstones else 0,
    }
    if form.suffix == "csv":
        described |= {
            "type": "table",
            "profile": "tabular-data-resource",
            "dialect": {"lineTerminator": "\r\n", "doubleQuote": True},
            "schema": table_schema(),
        }
    return described
