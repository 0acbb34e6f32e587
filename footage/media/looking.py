"""The parent's side of probing: start the child, check its answer."""

import os
from pathlib import Path
from typing import Any, Final

from footage.media import sandbox
from footage.media.answers import Probe, check_credentials
from footage.media.confinement import Limits
from footage.media.frames import FrameHash, hashes_from_json
from footage.media.unplayable import Unplayable

PROBE_LIMITS: Final = Limits(memory=1 << 30, cpu_seconds=6, file_size=1 << 20, seconds=9)
HASHES_LIMIT: Final = 4 << 20
# A slow disk reads so many bytes in a second, and a slow core digests as many.
LEAST_READ_A_SECOND: Final = 20 << 20


def probe(path: Path) -> Probe:
    """What the file is and says of itself. 0.15-0.4 s, whatever its length."""
    with sandbox.opened(path) as descriptor:
        return probe_open(descriptor)


def probe_open(descriptor: int) -> Probe:
    answer = sandbox.run("probe", descriptor, {}, PROBE_LIMITS)
    try:
        return Probe.from_json(answer)
    except (ValueError, TypeError) as error:
        raise Unplayable(
            "crashed", f"the answer of the probe is not as declared: {error}"
        ) from None


def read_credentials(path: Path) -> dict[str, Any]:
    """The content credentials (C2PA) in a file, as answers.check_credentials says. Sealed.

    Reads all of the file, for its digests; asks nobody else. Files of no known format have none.
    """
    with sandbox.opened(path) as descriptor:
        seconds = 20 + os.fstat(descriptor).st_size / LEAST_READ_A_SECOND
        limits = Limits(1 << 30, int(seconds * 1.5), 1 << 20, seconds)
        answer = sandbox.run("credentials", descriptor, {}, limits)
    try:
        return check_credentials(answer)
    except (ValueError, TypeError) as error:
        raise Unplayable("crashed", str(error)) from None


def frame_hashes(path: Path, probed: Probe | None = None) -> list[FrameHash]:
    """Perceptual hashes of a photograph or of about one frame a second of a video.

    Reads all of the video: give it a small playable copy where there is one. Sealed: they tell
    whether somebody else's copy of a clip is ours. Raises Unplayable for sound.
    """
    with sandbox.opened(path) as descriptor:
        seen = probed or probe_open(descriptor)
        if seen.kind == "sound":
            raise Unplayable("no-picture")
        seconds = 20 + (seen.duration_s or 600)
        limits = Limits(2 << 30, int(seconds * 2), 1 << 20, seconds)
        request = {"duration_s": seen.duration_s}
        answer = sandbox.run("hashes", descriptor, request, limits, result_limit=HASHES_LIMIT)
    try:
        return hashes_from_json(answer)
    except ValueError as error:
        raise Unplayable("crashed", str(error)) from None
