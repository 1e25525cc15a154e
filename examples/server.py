"""A local web server for a folder, which answers conditional requests as ET's does."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve ``folder`` on a free port of this machine while the context lasts.

    Every file has an ``ETag`` (of its content) and a ``Last-Modified``; a request that names the
    present one in ``If-None-Match`` or ``If-Modified-Since`` is answered 304.

    Yields:
        The base URL, without a slash at its end.
    """
    handler = partial(_Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(SimpleHTTPRequestHandler):
    """Adds ETags to the standard library's handler, which knows If-Modified-Since alone."""

    def do_GET(self) -> None:
        tag = self._tag()
        if tag is not None and self.headers.get("If-None-Match") == tag:
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
        else:
            super().do_GET()

    def end_headers(self) -> None:
        tag = self._tag()
        if tag is not None:
            self.send_header("ETag", tag)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: standard error belongs to the program that is served."""

    def _tag(self) -> str | None:
        path = Path(self.translate_path(self.path))
        return f'"{hashlib.sha256(path.read_bytes()).hexdigest()}"' if path.is_file() else None
