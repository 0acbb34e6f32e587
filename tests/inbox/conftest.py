"""The safety page as browsers send it, and room for every message of a test."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from footage.inbox import receiving
from tests.workshop.conftest import sign_in  # noqa: F401  (a fixture)

Send = Callable[..., Any]
ENCODED = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The allowances count for a whole process; each test begins with full ones."""
    full = {
        urgent: receiving.Allowance(each.most, each.seconds)
        for urgent, each in receiving.ALLOWANCES.items()
    }
    monkeypatch.setattr(receiving, "ALLOWANCES", full)


@pytest.fixture
def send() -> Send:
    """`send(words="...")`: a form from the page itself, checked as a browser's would be."""
    from urllib.parse import urlencode

    def sent(path: str = "/en/safety/", headers: dict[str, str] | None = None, **asked: str) -> Any:
        given = {"concern": "removal", **asked} if "code" not in asked else asked
        return Client(enforce_csrf_checks=True).post(
            path,
            urlencode(given),
            content_type=ENCODED,
            headers={"Sec-Fetch-Site": "same-origin"} if headers is None else headers,
        )

    return sent
