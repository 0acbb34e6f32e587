"""The demonstration shows what the archive is for, says that it is invented, and names nobody."""

import re
import stat
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from footage import models, publishing
from footage.catalogue.models import PublicAuthority, PublicRecord
from footage.inbox.models import Message
from footage.ingest.models import Master, Rendition
from footage.management.commands import load_reference
from footage.models import Clip, Event, Film, Testimony, Transcript
from people.models import Consent, Journalist, SealedIdentity, Witness
from people.roles import ROLES
from tests.walls.bilingual import faults

SAYS_EN = re.compile(r"\bdemonstration\b", re.IGNORECASE)
SAYS_AR = re.compile(r"عرض التجريبي|عرض تجريبي")
# The film and whom it names, and parties of the war: a demonstration speaks of none of them.
REAL_NAMES = re.compile(
    r"\b(ahmed|ahmad|أحمد|panorama|بانوراما|bbc|white helmets|الخوذ البيضاء|assad|الأسد|isis|داعش"
    r"|russian?s?|روسيا|الروسي)\b",
    re.IGNORECASE,
)


HELD_BACK = "A photograph that is held back"
SILENCED = "A roof, without the voice that told of it"


def tombstone(of: type[Clip] | type[Testimony]) -> PublicRecord:
    """The one there is; what it was is known to the workshop alone."""
    references = of.objects.values("reference")
    return PublicRecord.objects.get(reference__in=references, withdrawn_at__isnull=False)


def published_clips() -> list[Any]:
    rows = PublicRecord.objects.live().filter(kind="clip")
    return [row.read() for row in rows]


def test_at_least_36_clips_of_12_neighbourhoods_and_20_days_are_public(archive):
    clips = published_clips()
    days = {clip.filmed_from for clip in clips if clip.filmed_certain}
    exact = {day for day in days if any(c.filmed == day.isoformat() for c in clips)}
    assert len(clips) >= 36
    assert len({clip.neighbourhood for clip in clips} - {None}) >= 12
    assert len(exact) >= 20
    assert {day.year for day in exact} == {2012, 2013, 2014, 2015, 2016}
    assert Master.objects.count() == Clip.objects.count()


def test_five_journalists_are_credited_and_a_sixth_one_is_withheld(archive):
    credited = {clip.journalist for clip in published_clips()} - {None}
    assert len(credited) == 5
    assert credited == set(
        PublicAuthority.objects.filter(kind="journalist").values_list("slug", flat=True)
    )
    withheld = Journalist.objects.get(protection="withheld")
    assert not PublicRecord.objects.filter(document__contains=withheld.byline_ar).exists()


def test_uncertain_dates_of_every_kind_are_there(archive):
    filmed = {clip.filmed for clip in published_clips()}
    for sign in ("?", "~", "/", "XXXX"):
        assert any(sign in date for date in filmed), sign
    assert any(re.fullmatch(r"\d{4}-\d{2}", date) for date in filmed)


def test_videos_photograph_and_sound_are_there_each_with_its_copy(archive):
    clips = published_clips()
    assert {clip.medium for clip in clips} == {"video", "photograph", "sound"}
    watched = {"video": "playable", "photograph": "photograph", "sound": "sound"}
    without = {
        clip.title_en
        for clip in clips
        if watched[clip.medium] not in {copy.role for copy in clip.renditions}
    }
    assert without == {HELD_BACK, SILENCED}
    assert not Master.objects.exclude(unplayable="").exists()


def test_four_testimonies_are_told_in_both_languages_side_by_side(archive):
    testimonies = [row.read() for row in PublicRecord.objects.live().filter(kind="testimony")]
    assert len(testimonies) == 4
    assert {language for each in testimonies for language in each.languages} == {"ar", "en"}
    for testimony in testimonies:
        english, arabic = sorted(testimony.transcripts, key=lambda each: each.language != "en")
        assert (english.language, arabic.language) == ("en", "ar")
        times = [[(s.start_s, s.end_s) for s in each.segments] for each in (english, arabic)]
        assert times[0] == times[1] == sorted(times[0])
        assert len(times[0]) >= 3


def test_speech_ends_before_its_clip_does(archive):
    for transcript in Transcript.objects.select_related("clip__master"):
        last = transcript.segments.last()
        assert last is not None
        assert last.end_ms / 1000 < transcript.clip.master.duration_s < last.end_ms / 1000 + 1.5


def test_one_event_was_seen_by_two_cameras(archive):
    cameras = Clip.objects.filter(events__slug="demonstration-wedding")
    assert cameras.count() == 2
    assert len(set(cameras.values_list("journalist", flat=True))) == 2
    assert len(set(cameras.values_list("filmed", flat=True))) == 1


def test_one_is_held_back_and_one_is_silenced_by_a_withdrawn_testimony(archive):
    clips = {clip.title_en: clip for clip in published_clips()}
    held, silenced = clips[HELD_BACK], clips[SILENCED]
    assert (held.advisory_level, held.renditions, held.transcripts) == ("withheld", (), ())
    assert silenced.renditions == ()
    assert not any(transcript.segments for transcript in silenced.transcripts)
    gone = tombstone(Testimony)
    assert gone.document is None


def test_an_invented_film_has_shots_and_the_real_one_has_none(archive):
    film = Film.objects.get(demonstration=True)
    assert list(film.shots.values_list("position", flat=True)) == [1, 2, 3]
    for said, title, summary in (
        (SAYS_EN, film.title_en, film.summary_en),
        (SAYS_AR, film.title_ar, film.summary_ar),
    ):
        assert said.search(title) and said.search(summary)
    assert not Film.objects.get(demonstration=False).shots.exists()
    page = Client().get(f"/en/films/{film.slug}/").content.decode()
    assert page.count('<th scope="row">') == 3
    assert "Invented for the demonstration." in page
    home = Client().get("/en/").content.decode()
    assert "under-siege-voices-from-aleppo" in home and film.slug not in home


def test_one_is_gated_one_is_withdrawn_and_one_is_a_draft(archive):
    assert [clip.title_en for clip in published_clips() if clip.gated] == [
        "First aid at a medical point"
    ]
    withdrawn = tombstone(Clip)
    assert (withdrawn.document, withdrawn.withdrawal_reason) == (None, "consent-withdrawn")
    drafts = [clip for clip in Clip.objects.all() if publishing.state_of(clip) == "draft"]
    assert len(drafts) == 1


def test_the_draft_waits_with_the_place_and_the_date_its_file_suggests(archive):
    draft = Clip.objects.get(title_en="A courtyard with a lemon tree")
    assert (draft.location, draft.filmed) == (None, "")
    assert draft.suggestions["location"]["slug"] == "qadi-askar"
    assert draft.suggestions["location"]["why"] == "device-position"
    assert draft.suggestions["filmed"] == {"edtf": "2016-03-12", "why": "device-clock"}


def test_places_and_dates_agree_with_what_the_devices_recorded(archive):
    agreeing = 0
    for clip in Clip.objects.select_related("location").exclude(location=None):
        if place := clip.suggestions.get("location"):
            assert place["slug"] == clip.location.slug, clip.title_en
        filmed = clip.suggestions.get("filmed", {})
        if filmed.get("why") == "device-clock" and len(clip.filmed) == 10:
            assert filmed["edtf"] == clip.filmed, clip.title_en
            agreeing += 1
    assert agreeing >= 20


def test_clocks_that_were_never_set_suggest_no_date(archive):
    doubts = [note for clip in Clip.objects.all() for note in clip.suggestions.get("notes", [])]
    assert {"epoch-1970", "default-clock"} <= set(doubts)


def test_every_record_says_in_both_languages_that_it_is_a_demonstration(archive):
    # The dated events of the siege are reference data, as real as its places.
    real = {event.slug for event in load_reference.load_events()}
    invented = Event.objects.exclude(slug__in=real)
    assert invented.exists()
    for items in (Clip.objects.all(), models.Testimony.objects.all(), invented):
        for item in items:
            assert item.demonstration
            assert SAYS_EN.search(item.summary_en), item.title_en
            assert SAYS_AR.search(item.summary_ar), item.title_ar
    for row in PublicRecord.objects.live():
        assert row.read().demonstration


def test_every_person_says_in_both_languages_that_nobody_is_meant(archive):
    in_the_film = Film.objects.get(demonstration=False).witnesses.all()
    people = [*Journalist.objects.all(), *Witness.objects.exclude(pk__in=in_the_film)]
    assert len(people) == 10
    for person in people:
        assert person.demonstration
        assert SAYS_EN.search(person.biography_en), person
        assert SAYS_AR.search(person.biography_ar), person
        assert Consent.objects.filter(**{type(person).__name__.lower(): person}).exists()


def test_nobody_real_is_named_and_no_legal_name_is_invented(archive):
    assert not SealedIdentity.objects.exists()
    for row in PublicRecord.objects.live():
        assert not REAL_NAMES.search(row.document), row.read().title_en
    for kind in ("journalist", "witness", "event"):
        for name in PublicAuthority.objects.filter(kind=kind):
            if name.stated.get("demonstration"):
                said = f"{name.name_en} {name.name_ar} {name.text_en} {name.text_ar}"
                assert not REAL_NAMES.search(said), said


def test_phone_footage_names_its_licence_and_claims_no_place(archive):
    phones = [clip for clip in published_clips() if clip.rights_note]
    assert len(phones) == 2
    for clip in phones:
        assert (clip.place, clip.filmed, clip.latitude) == (None, "XXXX", None)
        assert "far from Aleppo" in clip.summary_en


def test_every_public_page_answers_in_both_languages(archive):
    client = Client()
    rows = PublicRecord.objects.live()
    paths = [f"{row.kind}{'s' if row.kind == 'clip' else ''}/{row.reference}/" for row in rows]
    paths = [path.replace("testimony/", "testimonies/") for path in paths]
    for kind, place in (
        ("journalist", "journalists"),
        ("event", "events"),
        ("film", "films"),
        ("neighbourhood", "neighbourhoods"),
    ):
        used = PublicAuthority.objects.filter(kind=kind)
        paths += [f"{place}/{each.slug}/" for each in used if kind != "neighbourhood"]
    paths += [
        f"neighbourhoods/{slug}/"
        for slug in sorted({clip.neighbourhood for clip in published_clips()} - {None})
    ]
    paths += ["", "clips/", "neighbourhoods/", "dates/", "journalists/", "testimonies/", "about/"]
    paths += ["events/", "films/"]
    for path in paths:
        for language in ("en", "ar"):
            response = client.get(f"/{language}/{path}")
            assert response.status_code == 200, f"/{language}/{path}"
            assert faults(response.content) == [], f"/{language}/{path}"


def test_two_messages_of_readers_wait_the_urgent_one_about_a_clip(archive):
    messages = list(Message.objects.all())
    assert [message.urgent for message in messages] == [True, False]
    assert publishing.state_of(Clip.objects.get(reference=messages[0].reference)) == "published"


def test_a_draft_is_not_found_and_a_withdrawn_clip_is_gone(archive):
    client = Client()
    draft = Clip.objects.get(title_en="A courtyard with a lemon tree")
    gone = tombstone(Clip)
    for language in ("en", "ar"):
        assert client.get(f"/{language}/clips/{draft.reference}/").status_code == 404
        assert client.get(f"/{language}/clips/{gone.reference}/").status_code == 410


def test_a_load_that_was_killed_is_taken_up_where_it_ended(archive):
    assert archive.before >= 9
    assert "The demonstration is loaded" in archive.output
    keys = Clip.objects.values_list("source_note", flat=True)
    assert len(set(keys)) == len(keys)
    assert (
        Rendition.objects.filter(role="poster").count()
        == Clip.objects.exclude(kind="sound").count()
    )


def test_loading_again_changes_nothing_and_prints_the_same_sign_ins(archive):
    def everything() -> list[Any]:
        return [
            list(PublicRecord.objects.order_by("pk").values()),
            list(Clip.objects.order_by("pk").values()),
            list(Master.objects.order_by("pk").values()),
            list(Consent.objects.order_by("pk").values()),
            list(Message.objects.order_by("pk").values()),
        ]

    before = everything()
    again = archive.manage("load_demonstration")
    assert everything() == before
    assert "clips" not in again
    assert again.splitlines()[-10:] == archive.output.splitlines()[-10:]


def test_sign_ins_open_the_workshop_with_the_role_of_their_name(archive):
    kept = archive.root / "demonstration-sign-ins.txt"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    lines = [line.split() for line in kept.read_text().splitlines() if not line.startswith("#")]
    roles = {
        **{role.code: role.code for role in ROLES},
        "second-custodian": "custodian",
        "second-administrator": "administrator",
    }
    assert {name for name, _password in lines} == set(roles)
    for name, password in lines:
        user = User.objects.get(username=name)
        assert user.password.startswith("pbkdf2_") and len(password) >= 16
        assert [group.name for group in user.groups.all()] == [roles[name]]
        assert user.is_staff and not user.is_superuser


def test_an_archive_for_real_footage_refuses_it(settings):
    settings.ARCHIVE_DEMONSTRATION = False
    with pytest.raises(CommandError, match="real footage"):
        call_command("load_demonstration")
