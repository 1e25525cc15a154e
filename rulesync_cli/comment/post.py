"""One comment of a pull request, found again by a hidden mark, so that there is never a second."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from rulesync_cli.comment.markdown import LONGEST

_SECONDS: Final = 30
_PAGE: Final = 100
"""Comments a page, the most that GitHub gives."""

_PAGES: Final = 100
_RETRIES: Final = Retry(
    total=3, backoff_factor=1, status_forcelist=(502, 503, 504), raise_on_status=False
)
"""Only what may be asked twice is: urllib3 leaves POST and PATCH alone."""

_NOT_ALLOWED: Final = frozenset({403, 404})
"""GitHub's answers to a token that may not write, such as that of a fork's pull request."""


class CommentError(Exception):
    """The comment could not be written; says what GitHub answered."""


class NotAllowedError(CommentError):
    """The token may not write comments."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Where the comment goes.

    Attributes:
        api: of GitHub, such as https://api.github.com.
        repository: its owner and name.
        number: of the pull request.
        key: tells this comment from others of the same kind.
    """

    api: str
    repository: str
    number: int
    key: str

    @classmethod
    def of(cls, environment: Mapping[str, str], key: str) -> PullRequest | None:
        """The one for which a workflow runs; None where it runs for something else.

        Args:
            environment: as GitHub sets it.
            key: tells this comment from others of the same kind.
        """
        event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_bytes())
        number = event.get("pull_request", {}).get("number")
        if not isinstance(number, int):
            return None
        return cls(environment["GITHUB_API_URL"], environment["GITHUB_REPOSITORY"], number, key)

    @property
    def mark(self) -> str:
        """A comment of HTML, which readers do not see; of letters alone, whatever the key is."""
        return f"<!-- rulesync plan {hashlib.sha256(self.key.encode()).hexdigest()[:16]} -->"


def post_comment(pull: PullRequest, text: str, token: str) -> str:
    """Write the comment, or write it anew.

    Args:
        pull: where it goes.
        text: Markdown.
        token: of GitHub; it is told to nobody.

    Returns:
        `created`, `updated` or `unchanged`.

    Raises:
        NotAllowedError: the token may not.
        CommentError: GitHub cannot be asked, or answers otherwise than it should.
    """
    body = f"{pull.mark}\n{text}"
    if len(body.encode()) > LONGEST:
        raise CommentError(f"the comment has more than {LONGEST:,} bytes")
    with _session(token) as session:
        issue = f"{pull.api}/repos/{pull.repository}/issues"
        found = next(_own(session, pull, issue), None)
        if found is None:
            _ask(session, "POST", f"{issue}/{pull.number}/comments", body=body)
            return "created"
        if found["body"] == body:
            return "unchanged"
        _ask(session, "PATCH", f"{issue}/comments/{found['id']}", body=body)
        return "updated"


def _session(token: str) -> requests.Session:
    session = requests.Session()
    session.mount("http", HTTPAdapter(max_retries=_RETRIES))
    session.headers.update(
        {
            "Authorization": f"Bearer {token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
    )
    return session


def _own(session: requests.Session, pull: PullRequest, issue: str) -> Iterator[dict[str, Any]]:
    """Comments with our mark that the token's owner wrote: anybody can write the mark."""
    login = _login(session, pull)
    for one in _comments(session, f"{issue}/{pull.number}/comments"):
        author = one.get("user") or {}
        ours = author.get("login") == login if login else author.get("type") == "Bot"
        if ours and str(one.get("body")).startswith(pull.mark):
            yield one


def _login(session: requests.Session, pull: PullRequest) -> str:
    """Who the token is; empty for an app's token, which has no user, as that of a workflow."""
    answer = _send(session, "GET", f"{pull.api}/user")
    return str(answer.json()["login"]) if answer.ok else ""


def _comments(session: requests.Session, url: str) -> Iterator[dict[str, Any]]:
    for page in range(1, _PAGES + 1):
        found = _ask(session, "GET", f"{url}?per_page={_PAGE}&page={page}")
        yield from found
        if len(found) < _PAGE:
            return


def _ask(session: requests.Session, method: str, url: str, **sent: str) -> Any:
    answer = _send(session, method, url, **sent)
    if answer.ok:
        return answer.json()
    told = f"{method} {url}: GitHub answered {answer.status_code} {answer.reason}"
    refused = answer.status_code in _NOT_ALLOWED and method != "GET"
    raise NotAllowedError(told) if refused else CommentError(told)


def _send(session: requests.Session, method: str, url: str, **sent: str) -> requests.Response:
    try:
        return session.request(method, url, json=sent or None, timeout=_SECONDS)
    except requests.RequestException as error:
        raise CommentError(f"{method} {url}: {type(error).__name__}") from error
