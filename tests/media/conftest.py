"""The files that the media tests open, and the program that makes them more."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

FILES = Path(__file__).parents[1] / "data" / "media"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def files() -> Path:
    return FILES


def ffmpeg(*arguments: str | Path) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y"]
    subprocess.run([*command, *map(str, arguments)], check=True)
