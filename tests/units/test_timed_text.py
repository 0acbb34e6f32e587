"""Subtitle files of every habit become plain segments; what cannot is refused with its line."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from footage.timed_text import (
    MAX_BYTES,
    Segment,
    TimedTextError,
    read_timed_text,
    read_with_losses,
    write_plain,
    write_webvtt,
)

DATA = Path(__file__).parent.parent / "data" / "subtitles"
SECOND = "00:00:01.000 --> 00:00:02.000"


def from_file(name: str) -> list[Segment]:
    return read_timed_text((DATA / name).read_bytes())


def from_text(text: str) -> list[Segment]:
    return read_timed_text(text.encode())


def cue(payload: str) -> str:
    return f"WEBVTT\n\n{SECOND}\n{payload}\n"


def only_text(payload: str) -> str:
    (segment,) = from_text(cue(payload))
    return segment.text


# --- Encodings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ar_bom.srt", "حلب الشرقية"),
        ("ar_utf16le.srt", "ترميز يونيكود 16"),
        ("ar_windows1256.srt", "ترميز ويندوز 1256: بستان القصر"),
        ("html_tags.srt", "مائل أحمر"),
    ],
)
def test_arabic_is_read_in_the_encodings_that_editors_save(name, text):
    assert from_file(name) == [Segment(1000, 2000, "", text)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_gives_the_same_segments(encoding, line_end):
    text = cue("<v أحمد>في حي الصاخور\nسطر ثان").replace("\n", line_end)
    expected = [Segment(1000, 2000, "أحمد", "في حي الصاخور\nسطر ثان")]
    assert read_timed_text(text.encode(encoding)) == expected


@pytest.mark.parametrize("said", ["في حي الصاخور، بستان القصر", "“It’s here”, he said"])
def test_damaged_utf_8_is_refused_with_its_line_and_never_read_as_windows_1256(said):
    data = cue(said).encode()
    with pytest.raises(TimedTextError) as refusal:
        read_timed_text(data[:-8] + b"\xff" + data[-8:])
    assert (refusal.value.code, refusal.value.line) == ("encoding", 4)


def test_half_a_utf_16_character_is_refused():
    with pytest.raises(TimedTextError) as refusal:
        read_timed_text(cue("نص").encode("utf-16")[:-1])
    assert refusal.value.code == "encoding"


# --- Structure ---------------------------------------------------------------------------------


def test_two_languages_overlaps_and_missing_blank_lines_are_kept_in_order():
    assert [s.text for s in from_file("en_ar_two_languages.vtt")] == [
        "The civil defence arrives",
        "وصول الدفاع المدني",
    ]
    assert [(s.start_ms, s.end_ms) for s in from_file("overlap.vtt")] == [(0, 5000), (3000, 4000)]
    assert [s.text for s in from_file("no_blank_lines.srt")] == ["سطر", "سطر ثان"]


W3C_TEXTS = {
    "w3c-arrows.vtt": ["text0", "text1", "text2", "text3", "text4", "text5"],
    "w3c-newlines.vtt": ["text0", "text1", "text2", "text3"],
    "w3c-timings-60.vtt": ["text1", "text2"],
    "w3c-timings-too-long.vtt": ["text0", "text1"],
    "w3c-timings-too-short.vtt": ["text0", "text1"],
    "w3c-header-timings.vtt": ["text"],
    "w3c-header-garbage.vtt": ["text"],
    "w3c-stylesheets.vtt": ["text", "text"],
    "w3c-ids.vtt": ["text0", "text1", "text2", "text3", "text4"],
}


@pytest.mark.parametrize("name", W3C_TEXTS)
def test_the_w3c_file_tests_give_the_cues_they_expect(name):
    texts = [segment.text for segment in from_file(name)]
    assert texts == W3C_TEXTS[name]


def test_times_in_the_signature_line_are_no_cue():
    with pytest.raises(TimedTextError) as refusal:
        from_file("w3c-signature-timings.vtt")
    assert refusal.value.code == "no_cue"


def test_cues_that_run_backwards_are_left_out_and_named_with_their_lines():
    segments, losses = read_with_losses((DATA / "w3c-timings-negative.vtt").read_bytes())
    assert [segment.text for segment in segments] == ["text0"]
    assert [(loss.code, loss.line) for loss in losses] == [
        ("backwards", 6),
        ("backwards", 9),
        ("backwards", 12),
    ]


def test_every_loss_is_named_with_its_line():
    file = (
        f"WEBVTT\n\nNOTE an aside\n\n{SECOND}\nkept\n\n00:61 --> 00:02\nlost\n\nno times here\n\n"
        f"{SECOND}\n<c></c>\n\n600:00:00.000 --> 600:00:01.000\ntoo late\n"
    )
    segments, losses = read_with_losses(file.encode())
    assert [segment.text for segment in segments] == ["kept"]
    assert [(loss.line, loss.code) for loss in losses] == [
        (8, "timing"),
        (11, "stray"),
        (13, "no_text"),
        (16, "late"),
    ]
    assert all(str(loss.line) in loss.message_ar for loss in losses)


def test_srt_text_cut_off_by_an_empty_line_is_named_as_lost():
    file = (
        "1\n00:00:01,000 --> 00:00:02,000\nsaid\n\nthe rest\n\n2\n00:00:03,000 --> 00:00:04,000\nb"
    )
    segments, losses = read_with_losses(file.encode())
    assert [segment.text for segment in segments] == ["said", "b"]
    assert [(loss.line, loss.code) for loss in losses] == [(5, "stray")]


@pytest.mark.parametrize("first", ["WEBVTTX", "\nWEBVTT", " WEBVTT"])
def test_a_wrong_signature_is_refused(first):
    with pytest.raises(TimedTextError) as refusal:
        from_text(f"{first}\n\n{SECOND}\ntext")
    assert refusal.value.code == "header"


@pytest.mark.parametrize(
    "data", [b"", b"WEBVTT", b"\x00\xff\xd8\xff\xe0" * 50, b"just a letter", b"1\n-->\n"]
)
def test_a_file_without_a_usable_cue_is_refused(data):
    with pytest.raises(TimedTextError) as refusal:
        read_timed_text(data)
    assert refusal.value.code == "no_cue"


# --- Text --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["w3c-tags.json", "w3c-text.json"])
def test_the_w3c_cue_text_tests_give_the_text_they_expect(name):
    for case in json.loads((DATA / name).read_text(encoding="utf-8")):
        # In their trees a text node is quoted and an element is not.
        nodes = re.findall(r'^\|\s+"([^"]*)"$', case["expectedTree"], re.MULTILINE)
        expected = "".join(nodes).replace("\ufffd", "")
        if expected:
            spoken = from_text(cue(case["text"]))
            assert "".join(segment.text for segment in spoken) == expected
        else:
            with pytest.raises(TimedTextError):
                from_text(cue(case["text"]))


def test_hostile_markup_leaves_plain_text_only():
    assert [s.text for s in from_file("xss.vtt")] == ["alert(1)x"]
    assert (
        only_text("&lt;script&gt; &amp;lt; &#x202e;x&nbsp;y &#0;")
        == "<script> &lt; x\u00a0y \ufffd"
    )


def test_two_voices_in_one_cue_are_two_segments():
    assert from_text(cue("<v.loud Ahmed &amp; Co>Go!</v> (noise) <v Mary>No way")) == [
        Segment(1000, 2000, "Ahmed & Co", "Go!"),
        Segment(1000, 2000, "", "(noise)"),
        Segment(1000, 2000, "Mary", "No way"),
    ]


def test_a_literal_less_than_in_srt_is_not_taken_for_a_tag():
    (segment,) = from_text("00:00:01,000 --> 00:00:02,000\n3 < 5 {\\an8}<b>then</b>")
    assert segment.text == "3 < 5 then"


def test_isolates_stay_when_they_balance_and_every_other_direction_control_goes():
    assert [s.text for s in from_file("ar_mixed_bidi.vtt")][
        1
    ] == "\u2067(الصاخور)\u2069 – 1/10/2016"
    assert only_text("\u202eabc\u202c \u200fd\u200e \u061ce") == "abc d e"
    assert only_text("\u2067open") == "open"
    assert only_text("\u2069shut\u2066") == "shut"


def test_control_characters_and_nul_are_removed():
    assert only_text("a\0b\x07c\x1b[31md\ufeff\te") == "abc[31md e"
    assert all("\0" not in segment.text for segment in from_file("w3c-nulls.vtt"))


# --- Limits ------------------------------------------------------------------------------------


def test_a_file_over_5_mb_is_refused_and_one_below_is_read():
    head = cue("text").encode() + b"\nNOTE "
    assert read_timed_text(head + b"x" * (MAX_BYTES - len(head)))
    with pytest.raises(TimedTextError) as refusal:
        read_timed_text(head + b"x" * (MAX_BYTES - len(head) + 1))
    assert refusal.value.code == "too_large"


def test_the_20001st_segment_is_refused_rather_than_cut():
    block = f"{SECOND}\nx\n\n"
    assert len(from_text("WEBVTT\n\n" + block * 20_000)) == 20_000
    with pytest.raises(TimedTextError) as refusal:
        from_text("WEBVTT\n\n" + block * 20_001)
    assert refusal.value.code == "too_many"


def test_a_segment_over_2000_characters_is_refused_with_its_line():
    assert len(only_text("x" * 2000)) == 2000
    with pytest.raises(TimedTextError) as refusal:
        only_text("x" * 2001)
    assert (refusal.value.code, refusal.value.line) == ("too_long", 3)


@pytest.mark.parametrize(
    "payload", ["<" * 900_000, "&#" + "1" * 900_000, "&" * 900_000, "<v " + "x" * 900_000]
)
def test_hostile_lengths_are_answered_at_once(payload):
    started = time.process_time()
    with pytest.raises(TimedTextError):
        from_text(cue(payload))
    with pytest.raises(TimedTextError):
        from_text("WEBVTT\n\n" + payload.replace("<", "0") + SECOND)
    assert time.process_time() - started < 5  # a quadratic reader needs hours


def test_every_error_has_both_languages():
    with pytest.raises(TimedTextError) as refusal:
        read_timed_text(b"")
    assert str(refusal.value) == refusal.value.message_en
    assert "مقطع" in refusal.value.message_ar


# --- Writing -----------------------------------------------------------------------------------


def test_arabic_lines_begin_with_a_right_to_left_mark_and_markup_is_escaped():
    segments = [
        Segment(0, 1500, "أحمد <م>", "ABC تقول: توقف!\n--> & <b>"),
        Segment(3_600_000, 3_600_001, "", "x"),
    ]
    assert write_webvtt(segments, "ar") == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:01.500\n"
        "<v أحمد &lt;م&gt;>\u200fABC تقول: توقف!\n\u200f--&gt; &amp; &lt;b&gt;\n\n"
        "01:00:00.000 --> 01:00:00.001\n\u200fx\n"
    )
    assert "\u200f" not in write_webvtt(segments, "en")
    assert read_timed_text(write_webvtt(segments, "ar-SY").encode()) == segments


@pytest.mark.parametrize(
    "segment",
    [Segment(2, 1, "", "x"), Segment(-1, 1, "", "x"), Segment(0, 1, "", " \u200f\n ")],
)
def test_a_segment_that_could_not_be_read_back_is_not_written(segment):
    with pytest.raises(ValueError):
        write_webvtt([segment], "en")


readable = "abcXYZ019 .,:;!?&<>-/\\'\"{}#()" + "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإآ،؛؟" + "é漢😀"
lines = st.text(readable, min_size=1, max_size=40).map(str.strip).filter(bool)
segments = st.builds(
    lambda start, length, speaker, text: Segment(start, start + length, speaker, "\n".join(text)),
    st.integers(0, 1_000_000_000),
    st.integers(0, 1_000_000),
    st.one_of(st.just(""), lines.map(lambda line: " ".join(line.split()))),
    st.lists(lines, min_size=1, max_size=4),
)


@given(st.lists(segments, min_size=1, max_size=6), st.sampled_from(["ar", "en"]))
@example([Segment(0, 1, "--", "x")], "en")
def test_what_is_written_is_read_back_the_same(written, language):
    file = write_webvtt(written, language)
    assert file.count("-->") == len(written)
    assert read_with_losses(file.encode()) == (written, [])


@given(st.text(min_size=1, max_size=60), st.text(max_size=20), st.sampled_from(["ar", "en"]))
def test_any_text_is_stable_once_it_has_been_written_and_read(text, speaker, language):
    try:
        file = write_webvtt([Segment(0, 1, speaker, text)], language)
    except ValueError:
        return
    once = read_timed_text(file.encode())
    assert len(once) == 1
    assert read_timed_text(write_webvtt(once, language).encode()) == once


pieces = st.sampled_from(
    ["WEBVTT", "\n", "\n\n", "\r", "-->", " --> ", SECOND, "00:00:01,000", "<v ", "<", ">", "&#x",
     "1", "NOTE", "نص", "\0", "\u2067", "STYLE"]
)  # fmt: skip


@given(st.binary(max_size=200) | st.lists(pieces, max_size=20).map(lambda p: "".join(p).encode()))
def test_arbitrary_bytes_raise_nothing_but_a_timed_text_error(data):
    try:
        for segment in read_timed_text(data):
            assert segment.text and 0 <= segment.start_ms <= segment.end_ms
    except TimedTextError as refusal:
        assert refusal.message_en and refusal.message_ar


# --- Everything in the shared data -------------------------------------------------------------

# vtt.js expectations that the W3C rules do not share, or cues without text or beyond 555 hours.
OTHERWISE = {
    "cue-times/min-top-digits.vtt": "000:00.000 is minutes of three digits",
    "cue-times/minimum-spots-over-sixty.vtt": "120:00.000 is minutes of three digits",
    "cuetext/lang/no-end-gt.vtt": "an unclosed tag and no text",
    "cuetext/timestamp/no-end-gt.vtt": "an unclosed tag and no text",
    "integration/id.vtt": "the cue after a lone --> counts by the W3C block rules",
}


@pytest.mark.acceptance
def test_every_subtitle_file_is_read_or_refused_and_keeps_the_times_expected(shared_data):
    folder = shared_data / "text" / "subtitles"
    files = [p for p in sorted(folder.rglob("*")) if p.suffix in (".vtt", ".srt")]
    assert len(files) > 150
    compared, unlike = 0, set()
    for path in files:
        try:
            found = read_timed_text(path.read_bytes())
        except TimedTextError:
            found = []
        expectation = path.with_suffix(".json")
        if "vttjs" not in path.parts or not expectation.exists():
            continue
        cues = json.loads(expectation.read_text(encoding="utf-8"))["cues"]
        expected = {(round(c["startTime"] * 1000), round(c["endTime"] * 1000)) for c in cues}
        compared += 1
        if expected != {(segment.start_ms, segment.end_ms) for segment in found}:
            unlike.add(path.relative_to(folder / "vttjs").as_posix())
    assert compared > 40
    assert unlike == set(OTHERWISE)


def test_printable_text_is_written_as_text_that_has_to_be_cleaned_is() -> None:
    for code in (*range(0x3100), *range(0xFE00, 0x10000)):
        quick, slow = f"a{chr(code)}b", f"\x00a{chr(code)}b"
        ways = [write_plain([Segment(0, 1, "", text)], "ar") for text in (quick, slow)]
        assert ways[0] == ways[1], hex(code)
