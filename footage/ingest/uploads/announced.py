"""What a file is announced as. A hint before the bytes: only the content says what it truly is."""

from pathlib import PurePosixPath
from typing import Final

# Types that no camera or phone writes. Everything else may come, and is looked at.
NEVER_TYPES: Final = ("text/", "font/", "message/", "multipart/")
NEVER: Final = frozenset(
    """
    application/pdf application/zip application/x-zip-compressed application/gzip
    application/x-7z-compressed application/vnd.rar application/x-rar-compressed
    application/x-tar application/java-archive application/javascript application/json
    application/xml application/xhtml+xml application/rtf application/msword
    application/vnd.ms-excel application/vnd.ms-powerpoint application/x-msdownload
    application/x-sh application/x-httpd-php application/vnd.android.package-archive
    application/x-mpegurl application/vnd.apple.mpegurl image/svg+xml
    """.split()
)
NEVER_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
NEVER_SUFFIXES: Final = frozenset(
    """
    .apk .bat .cmd .com .css .csv .doc .docx .exe .gz .htm .html .jar .js .json .m3u .m3u8 .msi
    .odt .pdf .php .ppt .pptx .ps1 .py .rar .rtf .scr .sh .svg .tar .txt .xls .xlsx .xml .zip .7z
    """.split()
)
# Endings that are clearly footage outvote a browser's odd guess: .ts is "text/vnd.trolltech".
FOOTAGE: Final = frozenset(
    """
    .3g2 .3gp .aac .amr .avi .flac .flv .heic .heif .jpeg .jpg .m2ts .m4a .m4v .mkv .mov .mp3 .mp4
    .mpeg .mpg .mts .oga .ogg .ogv .opus .png .tif .tiff .ts .wav .webm .webp .wma .wmv
    """.split()
)


def may_be_recording(filename: str, media_type: str) -> bool:
    """False only for what by its name or declared type is surely none."""
    suffix = PurePosixPath(filename.replace("\\", "/").replace("\0", "")).suffix.lower()
    if suffix in FOOTAGE:
        return True
    kind = media_type.partition(";")[0].strip().lower()
    return not (
        suffix in NEVER_SUFFIXES or kind in NEVER or kind.startswith((*NEVER_TYPES, NEVER_OFFICE))
    )
