"""Where the files are that the media tests open."""

from pathlib import Path

import pytest

FILES = Path(__file__).parents[1] / "data" / "media"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def files() -> Path:
    return FILES
