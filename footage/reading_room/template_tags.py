"""Tags of readers' pages (`{% load reading %}`)."""

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

from footage.catalogue import moments
from footage.reading_room.wording import size

register = Library()


@register.filter
def number(value: int) -> SafeString:
    """A count, isolated and with Latin digits in both languages: 12,345."""
    return format_html("<bdi>{}</bdi>", f"{value:,}")


@register.filter(name="clock")
def clock_filter(seconds: float) -> SafeString:
    """A position in a clip: 1:05. Never turned round by Arabic around it."""
    return format_html('<bdi dir="ltr">{}</bdi>', moments.clock(seconds))


@register.filter(name="size")
def size_filter(number_of_bytes: int, language: str) -> SafeString:
    """The size of a file in the reader's units."""
    return format_html("<bdi>{}</bdi>", size(number_of_bytes, language))
