"""What must disappear disappears everywhere, at once, and nothing brings it back by itself."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone

from footage import publishing
from footage.catalogue.models import (
    PublicAuthority,
    PublicLink,
    PublicRecord,
    PublicRendition,
    PublicTerm,
)
from footage.custody.models import CustodyEvent, EventType
from footage.models import Appearance, Clip
from footage.publishing import rows
from footage.publishing.describe import describe
from people.models import Use
from people.signals import protection_changed
from tests import world

pytestmark = pytest.mark.django_db


def names(kind):
    return set(PublicAuthority.objects.filter(kind=kind).values_list("name_en", flat=True))


def test_withdrawing_leaves_reference_date_and_class_of_reason_and_nothing_else():
    row = world.published()
    copies = [copy.name for copy in row.read().renditions]
    publishing.withdraw(row.reference, reason="safety", by=world.publisher())
    left = PublicRecord.objects.get()
    assert (left.document, left.digest, left.filmed_from) == (None, "", None)
    assert (left.withdrawal_reason, left.reference) == ("safety", row.reference)
    assert not PublicTerm.objects.exists()
    assert not PublicRendition.objects.exists()
    assert not any(storages["access"].exists(name) for name in copies)
    assert names("journalist") == set(), "a name that no live record uses is gone"
    assert CustodyEvent.objects.filter(type=EventType.WITHDRAWAL, subject=row.reference).exists()


def test_the_database_itself_refuses_a_withdrawn_record_with_a_document():
    row = world.published()
    document = row.document
    publishing.withdraw(row.reference, reason="mistake", by=world.publisher())
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicRecord.objects.update(document=document)


def test_what_was_withdrawn_cannot_be_published_again_by_one_person():
    clip = world.clip()
    world.published(clip)
    publishing.withdraw(clip.reference, reason="mistake", by=world.publisher())
    with pytest.raises(publishing.NotPublishable):
        world.published(clip)


def test_withdrawing_needs_a_publisher_and_a_reason_from_the_list():
    row = world.published()
    with pytest.raises(PermissionDenied):
        publishing.withdraw(row.reference, reason="safety", by=world.archivist())
    with pytest.raises(ValidationError):
        publishing.withdraw(row.reference, reason="because", by=world.publisher())
    assert PublicRecord.objects.live().count() == 1


def test_withholding_a_name_removes_it_from_every_record_in_the_same_transaction():
    clip = world.clip()
    world.published(clip)
    person = clip.journalist
    person.protection = "withheld"
    person.save()
    document = PublicRecord.objects.get().read()
    assert (document.journalist, document.credit) == (None, "withheld")
    assert names("journalist") == set()
    assert not PublicTerm.objects.filter(facet="journalist").exists()
    assert publishing.audit_public() == []


def test_loosening_the_protection_adds_nothing_by_itself():
    person = world.journalist("Salma", protection="withheld")
    clip = world.clip(journalist=person, credit="withheld")
    world.published(clip)
    person.protection = "named"
    person.save()
    assert names("journalist") == set()
    assert PublicRecord.objects.get().read().credit == "withheld"


def test_revoking_consent_withdraws_what_rested_on_it():
    clip = world.clip()
    world.published(clip)
    world.consent(clip.journalist, Use.VIEW, granted=False)
    row = PublicRecord.objects.get()
    assert row.withdrawal_reason == "consent-withdrawn"
    assert names("journalist") == set()


def test_revoking_consent_removes_the_name_where_a_signed_decision_keeps_the_clip():
    clip = world.clip()
    clip.decision_reason, clip.decision_by = "Evidence of public interest.", world.publisher()
    clip.save()
    world.published(clip)
    world.consent(clip.journalist, Use.VIEW, granted=False)
    document = PublicRecord.objects.live().get().read()
    assert (document.journalist, document.credit) == (None, "withheld")


def test_revoking_the_consent_to_downloads_ends_them():
    person = world.journalist("Hala", uses=(Use.VIEW, Use.DOWNLOAD))
    world.published(world.clip(journalist=person))
    assert PublicRendition.objects.filter(download=True).exists()
    world.consent(person, Use.DOWNLOAD, granted=False)
    assert not PublicRendition.objects.filter(download=True).exists()
    assert PublicRecord.objects.live().get().read().download is False


def test_revoking_the_consent_of_somebody_seen_withdraws_the_clip():
    seen = world.witness("The baker")
    clip = world.clip()
    Appearance.objects.create(clip=clip, witness=seen)
    world.published(clip)
    world.consent(seen, Use.VIEW, granted=False)
    assert not PublicRecord.objects.live().exists()


def test_a_failure_to_narrow_aborts_the_save_that_asked_for_it():
    clip = world.clip()
    world.published(clip)

    def fails(**kwargs):
        raise RuntimeError("the disk is gone")

    protection_changed.connect(fails)
    try:
        clip.journalist.protection = "withheld"
        with pytest.raises(RuntimeError):
            clip.journalist.save()
    finally:
        protection_changed.disconnect(fails)
    clip.journalist.refresh_from_db()
    assert clip.journalist.protection == "pseudonym"
    assert PublicRecord.objects.get().read().journalist == "nour"


def test_withdrawing_a_testimony_silences_the_clip_that_carries_it(client):
    clip = world.clip()
    world.transcript(clip, "ar", (0, 4000, "مقدمة"), (4000, 9000, "لم يكن عندنا ماء"))
    told = world.testimony(clip, start_s=4, end_s=9)
    world.published(clip)
    world.published(told)
    assert PublicLink.objects.count() == 1
    shown = PublicRecord.objects.get(reference=clip.reference).read().renditions
    stills = [copy.name for copy in shown if copy.role == "poster"]
    page = f"/en/clips/{clip.reference}/"
    surfaces = (
        *("/en/", "/en/clips/", page, f"/en/embed/{clip.reference}/", "/feeds/en/clips.atom"),
        f"/oembed?url={settings.BASE_URL}{page}",
        f"/iiif/{clip.reference}/manifest.json",
        f"/api/v1/records/{clip.reference}",
    )

    def showing():
        answers = {path: client.get(path) for path in surfaces}
        assert {answer.status_code for answer in answers.values()} == {200}
        return {path for path, each in answers.items() if any(n in each.text for n in stills)}

    assert showing() == set(surfaces), "they show a picture of whoever speaks"
    publishing.withdraw(told.reference, reason="consent-withdrawn", by=world.publisher())
    document = PublicRecord.objects.live().get().read()
    assert showing() == set()
    for copy in shown:
        assert client.get(f"/media/{copy.name}").status_code == 404
        assert not storages["access"].exists(copy.name)
    assert [s.text for t in document.transcripts for s in t.segments] == ["مقدمة"]
    assert document.renditions == ()
    assert publishing.audit_public() == []
    assert not PublicLink.objects.exists()
    with pytest.raises(publishing.NotPublishable) as refusal:
        publishing.revise(clip, by=world.publisher())
    assert "carries-withdrawn" in {reason.code for reason in refusal.value.reasons}


def test_a_silenced_clip_that_still_names_a_still_is_found_and_mended():
    clip = world.clip()
    told = world.testimony(clip)
    shown = world.published(clip).read()
    world.published(told)
    assert publishing.silence_carriers() == 0
    poster = tuple(copy for copy in shown.renditions if copy.role == "poster")
    publishing.withdraw(told.reference, reason="consent-withdrawn", by=world.publisher())
    for copy in poster:
        storages["access"].save(copy.name, ContentFile(b"a face"))
    # As archives were left before stills went too.
    rows.put(shown.model_copy(update={"renditions": poster}), quietly=True)
    assert {(each.reference, each.code) for each in publishing.audit_public()} == {
        (clip.reference, "not-silenced")
    }
    assert publishing.silence_carriers() == 1
    assert PublicRecord.objects.get(reference=clip.reference).read().renditions == ()
    assert (publishing.audit_public(), publishing.silence_carriers()) == ([], 0)


def told_in_two_clips():
    """A published testimony with a line in each of two published clips; the first clip, and it."""
    clip, other = world.clip(), world.clip()
    world.transcript(clip, "ar", (0, 4000, "في القبو"))
    world.transcript(other, "ar", (0, 4000, "على السطح"))
    for each in (clip, other):
        world.published(each)
    told = world.testimony(clip)
    told.ranges.create(clip=other)
    world.published(told)
    return clip, told


def test_a_withdrawn_clip_takes_its_words_out_of_the_testimonies_that_read_them():
    clip, told = told_in_two_clips()
    publishing.withdraw(clip.reference, reason="safety", by=world.publisher())
    row = PublicRecord.objects.get(reference=told.reference)
    assert clip.reference not in row.document
    assert [s.text for t in row.read().transcripts for s in t.segments] == ["على السطح"]
    assert publishing.audit_public() == []


def test_a_clip_held_back_takes_its_words_out_of_the_testimonies_that_read_them():
    clip, told = told_in_two_clips()

    def words():
        read = PublicRecord.objects.get(reference=told.reference).read()
        return {s.text for t in read.transcripts for s in t.segments}

    assert words() == {"في القبو", "على السطح"}
    clip.advisory_level = "withheld"
    clip.save()
    clip.advisories.create(advisory="blood")
    assert [s.text for t in describe(told).transcripts for s in t.segments] == ["على السطح"], (
        "what is to be held back is published no more"
    )
    publishing.revise(clip, by=world.publisher())
    assert words() == {"على السطح"}
    assert PublicLink.objects.filter(right=clip.reference).exists(), "the clip is still described"
    publishing.revise(told, by=world.publisher())
    assert words() == {"على السطح"}
    assert publishing.audit_public() == []


def test_the_audit_finds_words_of_what_is_held_back():
    clip = world.clip()
    world.transcript(clip, "ar", (0, 4000, "في القبو"))
    row = world.published(clip)
    told = world.published(world.testimony(clip))
    closed = row.read().model_copy(update={"advisory_level": "withheld"}).canonical()
    digest = hashlib.sha256(closed.encode()).hexdigest()
    PublicRecord.objects.filter(pk=row.pk).update(document=closed, digest=digest)
    assert {(each.reference, each.code) for each in publishing.audit_public()} == {
        (clip.reference, "says-what-is-held-back"),
        (told.reference, "quotes-what-is-held-back"),
    }


def test_no_live_document_names_a_withdrawn_reference():
    clip = world.clip()
    world.transcript(clip, "ar", (0, 4000, "في القبو"))
    world.published(clip)
    world.published(world.testimony(clip))
    world.consent(clip.journalist, Use.VIEW, granted=False)
    (gone,) = PublicRecord.objects.filter(withdrawn_at__isnull=False)
    (left,) = PublicRecord.objects.live()
    assert gone.reference not in left.document


def test_a_consent_ends_on_its_last_day_although_nobody_saves_anything(monkeypatch):
    person = world.journalist("Hala", uses=())
    world.consent(person, Use.VIEW, until=timezone.localdate())
    world.published(world.clip(journalist=person))
    assert publishing.narrow_lapsed() == 0
    later = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *args: later)
    assert {finding.code for finding in publishing.audit_public()} >= {"consent", "credit", "name"}
    assert publishing.narrow_lapsed() > 0
    assert not PublicRecord.objects.live().exists()
    assert names("journalist") == set()
    assert publishing.narrow_lapsed() == 0, "running it again takes nothing more"


def test_withholding_a_name_does_not_stamp_the_records_as_one_persons():
    clip = world.clip()
    before = world.published(clip)
    clip.journalist.protection = "withheld"
    clip.journalist.save()
    after = PublicRecord.objects.get()
    assert (after.version, after.revised_at) == (before.version, before.revised_at)
    assert after.digest != before.digest


def test_the_film_keeps_naming_its_witness_until_the_name_is_withheld():
    from footage.management.commands.load_reference import load_film

    film = load_film()
    publishing.publish_authority(film, by=world.publisher())
    assert names("witness") == {"Ahmed"}
    world.published()
    assert names("witness") == {"Ahmed"}, "pruning keeps whom a film names"
    ahmed = film.witnesses.get()
    ahmed.protection = "withheld"
    ahmed.save()
    assert names("witness") == set()
    assert PublicAuthority.objects.get(kind="film").stated["witnesses"] == []


def test_the_audit_finds_a_name_that_slipped_past_the_rules():
    clip = world.clip()
    world.published(clip)
    type(clip.journalist).objects.update(protection="withheld")
    found = {finding.code for finding in publishing.audit_public()}
    assert {"credit", "name"} <= found


def test_the_audit_finds_a_changed_document_and_a_missing_copy():
    row = world.published()
    other = world.published()
    PublicRecord.objects.filter(pk=row.pk).update(document=row.document.replace("Bread", "Dread"))
    storages["access"].delete(other.read().renditions[0].name)
    found = {(finding.reference, finding.code) for finding in publishing.audit_public()}
    assert (row.reference, "digest") in found
    assert (other.reference, "missing-copy") in found


def test_no_quality_and_no_loudness_outlives_a_withdrawn_testimony():
    film, bell = world.master(), world.master()
    for role in ("playable-240", "playable-720", "sound", "strip", "waveform"):
        world.rendition(film, role, "image/jpeg" if role == "strip" else "video/mp4", b"x" * 99)
    bell.renditions.all().delete()
    world.rendition(bell, "sound", "audio/mp4", b"a bell")
    waveform = world.rendition(bell, "waveform", "application/json", b"{}")
    waveform.detail = {"peaks": [1, 50, 100]}
    waveform.save()
    shown = world.published(master=film)
    heard = world.published(master=bell, kind="sound")
    assert {copy.role for copy in shown.read().renditions} == {
        *("poster", "strip", "playable-240", "playable", "playable-720", "sound")
    }
    assert (heard.read().waveform, shown.read().waveform) == ((1, 50, 100), ())

    for row in (shown, heard):
        told = world.testimony(Clip.objects.get(reference=row.reference), end_s=4)
        world.published(told)
        publishing.withdraw(told.reference, reason="safety", by=world.publisher())
        row.refresh_from_db()

    assert shown.read().renditions == ()
    assert (heard.read().renditions, heard.read().waveform) == ((), ())
    left = PublicRendition.objects.values_list("name", flat=True)
    assert {path.name for path in Path(storages["access"].location).iterdir()} == set(left)


def test_the_events_of_the_reference_data_stay_when_others_go():
    from footage.management.commands.load_reference import load_events
    from footage.publishing import authorities as published

    for event in load_events():
        published.put(event, stays=True)
    kept = PublicAuthority.objects.filter(kind="event").count()
    clip = world.clip(filmed="2016-09-24")
    clip.events.add(world.event())
    row = publishing.publish(clip, by=world.publisher())
    assert PublicAuthority.objects.filter(kind="event").count() == kept + 1
    publishing.withdraw(row.reference, by=world.publisher(), reason="safety")
    assert PublicAuthority.objects.filter(kind="event").count() == kept
    assert len(load_events()) == kept, "loaded once, however often it is asked for"
