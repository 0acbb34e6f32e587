"""The upload page in a real browser, with tus-js-client: nothing is lost, and the truth is told."""

import base64
import hashlib
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import expect

from footage.accession import accession
from footage.ingest.models import Master, Upload
from footage.ingest.write_path import receive
from footage.models import Clip
from footage.tasks.examination import examine
from tests.browser.conftest import MEDIA, Open, Recording, session_of
from tests.browser.uploading import read
from tests.workshop.conftest import member

if TYPE_CHECKING:
    from playwright.sync_api import Route

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]

CHUNK = 6 * 2**20
# Slow enough to be met in the middle of a file, fast enough for a test.
SLOW = 3e6
SECOND = "syn_android_al-fardous.mp4"


@pytest.fixture
def rima(transactional_db: None) -> User:
    cache.clear()
    return member("rima", "archivist")


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hold(path: Path, by: User) -> Clip:
    """The draft of a file that came in earlier."""
    return accession(receive(iter([path.read_bytes()]), by=by, filename=path.name), by=by)


def counted() -> int:
    """How many bytes of the one upload under way the archive has acknowledged."""
    return Upload.objects.filter(state="receiving").values_list("offset", flat=True).first() or 0


def test_many_files_become_drafts_with_suggestions_in_one_list(
    open_page: Open, recording: Recording, rima: User
) -> None:
    files = [recording("morning.mp4", megabytes=7), recording("evening.mp4", of=SECOND)]
    with open_page(rima) as tab:
        tab.go().choose(*files)
        for file in files:
            assert "SHA-256" in tab.ends_as("done", file.name)
        assert "Files: 2 of 2" in read(tab.page.locator("[data-page=facts]"))
        assert {master.digest for master in Master.objects.all()} == set(map(digest_of, files))
        for clip in Clip.objects.all():
            examine(clip.master)

        tab.page.get_by_role("link", name="To describe next").last.click()
        listed = tab.page.locator(".describe-next > li")
        expect(listed).to_have_count(2)
        assert "evening.mp4" in listed.first.inner_text()
        assert "Date: " in listed.first.inner_text()
        listed.first.get_by_role("link", name="Describe").click()
        tab.page.locator("#id_title_en").wait_for()
        # What a browser asks unasked (an icon) is answered on the pages of this work.
        assert tab.said == []


def test_the_source_is_kept_with_each_file(
    open_page: Open, recording: Recording, rima: User
) -> None:
    with open_page(rima) as tab:
        tab.go().page.get_by_label("Source").fill("from N., on a card — من ن.")
        tab.choose(recording("card.mp4"))
        tab.ends_as("done", "card.mp4")
    assert Clip.objects.get().source_note == "from N., on a card — من ن."


def test_a_folder_comes_with_its_folders_and_without_what_file_managers_leave(
    open_page: Open, recording: Recording, rima: User
) -> None:
    top = recording("card/1.mp4").parent
    recording("card/DCIM/2.mp4")
    (top / ".DS_Store").write_bytes(b"left behind")
    with open_page(rima) as tab:
        tab.go().page.set_input_files("[data-page=folder]", str(top))
        tab.ends_as("done", "1.mp4")
        tab.ends_as("done", "2.mp4")
        assert tab.page.locator("[data-page=list] > li").count() == 2


def test_a_folder_can_be_dropped(open_page: Open, recording: Recording, rima: User) -> None:
    top = recording("card/1.mp4").parent
    recording("card/DCIM/2.mp4")
    with open_page(rima) as tab:
        tab.go()
        for kind in ("dragEnter", "dragOver", "drop"):
            tab.devtools.send(
                "Input.dispatchDragEvent",
                {
                    "type": kind,
                    "x": 600,
                    "y": 420,
                    "data": {"items": [], "files": [str(top)], "dragOperationsMask": 1},
                },
            )
        tab.ends_as("done", "1.mp4")
        tab.ends_as("done", "2.mp4")


def test_a_paused_upload_sends_nothing_and_goes_on_where_it_was(
    open_page: Open, recording: Recording, rima: User
) -> None:
    file = recording("long.mp4", megabytes=16)
    with open_page(rima) as tab:
        tab.go().slow_down(SLOW)
        tab.choose(file)
        tab.until(lambda: counted() > 0, "a chunk has arrived")
        tab.press("Pause", "long.mp4")
        tab.ends_as("paused", "long.mp4")
        # The button that takes its place has the focus: the keyboard goes on from there.
        assert tab.page.evaluate("document.activeElement.dataset.part") == "resume"
        tab.page.wait_for_timeout(500)
        held, asked = counted(), len(tab.asked)
        tab.page.wait_for_timeout(1500)
        assert (counted(), len(tab.asked)) == (held, asked)

        tab.page.keyboard.press("Enter")
        tab.ends_as("done", "long.mp4")
        begun_again = [offset for offset in tab.chunks if offset >= held]
        assert begun_again[0] == held
        assert tab.said == []
    assert Master.objects.get().digest == digest_of(file)


def test_progress_speed_and_time_left_are_shown_and_spoken_no_oftener_than_every_five_seconds(
    open_page: Open, recording: Recording, rima: User
) -> None:
    with open_page(rima) as tab:
        tab.go().slow_down(1e6)
        tab.page.evaluate(
            """() => {
                window.spoken = [];
                new MutationObserver(() => window.spoken.push(performance.now())).observe(
                    document.querySelector("[role=status][aria-live=polite]"),
                    { childList: true, characterData: true, subtree: true });
            }"""
        )
        tab.choose(recording("long.mp4", megabytes=12))
        facts = tab.page.locator("[data-page=facts]")
        tab.until(lambda: "time left" in read(facts), "the time left is shown")
        assert "MB/s" in read(facts) or "kB/s" in read(facts)
        bar = tab.row("long.mp4").get_by_role("progressbar")
        seen = float(bar.get_attribute("value") or 0)
        tab.until(lambda: float(bar.get_attribute("value") or 0) > seen, "the bar moves on")
        tab.ends_as("done", "long.mp4")
        spoken = tab.page.evaluate("window.spoken")
        assert spoken
        gaps = [later - earlier for earlier, later in itertools.pairwise(spoken)]
        assert all(gap > 4900 for gap in gaps), gaps


@pytest.mark.parametrize("how", ["the page is loaded again", "another browser is opened"])
def test_an_upload_goes_on_after(
    how: str, open_page: Open, recording: Recording, rima: User
) -> None:
    file = recording("long.mp4", megabytes=20)
    with open_page(rima) as tab:
        tab.go().slow_down(SLOW)
        tab.choose(file)
        tab.until(lambda: counted() >= CHUNK and len(tab.chunks) > 1, "the second chunk is sent")
        warned: list[str] = []
        tab.page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
        tab.page.locator("h1").first.click()
        if how == "the page is loaded again":
            goes_on_in(tab.go(), file)
            assert warned == ["beforeunload"]
            return
    with open_page(rima) as another:
        goes_on_in(another.go(), file)


def goes_on_in(tab: Any, file: Path) -> None:
    unfinished = tab.page.get_by_role("region", name="Unfinished uploads")
    unfinished.wait_for()
    assert file.name in unfinished.inner_text()
    arrived, before = counted(), len(tab.chunks)
    # The bytes are recognised, whatever the file is called now.
    renamed = file.rename(file.with_name("renamed.mp4"))
    tab.choose(renamed)
    tab.ends_as("done", "renamed.mp4")
    # One chunk at most was under way when it broke, and nothing else is sent again.
    assert tab.chunks[before] == arrived >= CHUNK
    assert Master.objects.get().digest == digest_of(renamed)
    assert not unfinished.is_visible()


def test_an_unfinished_upload_can_be_given_up(
    open_page: Open, recording: Recording, rima: User
) -> None:
    with open_page(rima) as tab:
        tab.go().slow_down(SLOW)
        tab.page.on("dialog", lambda dialog: dialog.accept())
        tab.choose(recording("wrong.mp4", megabytes=16))
        tab.until(lambda: counted() > 0, "a chunk has arrived")
        tab.press("Give up", "wrong.mp4")
        tab.ends_as("given-up", "wrong.mp4")
        tab.until(lambda: Upload.objects.get().state == "terminated", "the archive knows")
        assert not tab.go().page.locator("[data-page=unfinished]").is_visible()


def test_what_the_archive_holds_is_recognised_before_a_byte_is_sent(
    open_page: Open, recording: Recording, rima: User
) -> None:
    file = recording("known.mp4", megabytes=8)
    clip = hold(file, rima)
    with open_page(rima) as tab:
        tab.go().choose(file)
        assert "The archive holds this file already." in tab.ends_as("held", "known.mp4")
        tab.page.wait_for_timeout(500)
        assert not [asked for asked in tab.asked if asked.startswith(("POST", "PATCH"))]
        link = tab.row("known.mp4").get_by_role("link", name="Open the clip")
        assert (link.get_attribute("href") or "").endswith(f"/clip/{clip.pk}/change/")


def test_a_colleague_without_the_right_to_see_it_learns_only_that_it_is_held(
    open_page: Open, recording: Recording, rima: User
) -> None:
    file = recording("known.mp4")
    clip = hold(file, rima)
    colleague = member("samar")
    colleague.user_permissions.add(Permission.objects.get(codename="add_clip"))
    with open_page(colleague) as tab:
        tab.go().choose(file)
        assert "holds this file already" in tab.ends_as("held", "known.mp4")
        assert not tab.row("known.mp4").get_by_role("link").is_visible()
        assert clip.reference not in tab.page.content()


def test_one_file_chosen_twice_is_sent_once(
    open_page: Open, recording: Recording, rima: User
) -> None:
    file = recording("same.mp4")
    copy = file.with_name("copy.mp4")
    copy.write_bytes(file.read_bytes())
    with open_page(rima) as tab:
        tab.go().choose(file, copy)
        tab.ends_as("done", "same.mp4")
        assert tab.state("copy.mp4") in {"twice", "held"}
    assert Upload.objects.count() == 1


def test_bytes_damaged_on_their_way_are_sent_again(
    open_page: Open, recording: Recording, rima: User
) -> None:
    file = recording("noisy.mp4", megabytes=1)
    damaged: list[str] = []

    def damage_once(route: "Route") -> None:
        headers = dict(route.request.headers)
        if route.request.method == "PATCH" and not damaged:
            damaged.append(headers["upload-checksum"])
            other = base64.b64encode(hashlib.sha256(b"other bytes").digest()).decode()
            headers["upload-checksum"] = f"sha256 {other}"
        route.continue_(headers=headers)

    with open_page(rima) as tab:
        tab.page.route("**/admin/uploads/*", damage_once)
        tab.go().choose(file)
        tab.ends_as("done", "noisy.mp4")
        assert len(damaged) == 1 and len(tab.chunks) == 2
    assert Master.objects.get().digest == digest_of(file)


def test_other_bytes_than_the_device_announced_are_refused_in_words(
    open_page: Open, recording: Recording, rima: User
) -> None:
    another = base64.b64encode(hashlib.sha256(b"other bytes").hexdigest().encode()).decode()

    def announce_another(route: "Route") -> None:
        headers = dict(route.request.headers)
        if route.request.method == "POST":
            announced = headers["upload-metadata"]
            pairs = dict(pair.split(" ") for pair in announced.split(",") if " " in pair)
            pairs["sha256"] = another
            headers["upload-metadata"] = ",".join(" ".join(pair) for pair in pairs.items())
        route.continue_(headers=headers)

    with open_page(rima) as tab:
        tab.page.route("**/admin/uploads/", announce_another)
        tab.go().choose(recording("mixed-up.mp4"))
        assert "their SHA-256 differs" in tab.ends_as("refused", "mixed-up.mp4")
        assert not Master.objects.exists()

        tab.page.unroute("**/admin/uploads/")
        tab.press("Try again", "mixed-up.mp4")
        tab.ends_as("done", "mixed-up.mp4")


def test_an_archive_that_names_another_digest_is_not_believed(
    open_page: Open, recording: Recording, rima: User
) -> None:
    def name_another(event: dict[str, Any]) -> None:
        headers = event["responseHeaders"]
        for header in headers:
            if header["name"].lower() == "archive-digest":
                header["value"] = "sha256:" + "0" * 64
        tab.devtools.send(
            "Fetch.continueResponse",
            {
                "requestId": event["requestId"],
                "responseCode": event["responseStatusCode"],
                "responseHeaders": headers,
            },
        )

    with open_page(rima) as tab:
        tab.go().devtools.on("Fetch.requestPaused", name_another)
        pattern = {"urlPattern": "*/admin/uploads/*", "requestStage": "Response"}
        tab.devtools.send("Fetch.enable", {"patterns": [pattern]})
        tab.choose(recording("one.mp4"))
        assert "is not the one made on this device" in tab.ends_as("refused", "one.mp4")


def test_what_is_no_recording_is_refused_in_words_and_others_go_on(
    open_page: Open, recording: Recording, rima: User
) -> None:
    with open_page(rima) as tab:
        tab.go().choose(MEDIA / "html_as_mp4.mp4", recording("real.mp4"))
        assert "not a video" in tab.ends_as("refused", "html_as_mp4.mp4")
        tab.ends_as("done", "real.mp4")


def test_somebody_signed_out_in_the_middle_signs_in_and_goes_on(
    open_page: Open, recording: Recording, rima: User
) -> None:
    file = recording("long.mp4", megabytes=16)
    with open_page(rima) as tab:
        tab.go().slow_down(SLOW)
        tab.choose(file)
        tab.until(lambda: counted() > 0, "a chunk has arrived")
        Session.objects.all().delete()
        assert "You are signed out" in tab.ends_as("broken", "long.mp4")
        assert tab.row("long.mp4").get_by_role("link", name="Sign in").is_visible()

        tab.page.context.add_cookies(
            [{"name": "sessionid", "value": session_of(rima), "url": f"{tab.site}/admin/"}]
        )
        arrived, before = counted(), len(tab.chunks)
        tab.press("Try again", "long.mp4")
        tab.ends_as("done", "long.mp4")
        assert tab.chunks[before] == arrived > 0
    assert Master.objects.get().digest == digest_of(file)


def test_an_upload_goes_on_when_the_line_is_back(
    open_page: Open, recording: Recording, rima: User
) -> None:
    with open_page(rima) as tab:
        tab.go().slow_down(SLOW)
        tab.choose(recording("long.mp4", megabytes=16))
        tab.until(lambda: counted() > 0, "a chunk has arrived")
        tab.slow_down(SLOW, offline=True)
        tab.until(lambda: "line broke" in read(tab.row("long.mp4")), "the page says so")
        tab.page.wait_for_timeout(1500)
        before = len(tab.chunks)
        tab.slow_down(SLOW)
        tab.ends_as("done", "long.mp4")
        # A line that breaks gets smaller chunks: less is lost when it breaks again.
        first, second = sorted(set(tab.chunks[before:]))[:2]
        assert second - first < CHUNK
    assert Master.objects.count() == 1


def test_the_page_is_used_with_the_keyboard_alone(open_page: Open, rima: User) -> None:
    with open_page(rima) as tab:
        opened: list[bool] = []
        tab.page.on("filechooser", lambda chooser: opened.append(chooser.is_multiple()))
        tab.go().page.get_by_label("Source").focus()
        for count, name in enumerate(("Choose files", "Choose a folder"), start=1):
            tab.page.keyboard.press("Tab")
            assert tab.page.evaluate("document.activeElement.textContent") == name
            tab.page.keyboard.press("Enter")
            tab.until(lambda count=count: len(opened) == count, f"{name} opens a chooser")
        assert opened[0], "many files at once"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_speaks_arabic_from_right_to_left(
    open_page: Open, recording: Recording, rima: User, width: int
) -> None:
    with open_page(rima, language="ar", width=width) as tab:
        tab.go().choose(recording("صباح في الشعار.mp4"))
        tab.ends_as("done", "صباح")
        assert tab.page.evaluate("document.documentElement.dir") == "rtl"
        content = tab.page.locator("#content").inner_text()
        for english in ("Upload", "Choose", "archive", "Files", "MB"):
            assert english not in content
        assert not tab.scrolls_sideways()
        tab.page.goto(f"{tab.site}/admin/footage/clip/describe/")
        assert "Describe" not in tab.page.locator("#content").inner_text()
        assert not tab.scrolls_sideways()
        assert tab.said == []


def test_without_scripts_the_same_files_come_in_by_the_form(
    open_page: Open, recording: Recording, rima: User
) -> None:
    known = recording("known.mp4")
    clip = hold(known, rima)
    files = [recording("one.mp4"), recording("two.mp4")]
    with open_page(rima, javascript=False) as tab:
        tab.page.goto(f"{tab.site}/admin/footage/clip/upload/")
        tab.choose(*files, known, MEDIA / "html_as_mp4.mp4")
        tab.page.get_by_role("button", name="Upload", exact=True).click()
        told = read(tab.page.locator(".messagelist"))
        assert "2 files are in the archive" in told
        assert "html_as_mp4.mp4: This is not a video" in told
        assert "known.mp4: The archive holds this file already." in told
        held = tab.page.get_by_role("link", name="The archive holds this file already.")
        assert (held.get_attribute("href") or "").endswith(f"/clip/{clip.pk}/change/")
        assert tab.page.locator(".describe-next > li").count() == 3
    assert {master.digest for master in Master.objects.all()} == {
        digest_of(file) for file in (*files, known)
    }
