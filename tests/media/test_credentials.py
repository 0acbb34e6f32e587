"""Content credentials (C2PA): read, judged and bounded, and nobody is asked about them."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import c2pa
import pytest

from footage import media
from footage.media.answers import check_credentials
from tests.media.test_shared_media import said as manifest_of

SIGNED = "cr__C_with_CAWG_data.jpg"
REMOTE = "cr__cloud.jpg"


def test_a_signed_photograph_tells_who_signed_it_and_what_was_done(files: Path) -> None:
    told = media.read_credentials(files / SIGNED)
    assert (told["state"], told["validation"]) == ("present", "valid")
    assert told["issuer"] == "C2PA Test Signing Cert" and told["signed"].startswith("2025-07-29")
    assert told["actions"] == ["c2pa.created"]
    assert told["generator"].startswith("c2pa cawg test")
    assert "signingCredential.untrusted" in told["problems"]


def test_a_photograph_changed_after_it_was_signed_is_invalid(files: Path, tmp_path: Path) -> None:
    content = bytearray((files / SIGNED).read_bytes())
    content[-1000] ^= 0xFF
    changed = tmp_path / "changed.jpg"
    changed.write_bytes(content)
    told = media.read_credentials(changed)
    assert (told["state"], told["validation"]) == ("present", "invalid")
    assert "assertion.dataHash.mismatch" in told["problems"]


@pytest.mark.parametrize(
    "name", ["syn_android_al-shaar.mp4", "syn_orient_6.jpg", "syn_vp8.webm", "random.mp4",
             "hls_ssrf.mp4", "zero.mov"],
)  # fmt: skip
def test_files_without_credentials_have_none(files: Path, name: str) -> None:
    told = media.read_credentials(files / name)
    assert (told["state"], told["validation"], told["problems"]) == ("absent", "", [])


def test_a_manifest_kept_on_the_web_is_named_and_not_fetched(files: Path) -> None:
    told = media.read_credentials(files / REMOTE)
    assert told["state"] == "remote"
    assert told["remote_url"].startswith("https://cai-manifests.adobe.com/manifests/")


@pytest.fixture
def visits() -> Iterator[tuple[int, list[bytes]]]:
    """A server's port and what visitors say to it."""
    said: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    visitor, _ = server.accept()
                except OSError:
                    return
                with visitor:
                    visitor.settimeout(2)
                    said.append(visitor.recv(200))
                    visitor.sendall(b"HTTP/1.0 404 Not Found\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1], said
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_lure_that_the_library_follows_by_itself_is_not_followed_here(
    files: Path, tmp_path: Path, visits: tuple[int, list[bytes]]
) -> None:
    port, said = visits
    old = b"https://cai-manifests.adobe.com/manifests/"
    new = f"http://127.0.0.1:{port}/".encode().ljust(len(old), b"a")
    content = (files / REMOTE).read_bytes()
    assert old in content
    lure = tmp_path / "lure.jpg"
    lure.write_bytes(content.replace(old, new))
    with lure.open("rb") as file, pytest.raises(c2pa.C2paError):
        c2pa.Reader("image/jpeg", file)
    assert len(said) == 1, "the trap does not catch"
    assert media.read_credentials(lure)["remote_url"].startswith("http://127.0.0.1:")
    assert len(said) == 1


@pytest.mark.parametrize(
    "change",
    [{"state": "perhaps"}, {"actions": ["a"] * 51}, {"title": "t" * 256}, {"problems": "p"},
     {"more": 1}],
)  # fmt: skip
def test_credentials_that_are_not_as_declared_are_not_believed(
    files: Path, change: dict[str, object]
) -> None:
    told = media.read_credentials(files / SIGNED)
    assert check_credentials(told) == told
    with pytest.raises(ValueError, match="credentials"):
        check_credentials(told | change)


# What MANIFEST.csv expects, by the start of its words; `(state, validation)`.
EXPECTED = {
    "no C2PA": ("absent", ""),
    "same essence, no": ("absent", ""),
    "valid, ": ("present", "valid"),
    "INVALID: ": ("present", "invalid"),
    "hash mismatch": ("present", "invalid"),
    "CAWG": ("present", "valid"),
    "remote manifest": ("remote", ""),
    "OCSP": ("present", "valid"),
    "update": ("present", "valid"),
    "C2PA 1.x": ("present", "valid"),
    # Its own signature holds; what it was made of is reported among the problems.
    "INVALID signature in an ingredient": ("present", "valid"),
    # Its digest does not match the file as shared.
    "valid camera": ("present", "invalid"),
    # Sources for signing: no manifest is inside.
    "C2PA in": ("absent", ""),
}


@pytest.mark.acceptance
def test_every_shared_file_with_credentials_is_judged_as_its_makers_say(shared_data: Path) -> None:
    folder = shared_data / "media"
    judged = 0
    for name, row in manifest_of(folder).items():
        if row["category"] == "c2pa":
            told = media.read_credentials(folder / name)
            starts = [words for words in EXPECTED if row["expected"].startswith(words)]
            assert (told["state"], told["validation"]) == EXPECTED[max(starts, key=len)], name
            if "in an ingredient" in row["expected"]:
                assert "ingredient: claimSignature.mismatch" in told["problems"]
            judged += 1
    assert judged == 20
