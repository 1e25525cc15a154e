"""Connections that stay open from one request to the next, as AWS keeps them."""

from __future__ import annotations

import io
from traceback import format_exc
from typing import TYPE_CHECKING, Final

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.exceptions import InternalServerError
from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.datastructures import Headers

_HEAD: Final = "HEAD"
_WITHOUT_BODY: Final = frozenset({"204", "304"})


class KeptConnection(MotoRequestHandler):
    """Answers one request after the other, each read to its end before anything is done for it.

    werkzeug closes a connection after each answer, as it does not know where the next request
    begins: it leaves unread what an application does not ask for.
    """

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # so that an answer leaves in one piece

    def handle_expect_100(self) -> bool:
        """Ask for the body of a request at once, as the client waits for this."""
        is_fine = super().handle_expect_100()
        self.wfile.flush()
        return is_fine

    def make_environ(self) -> WSGIEnvironment:
        """Describe the request, with its whole body."""
        environ = super().make_environ()
        is_chunked = environ.get("wsgi.input_terminated", False)
        size = -1 if is_chunked else int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(size))
        return environ

    def run_wsgi(self) -> None:
        """Answer one request, and say how long the answer is."""
        pieces, status, headers = self._answered(self.make_environ())
        code, _, words = status.partition(" ")
        body = b"".join(pieces)
        self.send_response(int(code), words)
        for name, value in headers:
            self.send_header(name, value)
        if "Content-Length" not in headers and code not in _WITHOUT_BODY:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != _HEAD:
            self.wfile.write(body)

    def _answered(self, environ: WSGIEnvironment) -> tuple[Iterable[bytes], str, Headers]:
        """What is answered; an error where moto fails, as it does with what it does not know."""
        try:
            return run_wsgi_app(self.server.app, environ, buffered=True)
        except Exception:  # noqa: BLE001 - a client that hears nothing asks again
            self.log_error("%s", format_exc())
            return run_wsgi_app(InternalServerError(), environ, buffered=True)
