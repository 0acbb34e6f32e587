"""Where readers find what is published: the paths of the public contract."""

from django.conf import settings

from footage.catalogue.models import PublicAuthority
from footage.catalogue.record import Rendition

RECORD_FOLDERS = {"clip": "clips", "testimony": "testimonies"}
# Kinds of name that have a page; a witness has none.
NAME_FOLDERS = {
    PublicAuthority.Kind.NEIGHBOURHOOD.value: "neighbourhoods",
    PublicAuthority.Kind.JOURNALIST.value: "journalists",
    PublicAuthority.Kind.EVENT.value: "events",
    PublicAuthority.Kind.FILM.value: "films",
}
# Of the page for frames in CSS pixels: as wide as a column of text, as high as a player.
FRAME_WIDTH, FRAME_HEIGHT = 640, 560


def absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


def record_path(language: str, kind: str, reference: str) -> str:
    return f"/{language}/{RECORD_FOLDERS[kind]}/{reference}/"


def embed_path(language: str, reference: str) -> str:
    """The page of a clip for frames of other sites."""
    return f"/{language}/embed/{reference}/"


def name_path(language: str, kind: str, slug: str) -> str:
    """The page of a published name; "" where its kind has none."""
    return f"/{language}/{NAME_FOLDERS[kind]}/{slug}/" if kind in NAME_FOLDERS else ""


def media_path(name: str) -> str:
    """Where an access copy is served, by its name."""
    return f"/media/{name}"


def media_address(copy: Rendition) -> str:
    return absolute(media_path(copy.name))


def captions_path(reference: str, language: str, suffix: str = "vtt", clip: str = "") -> str:
    """The lines of a record in one language, as WebVTT, SubRip (srt) or text (txt); of a testimony
    told in several clips those of one, whose clock they follow."""
    path = f"/c/{reference}/captions/{language}.{suffix}"
    return f"{path}?clip={clip}" if clip else path
