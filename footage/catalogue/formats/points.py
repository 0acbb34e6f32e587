"""Points on a map: GeoJSON (RFC 7946), one feature a line, closed by its last bytes.

A point is the one that is published, never finer than may be shown; `place_precision` among the
properties, which are the whole record, says how fine. A record without one has no geometry.
"""

from collections.abc import Iterable, Iterator

import orjson

from footage.catalogue.formats.flat import Flattening
from footage.catalogue.streams import Row


def as_geojson(
    pieces: Iterable[list[Row]], flattening: Flattening, about: dict[str, object]
) -> Iterator[bytes]:
    """`about` becomes a member of the collection, which readers that do not know it pass over."""
    yield b'{"type":"FeatureCollection","about":' + orjson.dumps(about) + b',"features":[\n'
    before = b""
    for piece in pieces:
        features = [_feature(row, flattening) for row in piece if row.document is not None]
        if features:
            yield before + b",\n".join(features)
            before = b",\n"
    yield b"\n]}\n"


def _feature(row: Row, flattening: Flattening) -> bytes:
    document = row.document or b""
    latitude, longitude = _number(document, b'"latitude":'), _number(document, b'"longitude":')
    there = latitude != "null" and longitude != "null"
    geometry = f'{{"type":"Point","coordinates":[{longitude},{latitude}]}}' if there else "null"
    head = f'{{"type":"Feature","id":"{row.reference}","geometry":{geometry},"properties":'
    return b"%b%b}" % (head.encode(), flattening.line(row))


def _number(document: bytes, key: bytes) -> str:
    """A number as it is written in the document, or null."""
    start = document.index(key) + len(key)
    return document[start : document.index(b",", start)].decode()
