"""What strangers may ask is bounded in cost, changes nobody's answer and leads nowhere else."""

import base64
import random
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from footage.catalogue.cursors import packed
from footage.catalogue.models import PublicRecord
from footage.catalogue.queries import FACETS
from tests import world
from tests.catalogue.indexes import index
from tests.reading_room import rows
from tests.walls import crawl
from tests.workshop.conftest import SignIn, member, sign_in

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"
LOGIN = "/admin/account/login/"
LISTS = ("/en/clips/", "/ar/testimonies/", "/en/dates/2016/09/24/", "/en/neighbourhoods/al-shaar/")
# Of any public page, whatever is asked.
MOST_QUERIES = 8
MOST_BYTES = 200_000
MOST_SQL = 40_000
ELSEWHERE = (
    *("//evil.example", "https://evil.example/", "https:evil.example", "/\\evil.example"),
    *("javascript:alert(1)", "\\\\evil.example", "/%09/evil.example", "http:///evil.example"),
)


@pytest.fixture
def collection(db: None) -> None:
    """More than a page of records, written as publishing leaves them."""
    rows.name("neighbourhood", "al-shaar", "al-Shaar", "الشعار")
    for number in range(26):
        rows.a_clip(filmed=f"2016-09-{number + 1:02}", neighbourhood="al-shaar", place="al-shaar")
    rows.a_testimony()
    index()


@pytest.fixture
def one_clip(db: None) -> None:
    world.published(filmed="2016-09-24")


def odd_queries() -> dict[str, str]:
    every = [f"{facet}=v{number}" for facet in FACETS for number in range(90)]
    nested = base64.urlsafe_b64encode(b"[" * 140).decode().rstrip("=")
    return {
        "nine hundred values": "&".join(every[:900]),
        "one key nine hundred times": "&".join(f"subject=s{number}" for number in range(900)),
        "unknown keys": "&".join(f"k{number}={number}" for number in range(900)),
        "a value without end": "neighbourhood=" + "a" * 7000,
        "a search without end": "q=" + "%22%D8%AD*~(" * 500,
        "a cursor that is none": "after=" + "A" * 7000,
        "a cursor of brackets": f"after={nested}",
        "days beyond the calendar": "from=9999999999-99-99&to=-9999",
        "a sort that is none": "sort=(SELECT+1)&sort=newest'--",
        "bytes that are no text": "from=%ff%fe&neighbourhood=%00&subject=%C0%AF&q=%ED%A0%80",
        "digits of every script": "from=" + "%D9%A2" * 2000,
        "moments": "t=1e309,NaN&t=" + "9" * 5000,
    }


def test_an_odd_query_costs_no_more_than_any_other(collection: None) -> None:
    client = Client()
    for odd, asked in odd_queries().items():
        for address in (*LISTS, "/export/clips.csv", "/export/clips.jsonl"):
            with CaptureQueriesContext(connection) as queries:
                response = client.get(f"{address}?{asked}")
                body = crawl.body(response)
            assert response.status_code in {200, 302, 400}, (odd, address)
            assert len(queries) <= MOST_QUERIES, (odd, address)
            assert sum(len(query["sql"]) for query in queries) < MOST_SQL, (odd, address)
            assert len(body) < MOST_BYTES, (odd, address)


def test_more_parameters_than_a_thousand_are_refused(one_clip: None) -> None:
    many = "&".join(f"subject=s{number}" for number in range(1001))
    for address in (*LISTS[:2], "/export/clips.csv"):
        assert Client().get(f"{address}?{many}").status_code == 400


def test_a_deep_page_costs_what_the_first_costs(collection: None) -> None:
    client = Client()

    def cost(address: str) -> tuple[int, Any]:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == 200
        return len(queries), response

    first, response = cost("/en/clips/")
    links = [link for link in crawl.LINK.findall(response.content) if b"after=" in link]
    deep, second = cost(links[0].decode().replace("&amp;", "&"))
    assert deep <= first
    assert second.content != response.content


def test_a_forged_cursor_is_a_page_or_passed_over_and_never_a_failure(collection: None) -> None:
    client = Client()
    found = client.get("/en/clips/").content
    link = next(link for link in crawl.LINK.findall(found) if b"after=" in link).decode()
    real = link.split("after=")[1].split("&")[0]
    chance = random.Random(7)
    forged = [real[:cut] for cut in range(0, len(real), 3)]
    for _number in range(30):
        letters = list(real)
        letters[chance.randrange(len(letters))] = chance.choice("AZaz09-_=")
        forged.append("".join(letters))
    for parts in (
        [],
        {},
        0,
        "newest",
        [1, 2, 3, 4],
        ["newest", False, "9999-12-31", "' OR 1=1 --"],
        ["newest", False, {"$gt": ""}, "AA-2222-2222-2"],
        ["newest", 1, None, None],
        ["newest", False, "0001-01-01", "A" * 20],
        ["newest", True, "9999-12-31", "AA-2222-2222-2"],
        ["published", False, "9999-12-31T23:59:59+00:00", "AA-2222-2222-2"],
        *(
            ["published", back, row, "AA-2222-2222-2"]
            for back in (False, True)
            for row in (-1, 0, 1.5, True, 1 << 62, (1 << 63) - 1, (1 << 64) - 1)
        ),
    ):
        # Unsealed, and as if somebody knew the secret.
        forged.append(base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("="))
        forged.append(packed(parts))
    for cursor in forged:
        for sort in ("", "&sort=published"):
            assert client.get(f"/en/clips/?after={quote(cursor)}{sort}").status_code == 200, cursor


# --- Nobody's answer is another's ----------------------------------------------------------------
def test_no_header_of_a_request_changes_what_a_shared_cache_keeps(one_clip: None) -> None:
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-For": "203.0.113.7",
        "X-Original-URL": "/admin/",
        "X-Rewrite-URL": "/admin/",
        "X-HTTP-Method-Override": "DELETE",
        "Forwarded": "host=evil.example",
        "Origin": "https://evil.example",
        "Referer": "https://evil.example/",
        "User-Agent": "<script>",
        "Cookie": "sessionid=x; language=ar; __Secure-language=ar",
        "Accept": "application/json",
    }
    client = Client()
    for address in crawl.addresses():
        if address == "/" or address.startswith("/c/"):
            continue
        plain, dressed = client.get(address), client.get(address, headers=headers)
        assert crawl.body(plain) == crawl.body(dressed), address
        assert dict(plain.headers) == dict(dressed.headers), address
        assert "evil" not in str(dressed.headers)


def test_a_method_in_a_header_or_a_field_counts_for_nothing(one_clip: None) -> None:
    client = Client()
    for address in ("/en/clips/", "/healthz", "/export/clips.csv"):
        override = {"X-HTTP-Method-Override": "GET", "X-Method-Override": "GET"}
        assert client.post(address, {"_method": "GET"}, headers=override).status_code == 405


def test_line_ends_in_an_address_make_no_line_of_the_log(one_clip: None, caplog: Any) -> None:
    for address in (
        "/en/clips/%0d%0aERROR%20planted/",
        "/nothing%0aERROR%20planted",
        "/admin/x%0d",
    ):
        Client().get(address)
        Client().post(address)
    assert "planted" in caplog.text, "refused requests are logged"
    assert not [line for line in caplog.messages if "\n" in line or "\r" in line]


# --- Nothing leads elsewhere ---------------------------------------------------------------------
def stays(location: str) -> bool:
    """Whether a browser that follows it stays with the archive."""
    parts = urlsplit(location.replace("\\", "/"))
    return not parts.scheme and not parts.netloc and location.startswith("/")


def test_the_judge_of_addresses_knows_elsewhere() -> None:
    assert stays("/admin/") and stays("/en/?next=//evil.example")
    assert not any(stays(each) for each in ELSEWHERE if "%09" not in each)


def test_no_address_of_the_archive_sends_anybody_elsewhere(sign_in: SignIn) -> None:
    member("rima", "archivist")
    for elsewhere in ELSEWHERE:
        cache.clear()
        staff, asked = Client(), quote(elsewhere)
        staff.force_login(User.objects.get(username="rima"), BACKEND)
        answers = [
            Client().post(
                f"{LOGIN}?next={asked}",
                {"login": "rima", "password": "long enough for here", "next": elsewhere},
            ),
            Client().get(f"/admin/?next={asked}"),
            staff.post("/admin/language/setlang/", {"language": "ar", "next": elsewhere}),
            staff.post(f"/admin/account/logout/?next={asked}", {"next": elsewhere}),
            Client().get(f"/?next={asked}"),
            Client().get(f"/{elsewhere}"),
            Client().get(f"//{elsewhere.strip('/')}/en"),
            Client().get(f"/c/{elsewhere}"),
        ]
        for answer in answers:
            if answer.status_code in {301, 302}:
                assert stays(answer["Location"]), answer["Location"]


# --- Forms ---------------------------------------------------------------------------------------
def test_forms_are_bounded_in_fields_files_and_size(db: None) -> None:
    client = Client(raise_request_exception=False)
    fields = {f"k{number}": "1" for number in range(1100)}
    assert client.post(LOGIN, fields).status_code == 400
    files = {f"f{number}": SimpleUploadedFile("x", b"x") for number in range(120)}
    assert client.post(LOGIN, files).status_code == 400
    assert client.post(LOGIN, {"login": "x" * 11_000_000}).status_code == 400
    # A part without an end, and one whose head never ends.
    broken = b"--b\r\nContent-Disposition: form-data; name=" + b"x" * 100_000
    answer = client.post(LOGIN, broken, content_type="multipart/form-data; boundary=b")
    assert answer.status_code < 500


def test_a_sign_in_from_another_site_is_refused(db: None) -> None:
    member("rima", "archivist")
    client = Client(enforce_csrf_checks=True)
    form = {"login": "rima", "password": "long enough for here"}
    assert client.post(LOGIN, form).status_code == 403
    client.get(LOGIN)
    token = client.cookies["csrftoken"].value
    given = {**form, "csrfmiddlewaretoken": token}
    other = client.post(LOGIN, given, headers={"Origin": "https://evil.example"})
    assert other.status_code == 403
    assert client.post(LOGIN, given, headers={"Origin": "null"}).status_code == 403
    assert client.post(LOGIN, given).status_code == 302


def test_what_changes_something_is_asked_by_post_alone(sign_in: SignIn) -> None:
    client = sign_in("archivist", "publisher")
    clip = world.clip()
    for act in ("publish", "discard"):
        client.get(f"/admin/footage/clip/{clip.pk}/{act}/?post=yes&reason=safety&confirm=1")
    assert type(clip).objects.filter(pk=clip.pk).exists()
    assert not PublicRecord.objects.exists()
    client.get("/admin/account/logout/")
    assert client.get("/admin/").status_code == 200, "signing out by a link of another site"
