"""People in the workshop: consents are only added, legal names are behind a wall of their own."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from footage.catalogue.models import PublicAuthority
from footage.custody.models import CustodyEvent
from people.models import Consent, Journalist, SealedIdentity
from people.roles import ROLES
from tests import world
from tests.workshop.conftest import SignIn

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


def test_a_consent_is_recorded_with_who_and_in_the_chain_of_custody(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    person = world.journalist(uses=())
    assert saved(client, person, GRANTED).status_code == 302
    consent = Consent.objects.get()
    assert consent.recorded_by == client.user and consent.granted  # type: ignore[attr-defined]
    event = CustodyEvent.objects.get(type="archive:consent")
    assert event.detail == {"use": "download", "granted": True}


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
        **{"consents-0-id": str(stored.pk), "consents-0-granted": "", "consents-0-DELETE": "on"},
    )
    stored.refresh_from_db()
    assert stored.granted and Consent.objects.count() == 1


def test_a_refusal_takes_the_place_of_an_earlier_consent(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    person = world.journalist()
    assert person.consents_to("view")
    refusal = {**GRANTED, "use": "view", "granted": ""}
    assert saved(client, person, refusal).status_code == 302
    assert not person.consents_to("view") and Consent.objects.count() == 2


def test_withholding_a_name_takes_it_out_of_the_catalogue_with_the_same_save(
    sign_in: SignIn,
) -> None:
    client = sign_in("archivist", "publisher")
    person = world.journalist()
    client.post(at("publish_name", person))
    assert PublicAuthority.objects.filter(name_en=person.byline_en).exists()
    assert saved(client, person, protection="withheld").status_code == 302
    assert not PublicAuthority.objects.filter(name_en=person.byline_en).exists()


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


def test_a_custodian_looks_with_a_reason_and_the_look_is_recorded_first(
    sign_in: SignIn, sealed: Journalist
) -> None:
    client = sign_in("custodian")
    address = at("sealed", sealed)
    assert LEGAL_NAME not in client.get(address).content.decode()
    assert LEGAL_NAME not in client.post(address, {"why": ""}).content.decode()
    assert not CustodyEvent.objects.filter(type="archive:unsealing").exists()

    shown = client.post(address, {"why": "to answer a request of theirs"})
    assert LEGAL_NAME in shown.content.decode() and CONTACT in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    event = CustodyEvent.objects.get(type="archive:unsealing")
    assert event.agent == client.user  # type: ignore[attr-defined]
    assert event.subject == f"people_journalist:{sealed.pk}"
    assert event.detail == {"reason": "to answer a request of theirs"}


def test_a_custodian_changes_what_is_sealed(sign_in: SignIn, sealed: Journalist) -> None:
    client = sign_in("custodian")
    written = {"legal_name": "Huda Q.", "contacts": "", "notes": ""}
    assert client.post(at("sealed", sealed), written).status_code == 302
    identity = SealedIdentity.objects.get()
    assert (identity.read("legal_name"), identity.read("contacts")) == ("Huda Q.", "")
    fresh = world.witness()
    client.post(at("sealed", fresh), written)
    assert SealedIdentity.objects.get(witness=fresh).read("legal_name") == "Huda Q."


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
