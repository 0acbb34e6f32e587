"""Publish, revise and withdraw from the workshop: first what will follow, then the act."""

from typing import Any

import pytest
from django.urls import reverse

from footage import publishing
from footage.catalogue.models import PublicRecord
from footage.custody.models import CustodyEvent
from footage.models import TwoPersonRequest
from tests import world
from tests.workshop.conftest import SignIn

pytestmark = pytest.mark.django_db


def at(act: str, item: Any, *more: str) -> str:
    return reverse(f"admin:footage_{item._meta.model_name}_{act}", args=[item.pk, *more])


def test_a_clip_is_published_revised_and_withdrawn(sign_in: SignIn) -> None:
    client = sign_in("publisher")
    clip = world.clip()
    page = client.get(at("publish", clip)).content.decode()
    assert "Everybody will be able to see it" in page
    assert publishing.state_of(clip) == "draft", "looking publishes nothing"

    assert client.post(at("publish", clip)).status_code == 302
    assert publishing.state_of(clip) == "published"
    assert said_instead(client, at("publish", clip)) == "Nothing was done: it is published now."
    assert "published now" in said_instead(client, at("reinstate", clip))

    clip.title_en = "Bread queue before dawn"
    clip.save()
    assert "changed since it was published" in client.get(at("change", clip)).content.decode()
    assert client.post(at("revise", clip)).status_code == 302
    assert PublicRecord.objects.get().read().title_en == "Bread queue before dawn"

    assert "tombstone" in client.get(at("withdraw", clip)).content.decode()
    assert client.post(at("withdraw", clip), {"reason": "because"}).status_code == 200
    assert publishing.state_of(clip) == "published", "a class of reason is needed"
    assert client.post(at("withdraw", clip), {"reason": "safety"}).status_code == 302
    assert publishing.state_of(clip) == "withdrawn"
    for act in ("publish", "revise", "withdraw"):
        assert "withdrawn now" in said_instead(client, at(act, clip)), act
    for act in ("revise", "withdraw", "reinstate"):
        assert "a draft" in said_instead(client, at(act, world.clip())), act


def said_instead(client: Any, address: str) -> str:
    """What somebody is told on the thing's own page who came to an act too late."""
    told = ""
    for answer in (client.get(address, follow=True), client.post(address, follow=True)):
        assert [status for _at, status in answer.redirect_chain] == [302]
        assert answer.redirect_chain[0][0].endswith("/change/")
        told = str(list(answer.context["messages"])[-1])
    return told


def test_a_testimony_is_published_and_withdrawn(sign_in: SignIn) -> None:
    client = sign_in("publisher")
    testimony = world.testimony(world.clip())
    assert client.post(at("publish", testimony)).status_code == 302
    assert publishing.state_of(testimony) == "published"
    client.post(at("withdraw", testimony), {"reason": "safety"})
    assert publishing.state_of(testimony) == "withdrawn"


def test_a_refusal_names_every_reason_and_leads_to_its_field(sign_in: SignIn) -> None:
    client = sign_in("publisher")
    clip = world.clip(rights="", filmed="", advisory_level="")
    answer = client.post(at("publish", clip))
    page = answer.content.decode()
    assert publishing.state_of(clip) == "draft"
    for field in ("rights", "filmed", "advisory_level"):
        assert f"{at('change', clip)}#id_{field}" in page
    form = client.get(at("change", clip)).content.decode()
    for field in ("rights", "filmed", "advisory_level"):
        assert f'id="id_{field}"' in form
    assert 'value="Publish"' not in page


def test_of_sealed_words_a_publisher_learns_only_that_a_custodian_is_needed(
    sign_in: SignIn,
) -> None:
    person = world.journalist("Rana")
    world.sealed_identity(person, legal_name="Huda Alnajjar")
    clip = world.clip(journalist=person, summary_en="Filmed by Huda Alnajjar at dawn.")
    publisher, custodian = sign_in("publisher"), sign_in("custodian")
    page = publisher.get(at("publish", clip)).content.decode()
    assert "needs a custodian" in page and "Alnajjar" not in page
    publisher.post(at("publish", clip), {"override_reason": "I want to"})
    assert publishing.state_of(clip) == "draft"

    assert "override_reason" in custodian.get(at("publish", clip)).content.decode()
    custodian.post(at("publish", clip), {"override_reason": ""})
    assert publishing.state_of(clip) == "draft", "an override needs its reason"
    custodian.post(at("publish", clip), {"override_reason": "it is a street of that name"})
    assert publishing.state_of(clip) == "published"
    assert CustodyEvent.objects.filter(subject=clip.reference, type="archive:override").exists()


def test_several_clips_are_published_by_the_same_function(sign_in: SignIn) -> None:
    client = sign_in("publisher")
    ready = world.clip()
    unready = world.clip(journalist=ready.journalist, rights="")
    answer = client.post(
        reverse("admin:footage_clip_changelist"),
        {"action": "publish_selected", "_selected_action": [ready.pk, unready.pk]},
        follow=True,
    )
    assert publishing.state_of(ready) == "published"
    assert publishing.state_of(unready) == "draft"
    assert f"{unready.reference}: Choose the rights." in answer.content.decode()


def test_a_cataloguer_is_not_offered_to_publish_several(sign_in: SignIn) -> None:
    client = sign_in("cataloguer")
    clip = world.clip()
    address = reverse("admin:footage_clip_changelist")
    assert "publish_selected" not in client.get(address).content.decode()
    client.post(address, {"action": "publish_selected", "_selected_action": [clip.pk]})
    assert publishing.state_of(clip) == "draft"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_preview_is_the_readers_page_with_the_drafts_names_and_copies(
    sign_in: SignIn, language: str
) -> None:
    client = sign_in("cataloguer")
    clip = world.clip()
    page = client.get(at("preview", clip, language)).content.decode()
    assert f'lang="{language}"' in page
    assert (clip.title_ar if language == "ar" else clip.title_en) in page
    assert ("الشعار" if language == "ar" else "al-Shaar") in page
    copy = clip.master.renditions.get(role="playable")
    assert at("working", clip).replace(str(clip.pk), copy.name) in page
    assert publishing.state_of(clip) == "draft"
    assert not PublicRecord.objects.exists()


def test_the_preview_of_a_bare_draft_says_what_is_missing(sign_in: SignIn) -> None:
    client = sign_in("publisher")
    clip = world.clip(filmed="", credit="", rights="", original_language="")
    answer = client.get(at("preview", clip, "en"))
    assert answer.status_code == 200
    assert client.get(at("preview", clip, "fr")).status_code == 404


def test_the_list_is_filtered_by_state_and_found_by_title_or_reference(sign_in: SignIn) -> None:
    client = sign_in("publisher")
    public = world.clip(title_en="The bakery")
    draft = world.clip(journalist=public.journalist, title_en="The school")
    publishing.publish(public, by=world.publisher())
    address = reverse("admin:footage_clip_changelist")

    def shown(**query: str) -> list[str]:
        page = client.get(address, query).content.decode()
        return [clip.title_en for clip in (public, draft) if clip.reference in page]

    assert shown() == ["The bakery", "The school"]
    assert shown(state="published") == ["The bakery"]
    assert shown(state="draft") == ["The school"]
    assert shown(state="withdrawn") == []
    assert shown(q="bakery") == ["The bakery"]
    assert shown(q=draft.reference.lower().replace("-", "")) == ["The school"]


def test_a_decision_without_consent_is_signed_by_a_publisher_alone(sign_in: SignIn) -> None:
    person = world.journalist("Sami", uses=())
    clip = world.clip(journalist=person, credit="withheld")
    archivist, publisher = sign_in("archivist"), sign_in("publisher")
    for client in (archivist, publisher):
        form = client.get(at("change", clip)).context["adminform"].form
        written = {**{name: form.initial.get(name) or "" for name in form.fields}}
        written = {name: value for name, value in written.items() if value not in ("", False)}
        written["decision_reason"] = "The public must know of this strike."
        for formset in client.get(at("change", clip)).context["inline_admin_formsets"]:
            management = formset.formset.management_form
            written |= {management.add_prefix(n): v for n, v in management.initial.items()}
        answer = client.post(at("change", clip), written)
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        clip.refresh_from_db()
        if client is archivist:
            assert not clip.decision_reason and clip.decision_by is None
    assert clip.decided_without_consent and clip.decision_by == publisher.user  # type: ignore[attr-defined]


@pytest.mark.parametrize(("language", "warned"), [("en", "This clip is public"), ("ar", "منشور")])
def test_the_page_names_the_neighbours_that_give_a_place_away_and_asks_for_a_decision(
    sign_in: SignIn, language: str, warned: str
) -> None:
    client = sign_in("publisher")
    client.cookies["django_language"] = language
    finer = world.clip(
        location=world.bakery_street(), location_precision="site", title_en="At the oven"
    )
    publishing.publish(finer, by=world.publisher())
    clip = world.clip(location=world.bakery_street())
    page = client.get(at("publish", clip)).content.decode()
    assert warned in page
    assert finer.reference in page and at("change", finer) in page
    assert client.post(at("publish", clip)).status_code == 200
    assert publishing.state_of(clip) == "draft"

    looked_at = f"place clip {finer.reference} {clip.reference}"
    stale = {"decided": "on", "looked_at": f"place clip AA-OLD {clip.reference}"}
    assert client.post(at("publish", clip), stale).status_code == 200
    assert publishing.state_of(clip) == "draft", "another list was looked at"
    answer = client.post(at("publish", clip), {"decided": "on", "looked_at": looked_at})
    assert answer.status_code == 302
    event = CustodyEvent.objects.get(type="archive:disclosure")
    assert (event.subject, event.agent) == (clip.reference, client.user)  # type: ignore[attr-defined]


def test_of_several_one_that_is_given_away_is_refused_and_told_where_to_decide(
    sign_in: SignIn,
) -> None:
    client = sign_in("publisher")
    world.published(world.clip(location=world.bakery_street(), location_precision="site"))
    clip = world.clip(location=world.bakery_street())
    answer = client.post(
        reverse("admin:footage_clip_changelist"),
        {"action": "publish_selected", "_selected_action": [clip.pk]},
        follow=True,
    )
    assert "gives away what its date or place hides" in answer.content.decode()
    assert publishing.state_of(clip) == "draft"


def test_two_publishers_publish_again_what_was_withdrawn(sign_in: SignIn) -> None:
    first, second = sign_in("publisher"), sign_in("publisher", username="second")
    clip = world.clip()
    world.published(clip)
    publishing.withdraw(clip.reference, reason="mistake", by=world.publisher())
    assert at("reinstate", clip) in first.get(at("change", clip)).content.decode()
    assert "takes two persons" in first.get(at("reinstate", clip)).content.decode()
    assert first.post(at("reinstate", clip), {"reason": "It was cleared."}).status_code == 302
    waiting = first.get(at("reinstate", clip)).content.decode()
    assert "waits for the agreement" in waiting
    assert first.post(at("reinstate", clip), {"reason": "Again."}).status_code == 200
    assert publishing.state_of(clip) == "withdrawn"

    asked = TwoPersonRequest.objects.get()
    agree = reverse("admin:footage_twopersonrequest_agree", args=[asked.pk])
    assert first.post(agree).status_code == 403
    assert "It was cleared." in second.get(agree).content.decode()
    assert second.post(agree).status_code == 302
    assert publishing.state_of(clip) == "withdrawn", "agreeing publishes nothing yet"
    assert "keeps its reference" in first.get(at("reinstate", clip)).content.decode()
    assert first.post(at("reinstate", clip)).status_code == 302
    assert publishing.state_of(clip) == "published"
