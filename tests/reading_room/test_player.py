"""What plays a clip: qualities, moments, sizes, and nothing of it before the reader's choice."""

import html
import re

import pytest
from django.test import Client
from lxml import html as lxml_html

from tests.reading_room import rows

pytestmark = pytest.mark.django_db
SEGMENT_CITED = re.compile(r">\s*Cite this segment\s*</h2>")


def a_video(**stated: object) -> rows.PublicRecord:
    copies = (
        rows.a_copy(b"poster", "poster", "jpg"),
        rows.a_copy(b"strip", "strip", "jpg", width=720, height=135, times_s=(0.0, 4.0, 8.5)),
        rows.a_copy(b"2" * 2_100_000, "playable-240", width=426, height=240),
        rows.a_copy(b"4" * 6_000_000, "playable", width=854, height=480),
        rows.a_copy(b"7" * 9_000_000, "playable-720", width=1280, height=720),
        rows.a_copy(b"s" * 900_000, "sound", "m4a", width=None, height=None),
    )
    return rows.a_clip(renditions=copies, **stated)


def name_of(clip: rows.PublicRecord, role: str) -> str:
    return next(copy.name for copy in clip.read().renditions if copy.role == role)


def links(body: str) -> list[str]:
    """Where the links of the player lead."""
    return [address.replace("&amp;", "&") for address in re.findall(r'href="(\?[^"]*)"', body)]


@pytest.mark.parametrize(
    ("quality", "role"),
    [("", "playable"), ("240", "playable-240"), ("480", "playable"), ("720", "playable-720")],
)
def test_the_quality_in_the_address_is_the_one_that_plays(
    client: Client, quality: str, role: str
) -> None:
    clip = a_video()
    query = {"quality": quality, "t": "4"} if quality else {"t": "4"}
    body = client.get(f"/en/clips/{clip.reference}/", query).content.decode()
    assert f'src="/media/{name_of(clip, role)}#t=4"' in body
    # A variant of the page is no page of its own for search engines.
    assert ('content="noindex"' in body) == bool(quality)


def test_qualities_are_links_with_their_sizes(client: Client) -> None:
    clip = a_video()
    body = client.get(f"/en/clips/{clip.reference}/?t=4").content.decode()
    choices = re.sub(
        r"<[^>]*>|\s+", " ", body.split('aria-labelledby="quality"')[1].split("</ul>")[0]
    )
    said = re.findall(r"(\d+p|Sound only) +\( +([\d.]+ [kM]B)", choices)
    assert said == [
        *(("240p", "2.1 MB"), ("480p", "6.0 MB"), ("720p", "9.0 MB")),
        ("Sound only", "900 kB"),
    ]
    assert "?quality=240&t=4#player" in links(body)
    arabic = client.get(f"/ar/clips/{clip.reference}/").content.decode()
    assert "2.1 ميغابايت" in arabic and "الصوت فقط" in arabic


def test_sound_alone_is_played_by_an_audio_element_with_a_way_back(client: Client) -> None:
    clip = a_video()
    body = client.get(f"/en/clips/{clip.reference}/?quality=sound").content.decode()
    assert "<audio" in body and "<video" not in body
    assert f'src="/media/{name_of(clip, "sound")}"' in body
    assert "?quality=480#player" in links(body)


@pytest.mark.parametrize("quality", ["1080", "poster", "playable", "<script>", "sound"])
def test_a_quality_the_clip_has_not_is_as_if_nothing_was_asked(
    client: Client, quality: str
) -> None:
    clip = rows.a_clip(renditions=(rows.a_copy(b"film"),))
    plain = client.get(f"/en/clips/{clip.reference}/")
    asked = client.get(f"/en/clips/{clip.reference}/", {"quality": quality})
    assert asked.status_code == 200
    assert f'src="/media/{name_of(clip, "playable")}"' in asked.content.decode()
    assert 'content="noindex"' not in asked.content.decode()
    assert "choices" not in plain.content.decode()


def test_frames_of_a_clip_are_links_to_their_moments_in_the_chosen_quality(client: Client) -> None:
    clip = a_video()
    body = client.get(f"/en/clips/{clip.reference}/?quality=240").content.decode()
    assert f'src="/media/{name_of(clip, "strip")}"' in body
    moments = [link for link in links(body) if "t=" in link]
    assert moments == [f"?quality=240&t={t}#player" for t in ("0", "4", "8.5")]


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ((0.0, 4.0, 8.5), ["0:00", "0:04", "0:08"]),
        ((0.0, 0.48, 0.96, 59.999), ["0:00.0", "0:00.4", "0:00.9", "0:59.9"]),
        ((0.0, 0.04, 3600.29), ["0:00.00", "0:00.04", "1:00:00.29"]),
        ((1.001, 1.002), ["0:01.001", "0:01.002"]),
    ],
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_two_frames_of_a_clip_are_said_to_be_of_the_same_moment(
    client: Client, language: str, times: tuple[float, ...], said: list[str]
) -> None:
    strip = rows.a_copy(b"strip", "strip", "jpg", width=720, height=135, times_s=times)
    clip = rows.a_clip(renditions=(strip, rows.a_copy(b"film")))
    body = client.get(f"/{language}/clips/{clip.reference}/").content.decode()
    assert re.findall(r"data-at=\"[\d.]+\"><span>([^<]*)</span>", body) == said


def test_a_sound_recording_shows_its_waveform_with_moments(client: Client) -> None:
    sound = rows.a_copy(b"sound", "sound", "m4a", width=None, height=None)
    clip = rows.a_clip(
        medium="sound", renditions=(sound,), waveform=(0, 50, 100, 7), duration_s=60.0
    )
    body = client.get(f"/en/clips/{clip.reference}/").content.decode()
    assert "<audio" in body and 'viewBox="0 0 4 100"' in body
    assert "M2 0h.7v100h-.7z" in body
    assert [link for link in links(body) if "t=" in link][:2] == ["?t=0#player", "?t=10#player"]


def test_a_photograph_comes_in_the_size_its_screen_needs(client: Client) -> None:
    large = rows.a_copy(b"large" * 9000, "photograph", "jpg", width=2048, height=1536)
    small = rows.a_copy(b"small", "photograph-small", "jpg", width=800, height=600)
    clip = rows.a_clip(medium="photograph", renditions=(large, small), download=True)
    body = client.get(f"/en/clips/{clip.reference}/").content.decode()
    assert f'srcset="/media/{small.name} 800w, /media/{large.name} 2048w"' in body
    assert f'href="/media/{large.name}?download"' in body


def test_a_recording_that_is_not_whole_says_so(client: Client) -> None:
    said = "The file ends before the recording did."
    cut, whole = a_video(incomplete=True), rows.a_clip()
    assert said in client.get(f"/en/clips/{cut.reference}/").content.decode()
    assert said not in client.get(f"/en/clips/{whole.reference}/").content.decode()


@pytest.mark.parametrize("query", ["", "?quality=240", "?quality=sound&t=4", "?show=0"])
def test_nothing_of_a_graphic_clip_is_in_its_page_before_the_reader_chose(
    client: Client, query: str
) -> None:
    clip = a_video(advisory_level="graphic", waveform=(1, 2), download=True)
    body = client.get(f"/en/clips/{clip.reference}/{query}").content.decode()
    for secret in ("/media/", "<video", "<audio", "quality=720", "0:08", " MB", "sha256:"):
        assert secret not in body, secret
    assert "<svg" not in body.split("<main")[1]
    opened = client.get(f"/en/clips/{clip.reference}/?show=1&quality=240").content.decode()
    assert "?show=1&quality=240&t=8.5#player" in links(opened)
    assert "?show=1&quality=720#player" in links(opened)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_gate_offers_to_show_to_read_to_mute_and_to_go_back(
    client: Client, language: str
) -> None:
    hard = (rows.an_advisory("severe-injury", 40, 55.5), rows.an_advisory("grief-and-screaming"))
    clip = a_video(advisory_level="graphic", advisories=hard, duration_s=65.5)
    body = client.get(f"/{language}/clips/{clip.reference}/?t=12,15").content.decode()
    ways = links(body)
    assert "?show=1&t=12,15#player" in ways and "?show=muted&t=12,15#player" in ways
    # After the hardest moments, where they end before the clip does.
    assert "?show=1&t=55.5#player" in ways
    assert f'href="/{language}/clips/"' in body and "0:40–0:55" in body


def test_muted_and_grey_is_silent_and_stays_so_from_link_to_link(client: Client) -> None:
    clip = a_video(advisory_level="graphic")
    body = client.get(f"/en/clips/{clip.reference}/?show=muted&t=4").content.decode()
    assert "player-grey" in body and re.search(r"playsinline\s+muted", body)
    assert "autoplay" not in body
    ways = links(body)
    assert "?show=muted&quality=240&t=4#player" in ways and "?show=muted&t=8.5#player" in ways
    assert not any("quality=sound" in way for way in ways)
    # Sound asked for in the address is no way round it.
    silent = client.get(f"/en/clips/{clip.reference}/?show=muted&quality=sound").content.decode()
    assert "<audio" not in silent and "player-grey" in silent
    # And the way back: closed again, and with sound.
    assert "?t=4#player" in ways and "?show=1&t=4#player" in ways


def test_with_little_data_there_is_no_picture_and_the_smallest_copy(client: Client) -> None:
    rows.names()
    clip = a_video()
    rows.a_clip(renditions=(rows.a_copy(b"other", "poster", "jpg"),))
    low = client.get(f"/en/clips/{clip.reference}/?data=low").content.decode()
    assert f'src="/media/{name_of(clip, "playable-240")}"' in low
    # The head names a picture for share cards, which no browser loads.
    shown = low.split("<body")[1]
    assert ".jpg" not in shown and "poster=" not in shown and 'preload="none"' in shown
    assert "?data=low&quality=sound#player" in links(low)
    assert "?data=full#player" in links(low)
    assert 'content="noindex"' in low
    stills = client.get(f"/en/clips/{clip.reference}/?data=low&quality=stills").content.decode()
    assert "<video" not in stills and f"/media/{name_of(clip, 'strip')}" in stills
    for path in ("clips/", ""):
        assert ".jpg" in client.get(f"/en/{path}").content.decode()
        assert ".jpg" not in client.get(f"/en/{path}?data=low").content.decode()


def test_a_header_that_asks_for_little_data_changes_no_page(client: Client) -> None:
    clip = a_video()
    address = f"/en/clips/{clip.reference}/"
    plain, asked = client.get(address), client.get(address, headers={"Save-Data": "on"})
    assert plain.content == asked.content and asked["Vary"] == "Accept-Encoding"


def test_what_is_held_back_is_described_and_its_words_are_not_given_out(client: Client) -> None:
    reference = rows.a_reference(71)
    said = rows.a_transcript(reference, "ar", (1, 2, "", "ساعدونا"))
    rows.publish(rows.a_document(reference, advisory_level="withheld", transcripts=(said,)))
    assert "ساعدونا" not in client.get(f"/en/clips/{reference}/?show=1").content.decode()
    assert client.get(f"/c/{reference}/captions/ar.vtt").status_code == 404


def test_a_segment_typed_as_on_the_clock_is_shared_in_seconds(client: Client) -> None:
    clip = a_video()
    body = client.get(f"/en/clips/{clip.reference}/", {"t": "0:12,1:05.5"}).content.decode()
    assert f'src="/media/{name_of(clip, "playable")}#t=12,65.5"' in body
    assert f"/c/{clip.reference}?t=12,65.5" in body and 'value="12,65.5"' in body


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "This cannot be read as a time. Write one"), ("ar", "لا يُقرأ هذا وقتًا. اكتب")],
)
def test_what_is_typed_for_a_segment_and_is_none_stays_to_be_mended(
    client: Client, language: str, said: str
) -> None:
    address = f"/{language}/clips/{a_video().reference}/"
    body = client.get(address, {"t": "three <to> five" + " " * 40 + "x"}).content.decode()
    assert 'value="three &lt;to&gt; five' in body and said in body
    assert 'aria-describedby="segment-unread"' in body and 'id="segment-unread"' in body
    for asked in ({}, {"t": ""}, {"t": " "}, {"t": "٣،٤"}, {"t": "0:03 – 0:04"}):
        assert "segment-unread" not in client.get(address, asked).content.decode()


def test_a_testimony_plays_its_clips_at_its_ranges_and_leaves_closed_ones_closed(
    client: Client,
) -> None:
    open_clip, closed_clip = a_video(), a_video(advisory_level="graphic")
    spoken = tuple(
        rows.a_transcript(clip.reference, language, (2, 4.5, "", words))
        for clip in (open_clip, closed_clip)
        for language, words in (("ar", "كنا نخبز ليلًا"), ("en", "We baked at night"))
    )
    testimony = rows.a_testimony(transcripts=spoken)
    rows.carry(testimony, open_clip, 1.5, 4)
    rows.carry(testimony, closed_clip, 1, 3)
    body = client.get(f"/ar/testimonies/{testimony.reference}/").content.decode()
    assert body.count("<video") == 1
    # The range, and every line of the transcript.
    assert f'src="/media/{name_of(open_clip, "playable")}#t=1.5,4.5"' in body
    for copy in closed_clip.read().renditions:
        assert copy.name not in body
    assert f"/ar/clips/{closed_clip.reference}/?t=1,4.5#player" in body
    assert "We baked at night" in body and "كنا نخبز ليلًا" in body
    low = client.get(f"/ar/testimonies/{testimony.reference}/?data=low").content.decode()
    assert ".jpg" not in low.split("<body")[1] and name_of(open_clip, "playable-240") in low


def test_a_testimony_in_one_clip_is_shared_and_cited_by_its_own_seconds(client: Client) -> None:
    clip = a_video()
    spoken = tuple(
        rows.a_transcript(clip.reference, language, (2, 4.5, "", words))
        for language, words in (("ar", "كنا نخبز ليلًا"), ("en", "We baked at night"))
    )
    testimony = rows.a_testimony(transcripts=spoken)
    rows.carry(testimony, clip, 1.5, 4)
    address = f"/en/testimonies/{testimony.reference}/"
    shared = f"/c/{testimony.reference}"
    whole = client.get(address).content.decode()
    assert f'href="{shared}"' in whole and f"/c/{clip.reference}?" not in whole
    part = client.get(address, {"t": "0:02,0:03"}).content.decode()
    assert f'src="/media/{name_of(clip, "playable")}#t=2,3"' in part
    assert f'href="{shared}?t=2,3"' in part and 'value="2,3"' in part
    assert SEGMENT_CITED.search(part) and "0:02 to 0:03" in part
    # It ends where the account does, and seconds in which it is not heard are none of it.
    beyond = client.get(address, {"t": "3,60"}).content.decode()
    assert f'href="{shared}?t=3,4.5"' in beyond
    for elsewhere in ("0,1", "4.5", "x"):
        body = client.get(address, {"t": elsewhere}).content.decode()
        assert f'href="{shared}"' in body and not SEGMENT_CITED.search(body)


def test_a_testimony_in_several_clips_is_shared_part_by_part_by_their_addresses(
    client: Client,
) -> None:
    clips = [a_video(), a_video()]
    spoken = tuple(
        rows.a_transcript(clip.reference, "en", (2, 4.5, "", "We baked at night")) for clip in clips
    )
    testimony = rows.a_testimony(transcripts=spoken)
    body = client.get(f"/en/testimonies/{testimony.reference}/", {"t": "2,3"}).content.decode()
    assert f'href="/c/{testimony.reference}"' in body and "data-segment" not in body
    assert "recorded in several clips" in body and not SEGMENT_CITED.search(body)
    for clip in clips:
        rows.carry(testimony, clip, 2, 4.5)
    body = client.get(f"/en/testimonies/{testimony.reference}/").content.decode()
    for clip in clips:
        assert re.search(rf'data-address="[^"]*/c/{clip.reference}"', body)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("It has no file of its own", "It is heard in 2 clips", "in Arabic: Reviewed")),
        ("ar", ("ليس لها ملف خاص بها", "تُسمع في مقطعين")),
    ],
)
def test_a_testimony_says_what_happened_to_it_from_public_data(
    client: Client, language: str, said: tuple[str, ...]
) -> None:
    clips = [a_video(), a_video()]
    spoken = tuple(
        rows.a_transcript(clip.reference, "ar", (2, 4.5, "", "كنا نخبز ليلًا")) for clip in clips
    )
    testimony = rows.a_testimony(transcripts=spoken)
    for clip in clips:
        rows.carry(testimony, clip, 1, 3)
    body = client.get(f"/{language}/testimonies/{testimony.reference}/").content.decode()
    since = body.partition('class="since"')[2].partition("</section>")[0]
    # Told in two clips, written down once as far as anybody needs to know.
    for words in said:
        assert " ".join(re.sub("<[^>]*>", "", since).split()).count(words) == 1


def test_a_title_with_quotes_stays_one_title_in_the_frame_that_others_copy(client: Client) -> None:
    clip = a_video(title_en='He said "stay" <b>here</b> & left')
    body = client.get(f"/en/clips/{clip.reference}/").content.decode()
    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", body, re.DOTALL)
    assert shown
    frame = lxml_html.fragment_fromstring(html.unescape(shown[1]))
    assert frame.tag == "iframe" and len(frame) == 0 and frame.get("loading") == "lazy"
    assert frame.get("title") == 'He said "stay" <b>here</b> & left'
