"""Takes perceptual hashes (PDQ) of pictures. Runs inside the confined child only."""

import os
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import pdqhash  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PIL import Image

from footage.media import probing, rendering, signatures
from footage.media.frames import MIRRORED, VIEWS
from footage.media.unplayable import Unplayable

# PDQ looks at 64 x 64 points; from a square of this side its own smoothing has enough to go on.
SIDE = 256
MOST_FRAMES = 4000
# Clips under a minute give as many frames as fit at five a second; longer ones one a second.
FRAMES_OF_SHORT = 60
# Clips longer than this, in seconds, are read without the frames no other frame refers to.
LONG = 20.0


def hashes(descriptor: int, duration_s: float | None) -> dict[str, Any]:
    """`frames`: [seconds, quality 0-100, hex of the hash of every view], one a second or more.

    A photograph gives one frame, at 0.
    """
    family = signatures.family_of(os.pread(descriptor, signatures.HEAD_BYTES, 0))
    if family in signatures.PICTURES:
        picture = rendering.photograph(descriptor, family, 1024)
        square = picture.resize((SIDE, SIDE), Image.Resampling.BOX)
        return {"frames": [[0.0, *_hashed(np.asarray(square))]]}
    if family not in signatures.DEMUXERS:
        raise Unplayable("playlist" if family == "playlist" else "not-media")
    frames = [
        [time_s, *_hashed(square)] for time_s, square in _squares(descriptor, family, duration_s)
    ]
    if not frames:
        raise Unplayable("damaged", "no picture could be decoded")
    return {"frames": frames}


def _squares(
    descriptor: int, family: str, duration_s: float | None
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Upright frames squeezed into squares, with their times."""
    step = min(1.0, max(0.2, (duration_s or 30.0) / FRAMES_OF_SHORT))
    with probing.open_recording(descriptor, family) as container:
        video = rendering.picture_stream(container)
        video.codec_context.skip_frame = "NONREF" if (duration_s or 0) > LONG else "DEFAULT"
        begins = (container.start_time or 0) / av.time_base
        due, given = 0.0, 0
        for frame in probing.frames(container, video, packets=1 << 40):
            time_s = float(frame.time or 0) - begins
            if time_s < due - 0.02 or frame.is_corrupt:
                continue
            due = max(due + step, time_s)
            rotation, mirrored = probing.orientation_of(frame)
            square = frame.reformat(
                width=SIDE, height=SIDE, format="rgb24", interpolation="AREA"
            ).to_ndarray()
            square = np.fliplr(square) if mirrored else square
            yield round(max(0.0, time_s), 3), np.rot90(square, -rotation // 90)
            given += 1
            if given >= MOST_FRAMES:
                return


def _hashed(square: NDArray[np.uint8]) -> tuple[int, str]:
    """The quality of the whole, and every view's hash one after the other, in hex."""
    found, worth = [], 0
    for name, (left, top, right, bottom) in VIEWS.items():
        view = square[
            round(top * SIDE) : round(bottom * SIDE), round(left * SIDE) : round(right * SIDE)
        ]
        view = np.fliplr(view) if name == MIRRORED else view
        bits, quality = pdqhash.compute(np.ascontiguousarray(view))
        found.append(np.packbits(bits.astype(np.uint8)).tobytes())
        worth = worth or int(quality)
    return worth, b"".join(found).hex()
