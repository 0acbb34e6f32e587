"""Who is seen and who is named: what they allow decides what is public, at every moment."""

import itertools
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from footage import publishing
from footage.catalogue.models import PublicAuthority, PublicRecord
from footage.custody.models import CustodyEvent, EventType
from footage.models import Appearance
from people.models import Use
from tests import world
from tests.walls import crawl

pytestmark = pytest.mark.django_db


def codes(clip, by=None):
    return {reason.code for reason in publishing.reasons_against(clip, by=by or world.publisher())}


def public_bytes():
    return b"\n".join(content for _address, _response, content in crawl.visits(Client()))


# --- Who is seen -------------------------------------------------------------------------------
def test_somebody_identifiable_who_was_not_asked_is_for_a_custodian_to_decide():
    clip = world.clip()
    Appearance.objects.create(clip=clip, description="a woman in the queue")
    assert codes(clip) == {"appearance-consent"}
    with pytest.raises(publishing.NotPublishable):
        publishing.publish(clip, by=world.publisher(), override_reason="They would want it.")
    publishing.publish(clip, by=world.custodian(), override_reason="A crowd, from afar.")
    event = CustodyEvent.objects.get(type=EventType.OVERRIDE)
    assert event.detail == {"reason": "A crowd, from afar."}
    assert publishing.audit_public() == []


@pytest.mark.parametrize("how", ["refused", "taken back", "lapsed"])
def test_nobody_overrides_the_no_of_somebody_seen(how):
    seen = world.witness("The baker", uses=() if how == "refused" else (Use.VIEW,))
    if how == "lapsed":
        yesterday = timezone.localdate() - timedelta(days=1)
        world.consent(seen, Use.VIEW, until=yesterday)
    else:
        world.consent(seen, Use.VIEW, granted=False)
    clip = world.clip()
    Appearance.objects.create(clip=clip, witness=seen)
    clip.decision_reason, clip.decision_by = "Public interest.", world.publisher()
    clip.save()
    assert codes(clip) == {"appearance-refused"}
    with pytest.raises(publishing.NotPublishable):
        publishing.publish(clip, by=world.custodian(), override_reason="We need it.")


@pytest.mark.parametrize("closed", [{"identifiable": False}, {"resolved": "Masked in the file."}])
def test_what_closes_the_question_lets_the_clip_be_published(closed):
    seen = world.witness("The baker", uses=())
    world.consent(seen, Use.VIEW, granted=False)
    clip = world.clip()
    Appearance.objects.create(clip=clip, witness=seen, **closed)
    assert codes(clip) == set()


def test_a_signed_decision_does_not_speak_for_those_who_are_seen():
    seen = world.witness("The baker")
    clip = world.clip()
    Appearance.objects.create(clip=clip, witness=seen)
    clip.decision_reason, clip.decision_by = "Evidence of public interest.", world.publisher()
    clip.save()
    world.published(clip)
    world.consent(seen, Use.VIEW, granted=False)
    assert not PublicRecord.objects.live().exists()


def test_a_clip_a_custodian_let_through_stays_while_nobody_says_no():
    seen = world.witness("The baker", uses=())
    clip = world.clip()
    Appearance.objects.create(clip=clip, witness=seen)
    publishing.publish(clip, by=world.custodian(), override_reason="A crowd.")
    seen.biography_en = "Bakes."
    seen.save()
    assert PublicRecord.objects.live().exists()
    world.consent(seen, Use.VIEW, granted=False)
    assert not PublicRecord.objects.live().exists()


def test_the_audit_finds_somebody_seen_who_refuses():
    seen = world.witness("The baker", uses=())
    world.consent(seen, Use.VIEW, granted=False)
    clip = world.clip()
    world.published(clip)
    Appearance.objects.create(clip=clip, witness=seen)
    assert {finding.code for finding in publishing.audit_public()} == {"consent"}
    assert publishing.protect(clip)
    assert publishing.audit_public() == []
    assert not publishing.protect(clip)


# --- Who is named ------------------------------------------------------------------------------
@pytest.fixture
def told():
    """A clip that a signed decision keeps, and whose words name Nour in every way."""
    person = world.journalist("Nour", biography_en="", biography_ar="", byline_ar="نورهان الحلبي")
    clip = world.clip(
        journalist=person,
        summary_en="Filmed by Nour from a roof.",
        summary_ar="صوّرته نُورهان الحلبيّ من سطح.",
        rights_note="© Nour",
        title_en="Bread queue, by Nour",
    )
    clip.decision_reason, clip.decision_by = "Evidence of public interest.", world.publisher()
    clip.save()
    line = itertools.count()
    transcript = world.transcript(
        clip,
        "ar",
        *(
            (1000 * next(line), 1000 * next(line), text)
            for text in ("أنا نورهان الحلبي", "هذا الفرن", "كلام ونورهان الحلبي معنا", "نورس")
        ),
    )
    transcript.segments.filter(text="هذا الفرن").update(speaker="NOUR:")
    world.published(clip)
    world.published(world.testimony(clip))
    return person


def test_a_name_taken_back_is_in_no_page_export_feed_or_caption_made_afterwards(told):
    before = public_bytes()
    assert b"Nour" in before and "نورهان".encode() in before
    world.consent(told, Use.VIEW, granted=False)
    after = public_bytes()
    assert b"nour" not in after.lower() and "نورهان".encode() not in after
    assert "نُورهان".encode() not in after
    document = PublicRecord.objects.live().get(kind="clip").read()
    assert (document.title_en, document.title_ar) == ("", "طابور الخبز عند الفجر")
    assert (document.summary_en, document.summary_ar, document.rights_note) == ("", "", "")
    segments = document.transcripts[0].segments
    assert [(each.speaker, each.text) for each in segments] == [("", "هذا الفرن"), ("", "نورس")]
    read = PublicRecord.objects.live().get(kind="testimony").read()
    assert [each.text for each in read.transcripts[0].segments] == ["هذا الفرن", "نورس"]
    # The workshop's own text still says it, and cannot be published so.
    assert {finding.code for finding in publishing.audit_public()} == {"sealed-words"}


def test_what_says_the_name_elsewhere_is_shown_to_be_read_and_not_changed(told):
    other = world.clip(
        journalist=world.journalist("Salma"), summary_en="Nour was here.", summary_ar="بلا اسم"
    )
    unlike = world.clip(journalist=other.journalist, summary_en="A nourishing soup.")
    for each in (other, unlike):
        world.published(each)
    event = world.event(summary_en="Nour organised it.")
    publishing.publish_authority(event, by=world.publisher())
    assert publishing.said_elsewhere(told) == [other.reference, "event:the-well-opens"]
    world.consent(told, Use.VIEW, granted=False)
    row = PublicRecord.objects.get(reference=other.reference)
    assert row.read().summary_en == "Nour was here."


def test_what_names_the_person_cannot_be_published_again_without_a_custodian(told):
    clip = told.clips.get()
    world.consent(told, Use.VIEW, granted=False)
    clip.credit = "withheld"
    clip.save()
    assert "sealed-words" in codes(clip)


def test_a_record_whose_every_title_says_the_name_is_withdrawn():
    person = world.journalist("Nour Halabi")
    clip = world.clip(journalist=person, title_en="Nour Halabi films", title_ar="")
    clip.decision_reason, clip.decision_by = "Evidence.", world.publisher()
    clip.save()
    world.published(clip)
    person.protection = "withheld"
    person.save()
    assert PublicRecord.objects.get().withdrawal_reason == "consent-withdrawn"


def test_what_a_custodian_let_through_afterwards_stays_until_the_protection_changes_again():
    person = world.journalist("Nour Halabi")
    clip = world.clip(journalist=person, summary_en="Nour Halabi is also a town.")
    world.published(clip)
    person.protection = "withheld"
    person.save()
    assert PublicRecord.objects.get().read().summary_en == ""
    clip.credit = "withheld"
    clip.save()
    publishing.revise(clip, by=world.custodian(), override_reason="The town is meant.")
    publishing.narrow(person)
    assert PublicRecord.objects.get().read().summary_en == "Nour Halabi is also a town."
    person.save()
    assert PublicRecord.objects.get().read().summary_en == ""


def test_an_old_byline_goes_with_the_new_one():
    person = world.journalist("Nour Halabi")
    clip = world.clip(journalist=person, summary_en="Nour Halabi and friends.")
    world.published(clip)
    person.byline_en, person.protection = "Somebody", "withheld"
    person.save()
    assert PublicRecord.objects.get().read().summary_en == ""


def test_a_common_short_word_is_not_taken_for_a_name():
    person = world.journalist("Ali", byline_ar="علي")
    clip = world.clip(journalist=person)
    world.transcript(clip, "ar", (0, 1000, "على السطح"), (1000, 2000, "هنا علي"))
    world.published(clip)
    person.protection = "withheld"
    person.save()
    segments = PublicRecord.objects.get().read().transcripts[0].segments
    assert [each.text for each in segments] == ["على السطح"]


# --- Pseudonyms --------------------------------------------------------------------------------
def test_two_pseudonyms_of_one_person_are_joined_by_nothing_public():
    first, second = world.journalist("Nour"), world.journalist("Salma")
    for person in (first, second):
        world.sealed_identity(person, legal_name="Huda Alnajjar", contacts="+963 944 000 111")
        world.published(world.clip(journalist=person))
    joined = public_bytes_of_both()
    second.sealed_identity.delete()
    world.sealed_identity(second, legal_name="Somebody Else")
    assert public_bytes_of_both() == joined
    world.consent(first, Use.VIEW, granted=False)
    assert PublicRecord.objects.live().get().read().journalist == "salma"
    assert set(PublicAuthority.objects.filter(kind="journalist").values_list("slug")) == {
        ("salma",)
    }


def public_bytes_of_both():
    return {address: content for address, _response, content in crawl.visits(Client(), 300)}


def test_the_same_pseudonym_of_two_people_has_two_pages_that_do_not_name_each_other():
    for person in (world.journalist("Nour"), world.journalist("Nour")):
        world.published(world.clip(journalist=person))
    slugs = PublicAuthority.objects.filter(kind="journalist").values_list("slug", flat=True)
    assert len(set(slugs)) == 2
    client = Client()
    for slug in slugs:
        (other,) = set(slugs) - {slug}
        page = client.get(f"/en/journalists/{slug}/").content.decode()
        assert f"/journalists/{other}/" not in page


def test_the_publisher_is_told_what_a_byline_joins():
    person = world.journalist("Nour")
    world.published(world.clip(journalist=person))
    told = [str(each) for each in publishing.consequences(world.clip(journalist=person), "publish")]
    assert any("beside 1 other record under this byline" in each for each in told)
    alone = world.clip(journalist=world.journalist("Salma"))
    assert not any("beside" in str(each) for each in publishing.consequences(alone, "publish"))


# --- Foreseeing --------------------------------------------------------------------------------
def test_what_is_foreseen_is_what_happens_and_foreseeing_changes_nothing():
    clip = world.clip()
    world.published(clip)
    before = (list(PublicRecord.objects.values()), CustodyEvent.objects.count())

    def withhold():
        clip.journalist.protection = "withheld"
        clip.journalist.save()

    foreseen = publishing.foresee(withhold)
    assert (list(PublicRecord.objects.values()), CustodyEvent.objects.count()) == before
    assert len(foreseen.names) == 1 and len(foreseen.records) == 1
    assert "Name withheld" in foreseen.records[0]
    assert not publishing.foresee(lambda: None)


# --- What the workshop said when it was published ------------------------------------------------
def test_taking_consent_back_reaches_a_record_whose_clip_names_somebody_else_by_now():
    first, second = world.journalist("Samir"), world.journalist("Hala")
    clip = world.clip(journalist=first)
    world.published(clip)
    clip.journalist = second
    clip.save()
    world.consent(first, Use.VIEW, granted=False)
    assert not PublicRecord.objects.live().exists()


def test_ending_downloads_reaches_a_record_whose_clip_names_somebody_else_by_now():
    first = world.journalist("Samir", uses=(Use.VIEW, Use.DOWNLOAD))
    second = world.journalist("Hala", uses=(Use.VIEW, Use.DOWNLOAD))
    clip = world.clip(journalist=first)
    world.published(clip)
    clip.journalist = second
    clip.save()
    world.consent(first, Use.DOWNLOAD, granted=False)
    assert not PublicRecord.objects.get().read().download


def test_a_no_of_somebody_seen_reaches_a_record_from_whose_clip_they_were_struck_since():
    seen = world.witness("The baker")
    clip = world.clip()
    appearance = Appearance.objects.create(clip=clip, witness=seen)
    world.published(clip)
    appearance.identifiable = False
    appearance.save()
    world.consent(seen, Use.VIEW, granted=False)
    assert not PublicRecord.objects.live().exists()


def test_a_record_published_anew_rests_on_nobody_it_no_longer_names():
    first, second = world.journalist("Samir"), world.journalist("Hala")
    clip = world.clip(journalist=first)
    world.published(clip)
    clip.journalist = second
    clip.save()
    publishing.revise(clip, by=world.publisher())
    world.consent(first, Use.VIEW, granted=False)
    assert PublicRecord.objects.live().exists()
