"""Two walks in both languages: reading a sealed identity, and taking a consent back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.adapter import get_adapter
from django.contrib.auth.models import User
from django.urls import reverse

from footage.catalogue.models import PublicRecord
from footage.custody.models import CustodyEvent
from people.models import Consent
from tests import world
from tests.browser.conftest import session_of, signed_in
from tests.windows import window
from tests.workshop.conftest import member
from tests.workshop.test_sign_in import code_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEGAL_NAME = "هدى النجار"
WORDS = {
    "en": {
        "ask": "Ask another custodian",
        "agree": "Agree",
        "look": "Look",
        "sealed": "Legal name and contacts",
        "consent": "Record consent or refusal",
        "continue": "Continue",
        "record": "Record it, with all that follows",
    },
    "ar": {
        "ask": "اطلب من حافظ آخر",
        "agree": "أوافق",
        "look": "اطّلع",
        "sealed": "الاسم القانوني ووسائل الاتصال",
        "consent": "سجّل موافقة أو رفضًا",
        "continue": "متابعة",
        "record": "سجّله مع كل ما يترتب عليه",
    },
}


@contextmanager
def workshop(
    browser: "Browser", site: str, user: User, language: str, **options: Any
) -> "Iterator[Page]":
    with window(browser, **options) as page:
        signed_in(page, site, session_of(user), language)
        yield page


def code_for(user: User) -> str:
    secret = user.authenticator_set.get(type="totp").data["secret"]  # type: ignore[attr-defined]
    return code_of(get_adapter().decrypt(secret))


def confirm(page: "Page", user: User) -> None:
    """This session gave no second factor yet: it is asked for, and leads back."""
    page.fill("[name=code]", code_for(user))
    page.locator("main button[type=submit], main input[type=submit]").first.click()


def no_wider_than_the_window(page: "Page") -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_two_custodians_open_a_sealed_identity(
    browser: "Browser", site: str, language: str
) -> None:
    words = WORDS[language]
    person = world.journalist("Nour")
    world.sealed_identity(person, legal_name=LEGAL_NAME, contacts="+963 944 000 111")
    asks, agrees = member("first", "custodian"), member("second", "custodian")
    desk = site + reverse("admin:people_journalist_change", args=[person.pk])
    with workshop(browser, site, asks, language, width=360) as page:
        page.goto(desk)
        page.get_by_role("link", name=words["sealed"]).click()
        assert no_wider_than_the_window(page)
        page.fill("[name=why]", "She asked us for her file.")
        page.get_by_role("button", name=words["ask"]).click()
        page.wait_for_url(desk)
    with workshop(browser, site, agrees, language, javascript=False) as page:
        page.goto(site + reverse("admin:footage_twopersonrequest_changelist"))
        page.locator("#result_list tbody th a").click()
        page.get_by_text("She asked us for her file.").first.wait_for()
        page.get_by_role("link", name=words["agree"]).click()
        confirm(page, agrees)
        page.get_by_role("button", name=words["agree"]).click()
        page.wait_for_url(re.compile("/change/"))
    with workshop(browser, site, asks, language) as page:
        page.goto(desk)
        page.get_by_role("link", name=words["sealed"]).click()
        confirm(page, asks)
        page.wait_for_url(re.compile("/sealed/"))
        page.get_by_role("button", name=words["look"], exact=True).click()
        assert page.locator("[name=legal_name]").input_value() == LEGAL_NAME
    told = CustodyEvent.objects.filter(subject=f"people_journalist:{person.pk}")
    # The pages on the way, which show consents, are told of too.
    assert {event.type for event in told} >= {
        *("archive:request", "archive:agreement", "archive:unsealing"),
    }


@pytest.mark.parametrize("language", ["en", "ar"])
def test_taking_consent_back_is_shown_before_it_is_done(
    browser: "Browser", site: str, language: str
) -> None:
    words = WORDS[language]
    clip = world.clip()
    world.transcript(clip, "ar", (0, 4000, "مقدمة"))
    world.published(clip)
    archivist = member("rima", "archivist")
    desk = site + reverse("admin:people_journalist_change", args=[clip.journalist.pk])
    with workshop(browser, site, archivist, language, width=360) as page:
        page.goto(desk)
        page.get_by_role("link", name=words["consent"]).click()
        page.select_option("[name=use]", "view")
        page.fill("[name=how_recorded]", "By telephone.")
        page.get_by_role("button", name=words["continue"]).click()
        page.get_by_text(clip.reference).first.wait_for()
        assert no_wider_than_the_window(page)
        assert PublicRecord.objects.live().exists() and Consent.objects.count() == 1
        page.get_by_role("button", name=words["record"]).click()
        page.wait_for_url(desk)
    assert not PublicRecord.objects.live().exists()
    with window(browser) as reader:
        gone = reader.goto(f"{site}/{language}/clips/{clip.reference}/")
        assert gone is not None and gone.status == 410
        assert "Nour" not in reader.content()
