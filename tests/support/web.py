"""Feeds to fetch, and a web server that answers as a test tells it to."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from rules_lib.address import Address
from rules_lib.feed.request import FeedRequest
from rules_lib.feedlist import usual_feeds
from rules_lib.settings import FetchSettings
from rules_lib.sources.download import HttpReader
from rules_lib.sources.session import UnguidedSession
from support import feeds
from support.patience import PATIENCE
from support.rules import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules_lib.aws.store import Store

BUCKET: Final = "feeds"
ARCHIVE: Final = "/open/emerging.rules.tar.gz"
CHECKSUM: Final = f"{ARCHIVE}.md5"
VERSION: Final = "/open/version.txt"


def rule(sid: int) -> str:
    """Write a small rule, with its line end."""
    return f"{text(sid)}\n"


def packed(rules: str, category: str = "emerging-test") -> bytes:
    """Pack one category's file as a feed; the same text gives the same bytes."""
    return feeds.packed({category: rules})


def feed(*sids: int, category: str = "emerging-test") -> bytes:
    """Pack a feed of one category with small rules."""
    return packed("".join(map(rule, sids)), category)


def zipped(*names: str) -> bytes:
    """Pack a zip archive whose members have a small rule each."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, name in enumerate(names, 1):
            archive.writestr(zipfile.ZipInfo(name), rule(number))
    return buffer.getvalue()


def md5(data: bytes) -> bytes:
    """Word a checksum as the feed's publisher does: the digest and a line end."""
    return f"{hashlib.md5(data, usedforsecurity=False).hexdigest()}\n".encode()


def contents(store: Store) -> dict[str, tuple[bytes, str]]:
    """Take down everything in the bucket: each object's bytes and the time of its writing."""
    return {
        entry.key: (store.get(entry.key), str(entry.last_modified)) for entry in store.entries("")
    }


def settings(url: str, **changes: object) -> FetchSettings:
    """Make settings for a feed, with small limits."""
    environment = {"RULESYNC_BUCKET": BUCKET, "RULESYNC_FEED_URL": url}
    environment |= {f"RULESYNC_{name.upper()}": str(value) for name, value in changes.items()}
    return FetchSettings.from_environment(environment)


def request(url: str, **changes: object) -> FeedRequest:
    """Ask for et/open at an address, with the limits of `settings`."""
    address = Address(url)
    return FeedRequest.of(usual_feeds(address).first, address, settings(url, **changes))


@dataclass
class Pauses:
    """A sleep that takes no time, and a clock that only it and `tick` move on."""

    taken: list[float] = field(default_factory=list)
    now: float = 0.0
    tick: float = 0.0

    def sleep(self, seconds: float) -> None:
        """Note the pause."""
        self.taken.append(seconds)

    def clock(self) -> float:
        """Tell the time; each look at the clock takes `tick` seconds."""
        self.now += self.tick
        return self.now


def reader(
    session: UnguidedSession, pauses: Pauses, attempts: int = 3, patience: float = PATIENCE
) -> HttpReader:
    """Make a reader that never really waits between its attempts.

    Args:
        session: what it reads over.
        pauses: its sleep and its clock.
        attempts: how often it asks for a file.
        patience: seconds until a silent server is given up; short only where one is silent.
    """
    return HttpReader(
        session=session,
        connect_timeout=PATIENCE,
        read_timeout=patience,
        total_timeout=60,
        attempts=attempts,
        sleep=pauses.sleep,
        clock=pauses.clock,
    )


@dataclass(frozen=True)
class Answer:
    """One answer of the server.

    Attributes:
        declared: what Content-Length says; left out, the truth.
        chunked: send in chunks, without Content-Length; and if `cut`, without the last chunk.
        silent: break the connection instead of answering.
        stalls: send the body, or nothing, and then keep silent with the connection open.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    declared: int | None = None
    chunked: bool = False
    cut: bool = False
    silent: bool = False
    stalls: bool = False


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it, and the status it answered."""

    method: str
    path: str
    status: int
    headers: dict[str, str]


@dataclass
class WebServer:
    """A running server: for each path its answers in turn, the last for good; 404 elsewhere."""

    url: str
    routes: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def offer(
        self,
        data: bytes,
        version: str | None = None,
        checksum: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Serve a feed with its companions, as a publisher does on release."""
        validators = tuple((headers or {}).items())
        self.routes = {ARCHIVE: [Answer(body=data, headers=validators)]}
        if version is not None:
            self.routes[VERSION] = [Answer(body=version.encode())]
        if checksum is not None:
            self.routes[CHECKSUM] = [Answer(body=checksum)]

    def answer(self, path: str, method: str) -> Answer:
        """Take the next answer of a path; HEAD takes only a broken one away."""
        answers = self.routes.get(path, [Answer(404, b"no such page")])
        spent = len(answers) > 1 and (method == "GET" or answers[0].silent)
        return answers.pop(0) if spent else answers[0]

    def statuses(self, path: str, method: str = "GET") -> list[int]:
        """List how the requests for a path were answered."""
        return [ask.status for ask in self.asked if (ask.path, ask.method) == (path, method)]


@contextmanager
def serving() -> Iterator[WebServer]:
    """Run a server on a free port of this machine."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    httpd.daemon_threads = True
    server = WebServer(f"http://127.0.0.1:{httpd.server_port}")
    _Handler.server_of[httpd.server_port] = server
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        httpd.shutdown()
        httpd.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: Final[dict[int, WebServer]] = {}

    def do_HEAD(self) -> None:
        self._serve(with_body=False)

    def do_GET(self) -> None:
        self._serve(with_body=True)

    def _serve(self, *, with_body: bool) -> None:
        web = self.server_of[self.connection.getsockname()[1]]
        answer = web.answer(self.path, self.command)
        etag = dict(answer.headers).get("ETag")
        since = dict(answer.headers).get("Last-Modified")
        known = (etag and self.headers.get("If-None-Match") == etag) or (
            since and self.headers.get("If-Modified-Since") == since
        )
        status = 304 if known and answer.status == 200 else answer.status
        web.asked.append(Asked(self.command, self.path, status, dict(self.headers)))
        self.close_connection = True
        if not answer.silent:
            self._send(answer, status, with_body=with_body and status != 304)
        if answer.stalls:
            web.stop.wait(60)

    def _send(self, answer: Answer, status: int, *, with_body: bool) -> None:
        self.send_response(status)
        self.send_header("Connection", "close")
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif status != 304:
            self.send_header("Content-Length", str(answer.declared or len(answer.body)))
        self.end_headers()
        if not with_body:
            return
        if answer.chunked:
            end = b"" if answer.cut else b"0\r\n\r\n"
            self.wfile.write(b"%x\r\n%s\r\n%s" % (len(answer.body), answer.body, end))
        else:
            self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests look at `asked`."""
