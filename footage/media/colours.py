"""Frames of high dynamic range as ordinary pictures, as the playable copies show them
(encoding.py).

Runs inside the confined child only; never import it elsewhere.
"""

from typing import Any, Final

import numpy as np
from av.video.reformatter import Colorspace
from numpy.typing import NDArray
from PIL import Image

# cd/m2: reference white and the peak of HDR as phones record it (ITU-R BT.2408).
WHITE: Final = 203.0
PEAK: Final = 1000.0
# Light below this part of reference white stays as it is; above, it is compressed up to PEAK.
KNEE: Final = 0.3

# Linear light of BT.2020 primaries in those of BT.709 (ITU-R BT.2087).
_BT2020_TO_BT709: Final = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349],
     [-0.018151, -0.100579, 1.118730]], dtype=np.float32,
)  # fmt: skip

Light = NDArray[np.float32]


def picture_from_hdr(frame: Any, transfer: str, width: int, height: int) -> Image.Image:
    """An RGB picture of that size of a decoded frame; `transfer` is 'hlg' or 'pq'."""
    small = frame.reformat(
        width=width, height=height, format="rgb48le", src_colorspace=Colorspace.BT2020
    )
    coded = small.to_ndarray().astype(np.float32) / 65535
    light = (_hlg if transfer == "hlg" else _pq)(coded) / WHITE
    shown = tone_mapped(np.maximum(light @ _BT2020_TO_BT709.T, 0))
    return Image.fromarray((np.clip(shown, 0, 1) ** (1 / 2.4) * 255 + 0.5).astype(np.uint8))


def _hlg(coded: Light) -> Light:
    """cd/m2 on a display of PEAK (ITU-R BT.2100, hybrid log-gamma)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(coded <= 0.5, coded**2 / 3, (np.exp((coded - c) / a) + b) / 12)
    return (scene**1.2 * PEAK).astype(np.float32)


def _pq(coded: Light) -> Light:
    """cd/m2 (SMPTE ST 2084)."""
    m1, m2, c1, c2, c3 = 0.15930176, 78.84375, 0.8359375, 18.8515625, 18.6875
    root = coded ** (1 / m2)
    light = np.maximum(root - c1, 0) / (c2 - c3 * root)
    return (light ** (1 / m1) * 10_000).astype(np.float32)


def tone_mapped(light: Light) -> Light:
    """Light as parts of reference white, brought below 1: a Moebius curve on the brightest of
    the three colours, so that hues stay (the same as FFmpeg's `tonemap=mobius`)."""
    peak, knee = PEAK / WHITE, KNEE
    brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    a = -(knee**2) * (peak - 1) / (knee**2 - 2 * knee + peak)
    b = (knee**2 - 2 * knee * peak + peak) / (peak - 1)
    curve = (b**2 + 2 * b * knee + knee**2) / (b - a) * (brightest + a) / (brightest + b)
    return light * np.where(brightest <= knee, brightest, curve) / brightest
