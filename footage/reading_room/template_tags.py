"""Tags of readers' pages (`{% load reading %}`)."""

import re
from html import escape
from typing import Any

import orjson
from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from footage.catalogue import moments
from footage.reading_room.wording import size

register = Library()

# What could end a data block, or begin markup in it, as JSON writes letters by number.
_IN_DATA = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}

# A term, an address or an example, as far as its last letter, digit or brace.
_LATIN_RUN = re.compile(
    r"((?:[A-Za-z]|[/.](?=[A-Za-z{]))(?:[A-Za-z0-9/._={},:& -]*[A-Za-z0-9}=])?)"
)


@register.filter
def number(value: int) -> SafeString:
    """A count, isolated and with Latin digits in both languages: 12,345."""
    return format_html("<bdi>{}</bdi>", f"{value:,}")


@register.filter
def counted(number_of: int, kinds: tuple[str, ...]) -> SafeString:
    """How many of what a query asks for: 12 clips, 1 testimony, 3 records where it is both."""
    if kinds == ("testimony",):
        said = ngettext("%(shown)s testimony", "%(shown)s testimonies", number_of)
    elif len(kinds) > 1:
        said = ngettext("%(shown)s record", "%(shown)s records", number_of)
    else:
        said = ngettext("%(shown)s clip", "%(shown)s clips", number_of)
    return mark_safe(said % {"shown": number(number_of)})  # noqa: S308  (words of ours)


@register.simple_tag
def facet_values(values: list[dict[str, Any]]) -> SafeString:
    """The values of a facet as items of a list. Not a template: a page has hundreds of them, and
    they would take longer than all the rest of it."""
    return mark_safe("\n".join(map(_facet_value, values)))  # noqa: S308  (escaped below)


def _facet_value(value: dict[str, Any]) -> str:
    inner = ' class="inner"' if value.get("inner") else ""
    maybe = value.get("possible")
    possible = f' <span class="maybe" dir="ltr">+<bdi>{maybe:,}</bdi></span>' if maybe else ""
    return (
        f'<li{inner}><a href="{escape(value["path"])}"><bdi>{escape(value["label"])}</bdi></a> '
        f'<span class="count"><bdi>{value["count"]:,}</bdi>{possible}</span></li>'
    )


@register.filter(name="clock")
def clock_filter(seconds: float) -> SafeString:
    """A position in a clip: 1:05. Never turned round by Arabic around it."""
    return format_html('<bdi dir="ltr">{}</bdi>', moments.clock(seconds))


@register.filter
def unbroken(text: str, reference: str) -> SafeString:
    """Text in which no line ends within the reference: of a half, one side is copied from paper."""
    kept = format_html('<span class="whole">{}</span>', reference)
    return mark_safe(kept.join(map(escape, text.split(reference))))  # noqa: S308  (escaped)


@register.filter
def technical(text: str, language: str) -> SafeString:
    """A text about programs: in Arabic, each run of Latin letters in it is isolated."""
    pieces = _LATIN_RUN.split(text) if language == "ar" else [text]
    isolated = '<bdi dir="ltr">{}</bdi>'
    told = ((format_html(isolated, each) if n % 2 else each,) for n, each in enumerate(pieces))
    return format_html_join("", "{}", told)


@register.filter(name="size")
def size_filter(number_of_bytes: int, language: str) -> SafeString:
    """The size of a file in the reader's units."""
    return format_html("<bdi>{}</bdi>", size(number_of_bytes, language))


@register.filter
def linked_data(graph: dict[str, Any]) -> SafeString:
    """JSON-LD as a data block, which no browser runs and no policy forbids."""
    data = orjson.dumps(graph).decode().translate(_IN_DATA)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(data),  # noqa: S308  (escaped just now, for JSON and not for HTML)
    )
