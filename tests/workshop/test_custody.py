"""The auditor reads every act in words, follows chains, and is never shown what is sealed."""

import ast
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import translation

from footage import publishing
from footage.admin import custody_words
from footage.custody.models import CustodyEvent, EventType, record
from tests import world
from tests.workshop.conftest import SignIn

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
LIST = "/admin/custody/custodyevent/"


def words(client: Client, query: str = "", language: str = "en") -> str:
    client.post("/admin/language/setlang/", {"language": language})
    page = client.get(LIST + query)
    assert page.status_code == 200
    return page.content.decode()


def rows(client: Client, query: str = "") -> list[CustodyEvent]:
    return list(client.get(LIST + query).context["cl"].result_list)


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.post(f"{LIST}export/{query}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


# --- Reading --------------------------------------------------------------------------------------
def test_an_auditor_reads_acts_in_words_in_both_languages(sign_in: SignIn) -> None:
    clip = world.clip()
    world.published(clip)
    publishing.withdraw(clip.reference, reason="safety", by=world.publisher())
    auditor = sign_in("auditor")
    english, arabic = words(auditor), words(auditor, language="ar")
    for said in ("withdrawal", "publisher", clip.reference, "reason: Safety"):
        assert said in english, said
    for said in ("سحب", clip.reference, "السبب"):
        assert said in arabic, said
    assert "&quot;" not in english, "no raw detail"


def test_every_type_outcome_and_detail_has_words_in_arabic() -> None:
    with translation.override("ar"):
        told = [str(kind.label) for kind in EventType]
        told += [str(label) for label, _say in custody_words.DETAILS.values()]
        told += [str(label) for label in custody_words.OUTCOMES.values()]
    assert [text for text in told if text.isascii()] == []


def test_events_are_found_by_type_person_day_and_subject(sign_in: SignIn) -> None:
    clip, other = world.clip(), world.clip()
    world.published(clip)
    world.published(other)
    record(EventType.FIXITY_CHECK, f"master:{clip.master_id}")
    auditor = sign_in("auditor")
    assert {event.type for event in rows(auditor, "?type__exact=archive:publication")} == {
        "archive:publication"
    }
    by = world.publisher().pk
    assert {event.agent_id for event in rows(auditor, f"?by={by}")} == {by}
    assert {event.agent for event in rows(auditor, "?by=software")} == {None}
    day = CustodyEvent.objects.first().recorded_at  # type: ignore[union-attr]
    query = f"?recorded_at__year={day.year}&recorded_at__month={day.month}&recorded_at__day="
    assert len(rows(auditor, f"{query}{day.day}")) == CustodyEvent.objects.count()
    assert rows(auditor, f"{query}{28 if day.day < 15 else 1}") == []
    assert {event.subject for event in rows(auditor, f"?q={clip.reference}")} == {clip.reference}


def test_a_chain_is_followed_from_the_clip_to_its_master_and_back(sign_in: SignIn) -> None:
    clip, other = world.clip(), world.clip()
    world.published(clip)
    world.published(other)
    record(EventType.FIXITY_CHECK, f"master:{clip.master_id}")
    auditor = sign_in("auditor")
    for start in (clip.reference, f"master:{clip.master_id}"):
        found = {event.subject for event in rows(auditor, f"?chain={start}")}
        assert found == {clip.reference, f"master:{clip.master_id}"}
    page = words(auditor, f"?q={clip.reference}")
    assert f"?chain={clip.reference}" in page, "the list leads there"


def test_the_chain_of_a_person_holds_looks_consents_and_the_public_name(sign_in: SignIn) -> None:
    person = world.journalist("Sami")
    publishing.publish_authority(person, by=world.publisher())
    subject = f"people_journalist:{person.pk}"
    record(EventType.UNSEALING, subject, agent=world.custodian(), request="x")
    record(EventType.CONSENT, subject, agent=world.archivist(), use="view", granted=True)
    auditor = sign_in("auditor")
    kinds = {event.type for event in rows(auditor, f"?chain={subject}")}
    assert kinds == {"archive:unsealing", "archive:consent", "archive:publication"}
    assert "Sami" not in words(auditor, f"?q={subject}"), "an auditor sees no people"
    person.protection = "withheld"
    person.save()
    assert "sami" not in words(auditor).lower(), "a name taken back is not said again"
    assert "sami" not in str(exported(auditor)).lower()


# --- Access to sealed data ------------------------------------------------------------------------
def test_opening_a_page_with_sealed_fields_is_recorded_for_whoever_sees_them(
    sign_in: SignIn,
) -> None:
    clip = world.clip()
    pages = {
        clip.reference: reverse("admin:footage_clip_change", args=[clip.pk]),
        f"people_journalist:{clip.journalist.pk}": reverse(
            "admin:people_journalist_change", args=[clip.journalist.pk]
        ),
    }
    for role, recorded in (("cataloguer", 0), ("archivist", 1), ("custodian", 1)):
        client = sign_in(role)
        for subject, address in pages.items():
            for _again in range(2):
                assert client.get(address).status_code == 200
            looks = CustodyEvent.objects.filter(
                type="archive:sealed-view",
                subject=subject,
                agent=client.user,  # type: ignore[attr-defined]
            )
            assert looks.count() == recorded, (role, subject)
    auditor = sign_in("auditor")
    assert len(rows(auditor, "?sealed=read")) == 4


# --- What is never shown --------------------------------------------------------------------------
def test_what_an_event_should_not_hold_is_not_shown(sign_in: SignIn) -> None:
    secret = "Mustafa al-Halabi, al-Shaar"
    clip = world.clip()
    for key in (*custody_words.DETAILS, "something_new"):
        record(EventType.OVERRIDE, clip.reference, agent=world.custodian(), **{key: secret})
        record(EventType.OVERRIDE, clip.reference, agent=world.custodian(), **{key: [secret]})
    auditor = sign_in("auditor")
    one = CustodyEvent.objects.first()
    assert one is not None
    pages = [words(auditor), str(exported(auditor))]
    pages.append(auditor.get(f"{LIST}{one.pk}/change/").content.decode())
    for page in pages:
        for piece in ("Mustafa", "Halabi", "Shaar"):
            assert piece not in page
    assert "kept, not shown here" in pages[0]


def test_a_masters_digest_is_in_no_list_and_no_file(sign_in: SignIn) -> None:
    clip = world.clip()
    record(EventType.INGESTION, f"master:{clip.master_id}", fixity=clip.master.fixity)
    auditor = sign_in("auditor")
    assert clip.master.digest not in words(auditor) + str(exported(auditor))


def test_a_file_holds_what_the_list_shows_is_safe_to_open_and_is_recorded(sign_in: SignIn) -> None:
    clip = world.clip()
    world.published(clip)
    world.published(world.clip())
    auditor = sign_in("auditor")
    query = f"?chain={clip.reference}"
    assert "colleagues" in auditor.get(f"{LIST}export/{query}").content.decode()
    lines = exported(auditor, query)
    assert {line["subject"] for line in lines} == {clip.reference}
    assert [line["id"] for line in lines] == [str(e.pk) for e in reversed(rows(auditor, query))]
    taken = CustodyEvent.objects.get(type="archive:export")
    assert taken.agent == auditor.user  # type: ignore[attr-defined]
    assert taken.detail == {"rows": len(lines)}
    record(EventType.DISCARD, "=HYPERLINK(1)", agent=world.archivist())
    assert exported(auditor, "?q=HYPERLINK")[0]["subject"].startswith("'=")


# --- Every verb writes its event ------------------------------------------------------------------
# Acts of a person that need no event of their own, and why.
WITHOUT_EVENT = {
    "footage.ingest.uploads.sessions.begin": "bytes on their way; their arrival is recorded",
    "footage.publishing.reasons.reasons_against": "a question: nothing is written or shown",
    "footage.publishing.verbs.reasons_for_act": "a question, as reasons_against",
    "footage.ingest.models.decide": "a part of the decision that footage.accession records",
}


# Names that Django and Python call their own methods: following them would lead everywhere.
NOT_FOLLOWED = {
    name for kind in (models.Model, models.QuerySet, dict, list, str, set) for name in dir(kind)
}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of the private packages by its dotted name."""
    for package in ("footage", "people"):
        for path in sorted((ROOT / package).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if "migrations" in path.parts or "demonstration" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef):
                    yield f"{module}.{node.name}", node


def calls(function: ast.AST) -> set[str]:
    """The last names of everything a function calls."""
    called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    names = {node.id for node in called if isinstance(node, ast.Name)}
    return names | {node.attr for node in called if isinstance(node, ast.Attribute)}


def acts(known: list[tuple[str, ast.FunctionDef]]) -> dict[str, ast.FunctionDef]:
    """What a named person does: public functions outside the admin that take `by` and change rows.

    Whoever only asks a question (`reasons_against`) writes nothing: it is no act.
    """
    writes = {"save", "create", "update", "delete", "update_or_create", "add", "record"}
    found = {}
    for name, node in known:
        arguments = {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}
        public = not node.name.startswith("_") and ".admin." not in name
        if "by" in arguments and public and reaches(node, writes, known):
            found[name] = node
    return found


def reaches(
    function: ast.FunctionDef, wanted: set[str], known: list[tuple[str, ast.FunctionDef]]
) -> bool:
    """Whether a function calls one of `wanted`, itself or through functions of the archive."""
    by_name: dict[str, list[ast.FunctionDef]] = {}
    for name, node in known:
        by_name.setdefault(name.rpartition(".")[2], []).append(node)
    waiting, seen = [function], {id(function)}
    while waiting:
        called = calls(waiting.pop())
        if called & wanted:
            return True
        for name in called - NOT_FOLLOWED:
            for node in by_name.get(name, ()):
                if id(node) not in seen:
                    seen.add(id(node))
                    waiting.append(node)
    return False


def silent(known: list[tuple[str, ast.FunctionDef]]) -> set[str]:
    return {
        name
        for name, node in acts(known).items()
        if not reaches(node, {"record"}, known) and name not in WITHOUT_EVENT
    }


def test_every_act_of_a_person_writes_an_event() -> None:
    known = list(functions())
    found = acts(known)
    for expected in (
        "footage.publishing.verbs.publish",
        "footage.publishing.verbs.withdraw",
        "footage.publishing.authorities.publish_authority",
        "footage.accession.discard",
        "footage.models.two_persons.ask_for",
        "footage.inbox.desk.look",
    ):
        assert expected in found, "the search finds what is there"
    assert silent(known) == set()


def test_the_search_finds_a_planted_act_that_writes_no_event() -> None:
    planted = ast.parse("def unmask(person, *, by):\n    person.save()\n").body[0]
    assert isinstance(planted, ast.FunctionDef)
    known = [*functions(), ("footage.planted.unmask", planted)]
    assert silent(known) == {"footage.planted.unmask"}


def test_every_detail_that_is_ever_recorded_has_its_words() -> None:
    keys = {
        keyword.arg
        for _name, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "record"
        for keyword in node.keywords
        if keyword.arg
    } - {"agent", "outcome"}
    assert {"fields", "reason", "act"} <= keys, "the search finds what is there"
    assert keys - custody_words.DETAILS.keys() == set()
