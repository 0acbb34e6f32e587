"""An address pasted elsewhere becomes a frame of ours, and a closed clip gives no picture."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from tests.reading_room import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def clip() -> Any:
    rows.names()
    still = rows.a_copy(b"a still", "poster", "jpg")
    return rows.a_clip(renditions=(rows.a_copy(b"a film"), still))


def asked(client: Client, path: str, **more: Any) -> Any:
    return client.get("/oembed", {"url": f"{settings.BASE_URL}{path}", **more})


def test_every_address_of_a_clip_gives_its_frame(client: Client, clip: Any) -> None:
    paths = {
        f"/c/{clip.reference}": "en",
        f"/en/clips/{clip.reference}/": "en",
        f"/ar/clips/{clip.reference}/": "ar",
        f"/ar/embed/{clip.reference}/": "ar",
        f"/c/{clip.reference.lower().replace('-', '')}": "en",
    }
    for path, language in paths.items():
        told = asked(client, path).json()
        frame = f"{settings.BASE_URL}/{language}/embed/{clip.reference}/"
        assert told["version"] == "1.0" and told["type"] == "video", path
        assert f'src="{frame}"' in told["html"] and 'title="' in told["html"]
        assert client.get(frame.removeprefix(settings.BASE_URL)).status_code == 200
    assert told["author_name"] == "Salma H." and told["thumbnail_url"].endswith(".jpg")


def test_the_seconds_and_the_bounds_of_the_frame_go_along(client: Client, clip: Any) -> None:
    told = asked(client, f"/c/{clip.reference}?t=12,15", maxwidth=480, maxheight=300).json()
    assert f"/en/embed/{clip.reference}/?t=12,15" in told["html"]
    assert (told["width"], told["height"]) == (480, 300)


def test_a_page_of_a_clip_says_where_to_ask(client: Client, clip: Any) -> None:
    page = client.get(f"/ar/clips/{clip.reference}/").content.decode()
    where = urlencode({"url": f"{settings.BASE_URL}/ar/clips/{clip.reference}/"})
    assert 'type="application/json+oembed"' in page and f'href="/oembed?{where}"' in page
    frame = f"{settings.BASE_URL}/ar/embed/{clip.reference}/"
    assert f'<meta name="twitter:player" content="{frame}">' in page


@pytest.mark.parametrize("level", ["graphic", "withheld"])
def test_a_closed_clip_is_framed_without_a_picture(client: Client, level: str) -> None:
    rows.names()
    still = rows.a_copy(b"a still", "poster", "jpg")
    closed = rows.a_clip(renditions=(rows.a_copy(b"a film"), still), advisory_level=level)
    told = asked(client, f"/c/{closed.reference}").json()
    assert "embed" in told["html"]
    assert not any(name.startswith("thumbnail") for name in told)
    assert "/media/" not in str(told)


def test_what_is_not_a_clip_of_this_archive_is_not_embedded(client: Client, clip: Any) -> None:
    gone, spoken = rows.a_clip(), rows.a_testimony()
    rows.withdraw(gone)
    answers = [
        asked(client, path)
        for path in (
            f"/c/{gone.reference}",
            f"/c/{rows.a_reference()}",
            f"/en/testimonies/{spoken.reference}/",
            f"/c/{spoken.reference}",
            "/en/clips/nonsense/",
            "/",
        )
    ]
    answers.append(client.get("/oembed", {"url": f"https://elsewhere.example/c/{clip.reference}"}))
    answers.append(client.get("/oembed"))
    answers.append(client.get("/oembed", {"url": "http://[::1"}))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1, "withdrawn and never are alike"


@pytest.mark.parametrize(
    ("parameters", "status", "name"),
    [({"format": "xml"}, 501, "format"), ({"maxwidth": "wide"}, 400, "maxwidth")],
)
def test_what_cannot_be_answered_is_named(
    client: Client, clip: Any, parameters: dict[str, str], status: int, name: str
) -> None:
    answer = asked(client, f"/c/{clip.reference}", **parameters)
    assert answer.status_code == status and name in answer.content.decode()
