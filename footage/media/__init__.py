"""The only code that opens a media file. Every file is opened in a fresh, confined child.

    probe(path) -> Probe
    render_poster(path, out_dir), render_playable(path, out_dir, height=480),
    render_photograph(path, out_dir), render_sound(path, out_dir) -> RenderedFile
    layers() -> dict[str, bool]

All of them block for as long as the child runs, take masters of any size, and raise for a bad
file `Unplayable` and nothing else; `Unavailable` when the machine offers fewer than two kernel
layers of confinement; OSError when `path` cannot be opened or `out_dir` cannot be written.
"""

from footage.media.answers import Probe, RenderedFile
from footage.media.copies import render_photograph, render_playable, render_poster, render_sound
from footage.media.looking import probe
from footage.media.sandbox import Unavailable, available, layers
from footage.media.unplayable import REASONS, Unplayable

__all__ = [
    "REASONS",
    "Probe",
    "RenderedFile",
    "Unavailable",
    "Unplayable",
    "available",
    "layers",
    "probe",
    "render_photograph",
    "render_playable",
    "render_poster",
    "render_sound",
]
