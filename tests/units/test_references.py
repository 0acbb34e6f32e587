"""References survive dictation and typing: every single slip is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.references import (
    ALPHABET,
    ReferenceError,
    check_character,
    new_reference,
    parse_reference,
)

bodies = st.text(ALPHABET, min_size=8, max_size=8)


def canonical(body: str) -> str:
    return f"AA-{body[:4]}-{body[4:]}-{check_character(body)}"


def is_refused(text: str) -> bool:
    try:
        parse_reference(text)
    except ReferenceError:
        return True
    return False


def test_the_alphabet_has_32_characters_and_none_that_look_alike():
    assert len(set(ALPHABET)) == len(ALPHABET) == 32
    assert not set("01IO") & set(ALPHABET)


def test_a_known_reference_keeps_its_check_character():
    assert check_character("7Q2KM3XT") == "H"
    assert parse_reference("AA-7Q2K-M3XT-H") == "AA-7Q2K-M3XT-H"


def test_new_references_are_canonical_and_do_not_repeat():
    references = {new_reference() for _ in range(2_000)}
    assert len(references) == 2_000
    assert all(parse_reference(reference) == reference for reference in references)


@pytest.mark.parametrize(
    "typed",
    [
        "aa-7q2k-m3xt-h",
        "AA7Q2KM3XTH",
        " aa 7q2k m3xt h\n",
        "AA–7Q2K–M3XT–H",
        "\u200eAA-7Q2K-M3XT-H\u200f",
        "AA-٧Q٢K-M٣XT-H",
        "AA-۷Q۲K-M۳XT-H",
    ],
)
def test_case_hyphens_spaces_direction_marks_and_arabic_digits_are_forgiven(typed):
    assert parse_reference(typed) == "AA-7Q2K-M3XT-H"


@given(bodies)
def test_every_wrong_character_is_caught(body):
    reference = canonical(body).replace("-", "")
    for position in range(2, 11):
        for other in ALPHABET:
            wrong = reference[:position] + other + reference[position + 1 :]
            assert is_refused(wrong) == (other != reference[position])


@given(bodies)
def test_every_swap_of_two_characters_is_caught_neighbours_or_not(body):
    reference = canonical(body).replace("-", "")
    for first in range(2, 11):
        for second in range(first + 1, 11):
            typed = list(reference)
            typed[first], typed[second] = typed[second], typed[first]
            assert is_refused("".join(typed)) == (reference[first] != reference[second])


def test_the_check_depends_on_every_place_differently_for_every_character():
    """The proof behind the two tests above, exhaustive because the scheme is linear."""
    zero = ALPHABET.index(check_character("22222222"))
    assert zero == 0
    for value in ALPHABET[1:]:
        effects = [check_character("2" * n + value + "2" * (7 - n)) for n in range(8)]
        assert len({*effects, value}) == 9 and ALPHABET[0] not in effects


@given(st.text(max_size=120))
def test_arbitrary_text_is_refused_by_our_own_error_alone(text):
    try:
        assert parse_reference(text).startswith("AA-")
    except ReferenceError as refusal:
        assert refusal.message_en and refusal.message_ar


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "shape"),
        ("AA-7Q2K-M3XT", "shape"),
        ("BB-7Q2K-M3XT-H", "shape"),
        ("A" * 101, "shape"),
        ("AA-7Q2K-M3XT-0", "alphabet"),
        ("AA-7Q1K-M3XT-H", "alphabet"),
        ("AA-7Q2K-M3XT-ſ", "alphabet"),
        ("AA-7Q2K-M3XT-J", "check"),
    ],
)
def test_each_error_says_what_is_wrong_in_both_languages(typed, code):
    with pytest.raises(ReferenceError) as refusal:
        parse_reference(typed)
    assert refusal.value.code == code
    assert "المصدر" in refusal.value.message_ar
    assert "Compare" in str(refusal.value) == refusal.value.message_en
