"""What a reader writes arrives, sealed; what cannot be taken is said, and nothing is lost."""

import logging
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from footage.inbox import desk, receiving
from footage.inbox.models import Message, Outcome, PrivateKey, PublicKey
from tests import world
from tests.inbox.conftest import ENCODED, Send
from tests.walls.test_public_surface import TABLE

pytestmark = pytest.mark.django_db

CODE = re.compile(r">(\w{4}-\w{4}-\w{4}-\w{4})<")
REFERENCE = "AA-7Q2K-M3XT-H"


def code_in(response: Any) -> str:
    assert response.status_code == 200, response.content.decode()
    found = CODE.search(response.content.decode())
    assert found
    return found[1]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_message_arrives_and_only_staff_can_open_it(send: Send, language: str) -> None:
    words = "يظهر أخي عند الباب، خذوه من هنا"
    response = send(f"/{language}/safety/", urgent="on", reference=" aa7q2k m3xth ", words=words)
    code_in(response)
    message = Message.objects.get()
    assert (message.urgent, message.reference) == (True, REFERENCE)
    assert words.encode() not in bytes(message.sealed)
    opened = desk.look(message, by=world.publisher())
    assert (opened.concern, opened.words, opened.language) == ("removal", words, language)


def test_nothing_kept_says_who_wrote_or_from_where(send: Send, caplog: Any) -> None:
    with caplog.at_level(logging.DEBUG):
        headers = {
            "Sec-Fetch-Site": "same-origin",
            "User-Agent": "canary-agent",
            "X-Forwarded-For": "203.0.113.77",
            "Cookie": "canary=cookie",
            "Accept-Language": "ar-SY",
        }
        response = send(headers=headers, words="canary-words")
    code = code_in(response)
    assert not response.cookies
    kept = repr([list(model.objects.values_list()) for model in (Message, Outcome, PublicKey)])
    everything = kept + caplog.text + str(response.headers)
    for trace in ("canary", "203.0.113.77", "127.0.0.1", code, code.replace("-", "")):
        assert trace not in everything, trace
    message = Message.objects.get()
    assert (message.received.minute, message.received.second) == (0, 0)


def test_a_form_touches_two_tables_of_the_inbox_and_reads_no_message(send: Send) -> None:
    touched: list[str] = []

    def noted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        touched.extend(f"{sql.split()[0]} {table}" for table in TABLE.findall(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(noted):
        code = code_in(send(words="x"))
        send("/en/safety/outcome/", code=code)
    assert touched == ["SELECT inbox_publickey", "INSERT inbox_message", "SELECT inbox_outcome"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        # Browsers from before Sec-Fetch-Site: the origin alone, or nothing.
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 200),
        ({}, 200),
    ],
)
def test_a_form_of_another_site_is_refused_by_what_the_browser_says(
    send: Send, headers: dict[str, str], status: int
) -> None:
    assert send(headers=headers, words="x").status_code == status
    assert Message.objects.count() == (status == 200)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"concern": "", "words": "x"}, "Choose what you ask for."),
        ({"concern": "nonsense", "words": "x"}, "from the list"),
        ({"reference": "AA-7Q2K-M3XT-9"}, "typing error in this reference"),
        ({}, "Give a reference, or say in a few words"),
        ({"words": "   "}, "Give a reference, or say in a few words"),
        ({"words": "ط" * 5001}, "longer than 5000 characters (5001)"),
        ({"words": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_is_named_and_what_was_written_stays(
    send: Send, asked: dict[str, str], said: str
) -> None:
    response = send(**asked)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert (asked.get("words", "").strip() or "form")[:4000] in response.content.decode()
    assert Message.objects.count() == 0


def test_the_longest_text_fits_and_more_bytes_are_not_read(send: Send) -> None:
    assert send(words="😀" * 5000).status_code == 200
    client = Client()
    big = client.post("/en/safety/", b"words=" + b"x" * 90_000, content_type=ENCODED)
    assert big.status_code == 413
    assert client.post("/en/safety/", {"words": "x", "concern": "other"}).status_code == 415
    assert Message.objects.count() == 1


def test_a_flood_is_refused_aloud_and_leaves_room_for_those_in_danger(send: Send) -> None:
    most = receiving.ALLOWANCES[False].most
    for _ in range(most):
        assert send(words="flood").status_code == 200
    refused = send(words="please & thank you")
    assert refused.status_code == 503
    assert int(refused["Retry-After"]) >= 1
    page = refused.content.decode()
    assert "Your message was NOT kept" in page
    assert "please &amp; thank you" in page, "what was written still stands in the form"
    assert send(words="danger", urgent="on").status_code == 200
    assert Message.objects.count() == most + 1


def test_room_comes_back_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(receiving.time, "monotonic", lambda: now[0])
    room = receiving.Allowance(2, 10)
    room.take()
    room.take()
    with pytest.raises(receiving.TooMany) as full:
        room.take()
    assert full.value.seconds == 10
    now[0] += 10
    room.take()


def test_without_a_key_nothing_is_kept_and_the_page_says_so(send: Send, caplog: Any) -> None:
    PrivateKey.objects.all().delete()
    PublicKey.objects.all().delete()
    response = send(words="a secret")
    assert response.status_code == 503
    assert "it cannot be written down now" in response.content.decode()
    assert "a secret" not in caplog.text


def test_a_database_that_fails_loses_nothing_silently(send: Send, caplog: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inbox_message RENAME TO inbox_elsewhere")
    from django.db import transaction

    with transaction.atomic():
        response = send(words="a secret")
        transaction.set_rollback(True)
    assert response.status_code == 503
    assert "NOT kept" in response.content.decode()
    assert "a secret" not in caplog.text


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_form_is_reached_from_a_record_with_its_reference_filled_in(language: str) -> None:
    clip = world.published()
    told = world.published(world.testimony(world.clip()))
    for kind, row in (("clips", clip), ("testimonies", told)):
        page = Client().get(f"/{language}/{kind}/{row.reference}/").content.decode()
        address = f"/{language}/safety/?reference={row.reference}"
        assert f'href="{address}#tell-us"' in page
        assert f'value="{row.reference}"' in Client().get(address).content.decode()


@pytest.mark.parametrize("typed", ['"><script>x</script>', "AA-7Q2K-M3XT-9", "x" * 500, "\0"])
def test_an_address_puts_no_words_of_its_own_on_the_page(typed: str) -> None:
    page = Client().get("/en/safety/", {"reference": typed})
    plain = Client().get("/en/safety/")
    body = page.content.decode().replace(page.wsgi_request.get_full_path(), "")
    assert re.search(r'name="reference"\s+value=""', body)
    # The page's own modules are files; nothing of the address becomes a script beside them.
    assert "<script" not in re.sub(r'<script type="module" src="/static/[^"]+">', "", body)
    assert page.status_code == plain.status_code == 200


@pytest.mark.parametrize("language", ["en", "ar"])
def test_undecided_and_unknown_codes_get_the_same_bytes(send: Send, language: str) -> None:
    from footage.inbox.codes import new_code

    address = f"/{language}/safety/outcome/"
    asked = code_in(send(words="x"))
    waiting, unknown = send(address, code=asked), send(address, code=new_code())
    assert waiting.status_code == unknown.status_code == 200
    assert waiting.content == unknown.content
    assert dict(waiting.headers) == dict(unknown.headers)
    assert waiting["Cache-Control"] == "no-store"
    desk.take(Message.objects.get(), by=world.publisher())
    assert send(address, code=asked).content == unknown.content, "taken up is not told"
    desk.answer(Message.objects.get(), "left", by=world.publisher())
    assert send(address, code=asked).content != unknown.content


def test_a_mistyped_code_is_told_from_an_undecided_one(send: Send) -> None:
    response = send("/en/safety/outcome/", code="AAAA-BBBB-CCCC-DDDD")
    assert response.status_code == 422
    assert "not a code of this archive" in response.content.decode()
