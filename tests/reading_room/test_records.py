"""The page of a clip or testimony: gate, held back, withdrawn, never there; moments and texts."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django.test import Client

from tests.reading_room import rows

pytestmark = pytest.mark.django_db


def a_gated_clip() -> rows.PublicRecord:
    reference = rows.a_reference(7)
    return rows.publish(
        rows.a_document(
            reference,
            advisory_level="graphic",
            advisories=(
                rows.an_advisory("severe-injury", 40, 55.5),
                rows.an_advisory("grief-and-screaming"),
            ),
            renditions=(rows.a_copy(b"film"), rows.a_copy(b"still", "poster", "jpg")),
            transcripts=(rows.a_transcript(reference, "ar", (1.5, 2.25, "", "ساعدونا")),),
            download=True,
        )
    )


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_graphic_clip_names_no_copy_of_itself_until_asked(client: Client, language: str) -> None:
    clip = a_gated_clip()
    address = f"/{language}/clips/{clip.reference}/"
    closed = client.get(address).content.decode()
    for secret in ("/media/", "<video", "poster=", ".vtt", "download"):
        assert secret not in closed, secret
    for name in clip.renditions.values_list("name", flat=True):
        assert name not in closed
    assert "0:40–0:55" in closed and 'href="?show=1#player"' in closed and "ساعدونا" in closed
    opened = client.get(address, {"show": "1"}).content.decode()
    assert "<video" in opened and ".vtt" in opened


def test_no_list_shows_a_frame_of_a_graphic_clip(client: Client) -> None:
    rows.names()
    a_gated_clip()
    for path in ("", "clips/", "neighbourhoods/bustan-al-qasr/", "dates/2016/11/28/"):
        assert "/media/" not in client.get(f"/en/{path}").content.decode()


def test_a_clip_held_back_is_described_and_never_shown(client: Client) -> None:
    copies = (rows.a_copy(b"held"), rows.a_copy(b"frame", "poster", "jpg"))
    clip = rows.a_clip(advisory_level="withheld", renditions=copies, download=True)
    body = client.get(f"/en/clips/{clip.reference}/?show=1").content.decode()
    assert "People wait for bread." in body
    assert "/media/" not in body and "<video" not in body and copies[0].fixity not in body


def test_a_withdrawn_record_leaves_reference_day_and_class_of_reason(client: Client) -> None:
    rows.names()
    clip = rows.a_clip()
    rows.withdraw(clip, "consent-withdrawn")
    response = client.get(f"/en/clips/{clip.reference}/")
    body = response.content.decode()
    assert response.status_code == 410
    assert clip.reference in body and "4 May 2026" in body and "Consent was withdrawn" in body
    assert "Bread queue" not in body and "Salma" not in body
    # In the other language it is the same record that is gone.
    assert f'href="/ar/clips/{clip.reference}/"' in body


@pytest.mark.parametrize(
    ("medium", "language", "said", "unsaid"),
    [
        ("photograph", "en", ("When it was taken", "Taken by", "Taken: "), ("ilmed", "eard")),
        ("photograph", "ar", ("متى التُقطت", "أين التُقطت", "التقطها"), ("اللغات المسموعة",)),
        ("sound", "en", ("Where it was recorded", "Recorded by", "Recorded: "), ("ilmed",)),
        ("sound", "ar", ("متى سُجّل", "سجّله", "تاريخ التسجيل: "), ("صوّره", "التصوير")),
        ("video", "en", ("When it was filmed", "Filmed by", "Filmed: "), ("ecorded by",)),
    ],
)
def test_only_what_was_filmed_is_said_to_be_filmed(
    client: Client, medium: str, language: str, said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    clip = rows.a_clip(medium=medium, renditions=(), languages=("zxx",))
    page = client.get(f"/{language}/clips/{clip.reference}/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert all(words in main for words in said)
    assert not any(words in main for words in unsaid)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_line_of_a_citation_ends_within_the_reference(client: Client, language: str) -> None:
    clip = rows.a_clip(title_en="A <b> & its reference", title_ar="")
    page = client.get(f"/{language}/clips/{clip.reference}/?t=1,2").content.decode()
    start = page.index('id="citation"')
    citation = page[start : page.index("</p>", start)]
    kept = f'<span class="whole">{clip.reference}</span>'
    assert citation.count(clip.reference) == citation.count(kept) + 1 == 3  # one in its data
    assert "A &lt;b&gt; &amp; its" in citation and f"/c/{kept}?t=1,2" in citation


@pytest.mark.parametrize(
    ("medium", "level", "said"),
    [
        ("photograph", "graphic", ("Before you look", "This photograph is graphic.")),
        ("sound", "graphic", ("Before you listen", "choose to hear it")),
        ("photograph", "withheld", ("This photograph is held back",)),
    ],
)
def test_a_gate_names_what_is_behind_it(
    client: Client, medium: str, level: str, said: tuple[str, ...]
) -> None:
    clip = rows.a_clip(medium=medium, advisory_level=level)
    page = client.get(f"/en/clips/{clip.reference}/").content.decode()
    assert all(words in page for words in said) and "Before you watch" not in page


@pytest.mark.parametrize("suffix", ["vtt", "srt", "txt"])
def test_the_words_of_a_withdrawn_record_are_gone_as_it_is_whatever_it_had(
    client: Client, suffix: str
) -> None:
    reference = rows.a_reference()
    said = rows.a_transcript(reference, "ar", (1, 2, "", "ساعدونا"))
    clip, silent = rows.publish(rows.a_document(reference, transcripts=(said,))), rows.a_clip()
    for row in (clip, silent):
        rows.withdraw(row)
    for row, language in ((clip, "ar"), (clip, "fr"), (silent, "ar")):
        answer = client.get(f"/c/{row.reference}/captions/{language}.{suffix}")
        assert answer.status_code == 410 and answer["Content-Type"].startswith("text/plain")
        words = answer.content.decode()
        assert words.count(row.reference) == 2 and "withdrawn" in words
    careless = clip.reference.replace("-", "").lower()
    assert client.get(f"/c/{careless}/captions/ar.{suffix}").status_code == 404
    assert client.get(f"/c/{rows.a_reference()}/captions/ar.{suffix}").status_code == 404


def test_never_published_and_never_existed_are_the_same_page(client: Client) -> None:
    answers = {
        client.get(f"/en/clips/{reference}/").content
        for reference in (rows.a_reference(31), rows.a_reference(32), "AA-0000-0000-0", "x")
    }
    answers.add(client.get("/en/journalists/nobody/").content)
    answers.add(client.get("/en/no-such-room/").content)
    answers.add(client.get(f"/en/testimonies/{rows.a_reference(33)}/?t=5").content)
    assert len(answers) == 1
    assert client.get(f"/en/clips/{rows.a_reference(31)}/").status_code == 404


def test_a_reference_typed_carelessly_leads_to_the_page(client: Client) -> None:
    clip = rows.a_clip()
    careless = clip.reference.replace("-", "").lower()
    answer = client.get(f"/c/{careless}?t=12,15", headers={"Accept-Language": "ar-SY,ar;q=0.9"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/ar/clips/{clip.reference}/?t=12,15"
    assert answer["Vary"] == "Accept-Language"
    moved = client.get(f"/en/clips/{careless}/?show=1")
    assert (moved.status_code, moved["Location"]) == (301, f"/en/clips/{clip.reference}/?show=1")


def test_the_permanent_address_of_a_testimony_leads_to_testimonies(client: Client) -> None:
    testimony = rows.a_testimony()
    answer = client.get(f"/c/{testimony.reference}")
    assert answer["Location"] == f"/en/testimonies/{testimony.reference}/"


@pytest.mark.parametrize(
    ("asked", "fragment"),
    [
        ("12", "#t=12"),
        ("12.5,15.25", "#t=12.5,15.25"),
        ("15,12", "#t=15"),
        ("12,", "#t=12"),
        ("-1", ""),
        ("1e9", ""),
        ("nan", ""),
        ("١٢", "#t=12"),
        ("١٢، ١٥", "#t=12,15"),
        ('1"onload="x', ""),
        ("9" * 400, ""),
    ],
)
def test_a_moment_in_the_address_begins_playback_there(
    client: Client, asked: str, fragment: str
) -> None:
    clip = rows.a_clip(renditions=(rows.a_copy(b"film"),))
    for language in ("en", "ar"):
        body = client.get(f"/{language}/clips/{clip.reference}/", {"t": asked}).content.decode()
        source = re.search(r'src="(/media/[^"]*)"', body)
        assert source is not None and source[1].endswith(f".mp4{fragment}")


def test_the_transcript_pairs_languages_and_links_every_line(client: Client) -> None:
    reference = rows.a_reference(8)
    said = (
        rows.a_transcript(reference, "ar", (1.5, 2.25, "خباز", "الخبز جاهز"), (3, 4, "", "تعال")),
        rows.a_transcript(reference, "en", (1.5, 2.25, "Baker", "The bread is ready")),
    )
    rows.publish(rows.a_document(reference, transcripts=said))
    body = client.get(f"/ar/clips/{reference}/").content.decode()
    assert 'href="?t=1.5#player"' in body and 'href="?t=3#player"' in body
    assert re.search(r'<div lang="en"\s+dir="ltr">', body)
    captions = client.get(f"/c/{reference}/captions/ar.vtt")
    assert captions["Content-Type"].startswith("text/vtt")
    assert (
        captions.content.decode().startswith("WEBVTT")
        and "\u200fالخبز جاهز" in captions.content.decode()
    )
    assert client.get(f"/c/{reference}/captions/fr.vtt").status_code == 404


def test_a_transcript_is_taken_away_as_webvtt_subrip_or_text(client: Client) -> None:
    reference = rows.a_reference(9)
    line = (1.5, 2.25, "Baker", "The bread is ready")
    said = (
        rows.a_transcript(reference, "en", line),
        rows.a_transcript(reference, "ar", (1.5, 2.25, "خباز", "الخبز جاهز")),
    )
    rows.publish(rows.a_document(reference, transcripts=said))
    begins = {
        "vtt": ("text/vtt", "WEBVTT\n\n00:00:01.500 --> 00:00:02.250\n<v Baker>The bread"),
        "srt": ("application/x-subrip", "1\r\n00:00:01,500 --> 00:00:02,250\r\nBaker: The bread"),
        "txt": ("text/plain", "[00:00:01.500]\nBaker: The bread is ready\n"),
    }
    pages = {
        code: client.get(f"/{code}/clips/{reference}/").content.decode() for code in ("en", "ar")
    }
    manifest = client.get(f"/iiif/{reference}/manifest.json").content.decode()
    for suffix, (media_type, beginning) in begins.items():
        path = f"/c/{reference}/captions/en.{suffix}"
        answer = client.get(path)
        assert answer["Content-Type"] == f"{media_type}; charset=utf-8"
        assert answer["Content-Disposition"] == f'inline; filename="{reference}.en.{suffix}"'
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer.content.decode().startswith(beginning)
        assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
        assert all(f'href="{path}"' in page for page in pages.values()) and path in manifest
        assert client.get(f"/c/{reference}/captions/fr.{suffix}").status_code == 404
    assert "Transcript, Arabic:" in pages["en"] and "تفريغ نصي، الإنكليزية:" in pages["ar"]


def test_the_words_of_a_testimony_are_taken_away_on_the_clock_of_their_clip(
    client: Client,
) -> None:
    one, two = rows.a_clip(), rows.a_clip()
    first = rows.a_transcript(one.reference, "en", (40, 42.5, "Ahmed", "We stayed open"))
    later = rows.a_transcript(one.reference, "en", (90, 91, "Ahmed", "until noon"))
    other = rows.a_transcript(two.reference, "en", (3, 5, "", "Then we left"))
    alone = rows.a_testimony(transcripts=(first, later))
    rows.carry(alone, one, 40, 91)
    both = rows.a_testimony(transcripts=(first, later, other))
    path = f"/c/{alone.reference}/captions/en"
    told = client.get(f"{path}.txt").content.decode()
    assert told == "[00:00:40.000]\nAhmed: We stayed open\n\n[00:01:30.000]\nAhmed: until noon\n"
    name = f"{alone.reference}.{one.reference}.en.vtt"
    assert client.get(f"{path}.vtt")["Content-Disposition"] == f'inline; filename="{name}"'
    parts = {
        f"/c/{both.reference}/captions/en.{suffix}?clip={clip.reference}": words
        for suffix in ("vtt", "srt", "txt")
        for clip, words in ((one, "We stayed open"), (two, "Then we left"))
    }
    for address, words in parts.items():
        said = client.get(address).content.decode()
        assert words in said and ("Then" in said) != ("stayed" in said), address
    assert client.get(f"/c/{both.reference}/captions/en.vtt").status_code == 404, "no one clock"
    for testimony, files in (
        (alone, [f"{path}.vtt", f"{path}.srt", f"{path}.txt"]),
        (both, list(parts)),
    ):
        manifest = client.get(f"/iiif/{testimony.reference}/manifest.json").json()
        listed = [
            each["id"].removeprefix("http://127.0.0.1:8000") for each in manifest["rendering"]
        ]
        assert sorted(listed) == sorted(files)
        for code in ("en", "ar"):
            page = client.get(f"/{code}/testimonies/{testimony.reference}/").content.decode()
            assert all(f'href="{each}"' in page for each in files)
    assert (
        "Transcript of part <bdi>2</bdi>, English:"
        in client.get(f"/en/testimonies/{both.reference}/").content.decode()
    )
    rows.withdraw(alone)
    gone = client.get(f"{path}.vtt")
    assert gone.status_code == 410 and b"open" not in gone.content


@pytest.mark.parametrize(("level", "status"), [("graphic", 200), ("withheld", 404)])
def test_a_closed_clip_lists_no_transcript_to_take_and_one_held_back_has_none(
    client: Client, level: str, status: int
) -> None:
    reference = rows.a_reference(10)
    said = (rows.a_transcript(reference, "en", (1, 2, "", "The bread is ready")),)
    rows.publish(
        rows.a_document(
            reference,
            transcripts=said,
            advisory_level=level,
            advisories=(rows.an_advisory("blood"),),
        )
    )
    assert "/captions/" not in client.get(f"/en/clips/{reference}/").content.decode()
    for suffix in ("vtt", "srt", "txt"):
        assert client.get(f"/c/{reference}/captions/en.{suffix}").status_code == status


def test_a_testimony_and_its_clip_point_to_each_other_while_both_live(client: Client) -> None:
    clip = rows.a_clip()
    said = rows.a_transcript(clip.reference, "en", (1.5, 4.25, "", "We were open."))
    testimony = rows.a_testimony(transcripts=(said,))
    rows.carry(testimony, clip, 1.5, 4.25)
    on_clip = client.get(f"/en/clips/{clip.reference}/").content.decode()
    assert f"/en/testimonies/{testimony.reference}/" in on_clip and "t=1.5,4.25" in on_clip
    on_testimony = client.get(f"/en/testimonies/{testimony.reference}/").content.decode()
    assert f"/en/clips/{clip.reference}/?t=1.5,4.25#player" in on_testimony
    rows.withdraw(clip)
    alone = client.get(f"/en/testimonies/{testimony.reference}/").content.decode()
    assert clip.reference not in alone and "We were open." in alone
    rows.withdraw(testimony)


def test_clips_of_the_same_day_and_place_lie_beside_one_another(client: Client) -> None:
    rows.names()
    clip = rows.a_clip(title_en="This clip")
    rows.a_clip(title_en="Together")
    rows.a_clip(title_en="Same day", neighbourhood="al-shaar", place="al-shaar")
    rows.a_clip(title_en="Same place", filmed="2014-04-12")
    rows.a_clip(title_en="Far away", filmed="2013", neighbourhood=None, place=None)
    body = client.get(f"/en/clips/{clip.reference}/").content.decode()
    after = body[body.index("The same day in the same") :]
    assert after.index("Together") < after.index("Same day<") < after.index("Same place")
    assert "Far away" not in body


def test_other_cameras_on_an_event_come_in_the_order_of_the_clock(client: Client) -> None:
    rows.names()
    of_it = {"events": ("bakery-strike",), "neighbourhood": None, "place": None}
    clip = rows.a_clip(filmed="2016-11-28T14:05:00", title_en="This clip", **of_it)
    rows.a_clip(filmed="2016-11-28T14:25:00", title_en="The roof", **of_it)
    rows.a_clip(filmed="2016-11-28T14:04:00", title_en="The corner", **of_it)
    rows.a_clip(filmed="2016-11-28?", title_en="Some time that day", **of_it)
    body = client.get(f"/en/clips/{clip.reference}/").content.decode()
    after = body[body.index("Other cameras on the same event") :]
    assert after.index("1 minute earlier") < after.index("The corner")
    assert after.index("The corner") < after.index("20 minutes later") < after.index("The roof")
    assert after.index("The roof") < after.index("Some time that day")
    assert after.count('class="mark"') == 2, "nothing is said of a time that is not known"
    assert "/en/events/bakery-strike/" in after and "/en/dates/2016/11/28/" not in after
    assert "قبل دقيقة واحدة" in client.get(f"/ar/clips/{clip.reference}/").content.decode()


def test_a_neighbourhood_can_be_walked_back_and_forward_in_time(client: Client) -> None:
    rows.names()
    clip = rows.a_clip(filmed="2016-11-28")
    rows.a_clip(filmed="2015-03-01", title_en="Long before")
    rows.a_clip(filmed="2016-12-05", title_en="A week later")
    body = client.get(f"/en/clips/{clip.reference}/").content.decode()
    before, after = re.findall(r'href="(/en/clips/\?neighbourhood=[^"]+)"', body)
    earlier = client.get(before.replace("&amp;", "&")).content.decode()
    later = client.get(after.replace("&amp;", "&")).content.decode()
    assert "Long before" in earlier and "A week later" not in earlier
    assert "A week later" in later and "Long before" not in later


class Attributes(HTMLParser):
    """Collects every attribute that a machine reads, and every text outside isolation."""

    VOID = {"meta", "link", "img", "input", "br", "track", "hr", "source"}
    READ = {"href", "src", "value", "width", "height", "datetime", "poster", "action"}

    def __init__(self) -> None:
        super().__init__()
        self.values: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.bare: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.values += [value or "" for name, value in attrs if name in self.READ]
        isolated = tag == "bdi" or (any(name == "dir" for name, _ in attrs) and tag != "html")
        if tag not in self.VOID:
            self.open.append((tag, isolated or tag in {"title", "style", "script"}))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(isolated for _, isolated in self.open):
            self.bare.append(data)


def test_arabic_pages_hold_no_localised_number_and_no_bare_ltr_range(client: Client) -> None:
    rows.names()
    reference = rows.a_reference(9)
    rows.name("film", "a-film", "A film", "فيلم")
    rows.publish(
        rows.a_document(
            reference,
            shots=(rows.a_shot("a-film", 1, 1.5, 2.75),),
            renditions=(rows.a_copy(b"x" * 3000),),
            advisory_level="distressing",
            advisories=(rows.an_advisory("blood", 1.5, 2.75),),
            transcripts=(rows.a_transcript(reference, "ar", (1.5, 2.75, "", "نعم")),),
        )
    )
    paths = (
        f"clips/{reference}/?t=1.5,2.75",
        "films/a-film/",
        "clips/?from=2016",
        "dates/2016/11/",
    )
    for path in paths:
        page = Attributes()
        page.feed(client.get(f"/ar/{path}").content.decode())
        for value in page.values:
            assert not re.search(r"[٠-٩]", value), value
            if re.search(r"[?&#]t=", value) and ":" not in value:
                assert re.search(r"[?&#]t=\d+(\.\d+)?(,\d+(\.\d+)?)?(#|$|&)", value), value
        for text in page.bare:
            assert not re.search(r"\d[-–:,.]\s?\d", text), (path, text)


def test_the_page_says_how_we_know_and_marks_the_other_language(client: Client) -> None:
    rows.names()
    clip = rows.a_clip(filmed="2016-09-24/2016-09-28")
    body = client.get(f"/en/clips/{clip.reference}/").content.decode()
    for text in ("24–28 September 2016", "Landmarks recognised", "Stated by the journalist"):
        assert text in body
    assert re.search(r'lang="ar"\s+dir="rtl">طابور الخبز عند الفجر', body)
    assert f"/c/{clip.reference}" in body


def test_a_title_in_one_language_alone_is_shown_and_marked_in_the_other(client: Client) -> None:
    clip = rows.a_clip(title_en="")
    body = client.get(f"/en/clips/{clip.reference}/").content.decode()
    assert re.search(r'<h1><bdi lang="ar"\s+dir="rtl">طابور الخبز عند الفجر</bdi>', body)


def test_a_withheld_name_is_said_to_be_withheld(client: Client) -> None:
    rows.names()
    clip = rows.a_clip(credit="withheld", journalist=None)
    body = client.get(f"/en/clips/{clip.reference}/").content.decode()
    assert "Name withheld" in body and "Salma" not in body


def test_a_demonstration_record_says_so_on_its_page(client: Client) -> None:
    clip = rows.a_clip(demonstration=True)
    assert "demonstration record" in client.get(f"/en/clips/{clip.reference}/").content.decode()
    assert "سجل تجريبي" in client.get(f"/ar/clips/{clip.reference}/").content.decode()


def test_a_page_changes_its_etag_only_when_it_changes(client: Client) -> None:
    clip = rows.a_clip()
    address = f"/en/clips/{clip.reference}/"
    first = client.get(address)["ETag"]
    rows.a_clip(neighbourhood=None, place=None, filmed="2012-01-01")
    assert client.get(address)["ETag"] == first
    rows.withdraw(clip)
    answer = client.get(address, headers={"If-None-Match": first})
    assert answer.status_code == 410


def test_the_front_door_opens_in_the_readers_language(client: Client) -> None:
    assert client.get("/", headers={"Accept-Language": "ar"})["Location"] == "/ar/"
    assert client.get("/", headers={"Accept-Language": "fr"})["Location"] == "/en/"
    assert client.get("/healthz").content == b"ok\n"
    assert b"Disallow: /export/" in client.get("/robots.txt").content
    assert b"<sitemapindex" in client.get("/sitemap.xml").content


def test_a_day_page_lists_the_certain_first_and_counts_the_possible_apart(client: Client) -> None:
    rows.a_clip(1, filmed="2016-11~", title_en="Some day that month")
    rows.a_clip(2, filmed="2016-11-28", title_en="That very day")
    body = client.get("/en/dates/2016/11/28/").content.decode()
    assert body.index("That very day") < body.index("Some day that month")
    assert "clip is certainly of this day" in body and "more may be; it is marked below" in body
    assert body.count("Possibly: the date is not certain") == 1


@pytest.mark.parametrize("path", ["2016/13/", "2016/02/30/", "0/", "9999/12/31/", "2016/0/"])
def test_a_day_that_no_calendar_has_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/en/dates/{path}").status_code == 404


def test_the_week_begins_on_saturday(client: Client) -> None:
    rows.a_clip(filmed="2016-11-28")
    body = client.get("/en/dates/2016/11/").content.decode()
    heads = re.findall(r'<th scope="col" abbr="(\w+)"', body)
    assert heads[0] == "Saturday" and heads[2] == "Monday"
    first_week = body[body.index("<tbody>") : body.index("</tr>", body.index("<tbody>"))]
    assert first_week.count('class="outside"') == (date(2016, 11, 1).weekday() + 2) % 7
