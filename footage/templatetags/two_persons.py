"""How many requests wait for whoever looks at the workshop's front page."""

from typing import Any

from django import template

from footage.models import TwoPersonRequest

register = template.Library()


@register.simple_tag
def requests_waiting_for(user: Any) -> int:
    """Requests that `user` can decide as the second person. One query."""
    return TwoPersonRequest.objects.waiting().decidable_by(user).count()
