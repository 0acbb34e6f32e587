"""How long each campaign is: reduced by default, whole under TORTURE=1 (`make torture`)."""

import os

TORTURE = os.environ.get("TORTURE") == "1"


def rounds(reduced: int, whole: int) -> int:
    return whole if TORTURE else reduced
