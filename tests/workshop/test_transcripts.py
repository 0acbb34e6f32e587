"""Subtitles come in; what is wrong with them is named by line and mended on the page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from footage.models import Clip, Transcript
from tests import world
from tests.workshop.conftest import SignIn

pytestmark = pytest.mark.django_db

ADD = "/admin/footage/transcript/add/"
GOOD = (
    "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<v الخباز>صباح الخير\n\n"
    "00:00:03.000 --> 00:00:04.000\nالخبز جاهز\n"
)
SRT = "1\n00:00:01,000 --> 00:00:02,500\nGood morning\n"
# The second cue ends before it begins.
BROKEN = GOOD.replace("00:00:04.000", "00:00:02.000")


def file_of(text: str, name: str = "subtitles.vtt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def described(clip: Clip, language: str = "ar") -> dict[str, str]:
    return {"clip": str(clip.pk), "language": language, "status": "corrected"}


def test_webvtt_and_srt_become_segments_in_either_language(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    clip = world.clip()
    client.post(ADD, {**described(clip), "file": file_of(GOOD)})
    client.post(ADD, {**described(clip, "en"), "file": file_of(SRT, "a.srt")})
    arabic, english = Transcript.objects.order_by("language")
    assert [(s.start_ms, s.end_ms, s.speaker, s.text) for s in arabic.segments.all()] == [
        (1000, 2500, "الخباز", "صباح الخير"),
        (3000, 4000, "", "الخبز جاهز"),
    ]
    assert english.segments.get().text == "Good morning"


def test_a_broken_line_is_named_and_the_text_is_there_to_be_mended(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    clip = world.clip()
    answer = client.post(ADD, {**described(clip), "file": file_of(BROKEN)})
    page = answer.content.decode()
    assert answer.status_code == 200 and not Transcript.objects.exists()
    assert "Line 6: This segment ends before it begins." in page
    assert "الخبز جاهز" in page and "00:00:02.000" in page

    text = answer.context["adminform"].form["text"].value().replace("00:00:02.000", "00:00:04.000")
    assert client.post(ADD, {**described(clip), "text": text}).status_code == 302
    assert Transcript.objects.get().segments.count() == 2


def test_the_line_is_named_in_arabic_too(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    answer = client.post(
        ADD,
        {**described(world.clip()), "file": file_of(BROKEN)},
        headers={"accept-language": "ar"},
    )
    assert "السطر 6" in answer.content.decode()


def test_a_bad_file_leaves_the_stored_transcript_as_it_was(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    stored = world.transcript(world.clip(), "ar", (0, 1000, "كما كان"))
    address = reverse("admin:footage_transcript_change", args=[stored.pk])
    answer = client.post(address, {"status": "corrected", "file": file_of(BROKEN)})
    assert answer.status_code == 200
    assert stored.segments.get().text == "كما كان"
    nothing = client.post(address, {"status": "corrected", "text": "  "})
    assert nothing.status_code == 200 and stored.segments.count() == 1


def test_the_stored_transcript_is_corrected_on_its_page(sign_in: SignIn) -> None:
    client = sign_in("cataloguer")
    stored = world.transcript(world.clip(), "ar", (0, 1000, "صباخ الخير"), (1500, 2000, "نعم"))
    address = reverse("admin:footage_transcript_change", args=[stored.pk])
    text = client.get(address).context["adminform"].form["text"].value()
    corrected = text.replace("صباخ", "صباح")
    assert client.post(address, {"status": "reviewed", "text": corrected}).status_code == 302
    stored.refresh_from_db()
    said = [(s.start_ms, s.text) for s in stored.segments.all()]
    assert said == [(0, "صباح الخير"), (1500, "نعم")] and stored.status == "reviewed"


def test_a_file_of_another_kind_is_an_error_on_the_page(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    answer = client.post(ADD, {**described(world.clip()), "file": file_of("just words")})
    assert answer.status_code == 200 and "errorlist" in answer.content.decode()
