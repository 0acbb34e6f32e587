"""A list may be asked only what its own filters show: the count of answers must spell no secret."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import RequestFactory
from django.urls import reverse

from footage.admin.base import WorkshopAdmin
from footage.models import Appearance, Clip
from tests import world
from tests.workshop.conftest import SignIn

SEALED = (
    "original_filename__startswith=VID",
    "source_note__contains=Gaziantep",
    "custody_note__contains=a",
    "decision_reason__contains=a",
    "latitude__gte=36.2",
    "suggestions__contains=a",
    "master__digest__startswith=a",
    "appearances=1",
    "appearances__isnull=0",
    "journalist__sealed_identity__isnull=0",
    "title_en__startswith=A",
)


def test_every_page_of_the_workshop_has_this_wall() -> None:
    for model, page in admin.site._registry.items():
        assert isinstance(page, WorkshopAdmin), model


@pytest.mark.parametrize("question", SEALED)
@pytest.mark.parametrize("role", ["cataloguer", "publisher", "auditor", "archivist"])
def test_no_column_can_be_asked_by_address(sign_in: SignIn, role: str, question: str) -> None:
    clip = world.clip(original_filename="VID_20160924.mp4", latitude=36.21, longitude=37.18)
    Appearance.objects.create(clip=clip, witness=world.witness())
    client = sign_in(role)
    answer = client.get(reverse("admin:footage_clip_changelist") + f"?{question}")
    # Django answers 400, or sends the list back without the question.
    assert answer.status_code in {302, 400}


@pytest.mark.parametrize("question", ["appearances=1", "consents__isnull=0", "source__contains=a"])
def test_nor_of_a_person(sign_in: SignIn, question: str) -> None:
    world.witness()
    client = sign_in("archivist")
    answer = client.get(reverse("admin:people_witness_changelist") + f"?{question}")
    assert answer.status_code in {302, 400}


def test_what_the_filters_show_can_be_asked(sign_in: SignIn) -> None:
    world.clip()
    client = sign_in("archivist")
    for question in (
        "state=draft",
        "kind=video",
        "demonstration__exact=0",
        "filmed_from__year=2016",
    ):
        answer = client.get(reverse("admin:footage_clip_changelist") + f"?{question}")
        assert answer.status_code == 200, question
        assert "Bread queue" in answer.content.decode(), question


def test_the_title_of_a_discarded_draft_is_in_no_log(sign_in: SignIn) -> None:
    clip = world.clip(title_en="A name typed by mistake")
    client = sign_in("archivist")
    page = admin.site._registry[Clip]
    request = RequestFactory().get("/")
    request.user = client.user  # type: ignore[attr-defined]
    page.log_change(request, clip, "title")
    client.post(
        reverse("admin:footage_clip_discard", args=[clip.pk]), {"reason": "a mistake", "post": "1"}
    )
    assert not Clip.objects.exists()
    assert set(LogEntry.objects.values_list("object_repr", flat=True)) == {clip.reference}
