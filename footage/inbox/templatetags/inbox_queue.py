"""How much of the inbox waits, for the workshop's front page."""

from django import template
from django.db.models import Count, Q

from footage.inbox.models import Message

register = template.Library()


@register.simple_tag
def waiting_messages() -> dict[str, int]:
    """Messages without an answer: `all` of them, those `urgent`, those `new`. One query."""
    open_ones = Message.objects.filter(Q(handling__isnull=True) | Q(handling__answer=""))
    return open_ones.order_by().aggregate(
        all=Count("pk"),
        urgent=Count("pk", filter=Q(urgent=True)),
        new=Count("pk", filter=Q(handling__isnull=True)),
    )
