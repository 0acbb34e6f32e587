"""Hostile and damaged files at every door: the form, the upload protocol, the command.

Each is refused with a reason before anything is kept, or kept as a draft that plays or says why it
does not. Nothing escapes, nothing hangs, and the site answers on. The folder of shared media runs
with the acceptance tests, a selection of it here.
"""

import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from footage import media
from footage.ingest.models import Master
from footage.models import Clip
from footage.tasks import examine_master
from tests.media.test_shared_media import LONGEST_SECONDS
from tests.uploads.conftest import Tus, tus
from tests.workshop.conftest import SignIn, fresh_rate_limits, sign_in

__all__ = ["fresh_rate_limits", "sign_in", "tus"]

# A master is stored outside transactions.
pytestmark = pytest.mark.django_db(transaction=True)

HERE = Path(__file__).parents[1] / "data" / "media"
FOLDERS = ("hostile", "video_damaged", "photo_damaged", "video_formats")
# What becomes of each at every door: refused, or kept with this reason ("" where it plays).
SELECTED = {
    "hls_ssrf.mp4": "refused: playlist",
    "playlist.m3u8": "refused: playlist",
    "html_as_mp4.mp4": "refused: not-media",
    "zip_bomb_50MB.zip": "refused: not-media",
    "zero.mov": "refused: empty",
    "png_bomb_20000x20000_1bit.png": "too-large-picture",
    "polyglot_gif_js.gif": "damaged",
    "syn_truncated_no_moov.mp4": "damaged",
    "go__sample_init.encv.mp4": "encrypted",
    "syn_dims_65535.mp4": "",
    "exif_csv_injection.jpg": "",
    "syn_h263_qcif_noaudio.3gp": "",
}
REFUSALS = {
    **{code: media.REASONS[code] for code in ("not-media", "playlist")},
    "empty": ("The file is empty: it has no bytes.", "الملف فارغ"),
}


class Door:
    """The ways in. Each returns the code of a refusal, or '' for a file that was kept."""

    def __init__(self, sign_in: SignIn, tus: Tus) -> None:
        self.staff = sign_in("archivist", username="at-the-door")
        self.tus = tus

    def form(self, path: Path) -> str:
        said = []
        for language in ("en", "ar"):
            file = SimpleUploadedFile(path.name, path.read_bytes())
            answer = self.staff.post(
                reverse("admin:footage_clip_add"),
                {"file": file},
                headers={"accept-language": language},
            )
            if answer.status_code == 302:
                return ""
            assert answer.status_code == 200
            said.append(answer.content.decode())
        return self.refusal_in(*said)

    def protocol(self, path: Path) -> str:
        content = path.read_bytes()
        name = base64.b64encode(path.name.encode()).decode()
        arabic = {"HTTP_ACCEPT_LANGUAGE": "ar"}
        told = {"HTTP_UPLOAD_METADATA": f"filename {name}", **arabic}
        answer = self.tus.create(len(content), **told)
        if answer.status_code == 201 and content:
            answer = self.tus.patch(answer["Location"], 0, content, **arabic)
        if answer.status_code in (201, 204):
            return ""
        assert 400 <= answer.status_code < 500, answer.content
        said = answer.json()
        assert re.search("[ء-ي]{3}", said["message"])
        return str(said["code"])

    def command(self, path: Path) -> str:
        try:
            call_command("ingest", str(path))
        except CommandError:
            return "refused"
        return ""

    def refusal_in(self, english: str, arabic: str) -> str:
        for code, (in_english, in_arabic) in REFUSALS.items():
            if in_english in english:
                assert in_arabic in arabic
                return code
        raise AssertionError(re.findall(r"errorlist.*", english)[:3])


@pytest.fixture
def door(sign_in: SignIn, tus: Tus) -> Door:
    return Door(sign_in, tus)


def outcomes(door: Door, way: str, files: list[Path]) -> Iterator[tuple[Path, str, Clip | None]]:
    """(file, refusal, draft) of each, the draft examined."""
    for path in files:
        before = set(Master.objects.values_list("pk", flat=True))
        started = time.monotonic()
        refusal = getattr(door, way)(path)
        new = Master.objects.exclude(pk__in=before)
        assert not (refusal and new.exists()), (path.name, "nothing of a refused file is kept")
        clip = Clip.objects.filter(master__in=new).first()
        if clip is not None:
            examine_master.call(clip.master_id)
            clip = Clip.objects.select_related("master").get(pk=clip.pk)
            assert clip.master.examined, path.name
        assert time.monotonic() - started < LONGEST_SECONDS, path.name
        yield path, refusal, clip


def says_why(door: Door, clip: Clip) -> None:
    """The page of a clip that does not play says so in the language of whoever reads it."""
    page = reverse("admin:footage_clip_change", args=[clip.pk])
    for language, reason in zip(("en", "ar"), media.REASONS[clip.master.unplayable], strict=True):
        answer = door.staff.get(page, headers={"accept-language": language})
        assert reason in answer.content.decode(), (clip.original_filename, language)


@pytest.mark.parametrize("way", ["form", "protocol", "command"])
def test_a_bad_file_is_refused_or_kept_with_its_reason_at_every_door(door: Door, way: str) -> None:
    files = [HERE / name for name in SELECTED]
    shown = set()
    for path, refusal, clip in outcomes(door, way, files):
        expected = SELECTED[path.name]
        if clip is None:
            assert expected.startswith("refused: "), path.name
            # The protocol says "not-media" of a name that is surely none, before a byte comes.
            said = {"command": "refused", "protocol": "not-media"}.get(way)
            assert refusal in (said, expected.removeprefix("refused: ")), path.name
            continue
        assert clip.master.unplayable == expected, path.name
        if expected and expected not in shown:
            says_why(door, clip)
            shown.add(expected)
    # Whoever served them serves on.
    assert door.staff.get(reverse("admin:footage_clip_changelist")).status_code == 200


@pytest.mark.acceptance
@pytest.mark.parametrize("way", ["form", "protocol"])
def test_every_bad_file_of_the_shared_media_is_refused_or_kept_with_its_reason(
    door: Door, way: str, shared_data: Path
) -> None:
    """`ingest` takes in the whole folder in test_shared_media.py."""
    files = sorted(path for name in FOLDERS for path in (shared_data / "media" / name).iterdir())
    assert len(files) > 100
    reasons: dict[str, Clip] = {}
    kept = refused = 0
    for path, refusal, clip in outcomes(door, way, files):
        refused += bool(refusal)
        if clip is not None:
            kept += 1
            if clip.master.unplayable:
                reasons.setdefault(clip.master.unplayable, clip)
        else:
            # The same bytes lie twice in the folder, or it was refused.
            assert refusal or Master.objects.filter(bytes=path.stat().st_size).exists(), path.name
    assert kept > 60 and refused > 15
    assert {"damaged", "too-large-picture"} <= set(reasons)
    for clip in reasons.values():
        says_why(door, clip)
    assert door.staff.get(reverse("admin:footage_clip_changelist")).status_code == 200
