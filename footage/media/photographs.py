"""Looks into one photograph. Runs inside the confined child only; never import it elsewhere.

Pillow with pillow_heif. Everything returned is text and numbers, bounded.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PIL import ExifTags, Image, ImageFile

from footage.media import metadata, signatures
from footage.media.answers import Probe
from footage.media.tags import Tags, clean, exif_text
from footage.media.unplayable import Unplayable

# The largest picture opened: phones reach 108 megapixels; in memory that is 330 MB.
MAX_PICTURE_PIXELS = 120_000_000
MAKER_NOTE = 37500  # binary, and different for every maker
ORIENTATIONS = {1: (0, False), 2: (0, True), 3: (180, False), 4: (180, True),
                5: (270, True), 6: (90, False), 7: (90, True), 8: (270, False)}  # fmt: skip


def open_picture(descriptor: int, form: str) -> Image.Image:
    """The picture, header read only. Raises Unplayable for what Pillow refuses."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    file = os.fdopen(os.dup(descriptor), "rb")
    try:
        return Image.open(file, formats=signatures.PICTURES[form])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unplayable("too-large-picture", str(error)) from None
    except MemoryError:
        raise
    except PermissionError:
        # Pillow looks for further plugins when its own refuse; they are out of reach on purpose.
        raise Unplayable("damaged", "the header of the picture cannot be read") from None
    except Exception as error:  # Pillow's plugins raise whatever a damaged header makes them raise
        raise Unplayable("damaged", f"{type(error).__name__}: {error}") from None


def load_picture(picture: Image.Image) -> bool:
    """Decode the pixels; True when the file ended early and what there is was kept."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        picture.load()
        return False
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unplayable("too-large-picture", str(error)) from None
    except MemoryError:
        raise
    except Exception as error:  # as above
        if "truncated" not in str(error):
            raise Unplayable("damaged", f"{type(error).__name__}: {error}") from None
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        picture.load()
    except MemoryError:
        raise
    except Exception as error:  # as above
        raise Unplayable("damaged", f"{type(error).__name__}: {error}") from None
    return True


def probe_photograph(descriptor: int, form: str, tell: Callable[[Probe], None]) -> Probe:
    """`tell` gets what the header says before the picture is decoded."""
    picture = open_picture(descriptor, form)
    width, height = picture.size
    tags = Tags()
    exif, gps = read_exif(picture, tags)
    rotation, mirrored, turned = orientation_of_picture(picture, descriptor, form, exif.get(274))
    for key, value in picture.info.items():
        if isinstance(value, (str, bytes)) and key not in ("exif", "icc_profile"):
            tags.add(str(key), value)
    if rotation in (90, 270) and not turned:
        width, height = height, width
    place = metadata.place_from_exif(gps)
    recorded, doubt = _exif_time(exif)
    told = Probe(
        kind="photograph",
        format=form,
        media_type=signatures.MEDIA_TYPES[form],
        width=width,
        height=height,
        rotation=rotation,
        mirrored=mirrored,
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        recorded=recorded,
        recorded_doubt=doubt,
        make=clean(exif.get(271, ""))[:255],
        model=clean(exif.get(272, ""))[:255],
        tags=tags.kept,
    )
    tell(told)
    picture.draft("RGB", (512, 512))  # JPEG decodes at an eighth of the size
    try:
        return replace(told, truncated=load_picture(picture))
    except Unplayable as error:
        error.probe = told
        raise


def read_exif(picture: Image.Image, tags: Tags) -> tuple[dict[int, Any], dict[int, Any]]:
    """The EXIF of both its directories, and its GPS directory; their values go into `tags`."""
    everything: dict[int, Any] = {}
    gps: dict[int, Any] = {}
    try:
        exif = picture.getexif()
        everything.update(exif)
        everything.update(exif.get_ifd(ExifTags.IFD.Exif))
        gps.update(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except MemoryError:
        raise
    except Exception as error:  # a damaged EXIF block must not hide the picture
        tags.add("exif damaged", type(error).__name__)
    for names, values in ((ExifTags.TAGS, everything), (ExifTags.GPSTAGS, gps)):
        for number, value in values.items():
            if number == MAKER_NOTE:
                continue
            tags.add(str(names.get(number, number)), exif_text(number, value))
    return everything, gps


def orientation_of_picture(
    picture: Image.Image, descriptor: int, form: str, orientation: object
) -> tuple[int, bool, bool]:
    """(clockwise degrees, mirrored, whether the decoder has turned it already).

    `orientation` is EXIF tag 274. libheif turns by the file's own 'irot' and 'imir', after which
    EXIF must not be applied again; a HEIC that lacks them is upright by EXIF alone.
    """
    already = False
    if form == "heif":
        orientation = picture.info.get("original_orientation") or orientation
        boxes = os.pread(descriptor, 1 << 16, 0)
        already = b"irot" in boxes or b"imir" in boxes
    rotation, mirrored = ORIENTATIONS.get(
        orientation if isinstance(orientation, int) else 1, (0, False)
    )
    return rotation, mirrored, already


def _exif_time(exif: Mapping[int, Any]) -> tuple[str | None, str]:
    """DateTimeOriginal, else DateTimeDigitized, each with its own zone. DateTime is when the
    file was last changed, so it is kept as a tag only."""
    for date, zone in ((36867, 36881), (36868, 36882)):
        recorded = metadata.read_time(clean(exif.get(date, "")), clean(exif.get(zone, "")))
        if recorded:
            return recorded, metadata.doubt_about(recorded, metadata.now())
    return None, ""
