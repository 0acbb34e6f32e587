"""A request to take a clip down, from the clip's page to the outcome, in both languages."""

import re
from typing import TYPE_CHECKING

import pytest

from footage.custody.models import CustodyEvent, EventType
from footage.inbox.models import Message
from tests import world
from tests.browser.conftest import session_of, signed_in
from tests.windows import window
from tests.workshop.conftest import member

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "يظهر أخي عند الباب في الثانية الثالثة، وما زالت عائلته هناك."
SAID = {
    "en": {
        "report": "Report a concern about this record",
        "send": "Send",
        "look": "Look",
        "hide": "Hide now",
        "read": "Read",
        "answer": "Answer",
        "hidden": "The record is no longer shown. We are still examining what you wrote.",
        "withdrawn": "The record was withdrawn and is no longer shown.",
        "undecided": "Nothing is decided under this code yet.",
    },
    "ar": {
        "report": "بلّغنا بما يقلقك في هذا السجل",
        "send": "إرسال",
        "look": "اطّلع",
        "hide": "إخفاء الآن",
        "read": "قراءة",
        "answer": "الجواب",
        "hidden": "لم يعد السجل معروضًا. ولا نزال ننظر في ما كتبته.",
        "withdrawn": "سُحب السجل ولم يعد معروضًا.",
        "undecided": "لم يتقرّر شيء بعد تحت هذا الرمز.",
    },
}


def write(page: "Page", site: str, language: str, reference: str) -> str:
    """Ask on the clip's own page that it be taken down; return the code."""
    said = SAID[language]
    page.goto(f"{site}/{language}/clips/{reference}/")
    page.get_by_role("link", name=said["report"]).click()
    assert page.locator("[name=reference]").input_value() == reference
    page.check("[name=concern][value=removal]")
    page.check("[name=urgent]")
    page.fill("[name=words]", WORDS)
    page.get_by_role("button", name=said["send"]).click()
    code = page.locator(".code").inner_text().strip()
    assert re.fullmatch(r"(?:\w{4}-){3}\w{4}", code)
    assert page.context.cookies() == []
    return code


def outcome(page: "Page", site: str, language: str, code: str) -> str:
    page.goto(f"{site}/{language}/safety/outcome/")
    page.fill("[name=code]", code.lower())
    page.get_by_role("button", name=SAID[language]["look"]).click()
    decided = page.locator(".decided strong").inner_text()
    assert code not in page.url
    return decided


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_request_is_written_hidden_upon_answered_and_looked_up(
    browser: "Browser", site: str, language: str
) -> None:
    said, row = SAID[language], world.published()
    # The asker's old phone: narrow, without scripts.
    with (
        window(browser, width=360, javascript=False) as asker,
        window(browser) as staff,
    ):
        code = write(asker, site, language, row.reference)
        assert outcome(asker, site, language, code) == said["undecided"]

        signed_in(staff, site, session_of(member("rima", "publisher")), language)
        staff.goto(f"{site}/admin/")
        staff.locator(".inbox-waiting a").click()
        staff.get_by_role("link", name=row.reference).click()
        staff.get_by_role("link", name=said["read"], exact=True).click()
        staff.get_by_role("button", name=said["read"]).click()
        assert staff.locator(".opened-words").inner_text() == WORDS

        staff.locator(".opened ~ .verbs").get_by_role("link", name=said["hide"]).click()
        staff.get_by_role("button", name=said["hide"]).click()
        staff.wait_for_url(re.compile(r"/change/"))
        gone = asker.goto(f"{site}/{language}/clips/{row.reference}/")
        assert gone is not None
        assert gone.status == 410
        assert outcome(asker, site, language, code) == said["hidden"]

        staff.get_by_role("link", name=said["answer"], exact=True).click()
        staff.check("[name=answer][value=withdrawn]")
        staff.get_by_role("button", name=said["answer"]).click()
        staff.wait_for_url(re.compile(r"/change/"))
        assert outcome(asker, site, language, code) == said["withdrawn"]
    subject = f"inbox_message:{Message.objects.get().pk}"
    acts = CustodyEvent.objects.filter(subject=subject).order_by("recorded_at")
    assert list(acts.values_list("type", flat=True)) == [
        EventType.UNSEALING,
        EventType.REQUEST_TAKEN,
        EventType.REQUEST_HIDDEN,
        EventType.REQUEST_ANSWERED,
    ]
