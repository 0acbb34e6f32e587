"""Hostile words in every text field, and every page, export and caption still whole around them.

The fields are found by introspection: a new column is tried without editing here, and one whose
form is checked by the code is named below with what checks it.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from footage import publishing
from footage.catalogue.models import PublicRecord
from footage.inbox.models import Message
from footage.models import Clip, Film, Testimony, TranscriptSegment
from footage.models.two_persons import Act, ask_for
from people.models import Consent, Journalist
from people.roles import ROLES
from tests import world
from tests.catalogue.indexes import index
from tests.walls import crawl
from tests.windows import window
from tests.workshop.conftest import SignIn, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db

ROOMS = ("people", "footage", "ingest", "auth")
# Tags, ends of attributes of both kinds, an end of a script, an entity, a formula, a template's
# tag, a line end and a header, marks that turn the direction of what follows.
BEGINS = "=1+1'\"><x-planted planted=1>"
HOSTILE = (
    BEGINS + "</script></style></title></textarea><img src=x onerror=planted()>&lt;b&gt;"
    "{{ 7|add:7 }}{% debug %}\r\nPlanted-Header: 1\r\n\r\nSTYLE\n--> "
    "javascript:planted() \u202e\u2066"
)
# Words of it that a search finds, and marks on the page.
FOUND = ("planted", "script", "STYLE", "Planted-Header")
LONG = HOSTILE + "ط" * 3000
# Columns of a checked form, and what checks them; text cannot be planted there.
CHECKED = {
    # codes, slugs, references, digests, dates, and names that the archive gives itself
    *("reference", "slug", "digest", "declared_digest", "filmed", "given", "happened", "name"),
    *("broadcast_on", "media_type", "id", "original_language", "subject", "act", "password"),
    # closed lists of codes, read by footage.vocabularies
    *("languages", "subjects", "unplayable", "shortfall", "outcome", "recipe_outcome", "stage"),
    # geometry, checked by shapely when it is drawn
    *("polygon",),
    # written by the archive about its own work, read back as structure
    *("suggestions", "detail", "credentials", "metadata"),
    # sign-in names, checked by Django's validator of user names
    "username",
}

# Append-only, and written so from the start; made by Django.
OTHERS = ("Consent", "Group", "Permission")


def text_columns(model: type[models.Model]) -> Iterator[models.Field]:
    """Every column of free text or JSON of a model that no code checks the form of."""
    for field in model._meta.concrete_fields:
        words = isinstance(field, models.CharField | models.TextField | models.JSONField)
        closed = bool(field.choices) or getattr(field, "vocabulary", None) is not None
        if words and not closed and field.name not in CHECKED and not field.primary_key:
            yield field


def planted_everywhere() -> dict[str, int]:
    """Write hostile words into every text column of every row; say how many columns of each."""
    planted: dict[str, int] = {}
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            if model.__name__.startswith(("Historical", *OTHERS)) or not model.objects.exists():
                continue
            fields = {}
            for field in text_columns(model):
                if isinstance(field, models.JSONField):
                    fields[field.name] = {"kind": "video", "make": HOSTILE, HOSTILE: [HOSTILE]}
                    if field.get_default() == []:
                        fields[field.name] = [{"text": HOSTILE, "language": "en"}]
                elif field.max_length and not isinstance(field, models.TextField):
                    fields[field.name] = HOSTILE[: field.max_length]
                else:
                    fields[field.name] = LONG
            try:
                model.objects.update(**fields)
            except Exception as refused:
                raise AssertionError(f"{model.__name__}: {sorted(fields)}: {refused}") from refused
            planted[model.__name__] = len(fields)
    return planted


@pytest.fixture
def hostile(sign_in: SignIn) -> Client:
    """An archive whose every text is hostile, published, and somebody with every role in it."""
    client = sign_in(*(role.code for role in ROLES))
    clip = world.clip(credit="byline")
    clip.events.add(world.event())
    world.transcript(clip, "ar", (0, 4000, "a"), (4000, 9000, "b"))
    world.transcript(clip, "en", (0, 4000, "a"))
    told = world.testimony(clip)
    world.clip(title_en="A draft")
    film = Film.objects.create(slug="f", title_en="F", title_ar="ف")
    signed = HOSTILE[: Consent._meta.get_field("how_recorded").max_length]
    Consent.objects.create(
        journalist=clip.journalist,
        use="research",
        granted=True,
        how_recorded=signed,
        recorded_by=world.custodian(),
    )
    planted = planted_everywhere()
    assert sum(planted.values()) > 40, planted
    for room in ROOMS:  # once more, one by one: the history keeps what a save wrote
        for model in apps.get_app_config(room).get_models():
            if hasattr(model, "history"):
                for row in model.objects.all():
                    row.save()
    for item in (Clip.objects.get(pk=clip.pk), Testimony.objects.get(pk=told.pk)):
        world.published(item)
    publishing.publish_authority(Film.objects.get(pk=film.pk), by=world.publisher())
    index()
    world.message(HOSTILE[:400])
    ask_for(Act.REINSTATE, clip.reference, by=world.publisher(), reason=HOSTILE[:400])
    LogEntry.objects.create(
        user=client.user,
        object_repr=HOSTILE[:200],
        change_message=HOSTILE,
        action_flag=2,
        object_id="1",
    )
    return client


# --- Reading answers -----------------------------------------------------------------------------
class Reader(HTMLParser):
    """Notes what hostile words became: elements, attributes, scripts, words without direction."""

    VOID = {"img", "input", "br", "hr", "meta", "link", "track", "source", "col", "wbr"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        if tag == "x-planted":
            self.faults.append("an element of hostile words")
        for name, value in attributes:
            if "planted" in name or name.startswith("on") or name == "style":
                self.faults.append(f"<{tag} {name}>")
            if name in {"href", "src", "action"} and (value or "").lstrip().lower().startswith(
                ("javascript:", "data:text", "//")
            ):
                self.faults.append(f"<{tag} {name}={(value or '')[:40]}>")
        if tag not in self.VOID:
            self.open.append((tag, named))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "x-planted" not in data:
            return
        within = [tag for tag, _attributes in self.open]
        if self.open and self.open[-1] == ("script", {"type": "application/ld+json"}):
            # Data, which nothing runs: a letter that could end it is written by its number.
            if {"<", ">"} & set(data):
                self.faults.append("hostile words could end a data block")
            return
        if "script" in within or "style" in within:
            self.faults.append("hostile words inside a script or a style")
        turned = any(
            tag == "bdi" or (tag not in {"html", "body"} and attributes.get("dir"))
            for tag, attributes in self.open
        )
        if not turned and "title" not in within:
            self.faults.append(f"words without a direction of their own in {within[-3:]}")


def faults(address: str, response: HttpResponse, *, public: bool) -> list[str]:
    """What is wrong with one answer, in words."""
    kind = response.headers.get("Content-Type", "")
    content = crawl.body(response)
    found = [
        f"header {name}"
        for name, value in response.headers.items()
        if "planted-header" in name.lower() or "\n" in value or "\r" in value
    ]
    if kind.startswith("text/html"):
        reader = Reader()
        reader.feed(content.decode())
        reader.close()
        found += [
            fault
            for fault in reader.faults
            if public or not fault.startswith("words without a direction")
        ]
    elif kind.startswith("text/csv"):
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        found += ["rows of different lengths"] * (len({len(row) for row in rows}) > 1)
        # The CSV for programs carries every value as it is; the one for spreadsheets may not.
        if ".excel." in address:
            cells = [cell for row in rows for cell in row]
            found += [f"formula {cell[:30]}" for cell in cells if cell.lstrip()[:1] in set("=+@")]
    elif "jsonl" in kind:
        for line in content.decode().splitlines():
            json.loads(line)
    elif "json" in kind:
        json.loads(content)
    elif kind.startswith("text/vtt"):
        found += captions(content.decode())
    elif "/captions/" in address and response.status_code == 200:
        found += lines_said(content.decode(), kind)
    elif kind.startswith("application/zip"):
        found += zipped(content, public=public)
    elif "bibtex" in kind or "research-info" in kind or address.startswith("/cite/"):
        found += citation(content.decode(), kind)
    elif b"<x-planted" in content:
        found.append(f"in an answer of type {kind}")
    return [f"{response.status_code} {address}: {fault}" for fault in dict.fromkeys(found)]


def zipped(content: bytes, *, public: bool) -> list[str]:
    """What is wrong inside a zip: each text in it is read as what its name says it is."""
    found = []
    kinds = {"html": "text/html", "vtt": "text/vtt"}
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        for name in opened.namelist():
            if name.startswith("/") or ".." in name or "x-planted" in name:
                found.append(f"a member named {name[:40]}")
            kind = kinds.get(name.rpartition(".")[2])
            if kind:
                member = HttpResponse(opened.read(name), content_type=kind)
                found += faults(f"{name}", member, public=public)
    return found


def citation(text: str, kind: str) -> list[str]:
    """What a citation, which is plain text that no browser renders, says beyond its fields."""
    if "research-info-systems" in kind:
        line = r"([A-Z][A-Z0-9]  - .*)?"
    elif "bibtex" in kind:
        line = r"@misc\{[-A-Z0-9]+,|  [a-z]+ = \{[^{}]*(\{[^{}]*\})?[^{}]*\},|\}|"
    else:
        line = ".*"
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    found = [f"a line of its own: {each[:40]}" for each in lines if not re.fullmatch(line, each)]
    return found + ["lines"] * (line == ".*" and len(lines) > 1)


def lines_said(text: str, kind: str) -> list[str]:
    """What a transcript as SubRip or text says that is no numbered or timed line. No browser
    renders either: both come with their types, and nothing may guess another."""
    time = r"\d\d:\d\d:\d\d"
    srt = kind.startswith("application/x-subrip")
    head = rf"\d+\n{time},\d+ --> {time},\d+\n" if srt else rf"\[{time}\.\d+\]\n"
    blocks = text.replace("\r\n", "\n").split("\n\n")
    found = [f"a block of its own: {each[:40]}" for each in blocks if not re.match(head, each)]
    return found if srt or kind.startswith("text/plain") else [*found, f"of type {kind}"]


def captions(text: str) -> list[str]:
    """What a WebVTT file says that is no cue."""
    found = []
    for number, block in enumerate(text.split("\n\n")):
        lines = block.strip("\n").split("\n")
        if number == 0:
            continue
        if not re.fullmatch(r"[\d:.]+ --> [\d:.]+", lines[0]):
            found.append(f"a block that is no cue: {lines[0][:40]}")
        for line in lines[1:]:
            plain = re.sub(r"^<v [^<>]*>", "", line)
            if "<" in plain or "-->" in plain:
                found.append(f"markup in a cue: {plain[:40]}")
    return found


def public_addresses(client: Client) -> list[str]:
    asked = "?q={0}&from={0}&subject={0}&neighbourhood={0}&after={0}&t={0}&{0}={0}"
    asked = asked.format(re.sub(r"[\r\n]", "", HOSTILE[:120]).replace("&", "%26"))
    echoes = [f"/en/clips/{asked}", f"/ar/testimonies/{asked}", f"/export/clips.csv{asked}"]
    echoes += ["/en/clips/<x-planted planted=1>/", "/c/<x-planted planted=1>", f"/{asked}"]
    echoes += [f"/{language}/clips/?q={word}" for language in ("en", "ar") for word in FOUND]
    echoes += [f"/c/{crawl.NEVER_WAS}{asked}", "/media/<x-planted planted=1>", "/x/<x-planted>"]
    return [*crawl.addresses(), *crawl.linked(client, 150), *echoes]


def pages_of_staff() -> Iterator[str]:
    """Every page of the admin about every object there is, and its lists searched for hostility."""
    yield from ("/admin/", "/admin/uploads/", "/admin/account/2fa/")
    yield "/admin/account/login/?next=//x-planted.example/"
    for model, desk in admin.site._registry.items():
        place = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{place}_changelist") + "?q=%3Cx-planted%20planted%3D1%3E%22%27"
        yield reverse(f"{place}_changelist")
        names = {pattern.name for pattern in desk.get_urls() if pattern.name}
        for row in list(model.objects.all()[:3]):
            for name in sorted(names):
                for given in ([row.pk], [row.pk, "en"], [row.pk, "ar"]):
                    try:
                        yield reverse(f"admin:{name}", args=given)
                    except NoReverseMatch:
                        continue


def all_faults(client: Client, *, pages: list[str] | None = None) -> tuple[list[str], int]:
    stranger = Client(raise_request_exception=True)
    found, seen = [], 0
    for address in dict.fromkeys(public_addresses(stranger)):
        response = stranger.get(address)
        assert response.status_code < 500, address
        found += faults(address, response, public=True)
        seen += 1
    for address in dict.fromkeys(pages or pages_of_staff()):
        response = client.get(address)
        assert response.status_code < 500, address
        found += faults(address, response, public=False)
        seen += 1
    return found, seen


def a_public_clip() -> Clip:
    row = PublicRecord.objects.live().get(kind="clip")
    return Clip.objects.get(reference=row.reference)


# --- The wall ------------------------------------------------------------------------------------
def test_hostile_words_in_every_field_stay_words_on_every_page(hostile: Client) -> None:
    found, seen = all_faults(hostile)
    assert found == []
    assert seen > 150
    assert TranscriptSegment.objects.filter(text__contains="x-planted").exists()


def test_words_that_are_not_escaped_are_caught(hostile: Client, settings: Any) -> None:
    # The fault planted: templates that write words as they come, for readers and for staff.
    settings.TEMPLATES = [
        {**engine, "OPTIONS": {**engine["OPTIONS"], "autoescape": False}}
        for engine in settings.TEMPLATES
    ]
    clip = a_public_clip()
    public = Client().get(f"/en/clips/{clip.reference}/")
    assert "an element of hostile words" in str(faults("", public, public=True))
    staff = hostile.get(reverse("admin:footage_clip_change", args=[clip.pk]))
    assert "an element of hostile words" in str(faults("", staff, public=False))


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("text/html", "<p title='a' planted=1>", "<p planted>"),
        ("text/html", "<a href=' JavaScript:x'>", "<a href="),
        ("text/html", "<script>x = '<x-planted>'</script>", "inside a script"),
        ("text/html", "<p><b>&lt;x-planted></b>", "without a direction"),
        ("text/csv", 'a,"=1+1"', "formula"),
        ("text/csv", 'a,"b"\r\nc', "rows"),
        ("text/html", '<script type="application/ld+json">"<x-planted"</script>', "data block"),
        ("application/x-research-info-systems", "TY  - VIDEO\r\nx-planted", "line of its own"),
        ("text/vtt", "WEBVTT\n\nSTYLE\n::cue{}", "no cue"),
        ("text/vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\n<b>x", "markup"),
        ("text/plain", "<x-planted>", "of type"),
    ],
)
def test_the_reader_of_answers_sees_each_kind_of_fault(
    kind: str, content: str, expected: str
) -> None:
    response = HttpResponse(content, content_type=kind)
    assert expected in str(faults("/export/clips.excel.csv", response, public=True))


def test_a_fault_inside_a_zip_is_found() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as box:
        box.writestr("index.html", "<x-planted>")
        box.writestr("../x.vtt", "WEBVTT\n\nSTYLE\n::cue{}")
    told = str(zipped(written.getvalue(), public=True))
    assert "an element of hostile words" in told and "../x.vtt" in told and "no cue" in told


def test_hostile_names_of_files_stay_words_in_messages_and_lists(hostile: Client) -> None:
    name = "<x-planted planted=1>\u202e\"'&.mp4"
    sent = SimpleUploadedFile(name, b"no recording at all", "video/mp4")
    answer = hostile.post(reverse("admin:footage_clip_add"), {"file": sent}, follow=True)
    assert "x-planted" in answer.content.decode(), "the message names the file"
    assert faults("upload", answer, public=False) == []


def test_what_a_reader_writes_stays_words_where_it_is_written_and_where_it_is_read(
    hostile: Client,
) -> None:
    form = {"concern": "no such concern", "words": HOSTILE[:400], "reference": BEGINS}
    shown = Client().post(
        "/ar/safety/",
        urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert shown.status_code < 500 and "x-planted" in shown.content.decode()
    assert [fault for fault in faults("form", shown, public=True) if "direction" not in fault] == []
    page = reverse("admin:inbox_message_open", args=[Message.objects.get().pk])
    read = hostile.post(page)
    assert "x-planted" in read.content.decode(), "staff read what was written"
    assert faults("message", read, public=False) == []


def test_a_search_marks_hostile_words_and_runs_none(hostile: Client) -> None:
    answer = Client().get("/en/clips/?q=planted")
    assert "<mark>" in answer.content.decode()
    assert faults("search", answer, public=True) == []


def test_nothing_hostile_is_in_the_name_of_a_downloaded_file(hostile: Client) -> None:
    client = Client()
    seen = 0
    for address in crawl.addresses():
        if named := client.get(address).headers.get("Content-Disposition"):
            assert re.fullmatch(r'(?:inline|attachment); filename="[A-Za-z0-9._-]+"', named)
            seen += 1
    assert seen > 3


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x1b", "\u202e"])
def test_characters_no_text_has_are_refused_by_name_and_nothing_is_lost(
    sign_in: SignIn, character: str
) -> None:
    client = sign_in("archivist", "custodian")
    person = world.journalist("Nour")
    page = reverse("admin:people_journalist_change", args=[person.pk])
    form = client.get(page).context["adminform"].form
    given = {name: form[name].value() or "" for name in form.fields}
    given |= {"byline_en": f"No{character}ur"}
    given |= {
        f"{inline.formset.prefix}-{key}": value
        for inline in client.get(page).context["inline_admin_formsets"]
        for key, value in inline.formset.management_form.initial.items()
    }
    answer = client.post(page, {key: value for key, value in given.items() if value is not None})
    assert answer.status_code == 200
    assert "byline_en" in answer.context["adminform"].form.errors
    assert Journalist.objects.get(pk=person.pk).byline_en == "Nour"
    given["byline_en"] = "Nour the second"
    assert client.post(page, given).status_code == 302, "without it everything is kept"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("variants", '["Halab"]'),
        ("variants", '{"text": "Halab"}'),
        ("variants", '[{"text": 1}]'),
        ("polygon", '"Polygon"'),
        ("polygon", '{"type": "Polygon", "coordinates": [[0]]}'),
        ("polygon", '{"type": "Point", "coordinates": [37, 36]}'),
        ("polygon", '{"type": "Polygon", "coordinates": [[[0,0],[1,1],[1,0],[0,1],[0,0]]]}'),
    ],
)
def test_structure_of_another_shape_is_refused_by_name(
    sign_in: SignIn, field: str, wrong: str
) -> None:
    client, place = sign_in("cataloguer"), world.shaar()
    page = reverse("admin:footage_location_change", args=[place.pk])
    form = client.get(page).context["adminform"].form
    given = {name: form[name].value() for name in form.fields}
    given = {name: value for name, value in given.items() if value is not None}
    answer = client.post(page, {**given, field: wrong})
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [field]


@pytest.mark.browser
def test_a_browser_runs_nothing_of_it(
    hostile: Client, live_server: Any, browser: "Browser"
) -> None:
    """Chromium refuses an inline script by the policy and says so: so it says nothing here."""
    clip = a_public_clip()
    cookie = hostile.cookies["sessionid"].value
    said: list[str] = []
    with window(browser) as page:
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
        page.context.add_cookies(
            [{"name": "sessionid", "value": cookie, "url": f"{live_server.url}/admin/"}]
        )
        for address in (
            "/en/",
            "/ar/clips/",
            f"/en/clips/{clip.reference}/?t=1",
            "/en/clips/?from=%3Cx-planted%20planted%3D1%3E",
            reverse("admin:footage_clip_changelist"),
            reverse("admin:footage_clip_change", args=[clip.pk]),
            reverse("admin:footage_clip_history", args=[clip.pk]),
            reverse("admin:footage_clip_preview", args=[clip.pk, "ar"]),
        ):
            page.goto(live_server.url + address)
            assert page.locator("x-planted, [planted], [onerror]").count() == 0, address
            assert "x-planted" in page.content(), address
    assert [line for line in said if "Content Security" in line or "dialog" in line] == []


def test_a_line_that_forges_another_in_a_transcript_is_caught() -> None:
    good = "1\r\n00:00:00,000 --> 00:00:01,000\r\nwords\r\n"
    assert lines_said(good, "application/x-subrip") == []
    assert lines_said(f"{good}\r\nforged\r\n", "application/x-subrip")
    assert lines_said("[00:00:01.500]\nwords\n", "text/plain; charset=utf-8") == []
    assert lines_said("[00:00:01.500]\nwords\n\nforged\n", "text/plain; charset=utf-8")
    assert lines_said("[00:00:01.500]\nwords\n", "text/html")
