"""The browser libraries in static/vendor: named in vendor.json, pinned in vendor.lock.json.

    vendor.py update    fetch the named files with npm
    vendor.py check     offline: every file is there and unchanged, and there is no other

The lock holds each package's version, licence and registry integrity, and the SHA-256 of each file.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "static" / "vendor"
OWN = {"vendor.json", "vendor.lock.json"}


def update(folder: Path) -> None:
    """Fetch exactly the pinned versions and write files and lock. Raises ValueError for others."""
    lock = {}
    for name, package in read(folder / "vendor.json").items():
        with tempfile.TemporaryDirectory() as scratch:
            archive, integrity = fetched(f"{name}@{package['version']}", Path(scratch))
            files = copied(archive, name, package, folder)
        lock[name] = {
            "version": package["version"],
            "license": package["license"],
            "integrity": integrity,
            "files": files,
        }
    text = json.dumps(lock, indent=2, sort_keys=True) + "\n"
    (folder / "vendor.lock.json").write_text(text)


def copied(archive: Path, name: str, package: dict[str, Any], folder: Path) -> dict[str, str]:
    """Copy the named files out of the archive; return the SHA-256 of each by its place.

    Raises ValueError when the package states another version or licence than vendor.json, or
    lacks a file; nothing has been written then.
    """
    with tarfile.open(archive) as packed:
        stated = json.loads(_member(packed, name, "package.json"))
        for key in ("version", "license"):
            if stated.get(key) != package[key]:
                raise ValueError(f"{name}: {key} {stated.get(key)}, not {package[key]}")
        contents = {
            target: _member(packed, name, source) for source, target in package["files"].items()
        }
    for target, content in contents.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        (folder / target).write_bytes(content)
    return {target: hashlib.sha256(content).hexdigest() for target, content in contents.items()}


def _member(packed: tarfile.TarFile, name: str, source: str) -> bytes:
    try:
        member = packed.extractfile(f"package/{source}")
    except KeyError:
        member = None
    if member is None:
        raise ValueError(f"{name} has no file {source}")
    return member.read()


def fetched(package: str, scratch: Path) -> tuple[Path, str]:
    """The package as npm gives it, and its integrity. Raises ValueError when they differ."""
    packing = ["npm", "pack", "--json", "--silent", package]
    printed = subprocess.run(packing, cwd=scratch, check=True, capture_output=True, text=True)
    answer: Any = json.loads(printed.stdout)
    told = answer[0] if isinstance(answer, list) else next(iter(answer.values()))
    archive = next(scratch.glob("*.tgz"))
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if told["integrity"] != f"sha512-{digest}":
        raise ValueError(f"{package}: the registry promised {told['integrity']}")
    return archive, told["integrity"]


def check(folder: Path) -> list[str]:
    """What differs from the lock, in words; empty when nothing does."""
    wanted, lock = read(folder / "vendor.json"), read(folder / "vendor.lock.json")
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    locked = {
        name: digest for package in lock.values() for name, digest in package["files"].items()
    }
    wrong = [f"{name}: missing or changed" for name in locked if found.get(name) != locked[name]]
    wrong += [f"{name}: not in the lock" for name in found.keys() - locked.keys() - OWN]
    for name in wanted.keys() | lock.keys():
        pinned, have = wanted.get(name, {}), lock.get(name, {})
        if pinned.get("version") != have.get("version"):
            wrong.append(
                f"{name}: vendor.json says {pinned.get('version')}, the lock {have.get('version')}"
            )
        elif set(pinned["files"].values()) != set(have["files"]):
            wrong.append(f"{name}: vendor.json and the lock name different files")
    return sorted(wrong)


def read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update(FOLDER)
    elif sys.argv[1:] != ["check"]:
        sys.exit(__doc__)
    if wrong := check(FOLDER):
        sys.exit("\n".join(wrong))
