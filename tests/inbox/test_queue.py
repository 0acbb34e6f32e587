"""The queue: urgent first, opened by few and on record, hidden in one step, answered in public."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from footage import identities
from footage.catalogue.models import PublicRecord
from footage.custody.models import CustodyEvent, EventType
from footage.inbox import desk, sealed_box
from footage.inbox.models import DAYS_KEPT, Handling, Message, Outcome, PrivateKey, PublicKey
from people import sealing
from tests import world
from tests.inbox.conftest import Send
from tests.inbox.test_asking import code_in
from tests.workshop.conftest import SignIn

pytestmark = pytest.mark.django_db

QUEUE = "/admin/inbox/message/"


def page_of(message: Message, act: str = "change") -> str:
    return reverse(f"admin:inbox_message_{act}", args=[message.pk])


def events(message: Message) -> list[str]:
    found = CustodyEvent.objects.filter(subject=f"inbox_message:{message.pk}")
    return list(found.order_by("recorded_at").values_list("type", flat=True))


def waited(message: Message, hours: int) -> Message:
    received = timezone.now() - timedelta(hours=hours)
    Message.objects.filter(pk=message.pk).update(received=received)
    return message


def test_the_queue_has_the_urgent_first_then_what_waited_longest(sign_in: SignIn) -> None:
    references = [world.clip().reference for _ in range(5)]
    old, urgent, new, done, older_urgent = (
        world.message(reference=reference, urgent=number in {1, 4})
        for number, reference in enumerate(references)
    )
    for message, hours in ((old, 50), (urgent, 2), (new, 0), (done, 90), (older_urgent, 8)):
        waited(message, hours)
    desk.answer(done, "left", by=world.publisher())
    page = sign_in("publisher").get(QUEUE).content.decode()
    shown = sorted(references, key=page.index)
    expected = [older_urgent, urgent, old, new, done]
    assert shown == [message.reference for message in expected]
    for waiting in ("8\xa0hours", "2\xa0days", "less than an hour"):
        assert waiting in page


def test_the_queue_takes_as_many_queries_for_many_as_for_few(sign_in: SignIn) -> None:
    client = sign_in("publisher")
    client.get(QUEUE)  # What Django remembers of content types it asks for once.
    counts = []
    for _ in range(2):
        for _message in range(4):
            desk.take(world.message(), by=world.publisher())
        with CaptureQueriesContext(connection) as asked:
            client.get(QUEUE)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_front_page_counts_what_waits_for_those_who_answer_it(sign_in: SignIn) -> None:
    for urgent in (True, False, False):
        world.message(urgent=urgent)
    page = sign_in("custodian").get("/admin/").content.decode()
    assert "3 messages from readers wait for an answer" in " ".join(page.split())
    assert "1 urgent" in page
    assert "messages from readers" not in sign_in("archivist").get("/admin/").content.decode()


def test_the_words_are_shown_once_by_post_and_the_look_is_recorded_first(
    sign_in: SignIn,
) -> None:
    message = world.message("The third window from the left.")
    client = sign_in("publisher")
    for address in (QUEUE, page_of(message), page_of(message, "open")):
        assert "third window" not in client.get(address).content.decode()
    assert events(message) == []
    opened = client.post(page_of(message, "open"))
    assert "The third window from the left." in opened.content.decode()
    assert "no-store" in opened["Cache-Control"]
    assert events(message) == [EventType.UNSEALING]
    event = CustodyEvent.objects.get(subject=f"inbox_message:{message.pk}")
    assert event.agent == client.user  # type: ignore[attr-defined]
    assert "window" not in str(event.detail)


@pytest.mark.parametrize("role", ["archivist", "cataloguer", "auditor", "administrator"])
def test_other_roles_see_no_queue_and_open_nothing(sign_in: SignIn, role: str) -> None:
    message = world.message("The third window.")
    client = sign_in(role)
    for act in ("take", "open", "hide", "answer"):
        assert client.post(page_of(message, act), {"answer": "left"}).status_code == 403
    assert events(message) == []
    assert not Handling.objects.exists()


def test_a_message_that_cannot_be_opened_is_still_handled_and_the_look_recorded(
    sign_in: SignIn,
    settings: Any,
) -> None:
    client, message = sign_in("publisher"), world.message(reference="AA-7Q2K-M3XT-H")
    settings.ARCHIVE_KEYS = ["another key"]
    answer = client.post(page_of(message, "open"), follow=True).content.decode()
    assert "It cannot be opened" in answer
    assert "is not in ARCHIVE_KEYS" in answer
    assert events(message) == [EventType.UNSEALING]


def test_whoever_takes_it_up_first_is_shown_to_the_others(sign_in: SignIn) -> None:
    message = world.message()
    first, second = sign_in("publisher"), sign_in("custodian")
    first.post(page_of(message, "take"))
    second.post(page_of(message, "take"))
    page = second.get(page_of(message)).content.decode()
    assert first.user.username in page  # type: ignore[attr-defined]
    assert "being looked at" in page
    assert events(message) == [EventType.REQUEST_TAKEN]


def test_hide_now_takes_one_confirmation_and_the_asker_sees_it(
    sign_in: SignIn,
    send: Send,
) -> None:
    row = world.published()
    code = code_in(send(urgent="on", reference=row.reference, words="He is in danger."))
    message = Message.objects.get()
    client = sign_in("publisher")
    asked = client.get(page_of(message, "hide")).content.decode()
    assert f'value="{row.reference}"' in asked
    assert '<option value="safety" selected>' in asked
    client.post(page_of(message, "hide"), {"reference": row.reference, "reason": "safety"})
    assert Client().get(f"/en/clips/{row.reference}/").status_code == 410
    assert PublicRecord.objects.get().withdrawal_reason == "safety"
    said = send("/en/safety/outcome/", code=code).content.decode()
    assert "no longer shown. We are still examining" in said
    message.refresh_from_db()
    assert message.state == "taken"
    assert events(message) == [EventType.REQUEST_TAKEN, EventType.REQUEST_HIDDEN]
    client.post(page_of(message, "answer"), {"answer": "withdrawn"})
    said = send("/ar/safety/outcome/", code=code).content.decode()
    assert "سُحب السجل ولم يعد معروضًا." in said
    assert events(message)[-1] == EventType.REQUEST_ANSWERED


def test_hiding_what_is_not_live_says_so_and_changes_nothing(sign_in: SignIn) -> None:
    message = world.message(reference=world.clip().reference)
    client = sign_in("publisher")
    for typed, said in (
        (message.reference, "Nothing is published under this reference"),
        ("AA-7Q2K-M3XT-9", "typing error"),
        ("", "This field is required"),
    ):
        answer = client.post(page_of(message, "hide"), {"reference": typed, "reason": "safety"})
        assert said in answer.content.decode()
    assert (Outcome.objects.count(), Handling.objects.count()) == (0, 0)


def test_an_answer_is_one_of_a_closed_list_and_can_be_mended(sign_in: SignIn) -> None:
    message = world.message()
    client = sign_in("custodian")
    for wrong in ("anything I like", "hidden-first", ""):
        assert client.post(page_of(message, "answer"), {"answer": wrong}).status_code == 200
        assert not Outcome.objects.exists()
    for right in ("left", "corrected"):
        client.post(page_of(message, "answer"), {"answer": right})
    assert Outcome.objects.get().answer == "corrected"
    assert Message.objects.get().state == "answered"


def test_what_is_published_of_an_answer_leads_to_no_message(sign_in: SignIn) -> None:
    message = world.message(reference="AA-7Q2K-M3XT-H", urgent=True)
    desk.answer(message, "left", by=world.publisher())
    (row,) = Outcome.objects.values()
    assert set(row) == {"code_digest", "answer", "day"}
    assert str(message.pk) not in str(row)


def test_a_new_key_seals_from_now_on_and_the_old_one_still_opens() -> None:
    before = world.message("before")
    desk.new_key()
    after = world.message("after")
    assert before.key_id != after.key_id
    for message, words in ((before, "before"), (after, "after")):
        assert desk.look(message, by=world.publisher()).words == words
    assert PublicKey.objects.count() == PrivateKey.objects.count() == 2


def test_the_private_key_is_sealed_for_its_own_row() -> None:
    one, other = PublicKey.objects.get(), desk.new_key()
    sealed = PrivateKey.objects.get(pk=one.pk).sealed
    PrivateKey.objects.filter(pk=other.pk).update(sealed=sealed)
    with pytest.raises(sealing.SealError):
        desk.private_key(other.pk)


def test_a_box_that_holds_no_message_is_said_to_be_none() -> None:
    message = world.message()
    key = PublicKey.objects.get()
    box = sealed_box.close(
        b"not json", to=bytes(key.raw), place=f"inbox_message:{message.pk}:sealed"
    )
    Message.objects.filter(pk=message.pk).update(sealed=box)
    with pytest.raises(sealed_box.BoxError, match="not a message"):
        desk.look(Message.objects.get(), by=world.publisher())


def test_a_rotation_takes_the_private_key_under_the_new_sealing_key(settings: Any) -> None:
    message = world.message("Before the rotation.")
    old = settings.ARCHIVE_KEYS
    settings.ARCHIVE_KEYS = ["a new key", *old]
    *_, tally = identities.rotate()
    assert (tally.done, tally.refused) == (1, [])
    settings.ARCHIVE_KEYS = ["a new key"]
    assert desk.look(message, by=world.publisher()).words == "Before the rotation."
    assert set(identities.keys_in_use()) == set(sealing.key_ids())
    assert world.message().key_id != message.key_id, "what comes now goes to a new pair"


def test_a_lost_sealing_key_makes_the_next_migration_begin_a_new_pair(settings: Any) -> None:
    settings.ARCHIVE_KEYS = ["the old one is lost"]
    desk.ensure_key()
    desk.ensure_key()
    assert PublicKey.objects.count() == 2
    assert desk.look(world.message("Readable."), by=world.publisher()).words == "Readable."


def test_what_was_written_is_erased_long_after_the_answer_and_not_before(
    sign_in: SignIn,
) -> None:
    old, recent, unanswered = (world.message(reference="AA-7Q2K-M3XT-H") for _ in range(3))
    for message, days in ((old, DAYS_KEPT + 1), (recent, DAYS_KEPT - 1)):
        desk.answer(message, "left", by=world.publisher())
        answered = timezone.now() - timedelta(days=days)
        Handling.objects.filter(message=message).update(answered_at=answered)
    waited(unanswered, 10_000)
    assert desk.forget() == 1
    assert desk.forget() == 0
    old.refresh_from_db()
    assert (bytes(old.sealed), old.reference, old.state) == (b"", "", "answered")
    for message in (recent, unanswered):
        assert desk.look(message, by=world.publisher()).words
    assert Outcome.objects.filter(code_digest=old.code_digest).exists()
    assert events(old)[-1] == EventType.REQUEST_ERASED
    client = sign_in("publisher")
    page = client.post(page_of(old, "open"), follow=True).content.decode()
    assert "What was written has been erased." in page
    assert page_of(old, "open") not in page
