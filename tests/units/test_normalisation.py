"""Spellings that people use for the same word become one; different words stay different."""

import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.normalisation import normalise

PAIRS = Path(__file__).parent.parent / "data" / "arabic" / "normalisation_pairs.csv"

# We do not stem here, so Lucene's stemmer and analyser rows only have to be left in a stable form;
# in these rows our expectation differs from the file's, each for the reason given.
OURS = {
    # A slash is a separator for the tokeniser, not a character that normalising may replace.
    "الهلك/الحيدرية": "الهلك/الحيدريه",
}


def rows(*kinds: str) -> list[tuple[str, str]]:
    with PAIRS.open(encoding="utf-8-sig", newline="") as file:
        return [
            (row["input"], OURS.get(row["input"], row["expected"]))
            for row in csv.DictReader(file)
            if row["kind"].startswith(kinds)
        ]


@pytest.mark.parametrize(
    ("written", "expected"), rows("lucene-normalisation", "lucene-persian-forms", "fold")
)
def test_published_cases_fold_as_expected(written: str, expected: str) -> None:
    assert normalise(written) == expected


def test_stemming_is_left_to_the_search() -> None:
    stemmed = rows("lucene-light-stem", "lucene-analyzer")
    assert len(stemmed) > 20
    unchanged = [pair for pair in stemmed if normalise(pair[0]) != pair[1]]
    assert ("الحسن", "حسن") in unchanged
    assert normalise("الحسن") == "الحسن"


@pytest.mark.parametrize(
    "spellings",
    [
        ["أحمد", "احمد", "إحمد", "ٱحمد", "أَحْمَد", "أحـــمد"],
        ["مدرسة", "مدرسه", "مَدرسة"],
        ["مستشفى", "مستشفي", "مستشفی"],
        ["الشهداء", "الشُّهداء", "الشُهَداء"],
        ["شؤون", "شوون"],
        ["2016", "٢٠١٦", "۲۰۱۶", "２０１６"],
        ["Café", "cafe", "CAFÉ", "cafe\u0301"],
        ["Şêxmeqsûd", "sexmeqsud"],
        ["Sha'ar", "Sha’ar", "Sha‘ar", "Shaʿar".replace("ʿ", "\u02bf")],
        ["حلب", "\u202bحلب\u202c", "\u200fحلب", "حلب\ufeff", "ﺣﻠﺐ"],
        ["İstanbul", "istanbul"],
    ],
    ids=lambda spellings: spellings[0],
)
def test_spellings_of_one_word_meet(spellings: list[str]) -> None:
    assert len({normalise(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("حلب", "حليب"),
        ("الزهراء", "الزهور"),
        ("مشهد", "المشهد"),
        ("دار", "ضار"),
        ("سور", "صور"),
        ("ماء", "ما"),
    ],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


# Arabic letters, marks and controls are drawn often, so that the folds meet each other.
TEXT = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.characters(min_codepoint=0x0600, max_codepoint=0x06FF),
        st.characters(min_codepoint=0x0300, max_codepoint=0x036F),
        st.sampled_from("aeiIİßﷲﻻ\u200e\u202e\u0345\u0655\u0654"),
    ),
    max_size=12,
)


@given(TEXT)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(TEXT)
def test_nothing_invisible_survives(text: str) -> None:
    assert not any(unicodedata.category(character) == "Cf" for character in normalise(text))


@given(st.text(st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهوي 0123456789abc"), max_size=30))
def test_plain_text_passes_unchanged(text: str) -> None:
    assert normalise(text) == text


@pytest.mark.acceptance
def test_every_published_title_settles(shared_data: Path) -> None:
    with (shared_data / "metadata/aleppo_footage_metadata.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        titles = [t for row in csv.DictReader(file) for t in (row["title_ar"], row["title_en"])]
    assert len(titles) > 9000
    for title in titles:
        assert normalise(normalise(title)) == normalise(title)
        assert bool(normalise(title).strip()) == bool(title.strip())
