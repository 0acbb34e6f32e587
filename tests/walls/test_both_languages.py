"""Arabic and English are equal on every page there is, and on the next one as well."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.reading_room import rows
from tests.walls import crawl
from tests.walls.bilingual import faults, localised, taken_apart

TEMPLATES = Path(settings.BASE_DIR, "templates")
# A number and a noun in one message each: the noun cannot follow the number (plurals of Arabic).
JOINED = re.compile(r"\|number\s*}}\s*{%\s*translate")
HEAD = "".join(
    f'<link rel="alternate" hreflang="{each}" href="/en/">' for each in ("en", "ar", "x-default")
)


def a_page(content: str, language: str = "ar", head: str = HEAD) -> bytes:
    direction = "rtl" if language == "ar" else "ltr"
    return f'<html lang="{language}" dir="{direction}">{head}<p>{content}</p></html>'.encode()


@pytest.fixture
def archive(db: None) -> None:
    """Every kind of page, with words in one language alone, and numbers with parts."""
    rows.names()
    rows.name("journalist", "nameless", "Abu Daftar", "", text_en="Writes it down.")
    film = {"broadcast_on": "2016-09-26", "witnesses": ["ahmed"], "source_en": "BBC One"}
    rows.name("film", "a-film", "A film", "فيلم", text_en="It shows.", facts=film)
    rows.name("witness", "ahmed", "Ahmed", "أحمد", text_en="A volunteer.", text_ar="متطوّع.")
    clip = rows.a_clip(
        1,
        events=("bakery-strike",),
        shots=(rows.a_shot("a-film", 1, 1.5, 3.25),),
        rights_note="By letter of 12 May 2017",
        advisory_level="distressing",
        advisories=(rows.an_advisory("loud-explosions", 2.5, 9.75),),
        master_fixity="sha256:" + "ab" * 32,
        transcripts=(
            rows.a_transcript(rows.a_reference(1), "ar", (0.5, 4.25, "الخبّاز", "كنا نفتح.")),
            rows.a_transcript(rows.a_reference(1), "en", (0.5, 4.25, "Baker", "We opened.")),
        ),
        renditions=(rows.a_copy(b"a", duration_s=65.5), rows.a_copy(b"b", "poster", "jpg")),
    )
    said = rows.a_transcript(clip.reference, "en", (0.5, 4.25, "Baker", "We were open."))
    rows.carry(rows.a_testimony(2, transcripts=(said,)), clip, 0.5, 4.25)
    rows.a_clip(3, title_ar="", summary_ar="", filmed="2016-11-27/2016-11-29")
    rows.a_clip(4, title_en="", summary_en="", filmed="2016-11~", journalist="nameless")
    rows.a_clip(5, advisory_level="graphic", advisories=(rows.an_advisory("blood", 40.0),))
    rows.a_clip(6, advisory_level="withheld", credit="withheld", filmed="XXXX")
    rows.withdraw(rows.a_clip(7))


def visited(client: Client) -> dict[str, bytes]:
    """Every route, every record and name, what was withdrawn and what never was; pages alone."""
    known = crawl.samples()
    tried = set(crawl.one_of_each_route()) | {
        f"/en/{path}"
        for path in (
            *(f"clips/{each}/?show=1&t=0.5,4.25" for each in known["reference"]),
            *(f"testimonies/{each}/" for each in known["reference"]),
            *(f"journalists/{each}/" for each in ("salma", "nameless")),
            *("events/bakery-strike/", "films/a-film/", "neighbourhoods/bustan-al-qasr/"),
            *("dates/2016/11/", "dates/2016/11/28/", "clips/?q=bread", "clips/?q=nothing"),
            *("clips/?kind=clip&kind=testimony&sort=published&from=2016&to=2016-12", "x/"),
        )
    }
    both = {re.sub("^/(?:en|ar)/", f"/{code}/", path) for path in tried for code in ("en", "ar")}
    answers = {address: client.get(address) for address in sorted(both)}
    return {
        address: answer.content
        for address, answer in answers.items()
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.content
    }


def beside(address: str) -> str:
    return re.sub(r"^/ar/", "/en/", address)


def wrong(pages: dict[str, bytes]) -> list[str]:
    """The faults of each page, and the attributes in which the two languages of one differ."""
    found = [f"{address}: {fault}" for address, body in pages.items() for fault in faults(body)]
    return found + [
        f"{address}: {fault}"
        for address, body in pages.items()
        if address.startswith("/ar/") and beside(address) in pages and "%D" not in address
        for fault in localised(pages[beside(address)], body)
    ]


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (a_page("كلمة Unmarked"), "unmarked words in Latin"),
        (a_page("كلمة four words of English"), "unmarked words in Latin"),
        (a_page('<span lang="en">Words</span>'), "lang=en with dir=None"),
        (a_page('<span lang="ar" dir="ltr">ك</span>', "en"), "lang=ar with dir=ltr"),
        (a_page("words كلمة", "en"), "unmarked words in Arabic"),
        (a_page('<img alt="Unmarked">'), "unmarked words in Latin"),
        (a_page("في 2014-04-12"), "numbers that turn round"),
        (a_page("عند 36.2021, 37.1343"), "numbers that turn round"),
        (a_page("من 0:12–0:15"), "numbers that turn round"),
        (a_page("عدد ما 17"), "a number that is not isolated"),
        (a_page("<bdi>١٢</bdi>"), "digits that are not Latin"),
        (a_page("<bdi>12 أبريل 2014</bdi>"), "a month that Syria calls otherwise"),
        (a_page("كلمة", head=""), "hreflang of []"),
        (a_page("word", "en").replace(b"ltr", b"rtl"), "html lang=en dir=rtl"),
    ],
)
def test_the_detector_sees_what_it_is_for(page: bytes, fault: str) -> None:
    assert [each for each in faults(page) if each.startswith(fault)], faults(page)


def test_the_detector_lets_pass_what_is_right() -> None:
    good = (
        'كلمة <bdi lang="en" dir="ltr">Words</bdi> <bdi dir="ltr">2014-04-12</bdi> <bdi>17</bdi>'
        ' <code dir="ltr">AA-7Q2K</code> <span lang="en" dir="ltr">0:12</span> 12 نيسان'
    )
    assert faults(a_page(good.replace(" 12 نيسان", ""))) == []
    assert faults(a_page('Words <bdi lang="ar" dir="rtl">كلمة</bdi> 2014-04-12, 17', "en")) == []


def test_a_localised_attribute_is_seen() -> None:
    english, arabic = a_page('<a href="/en/x/?t=0.5">w</a>', "en"), '<a href="/ar/x/?t={}">ك</a>'
    assert localised(english, a_page(arabic.format("0.5"))) == []
    assert localised(english, a_page(arabic.format("0,5"))) == ["<a href='/…/x/?t=0,5'>"]


def test_every_page_is_true_in_both_languages(archive: None, client: Client) -> None:
    pages = visited(client)
    assert len(pages) > 60
    assert wrong(pages) == []
    for address, body in pages.items():
        named = taken_apart(body).alternates
        # An error page names the first page instead of itself.
        other = pages["/" + named["ar" if address.startswith("/en/") else "en"].split("/", 3)[3]]
        assert taken_apart(other).alternates == named, address


def test_no_template_joins_a_number_to_a_noun_by_hand() -> None:
    assert JOINED.search('{{ total|number }} {% translate "clips" %}')
    for path in TEMPLATES.rglob("*.html"):
        assert not JOINED.search(path.read_text()), path.name


def test_the_week_begins_on_saturday(archive: None, client: Client) -> None:
    for language, day in (("en", "Saturday"), ("ar", "السبت")):
        body = client.get(f"/{language}/dates/2016/11/").content.decode()
        assert re.findall(r'<th[^>]*abbr="([^"]+)"', body)[0] == day
