"""Readers' text goes over the line packed, and nothing else does."""

import gzip
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests import world
from tests.reading_room import rows

pytestmark = pytest.mark.django_db
PACKED = {"Accept-Encoding": "gzip, deflate, br"}


def readers_text() -> list[str]:
    rows.names()
    clip = rows.a_clip(1, summary_en="A queue at the oven door. " * 60)
    shown = [f"/{code}/{path}" for code in ("en", "ar") for path in ("", "clips/", "events/")]
    return [
        *(*shown, f"/en/clips/{clip.reference}/", f"/api/v1/records/{clip.reference}"),
        *("/sitemaps/pages.xml", "/feeds/en/clips.atom"),
    ]


def test_text_comes_packed_in_a_few_bytes_with_the_same_words(client: Client) -> None:
    for address in readers_text():
        plain, packed = client.get(address), client.get(address, headers=PACKED)
        assert "Content-Encoding" not in plain and plain["Vary"] == "Accept-Encoding", address
        assert packed["Content-Encoding"] == "gzip" and packed["Vary"] == "Accept-Encoding", address
        assert gzip.decompress(packed.content) == plain.content, address
        assert len(packed.content) < len(plain.content) / 2, address
        assert int(packed["Content-Length"]) == len(packed.content)
        # The same bytes each time, also of a page that was kept.
        assert client.get(address, headers=PACKED).content == packed.content
        assert client.get(address).content == plain.content
        head = client.head(address, headers=PACKED)
        assert head.content == b"" and dict(head.headers) == dict(packed.headers)


def test_whoever_has_a_page_is_told_so_whichever_way_it_came(client: Client) -> None:
    for address in readers_text():
        plain, packed = client.get(address)["ETag"], client.get(address, headers=PACKED)["ETag"]
        assert packed == f"W/{plain}"
        for known in (plain, packed):
            for asked, said in (({}, plain), (PACKED, packed)):
                again = client.get(address, headers={**asked, "If-None-Match": known})
                assert (again.status_code, again.content, again["ETag"]) == (304, b"", said)
                assert again["Vary"] == "Accept-Encoding" and "Content-Encoding" not in again


@pytest.mark.parametrize(
    "refused",
    [
        *("", "br", "identity", "gzip;q=0", "gzip;q=0.0, br", "*, gzip;q=0", "*;q=0", "x-gzip;q=0"),
        *("gzip;q=nan", "gzip;q=-1", "gzip;q=inf", "gzip;q=1e3", "gzip;q=", "gzip;q=2", "*;q=x"),
    ],
)
def test_whoever_does_not_unpack_gets_the_words_as_they_are(client: Client, refused: str) -> None:
    answer = client.get("/en/about/", headers={"Accept-Encoding": refused})
    assert "Content-Encoding" not in answer and answer["ETag"].startswith('"')
    assert "</html>" in answer.content.decode()


@pytest.mark.parametrize(
    "agreed", ["*;q=0, gzip", "*", "identity;q=0, x-gzip", "GZIP;Q=0.001", "br;q=0, gzip;q=1.000"]
)
def test_what_is_said_of_gzip_by_name_outweighs_what_is_said_of_all(
    client: Client, agreed: str
) -> None:
    answer = client.get("/en/about/", headers={"Accept-Encoding": agreed})
    assert answer["Content-Encoding"] == "gzip"


def test_nothing_that_could_hold_a_secret_or_is_packed_already_is_packed(
    client: Client,
) -> None:
    rows.a_clip(renditions=(copy := rows.a_copy(b"\0" * 5000),))
    addresses = ("/admin/", "/admin/account/login/", f"/media/{copy.name}", "/healthz", "/en/x/")
    for address in addresses:
        answer = client.get(address, headers=PACKED, follow=True)
        assert "Content-Encoding" not in answer, address
    client.force_login(world.publisher())
    answer = client.get("/admin/footage/clip/", headers=PACKED, follow=True)
    assert "Content-Encoding" not in answer and "Accept-Encoding" not in answer.get("Vary", "")


def test_the_page_that_gives_a_code_after_a_message_is_not_packed(client: Client) -> None:
    answer = client.post(
        "/en/safety/",
        urlencode({"concern": "removal", "words": "A mistake in a date. " * 80}),
        content_type="application/x-www-form-urlencoded",
        headers={**PACKED, "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 200 and "This is your code" in answer.content.decode()
    assert "Content-Encoding" not in answer and "Vary" not in answer
