"""The browser's libraries are the ones that were looked at, and a changed one is noticed."""

import importlib.util
import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def vendor() -> Any:
    spec = importlib.util.spec_from_file_location("vendor", ROOT / ".ci" / "vendor.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(vendor: Any, tmp_path: Path) -> Path:
    return Path(shutil.copytree(vendor.FOLDER, tmp_path / "vendor"))


def test_every_library_is_as_it_was_locked(vendor: Any) -> None:
    assert vendor.check(vendor.FOLDER) == []


def test_every_library_has_its_licence_beside_it(vendor: Any) -> None:
    for name, package in vendor.read(vendor.FOLDER / "vendor.lock.json").items():
        licences = [file for file in package["files"] if "LICENSE" in file]
        assert licences and "opyright" in (vendor.FOLDER / licences[0]).read_text(), name
        assert package["license"] in {"MIT", "BSD-3-Clause"}


def test_a_changed_byte_is_noticed(vendor: Any, folder: Path) -> None:
    script = folder / "noble-hashes" / "sha2.js"
    script.write_bytes(script.read_bytes().replace(b"0x428a2f98", b"0x428a2f99"))
    assert vendor.check(folder) == ["noble-hashes/sha2.js: missing or changed"]


def test_a_missing_and_a_strange_file_are_noticed(vendor: Any, folder: Path) -> None:
    (folder / "tus-js-client" / "tus.min.js").rename(folder / "stranger.js")
    assert vendor.check(folder) == [
        "stranger.js: not in the lock",
        "tus-js-client/tus.min.js: missing or changed",
    ]


def test_another_version_than_the_locked_one_is_noticed(vendor: Any, folder: Path) -> None:
    spec = folder / "vendor.json"
    spec.write_text(spec.read_text().replace("4.3.1", "4.3.2"))
    assert vendor.check(folder) == ["tus-js-client: vendor.json says 4.3.2, the lock 4.3.1"]


def an_archive(path: Path, **stated: str) -> Path:
    """A package as npm packs it."""
    files = {"package.json": json.dumps(stated).encode(), "a.js": b"export const a = 1;"}
    with tarfile.open(path, "w:gz") as packed:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))
    return path


def test_files_are_copied_with_their_digest(vendor: Any, tmp_path: Path) -> None:
    archive = an_archive(tmp_path / "p.tgz", version="1.0.0", license="MIT")
    wanted = {"version": "1.0.0", "license": "MIT", "files": {"a.js": "p/a.js"}}
    files = vendor.copied(archive, "p", wanted, tmp_path / "vendor")
    assert files == {"p/a.js": vendor.hashlib.sha256(b"export const a = 1;").hexdigest()}
    assert (tmp_path / "vendor/p/a.js").read_bytes() == b"export const a = 1;"


@pytest.mark.parametrize(
    ("stated", "files", "complaint"),
    [
        ({"version": "1.0.1", "license": "MIT"}, {}, "p: version 1.0.1, not 1.0.0"),
        ({"version": "1.0.0", "license": "GPL-3.0"}, {}, "p: license GPL-3.0, not MIT"),
        ({"version": "1.0.0", "license": "MIT"}, {"b.js": "p/b.js"}, "p has no file b.js"),
    ],
)
def test_another_version_licence_or_content_is_not_copied(
    vendor: Any, tmp_path: Path, stated: dict[str, str], files: dict[str, str], complaint: str
) -> None:
    archive = an_archive(tmp_path / "p.tgz", **stated)
    wanted = {"version": "1.0.0", "license": "MIT", "files": {"a.js": "p/a.js", **files}}
    with pytest.raises(ValueError, match=complaint):
        vendor.copied(archive, "p", wanted, tmp_path / "vendor")
    assert not (tmp_path / "vendor").exists()
