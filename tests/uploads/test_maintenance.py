"""Read-only mode, the banner of a full disk, and what the doctor says."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from footage import doctor
from tests.uploads.conftest import Tus

pytestmark = pytest.mark.django_db


def said() -> dict[str, list[doctor.Finding]]:
    found: dict[str, list[doctor.Finding]] = {}
    for finding in doctor.examine():
        found.setdefault(finding.check, []).append(finding)
    return found


def states(check: str) -> set[str]:
    return {finding.state for finding in said()[check]}


def test_read_only_refuses_what_changes_something_and_reading_goes_on(
    tus: Tus, settings: Any
) -> None:
    address = tus.begun(1000)
    settings.ARCHIVE_READONLY = True
    for response in (tus.create(1000), tus.patch(address, 0, b"x"), tus.delete(address)):
        assert (response.status_code, response["Retry-After"]) == (503, "600")
        assert response.json()["code"] == "read-only"
    page = tus.client.post("/admin/footage/clip/add/", {"title_en": "x"})
    assert page.status_code == 503
    assert "maintained" in page.content.decode()
    assert tus.client.get("/admin/footage/clip/").status_code == 200
    assert Client().get("/en/").status_code == 200
    assert tus.offset(address) == 0
    settings.ARCHIVE_READONLY = False
    assert tus.patch(address, 0, b"x").status_code == 204


def test_read_only_is_not_talked_round_by_an_override(tus: Tus, settings: Any) -> None:
    settings.ARCHIVE_READONLY = True
    address = "/admin/uploads/" + "0" * 32
    for actual, meant in (("GET", "DELETE"), ("POST", "HEAD")):
        given = {"HTTP_X_HTTP_METHOD_OVERRIDE": meant, "HTTP_TUS_RESUMABLE": "1.0.0"}
        assert tus.client.generic(actual, address, **given).status_code == 503


def test_a_nearly_full_disk_shows_on_every_page_of_the_workshop(tus: Tus, settings: Any) -> None:
    assert "nearly full" not in tus.client.get("/admin/").content.decode()
    settings.DISK_RESERVE_BYTES = 10**18
    assert "nearly full" in tus.client.get("/admin/").content.decode()
    assert Client().get("/en/").status_code == 200


def test_a_stranger_gets_a_status_and_no_page() -> None:
    for response in (Client().get("/admin/uploads/"), Client().post("/admin/uploads/")):
        assert response.status_code == 403


def test_the_doctor_finds_a_healthy_archive_healthy() -> None:
    found = said()
    assert set(found) == set(doctor.CHECKS)
    # The tests' own PostgreSQL does not sync, and their settings have no mirror.
    bad = {check for check, all_ in found.items() for one in all_ if one.state == doctor.BAD}
    assert bad <= {"database", "sandbox"}, found


def test_the_doctor_leaves_nothing_behind(archive_data: Path) -> None:
    said()
    assert [path for path in archive_data.rglob("*") if path.is_file()] == []


def readable_key(settings: Any, root: Path) -> None:
    settings.KEPT_KEYS = root / "keys"
    settings.KEPT_KEYS.mkdir()
    (settings.KEPT_KEYS / "sealing-key").touch(mode=0o644)


@pytest.mark.parametrize(
    ("check", "wound"),
    [
        ("space", lambda settings, root: setattr(settings, "DISK_RESERVE_BYTES", 10**18)),
        ("storages", lambda settings, root: (root / "masters").write_text("no directory")),
        ("settings", lambda settings, root: setattr(settings, "DEBUG", True)),
        ("keys", lambda settings, root: readable_key(settings, root)),
        ("data", lambda settings, root: root.chmod(0o777)),
    ],
)
def test_the_doctor_sees_each_planted_trouble_and_says_what_to_do(
    check: str, wound: Any, settings: Any, archive_data: Path
) -> None:
    wound(settings, archive_data)
    bad = [finding for finding in said()[check] if finding.state == doctor.BAD]
    assert bad and all(finding.do for finding in bad)


def test_the_doctors_command_fails_when_something_is_bad(settings: Any) -> None:
    settings.DISK_RESERVE_BYTES = 10**18
    output = io.StringIO()
    with pytest.raises(CommandError, match="to mend"):
        call_command("doctor", stdout=output)
    assert "BAD      space" in output.getvalue()
