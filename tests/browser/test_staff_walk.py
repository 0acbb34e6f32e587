"""Staff come and go: invited, enrolled, signed in, reset by two; and an auditor reads of all of it.

Once as an English desk has it, once on a narrow Arabic screen. With PICTURES_OF_TESTS=<folder>
every page is kept there as a picture, to be looked at.
"""

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from footage.models import TwoPersonRequest
from tests import world
from tests.browser.conftest import session_of, signed_in
from tests.windows import window
from tests.workshop.conftest import gave_second_factor, member

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "seven quiet bakers"
NO_SCROLL = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def looked_at(page: "Page", name: str, language: str) -> None:
    """The page fits its window and reads in its direction; keep its picture when asked to."""
    if folder := os.environ.get("PICTURES_OF_TESTS"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        path = Path(folder, f"{name}-{language}-{width}.png")
        page.screenshot(path=str(path), full_page=True)
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate(NO_SCROLL), f"{name} is wider than its window"


def press(page: "Page") -> None:
    """Press the one button of a page that acts."""
    with page.expect_navigation():
        page.locator("#content form [type=submit]").last.click()


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 360)])
def test_staff_are_invited_enrol_sign_in_and_are_reset_by_two(
    browser: "Browser", site: str, settings: Any, language: str, width: int
) -> None:
    first, second = member("first", "administrator"), member("second", "administrator")
    auditor = member("auditor", "auditor")
    world.published()

    @contextmanager
    def opened(user: User | None = None) -> Any:
        with window(browser, width=width, language=language) as page:
            session = None
            if user is not None:
                client = Client()
                client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
                gave_second_factor(client)
                session = client.session.session_key
            signed_in(page, site, session, language)
            yield page

    # Invited.
    with opened(first) as page:
        page.goto(site + reverse("admin:auth_user_add"))
        page.fill("[name=username]", "salma")
        page.locator("[name=groups]").first.check()
        looked_at(page, "1-invite", language)
        with page.expect_navigation():
            page.locator("[name=_save]").first.click()
        looked_at(page, "2-link", language)
        link = page.locator(".handover code").inner_text()
    salma = User.objects.get(username="salma")

    # Comes, sets a password, enrols a factor.
    with opened() as page:
        page.goto(link)
        looked_at(page, "3-invitation", language)
        page.fill("[name=new_password1]", PASSWORD)
        page.fill("[name=new_password2]", PASSWORD)
        press(page)
        looked_at(page, "4-sign-in", language)
        page.fill("[name=login]", "salma")
        page.fill("[name=password]", PASSWORD)
        press(page)
        page.wait_for_url(f"**{reverse('mfa_activate_totp')}")
        looked_at(page, "5-enrol", language)
        secret = page.locator("#content code").first.inner_text()
        page.fill("[name=code]", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
        press(page)
        looked_at(page, "6-recovery-codes", language)
        page.goto(f"{site}/admin/")
        looked_at(page, "7-workshop", language)
        page.goto(site + reverse("mfa_index"))
        looked_at(page, "8-security", language)

    # Signs in with it another time.
    with opened() as page:
        page.goto(f"{site}/admin/")
        page.fill("[name=login]", "salma")
        page.fill("[name=password]", PASSWORD)
        press(page)
        looked_at(page, "9-second-factor", language)
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + 1))
        page.locator("[name=code]").first.fill(code)
        with page.expect_navigation():
            page.locator("[name=code]").first.press("Enter")
        assert page.url.startswith(f"{site}/admin/") and "account" not in page.url

        # Loses it: one asks, the other agrees, and this window is out.
        with opened(first) as desk:
            desk.goto(site + reverse("admin:auth_user_change", args=[salma.pk]))
            looked_at(desk, "10-colleague", language)
            desk.goto(site + reverse("admin:auth_user_lost_factor", args=[salma.pk]))
            desk.fill("[name=reason]", "She rang me up.")
            looked_at(desk, "11-ask", language)
            press(desk)
        with opened(second) as desk:
            asked = TwoPersonRequest.objects.get()
            desk.goto(site + reverse("admin:footage_twopersonrequest_agree", args=[asked.pk]))
            looked_at(desk, "12-agree", language)
            press(desk)
        page.goto(f"{site}/admin/")
        assert "/account/login/" in page.url
        looked_at(page, "13-signed-out", language)
    assert not Authenticator.objects.filter(user=salma).exists()

    # All of it is there for the auditor.
    with opened(auditor) as page:
        page.goto(site + reverse("admin:custody_custodyevent_changelist"))
        looked_at(page, "14-custody", language)
        page.goto(f"{page.url}?chain=auth_user:{salma.pk}")
        looked_at(page, "15-chain", language)
        assert page.locator("#result_list tbody tr").count() == 6
        page.goto(site + reverse("admin:custody_custodyevent_export") + "?type=archive:roles")
        looked_at(page, "16-export", language)
        with page.expect_download() as download:
            page.locator("#content form [type=submit]").last.click()
        assert "salma" in Path(download.value.path()).read_text()
