"""The workshop: what archivists describe before anything is public."""

from footage.models.clip import Appearance, Clip, ClipAdvisory
from footage.models.film import Event, Film, FilmShot
from footage.models.location import Location
from footage.models.near_duplicate import FrameHashes, NearDuplicate
from footage.models.reliance import Reliance
from footage.models.testimony import Testimony, TestimonyRange, Transcript, TranscriptSegment
from footage.models.two_persons import TwoPersonRequest

__all__ = [
    "Appearance",
    "Clip",
    "ClipAdvisory",
    "Event",
    "Film",
    "FilmShot",
    "FrameHashes",
    "Location",
    "NearDuplicate",
    "Reliance",
    "Testimony",
    "TestimonyRange",
    "Transcript",
    "TranscriptSegment",
    "TwoPersonRequest",
]
