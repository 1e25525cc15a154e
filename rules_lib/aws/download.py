"""Files over http and https: bounded in time, size and attempts, and whole or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import requests
import urllib3

from rules_lib.aws.answers import NO_VALIDATORS, Absent, Body, Unmodified, Validators
from rules_lib.aws.headers import conditions, declared_size, pause_asked_for, validators
from rules_lib.errors import DownloadError
from rules_lib.feed.address import redact, scheme
from rules_lib.report.text import visible

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
_WRAPPERS: Final = (requests.RequestException, urllib3.exceptions.HTTPError)
_SENDABLE: Final = re.compile(r"[!-~][ -~]{0,255}")
"""A validator that can be sent back. One of several lines, kept, would stop every later fetch."""
_WORDS: Final = 200
"""Characters of a server's own words that are told."""
_HEADERS: Final = {"User-Agent": "rulesync", "Accept-Encoding": "identity"}


class _TransientError(Exception):
    """Worth another attempt, after the pause that the server asks for if it asks for one."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        self.pause = pause
        super().__init__(reason)


class UnguidedSession(requests.Session):
    """A session that follows no redirect.

    requests by itself reads the body of every redirect, of whatever size, even where it is told
    not to follow.
    """

    def get_redirect_target(self, resp: Response) -> None:
        """Find none."""


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
    """

    session: UnguidedSession
    connect_timeout: float
    read_timeout: float
    total_timeout: float
    attempts: int
    sleep: Callable[[float], None]
    clock: Callable[[], float]

    def read(
        self, address: str, limit: int, known: Validators = NO_VALIDATORS
    ) -> Body | Unmodified | Absent:
        """Read a whole file; 5xx, 408, 429 and broken connections are tried again, 404 is not.

        Raises:
            DownloadError: no answer in the attempts allowed, an answer that is no file, or a file
                larger than `limit` bytes. It names the address without its credentials.
        """
        failure, known = "", _sendable(known)
        for attempt in range(self.attempts):
            try:
                return self._attempt(address, limit, known)
            except _TransientError as error:
                failure = str(error)
                pause = max(error.pause, 2.0**attempt)
            if attempt + 1 < self.attempts:
                self.sleep(min(pause, _LONGEST_PAUSE))
        raise DownloadError(f"{redact(address)}: {failure}; gave up after {self.attempts} attempts")

    def size(self, address: str) -> int | None:
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

    def _attempt(self, address: str, limit: int, known: Validators) -> Body | Unmodified | Absent:
        try:
            with self._open("GET", address, conditions(known)) as response:
                return self._answer(response, address, limit, known)
        except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as error:
            raise DownloadError(
                f"{redact(address)}: no secure connection: {_cause(error)}"
            ) from None
        except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
            raise _TransientError(f"the connection failed: {_cause(error)}") from None
        except requests.RequestException as error:
            # Its own words may hold the whole URL, and with it credentials.
            raise DownloadError(f"{redact(address)}: {type(error).__name__}") from None

    def _open(self, method: str, address: str, headers: Mapping[str, str]) -> Response:
        """Follow redirects, as far as they are safe, without reading their bodies."""
        here = address
        for _ in range(_REDIRECTS + 1):
            response = self.session.request(
                method,
                here,
                headers={**_HEADERS, **headers},
                timeout=(self.connect_timeout, self.read_timeout),
                allow_redirects=False,
                stream=True,
            )
            if not response.is_redirect:
                return response
            response.close()
            here = _redirected(here, response.headers["Location"])
        raise DownloadError(f"{redact(address)}: more than {_REDIRECTS} redirects")

    def _answer(
        self, response: Response, address: str, limit: int, known: Validators
    ) -> Body | Unmodified | Absent:
        status = response.status_code
        says = f"answers {status} {_told(response.reason or '')}".rstrip()
        if status == HTTPStatus.OK:
            return Body(self._body(response, address, limit), validators(response.headers))
        if status == HTTPStatus.NOT_MODIFIED and known:
            return Unmodified()
        if status in _ABSENT:
            return Absent(says)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRANSIENT:
            raise _TransientError(says, pause_asked_for(response.headers))
        raise DownloadError(f"{redact(address)}: {says}")

    def _body(self, response: Response, address: str, limit: int) -> bytes:
        declared = declared_size(response.headers)
        if declared is not None and declared > limit:
            raise DownloadError(f"{redact(address)}: {declared} bytes, the limit is {limit}")
        body = bytearray()
        for chunk in self._chunks(response, address):
            body += chunk
            if len(body) > limit:
                raise DownloadError(f"{redact(address)}: more than {limit} bytes, the limit")
        if declared is not None and len(body) < declared:
            raise _TransientError(f"the body ends after {len(body)} of {declared} bytes")
        return bytes(body)

    def _chunks(self, response: Response, address: str) -> Iterator[bytes]:
        """Yield what has come, undecoded; `read1` does not wait for a chunk to be full."""
        deadline = self.clock() + self.total_timeout
        while chunk := response.raw.read1(_CHUNK, decode_content=False):
            yield chunk
            if self.clock() > deadline:
                raise DownloadError(
                    f"{redact(address)}: not complete after {self.total_timeout:g} seconds"
                )


def _redirected(address: str, location: str) -> str:
    try:
        target = urljoin(address, location)
    except ValueError as error:
        raise DownloadError(f"{redact(address)}: redirects to no URL: {_told(error)}") from error
    if scheme(target) not in {"https", scheme(address)}:
        raise DownloadError(
            f"{redact(address)}: redirects to {_told(redact(target))}, which is less safe; refused"
        )
    return target


def _cause(error: BaseException) -> str:
    """Name the first cause: the texts of the errors around it hold the whole URL."""
    while isinstance(error, _WRAPPERS) and error.__context__ is not None:
        error = error.__context__
    return f"{type(error).__name__}: {_told(error)}"


def _told(words: object) -> str:
    """What a server says, in one short line that cannot act where it is read."""
    text = visible(str(words))
    return text if len(text) <= _WORDS else f"{text[:_WORDS]}…"


def _sendable(known: Validators) -> Validators:
    """Those of the validators that a request can carry."""
    both = (known.etag, known.last_modified)
    return Validators(*(text if text and _SENDABLE.fullmatch(text) else None for text in both))
