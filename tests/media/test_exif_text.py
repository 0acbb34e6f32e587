"""What phones write into EXIF is read as they meant it, Arabic first."""

from pathlib import Path

import pytest
from PIL import ExifTags, Image

from footage import media
from footage.media.tags import exif_text

ARABIC = "قصف بستان القصر 2016"
USER_COMMENT = 37510


@pytest.mark.parametrize(
    ("number", "stored", "meant"),
    [
        (270, ARABIC.encode().decode("latin-1"), ARABIC),
        (270, "plain", "plain"),
        (270, "café", "café"),
        (USER_COMMENT, b"UNICODE\0" + ARABIC.encode("utf-16-be"), ARABIC),
        (USER_COMMENT, b"UNICODE\0" + ARABIC.encode("utf-16-le"), ARABIC),
        (USER_COMMENT, b"ASCII\0\0\0" + ARABIC.encode(), ARABIC.encode()),
        (34850, 2, 2),
    ],
)
def test_an_exif_text_is_what_its_writer_meant(number: int, stored: object, meant: object) -> None:
    assert exif_text(number, stored) == meant


def test_an_arabic_description_inside_a_photograph_can_be_searched_for_a_place(
    tmp_path: Path,
) -> None:
    picture = Image.new("RGB", (32, 32), "grey")
    exif = picture.getexif()
    exif[ExifTags.Base.ImageDescription] = ARABIC.encode()
    exif.get_ifd(ExifTags.IFD.Exif)[USER_COMMENT] = b"UNICODE\0" + ARABIC.encode("utf-16-be")
    path = tmp_path / "phone.jpg"
    picture.save(path, exif=exif)
    tags = media.probe(path).tags
    assert tags["ImageDescription"] == ARABIC
    assert tags["UserComment"] == ARABIC
