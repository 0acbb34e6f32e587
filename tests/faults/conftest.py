"""An archive prepared once, of which each test gets a copy with a running server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.site import Site, running
from tests.uploads.conftest import colleague, object_store, s3, sign_in, tus

__all__ = ["colleague", "object_store", "s3", "sign_in", "tus"]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("prepared") / "archive").prepare()
    site.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return site


@pytest.fixture
def unstarted(prepared: Site, tmp_path: Path) -> Site:
    """A site of the test's own, not yet serving."""
    shutil.copytree(prepared.data, tmp_path / "archive")
    return Site(tmp_path / "archive", session=prepared.session)


@pytest.fixture
def site(unstarted: Site) -> Iterator[Site]:
    with running(unstarted):
        yield unstarted
