"""Debian's Firefox, driven by the protocol it has itself (Marionette), without another program.

Only what a walk needs: open, find, click, type, read. A click waits for the page it opens.
https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.servers import die_with_the_tests, ended, free_port

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# Nothing leaves the machine: what is not local goes to a proxy that does not exist.
PREFERENCES = {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "127.0.0.1",
    "network.proxy.allow_hijacking_localhost": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "app.update.auto": False,
    "app.normandy.enabled": False,
    "media.autoplay.default": 0,
}


class FirefoxRefused(Exception):
    """What Firefox answered to a command that it could not carry out."""


class Firefox:
    """A window of Firefox."""

    def __init__(self, port: int, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.line = socket.create_connection(("127.0.0.1", port), timeout=60)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        self.kept, self.number = b"", 0
        self._receive()
        self.tell("WebDriver:NewSession", strictFileInteractability=False)

    def _receive(self) -> Any:
        while b":" not in self.kept:
            self._more()
        length, self.kept = self.kept.split(b":", 1)
        while len(self.kept) < int(length):
            self._more()
        message, self.kept = self.kept[: int(length)], self.kept[int(length) :]
        return json.loads(message)

    def _more(self) -> None:
        arrived = self.line.recv(65536)
        if not arrived:
            raise FirefoxRefused("it ended")
        self.kept += arrived

    def tell(self, command: str, **parameters: Any) -> Any:
        """Have a command carried out and return its result. Raises FirefoxRefused."""
        self.number += 1
        raw = json.dumps([0, self.number, command, parameters]).encode()
        self.line.sendall(b"%d:%s" % (len(raw), raw))
        _kind, _number, error, result = self._receive()
        if error:
            raise FirefoxRefused(f"{command} {parameters}: {error['message']}")
        return result.get("value", result) if isinstance(result, dict) else result

    def open(self, address: str) -> None:
        self.tell("WebDriver:Navigate", url=address)

    def size(self, width: int, height: int = 800) -> None:
        self.tell("WebDriver:SetWindowRect", width=width, height=height)

    @property
    def address(self) -> str:
        return str(self.tell("WebDriver:GetCurrentURL"))

    @property
    def text(self) -> str:
        """What the page shows."""
        (body,) = self.find("body")
        return str(self.tell("WebDriver:GetElementText", id=body))

    def find(self, selector: str) -> list[str]:
        """Elements of the page by CSS selector, in its order."""
        found = self.tell("WebDriver:FindElements", using="css selector", value=selector)
        return [each[ELEMENT] for each in found]

    def wait_for(self, selector: str, seconds: float = 15) -> str:
        """The first such element, once it is there."""
        deadline = time.monotonic() + seconds
        while not (found := self.find(selector)):
            if time.monotonic() > deadline:
                raise FirefoxRefused(f"no {selector} at {self.address}")
            time.sleep(0.05)
        return found[0]

    def attribute(self, element: str, name: str) -> str | None:
        value = self.tell("WebDriver:GetElementAttribute", id=element, name=name)
        return None if value is None else str(value)

    def click(self, selector: str) -> None:
        """Click the first such element, and wait for the page it opens, if it opens one."""
        self.tell("WebDriver:ElementClick", id=self.wait_for(selector))

    def type(self, selector: str, text: str) -> None:
        self.tell("WebDriver:ElementSendKeys", id=self.wait_for(selector), text=text)

    def run(self, script: str, *arguments: Any) -> Any:
        """The result of a script in the page; for what a reader's eye would see."""
        return self.tell("WebDriver:ExecuteScript", script=script, args=list(arguments))

    @property
    def cookies(self) -> list[Any]:
        return list(self.tell("WebDriver:GetCookies"))


@contextlib.contextmanager
def firefox(*, javascript: bool = True) -> Iterator[Firefox]:
    """Start Firefox with a profile of its own, some seconds; end it and forget the profile."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    assert program, "ask shutil.which first"
    profile = Path(tempfile.mkdtemp(prefix="firefox-"))
    port = free_port()
    stated = {**PREFERENCES, "javascript.enabled": javascript, "marionette.port": port}
    lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in stated.items()]
    (profile / "user.js").write_text("\n".join(lines))
    child = subprocess.Popen(
        [program, "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_the_tests,
    )
    try:
        window = Firefox(port)
        try:
            yield window
        finally:
            window.line.close()
    finally:
        ended(child)
        shutil.rmtree(profile, ignore_errors=True)
