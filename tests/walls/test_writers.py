"""Walls 3 and 5: seven acts alone write the catalogue, and what runs by itself only takes away."""

import ast
import traceback
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection

from footage import publishing
from footage.catalogue.models import PublicAuthority, PublicRecord, PublicTerm
from footage.catalogue.record import Record
from footage.models.two_persons import Act, ask_for
from people.models import Protection, Use
from tests import world

ROOT = Path(__file__).resolve().parents[2]
PUBLISHING = str(ROOT / "footage" / "publishing")
WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}


def catalogue_names():
    return {model.__name__ for model in apps.get_app_config("catalogue").get_models()}


def writes_to_the_catalogue(source: str) -> list[int]:
    """Lines that call a writing method on an expression that names a model of the catalogue."""
    names = catalogue_names()
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and any(
            isinstance(part, ast.Name) and part.id in names for part in ast.walk(node.func.value)
        )
    ]


def test_no_module_outside_publishing_writes_the_catalogue():
    guilty = [
        f"{path.relative_to(ROOT)}:{line}"
        for package in ("footage", "people", "aleppo_archive")
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts and not str(path).startswith(PUBLISHING)
        for line in writes_to_the_catalogue(path.read_text())
    ]
    assert guilty == []


def test_the_search_for_writers_finds_a_planted_one():
    assert writes_to_the_catalogue("PublicRecord.objects.filter(pk=1).update(document='')") == [1]


class WrittenElsewhere(AssertionError):
    pass


def written_by_publishing(execute, sql, params, many, context):
    verb = sql.split(None, 1)[0].upper()
    if verb in {"INSERT", "UPDATE", "DELETE"} and "catalogue_" in sql.split("WHERE")[0]:
        files = [frame.filename for frame in traceback.extract_stack()]
        if not any(name.startswith(PUBLISHING) for name in files):
            raise WrittenElsewhere(sql[:120])
    return execute(sql, params, many, context)


@pytest.mark.django_db
def test_every_act_of_the_workshop_writes_the_catalogue_through_publishing():
    with connection.execute_wrapper(written_by_publishing):
        clip = world.clip()
        world.published(clip)
        world.published(world.testimony(clip))
        clip.journalist.protection = "withheld"
        clip.journalist.save()
        publishing.withdraw(clip.reference, reason="mistake", by=world.publisher())
        with pytest.raises(WrittenElsewhere):
            PublicAuthority.objects.all().delete()


@pytest.mark.django_db
def test_the_keys_of_a_document_are_the_declared_fields_and_no_other():
    clip = world.clip()
    for item in (clip, world.testimony(clip)):
        document = publishing.describe(item).model_dump()
        assert list(document) == list(Record.model_fields)


def test_an_undeclared_key_is_refused():
    with pytest.raises(ValueError, match="legal_name"):
        Record.model_validate({"legal_name": "somebody"})


def public_facts():
    """Everything public as a set, so that "only takes away" is a subset."""
    documents = {
        (row.reference, key, str(value))
        for row in PublicRecord.objects.live()
        for key, value in row.read().model_dump().items()
        if value not in (None, (), "", "withheld", False)
    }
    return (
        documents
        | set(PublicTerm.objects.values_list("facet", "value", "record__reference"))
        | set(PublicAuthority.objects.values_list("kind", "slug", "name_en"))
    )


@pytest.mark.django_db
@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize("downloads", [True, False])
@pytest.mark.parametrize("protection", Protection.values)
@pytest.mark.parametrize("byline", ["Nour", "Somebody else"])
def test_no_change_to_a_person_adds_anything_public(shown, downloads, protection, byline):
    clip = world.clip()
    world.published(clip)
    before = public_facts()
    world.consent(clip.journalist, Use.VIEW, granted=shown)
    world.consent(clip.journalist, Use.DOWNLOAD, granted=downloads)
    clip.journalist.protection, clip.journalist.byline_en = protection, byline
    clip.journalist.biography_en = "New words."
    clip.journalist.save()
    assert public_facts() <= before


@pytest.mark.django_db
def test_an_embargo_that_ends_opens_nothing():
    clip = world.clip(embargo_until=world.day("2020-01-01"))
    assert publishing.state_of(clip) == "draft"
    publishing.narrow(clip.journalist)
    assert publishing.state_of(clip) == "draft"


# --- The worker -----------------------------------------------------------------------------------
# What runs without a person: tasks, upkeep, and the commands that take no --by.
ADDS = {"publish", "revise", "publish_authority", "reinstate"}


def names_that_add(source: str) -> set[str]:
    """The adding verbs of publishing that a source calls or imports."""
    tree = ast.parse(source)
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return used & ADDS


def test_nothing_that_runs_without_a_person_names_a_verb_that_adds():
    guilty = {
        str(path.relative_to(ROOT)): found
        for path in (ROOT / "footage" / "tasks").rglob("*.py")
        if (found := names_that_add(path.read_text()))
    }
    assert guilty == {}
    assert names_that_add("def task(clip):\n    publishing.publish(clip, by=None)\n") == {"publish"}


@pytest.mark.django_db
@pytest.mark.parametrize("nobody", ["the worker", "a stranger", "somebody gone", "no staff"])
def test_no_verb_that_adds_takes_the_word_of_nobody(nobody):
    gone = world.staff("gone", "publish_clip")
    gone.is_active = nobody != "somebody gone"
    gone.is_staff = nobody != "no staff"
    by = {"the worker": None, "a stranger": AnonymousUser()}.get(nobody, gone)
    draft, live = world.clip(), world.clip()
    world.published(live)
    before = public_facts()
    for act, item in (
        (publishing.publish, draft),
        (publishing.revise, live),
        (publishing.publish_authority, world.event()),
    ):
        with pytest.raises((publishing.NotPublishable, PermissionDenied)):
            act(item, by=by)
    assert public_facts() == before
    with pytest.raises(PermissionDenied):
        ask_for(Act.UNSEAL, "people_witness:1", by=by, reason="x")
