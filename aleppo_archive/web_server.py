"""The web server as the archive runs it: gunicorn's threads, a limit on waiting, and no chatter.

gunicorn.conf.py, which gunicorn reads by itself in the checkout, names this worker. What gunicorn
would say of its own accord gives away what serves here, and writes readers' addresses into a log.
"""

import socket
import struct
from http import HTTPStatus
from typing import Any, Final

from gunicorn.http import errors, wsgi
from gunicorn.workers.gthread import ThreadWorker

# Refusals before there is a request for Django; whatever else a client writes wrong is a 400.
REFUSED: Final[dict[type[Exception], int]] = {
    errors.LimitRequestLine: 414,
    errors.LimitRequestHeaders: 431,
    errors.ExpectationFailed: 417,
    errors.UnsupportedTransferCoding: 501,
}
OUR_FAULT: Final = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)


class ArchiveWorker(ThreadWorker):
    """Gives a thread up when its client neither sends nor takes a byte for `timeout` seconds.

    gunicorn itself waits for ever: as many silent clients as there are threads would close the
    archive. In production nginx reads heads and bodies first; this is for what comes through.
    """

    def handle(self, conn: Any) -> Any:
        limit = struct.pack("ll", self.cfg.timeout, 0)
        # Not settimeout(): gunicorn changes the socket's blocking mode on its way, and sendall()
        # would measure the whole answer instead of each piece.
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        return super().handle(conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Any) -> None:
        """Answer what could not be given to Django: a status and nothing of what was sent."""
        if isinstance(exc, errors.ParseException) and not isinstance(exc, OUR_FAULT):
            code = next((code for kind, code in REFUSED.items() if isinstance(exc, kind)), 400)
        else:
            code = 500
            self.log.error("Error handling a request", exc_info=exc)
        status = HTTPStatus(code)
        body = f"{status.phrase}\n"
        lines = [
            f"HTTP/1.1 {status.value} {status.phrase}",
            "Connection: close",
            "Content-Type: text/plain; charset=utf-8",
            f"Content-Length: {len(body)}",
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options: nosniff",
            "Referrer-Policy: no-referrer",
            "Cross-Origin-Resource-Policy: same-origin",
            "Cache-Control: no-store",
        ]
        try:
            client.send(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        except OSError:
            self.log.debug("The client is gone.")


def named_nothing(response: Any, said: Any = wsgi.Response.default_headers) -> list[str]:
    """The lines gunicorn begins an answer with, without the one that names it."""
    return [line for line in said(response) if not line.startswith("Server:")]
