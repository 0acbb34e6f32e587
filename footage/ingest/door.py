"""What does not come in at all: things that are no recording, whatever their name says.

A damaged recording is kept, with the reason why it does not play. A web page, a program, an
archive or a playlist of other files is nobody's footage and is refused.
"""

from pathlib import Path
from typing import Final

from django.utils.translation import get_language

from footage import media
from footage.ingest.refusals import NotMedia

REFUSED: Final = frozenset({"not-media", "playlist"})


def recordings_only(path: Path) -> None:
    """Raise NotMedia unless the file is a recording, whole or damaged. Costs one child (0.2 s).

    Where media files cannot be opened safely (media.Unavailable) everything comes in and waits
    for its examination.
    """
    try:
        media.probe(path)
    except media.Unplayable as refusal:
        if refusal.code in REFUSED:
            raise NotMedia(refusal.code, said(refusal)) from None
    except media.Unavailable:
        return


def said(refusal: media.Unplayable) -> str:
    """Why a file does not play, in the language being read."""
    arabic = (get_language() or "en").startswith("ar")
    return refusal.message_ar if arabic else refusal.message_en
