"""Every answer, whatever its address and status, says the same to browsers. From the URLconf."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, path
from django.utils import translation

from footage import publishing
from people.roles import ROLES
from tests import world
from tests.walls import crawl
from tests.workshop.conftest import SignIn, sign_in
from tests.workshop.test_permissions import addresses as pages_of_the_workshop

__all__ = ["sign_in"]
pytestmark = [pytest.mark.any_database, pytest.mark.django_db]

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# What pages of other sites may read: no page of the archive's own, and nothing of its staff.
OPEN = re.compile(
    r"/(api|cite|export|feeds|iiif|media|schemas)/|/(oai|oembed|unapi)\b|/c/[^/]+/captions/"
)
# What a policy must say, and nothing inline, evaluated or from elsewhere.
DIRECTIVES = {
    "default-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "script-src 'self'",
    "style-src 'self'",
}
POWERS = ("camera", "microphone", "geolocation", "display-capture", "usb", "payment")
TELLING = ("Server", "X-Powered-By", "Via", "X-AspNet-Version")
STATUSES = {200, 204, 301, 302, 304, 400, 403, 404, 405, 410, 413, 416, 429, 500, 503}

FRAMED = re.compile(r"/(en|ar)/embed/")

Answer = tuple[str, Any]


def faults(address: str, response: Any) -> list[str]:
    """What an answer lacks or says too much, in words; nothing when it is as it should be."""
    headers = response.headers
    # The one page for frames on other sites says nothing against them, and all the rest.
    framed = FRAMED.match(address) is not None
    expected = {**EVERYWHERE, "X-Frame-Options": None} if framed else EVERYWHERE
    found = [
        f"{name}: {headers.get(name)}"
        for name, value in expected.items()
        if headers.get(name) != value
    ]
    shared = OPEN.match(address) is not None
    for name, value in (
        ("Cross-Origin-Resource-Policy", "cross-origin" if shared else "same-origin"),
        ("Access-Control-Allow-Origin", "*" if shared else None),
    ):
        if headers.get(name) != value:
            found.append(f"{name}: {headers.get(name)}")
    policy = headers.get("Content-Security-Policy", "")
    if framed:
        policy = policy.replace("frame-ancestors *", "frame-ancestors 'none'", 1)
    said = {part.strip() for part in policy.split(";")}
    found += sorted(DIRECTIVES - said)
    found += re.findall(r"'unsafe-[a-z-]+'|https?:\S*|\*|'nonce-\S+", policy)
    powers = headers.get("Permissions-Policy", "")
    found += [power for power in POWERS if f"{power}=()" not in powers]
    found += [name for name in TELLING if name in headers]
    staff = address.startswith("/admin/")
    referrer = "same-origin" if staff else "no-referrer"
    if headers.get("Referrer-Policy") != referrer:
        found.append(f"Referrer-Policy: {headers.get('Referrer-Policy')}")
    kept = headers.get("Cache-Control", "")
    if staff and "no-store" not in kept:
        found.append(f"staff may be cached: {kept}")
    if staff and "data:" not in policy:
        found.append("the code of the authenticator app is not shown")
    if not staff:
        found += [f"cookie {name}" for name in response.cookies]
        if "cookie" in headers.get("Vary", "").lower():
            found.append("varies on cookies")
        if "trusted-types 'none'" not in said:
            found.append("scripts may build markup")
    text = headers.get("Content-Type", "")
    if text.startswith(("text/", "application/xml")) and "utf-8" not in text.lower():
        found.append(f"no charset: {text}")
    return [f"{response.status_code} {address}: {fault}" for fault in found]


# --- Answers -------------------------------------------------------------------------------------
def public_answers() -> Iterator[Answer]:
    """Every public address; asked again with its ETag, for a bad range, and to take something."""
    client = Client()
    for address in crawl.addresses():
        response = client.get(address)
        yield address, response
        if etag := response.headers.get("ETag"):
            yield address, client.get(address, headers={"If-None-Match": etag})
        if response.headers.get("Accept-Ranges") == "bytes":
            yield address, client.get(address, headers={"Range": "bytes=9999999-"})
            yield address, client.get(address, headers={"Range": "bytes=0-9"})
        yield address, client.post(address)
        yield address, client.head(address)


def staff_routes(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    """Every route below /admin/ with something in place of its parameters."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if not (route.startswith("admin/") or "admin/".startswith(route)):
            continue
        if hasattr(entry, "url_patterns"):
            yield from staff_routes(entry, route)
        elif "(?P" in route:
            yield "/admin/no-such-room/"
        else:
            filled = re.sub(r"<(?:(\w+):)?(\w+)>", _sample, route)
            yield "/" + filled.replace("\\", "")


def _sample(parameter: re.Match[str]) -> str:
    return "1" if parameter.group(1) in {"int", "path"} else "x"


def staff_answers(client: Client) -> Iterator[Answer]:
    pages = {*staff_routes(), *pages_of_the_workshop().values()}
    for address in sorted(pages):
        if address != "/admin/account/logout/":
            yield address, client.get(address)
            yield address, Client().get(address)
    yield "/admin/account/logout/", client.post("/admin/account/logout/")


def errors(client: Client) -> Iterator[Answer]:
    """Failures that no address brings about by itself."""
    stranger = Client(enforce_csrf_checks=True, raise_request_exception=False)
    yield "/en/", stranger.get("/en/", headers={"Host": "elsewhere.example"})
    yield "/en/", stranger.get("/en/", headers={"Host": "a b\x00"})
    many = "&".join(f"k{number}=1" for number in range(1200))
    yield "/en/clips/", stranger.get(f"/en/clips/?{many}")
    yield "/en", stranger.get("/en")
    yield "/en/clips/%00/", stranger.get("/en/clips/%00/")
    yield "/admin/account/login/", stranger.post("/admin/account/login/", {"login": "x"})
    big = stranger.post("/admin/account/login/", b"a=" + b"b" * 11_000_000, "text/plain")
    yield "/admin/account/login/", big
    cache.clear()
    for _attempt in range(40):
        tried = Client().post("/admin/account/login/", {"login": "x", "password": "y"})
        if tried.status_code == 429:
            yield "/admin/account/login/", tried
            break
    tus = {"HTTP_TUS_RESUMABLE": "1.0.0", "HTTP_UPLOAD_LENGTH": str(10**15)}
    yield "/admin/uploads/", client.generic("POST", "/admin/uploads/", **tus)
    yield "/admin/uploads/", client.generic("OPTIONS", "/admin/uploads/")
    described = {**tus, "HTTP_UPLOAD_LENGTH": "5", "HTTP_UPLOAD_METADATA": "filename bm90ZXMudHh0"}
    yield "/admin/uploads/", client.generic("POST", "/admin/uploads/", **described)
    with connection.execute_wrapper(fails(RuntimeError)):
        yield "/en/", stranger.get("/en/")
    with connection.execute_wrapper(fails(OperationalError)):
        yield "/healthz", stranger.get("/healthz")
        yield "/media/x.mp4", stranger.get("/media/x.mp4")


def fails(error: type[Exception]) -> Any:
    def refuse(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        raise error("no catalogue today")

    return refuse


@pytest.fixture
def everybody(sign_in: SignIn) -> Client:
    """Somebody with every role, in an archive where every page has something to show."""
    client = sign_in(*(role.code for role in ROLES))
    clip = world.clip(filmed="2016-09-24")
    world.transcript(clip, "ar", (0, 4000, "مقدمة"))
    world.published(clip)
    gone = world.published(filmed="2012-09-24")
    publishing.withdraw(gone.reference, reason="safety", by=world.publisher())
    return client


# --- The wall ------------------------------------------------------------------------------------
def test_every_answer_of_every_address_carries_every_header(
    everybody: Client, settings: Any
) -> None:
    answers = [*public_answers(), *errors(everybody)]
    settings.ARCHIVE_READONLY = True
    answers.append(("/admin/footage/clip/add/", everybody.post("/admin/footage/clip/add/")))
    settings.ARCHIVE_READONLY = False
    answers += staff_answers(everybody)
    found = [fault for address, response in answers for fault in faults(address, response)]
    assert found == []
    seen = {response.status_code for _address, response in answers}
    assert seen >= STATUSES
    assert len({address for address, _response in answers}) > 150


def unprotected(request: Any) -> HttpResponse:
    """A view that would lift what protects its readers."""
    response = HttpResponse("<script>1</script>")
    response.set_cookie("seen", "1")
    response["Server"] = "planted"
    return response


def test_a_planted_route_that_says_less_is_caught(everybody: Client, settings: Any) -> None:
    from aleppo_archive import urls

    class Planted:
        urlpatterns = [*urls.urlpatterns, path("planted/", unprotected)]
        handler404 = urls.handler404

    settings.ROOT_URLCONF = Planted
    answers = [(address, Client().get(address)) for address in crawl.addresses()]
    found = [fault for address, response in answers for fault in faults(address, response)]
    assert {fault.split(": ")[1] for fault in found} == {"Server", "cookie seen"}
    assert all("/planted/" in fault for fault in found)
    # Without the middleware everything is caught, and with it a view cannot say less.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Headers" not in name]
    assert len(faults("/planted/", Client().get("/planted/"))) > 10


def test_static_files_carry_the_headers_and_are_for_the_archive_alone(
    everybody: Client, settings: Any
) -> None:
    from django.core.management import call_command

    settings.STATIC_ROOT = settings.ARCHIVE_DATA / "static"
    settings.STATICFILES_DIRS = [settings.BASE_DIR / "static"]
    call_command("collectstatic", verbosity=0, interactive=False)
    client = Client()
    for name in ("reading_room/reading_room.css", "reading_room/icon.svg", "workshop/workshop.css"):
        response = client.get(f"/static/{name}")
        assert response.status_code == 200
        assert faults(f"/static/{name}", response) == []
        response.close()
    assert client.get("/static/no-such-file.css").status_code == 404


def test_behind_https_every_answer_asks_for_https_for_two_years(
    everybody: Client, settings: Any
) -> None:
    # What settings.py turns on when BASE_URL is https://; read when the middleware is made.
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    client = Client(raise_request_exception=False)
    asked = ["/en/", "/en/clips/nonsense/", "/c/nonsense", "/admin/", "/static/x.css", "/media/x"]
    for address in asked:
        answer = client.get(address, secure=True)
        assert answer["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
        plain = client.get(address)
        assert plain.status_code == 301
        assert plain["Location"] == f"https://testserver{address}"
    assert client.get("/en/", secure=True, headers={"Host": "no.example"}).status_code == 400


def test_nginx_hands_every_header_on_with_access_copies() -> None:
    text = (settings.BASE_DIR / "docs" / "nginx.conf").read_text()
    sent_by_nginx = text[text.index("location /access-copies/") :]
    ours = {*EVERYWHERE, "Content-Security-Policy", "Permissions-Policy", "Referrer-Policy"}
    for name in ours | {"Strict-Transport-Security"}:
        upstream = f"$upstream_http_{name.lower().replace('-', '_')}"
        assert f"add_header {name} {upstream} always;" in sent_by_nginx, name
    assert "server_tokens off;" in text and "access_log off;" in text


def test_signing_out_clears_what_the_browser_kept(sign_in: SignIn) -> None:
    client = sign_in("archivist")
    assert "Clear-Site-Data" not in client.get("/admin/").headers
    assert '"storage"' in client.post("/admin/account/logout/")["Clear-Site-Data"]


def test_the_policies_of_readers_and_staff_differ_in_what_is_said_here_alone() -> None:
    readers, staff = settings.CONTENT_SECURITY_POLICY, settings.STAFF_SECURITY_POLICY
    assert {key for key in readers if readers[key] != staff.get(key)} == {
        "img-src",
        "require-trusted-types-for",
        "trusted-types",
    }


def test_public_error_pages_load_nothing_and_speak_both_languages(everybody: Client) -> None:
    stranger = Client(enforce_csrf_checks=True, raise_request_exception=False)
    bad = stranger.get("/en/", headers={"Host": "elsewhere.example"})
    forged = stranger.post("/admin/account/login/", {"login": "x"})
    with connection.execute_wrapper(fails(RuntimeError)), translation.override("en"):
        broken = stranger.get("/ar/")
    for answer in (bad, forged, broken):
        page = answer.content.decode()
        assert 'lang="ar"' in page and "<h1>" in page
        assert "<script" not in page and "style=" not in page and "<style" not in page
        assert "elsewhere.example" not in page and "no catalogue today" not in page
