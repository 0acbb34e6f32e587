"""The public side of an answer: what a code says, once staff have decided."""

from footage.inbox import codes
from footage.inbox.models import Outcome


def outcome_of(text: str) -> Outcome | None:
    """What was decided under a code, or None: not yet, or there is no such code. One query.

    Raises codes.NotACode for what cannot be a code.
    """
    digest = codes.digest_of(codes.read_code(text))
    return Outcome.objects.filter(code_digest=digest).first()
