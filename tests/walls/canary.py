"""Tokens in every sealed place of a drawn world, and the search for them in any form."""

import base64
import gzip
import html
import logging
import re
import unicodedata
import urllib.parse
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connection, models
from django.test import Client
from django_tasks_db.models import DBTaskResult

from footage.catalogue.formats.zipped import zipped
from footage.catalogue.index import following, generations
from footage.catalogue.models import PublicRecord
from footage.ingest.models import Master
from footage.models import Clip, Testimony
from footage.publishing import traces
from people.models import SealedIdentity
from tests.catalogue import contents
from tests.walls import crawl, sealed
from tests.walls.pages_on_disk import bytes_of_the_catalogue
from tests.walls.two_worlds import World

# Latin with an accent, Arabic with a mark and a hamza, and what HTML and addresses escape.
TAIL = "é<أُم"
# Every token begins so, which tells the surfaces worth a closer look.
PREFIX = "cnrycnry"
# The distinct part is one word that no stemmer shortens.
LETTERS = "bcdfghjkmpqw"
TASKS = ("args_kwargs", "return_value", "traceback", "exception_class_path", "task_path")
# Beginnings of gzip and zlib streams.
# The head of a file in a ZIP archive (an XLSX workbook is one), up to its name.
MEMBER = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)
PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")


class Canaries(World):
    """A world in which every sealed value is a token that stands nowhere else.

    `planted` says of each where it was put. What tasks were given is left as it is: it is one of
    the places where a token must not turn up.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.planted: dict[str, str] = {}

    def token(self, where: str) -> str:
        token = f"{head(len(self.planted))}{TAIL}"
        self.planted[token] = where
        return token

    def few(self) -> int:
        return 2

    def words(self, chance: Any, most: int = 6) -> str:
        return self.token("drawn") if chance is self.sealed else super().words(chance, most)

    def value(self, field: models.Field[Any, Any], standing: Any) -> Any:
        if field.model is DBTaskResult or "digest" in field.name:
            return standing
        where = f"{field.model.__name__}.{field.name}"
        if standing is None or field.choices or isinstance(field, models.ForeignKey):
            return standing
        if isinstance(field, models.JSONField):
            kept = standing if isinstance(standing, dict) else {}
            return {**kept, "make": self.token(where), "lines": [self.token(where)]}
        if isinstance(field, models.CharField | models.TextField):
            # The distinct part comes first, so that a short column holds it whole.
            return self.token(where)[: field.max_length]
        return super().value(field, standing)

    def build(self) -> None:
        super().build()
        for identity in SealedIdentity.objects.all():
            for name in SealedIdentity.FIELDS:
                identity.write(name, self.token(f"SealedIdentity.{name}"))
            identity.save()
        public = set(PublicRecord.objects.values_list("reference", flat=True))
        for model in (Clip, Testimony):
            for item in model.objects.exclude(reference__in=public):
                self.planted[item.reference] = "the reference of a draft"
        for held in Master.objects.all():
            if not self.verifiable(held):
                self.planted[held.digest] = "a master's digest"
        hidden = Clip.objects.exclude(location_precision="exact").exclude(latitude=None)
        for clip in hidden:
            self.planted[repr(clip.latitude)] = "an exact position"


def head(number: int) -> str:
    """The distinct part of the token of this number."""
    return PREFIX + "".join(
        LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(5)
    )


def forms(token: str) -> set[bytes]:
    """The token as it could leak: in any normal form, escaping and encoding."""
    found: set[bytes] = set()
    for text in {token, *(unicodedata.normalize(form, token) for form in ("NFC", "NFD"))}:
        raw = text.encode()
        found |= {
            raw,
            text.encode("utf-16-le"),
            text.encode("utf-16-be"),
            raw.hex().encode(),
            raw.hex().upper().encode(),
            urllib.parse.quote(text).encode(),
            urllib.parse.quote(text).lower().encode(),
            urllib.parse.quote_plus(text, safe="<").encode(),
            html.escape(text).encode(),
            html.escape(text).encode("ascii", "xmlcharrefreplace"),
            text.encode("ascii", "xmlcharrefreplace"),
            text.encode("ascii", "backslashreplace"),
            *_base64(raw),
        }
    # The distinct part alone, where the rest was cut off, folded or filtered.
    start = token.removesuffix(TAIL)
    return found | {start.encode(), start.encode("utf-16-le"), *_base64(start.encode())}


def _base64(raw: bytes) -> Iterator[bytes]:
    """As it stands in a longer text: at each of the three alignments, in both alphabets."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        first = (0, 2, 3)[before]
        spare = (before + len(raw)) % 3
        whole = encoded[first : len(encoded) - (4 if spare else 0)]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def unpacked(content: bytes) -> bytes:
    """The content with everything in it that was packed by gzip, zlib, deflate or zip, unpacked."""
    found = [content]
    for member in MEMBER.finditer(content):
        name, extra = (int.from_bytes(length, "little") for length in member.groups())
        found.append(_inflated(content[member.end() + name + extra :], -15))
    for begin in PACKED.finditer(content):
        found.append(_inflated(content[begin.start() :], 47))
    found.append(_inflated(content, -15))
    return b"\n".join(found)


def _inflated(content: bytes, window: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(content, 2**24)
    except zlib.error:
        return b""


def found_in(surfaces: dict[str, bytes], planted: dict[str, str]) -> set[tuple[str, str]]:
    """(what leaked, where) of every token that stands on a surface in any form."""
    opened = {where: unpacked(content) for where, content in surfaces.items()}
    beginnings = forms(PREFIX)
    suspect = {w: text for w, text in opened.items() if any(each in text for each in beginnings)}
    leaks = set()
    for token, secret in planted.items():
        # What is no token of ours, such as a digest, is looked for everywhere.
        among = suspect if token.startswith(PREFIX) else opened
        sought = forms(token)
        leaks |= {(secret, w) for w, text in among.items() if any(each in text for each in sought)}
    return leaks


def surfaces(log: pytest.LogCaptureFixture, followed: int = 60) -> dict[str, bytes]:
    """Everything that leaves the workshop: answers with their headers, access copies with their
    names, the index, the log, what tasks are given and give back, the catalogue's pages."""
    generations.root().mkdir(parents=True, exist_ok=True)
    generations.choose(following.build())
    client = Client(raise_request_exception=False)
    with log.at_level(logging.DEBUG):
        seen = {
            address: f"{response.status_code} {dict(response.headers)} ".encode() + content
            for address, response, content in crawl.visits(client, followed)
        }
        packed = client.get("/en/clips/", headers={"Accept-Encoding": "gzip"})
        seen["/en/clips/ packed"] = packed.content
    access = storages["access"]
    for name in access.listdir("")[1]:
        with access.open(name) as file:
            seen[f"access copy {name}"] = name.encode() + file.read()
    seen |= {f"index file {name}": content for name, content in contents.files().items()}
    seen["index terms"] = repr(list(contents.terms())).encode()
    seen["the log"] = log.text.encode()
    seen["tasks"] = repr(list(DBTaskResult.objects.values_list(*TASKS))).encode()
    # The log holds pages of every table; written back, each stands in its own.
    assert traces.empty_log()
    if connection.vendor == "postgresql":
        # Its files keep what was withdrawn until they are rewritten.
        assert traces.scrub()
    seen["the catalogue's pages"] = bytes_of_the_catalogue()
    return seen


def packed(raw: bytes) -> dict[str, bytes]:
    """The same bytes packed in each way that `unpacked` opens, amid other bytes where it may."""
    deflate = zlib.compressobj(wbits=-15)
    return {
        "gzip": b"before" + gzip.compress(raw) + b"after",
        "zlib": b"before" + zlib.compress(raw) + b"after",
        "deflate": deflate.compress(raw) + deflate.flush(),
        "zip": b"before" + b"".join(zipped([("a file", b"of others"), ("another", raw)])),
    }


def sealed_text_columns() -> set[str]:
    """ "Model.field" of every sealed column that can hold a token."""
    return {
        f"{model.__name__}.{field.name}"
        for model, field in sealed.sealed_fields()
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not field.choices
        and "digest" not in field.name
    }
