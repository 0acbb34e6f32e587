"""The arguments ffmpeg is started with. Pure: a probe and recipes in, arguments out."""

from collections.abc import Sequence
from typing import Final

from footage.media import signatures
from footage.media.answers import Probe
from footage.media.recipes import SOUND, ClipRecipe, playable_size

# How the colour tables of ITU-R BT.2100 are named by the filters.
_TRANSFERS: Final = {"hlg": "arib-std-b67", "pq": "smpte2084"}
_BT709: Final = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"


def encode_arguments(
    input_fd: int, family: str, seen: Probe, clips: Sequence[ClipRecipe], sound: bool
) -> list[str]:
    """Arguments that make all `clips`, and SOUND if asked for, from one decoding of the master.

    ffmpeg runs in the directory it writes to. Needs the size of the picture when clips are made.
    """
    copies: list[tuple[str, list[str], tuple[int, int]]] = [
        (
            clip.file_name,
            ["-map", f"[out{number}]", *_picture_coding(clip)],
            (clip.sound_kbps, clip.channels),
        )
        for number, clip in enumerate(clips)
    ]
    if sound:
        copies.append((SOUND.file_name, [], (96, 2)))
    graphs = [_picture_graph(seen, clips)] if clips else []
    graphs += [_sound_graph(len(copies))] if seen.audio_codec else []
    command = [*_input(input_fd, family), "-filter_complex", ";".join(graphs)]
    for number, (name, picture, rate) in enumerate(copies):
        command += picture
        if seen.audio_codec:
            command += ["-map", f"[sound{number}]", *_sound_coding(*rate)]
        command += _output(name)
    return command


def _picture_graph(seen: Probe, clips: Sequence[ClipRecipe]) -> str:
    """From the first picture, which ffmpeg has turned upright, to one output for each size.

    The first frame is held from time zero, where the sound begins: players of cheap phones
    ignore the edit list that would otherwise say how much later the picture starts.
    """
    if seen.width is None or seen.height is None:
        raise ValueError("a picture of unknown size")
    start = r"setpts=if(eq(N\,0)\,0\,PTS),bwdif=deint=interlaced"
    labels = "".join(f"[in{n}]" for n in range(len(clips)))
    parts = [f"[0:V:0]{start},split={len(clips)}{labels}"]
    for number, recipe in enumerate(clips):
        size = playable_size(seen.width, seen.height, recipe.shorter)
        slower = _slower(seen.frame_rate, recipe.frame_rate)
        parts.append(f"[in{number}]{slower}{_to_bt709(seen.colour, *size)}[out{number}]")
    return ";".join(parts)


def _slower(master: float | None, most: int) -> str:
    """Frames are dropped only from clips with clearly more of them; others keep their own times."""
    return f"fps={most}," if master is not None and master > most * 1.1 else ""


def _to_bt709(colour: str, width: int, height: int) -> str:
    """Scale to square pixels, and bring the colours to 8-bit BT.709, the one all players show."""
    transfer = _TRANSFERS.get(colour)
    if transfer is None:
        matrix = colour or "bt601"
        scaled = f"scale={width}:{height}:in_color_matrix={matrix}:out_color_matrix=bt709"
        return f"{scaled}:out_range=tv,setsar=1,format=yuv420p,{_BT709}"
    # The same curve as colours.py gives posters, in linear floating point; reference white of
    # 203 cd/m2 comes out at some 85 %, and 1,000 cd/m2 at full white.
    return (
        f"zscale=w={width}:h={height}:tin={transfer}:min=2020_ncl:pin=2020:t=linear:npl=203,"
        "format=gbrpf32le,zscale=p=709,tonemap=mobius:param=0.3:peak=4.926:desat=0,"
        f"zscale=t=709:m=709:p=709:r=limited,setsar=1,format=yuv420p,{_BT709}"
    )


def _picture_coding(recipe: ClipRecipe) -> list[str]:
    """All SEI units are cut from the stream: captions and encoder notes travel in them."""
    return [
        *"-c:v libx264 -profile:v high -preset veryfast".split(),
        *("-crf", str(recipe.crf), "-maxrate", f"{recipe.video_kbps}k"),
        *("-bufsize", f"{recipe.video_kbps * 2}k", "-fps_mode", "vfr", "-a53cc", "0"),
        *("-force_key_frames", "expr:gte(t,n_forced*2)"),
        *("-bsf:v", "filter_units=remove_types=6"),
    ]


def _sound_graph(copies: int) -> str:
    """Gaps are filled and the start padded, so that sound stays where the picture is.

    Once for all copies: two such filters behind one decoder, and a picture of few frames beside
    them, leave ffmpeg 9.0 waiting for itself every tenth time.
    """
    labels = "".join(f"[sound{number}]" for number in range(copies))
    return f"[0:a:0]aresample=async=1:first_pts=0,asplit={copies}{labels}"


def _sound_coding(kbps: int, channels: int) -> list[str]:
    return ["-c:a", "aac", "-b:a", f"{kbps}k", "-ac", str(channels), "-ar", "48000"]


def _input(input_fd: int, family: str) -> list[str]:
    """The input by descriptor, with its one demuxer, its few decoders, and no other protocol."""
    stay_inside = ("-enable_drefs", "0", "-use_absolute_path", "0") if family == "mov" else ()
    return [
        *"ffmpeg -nostdin -hide_banner -loglevel error -nostats -y -threads 2".split(),
        *("-protocol_whitelist", "fd", "-format_whitelist", signatures.DEMUXERS[family]),
        *("-codec_whitelist", signatures.CODECS),
        *("-max_pixels", str(signatures.MAX_FRAME_PIXELS)),
        *("-max_streams", str(signatures.MAX_STREAMS)),
        *stay_inside,
        *("-fd", str(input_fd), "-i", "fd:"),
    ]


def _output(name: str) -> list[str]:
    """Nothing of the input but picture and sound: no tags, chapters, data, dates or names."""
    return [
        *"-map_metadata -1 -map_metadata:s -1 -map_chapters -1 -sn -dn -threads 2".split(),
        *"-metadata:s:v encoder= -metadata:s:a encoder= -empty_hdlr_name 1".split(),
        *"-fflags +bitexact -flags:v +bitexact -flags:a +bitexact".split(),
        *"-max_muxing_queue_size 4096 -movflags +faststart -f mp4".split(),
        name,
    ]
