"""Whether two clips or photographs show the same footage, from perceptual hashes of their frames.

Hashes are PDQ: 256 bits, of which two pictures of the same thing differ in few and unrelated
ones in about 128 (over 90 in practice). Pure; numpy alone. Proposals for a person to judge:
nothing here is proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from footage.media.frames import MIRRORED, VIEWS, WHOLE, FrameHash

_AT: Final = {name: number for number, name in enumerate(VIEWS)}
_CENTRES: Final = tuple(name for name in VIEWS if name.startswith("centre"))

# relation -> (bits that may differ, pairs of views of the two that are compared)
_RELATIONS: Final[dict[str, tuple[int, tuple[tuple[str, str], ...]]]] = {
    "re-encoded": (44, ((WHOLE, WHOLE),)),
    "mirrored": (44, ((MIRRORED, WHOLE),)),
    "bannered": (44, (("above", "above"), ("below", "below"))),
    "cropped": (62, (*((c, WHOLE) for c in _CENTRES), *((WHOLE, c) for c in _CENTRES))),
}
# A single pair of frames proves less than a row of them.
_SINGLE: Final = {"re-encoded": 34, "mirrored": 34, "bannered": 30, "cropped": 40}
LEAST_QUALITY: Final = 50
LEAST_FRAMES: Final = 3
# Of the frames from the first that agrees to the last, so many must agree.
LEAST_PART: Final = 0.5
SLACK_S: Final = 0.6
SHIFT_STEP_S: Final = 0.2
SHIFTS_TRIED: Final = 40
PAIRS_TRIED: Final = 4_000_000
STRIP: Final = 256
# Bits by which a less likely relation must be nearer than a more likely one.
NEARER: Final = 14
# Whole in the other, and the other at most so many times as long: trimmed; else a part of it.
TRIMMED_TIMES: Final = 3.0


@dataclass(frozen=True)
class Likeness:
    """A proposal that two recordings show the same footage.

    kind: what is most telling: 'part-of' or 'trimmed' (one lies within the other), else
    `picture`. picture: 're-encoded', 'cropped', 'bannered' or 'mirrored'. offset_s: what is at t
    in the first is at t + offset_s in the second. matched: how many frames agree; distance: bits
    by which they differ, median.
    """

    kind: str
    picture: str
    offset_s: float
    matched: int
    distance: int


def compare(first: Sequence[FrameHash], second: Sequence[FrameHash]) -> Likeness | None:
    """What the second is to the first, if they seem to show the same footage.

    Cost: with 60 frames each a few milliseconds; of two hours of still pictures, some seconds.
    """
    a, b = usable(first), usable(second)
    if not a or not b:
        return None
    best: Likeness | None = None
    for picture, (within, pairs) in _RELATIONS.items():
        distance = np.minimum.reduce(
            [_distances(_bits(a, _AT[one]), _bits(b, _AT[other])) for one, other in pairs]
        )
        found = _aligned(picture, distance, within, a, b)
        if found is not None and (best is None or _better(found, best)):
            best = found
    return best


def moments(
    first: Sequence[FrameHash], second: Sequence[FrameHash], likeness: Likeness, count: int = 4
) -> list[tuple[float, float]]:
    """Up to `count` pairs of times, evenly over what the two share, at which they show the same:
    for a person to look at."""
    shift = likeness.offset_s
    starts = max(first[0].t_s, second[0].t_s - shift)
    ends = min(first[-1].t_s, second[-1].t_s - shift)
    if ends - starts < 0.1:
        return [(round(max(0.0, starts), 2), round(max(0.0, starts + shift), 2))]
    step = (ends - starts) / count
    times = [starts + step * (number + 0.5) for number in range(count)]
    return [(round(t, 2), round(max(0.0, t + shift), 2)) for t in times]


def _better(one: Likeness, other: Likeness) -> bool:
    """Earlier relations ask for less change; a later one must explain clearly more: more
    frames, or as many that are clearly nearer."""
    if one.matched > other.matched * 1.3:
        return True
    return one.matched >= other.matched * 0.8 and one.distance <= other.distance - NEARER


def usable(frames: Sequence[FrameHash]) -> list[FrameHash]:
    """The frames that show enough to be told from others."""
    return [frame for frame in frames if frame.quality >= LEAST_QUALITY]


def _bits(frames: Sequence[FrameHash], view: int) -> NDArray[np.uint64]:
    return np.frombuffer(b"".join(frame.views[view] for frame in frames), np.uint64).reshape(-1, 4)


def _distances(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[Any]:
    """(len(a), len(b)) bits that differ; in strips, for hours of frames would fill the memory."""
    return np.concatenate(
        [
            np.bitwise_count(a[at : at + STRIP, None, :] ^ b[None, :, :]).sum(
                axis=2, dtype=np.int16
            )
            for at in range(0, len(a), STRIP)
        ]
    )


def _aligned(
    picture: str,
    distance: NDArray[Any],
    within: int,
    a: Sequence[FrameHash],
    b: Sequence[FrameHash],
) -> Likeness | None:
    """The shift of time at which most frames agree, if enough of them do."""
    times_a = np.array([frame.t_s for frame in a])
    times_b = np.array([frame.t_s for frame in b])
    if min(len(a), len(b)) < LEAST_FRAMES:
        return _alike_once(picture, distance, times_a, times_b)
    rows, columns = np.nonzero(distance <= within)
    if rows.size < LEAST_FRAMES:
        return None
    shifts = times_b[columns] - times_a[rows]
    best: tuple[float, float] = (0.0, 0.0)
    for shift in _likely(shifts):
        near = np.abs(shifts - shift) <= SLACK_S
        agree = min(np.unique(rows[near]).size, np.unique(columns[near]).size)
        score = agree - float(distance[rows[near], columns[near]].mean()) / 256
        if score > best[0]:
            best = (score, float(shift))
    near = np.abs(shifts - best[1]) <= SLACK_S
    # Of the frames that agree at this shift, the closest tell the shift itself.
    exact = distance[rows[near], columns[near]]
    shift = float(np.median(shifts[near][exact <= np.percentile(exact, 25)]))
    in_a, in_b = np.unique(rows[near]), np.unique(columns[near])
    agree = min(len(in_a), len(in_b))
    between = min(int(np.ptp(in_a)), int(np.ptp(in_b))) + 1
    if agree < LEAST_FRAMES or agree < LEAST_PART * between:
        return None
    apart = max(_step(times_a), _step(times_b))
    part_a, part_b = _covered(times_a, in_a, apart), _covered(times_b, in_b, apart)
    kind = _extent(part_a, part_b, times_a, times_b) or picture
    nearest = np.full(len(a), 256)
    np.minimum.at(nearest, rows[near], exact)
    return Likeness(kind, picture, round(shift, 2), agree, int(np.median(nearest[in_a])))


def _alike_once(
    picture: str, distance: NDArray[Any], times_a: NDArray[Any], times_b: NDArray[Any]
) -> Likeness | None:
    """Photographs, and clips of two frames: the nearest pair alone, if it is very near."""
    row, column = np.unravel_index(int(distance.argmin()), distance.shape)
    nearest = int(distance[row, column])
    if nearest > _SINGLE[picture]:
        return None
    few, many = sorted((times_a.size, times_b.size))
    kind = "part-of" if few < LEAST_FRAMES <= many else picture
    return Likeness(kind, picture, round(float(times_b[column] - times_a[row]), 2), 1, nearest)


def _likely(shifts: NDArray[Any]) -> NDArray[Any]:
    """The shifts of time most pairs of frames ask for. A clip that stands still asks for all."""
    values, counts = np.unique(np.round(shifts / SHIFT_STEP_S).astype(int), return_counts=True)
    tried = max(3, min(SHIFTS_TRIED, PAIRS_TRIED // shifts.size))
    return values[np.argsort(-counts, kind="stable")[:tried]] * SHIFT_STEP_S


def _step(times: NDArray[Any]) -> float:
    return float(np.median(np.diff(times)))


def _covered(times: NDArray[Any], matched: NDArray[Any], apart: float) -> float:
    """The part of the frames that agree or lie next to one that does: the two clips may have
    been sampled at other moments."""
    agreeing = times[matched]
    after = np.minimum(np.searchsorted(agreeing, times), agreeing.size - 1)
    gaps = np.minimum(abs(agreeing[after] - times), abs(times - agreeing[np.maximum(after - 1, 0)]))
    return float((gaps <= apart * 1.05).mean())


def _extent(
    part_a: float, part_b: float, times_a: NDArray[Any], times_b: NDArray[Any]
) -> str | None:
    """'trimmed' or 'part-of' when they do not cover the same time; else None."""
    if min(part_a, part_b) >= 0.75:
        return None
    lengths = sorted((float(np.ptp(times_a)) or 1.0, float(np.ptp(times_b)) or 1.0))
    whole_inside = max(part_a, part_b) >= 0.75
    return "trimmed" if whole_inside and lengths[1] <= TRIMMED_TIMES * lengths[0] else "part-of"
