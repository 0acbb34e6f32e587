"""The pages that the gates look at: one of every route from the URLconf, and those in odd states.

A new page below /en/ and /ar/ comes in by itself. One whose address has a parameter unknown here
fails the gates until `FILLED` says what to try for it.
"""

import json
import re
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from email.message import Message
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.urls import URLPattern, get_resolver
from django.utils import translation

from footage.references import check_character

LANGUAGES = ("en", "ar")
NEVER_WAS = f"AA-2222-2222-{check_character('22222222')}"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class Collection:
    """What is public in the archive at `root`, read from its database without Django."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def rows(self) -> list[tuple[str, Any]]:
        """(reference, document or None once withdrawn), ordered by reference."""
        return [
            (reference, document and json.loads(document))
            for reference, document in self._ask(
                "SELECT reference, document FROM catalogue_publicrecord ORDER BY reference"
            )
        ]

    def _ask(self, sql: str, *values: str) -> list[Any]:
        with sqlite3.connect(self.root / "archive.sqlite3") as database:
            return database.execute(sql, values).fetchall()

    def first(self, fits: Callable[[Any], Any]) -> str:
        """The reference of the first live record whose document `fits`."""
        return next(reference for reference, stated in self.rows if stated and fits(stated))

    @cached_property
    def film_clip(self) -> str:
        """A video with a transcript in both languages, a place and a certain day."""
        return self.first(
            lambda each: (
                each["medium"] == "video"
                and len(each["transcripts"]) > 1
                and each["neighbourhood"]
                and each["filmed_certain"]
                and each["advisory_level"] == "none"
                and watched(each)
            )
        )

    @cached_property
    def day(self) -> date:
        """The day of `film_clip`."""
        stated = dict(self.rows)[self.film_clip]
        return date.fromisoformat(stated["filmed_from"])

    def of_medium(self, medium: str) -> str:
        return self.first(lambda each: each["medium"] == medium and watched(each))

    @property
    def gated(self) -> str:
        return self.first(
            lambda each: each["kind"] == "clip" and each["advisory_level"] == "graphic"
        )

    @property
    def held_back(self) -> str:
        return self.first(lambda each: each["advisory_level"] == "withheld")

    @property
    def silenced(self) -> str:
        """A clip whose copies went with a withdrawn testimony."""
        return self.first(
            lambda each: (
                each["kind"] == "clip"
                and each["advisory_level"] != "withheld"
                and not watched(each)
            )
        )

    @property
    def testimony(self) -> str:
        return self.first(lambda each: each["kind"] == "testimony")

    @property
    def withdrawn(self) -> str:
        ((reference,), *_more) = self._ask(
            "SELECT reference FROM catalogue_publicrecord"
            " WHERE withdrawn_at IS NOT NULL AND kind = 'clip' ORDER BY reference"
        )
        return str(reference)

    def slug(self, kind: str) -> str:
        """A slug of that kind; of neighbourhoods and events, one that clips name."""
        if kind == "neighbourhood":
            return str(dict(self.rows)[self.film_clip]["neighbourhood"])
        ((slug,), *_more) = self._ask(
            "SELECT slug FROM catalogue_publicauthority WHERE kind = ? ORDER BY slug", kind
        )
        return str(slug)


def watched(stated: Any) -> bool:
    """Whether a copy can be watched, looked at or heard."""
    copies = {copy["role"] for copy in stated["renditions"]}
    return bool(copies & {"playable", "photograph", "sound"})


# What stands in place of a parameter: by its name, or by route and name.
FILLED: dict[str, Callable[[Collection], Any]] = {
    "reference": lambda archive: archive.film_clip,
    "testimony reference": lambda archive: archive.testimony,
    "neighbourhood slug": lambda archive: archive.slug("neighbourhood"),
    "journalist slug": lambda archive: archive.slug("journalist"),
    "event slug": lambda archive: archive.slug("event"),
    "film slug": lambda archive: archive.slug("film"),
    "year": lambda archive: archive.day.year,
    "month": lambda archive: f"{archive.day:%m}",
    "day": lambda archive: f"{archive.day:%d}",
}

# Pages that are a state of a route. The status that each is answered with stands in `STATUS`.
STATES: dict[str, Callable[[Collection], str]] = {
    "search": lambda archive: f"clips/?q={quote('خبز')}",
    "search in Latin letters": lambda archive: "clips/?q=school",
    "narrowed": lambda archive: f"clips/?neighbourhood={archive.slug('neighbourhood')}&from=2013",
    "passed over": lambda archive: "clips/?from=yesterday&kind=clip&kind=testimony",
    "no result": lambda archive: "clips/?q=zzzzqqqq",
    "gate closed": lambda archive: f"clips/{archive.gated}/",
    "gate open": lambda archive: f"clips/{archive.gated}/?show=1",
    "embed gated": lambda archive: f"embed/{archive.gated}/",
    "embed withdrawn": lambda archive: f"embed/{archive.withdrawn}/",
    "held back": lambda archive: f"clips/{archive.held_back}/",
    "silenced": lambda archive: f"clips/{archive.silenced}/",
    # The route of a film shows the demonstration's, with its shots.
    "film of the broadcast": lambda archive: "films/under-siege-voices-from-aleppo/",
    "photograph": lambda archive: f"clips/{archive.of_medium('photograph')}/",
    "sound": lambda archive: f"clips/{archive.of_medium('sound')}/",
    "a moment": lambda archive: f"clips/{archive.film_clip}/?t=1,3",
    "about a record": lambda archive: f"safety/?reference={archive.film_clip}",
    "tombstone": lambda archive: f"clips/{archive.withdrawn}/",
    "never was": lambda archive: f"clips/{NEVER_WAS}/",
}
STATUS = {"tombstone": 410, "embed withdrawn": 410, "never was": 404}
# Shown in frames of other sites, without our header and footer and the way past them.
FRAMED = {"embed", "embed gated", "embed withdrawn"}


def _routes(resolver: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield entry.name or path, path
        else:
            yield from _routes(entry, path)


def routes() -> dict[str, str]:
    """Path templates below a language, by the name of their route."""
    with translation.override("en"):
        found = dict(_routes(get_resolver()))
    return {name: path[3:] for name, path in found.items() if path.startswith("en/")}


def names() -> list[str]:
    """Every page that the gates look at, by name."""
    return [*routes(), *STATES]


@dataclass(frozen=True)
class Answer:
    """What the site answered, redirects not followed."""

    status: int
    headers: Message
    body: bytes

    @property
    def is_page(self) -> bool:
        return self.headers.get_content_type() == "text/html"


class _Unredirected(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


OPENER = urllib.request.build_opener(_Unredirected, urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Site:
    """The demonstration, served: `base` is its address, `archive` what is in it."""

    base: str
    archive: Collection

    def path(self, name: str, language: str) -> str:
        """The path of a page, below its language."""
        if name in STATES:
            return f"/{language}/{STATES[name](self.archive)}"

        def fill(parameter: re.Match[str]) -> str:
            said = FILLED.get(f"{name} {parameter[1]}") or FILLED.get(parameter[1])
            assert said, f"{name}: say in tests/gates/site.py what to try for <{parameter[1]}>"
            return str(said(self.archive))

        return f"/{language}/{PARAMETER.sub(fill, routes()[name])}"

    def address(self, name: str, language: str) -> str:
        return self.base + self.path(name, language)

    def ask(self, path: str, **headers: str) -> Answer:
        """GET `path`."""
        request = urllib.request.Request(self.base + path, headers=headers)
        try:
            with OPENER.open(request, timeout=30) as given:
                return Answer(given.status, given.headers, given.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, refused.read())
