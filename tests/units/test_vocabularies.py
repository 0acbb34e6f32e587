"""The closed vocabularies keep their promises in both languages."""

import re

import pytest

from footage.vocabularies import (
    ADVISORIES,
    PLACE_KINDS,
    RIGHTS,
    SUBJECTS,
    VOCABULARIES,
    Term,
    Vocabulary,
)

ARABIC_LETTER = re.compile(r"[\u0621-\u064a]")
LATIN_LETTER = re.compile(r"[A-Za-z]")
# The only Latin letters Arabic text may hold: the short names of licences, which have no Arabic.
LICENCE_NAME = re.compile(r"\((?:CC BY(?:-NC|-SA|-ND)*|CC0) \d\.\d\)")

TERMS = [
    pytest.param(term, id=f"{vocabulary.name}/{term.code}")
    for vocabulary in VOCABULARIES
    for term in vocabulary
]


@pytest.mark.parametrize("term", TERMS)
def test_every_term_speaks_english_and_arabic(term: Term) -> None:
    assert LATIN_LETTER.search(term.en)
    assert not ARABIC_LETTER.search(term.en + term.note_en)
    assert ARABIC_LETTER.search(term.ar)
    assert not LATIN_LETTER.search(LICENCE_NAME.sub("", term.ar + term.note_ar))
    assert bool(term.note_en) == bool(term.note_ar)


@pytest.mark.parametrize("term", TERMS)
def test_codes_are_kebab_case(term: Term) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", term.code)


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda v: v.name)
def test_no_two_terms_of_a_vocabulary_read_the_same(vocabulary: Vocabulary) -> None:
    for texts in ([t.en.casefold() for t in vocabulary], [t.ar for t in vocabulary]):
        assert len(set(texts)) == len(texts)


def test_no_text_carries_invisible_or_presentation_characters() -> None:
    hidden = re.compile("[\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufb50-\ufdff\ufe70-\ufeff]")
    for vocabulary in VOCABULARIES:
        for term in vocabulary:
            assert not hidden.search(term.en + term.ar + term.note_en + term.note_ar), term


def test_a_code_used_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Vocabulary("colours", Term("red", "Red", "أحمر"), Term("red", "Crimson", "قرمزي"))


def test_an_unknown_code_or_language_raises() -> None:
    with pytest.raises(KeyError):
        SUBJECTS["triumph"]
    with pytest.raises(KeyError):
        SUBJECTS.label("home", "fr")


def test_choices_keep_the_order_and_the_language() -> None:
    assert SUBJECTS.choices("en")[0] == ("home", "Home and family")
    assert SUBJECTS.choices("ar")[0] == ("home", "البيت والأسرة")
    assert [code for code, _ in ADVISORIES.choices("ar")] == list(ADVISORIES.codes)


def test_daily_life_stands_before_the_bombing() -> None:
    codes = list(SUBJECTS.codes)
    assert max(codes.index(c) for c in ("home", "school", "play", "market")) < min(
        codes.index(c) for c in ("siege", "destruction", "air-strike", "shelling")
    )


def test_every_rights_statement_names_its_published_equivalent() -> None:
    for term in RIGHTS:
        assert re.match(r"https?://(creativecommons|rightsstatements)\.org/", term.uri), term


def test_place_kinds_hold_those_of_the_gazetteer() -> None:
    assert {"city", "district", "neighbourhood", "old-city-quarter"} <= set(PLACE_KINDS.codes)


def test_a_code_of_another_schema_has_no_known_label() -> None:
    assert RIGHTS.known_label("filmer-consent", "ar") == RIGHTS.label("filmer-consent", "ar")
    assert [RIGHTS.known_label(code, "en") for code in ("of-another-schema", "", None)] == [""] * 3
