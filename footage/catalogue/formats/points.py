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
    before = ""
    for piece in pieces:
        features = [_feature(row, flattening) for row in piece if row.document is not None]
        if features:
            yield (before + ",\n".join(features)).encode()
            before = ",\n"
    yield b"\n]}\n"


def _feature(row: Row, flattening: Flattening) -> str:
    latitude, longitude = (_number(row.document or "", name) for name in ("latitude", "longitude"))
    there = latitude != "null" and longitude != "null"
    geometry = f'{{"type":"Point","coordinates":[{longitude},{latitude}]}}' if there else "null"
    return (
        f'{{"type":"Feature","id":"{row.reference}","geometry":{geometry},'
        f'"properties":{flattening.line(row)}}}'
    )


def _number(document: str, name: str) -> str:
    """A number as it is written in the document, or null."""
    start = document.index(f'"{name}":') + len(name) + 3
    return document[start : document.index(",", start)]
