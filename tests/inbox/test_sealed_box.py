"""A sealed box: closed by anybody, opened by one key, for one row, and never quietly wrong."""

import secrets

import pytest

from footage.inbox import codes, sealed_box
from footage.references import ALPHABET

PRIVATE = sealed_box.new_private_key()
PUBLIC = sealed_box.public_half(PRIVATE)


@pytest.mark.parametrize("size", [0, 1, 2046, 2047, 2048, 5000])
def test_what_was_closed_is_opened_whole(size: int) -> None:
    content = secrets.token_bytes(size)
    box = sealed_box.close(content, to=PUBLIC, place="here")
    assert sealed_box.open_box(box, private=PRIVATE, place="here") == content


def test_two_boxes_of_the_same_words_share_nothing() -> None:
    one, other = (sealed_box.close(b"water", to=PUBLIC, place="here") for _ in range(2))
    assert one[:1] == other[:1]
    assert not {one[at : at + 8] for at in range(1, len(one) - 8)} & {
        other[at : at + 8] for at in range(1, len(other) - 8)
    }


def test_a_short_and_a_longer_text_take_the_same_room() -> None:
    assert len(sealed_box.close(b"no", to=PUBLIC, place="x")) == len(
        sealed_box.close(b"a page of fear" * 100, to=PUBLIC, place="x")
    )


def test_a_box_moved_changed_or_closed_for_another_key_does_not_open() -> None:
    box = sealed_box.close(b"water", to=PUBLIC, place="here")
    for wrong in (
        (box, PRIVATE, "there"),
        (box, sealed_box.new_private_key(), "here"),
        (box[:-1] + bytes([box[-1] ^ 1]), PRIVATE, "here"),
        (box[:40], PRIVATE, "here"),
        (b"", PRIVATE, "here"),
        (b"\x02" + box[1:], PRIVATE, "here"),
        # A public key that would make every shared secret zero.
        (box[:1] + bytes(32) + box[33:], PRIVATE, "here"),
    ):
        with pytest.raises(sealed_box.BoxError):
            sealed_box.open_box(wrong[0], private=wrong[1], place=wrong[2])


def test_a_code_is_read_however_it_was_typed_and_a_slip_is_caught() -> None:
    code = codes.new_code()
    assert codes.read_code(f"  {code.lower().replace('-', ' ')}\u200f") == code
    for at, character in enumerate(code):
        if character != "-":
            other = ALPHABET[(ALPHABET.index(character) + 1) % len(ALPHABET)]
            with pytest.raises(codes.NotACode):
                codes.read_code(code[:at] + other + code[at + 1 :])
    for nonsense in ("", "0", "O" * 16, "ß" * 16, code + "A", "x" * 10_000):
        with pytest.raises(codes.NotACode):
            codes.read_code(nonsense)


def test_codes_do_not_repeat_and_their_digest_does_not_show_them() -> None:
    many = {codes.new_code() for _ in range(500)}
    assert len(many) == 500
    assert all(code[:4] not in codes.digest_of(code) for code in many)
