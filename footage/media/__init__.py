"""The only code that opens a media file. Every file is opened in a fresh, confined child.

    probe(path) -> Probe
    render_all(path, out_dir) -> list[RenderedFile]; render_each hands them out one by one;
        planned(probe) -> list[Recipe] says before which those are
    render_poster(path, out_dir), render_strip, render_playable(path, out_dir, height=480),
    render_photograph, render_sound, render_waveform -> RenderedFile
    render_moments(path, out_dir, times) -> RenderedFile: frames at these times in a row
    read_credentials(path) -> dict: content credentials (C2PA)
    frame_hashes(path) -> list[FrameHash], for likeness.compare and lookup.Lookup
    layers() -> dict[str, bool]

All of them block for as long as the child runs, take masters of any size, and raise for a bad
file `Unplayable` and nothing else; `Unavailable` when the machine offers fewer than two kernel
layers of confinement; OSError when `path` cannot be opened or `out_dir` cannot be written.
Imports no numpy: the children import this too, and it would slow each of them down.
"""

from footage.media.answers import Probe, RenderedFile, Strip, unread_credentials
from footage.media.copies import (
    planned,
    render_all,
    render_each,
    render_moments,
    render_photograph,
    render_playable,
    render_poster,
    render_sound,
    render_strip,
    render_waveform,
)
from footage.media.frames import FrameHash
from footage.media.looking import frame_hashes, probe, read_credentials
from footage.media.recipes import RECIPES
from footage.media.sandbox import Unavailable, available, layers
from footage.media.unplayable import REASONS, Unplayable

__all__ = [
    "REASONS",
    "RECIPES",
    "FrameHash",
    "Probe",
    "RenderedFile",
    "Strip",
    "Unavailable",
    "Unplayable",
    "available",
    "frame_hashes",
    "layers",
    "planned",
    "probe",
    "read_credentials",
    "render_all",
    "render_each",
    "render_moments",
    "render_photograph",
    "render_playable",
    "render_poster",
    "render_sound",
    "render_strip",
    "render_waveform",
    "unread_credentials",
]
