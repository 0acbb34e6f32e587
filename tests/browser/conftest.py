"""Windows of somebody signed in past the second factor, and real recordings of any length."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from tests.browser.uploading import UploadPage
from tests.windows import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MEDIA = Path(__file__).parents[1] / "data" / "media"
Open = Callable[..., AbstractContextManager[UploadPage]]
Recording = Callable[..., Path]


def session_of(user: User) -> str:
    """The session cookie of `user`, signed in with a second factor."""
    if not user.authenticator_set.exists():  # type: ignore[attr-defined]
        TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def signed_in(page: "Page", site: str, session: str | None, language: str = "en") -> None:
    """Give a window the cookies of a session, or of nobody's, and of a language."""
    cookies = {settings.SESSION_COOKIE_NAME: session, settings.LANGUAGE_COOKIE_NAME: language}
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": f"{site}/admin/"}
            for name, value in cookies.items()
            if value is not None
        ]
    )


@pytest.fixture
def open_page(browser: "Browser", site: str) -> Open:
    """`open_page(user, **window)`: a window of theirs, and what it can do on the upload page."""

    @contextmanager
    def opened(user: User, language: str = "en", **options: Any) -> Iterator[UploadPage]:
        with window(browser, **options) as page:
            signed_in(page, site, session_of(user), language)
            yield UploadPage(page, site)

    return opened


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    """`recording("a.mp4", megabytes=15)`: a whole video of about that length, and of its own.

    The bytes after the video are a `free` box, which players pass over (ISO/IEC 14496-12).
    """

    def made(name: str, megabytes: float = 0.1, of: str = "syn_android_al-shaar.mp4") -> Path:
        filler = random.Random(name).randbytes(int(megabytes * 1e6))
        box = (len(filler) + 8).to_bytes(4, "big") + b"free" + filler
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((MEDIA / of).read_bytes() + box)
        return path

    return made
