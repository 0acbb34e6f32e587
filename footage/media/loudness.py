"""Measures how loud a recording is over time. Runs inside the confined child only."""

import os
from typing import Any

import av
import numpy as np

from footage.media import probing, signatures
from footage.media.unplayable import Unplayable

RATE = 8000


def peaks(descriptor: int, count: int) -> dict[str, Any]:
    """`peaks`: the loudest sample in each of `count` equal parts, 0 to 100; `duration_s`.

    Time zero is where the clip begins, not where its sound does. Reads all of the sound.
    """
    family = signatures.family_of(os.pread(descriptor, signatures.HEAD_BYTES, 0))
    if family not in signatures.DEMUXERS:
        raise Unplayable("not-media")
    times: list[float] = []
    loudest: list[int] = []
    with probing.open_recording(descriptor, family) as container:
        audio = next(iter(container.streams.audio), None)
        if audio is None or audio.codec_context is None:
            raise Unplayable("no-sound")
        audio.codec_context.options = {"codec_whitelist": signatures.CODECS}
        begins = (container.start_time or 0) / av.time_base
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        at = 0.0
        for frame in probing.frames(container, audio, packets=1 << 40):
            if frame.time is not None:
                at = max(0.0, float(frame.time) - begins)
            # Frames whose own time would make the resampler fill a gap with hours of silence.
            frame.pts = None
            for piece in resampler.resample(frame):
                samples = np.abs(piece.to_ndarray().astype(np.int32))
                times.append(at)
                loudest.append(int(samples.max(initial=0)))
                at += samples.size / RATE
    if not times or at <= 0:
        raise Unplayable("damaged", "no sound could be decoded")
    parts = np.zeros(count, np.int64)
    where = np.minimum((np.array(times) / at * count).astype(int), count - 1)
    np.maximum.at(parts, where, np.array(loudest))
    if len(times) < count:  # fewer pieces than parts: each piece covers several
        filled = np.searchsorted(np.array(times), np.arange(count) * at / count, "right") - 1
        parts = np.array(loudest)[np.maximum(filled, 0)]
    return {
        "peaks": [int(part) * 100 // 32768 for part in np.minimum(parts, 32767)],
        "duration_s": round(at, 3),
    }
