"""Every test of the reading room begins without remembered names."""

from collections.abc import Iterator

import pytest

from footage.catalogue import authorities


@pytest.fixture(autouse=True)
def no_remembered_names() -> Iterator[None]:
    authorities.forget()
    yield
    authorities.forget()
