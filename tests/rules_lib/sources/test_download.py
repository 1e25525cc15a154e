"""Reading over http: against a real server on this machine."""

from __future__ import annotations

import gzip
import socket
from typing import TYPE_CHECKING

import pytest
import requests
from support.web import Answer, Pauses, reader

from rules_lib.address import Address
from rules_lib.errors import DownloadError
from rules_lib.sources.answers import Absent, Body, Unmodified, Validators
from rules_lib.sources.session import UnguidedSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.web import WebServer

LIMIT = 100_000


@pytest.fixture
def session() -> Iterator[UnguidedSession]:
    """Give a session that is closed afterwards."""
    with UnguidedSession() as opened:
        yield opened


@pytest.fixture
def pauses() -> Pauses:
    """Give a sleep that takes no time."""
    return Pauses()


def test_file_comes_whole_with_its_validators(
    server: WebServer, session: UnguidedSession, pauses: Pauses
) -> None:
    """A body of several reads, its ETag and Last-Modified."""
    body = bytes(range(256)) * 300
    headers = (("ETag", '"v1"'), ("Last-Modified", "Tue, 31 Mar 2026 00:00:00 GMT"))
    server.routes["/f"] = [Answer(body=body, headers=headers)]
    answer = reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT)
    assert answer == Body(body, Validators('"v1"', "Tue, 31 Mar 2026 00:00:00 GMT"))
    assert pauses.taken == []


def test_chunked_file_comes_whole(
    server: WebServer, session: UnguidedSession, pauses: Pauses
) -> None:
    """A server need not know the size beforehand."""
    server.routes["/f"] = [Answer(body=b"x" * 5000, chunked=True)]
    assert reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT) == Body(b"x" * 5000)


def test_bytes_stay_as_they_are_whatever_encoding_is_declared(
    server: WebServer, session: UnguidedSession, pauses: Pauses
) -> None:
    """Some servers call a .tar.gz gzip-encoded; unpacking it here would break its checksum."""
    body = gzip.compress(b"tar", mtime=0)
    server.routes["/f"] = [Answer(body=body, headers=(("Content-Encoding", "gzip"),))]
    assert reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT) == Body(body)
    assert server.asked[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("header", "value", "known"),
    [
        ("ETag", '"v1"', Validators(etag='"v1"')),
        ("Last-Modified", "yesterday", Validators(last_modified="yesterday")),
    ],
)
def test_known_file_is_not_sent_again(  # noqa: PLR0913, PLR0917  # three fixtures, three values
    server: WebServer,
    session: UnguidedSession,
    pauses: Pauses,
    header: str,
    value: str,
    known: Validators,
) -> None:
    """Either validator by itself is enough."""
    server.routes["/f"] = [Answer(body=b"x", headers=((header, value),))]
    assert reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT, known) == Unmodified()
    assert server.statuses("/f") == [304]


def test_server_error_is_tried_again_after_growing_pauses(
    server: WebServer, session: UnguidedSession, pauses: Pauses
) -> None:
    """Two failures, then the file."""
    server.routes["/f"] = [Answer(503), Answer(500), Answer(body=b"ok")]
    assert reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT) == Body(b"ok")
    assert pauses.taken == [1.0, 2.0]


def test_attempts_are_bounded(server: WebServer, session: UnguidedSession, pauses: Pauses) -> None:
    """No pause follows the last attempt; the error gives the last answer."""
    server.routes["/f"] = [Answer(503)]
    with pytest.raises(DownloadError, match=r"/f: answers 503 .*gave up after 3 attempts"):
        reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT)
    assert server.statuses("/f") == [503] * 3
    assert pauses.taken == [1.0, 2.0]


@pytest.mark.parametrize(("asked_for", "taken"), [("7", 7.0), ("86400", 30.0), ("soon", 1.0)])
def test_retry_after_is_respected_within_bounds(
    server: WebServer, session: UnguidedSession, pauses: Pauses, asked_for: str, taken: float
) -> None:
    """A server may ask for more patience, but not for a day."""
    server.routes["/f"] = [Answer(429, headers=(("Retry-After", asked_for),)), Answer(body=b"ok")]
    assert reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT) == Body(b"ok")
    assert pauses.taken == [taken]


@pytest.mark.parametrize(
    "broken",
    [
        Answer(silent=True),
        Answer(body=b"half", declared=8),
        Answer(body=b"half", chunked=True, cut=True),
        Answer(silent=True, stalls=True),
        Answer(body=b"half", declared=8, stalls=True),
    ],
    ids=["no answer", "short body", "chunk missing", "silence", "silence in the body"],
)
def test_broken_connection_is_tried_again(
    server: WebServer, session: UnguidedSession, pauses: Pauses, broken: Answer
) -> None:
    """However it breaks: half a file is never taken for the file."""
    server.routes["/f"] = [broken, Answer(body=b"whole")]
    patient = reader(session, pauses, patience=4 if broken.stalls else 30)
    assert patient.read(Address(f"{server.url}/f"), LIMIT) == Body(b"whole")
    assert pauses.taken == [1.0]


def test_file_that_stays_short_is_an_error(
    server: WebServer, session: UnguidedSession, pauses: Pauses
) -> None:
    """It gives up like any other broken connection."""
    server.routes["/f"] = [Answer(body=b"half", declared=8)]
    with pytest.raises(DownloadError, match=r"/f: .*gave up after 3 attempts"):
        reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT)


def test_nobody_listening_is_an_error_that_says_so(
    session: UnguidedSession, pauses: Pauses
) -> None:
    """The cause is given, without the layers around it."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(DownloadError, match="ConnectionRefusedError"):
        reader(session, pauses).read(Address(f"http://127.0.0.1:{port}/f"), LIMIT)
    assert len(pauses.taken) == 2


@pytest.mark.parametrize("status", [403, 404, 410])
def test_absent_file_is_asked_for_once(
    server: WebServer, session: UnguidedSession, pauses: Pauses, status: int
) -> None:
    """What is not there does not come by asking again."""
    server.routes["/f"] = [Answer(status)]
    answer = reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT)
    assert isinstance(answer, Absent)
    assert f"answers {status}" in answer.reason
    assert server.statuses("/f") == [status]


@pytest.mark.parametrize("status", [204, 206, 400, 401])
def test_other_answers_are_errors_at_once(
    server: WebServer, session: UnguidedSession, pauses: Pauses, status: int
) -> None:
    """Part of a file, or a refusal, is no file."""
    server.routes["/f"] = [Answer(status)]
    with pytest.raises(DownloadError, match=f"answers {status}"):
        reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT)
    assert server.statuses("/f") == [status]


@pytest.mark.parametrize("chunked", [False, True])
def test_file_over_the_limit_is_refused_once(
    server: WebServer, session: UnguidedSession, pauses: Pauses, *, chunked: bool
) -> None:
    """By its declared size before a byte is read, or as soon as it has grown too large."""
    server.routes["/f"] = [Answer(body=b"x" * 101, chunked=chunked)]
    with pytest.raises(DownloadError, match=r"/f: .*100"):
        reader(session, pauses).read(Address(f"{server.url}/f"), 100)
    assert server.statuses("/f") == [200]


def test_file_at_the_limit_is_taken(
    server: WebServer, session: UnguidedSession, pauses: Pauses
) -> None:
    """The limit is the largest size allowed."""
    server.routes["/f"] = [Answer(body=b"x" * 100)]
    assert reader(session, pauses).read(Address(f"{server.url}/f"), 100) == Body(b"x" * 100)


def test_dripping_server_is_given_up(
    server: WebServer, session: UnguidedSession, pauses: Pauses
) -> None:
    """Every byte comes in time, the file does not."""
    pauses.tick = 61.0
    server.routes["/f"] = [Answer(body=b"x" * 50)]
    with pytest.raises(DownloadError, match="not complete after 60 seconds"):
        reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT)


def test_redirect_is_followed(server: WebServer, session: UnguidedSession, pauses: Pauses) -> None:
    """To another path, with the same question."""
    server.routes["/f"] = [Answer(302, headers=(("Location", "/g?x=1"),))]
    server.routes["/g?x=1"] = [Answer(body=b"moved", headers=(("ETag", '"v1"'),))]
    assert reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT) == Body(
        b"moved", Validators('"v1"')
    )
    known = Validators('"v1"')
    assert reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT, known) == Unmodified()


def test_endless_redirect_is_an_error(
    server: WebServer, session: UnguidedSession, pauses: Pauses
) -> None:
    """A loop ends after five rounds."""
    server.routes["/f"] = [Answer(302, headers=(("Location", "/f"),))]
    with pytest.raises(DownloadError, match="more than 5 redirects"):
        reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT)
    assert server.statuses("/f") == [302] * 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/f", "http://["])
def test_redirect_out_of_the_web_is_refused(
    server: WebServer, session: UnguidedSession, pauses: Pauses, target: str
) -> None:
    """A server may not point us to our own files."""
    server.routes["/f"] = [Answer(302, headers=(("Location", target),))]
    with pytest.raises(DownloadError, match="redirects to"):
        reader(session, pauses).read(Address(f"{server.url}/f"), LIMIT)


class _SecureFront(requests.adapters.HTTPAdapter):
    """Serves https from the plain server, so that no certificate is needed."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__()

    def send(
        self, request: requests.PreparedRequest, *args: object, **kwargs: object
    ) -> requests.Response:
        plain = request.copy()
        plain.url = f"{self.url}{request.path_url}"
        response = super().send(plain, *args, **kwargs)  # type: ignore[arg-type]  # handed through
        response.url = str(request.url)
        return response


def test_redirect_from_https_to_http_is_refused(
    server: WebServer, session: UnguidedSession, pauses: Pauses
) -> None:
    """Rules that came over an open line may be anybody's; the error keeps the secrets."""
    session.mount("https://", _SecureFront(server.url))
    server.routes["/f?key=hush"] = [
        Answer(302, headers=(("Location", f"{server.url}/g?key=hush"),))
    ]
    server.routes["/g?key=hush"] = [Answer(body=b"x")]
    with pytest.raises(DownloadError, match="less safe") as caught:
        reader(session, pauses).read(Address("https://me:hush@feeds.example/f?key=hush"), LIMIT)
    assert "hush" not in str(caught.value)
    assert server.statuses("/g?key=hush") == []


@pytest.mark.parametrize("answer", [Answer(503), Answer(401), Answer(silent=True)])
def test_errors_never_show_credentials(
    server: WebServer, session: UnguidedSession, pauses: Pauses, answer: Answer
) -> None:
    """Neither the password nor the query of the URL."""
    server.routes["/f?token=hush"] = [answer]
    address = server.url.replace("://", "://me:hush@") + "/f?token=hush"
    with pytest.raises(DownloadError) as caught:
        reader(session, pauses).read(Address(address), LIMIT)
    assert "hush" not in str(caught.value)
    assert f"{server.url}/f:" in str(caught.value)
    assert server.asked[0].headers["Authorization"].startswith("Basic ")


def test_size_is_asked_for_without_the_file(
    server: WebServer, session: UnguidedSession, pauses: Pauses
) -> None:
    """HEAD; whatever else it answers means that it does not say."""
    server.routes["/f"] = [Answer(body=b"x" * 42)]
    server.routes["/broken"] = [Answer(501)]
    server.routes["/silent"] = [Answer(silent=True)]
    http = reader(session, pauses)
    assert [http.size(Address(f"{server.url}/{name}")) for name in ("f", "broken", "silent")] == [
        42,
        None,
        None,
    ]
    assert {asked.method for asked in server.asked} == {"HEAD"}
    assert pauses.taken == []


def test_size_is_asked_for_again_over_a_broken_connection(
    server: WebServer, session: UnguidedSession, pauses: Pauses
) -> None:
    """A server may close a connection that was kept open just as it is used again."""
    server.routes["/f"] = [Answer(silent=True), Answer(body=b"x" * 42)]
    assert reader(session, pauses).size(Address(f"{server.url}/f")) == 42
    assert pauses.taken == []
