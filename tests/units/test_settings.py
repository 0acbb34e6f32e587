"""Every variable the archive reads is documented, and secrets are kept whole."""

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from aleppo_archive.environment import accel_location, kept_secret, storage_from

ROOT = Path(__file__).resolve().parents[2]
# What a child process is given (`os.environ["X"] = ...`) is not read.
READS = re.compile(r"""env\.\w+\(\s*"(\w+)"|environ(?:\.get\(|\[)\s*"(\w+)"(?!\] =)""")
NOT_OURS = {"DJANGO_SETTINGS_MODULE"}


def variables_read() -> set[str]:
    return {
        name
        for package in ("aleppo_archive", "footage", "people")
        for path in (ROOT / package).rglob("*.py")
        for found in READS.findall(path.read_text())
        for name in found
        if name
    } - NOT_OURS


def test_every_variable_the_code_reads_is_in_docs_settings():
    documented = (ROOT / "docs" / "settings.md").read_text()
    assert "ARCHIVE_DATA" in variables_read(), "the search finds what is there"
    assert {name for name in variables_read() if f"`{name}`" not in documented} == set()


def test_a_kept_secret_is_made_once_and_is_its_owners_alone(tmp_path):
    secret = kept_secret(tmp_path / "keys", "sealing-key")
    assert kept_secret(tmp_path / "keys", "sealing-key") == secret
    assert len(secret) == 44
    assert (tmp_path / "keys" / "sealing-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["sealing-key"]


def test_processes_that_start_together_agree_on_the_secret(tmp_path):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(kept_secret(tmp_path, "key")))
        for _n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_store_is_a_directory_or_a_bucket():
    assert storage_from("/srv/masters")["OPTIONS"]["location"] == "/srv/masters"
    bucket = storage_from("s3://aleppo/masters")["OPTIONS"]
    assert (bucket["bucket_name"], bucket["location"]) == ("aleppo", "masters")
    assert bucket["max_memory_size"] > 0, "the default keeps whole objects in memory"


def test_what_nginx_could_not_answer_is_refused_when_settings_are_read():
    directory, bucket = storage_from("/srv/access"), storage_from("s3://aleppo/access")
    assert accel_location("", bucket) == ""
    assert accel_location("/access-copies/", directory) == "/access-copies/"
    for wrong in ("access-copies", "/", "/access-copies"):
        with pytest.raises(ValueError, match="/access-copies/"):
            accel_location(wrong, directory)
    with pytest.raises(ValueError, match="unset it"):
        accel_location("/access-copies/", bucket)


def settings_with(**environment: str) -> dict:
    """The settings as a process reads them with this environment."""
    asked = "SESSION_COOKIE CSRF_COOKIE LANGUAGE_COOKIE SECURE_ DEBUG USE_X".split()
    code = (
        "import json, aleppo_archive.settings as s; print(json.dumps({k: v for k, v in "
        f"vars(s).items() if k.startswith({tuple(asked)!r})}}, default=str))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def test_behind_https_cookies_are_secure_and_say_so_in_their_names(tmp_path):
    found = settings_with(ARCHIVE_DATA=str(tmp_path), BASE_URL="https://archive.example")
    for cookie in ("SESSION", "CSRF", "LANGUAGE"):
        assert found[f"{cookie}_COOKIE_SECURE"] is True
        assert found[f"{cookie}_COOKIE_NAME"].startswith("__Secure-")
        assert found[f"{cookie}_COOKIE_PATH"] == "/admin/"
        # Those that settings.py leaves alone have Django's own default: HttpOnly, and Lax.
        assert found.get(f"{cookie}_COOKIE_HTTPONLY", True) is True
        assert found.get(f"{cookie}_COOKIE_SAMESITE", "Lax") == "Lax"
    assert found["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] and found["SECURE_SSL_REDIRECT"]
    assert "SECURE_PROXY_SSL_HEADER" not in found, "gunicorn asks who says it"
    assert not found.get("USE_X_FORWARDED_HOST") and found["DEBUG"] is False
