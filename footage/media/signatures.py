"""Tells what a file is from its first bytes, before any library opens it. Pure.

Only families named here are ever opened, and each with its own demuxer or decoder alone, so a
playlist, a script or a document never reaches code that would follow what it points at.
"""

from typing import Final

HEAD_BYTES: Final = 4096
# Bounds of what is opened: 8K footage, and more streams than any camera writes.
MAX_FRAME_PIXELS: Final = 8192 * 4352
MAX_STREAMS: Final = 32

# family -> (demuxer whitelist of FFmpeg, or None for a picture opened by Pillow)
DEMUXERS: Final[dict[str, str]] = {
    "mov": "mov",
    "matroska": "matroska",
    "avi": "avi",
    "wav": "wav",
    "mpegts": "mpegts",
    "mpeg": "mpeg,mpegvideo",
    "flv": "flv",
    "asf": "asf",
    "ogg": "ogg",
    "mp3": "mp3",
    "aac": "aac",
    "amr": "amr",
    "flac": "flac",
}

# The only decoders that may run, by FFmpeg's names: what phones, cameras, recorders and the
# programs people cut with wrote. Everything else of FFmpeg (games, screens, subtitles) stays shut.
CODECS: Final = ",".join(
    """
    h264 hevc mpeg4 h263 h263i h263p mpeg1video mpeg2video mpegvideo mjpeg vp8 vp9 libvpx
    libvpx-vp9 av1 libdav1d flv vp6 vp6f vp6a msmpeg4v1 msmpeg4v2 msmpeg4 wmv1 wmv2 wmv3 vc1
    theora dvvideo svq1 svq3 cinepak rawvideo prores huffyuv ffv1 png qtrle
    aac aac_latm mp3 mp3float mp2 mp2float mp1 mp1float amrnb amrwb libopencore_amrnb
    libopencore_amrwb ac3 eac3 dca pcm_s16le pcm_s16be pcm_u8 pcm_s8 pcm_s24le pcm_s24be
    pcm_s32le pcm_s32be pcm_f32le pcm_f32be pcm_alaw pcm_mulaw pcm_bluray pcm_dvd adpcm_ms
    adpcm_ima_wav adpcm_ima_qt adpcm_swf adpcm_yamaha vorbis opus libopus flac alac wmav1 wmav2
    wmapro wmavoice speex nellymoser qcelp gsm gsm_ms qdm2
    """.split()
)

# format -> Pillow's names for it
PICTURES: Final[dict[str, tuple[str, ...]]] = {
    "jpeg": ("JPEG", "MPO"),
    "png": ("PNG",),
    "gif": ("GIF",),
    "webp": ("WEBP",),
    "tiff": ("TIFF",),
    "heif": ("HEIF",),
    "avif": ("AVIF",),
}

MEDIA_TYPES: Final[dict[str, str]] = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "3gp": "video/3gpp",
    "matroska": "video/x-matroska",
    "webm": "video/webm",
    "avi": "video/x-msvideo",
    "mpegts": "video/mp2t",
    "mpeg": "video/mpeg",
    "flv": "video/x-flv",
    "asf": "video/x-ms-asf",
    "ogg": "video/ogg",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "amr": "audio/amr",
    "flac": "audio/flac",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "tiff": "image/tiff",
    "heif": "image/heif",
    "avif": "image/avif",
}

_BOXES: Final = (
    b"ftyp",
    b"moov",
    b"mdat",
    b"wide",
    b"free",
    b"skip",
    b"pnot",
    b"styp",
    b"moof",
    b"sidx",
    b"uuid",
)
_HEIF_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_PLAYLISTS: Final = (b"#extm3u", b"ffconcat", b"v=0", b"[playlist]", b"#ext-x")


def family_of(head: bytes) -> str | None:
    """A key of DEMUXERS or PICTURES, 'playlist', or None for anything that is not media.

    `head` is the first HEAD_BYTES of the file.
    """
    if head[:3] == b"\xff\xd8\xff":
        return "jpeg"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if head[:4] in (b"II*\0", b"MM\0*"):
        return "tiff"
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"AVI ": "avi", b"AVIX": "avi", b"WAVE": "wav"}.get(head[8:12])
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis"):
        return "avif"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        # mif1 and msf1 are shared by HEIC and AVIF; the compatible brands tell.
        return "avif" if b"avif" in head[16 : int.from_bytes(head[:4], "big")] else "heif"
    if head[4:8] in _BOXES:
        return "mov"
    return _stream_family(head) or _text_family(head)


def _stream_family(head: bytes) -> str | None:
    starts = {
        b"\x1aE\xdf\xa3": "matroska",
        b"FLV": "flv",
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "asf",
        b"OggS": "ogg",
        b"fLaC": "flac",
        b"#!AMR": "amr",
        b"ID3": "mp3",
        b"\0\0\1\xba": "mpeg",
        b"\0\0\1\xb3": "mpeg",
    }
    for start, family in starts.items():
        if head.startswith(start):
            return family
    if _is_transport_stream(head):
        return "mpegts"
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac"
    if (
        len(head) > 3
        and head[0] == 0xFF
        and head[1] & 0xE0 == 0xE0
        and head[1] & 0x06
        and head[2] >> 4 != 15
    ):
        return "mp3"
    return None


def _is_transport_stream(head: bytes) -> bool:
    """Sync bytes at 188 (broadcast), 192 (cameras: M2TS, four bytes first) or 204 bytes."""
    for first, step in ((0, 188), (4, 192), (0, 204)):
        marks = head[first : first + 5 * step : step]
        if len(marks) >= 3 and set(marks) == {0x47}:
            return True
    return False


def _text_family(head: bytes) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "playlist" if text.startswith(_PLAYLISTS) or b"<mpd" in text[:512] else None
