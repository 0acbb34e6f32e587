"""An HTTP proxy on loopback that misbehaves: between the archive and an object store."""

import contextlib
import http.client
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Exchange:
    """One request and the store's answer to it, which a fault may change."""

    method: str
    path: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes


# Gets the exchange before (`True`) or after the store was asked; returns what is to happen.
Fault = Callable[[Exchange], str]


@dataclass
class Proxy:
    """`fault(exchange)` names what happens: "", "500", "503", "slow", "reset", "cut", "wrong"."""

    backend: str
    fault: Fault = field(default=lambda exchange: "")
    requests: list[str] = field(default_factory=list)
    address: str = ""


@contextlib.contextmanager
def misbehaving(backend: str) -> Iterator[Proxy]:
    proxy = Proxy(backend)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            return

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            proxy.requests.append(f"{self.command} {self.path}")
            asked = Exchange(self.command, self.path, 0, [], b"")
            fault = proxy.fault(asked)
            if fault in {"500", "503"}:
                self.answer(int(fault), [], b"")
                return
            if fault == "reset":
                self.connection.close()
                self.close_connection = True
                return
            if fault == "slow":
                time.sleep(1)
            status, headers, content = self.ask(body)
            if fault == "wrong" and content and status < 300:
                content = bytes([content[0] ^ 1]) + content[1:]
            if fault == "cut" and content:
                self.answer(status, headers, content[: len(content) // 2], len(content))
                self.close_connection = True
                return
            if fault == "lost":
                # Done, and nobody is told.
                self.connection.close()
                self.close_connection = True
                return
            self.answer(status, headers, content)

        def ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            connection = http.client.HTTPConnection(urlsplit(proxy.backend).netloc, timeout=60)
            try:
                headers = dict(self.headers.items())
                headers.pop("Expect", None)
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.getheaders(), answer.read()
            finally:
                connection.close()

        def answer(
            self,
            status: int,
            headers: list[tuple[str, str]],
            content: bytes,
            announced: int | None = None,
        ) -> None:
            self.send_response(status)
            length = len(content) if announced is None else announced
            for name, value in headers:
                if name.lower() == "content-length" and self.command == "HEAD":
                    length = int(value)
                elif name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = pass_on

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    proxy.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
