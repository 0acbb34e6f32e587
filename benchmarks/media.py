"""How long media work takes, as ratios against stated limits: `python benchmarks/media.py`.

Prints one line a measure: what, found, limit, and the load of the machine at the time, for on a
busy machine everything takes longer. Exit status 1 when a limit is exceeded.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from footage import media  # noqa: E402  (found through the line above)
from footage.media.lookup import CROPS, CROPS_ASKED, WHOLE_ASKED, Holdings  # noqa: E402

# Seconds of waiting for poster and 480 lines, a second of clip, on two cores (DESIGN, section 9).
WATCHABLE = 0.6
# A probe in a fresh confined child, against the same interpreter merely loading the libraries.
OVERHEAD = 1.6
LOOKUP_SECONDS = 0.150
HELD = 1_000_000


def report(what: str, found: float, limit: float, unit: str) -> bool:
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    verdict = "ok" if found <= limit else "TOO SLOW"
    print(f"{what:<58}{found:8.3f} of {limit:.3f} {unit}  load {load:.1f} a core  {verdict}")
    return found <= limit


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """The median of so many runs."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def phone_clip(target: Path, length: int) -> Path:
    """1080p at 30 frames a second and 12 Mbit/s, with noise as sensors have it, and sound."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y"]
    picture = f"testsrc2=s=1920x1080:r=30:d={length},noise=alls=8:allf=t"
    command += ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=d={length}"]
    command += "-c:v libx264 -preset ultrafast -b:v 12M -pix_fmt yuv420p -c:a aac".split()
    subprocess.run([*command, str(target)], check=True)
    return target


def time_to_watchable(folder: Path) -> bool:
    length = 60
    clip = phone_clip(folder / "clip.mp4", length)
    started = time.perf_counter()
    cpu = os.times()
    for copy in media.render_each(clip, folder):
        if copy.role == "poster":
            poster = time.perf_counter() - started
        if copy.role == "playable":
            break
    taken = time.perf_counter() - started
    spent = os.times()
    cores = (spent.children_user + spent.children_system) - (
        cpu.children_user + cpu.children_system
    )
    print(f"poster after {poster:.2f} s; {cores:.1f} s of processor; {copy.bytes / 1e6:.1f} MB")
    fair = cores / (os.cpu_count() or 1) / length
    report("the same, were the machine idle (processor time, all cores)", fair, WATCHABLE, "x")
    return report("poster, strip, 480 and 240 lines of a 60 s clip", taken / length, WATCHABLE, "x")


def sandbox_overhead(folder: Path) -> bool:
    clip = phone_clip(folder / "short.mp4", 1)
    loading = "import footage.media.probing as p; p.warm_up()"
    bare = [sys.executable, "-c", loading]
    # In turns, so that a change of load meets both alike.
    pairs = [
        (
            seconds(lambda: media.probe(clip)),
            seconds(lambda: subprocess.run(bare, check=True, cwd=CHECKOUT)),
        )
        for _ in range(9)
    ]
    ratio = statistics.median(confined / plain for confined, plain in pairs)
    each = statistics.median(confined for confined, _ in pairs)
    print(f"a probe takes {each * 1000:.0f} ms")
    return report("a confined probe, against loading the libraries alone", ratio, OVERHEAD, "x")


def lookup() -> bool:
    """All that a clip of a minute asks, among the hashes of clips that 20,000 others gave."""
    dice = np.random.default_rng(1)
    held = dice.integers(0, 256, (HELD, 32), np.uint8)
    holdings = Holdings()
    for number in range(20_000):
        holdings.add(number, held[number::20_000].tobytes())
    asked = held[dice.choice(HELD, WHOLE_ASKED + CROPS_ASKED * (1 + len(CROPS)))].copy()
    asked[:, ::12] ^= 0x81
    holdings.near(asked)
    began = time.process_time()
    taken = seconds(lambda: holdings.near(asked), 9)
    fair = (time.process_time() - began) / 9
    report("the same, were the machine idle (processor time)", fair, LOOKUP_SECONDS, "s")
    return report("one clip among a million hashes of frames", taken, LOOKUP_SECONDS, "s")


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        held = [lookup(), sandbox_overhead(Path(name)), time_to_watchable(Path(name))]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
