"""People in the workshop: consents are only added, legal names are behind a wall of their own."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from footage.catalogue.models import PublicAuthority, PublicRecord
from footage.custody.models import CustodyEvent
from footage.models import TwoPersonRequest
from footage.models.two_persons import Act, ask_for
from people.models import Consent, Journalist, SealedIdentity
from people.roles import ROLES
from tests import world
from tests.workshop.conftest import SignIn, gave_second_factor
from tests.workshop.test_sign_in import code_of

pytestmark = pytest.mark.django_db

LEGAL_NAME = "Huda Alnajjar"
CONTACT = "+963 944 000 111"


def at(act: str, person: Any) -> str:
    return reverse(f"admin:people_{person._meta.model_name}_{act}", args=[person.pk])


def saved(client: Client, person: Journalist, *consents: dict[str, str], **changed: str) -> Any:
    """Post the change form as a browser would, with new rows of consents."""
    page = client.get(at("change", person))
    form = page.context["adminform"].form
    data = {name: form.initial[name] for name in form.fields if form.initial.get(name)} | changed
    for formset in page.context["inline_admin_formsets"]:
        stored = len(formset.formset.initial_forms)
        prefix = formset.formset.prefix
        data |= {
            f"{prefix}-TOTAL_FORMS": stored + len(consents),
            f"{prefix}-INITIAL_FORMS": stored,
        }
        for number, row in enumerate(consents, stored):
            data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return client.post(at("change", person), data)


GRANTED = {
    "use": "download",
    "granted": "on",
    "given_on": "2026-01-02",
    "how_recorded": "spoken on camera",
}
REFUSED = {**GRANTED, "use": "view", "granted": ""}


def test_a_consent_is_recorded_with_who_and_in_the_chain_of_custody(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    person = world.journalist(uses=())
    stated = {**GRANTED, "until": "2030-01-01"}
    assert client.post(at("consent", person), stated).status_code == 302
    consent = Consent.objects.get()
    assert consent.recorded_by == client.user and consent.granted  # type: ignore[attr-defined]
    event = CustodyEvent.objects.get(type="archive:consent")
    assert event.detail == {"use": "download", "granted": True, "until": "2030-01-01"}


def test_a_first_consent_can_be_given_with_the_new_person(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    rows = {f"consents-0-{name}": value for name, value in GRANTED.items()}
    client.post(
        reverse("admin:people_witness_add"),
        {
            **{"byline_en": "Hala", "byline_ar": "هالة", "protection": "pseudonym"},
            **{"consents-TOTAL_FORMS": 1, "consents-INITIAL_FORMS": 0, **rows},
        },
    )
    assert Consent.objects.get().witness.byline_en == "Hala"  # type: ignore[union-attr]
    assert CustodyEvent.objects.filter(type="archive:consent").count() == 1


def test_a_recorded_consent_is_shown_but_cannot_be_changed_or_removed(sign_in: SignIn) -> None:
    client = sign_in("archivist", "custodian")
    person = world.journalist()
    stored = Consent.objects.get()
    page = client.get(at("change", person)).content.decode()
    assert "signed form" in page
    assert 'name="consents-0-granted"' not in page and "consents-0-DELETE" not in page
    saved(
        client,
        person,
        GRANTED,
        **{"consents-0-id": str(stored.pk), "consents-0-granted": "", "consents-0-DELETE": "on"},
    )
    stored.refresh_from_db()
    assert stored.granted and Consent.objects.count() == 1


def test_a_refusal_takes_the_place_of_an_earlier_consent(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    person = world.journalist()
    assert person.consents_to("view")
    assert client.post(at("consent", person), REFUSED).status_code == 302
    assert not person.consents_to("view") and Consent.objects.count() == 2


def test_a_last_day_before_the_first_is_refused_by_name(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    person = world.journalist(uses=())
    wrong = {**GRANTED, "until": "2025-01-01"}
    assert "before the one on which" in client.post(at("consent", person), wrong).content.decode()
    later = {**GRANTED, "given_on": "2999-01-01"}
    assert "still to come" in client.post(at("consent", person), later).content.decode()
    assert not Consent.objects.exists()


def test_taking_consent_back_says_first_what_it_changes_and_then_does_it(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    person = world.journalist("Nour", uses=("view", "download"))
    clip = world.clip(journalist=person)
    world.transcript(clip, "ar", (0, 4000, "مقدمة"), (4000, 9000, "في الفرن"))
    other = world.clip(journalist=person)
    other.decision_reason, other.decision_by = "Evidence.", world.publisher()
    other.save()
    for each in (clip, other):
        world.published(each)
    before = list(PublicRecord.objects.order_by("pk").values())

    asked = client.post(at("consent", person), REFUSED)
    said = html.unescape(asked.content.decode())
    assert "The name “Nour” is gone" in said
    assert f"({clip.reference}) is withdrawn" in said
    assert f"{clip.reference}: 2 access copies are removed." in said
    assert f"{clip.reference}: 2 lines of transcript and captions are gone." in said
    assert f"{other.reference}: the credit reads" in said and "signed decision" in said
    # Nothing has happened yet, anywhere.
    assert list(PublicRecord.objects.order_by("pk").values()) == before
    assert Consent.objects.count() == 2
    assert not CustodyEvent.objects.filter(type__in=("archive:withdrawal", "archive:consent"))
    copy = PublicRecord.objects.get(reference=clip.reference).read().renditions[0].name
    assert storages["access"].exists(copy)

    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', said))
    del hidden["csrfmiddlewaretoken"]
    assert client.post(at("consent", person), hidden).status_code == 302
    assert PublicRecord.objects.get(reference=clip.reference).withdrawal_reason
    assert PublicRecord.objects.get(reference=other.reference).read().credit == "withheld"
    assert not PublicAuthority.objects.filter(kind="journalist").exists()
    event = CustodyEvent.objects.get(type="archive:consent")
    assert event.detail == {"use": "view", "granted": False}


def test_somebody_found_to_be_at_risk_takes_a_public_clip_away_with_the_save(
    sign_in: SignIn,
) -> None:
    client = sign_in("archivist")
    clip = world.clip()
    world.published(clip)
    seen = {"description": "a boy", "identifiable": "on", "at_risk": "on", "resolved": ""}
    page = client.get(reverse("admin:footage_clip_change", args=[clip.pk]))
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False)}
    for formset in page.context["inline_admin_formsets"]:
        prefix = formset.formset.prefix
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    data |= {f"appearances-0-{name}": value for name, value in seen.items()}
    data["appearances-TOTAL_FORMS"] = 1
    saved = client.post(reverse("admin:footage_clip_change", args=[clip.pk]), data, follow=True)
    assert "is withdrawn: somebody in it" in saved.content.decode()
    assert PublicRecord.objects.get().withdrawal_reason == "safety"


def test_withholding_a_name_takes_it_out_of_the_catalogue_with_the_same_save(
    sign_in: SignIn,
) -> None:
    client = sign_in("archivist", "publisher")
    person = world.journalist()
    client.post(at("publish_name", person))
    assert PublicAuthority.objects.filter(name_en=person.byline_en).exists()
    assert saved(client, person, protection="withheld").status_code == 302
    assert not PublicAuthority.objects.filter(name_en=person.byline_en).exists()


def test_the_page_of_a_new_byline_lists_what_still_says_an_earlier_one(sign_in: SignIn) -> None:
    client = sign_in("archivist", "publisher")
    person = world.journalist("Nour Halabi", byline_ar="نور الحلبي")
    own = world.clip(journalist=person, summary_en="Nour Halabi and friends.")
    other = world.clip(summary_ar="صوّره نور الحلبي.")
    for clip in (own, other, world.clip(journalist=person)):
        world.published(clip)
    assert "an earlier byline stay" not in client.get(at("publish_name", person)).content.decode()
    saved(client, person, byline_en="The Baker", byline_ar="الخبّاز")
    page = client.get(at("publish_name", person)).content.decode()
    sentence = page[page.index("Words that say an earlier byline stay") :].split("</li>")[0]
    assert re.findall(r"AA-[\w-]+", sentence) == sorted([own.reference, other.reference])
    saved(client, person, byline_en="Nour Halabi, the Baker", byline_ar="نور الحلبي الخبّاز")
    assert "an earlier byline stay" not in client.get(at("publish_name", person)).content.decode()


def test_a_withheld_name_is_not_published_and_the_page_says_why(sign_in: SignIn) -> None:
    client = sign_in("publisher")
    person = world.journalist(protection="withheld")
    page = client.post(at("publish_name", person)).content.decode()
    assert "withheld" in page and f"{at('change', person)}#id_protection" in page
    assert not PublicAuthority.objects.exists()


# --- Sealed identities -------------------------------------------------------------------------
@pytest.fixture
def sealed(db: None) -> Journalist:
    person = world.journalist()
    world.sealed_identity(person, legal_name=LEGAL_NAME, contacts=CONTACT, notes="n")
    return person


WHY = "to answer a request of theirs"


def agreed(client: Client, person: Any, other: Client) -> TwoPersonRequest:
    """Let the custodian of `client` ask and the one of `other` agree, through their pages."""
    asked = client.post(at("sealed", person), {"why": WHY})
    assert asked.status_code == 302
    request = TwoPersonRequest.objects.get(decided_at=None)
    page = reverse("admin:footage_twopersonrequest_agree", args=[request.pk])
    assert WHY in other.get(page).content.decode()
    assert other.post(page).status_code == 302
    request.refresh_from_db()
    return request


def test_a_custodian_looks_after_another_one_agreed_and_the_look_is_recorded_first(
    sign_in: SignIn, sealed: Journalist
) -> None:
    client, other = sign_in("custodian"), sign_in("custodian", username="other")
    address = at("sealed", sealed)
    assert LEGAL_NAME not in client.get(address).content.decode()
    assert client.post(address, {"why": ""}).status_code == 200
    assert not TwoPersonRequest.objects.exists()
    request = agreed(client, sealed, other)
    assert not CustodyEvent.objects.filter(type="archive:unsealing").exists()
    assert LEGAL_NAME not in client.get(address).content.decode()

    shown = client.post(address)
    assert LEGAL_NAME in shown.content.decode() and CONTACT in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    event = CustodyEvent.objects.get(type="archive:unsealing")
    assert event.agent == client.user  # type: ignore[attr-defined]
    assert event.subject == f"people_journalist:{sealed.pk}"
    assert event.detail == {"request": str(request.pk)}
    told = set(CustodyEvent.objects.filter(subject=event.subject).values_list("type", flat=True))
    assert told == {"archive:request", "archive:agreement", "archive:unsealing"}
    assert WHY not in str(list(CustodyEvent.objects.values_list("detail")))
    # Whoever agreed has not asked: the door is open to one of them alone.
    assert LEGAL_NAME not in other.post(address, {"why": WHY}).content.decode()


def test_the_front_page_tells_the_second_person_and_not_the_first(
    sign_in: SignIn, sealed: Journalist
) -> None:
    client, other = sign_in("custodian"), sign_in("custodian", username="other")
    told = "1 request waits for your decision"
    client.post(at("sealed", sealed), {"why": WHY})
    assert told in other.get(reverse("admin:index")).content.decode()
    for one in (client, sign_in("archivist"), sign_in("auditor")):
        assert told not in one.get(reverse("admin:index")).content.decode()


def test_one_custodian_alone_reads_nothing(sign_in: SignIn, sealed: Journalist) -> None:
    client = sign_in("custodian")
    client.post(at("sealed", sealed), {"why": WHY})
    request = TwoPersonRequest.objects.get()
    own = reverse("admin:footage_twopersonrequest_agree", args=[request.pk])
    assert client.post(own).status_code == 403
    with pytest.raises(ValidationError, match="second person"):
        request.decide(by=client.user, agreed=True)  # type: ignore[attr-defined]
    for data in ({}, {"why": WHY}, {"legal_name": "x", "contacts": "", "notes": ""}):
        assert LEGAL_NAME not in client.post(at("sealed", sealed), data).content.decode()
    assert SealedIdentity.objects.get().read("legal_name") == LEGAL_NAME
    assert TwoPersonRequest.objects.count() == 1


def test_agreeing_asks_for_a_fresh_second_factor(sign_in: SignIn, sealed: Journalist) -> None:
    client, other = sign_in("custodian"), sign_in("custodian", username="other")
    client.post(at("sealed", sealed), {"why": WHY})
    request = TwoPersonRequest.objects.get()
    gave_second_factor(other, minutes_ago=6)
    agree = reverse("admin:footage_twopersonrequest_agree", args=[request.pk])
    assert other.post(agree)["Location"].startswith(reverse("mfa_reauthenticate"))
    assert TwoPersonRequest.objects.get().waits


def test_a_refused_request_opens_nothing(sign_in: SignIn, sealed: Journalist) -> None:
    client, other = sign_in("custodian"), sign_in("custodian", username="other")
    client.post(at("sealed", sealed), {"why": WHY})
    request = TwoPersonRequest.objects.get()
    other.post(reverse("admin:footage_twopersonrequest_refuse", args=[request.pk]))
    assert LEGAL_NAME not in client.post(at("sealed", sealed)).content.decode()
    assert CustodyEvent.objects.get(type="archive:agreement").outcome == "refused"


def test_the_door_closes_half_an_hour_after_the_first_look(
    sign_in: SignIn, sealed: Journalist
) -> None:
    client, other = sign_in("custodian"), sign_in("custodian", username="other")
    request = agreed(client, sealed, other)
    assert request.expires_at > timezone.now() + timedelta(hours=23)
    client.post(at("sealed", sealed))
    first = TwoPersonRequest.objects.get().expires_at
    assert first < timezone.now() + timedelta(minutes=31)
    client.post(at("sealed", sealed))
    assert TwoPersonRequest.objects.get().expires_at == first
    TwoPersonRequest.objects.update(expires_at=timezone.now())
    assert LEGAL_NAME not in client.post(at("sealed", sealed)).content.decode()
    typed = {"legal_name": "Typed slowly", "contacts": "", "notes": ""}
    late = client.post(at("sealed", sealed), typed).content.decode()
    assert "Typed slowly" in late and "Ask again" in late
    assert SealedIdentity.objects.get().read("legal_name") == LEGAL_NAME


def test_a_look_asks_for_a_fresh_second_factor(sign_in: SignIn, sealed: Journalist) -> None:
    client, other = sign_in("custodian"), sign_in("custodian", username="other")
    agreed(client, sealed, other)
    gave_second_factor(client, minutes_ago=6)
    for response in (client.get(at("sealed", sealed)), client.post(at("sealed", sealed))):
        assert response["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not CustodyEvent.objects.filter(type="archive:unsealing").exists()
    # Given again, it leads back and opens.
    secret = Authenticator.objects.get(user=client.user).wrap().instance.data["secret"]  # type: ignore[attr-defined]
    code = code_of(get_adapter().decrypt(secret))
    back = client.post(client.get(at("sealed", sealed))["Location"], {"code": code})
    assert back["Location"] == at("sealed", sealed)
    assert LEGAL_NAME in client.post(at("sealed", sealed)).content.decode()


def test_the_demonstration_says_that_it_asks_for_no_second_factor(
    sign_in: SignIn, sealed: Journalist, settings: Any
) -> None:
    client, other = sign_in("custodian"), sign_in("custodian", username="other")
    agreed(client, sealed, other)
    gave_second_factor(client, minutes_ago=60)
    settings.ARCHIVE_DEMONSTRATION = True
    page = client.get(at("sealed", sealed)).content.decode()
    assert "This is the demonstration: no second factor" in page


def test_a_custodian_writes_a_first_identity_and_changes_one_that_is_open(
    sign_in: SignIn, sealed: Journalist
) -> None:
    client, other = sign_in("custodian"), sign_in("custodian", username="other")
    written = {"legal_name": "Huda Q.", "contacts": "", "notes": ""}
    fresh = world.witness()
    assert client.post(at("sealed", fresh), written).status_code == 302
    assert SealedIdentity.objects.get(witness=fresh).read("legal_name") == "Huda Q."
    agreed(client, sealed, other)
    client.post(at("sealed", sealed))
    assert client.post(at("sealed", sealed), written).status_code == 302
    identity = SealedIdentity.objects.get(journalist=sealed)
    assert (identity.read("legal_name"), identity.read("contacts")) == ("Huda Q.", "")


def test_a_lost_key_is_explained_where_the_identity_would_be(
    sign_in: SignIn, sealed: Journalist, settings: Any
) -> None:
    client, other = sign_in("custodian"), sign_in("custodian", username="other")
    agreed(client, sealed, other)
    settings.ARCHIVE_KEYS = ["another key"]
    said = client.post(at("sealed", sealed), follow=True).content.decode()
    assert "is not in ARCHIVE_KEYS" in said
    settings.ARCHIVE_KEYS = []
    said = client.post(at("sealed", world.witness()), {"legal_name": "Typed"}).content.decode()
    assert "set ARCHIVE_KEYS" in said and "Typed" in said


def test_the_database_refuses_a_decision_by_whoever_asked(sealed: Journalist) -> None:
    asker = world.staff("asker", "view_sealedidentity")
    request = ask_for(Act.UNSEAL, "people_journalist:1", by=asker, reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        TwoPersonRequest.objects.filter(pk=request.pk).update(
            decided_by=asker, decided_at=timezone.now(), agreed=True
        )


def test_an_effect_that_fails_leaves_the_request_undecided(sealed: Journalist) -> None:
    asker, other = (world.staff(name, "view_sealedidentity") for name in ("asker", "other"))
    request = ask_for(Act.UNSEAL, "people_journalist:1", by=asker, reason="x")

    def fails(_request: TwoPersonRequest) -> None:
        raise ValidationError("not now")

    with pytest.raises(ValidationError, match="not now"):
        request.decide(by=other, agreed=True, effect=fails)
    assert TwoPersonRequest.objects.get().waits
    assert not CustodyEvent.objects.filter(type="archive:agreement").exists()


def test_a_request_that_lapsed_cannot_be_agreed_to(sealed: Journalist) -> None:
    asker, other = (world.staff(name, "view_sealedidentity") for name in ("asker", "other"))
    request = ask_for(Act.UNSEAL, "people_journalist:1", by=asker, reason="x")
    TwoPersonRequest.objects.update(expires_at=timezone.now())
    with pytest.raises(ValidationError, match="lapsed"):
        request.decide(by=other, agreed=True)
    with pytest.raises(PermissionDenied):
        request.decide(by=world.publisher(), agreed=True)
    again = ask_for(Act.UNSEAL, "people_journalist:1", by=asker, reason="x")
    assert again != request and again.waits


@pytest.mark.parametrize("role", [role.code for role in ROLES])
def test_a_legal_name_is_on_no_page_of_the_workshop_but_its_own(
    sign_in: SignIn, sealed: Journalist, role: str
) -> None:
    client = sign_in(role)
    clip = world.clip(journalist=sealed)
    pages = [
        reverse("admin:people_journalist_changelist"),
        f"{reverse('admin:people_journalist_changelist')}?q=Alnajjar",
        at("change", sealed),
        at("history", sealed),
        reverse("admin:footage_clip_changelist"),
        reverse("admin:footage_clip_change", args=[clip.pk]),
        reverse("admin:footage_clip_publish", args=[clip.pk]),
        reverse("admin:custody_custodyevent_changelist"),
        "/admin/autocomplete/?app_label=footage&model_name=clip&field_name=journalist&term=Alnaj",
    ]
    for page in pages:
        said = client.get(page).content.decode()
        assert LEGAL_NAME not in said and CONTACT not in said, page
    if role != "custodian":
        for data in ({"why": "curious"}, {"legal_name": "x", "contacts": "", "notes": ""}):
            assert client.post(at("sealed", sealed), data).status_code == 403
        assert SealedIdentity.objects.get().read("legal_name") == LEGAL_NAME
