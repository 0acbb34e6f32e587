"""The first whole pass: a phone clip goes in at one end, and a viewer watches it at the other."""

import csv
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from footage.management.commands.load_reference import load_gazetteer
from footage.models import Clip
from footage.tasks import examine, render
from people.models import Journalist
from tests import world
from tests.browser.conftest import MEDIA, session_of, signed_in
from tests.windows import window
from tests.workshop.conftest import member

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Resolves to the time reached, once the clip really moves.
PLAY = """video => new Promise((reached) => {
    video.muted = true;
    video.ontimeupdate = () => video.currentTime > 0.2 && reached(video.currentTime);
    video.play();
})"""
PHONE_CLIP = MEDIA / "syn_android_al-shaar.mp4"


@pytest.fixture
def journalist(transactional_db: None) -> Journalist:
    load_gazetteer()
    person: Journalist = world.journalist("Nour of the roofs")
    return person


def take_in(page: "Page", site: str) -> Clip:
    page.goto(f"{site}/admin/footage/clip/add/")
    page.set_input_files("input[type=file]", str(PHONE_CLIP))
    page.fill("[name=title_en]", "A street in the morning")
    page.fill("[name=title_ar]", "شارع في الصباح")
    page.get_by_role("button", name="Take in").click()
    page.wait_for_url(re.compile(r"/change/"))
    clip = Clip.objects.get()
    # The worker's part, in this process.
    examine(clip.master)
    clip.master.refresh_from_db()
    render(clip.master)
    page.reload()
    return clip


def describe(page: "Page", person: Journalist) -> None:
    """Accept what was suggested, then decide what nobody can suggest."""
    assert page.locator("#id_filmed").input_value() == "", "nothing suggested is filled in unasked"
    for _place_then_date in range(2):
        page.get_by_role("button", name="Use this").first.click()
        page.wait_for_load_state()
    page.fill("[name=summary_en]", "People walk to work.")
    page.fill("[name=summary_ar]", "ناس في طريقهم إلى العمل.")
    page.select_option("[name=original_language]", "ar")
    page.select_option("[name=advisory_level]", "none")
    page.select_option("[name=rights]", "cc-by-4-0")
    page.select_option("[name=credit]", "byline")
    page.check("[name=subjects][value=street-life]")
    # The autocomplete field is a select that searches; its option is what choosing would make.
    page.evaluate(
        """([id, name]) => {
            const field = document.getElementById("id_journalist");
            field.append(new Option(name, id, true, true));
        }""",
        [str(person.pk), person.byline_en],
    )
    page.locator("[name=_continue]").first.click()
    page.wait_for_load_state()


def test_a_phone_clip_is_taken_in_described_published_found_watched_and_exported(
    browser: "Browser", site: str, journalist: Journalist, tmp_path: Path
) -> None:
    with window(browser) as page:
        signed_in(page, site, session_of(member("rima", "archivist", "publisher")))
        clip = take_in(page, site)
        assert clip.master.digest[:16] in page.content().replace("<wbr>", "")
        assert page.locator("video").count() == 1
        describe(page, journalist)
        clip.refresh_from_db()
        assert clip.location is not None
        assert clip.location.slug == "al-shaar"
        page.get_by_role("link", name="Publish", exact=True).click()
        page.get_by_text("Everybody will be able to see it").first.wait_for()
        page.get_by_role("button", name="Publish").click()
        page.wait_for_url(re.compile(r"/change/"))

    for language, title in (("en", "A street in the morning"), ("ar", "شارع في الصباح")):
        with window(browser, width=360, javascript=False) as reader:
            day = clip.filmed_from
            assert day is not None
            for address in (
                f"/{language}/neighbourhoods/al-shaar/",
                f"/{language}/dates/{day.year}/{day.month}/{day.day}/",
            ):
                reader.goto(site + address)
                assert reader.get_by_text(title).count() >= 1, address
            reader.get_by_text(title).first.click()
            reader.wait_for_url(f"**/{language}/clips/{clip.reference}/")
            reader.get_by_text("Nour of the roofs").first.wait_for()

    with window(browser) as viewer:
        viewer.goto(f"{site}/en/clips/{clip.reference}/")
        assert viewer.locator("video").evaluate(PLAY) > 0.2
        with viewer.expect_download() as download:
            viewer.evaluate("location = '/export/clips.csv'")
        path = tmp_path / "clips.csv"
        download.value.save_as(path)
        lines = viewer.request.get(f"{site}/export/clips.jsonl").text().splitlines()

    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    (record,) = map(json.loads, lines)
    assert row["reference"] == record["reference"] == clip.reference
    assert row["title_ar"] == "شارع في الصباح"
    assert record["filmed"] == clip.filmed_from.isoformat()
