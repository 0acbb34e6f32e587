"""From received bytes to a draft, and the ways back out."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django_tasks_db.models import DBTaskResult

from footage import models
from footage.accession import (
    AlreadyHeld,
    accession,
    approve_deaccession,
    discard,
    refuse_deaccession,
    remove_bytes,
    replace_master,
)
from footage.custody.models import CustodyEvent
from footage.ingest.models import Deaccession, Master, Rendition
from footage.ingest.refusals import LeftTheHoldings
from footage.ingest.write_path import master_path, receive
from footage.models import Clip, Transcript
from footage.tasks import examine, render
from people.models import Protection, Witness
from tests.ingest.conftest import MEDIA, chunks_of

Draft = Callable[..., Clip]
HOSTILE_NAMES = json.loads((MEDIA.parent / "hostile_filenames.json").read_text())


def never(clip: Clip) -> bool:
    return False


def always(clip: Clip) -> bool:
    return True


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_file_name_is_kept_as_it_came_and_names_no_file(
    archivist: Any, archive_data: Any, name: str
) -> None:
    received = receive([b"something"], by=archivist, filename=name)

    clip = accession(received, by=archivist)

    clip.refresh_from_db()
    assert clip.original_filename == name.replace("\0", "\ufffd")[:500]
    files = [path for path in archive_data.rglob("*") if path.is_file()]
    assert files == [master_path(clip.master)]


def test_a_file_name_that_is_no_unicode_is_kept_as_far_as_it_is(archivist: Any) -> None:
    received = receive([b"something"], by=archivist, filename="\udcff\udcfe.mp4")

    clip = accession(received, by=archivist)

    assert Clip.objects.get(pk=clip.pk).original_filename == "??.mp4".replace("?", "\ufffd")


def test_a_draft_says_who_brought_it_and_how_and_waits_for_its_examination(
    archivist: Any,
) -> None:
    received = receive([b"something"], by=archivist, filename="1.mp4")

    clip = accession(received, by=archivist, source_note="handed over in Gaziantep")

    assert clip.source_note == "handed over in Gaziantep"
    assert clip.title_en == clip.title_ar == ""
    event = CustodyEvent.objects.get(type="accession")
    assert (event.subject, event.agent, event.outcome) == (clip.reference, archivist, "success")
    assert DBTaskResult.objects.ready().count() == 1


def test_an_exact_duplicate_is_refused_with_its_clip_and_the_deposit_is_kept(
    archivist: Any, second_person: Any
) -> None:
    clip = accession(receive([b"something"], by=archivist), by=archivist)

    with pytest.raises(AlreadyHeld, match=clip.reference) as refusal:
        accession(receive([b"something"], by=second_person), by=second_person)

    assert refusal.value.clip == clip
    assert Clip.objects.count() == 1
    event = CustodyEvent.objects.get(type="accession", outcome="already-held")
    assert (event.subject, event.agent) == (clip.reference, second_person)
    note = Clip.objects.get().custody_note
    assert "again" in note, "the second deposit is kept in the custody note"


def test_a_wrong_file_is_replaced_and_asked_out_of_the_holdings(
    draft: Draft, archivist: Any
) -> None:
    clip = draft("syn_creation_1904.mp4")
    clip.title_en = "Bread queue"
    clip.save()
    wrong = clip.master
    right = receive(chunks_of(MEDIA / "syn_exif_gps_al-kallaseh.jpg"), by=archivist, filename="r")

    clip = replace_master(clip, right, by=archivist, is_public=never)
    examine(clip.master)

    clip = Clip.objects.get(pk=clip.pk)
    assert (clip.master, clip.kind, clip.title_en) == (right.master, "photograph", "Bread queue")
    assert clip.original_filename == "r"
    assert Deaccession.objects.get().master == wrong
    event = CustodyEvent.objects.get(type="archive:replacement")
    assert event.detail == {"old": wrong.fixity, "new": right.master.fixity}
    assert master_path(wrong).exists()


def test_neither_a_public_clip_nor_another_clips_file_is_replaced(
    draft: Draft, archivist: Any
) -> None:
    clip, other = draft("syn_creation_1904.mp4"), draft("syn_creation_1970.mp4")
    theirs = receive(chunks_of(MEDIA / "syn_creation_1970.mp4"), by=archivist)

    with pytest.raises(AlreadyHeld) as refusal:
        replace_master(clip, theirs, by=archivist, is_public=never)
    assert refusal.value.clip == other
    with pytest.raises(ValidationError, match="withdraw"):
        replace_master(clip, theirs, by=archivist, is_public=always)

    assert Clip.objects.get(pk=clip.pk).master == clip.master
    assert not Deaccession.objects.exists()


def test_a_discarded_draft_is_gone_with_its_words_and_its_master_waits_for_two_people(
    draft: Draft, archivist: Any
) -> None:
    clip = draft("syn_creation_1904.mp4")
    clip.title_en = "A name that should never have been written"
    clip.save()
    Transcript.objects.create(clip=clip, language="ar").segments.create(
        start_ms=0, end_ms=1000, text="..."
    )

    request = discard(clip, by=archivist, reason="the wrong card", is_public=never)

    assert not Clip.objects.exists()
    assert not Clip.history.exists()
    assert not Transcript.history.exists()
    assert (request.reference, request.asked_by) == (clip.reference, archivist)
    assert master_path(request.master).exists()
    assert CustodyEvent.objects.get(type="archive:discard").subject == clip.reference
    assert CustodyEvent.objects.get(type="archive:deaccession-request").agent == archivist
    assert "card" not in str(list(CustodyEvent.objects.values_list("detail")))


def test_a_public_clip_is_not_discarded(draft: Draft, archivist: Any) -> None:
    clip = draft("syn_creation_1904.mp4")

    with pytest.raises(ValidationError, match="withdraw"):
        discard(clip, by=archivist, reason="a mistake", is_public=always)
    with pytest.raises(ValidationError, match="why"):
        discard(clip, by=archivist, reason="  ", is_public=never)

    assert Clip.objects.filter(pk=clip.pk).exists()


def test_a_clip_that_carries_a_testimony_is_not_discarded(draft: Draft, archivist: Any) -> None:
    clip = draft("syn_creation_1904.mp4")
    witness = Witness.objects.create(byline_en="W", protection=Protection.PSEUDONYM)
    testimony = models.Testimony.objects.create(witness=witness)
    models.TestimonyRange.objects.create(testimony=testimony, clip=clip)

    with pytest.raises(ValidationError, match="testimony"):
        discard(clip, by=archivist, reason="a mistake", is_public=never)

    assert Clip.history.exists()
    assert not Deaccession.objects.exists()


@pytest.fixture
def asked_out(draft: Draft, archivist: Any) -> Deaccession:
    """The master of a discarded draft, examined and with copies, on its way out."""
    clip = draft("syn_exif_gps_al-kallaseh.jpg")
    examine(clip.master)
    render(clip.master)
    return discard(clip, by=archivist, reason="a mistake", is_public=never)


def test_a_second_person_lets_the_bytes_and_all_copies_go(
    asked_out: Deaccession, second_person: Any
) -> None:
    path = master_path(asked_out.master)

    approve_deaccession(asked_out, by=second_person)

    assert not path.exists()
    assert not Rendition.objects.exists()
    assert storages["working"].listdir("")[1] == []
    master = Master.objects.get()
    assert master.deaccessioned_at
    assert master.technical_metadata == {}
    event = CustodyEvent.objects.get(type="deaccession")
    assert (event.agent, event.detail) == (second_person, {"fixity": master.fixity})
    with pytest.raises(LeftTheHoldings):
        receive(chunks_of(MEDIA / "syn_exif_gps_al-kallaseh.jpg"), by=second_person)


def test_whoever_asked_cannot_let_it_go(asked_out: Deaccession, archivist: Any) -> None:
    with pytest.raises(ValidationError, match="second person"):
        approve_deaccession(asked_out, by=archivist)

    assert master_path(asked_out.master).exists()
    assert Rendition.objects.exists()


def test_an_approval_that_died_before_the_bytes_went_is_finished_by_the_next(
    asked_out: Deaccession, second_person: Any
) -> None:
    path = master_path(asked_out.master)
    content = path.read_bytes()
    approve_deaccession(asked_out, by=second_person)
    path.write_bytes(content)

    approve_deaccession(asked_out, by=second_person)

    assert not path.exists()
    assert CustodyEvent.objects.filter(type="deaccession").count() == 1


def test_a_master_that_came_back_as_a_draft_stays(
    asked_out: Deaccession, archivist: Any, second_person: Any
) -> None:
    again = receive(chunks_of(MEDIA / "syn_exif_gps_al-kallaseh.jpg"), by=archivist)
    accession(again, by=archivist)

    with pytest.raises(ValidationError, match="A clip has this master"):
        approve_deaccession(asked_out, by=second_person)

    assert master_path(asked_out.master).exists()


def test_a_refused_deaccession_leaves_the_master_where_it_is(
    asked_out: Deaccession, second_person: Any
) -> None:
    refuse_deaccession(asked_out, by=second_person)

    assert master_path(asked_out.master).exists()
    with pytest.raises(ValidationError, match="already decided"):
        approve_deaccession(asked_out, by=second_person)
    with pytest.raises(ValueError, match="two people"):
        remove_bytes(asked_out.master)
