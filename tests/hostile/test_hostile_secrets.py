"""The secrets of a feed's address: whatever happens, and whichever command, nobody reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner
from support.account import BUCKET, account
from support.samples import one_in
from support.web import Answer, Pauses, feed, md5, packed, reader, request, rule, serving

from functions.fetch import app as fetch_app
from rules_lib.aws.s3_store import S3Store
from rules_lib.errors import RulesyncError
from rules_lib.feed.fetch import check_download
from rules_lib.feed.source import FeedUnchanged, download_if_new
from rules_lib.sources.session import UnguidedSession
from rulesync_cli import main
from rulesync_cli.frame import DEBUG, unexpected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.web import WebServer

    from rules_lib.feed.request import FeedRequest


CODE: Final = "1234567890123456"
PATH: Final = f"/{CODE}/x/etpro.rules.tar.gz"
QUERY: Final = "?oinkcode=0123456789abcdef&mail=jane%40corp.example"
USER: Final = "us3r%40corp.example:hunter2%2Fsecret"
SECRETS: Final = (
    *("us3r", "hunter2", CODE, "0123456789abcdef", "oinkcode", "jane"),
    "dXMzckBjb3JwLmV4YW1wbGU6aHVudGVyMi9zZWNyZXQ=",
)
ALL: Final = f"us3r@corp.example hunter2/secret {USER} {CODE} {QUERY} http://{USER}@x{PATH}{QUERY}"
"""What a server knows, and may say."""
NOW: Final = datetime(2026, 3, 31, tzinfo=UTC)
GOOD: Final = feed(1, 2)
ECHO: Final = Answer(body=f"<html>{ALL}".encode())


def _moved(location: str) -> Answer:
    return Answer(302, headers=(("Location", location),))


CASES: Final[dict[str, tuple[Answer, Answer | None, Answer | None]]] = {
    "success": (Answer(body=GOOD), None, None),
    "success with companions": (Answer(body=GOOD), Answer(body=md5(GOOD)), Answer(body=b"7")),
    "plain file": (Answer(body=rule(1).encode()), None, None),
    **{f"status {code}": (Answer(code), None, None) for code in (401, 403, 404, 410, 500, 599)},
    "html": (ECHO, None, None),
    "json": (Answer(body=json.dumps({"error": ALL}).encode()), None, None),
    "text": (Answer(body=ALL.encode()), None, None),
    "no rule": (Answer(body=packed(f"# {ALL}\n")), None, None),
    "truncated": (Answer(body=GOOD[:-20]), None, None),
    "silent": (Answer(silent=True), None, None),
    "short": (Answer(body=GOOD, declared=len(GOOD) + 9), None, None),
    "checksum mismatch": (Answer(body=GOOD), Answer(body=md5(b"x")), None),
    "checksum that is a page": (Answer(body=GOOD), ECHO, None),
    "checksum in trouble": (Answer(body=GOOD), Answer(503), None),
    "version that is a page": (Answer(body=GOOD), None, ECHO),
    "redirect to ftp": (_moved(f"ftp://{USER}@x.example{PATH}{QUERY}"), None, None),
    "redirect to metadata": (_moved(f"http://{USER}@169.254.169.254{PATH}{QUERY}"), None, None),
    "redirect in a circle": (_moved(f"{PATH}{QUERY}"), None, None),
    "redirect to no url": (_moved(f"http://[{USER}{PATH}"), None, None),
    "redirect to no host": (_moved(f"http://.{CODE}..{USER.partition(':')[0]}/"), None, None),
}
"""By name: what the server answers for the archive, its checksum and its version."""

COMMANDS: Final = (
    ("local", "--out", "out"),
    ("local", "--out", "out", "--json"),
    ("categories",),
    ("categories", "--json"),
    ("discarded",),
    ("discarded", "--json"),
    ("explain", "1"),
    ("explain", "99"),
    ("explain", "1", "--json"),
)


@dataclass(frozen=True)
class Place:
    """A running server, and the address by which it is asked."""

    server: WebServer
    url: str

    def answers(self, case: str) -> None:
        """Have the server do as a case says."""
        archive, checksum, version = CASES[case]
        companions = {f"{PATH}.md5": checksum, f"/{CODE}/x/version.txt": version}
        given = {path: answer for path, answer in companions.items() if answer}
        routes = {PATH: archive, **given}
        self.server.routes = {f"{path}{QUERY}": [answer] for path, answer in routes.items()}


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Place]:
    """Serve on this machine; files of the run go to a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RULESYNC_ATTEMPTS", "1")
    (tmp_path / "allowlist.yaml").write_text("version: 1\ndefault: alert\n")
    with serving() as server:
        yield Place(server, f"{server.url.replace('://', f'://{USER}@')}{PATH}{QUERY}")


def leaks(words: str) -> list[str]:
    """Which secrets some words hold."""
    return [one for one in SECRETS if one.lower() in words.lower()]


def told(*words: str) -> str:
    """All that a command prints, and what it leaves in files, all of which it must have meant."""
    done = CliRunner().invoke(main, words)
    assert isinstance(done.exception, SystemExit | None), done.exception
    return done.stdout + done.stderr


def written(folder: Path) -> str:
    """Names and contents of all files."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return "".join(f"{path}\n{path.read_bytes().decode('latin-1')}" for path in files)


@pytest.mark.parametrize("case", CASES)
def test_no_command_shows_a_secret_of_the_feed_s_address(
    place: Place, case: str, tmp_path: Path
) -> None:
    """On stdout, on stderr, or in any file, whatever the server does.

    Besides a sync one in three of the others is run; with THOROUGH=1 each.
    """
    place.answers(case)
    sync, *others = COMMANDS
    for words in (sync, *one_in(3, others, case)):
        printed = told(*words, "--feed", place.url, "--config", "allowlist.yaml")
        assert printed
        assert leaks(printed) == [], words
    printed = told("check", "allowlist.yaml", "--feed", place.url)
    assert leaks(printed + written(tmp_path)) == []
    assert (tmp_path / "out/1/summary.json").is_file()


@pytest.mark.parametrize(
    "feed_url",
    [
        f"http://{USER}@127.0.0.1:9{PATH}{QUERY}",
        f"https://{USER}@127.0.0.1:9{PATH}{QUERY}",
        f"http://{USER}@name.invalid{PATH}{QUERY}",
        f"http://{USER}@.x..{PATH}{QUERY}",
        f"s3://{USER}@bucket{PATH}{QUERY}",
        f"file://{USER}@host{PATH}{QUERY}",
        f"ftp://{USER}@host{PATH}{QUERY}",
        f"http:/{USER}@host{PATH}{QUERY}",
        f"https://us3r:hunter2/secret@host{PATH}{QUERY}",
        f"{USER}@feeds.example{PATH}{QUERY}",
    ],
)
def test_address_that_leads_nowhere_is_told_without_its_secrets(
    place: Place, feed_url: str, tmp_path: Path
) -> None:
    """Nobody listens, no such name, no such bucket, or no address at all."""
    del place
    for words in COMMANDS:
        printed = told(*words, "--feed", feed_url, "--config", "allowlist.yaml")
        assert "Error: " in printed
        assert leaks(printed) == [], words
    assert leaks(written(tmp_path)) == []


def test_secure_connection_that_fails_is_told_without_secrets(place: Place) -> None:
    """Here the server has no TLS at all."""
    url = place.url.replace("http://", "https://")
    printed = told("local", "--feed", url, "--config", "allowlist.yaml", "--out", "out")
    assert "no secure connection: " in printed
    assert leaks(printed) == []


@pytest.mark.parametrize(
    "words",
    [
        ("check", "URL"),
        ("local", "URL"),
        ("local", "--feed", "a", "--out", "b", "URL"),
        ("local", "--feed", "a", "--out", "b", "--config", "URL"),
        ("local", "--feed", "a", "--out", "b", "--config=URL"),
        ("explain", "URL"),
        ("discarded", "URL"),
        ("discarded", "--reason", "URL"),
        ("URL",),
        ("--feed=URL",),
        ("push", "URL"),
        ("status", "--bucket", "URL"),
        ("categories", "--bucket", "URL"),
        ("plan", "--bucket", "b", "--local", "URL"),
    ],
    ids=" ".join,
)
def test_address_in_the_wrong_place_is_cited_without_its_secrets(
    place: Place, words: tuple[str, ...]
) -> None:
    """click, botocore and the system cite what they cannot use."""
    printed = told(*(word.replace("URL", place.url) for word in words))
    assert "Error: " in printed
    assert leaks(printed) == []


@pytest.mark.parametrize("debug", ["", "1"])
def test_error_that_nobody_thought_of_is_told_without_secrets(
    place: Place, debug: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its words and those of its causes, with the traceback too."""
    monkeypatch.setenv(DEBUG, debug)
    error = ValueError(place.url)
    error.__cause__ = OSError(f"Max retries exceeded with url: {PATH}{QUERY} {ALL}")
    unexpected(ValueError, error, None, given=("local", f"--feed={place.url}"))
    printed = capsys.readouterr().err
    assert "ValueError: http://127.0.0.1:" in printed.replace("unexpected ", "")
    assert leaks(printed) == []


@pytest.mark.parametrize("case", CASES)
def test_fetch_function_logs_and_stores_no_secret(
    place: Place,
    case: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In its log, its answer, its error, and what it leaves in the bucket."""
    place.answers(case)
    said = ""
    with account(tmp_path, RULESYNC_FEED_URL=place.url, RULESYNC_ATTEMPTS="1") as running:
        store = S3Store(running.s3, BUCKET)
        try:
            said = json.dumps(fetch_app.handler({}, None))
        except RulesyncError as error:
            said = repr(error)
        stored = "".join(
            f"{entry.key}{store.get(entry.key).decode('latin-1')}"
            for entry in store.entries("raw/")
        )
    logged = "".join(str(vars(record)) for record in caplog.records if record.name == "fetch")
    out, err = capfd.readouterr()
    assert leaks(said + stored + logged + out + err) == []
    assert said
    assert logged


@pytest.mark.parametrize("case", CASES)
def test_no_error_is_chained_to_one_that_has_the_address(place: Place, case: str) -> None:
    """A program that shows causes and contexts, suppressed or not, shows none."""
    place.answers(case)
    failed: list[BaseException] = []
    try:
        _fetched(request(place.url))
    except RulesyncError as error:
        failed.extend(chain(error))
    assert leaks("".join(map(repr, failed))) == []


def _fetched(wanted: FeedRequest) -> None:
    with UnguidedSession() as session:
        download = download_if_new(wanted, reader(session, Pauses()), None)
    assert not isinstance(download, FeedUnchanged)
    check_download(download, wanted, NOW)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that it came of."""
    if error is not None:
        yield error
        yield from chain(error.__cause__)
        yield from chain(error.__context__)
