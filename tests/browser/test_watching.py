"""Watching a clip: its transcript, a segment shared, the gate, little data, keys, no script."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import MEDIA
from tests.reading_room import rows
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

expect = pytest.importorskip("playwright.sync_api").expect
# Stands still at a second.
AT = """(video, second) => new Promise((reached) => {
    video.muted = true;
    video.onseeked = () => reached();
    const go = () => (video.currentTime = second);
    if (video.readyState > 0) { go(); } else { video.onloadedmetadata = go; video.load(); }
})"""
# Comes true while it plays, or at once.
COMES_TRUE = """video => new Promise((reached) => {
    const look = () => (CONDITION) && reached(true);
    video.addEventListener("timeupdate", look);
    video.addEventListener("pause", look);
    look();
})"""
FILM = (MEDIA / "ax__silent-black-10s.mp4").read_bytes()
LINES = ("مقدمة", "لم يكن عندنا ماء", "ثم جاء الخبز")
IN_ENGLISH = ("Introduction", "We had no water", "Then the bread came")


@pytest.fixture
def clip(transactional_db: None) -> Callable[..., rows.PublicRecord]:
    """`clip(advisory_level="graphic")`: a video with a transcript in two languages."""

    def made(**stated: object) -> rows.PublicRecord:
        reference = rows.a_reference()
        spoken = [
            rows.a_transcript(
                reference,
                language,
                *((3 * second, 3 * second + 3, "", text) for second, text in enumerate(texts)),
            )
            for language, texts in (("ar", LINES), ("en", IN_ENGLISH))
        ]
        copies = (
            rows.a_copy(FILM, "playable", duration_s=10.0),
            rows.a_copy(FILM + b"\0" * 8, "playable-240", duration_s=10.0),
            rows.a_copy((MEDIA / "exif_csv_injection.jpg").read_bytes(), "poster", "jpg"),
        )
        given = {"renditions": copies, "transcripts": tuple(spoken), "duration_s": 10.0, **stated}
        return rows.publish(rows.a_document(reference, **given))

    return made


def asked_for_media(page: "Page") -> list[str]:
    """The media that the page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: "/media/" in request.url and asked.append(request.url))
    return asked


def line(page: "Page", text: str) -> "Locator":
    return page.locator("[data-transcript] li").filter(has_text=text)


def comes_true(page: "Page", condition: str) -> None:
    """Wait until `condition`, of `video`, is true."""
    page.locator("video").evaluate(COMES_TRUE.replace("CONDITION", condition))


def seconds(page: "Page") -> float:
    return float(page.locator("video").evaluate("video => video.currentTime"))


# --- The transcript -----------------------------------------------------------------------------
def test_the_line_being_spoken_is_marked_and_every_line_leads_to_its_second(
    page: "Page", site: str, clip: Callable[..., rows.PublicRecord]
) -> None:
    page.goto(f"{site}/en/clips/{clip().reference}/")
    asked = asked_for_media(page)
    line(page, "Then the bread came").locator(".line-time a").click()
    expect(line(page, "Then the bread came")).to_have_attribute("aria-current", "true")
    assert asked and seconds(page) >= 6
    page.locator("video").evaluate("video => { video.pause(); video.currentTime = 3.5; }")
    expect(line(page, "We had no water")).to_have_attribute("aria-current", "true")
    expect(page.locator("[aria-current=true][data-from]")).to_have_count(1)
    # Following scrolls the list and never the page.
    page.get_by_label("Scroll along while it plays").check()
    before = page.evaluate("scrollY")
    page.locator("video").evaluate("video => (video.currentTime = 7)")
    expect(line(page, "Then the bread came")).to_have_attribute("aria-current", "true")
    assert page.evaluate("scrollY") == before


def test_the_transcript_is_searched_and_shown_in_one_language_or_both(
    page: "Page", site: str, clip: Callable[..., rows.PublicRecord]
) -> None:
    page.goto(f"{site}/ar/clips/{clip().reference}/")
    page.get_by_label("البحث في النص").fill("مآء")
    expect(page.locator("[data-found]")).to_have_text("السطر 1 من أصل 1")
    expect(line(page, "We had no water")).to_have_class(re.compile("line-here"))
    page.get_by_label("البحث في النص").fill("no such word")
    expect(page.locator("[data-found]")).to_have_text("لا سطر فيه ذلك.")
    arabic, english = page.get_by_text(LINES[1]), page.get_by_text(IN_ENGLISH[1])
    page.get_by_label("الإنكليزية", exact=True).check()
    expect(english).to_be_visible()
    expect(arabic).to_be_hidden()
    page.get_by_label("جنبًا إلى جنب").check()
    expect(arabic).to_be_visible()


# --- Sharing ------------------------------------------------------------------------------------
def test_a_segment_is_marked_copied_and_stops_at_its_end_for_whoever_gets_it(
    browser: "Browser", site: str, settings: Any, clip: Callable[..., rows.PublicRecord]
) -> None:
    settings.BASE_URL = site
    reference = clip().reference
    with window(browser) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
        page.goto(f"{site}/en/clips/{reference}/")
        page.locator("video").evaluate(AT, 1)
        page.get_by_role("button", name="A segment begins here").click()
        page.locator("video").evaluate(AT, 2)
        page.get_by_role("button", name="It ends here").click()
        expect(page.locator("[data-said]")).to_contain_text(f"/c/{reference}?t=1,2")
        expect(page.locator("[data-link]")).to_have_attribute("href", f"{site}/c/{reference}?t=1,2")
        shared = page.evaluate("navigator.clipboard.readText()")
    assert shared == f"{site}/c/{reference}?t=1,2"
    with window(browser, language="ar") as other:
        other.goto(shared)
        assert other.url == f"{site}/ar/clips/{reference}/?t=1,2"
        other.locator("video").evaluate("video => { video.muted = true; video.play(); }")
        comes_true(other, "video.currentTime >= 1.9 && video.paused")
        assert seconds(other) < 2.6


def named(page: "Page") -> dict[str, Any]:
    """What a clip's page says is shared and cited, and where the files of the citation are."""
    return {
        "label": page.locator("[data-of-segment]").inner_text().strip(),
        "shared": page.locator("[data-link]").inner_text(),
        "frame": page.locator("[data-frame]").input_value(),
        "heading": page.locator("#cite-heading").inner_text(),
        "text": page.locator("#citation").inner_text(),
        "files": page.locator("[data-cited]").evaluate_all(
            "files => files.map((file) => file.getAttribute('href'))"
        ),
        "unapi": page.locator("[data-unapi]").get_attribute("title"),
    }


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_segment_marked_with_the_buttons_is_named_and_cited_as_one_asked_for_by_its_address(
    page: "Page", site: str, settings: Any, clip: Callable[..., rows.PublicRecord], language: str
) -> None:
    settings.BASE_URL = site
    reference = clip(title_en='A "quoted" <title>').reference
    address = f"{site}/{language}/clips/{reference}/"
    mark, citation = page.locator("[data-mark]"), page.locator("#citation")
    page.goto(f"{address}?t=3,4")
    asked = named(page)
    page.goto(f"{address}?t=1,2.5")
    of_another = named(page)
    page.goto(address)
    whole = named(page)
    page.locator("video").evaluate(AT, 3)
    mark.first.click()
    expect(citation).to_contain_text("?t=3")
    page.locator("video").evaluate(AT, 4)
    mark.last.click()
    expect(citation).to_contain_text("?t=3,4")
    assert named(page) == asked
    assert "0:03" in asked["text"] and "0:04" in asked["text"] and whole["label"] != asked["label"]
    assert whole["heading"] != asked["heading"]

    # The line is gone: nothing is cited of a segment that is no longer shared.
    page.route("**/cite/**", lambda route: route.abort())
    page.locator("video").evaluate(AT, 1)
    mark.first.click()
    expect(citation).to_have_text(whole["text"])
    of_the_citation = {"heading": "", "text": "", "files": [], "unapi": ""}
    assert named(page)["heading"] == whole["heading"]
    assert named(page) | of_the_citation == {
        **of_the_citation,
        "label": asked["label"],
        "shared": asked["shared"].replace("t=3,4", "t=1,4"),
        "frame": asked["frame"].replace("t=3,4", "t=1,4"),
    }
    assert [named(page)[each] for each in ("files", "unapi")] == [whole["files"], whole["unapi"]]

    # And it comes back, on a page that came with a segment.
    page.goto(f"{address}?t=3,4")
    page.locator("video").evaluate(AT, 1)
    mark.first.click()
    expect(page.locator("[data-link]")).to_contain_text("?t=1")
    assert named(page)["files"] == asked["files"] and named(page)["text"] == asked["text"]
    page.unroute("**/cite/**")
    page.locator("video").evaluate(AT, 2.5)
    mark.last.click()
    expect(citation).to_contain_text("?t=1,2.5")
    assert named(page) == of_another


def test_no_link_is_made_to_a_second_that_is_not_in_the_record(
    page: "Page", site: str, settings: Any, clip: Callable[..., rows.PublicRecord]
) -> None:
    settings.BASE_URL = site
    reference = clip(duration_s=9.96).reference
    page.goto(f"{site}/en/clips/{reference}/")
    said, link = page.locator("[data-said]"), page.locator("[data-link]")
    video, end = page.locator("video"), page.locator("[data-mark=end]")
    video.evaluate(AT, 10)
    for name in ("Copy the link from here", "A segment begins here"):
        page.get_by_role("button", name=name).click()
        expect(said).to_contain_text("This second is not in the record")
        expect(link).to_have_text(f"{site}/c/{reference}")
    # A tenth before its end there still is something, and a segment may end with the record.
    video.evaluate(AT, 9.955)
    page.get_by_role("button", name="Copy the link from here").click()
    expect(link).to_contain_text("?t=9.9")
    video.evaluate(AT, 10)
    end.click()
    expect(link).to_contain_text("?t=0,9.96")
    video.evaluate(AT, 5)
    page.locator("[data-mark=start]").click()
    expect(link).to_contain_text("?t=5,9.96")
    # What ends before it begins: the later of the two marks counts.
    video.evaluate(AT, 4)
    end.click()
    expect(said).to_contain_text("The end comes before the beginning")
    expect(link).to_contain_text("?t=0,4")
    page.goto(link.get_attribute("href") or "")
    expect(page.locator("#segment-unread")).to_have_count(0)


def test_no_link_is_made_to_seconds_of_a_clip_that_its_testimony_does_not_tell(
    page: "Page", site: str, settings: Any, clip: Callable[..., rows.PublicRecord]
) -> None:
    settings.BASE_URL = site
    carrier = clip()
    told = rows.a_transcript(carrier.reference, "en", (2.25, 6, "", "account"))
    testimony = rows.a_testimony(transcripts=(told,))
    rows.carry(testimony, carrier, 2.25, 6)
    page.goto(f"{site}/en/testimonies/{testimony.reference}/")
    said, link, video = (page.locator(each) for each in ("[data-said]", "[data-link]", "video"))
    for outside in (1, 8):
        video.evaluate(AT, outside)
        page.get_by_role("button", name="Copy the link from here").click()
        expect(said).to_contain_text("This second is not in the record")
    page.locator("[data-mark=end]").click()
    expect(link).to_contain_text(f"/c/{testimony.reference}?t=2.25,6")


def test_the_link_of_a_clip_behind_its_gate_can_be_copied(
    browser: "Browser", site: str, settings: Any, clip: Callable[..., rows.PublicRecord]
) -> None:
    settings.BASE_URL = site
    reference = clip(advisory_level="graphic").reference
    with window(browser) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
        page.goto(f"{site}/en/clips/{reference}/")
        button = page.get_by_role("button", name="Copy the link")
        button.click()
        expect(button).to_contain_text("✓")
        assert page.evaluate("navigator.clipboard.readText()") == f"{site}/c/{reference}"
        expect(page.locator("#share [role=status]")).to_have_text("Copied.")
        # Where it is not allowed the text is marked, and that is said for everybody to read.
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error()); }")
        page.get_by_role("button", name="Copy the citation").click()
        expect(page.locator("#cite [role=status]")).to_have_text(re.compile("The text is marked"))
        assert reference in page.evaluate("getSelection().toString()")


def test_what_is_shared_of_a_testimony_is_its_own_address_or_that_of_the_clip_it_is_in(
    page: "Page", site: str, settings: Any, clip: Callable[..., rows.PublicRecord]
) -> None:
    settings.BASE_URL = site
    clips = [clip(), clip()]
    alone, several = (
        rows.a_testimony(
            transcripts=tuple(
                rows.a_transcript(each.reference, "en", (0, 9, "", "account")) for each in carriers
            )
        )
        for carriers in (clips[:1], clips)
    )
    for testimony, each in ((alone, clips[0]), (several, clips[0]), (several, clips[1])):
        rows.carry(testimony, each, 0, 9)
    for testimony, shared in ((alone, alone), (several, clips[1])):
        page.goto(f"{site}/en/testimonies/{testimony.reference}/")
        part = page.locator("[data-part]").last
        part.locator("video").evaluate(AT, 1)
        part.get_by_role("button", name="A segment begins here").click()
        part.locator("video").evaluate(AT, 2)
        part.get_by_role("button", name="It ends here").click()
        expect(part.locator("[data-said]")).to_contain_text(f"{site}/c/{shared.reference}?t=1,2")
        own = f"{site}/c/{testimony.reference}" + ("?t=1,2" if shared is testimony else "")
        expect(page.locator("[data-link]")).to_have_text(own)


# --- The gate -----------------------------------------------------------------------------------
@pytest.mark.parametrize("javascript", [True, False])
def test_a_gate_gives_out_nothing_until_it_is_opened_and_opens_muted_and_grey(
    browser: "Browser", site: str, clip: Callable[..., rows.PublicRecord], javascript: bool
) -> None:
    graphic = clip(advisory_level="graphic", advisories=(rows.an_advisory("severe-injury", 3, 5),))
    with window(browser, javascript=javascript) as page:
        asked = asked_for_media(page)
        page.goto(f"{site}/c/{graphic.reference}?t=1,2", wait_until="networkidle")
        assert "/media/" not in page.content() and page.locator("video").count() == 0
        assert asked == []
        expect(page.get_by_text("0:03–0:05")).to_be_visible()
        page.get_by_role("link", name="without sound, in grey").click()
        page.wait_for_url(re.compile(r"show=muted&t=1,2"))
        video = page.locator("video")
        expect(video).to_have_css("filter", "grayscale(1)")
        assert video.get_attribute("autoplay") is None
        assert not any(".mp4" in each for each in asked), "nothing plays by itself"
        if javascript:
            assert video.evaluate("video => video.muted && video.paused")
        page.get_by_role("link", name="Close it again").click()
        page.wait_for_url(re.compile(r"/\?t=1,2"))
        # A wish for little data outlives the gate.
        page.goto(f"{site}/en/clips/{graphic.reference}/?show=1&data=low")
        page.get_by_role("link", name="Close it again").click()
        page.wait_for_url(re.compile(r"/\?data=low#player"))
        expect(page.get_by_role("heading", name="Before you watch")).to_be_visible()
        assert page.locator("video").count() == 0
        assert page.context.cookies() == []
        if javascript:
            assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_a_gate_opens_has_the_focus_and_a_name(
    browser: "Browser",
    site: str,
    clip: Callable[..., rows.PublicRecord],
    language: str,
    javascript: bool,
) -> None:
    graphic = clip(advisory_level="graphic")
    gate, opened = {
        "en": ("Before you watch", "The clip"),
        "ar": ("قبل أن تشاهد", "المقطع"),
    }[language]
    focused = "#player:focus"
    with window(browser, width=360, javascript=javascript) as page:
        page.goto(f"{site}/{language}/clips/{graphic.reference}/")
        page.locator("#player .button").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("show=1"))
        expect(page.locator(focused)).to_have_accessible_name(opened)
        expect(page.locator(focused)).to_have_role("region")
        # The next thing of the keyboard is the player itself.
        page.keyboard.press("Tab")
        expect(page.locator("video:focus")).to_be_visible()
        close = page.locator(".player-ways a").last
        close.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/\?#player"))
        expect(page.locator(focused)).to_have_accessible_name(gate)
        # What is read instead has the focus as well.
        page.locator("#player .actions a[href$='#transcript']").press("Enter")
        expect(page.locator("#transcript:focus")).to_be_visible()


# --- Another quality -----------------------------------------------------------------------------
def test_another_quality_goes_on_where_the_first_one_was(
    page: "Page", site: str, clip: Callable[..., rows.PublicRecord]
) -> None:
    page.goto(f"{site}/en/clips/{clip().reference}/")
    page.locator("video").evaluate(AT, 4.2)
    page.locator("ul.choices a").first.click()
    page.wait_for_url(re.compile(r"\?quality=240#player"))
    expect(page.locator("#player:focus")).to_be_visible()
    # Nothing plays by itself, and what is shared is still the whole record.
    video = page.locator("video")
    assert video.evaluate("video => video.paused && video.readyState === 0")
    expect(page.locator("[data-link]")).not_to_have_attribute("href", re.compile("t="))
    video.evaluate("video => { video.muted = true; video.play(); }")
    comes_true(page, "video.currentTime > 4.3")
    # Without having begun there is nothing to go on from.
    page.locator("ul.choices a").last.click()
    page.wait_for_url(re.compile(r"quality=480#player"))
    page.reload()
    page.locator("ul.choices a").first.click()
    page.wait_for_url(re.compile(r"quality=240#player"))
    video.evaluate("video => { video.muted = true; video.play(); }")
    comes_true(page, "video.currentTime > 0.1")
    assert seconds(page) < 4


# --- Little data ---------------------------------------------------------------------------------
def test_a_browser_set_to_save_data_is_led_to_the_page_without_pictures(
    browser: "Browser", site: str, clip: Callable[..., rows.PublicRecord]
) -> None:
    reference = clip().reference
    with window(browser) as page:
        page.add_init_script(
            "Object.defineProperty(Navigator.prototype, 'connection', {value: {saveData: true}})"
        )
        page.goto(f"{site}/en/clips/{reference}/")
        page.wait_for_url(re.compile("data=low"))
        expect(page.locator("video")).not_to_have_attribute("poster", re.compile("."))
        assert page.locator("main img").count() == 0
        # The choice goes along, and asking for pictures is stronger than the browser's wish.
        page.get_by_role("link", name="Footage", exact=True).first.click()
        page.wait_for_url(re.compile(r"/en/clips/\?data=low"))
        page.goto(f"{site}/en/clips/{reference}/?data=low")
        page.locator("main").get_by_role("link", name="Show pictures again").click()
        page.wait_for_url(re.compile("data=full"))
        expect(page.locator("video")).to_have_attribute("poster", re.compile("/media/"))


# --- The keyboard alone ---------------------------------------------------------------------------
def test_the_keyboard_plays_marks_and_shares_and_fields_keep_their_letters(
    page: "Page", site: str, clip: Callable[..., rows.PublicRecord]
) -> None:
    page.goto(f"{site}/ar/clips/{clip().reference}/")
    page.locator("video").evaluate(AT, 1)
    page.get_by_role("button", name="يبدأ الجزء هنا").focus()
    page.keyboard.press("KeyL")
    comes_true(page, "video.currentTime > 9")
    page.keyboard.press("KeyJ")
    comes_true(page, "video.currentTime < 1")
    page.keyboard.press("KeyC")
    assert page.locator("video").evaluate("v => v.textTracks[0].mode") == "showing"
    page.keyboard.press("KeyK")
    comes_true(page, "video.currentTime > 0.2")
    page.keyboard.press("KeyK")
    assert page.locator("video").evaluate("video => video.paused")
    # Letters typed into a field are letters.
    field = page.get_by_label("البحث في النص")
    field.focus()
    page.keyboard.type("klm")
    assert field.input_value() == "klm"
    assert page.locator("video").evaluate("video => video.paused")


# --- Without scripts, and on paper ----------------------------------------------------------------
def test_without_scripts_a_segment_is_an_address_and_no_dead_button_is_shown(
    browser: "Browser", site: str, clip: Callable[..., rows.PublicRecord]
) -> None:
    with window(browser, javascript=False, width=360) as page:
        page.goto(f"{site}/en/clips/{clip().reference}/")
        assert page.locator("[data-script]:visible").count() == 0
        page.get_by_label("From and to, in seconds or as on the clock").fill("0:01,0:02")
        page.get_by_role("button", name="Make its address").click()
        page.wait_for_url(re.compile(r"t=0%3A01%2C0%3A02"))
        expect(page.locator("[data-link]")).to_contain_text("?t=1,2")
        assert (page.locator("video").get_attribute("src") or "").endswith("#t=1,2")
        line(page, "We had no water").locator(".line-time a").click()
        page.wait_for_url(re.compile(r"\?t=3#player"))


def test_on_paper_there_are_the_facts_and_the_words_and_no_controls(
    page: "Page", site: str, clip: Callable[..., rows.PublicRecord]
) -> None:
    reference = clip().reference
    page.goto(f"{site}/en/clips/{reference}/")
    page.emulate_media(media="print")
    for words in (reference, IN_ENGLISH[1], LINES[1], "How we know", "Cite"):
        expect(page.get_by_text(words).first).to_be_visible()
    # Folded away on a screen, where it can be unfolded.
    digest = page.locator("details .digest").first
    expect(digest).to_contain_text("sha256:")
    assert digest.evaluate("digest => digest.checkVisibility({contentVisibilityAuto: true})")
    assert digest.bounding_box()
    for control in ("button", "input", "select", "video", "nav"):
        assert page.locator(f"{control}:visible").count() == 0, control


# --- A testimony ----------------------------------------------------------------------------------
def test_a_testimony_is_followed_in_two_languages_from_one_clip_to_the_next(
    page: "Page", site: str, clip: Callable[..., rows.PublicRecord]
) -> None:
    clips = [clip(), clip()]
    spoken = tuple(
        rows.a_transcript(each.reference, language, (1, 2, "", f"{words} {number}"))
        for number, each in enumerate(clips)
        for language, words in (("ar", "شهادة"), ("en", "account"))
    )
    testimony = rows.a_testimony(transcripts=spoken)
    for each in clips:
        rows.carry(testimony, each, 1, 2)
    page.goto(f"{site}/en/testimonies/{testimony.reference}/")
    page.get_by_label("When a part ends, go on with the next").check()
    page.locator("video").evaluate_all("videos => videos.forEach((v) => (v.muted = true))")
    line(page, "account 0").locator(".line-time a").click()
    expect(line(page, "شهادة 0")).to_have_attribute("aria-current", "true")
    expect(line(page, "شهادة 1")).to_have_attribute("aria-current", "true", timeout=15_000)
    assert page.locator("video").first.evaluate("video => video.paused")
    page.get_by_role("link", name="العربية").click()
    page.wait_for_url(re.compile("/ar/testimonies/"))
    expect(line(page, "account 1").locator("[lang=ar]")).to_be_visible()


# --- A film ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_shots_of_a_film_fit_a_phone_and_stay_a_table_for_whoever_listens(
    browser: "Browser", site: str, clip: Callable[..., rows.PublicRecord], language: str
) -> None:
    rows.names()
    rows.name("film", "a-film", "A film", "فيلم")
    titles = {"title_en": "A queue for bread before sunrise", "title_ar": "طابور الخبز قبل الفجر"}
    clip(shots=(rows.a_shot("a-film", 1, 1, 4), rows.a_shot("a-film", 2, 6, 8)), **titles)
    with window(browser, width=360) as page:
        page.goto(f"{site}/{language}/films/a-film/")
        table = page.locator(".film-shots")
        for width in (320, 360, 700, 1000, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
            for cell in table.locator("tbody :is(th, td)").all():
                assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth + 1"), width
        page.set_viewport_size({"width": 360, "height": 800})
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        roles = [node["role"]["value"] for node in tree if not node["ignored"]]
        assert roles.count("table") == 1 and roles.count("row") == 3
        assert roles.count("columnheader") == 5 and roles.count("rowheader") == 2
        assert roles.count("cell") == 8
        table.locator("a").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"\?t=1,4"))
