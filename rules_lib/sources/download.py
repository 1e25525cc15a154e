"""Files over http and https: bounded in time, size and attempts, and whole or not at all."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from math import inf
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import requests
import urllib3

from rules_lib.address import Address
from rules_lib.errors import DownloadError
from rules_lib.sources.answers import NO_VALIDATORS, Absent, Body, Unmodified, Validators
from rules_lib.sources.gate import BarredError
from rules_lib.sources.headers import conditions, declared_size, pause_asked_for, validators
from rules_lib.sources.session import UnguidedSession, origin_of
from rules_lib.text import counted, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from requests import Response

_CHUNK: Final = 65_536
_REDIRECTS: Final = 5
_HEADS: Final = 2
_LONGEST_PAUSE: Final = 30.0
_ABSENT: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""Buckets behind a web server answer 403 for what is not there."""
_TRANSIENT: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_FOREIGN: Final = (requests.RequestException, urllib3.exceptions.HTTPError)
_INSECURE: Final = (requests.exceptions.SSLError, urllib3.exceptions.SSLError)
_BROKEN: Final = (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError)
_SENDABLE: Final = re.compile(r"[!-~][ -~]{0,255}")
"""A validator that can be sent back. One of several lines, kept, would stop every later fetch."""
_WORDS: Final = 200
"""Characters of words of others that are told."""
_HEADERS: Final = {"User-Agent": "rulesync", "Accept-Encoding": "identity"}


class _TransientError(Exception):
    """Worth another attempt, after the pause that the server asks for if it asks for one."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        self.pause = pause
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class HttpReader:
    """Reads over one session.

    Attributes:
        connect_timeout: seconds until a connection must stand.
        read_timeout: seconds until the server must send something more.
        total_timeout: seconds that the body may take in all, however steadily it drips.
        attempts: how often a file is asked for, the first time included.
        sleep: waits so many seconds.
        clock: seconds on a clock that never goes back.
        until: by that clock, when it gives up whatever is left of the rest.
    """

    session: UnguidedSession
    connect_timeout: float
    read_timeout: float
    total_timeout: float
    attempts: int
    sleep: Callable[[float], None]
    clock: Callable[[], float]
    until: float = inf

    def read(
        self, address: Address, limit: int, known: Validators = NO_VALIDATORS
    ) -> Body | Unmodified | Absent:
        """Read a whole file; 5xx, 408, 429 and broken connections are tried again, 404 is not.

        Raises:
            DownloadError: no answer in the attempts allowed, an answer that is no file, or a file
                larger than `limit` bytes. It names the address without its credentials.
        """
        failure, known, attempt = "", _sendable(known), 0
        while True:
            try:
                return self._attempt(address, limit, known)
            except _TransientError as error:
                failure = str(error)
                pause = min(max(error.pause, 2.0**attempt), _LONGEST_PAUSE)
            attempt += 1
            if attempt == self.attempts or self.clock() + pause > self.until:
                break
            self.sleep(pause)
        raise DownloadError(f"{address}: {failure}; gave up after {counted(attempt, 'attempt')}")

    def size(self, address: Address) -> int | None:
        """Ask for the size by HEAD; None where the server does not say: many do not know HEAD.

        A broken connection is tried once more: servers close one that was kept open whenever they
        like, also while it is being used again.
        """
        for _ in range(_HEADS):
            try:
                with self._open("HEAD", address, {}) as response:
                    known = response.status_code == HTTPStatus.OK
                    return declared_size(response.headers) if known else None
            except requests.ConnectionError:
                continue
            except requests.RequestException:
                break
        return None

    def _attempt(
        self, address: Address, limit: int, known: Validators
    ) -> Body | Unmodified | Absent:
        """Ask once. What others raised is no cause of what is raised: it may hold the whole URL."""
        try:
            with self._open("GET", address, conditions(known)) as response:
                return self._answer(response, address, limit, known)
        except _FOREIGN as error:
            failure = _failure(error, address)
        raise failure

    def _open(self, method: str, address: Address, headers: Mapping[str, str]) -> Response:
        """Follow redirects, as far as they are safe, without reading their bodies."""
        here = address
        self.session.gate.begin(origin_of(here.reveal()))
        for _ in range(_REDIRECTS + 1):
            try:
                response = self._request(method, here, headers)
            except BarredError as error:
                barred = f"{address.clean(here.origin)}, {error.kind} ({error.address})"
                break
            if not response.is_redirect:
                return response
            response.close()
            here = _redirected(here, response.headers["Location"])
            self.session.gate.follow()
        else:
            raise DownloadError(f"{address}: more than {_REDIRECTS} redirects")
        raise DownloadError(f"{address}: redirects to {_told(barred)}; refused")

    def _request(self, method: str, here: Address, headers: Mapping[str, str]) -> Response:
        return self.session.request(
            method,
            here.reveal(),
            headers={**_HEADERS, **headers},
            timeout=(self.connect_timeout, self.read_timeout),
            allow_redirects=False,
            stream=True,
        )

    def _answer(
        self, response: Response, address: Address, limit: int, known: Validators
    ) -> Body | Unmodified | Absent:
        status = response.status_code
        says = _said(status)
        if status == HTTPStatus.OK:
            return Body(self._body(response, address, limit), validators(response.headers))
        if status == HTTPStatus.NOT_MODIFIED and known:
            return Unmodified()
        if status in _ABSENT:
            return Absent(says)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRANSIENT:
            raise _TransientError(says, pause_asked_for(response.headers))
        raise DownloadError(f"{address}: {says}")

    def _body(self, response: Response, address: Address, limit: int) -> bytes:
        declared = declared_size(response.headers)
        if declared is not None and declared > limit:
            raise DownloadError(f"{address}: {declared} bytes, the limit is {limit}")
        body = bytearray()
        for chunk in self._chunks(response, address):
            body += chunk
            if len(body) > limit:
                raise DownloadError(f"{address}: more than {limit} bytes, the limit")
        if declared is not None and len(body) < declared:
            raise _TransientError(f"the body ends after {len(body)} of {declared} bytes")
        return bytes(body)

    def _chunks(self, response: Response, address: Address) -> Iterator[bytes]:
        """Yield what has come, undecoded; `read1` does not wait for a chunk to be full."""
        began = self.clock()
        deadline = min(began + self.total_timeout, self.until)
        while chunk := response.raw.read1(_CHUNK, decode_content=False):
            yield chunk
            if self.clock() > deadline:
                seconds = max(0, deadline - began)
                raise DownloadError(f"{address}: not complete after {seconds:g} seconds")


def _redirected(address: Address, location: str) -> Address:
    """Where a redirect leads; its words are the server's, and are not told."""
    try:
        target = Address(urljoin(address.reveal(), location))
        origin_of(target.reveal())
    except ValueError:
        target = None
    if target is None:
        raise DownloadError(f"{address}: redirects to no URL")
    if target.scheme not in {"https", address.scheme}:
        raise DownloadError(
            f"{address}: redirects to {_told(address.clean(target.origin))}, which is less safe; "
            "refused"
        )
    return target


def _said(status: int) -> str:
    """What an answer's number means; what the server adds in words is not told."""
    known = status in {one.value for one in HTTPStatus}
    return f"answers {status} {HTTPStatus(status).phrase}" if known else f"answers {status}"


def _failure(error: Exception, address: Address) -> DownloadError | _TransientError:
    """What an error of requests or urllib3 means for a fetch, in words without secrets."""
    cause = address.clean(_cause(error))
    if isinstance(error, _INSECURE):
        return DownloadError(f"{address}: no secure connection: {cause}")
    if isinstance(error, requests.exceptions.ProxyError):
        return _TransientError(f"the proxy failed: {cause}")
    if isinstance(error, _BROKEN):
        return _TransientError(f"the connection failed: {cause}")
    return DownloadError(f"{address}: {type(error).__name__}")


def _cause(error: BaseException) -> str:
    """Name the first cause. Only the system's and the TLS library's words are told.

    Those of the errors around it, and of http itself, hold the URL or what the server said.
    """
    while isinstance(error, _FOREIGN) and error.__context__ is not None:
        error = error.__context__
    words = str(error) if isinstance(error, ssl.SSLError) else getattr(error, "strerror", None)
    return f"{type(error).__name__}: {_told(words)}" if words else type(error).__name__


def _told(words: object) -> str:
    """Words in one short line that cannot act where they are read."""
    text = visible(str(words))
    return text if len(text) <= _WORDS else f"{text[:_WORDS]}…"


def _sendable(known: Validators) -> Validators:
    """Those of the validators that a request can carry."""
    both = (known.etag, known.last_modified)
    return Validators(*(text if text and _SENDABLE.fullmatch(text) else None for text in both))
