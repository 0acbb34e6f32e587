"""A clip becomes public: refused until everything is decided, then exactly as decided."""

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import storages

from footage import publishing
from footage.catalogue.models import (
    PublicAuthority,
    PublicLink,
    PublicRecord,
    PublicRendition,
    PublicState,
)
from footage.custody.models import CustodyEvent, EventType
from footage.models import Appearance
from footage.publishing.access_copies import CopyDamaged
from people.models import Use
from tests import world

pytestmark = pytest.mark.django_db


def codes(item, by=None):
    return {reason.code for reason in publishing.reasons_against(item, by=by or world.publisher())}


def test_a_complete_clip_is_published_with_its_access_copies_under_new_names():
    clip = world.clip()
    row = world.published(clip)
    document = row.read()
    assert document.title_ar == "طابور الخبز عند الفجر"
    assert {copy.role for copy in document.renditions} == {"poster", "playable"}
    working = set(clip.master.renditions.values_list("name", flat=True))
    for copy in document.renditions:
        assert copy.name not in working
        assert clip.master.digest[:12] not in copy.name
        assert storages["access"].size(copy.name) == copy.bytes
    assert publishing.state_of(clip) == "published"
    assert publishing.audit_public() == []


def test_publication_is_a_custody_event_with_the_digest_of_what_became_public():
    row = world.published()
    event = CustodyEvent.objects.get(type=EventType.PUBLICATION)
    assert event.subject == row.reference
    assert event.detail["digest"] == row.digest
    assert event.agent == world.publisher()


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ({"title_en": "", "title_ar": ""}, "title"),
        ({"filmed": ""}, "filmed"),
        ({"filmed_basis": ""}, "filmed-basis"),
        ({"location_precision": ""}, "location"),
        ({"location_basis": ""}, "location-basis"),
        ({"advisory_level": ""}, "advisory"),
        ({"advisory_level": "graphic"}, "advisories"),
        ({"credit": ""}, "credit"),
        ({"rights": ""}, "rights"),
        ({"original_language": ""}, "original-language"),
        ({"embargo_until": world.day("2999-01-01")}, "embargo"),
    ],
)
def test_what_is_missing_is_named(missing, code):
    clip = world.clip()
    for field, value in missing.items():
        setattr(clip, field, value)
    clip.save()
    assert code in codes(clip)
    with pytest.raises(publishing.NotPublishable):
        publishing.publish(clip, by=world.publisher())
    assert not PublicRecord.objects.exists()


def test_unknown_date_and_unknown_place_are_decisions_and_can_be_published():
    clip = world.clip(
        filmed="unknown",
        filmed_basis="",
        location=None,
        location_precision="unknown",
        location_basis="",
    )
    document = world.published(clip).read()
    assert document.filmed == "XXXX"
    assert document.place is None


def test_without_consent_only_a_signed_decision_opens_the_way():
    clip = world.clip(journalist=world.journalist("Rami", uses=()), credit="withheld")
    assert codes(clip) == {"consent"}
    clip.decision_reason = "The building is gone and so is the risk."
    clip.save()
    assert codes(clip) == {"consent"}, "a reason without a signature decides nothing"
    clip.decision_by = world.publisher()
    clip.save()
    document = world.published(clip).read()
    assert document.credit == "withheld"
    assert document.journalist is None


def test_somebody_at_risk_keeps_the_clip_closed_until_it_is_resolved():
    clip = world.clip()
    seen = Appearance.objects.create(clip=clip, description="a boy", at_risk=True)
    assert "person-at-risk" in codes(clip)
    seen.resolved = "His face is never seen."
    seen.save()
    assert codes(clip) == set()


def test_somebody_identifiable_who_did_not_consent_keeps_the_clip_closed():
    clip = world.clip()
    Appearance.objects.create(clip=clip, witness=world.witness(uses=()))
    assert "appearance-consent" in codes(clip)


def test_only_a_publisher_publishes():
    clip = world.clip()
    assert codes(clip, by=world.archivist()) == {"not-a-publisher"}


def test_a_legal_name_in_public_text_needs_a_custodian_who_alone_may_say_yes():
    person = world.journalist("Sami")
    world.sealed_identity(person, legal_name="Samer Al-Khatib", contacts="+963 944 555 0101")
    clip = world.clip(journalist=person, summary_en="Filmed by samer al-khatib near the bakery.")
    reasons = publishing.reasons_against(clip, by=world.publisher())
    assert [reason.code for reason in reasons] == ["sealed-words"]
    assert "Khatib" not in str(reasons[0].message)
    with pytest.raises(publishing.NotPublishable):
        publishing.publish(clip, by=world.publisher(), override_reason="please")
    refusal = CustodyEvent.objects.get(type=EventType.REFUSAL)
    assert "hatib" not in str(refusal.detail)
    row = publishing.publish(
        clip, by=world.custodian(), override_reason="A namesake, not the journalist."
    )
    assert row.version == 1
    assert CustodyEvent.objects.filter(type=EventType.OVERRIDE).count() == 1


def test_a_telephone_number_is_found_however_its_digits_are_written():
    person = world.journalist("Sami")
    world.sealed_identity(person, contacts="+963 944 555 0101")
    clip = world.clip(journalist=person, summary_ar="للتواصل ٠٠٩٦٣٩٤٤٥٥٥٠١٠١")
    assert "sealed-words" in codes(clip)


def test_the_byline_of_somebody_whose_name_is_withheld_is_a_sealed_word():
    person = world.journalist("Karam Haddad", protection="withheld")
    clip = world.clip(journalist=person, credit="withheld", title_en="Karam Haddad films the well")
    assert "sealed-words" in codes(clip)


def test_a_spoken_name_in_a_transcript_is_found_too():
    person = world.journalist("Sami")
    world.sealed_identity(person, legal_name="سامر الخطيب")
    clip = world.clip(journalist=person)
    world.transcript(clip, "ar", (0, 2000, "أنا سامِر الخَطيب"))
    assert "sealed-words" in codes(clip)


def test_place_and_date_are_no_finer_than_chosen():
    clip = world.clip(
        location=world.bakery_street(),
        filmed="2016-09-24T05:10:00",
        filmed_precision="month",
        latitude=36.21123,
        longitude=37.18345,
    )
    document = world.published(clip).read()
    assert document.filmed == "2016-09"
    assert (document.place, document.neighbourhood) == ("al-shaar", "al-shaar")
    assert (document.latitude, document.longitude) == (36.21, 37.18)
    row = PublicRecord.objects.get()
    assert (row.filmed_from, row.filmed_to) == (world.day("2016-09-01"), world.day("2016-09-30"))


def test_revising_changes_names_of_copies_and_leaves_no_old_file():
    clip = world.clip()
    first = world.published(clip)
    old = {copy.name for copy in first.read().renditions}
    clip.title_en = "Bread queue before dawn"
    clip.save()
    assert publishing.differs(clip)
    second = publishing.revise(clip, by=world.publisher())
    assert second.version == 2
    assert second.change > first.change
    new = set(PublicRendition.objects.values_list("name", flat=True))
    assert not old & new
    assert not any(storages["access"].exists(name) for name in old)
    assert not publishing.differs(clip)


def test_publishing_twice_and_revising_a_draft_are_refused():
    clip = world.clip()
    with pytest.raises(ValidationError):
        publishing.revise(clip, by=world.publisher())
    world.published(clip)
    with pytest.raises(ValidationError):
        world.published(clip)


def test_change_numbers_follow_each_other():
    changes = [world.published().change for _n in range(3)]
    assert changes == sorted(set(changes))
    assert PublicState.objects.get().change == changes[-1]


def test_a_testimony_reads_only_its_own_seconds_of_the_transcript():
    clip = world.clip()
    world.transcript(clip, "ar", (0, 4000, "مقدمة"), (4000, 9000, "لم يكن عندنا ماء"))
    world.transcript(clip, "en", (0, 4000, "Introduction"), (4000, 9000, "We had no water"))
    world.published(clip)
    told = world.testimony(clip, start_s=4, end_s=9)
    document = world.published(told).read()
    assert {line.language for line in document.transcripts} == {"ar", "en"}
    assert [s.text for t in document.transcripts for s in t.segments] == [
        "لم يكن عندنا ماء",
        "We had no water",
    ]


def test_a_testimony_reads_nothing_from_a_clip_that_is_not_public_and_does_not_name_it():
    clip = world.clip()
    world.transcript(clip, "ar", (0, 4000, "مقدمة"))
    told = world.testimony(clip)
    row = world.published(told)
    assert clip.reference not in row.document
    assert row.read().transcripts == ()
    assert not PublicLink.objects.exists()
    world.published(clip)
    assert PublicLink.objects.count() == 1
    assert publishing.differs(told), "a person decides when the words are added"
    assert publishing.revise(told, by=world.publisher()).read().transcripts != ()


def test_a_date_still_to_come_is_refused():
    assert "filmed-later" in codes(world.clip(filmed="2099-01-01"))


def test_a_legal_hold_keeps_a_testimony_closed():
    told = world.testimony(world.clip(), legal_hold=True)
    assert "legal-hold" in codes(told)


def test_a_new_byline_moves_the_person_to_a_new_address_and_records_follow():
    clip = world.clip()
    world.published(clip)
    person = clip.journalist
    person.byline_en, person.byline_ar = "Noor of al-Shaar", "نور الشعار"
    person.save()
    publishing.publish_authority(person, by=world.publisher())
    slugs = set(PublicAuthority.objects.filter(kind="journalist").values_list("slug", flat=True))
    assert slugs == {"noor-of-al-shaar"}
    assert PublicRecord.objects.get().read().journalist == "noor-of-al-shaar"


def test_download_is_offered_only_with_consent_to_it():
    assert world.published().read().download is False
    generous = world.journalist("Hala", uses=(Use.VIEW, Use.DOWNLOAD))
    assert world.published(journalist=generous).read().download is True


def test_a_failure_while_files_are_copied_leaves_neither_row_nor_file():
    clip = world.clip()
    damaged = clip.master.renditions.get(role="playable")
    storages["working"].delete(damaged.name)
    with pytest.raises(CopyDamaged, match="have the file looked at again"):
        world.published(clip)
    assert not PublicRecord.objects.exists()
    assert not any(Path(storages["access"].location).glob("*"))
