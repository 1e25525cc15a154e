"""What a feed, a server or the service may say never acts where people read it.

Terminals obey control characters, also those from 0x80 to 0x9f; some letters turn the direction of
text or are not seen at all; a line end forges a line; a spreadsheet computes what begins like a
formula.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import socket
import threading
import unicodedata
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from support.account import BUCKET, Account, account
from support.feeds import allowlist, feed, rule
from support.hostile.seeds import HOSTILE

from functions.fetch import app as fetch_app
from rules_lib.address import Address
from rules_lib.errors import DownloadError, FeedError, SyncError
from rules_lib.groups.rule_group import GroupVariables
from rules_lib.notify.notice import notice_of_failure
from rules_lib.report.place import StackPlace
from rules_lib.report.sheet import csv_lines, inert
from rules_lib.sources.answers import Body, Validators
from rules_lib.sources.download import HttpReader
from rules_lib.sources.session import UnguidedSession
from rules_lib.text import visible, visible_lines
from rulesync_cli import main
from rulesync_cli.show.console import say, show, stdout
from rulesync_cli.show.verdicts import Verified, render_verdicts
from rulesync_cli.verify.beyond import Unasked
from rulesync_cli.verify.combined import NumberedRule
from rulesync_cli.verify.enginelog import EngineRefusal
from rulesync_cli.verify.events import Alert, Drop, Flow
from rulesync_cli.verify.lines import Astray
from rulesync_cli.verify.load import Loading
from rulesync_cli.verify.loadable import Loadable
from rulesync_cli.verify.traffic import Dropped, Logged, Replay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ESCAPES: Final = (
    "\x1b[2J\x1b[H\x1b]0;owned\x07",
    "\x1b]8;;http\\://x.example\x1b\\\\click\x1b]8;;\x1b\\\\",
    "\x07\x08\x0e\x7f",
)
"""A rule with one of these is none: Suricata would not take the control character."""

WORDS: Final = (
    "\x9b2J\x9d8\\;\\;http\\://x.example\x9cclick\x9d8\\;\\;\x9c",
    "\u202exe.tpircs\u2066 \u061c\u200f",
    "one\x85two\u2028three\u2029Error\\: forged",
    "un\u200bseen \u00ad\u2060\u3164\ufeff \U000e0041\U000e0042",
    "[bold red]markup[/] [link=http\\://x.example]here[/link] \\:skull\\:",
    "=HYPERLINK(1)\\;=1+1\\; @x",
)
"""These may stand in a valid rule, so they reach whatever shows it."""

FORMULA: Final = tuple("=+-@\t\r\uff0b\uff0d\uff1d\uff20")


def is_inert(text: str) -> bool:
    """Whether a text is lines of what can be seen and does nothing."""
    return visible_lines(text) == text.removesuffix("\n")


def shaped(sid: int, words: str, options: str = "") -> str:
    """A rule with these words as its msg, and wherever else a rule has room for words."""
    text = rule(sid, f'{options}content:"{words}"; classtype:{words}; ')
    return text.replace(f"rule {sid}", words)


def tied(words: str) -> tuple[str, str]:
    """Two rules that are tied by a flowbit of that name."""
    name = words.replace("\\;", "").replace(",", "").replace("|", "")
    return rule(301, f"flowbits:set,{name}; "), rule(302, f"flowbits:isset,{name}; ")


RULES: Final = (
    *(shaped(sid, words) for sid, words in enumerate(WORDS, 1)),
    *(shaped(sid, words, "lua:x.lua; ") for sid, words in enumerate(WORDS, 101)),
    *(shaped(sid, words) for sid, words in enumerate(ESCAPES, 201)),
    *tied(WORDS[1]),
    rule(303, f"flowbits:isset,{WORDS[0][:3]}; "),
    rule(401, addresses="$\x9b31m any -> $\u202e any"),
    rule(402, protocol="\x9b31m\u202e"),
    rule(403, action="\x9b31m\u202e"),
    rule(404, addresses="any any \x9b31m any any"),
    "\x1b[31m \u202e sid:405;",
)
SIDS: Final = (*range(1, 7), *range(101, 107), *range(201, 204), 301, 302, 303, *range(401, 406))


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account that has been given all of it, and a service that answers in such words."""
    with account(tmp_path_factory.mktemp("feed")) as running:
        running.aws.refuse("sid:2;", f"no \x1b[2J\x9b31m {WORDS[1]}\nError: forged")
        running.allow()
        running.sync(malware=RULES, info=[rule(500)])
        yield running


def told(*words: object) -> str:
    """All that a command prints, escapes that click would strip too; JSON must be some."""
    command = [*map(str, words)]
    done = CliRunner().invoke(main, command, catch_exceptions=False, color=True)
    assert done.exit_code in {0, 1, 2}
    if "--json" in words and done.exit_code != 1:
        assert json.loads(done.stdout)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("discarded", "--limit", 0),
        ("discarded", "--contains", "a"),
        ("plan",),
        ("plan", "--full", "--diff"),
        ("status",),
        ("categories",),
        *(("explain", sid) for sid in SIDS),
    ],
    ids=lambda words: "-".join(map(str, words)),
)
@pytest.mark.usefixtures("synced")
def test_command_prints_nothing_that_acts(tmp_path: Path, words: tuple[object, ...]) -> None:
    """Whatever stands in a rule: as a table, as JSON, and of an edit that turns rules over."""
    config = tmp_path / "edited.yaml"
    config.write_text(allowlist(default="drop", rules={"off": [3, 4]}))
    edits: tuple[tuple[object, ...], ...] = ((),)
    if words[0] != "status":
        edits = ((), ("--config", config))
    for edit in edits:
        for form in ((), ("--json",)):
            printed = told(*words, *edit, *form, "--bucket", BUCKET)
            assert printed
            assert is_inert(printed)


@pytest.mark.usefixtures("synced")
def test_what_acts_is_there_to_be_read() -> None:
    """Nothing is left out: what somebody tried is seen, and searched for, as what it is."""
    printed = told("discarded", "--limit", 0, "--bucket", BUCKET)
    for escape in (r"\x9b2J", r"\u202exe.tpircs\u2066", r"one\x85two\u2028three", r"\U000e0041"):
        assert escape in printed
    story = told("explain", 201, "--bucket", BUCKET)
    assert r'(msg:"\x1b[2J\x1b[H\x1b]0;owned\x07";' in story


def test_local_run_prints_nothing_that_acts(tmp_path: Path) -> None:
    """Nor do the commands on what it leaves, or on the feed alone."""
    archive = feed(tmp_path / "feed", {"emerging-malware": RULES})
    config = tmp_path / "allowlist.yaml"
    config.write_text(allowlist())
    out = tmp_path / "out"
    for form in ((), ("--json",)):
        for words in (
            ("local", "--feed", archive, "--config", config, "--out", out),
            ("discarded", out / "1", "--limit", 0),
            ("discarded", "--feed", archive, "--config", config, "--limit", 0),
            *(
                ("explain", sid, "--feed", archive, "--config", config)
                for sid in (1, 101, 201, 405)
            ),
        ):
            printed = told(*words, *form)
            assert printed
            assert is_inert(printed)


def test_page_and_lists_hold_nothing_that_acts(synced: Account) -> None:
    """Every file of a build but the exact texts, which are JSON in ASCII."""
    build = f"builds/{synced.latest()['build']}/"
    for name in ("summary.json", "plan.json", "discarded.jsonl", "changed.jsonl", "groups.json"):
        assert is_inert(synced.read(build + name).decode("ascii"))
    page = synced.read(f"{build}report.html").decode()
    assert is_inert(page)
    assert "[bold red]" not in page  # the rules are base64, so that no markup is one
    sheet = synced.read(f"{build}discarded.csv").decode("utf-8-sig").replace("\r\n", "\n")
    assert is_inert(sheet)


def verified(words: str) -> Verified:
    """A run of the real engine in which everything is called by these words."""
    flow, origin = Flow(words, words, 1, words, 2), NumberedRule(words, 7, words)
    refusal = EngineRefusal(1, None, words, words)
    alert = Logged(Alert(1, flow, 1, 1, words, blocked=True), origin)
    drops = [Dropped(Drop(1, flow, 1), origin, logged=logged) for logged in (True, False)]
    return Verified(
        version=words,
        home_net=(words,),
        groups=(Loadable(words, 1, (words,), GroupVariables()),),
        loadings=(
            Loading(
                words,
                1,
                0,
                (refusal,),
                (words,),
                (words,),
                (Astray(1, None, 0, words, words),),
                (Unasked(1, None, words, whole=True),),
            ),
        ),
        traffic=True,
        remarks=(words,),
        replays=(
            Replay(words, words, skipped=True),
            Replay(words, words, False, (alert,), tuple(drops), ((words, 1),)),
        ),
    )


@pytest.mark.parametrize("words", [*ESCAPES, *WORDS])
def test_verify_prints_nothing_that_acts(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Names of captures and groups, and the engine's own words, which cite the rule."""
    render_verdicts(verified(words), stdout())
    printed = capsys.readouterr().out
    assert visible(words)[:20] in printed
    assert is_inert(printed)


@HOSTILE
@given(st.text(st.characters()), st.text(st.characters(), max_size=20))
@example("\x1b[2J\n\x9b31m", "\u202e")
def test_any_words_are_printed_as_what_they_are(line: str, cell: str) -> None:
    """Also where whoever prints them has not thought of it; a line feed begins a line."""
    written = io.StringIO()
    console = stdout()
    console.file = written
    say(console, line, "bold")
    show(console, ("cell", "line"), [(cell, line)])
    assert is_inert(written.getvalue())
    assert written.getvalue().count("\n") == line.removesuffix("\n").count("\n") + 3


def test_every_character_that_acts_or_hides_is_shown() -> None:
    """By Unicode's own categories; of the format characters some are signs that can be seen."""
    signs = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
    signs |= {"\U000110bd", "\U000110cd", *map(chr, range(0x13430, 0x13440))}
    for number in range(0x110000):
        letter = chr(number)
        acts = unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        if acts and letter not in signs:
            assert visible(letter).isascii(), hex(number)
            assert visible(letter) != letter, hex(number)


def test_only_a_line_feed_ends_a_line() -> None:
    """What other readers take for a line's end would forge a line of its own."""
    assert visible_lines("a\nb\r\x0b\x0c\x1c\x85\u2028c\n") == (
        "a\nb\\r\\x0b\\x0c\\x1c\\x85\\u2028c"
    )


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that says the same to everybody and hangs up: its address, and what it was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):  # the server is closed
                while True:
                    connection, _ = server.accept()
                    with connection:
                        asked.append(connection.recv(65_536))
                        connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/emerging.rules.tar.gz", asked
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


ANSWERS: Final = (
    b"HTTP/1.0 404 Gone\x1b[2J\x9b31m\x07\xe2\x80\xae\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.0 400 " + b"\x9b31m" * 9_000 + b"\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.0 302 Go\r\nLocation: ftp://x/\x1b[2J\x9b31m\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.0 302 Go\r\nLocation: http://[\x1b[2J\r\nContent-Length: 0\r\n\r\n",
    b"\x1b[2J\x9b31m\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n\x1b[2J\x9b31m\n",
    b"HTTP/1.0 200 OK\r\nContent-Length: 30\r\n\r\n<html>\x1b[2J\xc2\x9b31m</html>012345678",
)
"""What a server, or somebody on the way to it, may answer to every request."""


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_words_of_a_server_cannot_act_on_the_terminal(answer: bytes, tmp_path: Path) -> None:
    """They are short, in one line, and shown as what they are."""
    config = tmp_path / "allowlist.yaml"
    config.write_text(allowlist())
    with answering(answer) as (url, _), pytest.MonkeyPatch.context() as patch:
        patch.setenv("RULESYNC_ATTEMPTS", "1")
        printed = told("local", "--feed", url, "--config", config, "--out", tmp_path / "out")
        printed += told("explain", 1, "--feed", url, "--config", config)
    assert printed.count("Error: ") == 2
    assert is_inert(printed)
    assert max(map(len, printed.splitlines())) < 500


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_words_of_a_server_cannot_act_in_the_log(
    answer: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor forge a line of it: people read it on a terminal too."""
    with answering(answer) as (url, _):
        settings = {"RULESYNC_FEED_URL": url, "RULESYNC_ATTEMPTS": "1"}
        with account(tmp_path, **settings), pytest.raises(FeedError):
            fetch_app.handler({}, None)
    causes = [vars(record)["cause"] for record in caplog.records if record.name == "fetch"]
    assert len(causes) == 1
    assert is_inert(causes[0])
    assert "\n" not in causes[0]


@HOSTILE
@given(st.text())
@example('one\n{"level": "INFO", "message": "forged"}\r\x1b[2J')
def test_record_of_the_log_is_one_line_of_json(words: str) -> None:
    """So that a cause of several lines forges no record."""
    record = logging.makeLogRecord({"name": "fetch", "msg": "fetch failed", "cause": words})
    line = fetch_app.logger.registered_formatter.format(record)
    assert not re.search(r"[\x00-\x1f]", line)
    assert json.loads(line)["cause"] == words


def test_validator_that_cannot_be_sent_back_is_left_out() -> None:
    """Kept from one bad answer, it would have every later request refused."""
    reader = HttpReader(UnguidedSession(), 30, 30, 30, 1, sleep=print, clock=monotonic)
    long = f'"{"x" * 60_000}"'
    bad = (Validators(long, long), Validators("a\r\nb"), Validators("\x0b", "\u20ac"))
    with answering(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi") as (url, asked):
        for known in (*bad, Validators('W/"tag"', "Tue, 24 Nov 2026 03:11:10 GMT")):
            assert isinstance(reader.read(Address(url), 99, known), Body)
    sent = [[line for line in one.split(b"\r\n") if line.startswith(b"If-")] for one in asked]
    assert sent[:-1] == [[], [], []]
    assert sent[-1] == [
        b'If-None-Match: W/"tag"',
        b"If-Modified-Since: Tue, 24 Nov 2026 03:11:10 GMT",
    ]


@HOSTILE
@given(st.text(st.characters()), st.sampled_from([DownloadError, SyncError]))
@example("one\n\x1b[2J\x9b31m\u202e\nWhat to do:", DownloadError)
def test_notice_holds_nothing_that_acts(words: str, kind: type[DownloadError | SyncError]) -> None:
    """A mail shows it as it comes; SNS takes a subject of one line in ASCII."""
    error = DownloadError(words) if kind is DownloadError else SyncError("b1", words)
    notice = notice_of_failure("fetch", error, StackPlace("bucket"))
    assert is_inert(notice.text)
    assert notice.subject.isascii()
    assert notice.subject.isprintable()


@HOSTILE
@given(st.lists(st.text(st.sampled_from("=+-@;,\"' \ta1\uff1d\u201c\u00a0|")), min_size=1))
@example(["a;=1+1;", ';"=1+1"'])
def test_no_cell_is_a_formula_where_a_semicolon_parts_the_cells(texts: list[str]) -> None:
    """As in most of Europe, where the same file is read by other rules."""
    sheet = b"".join(csv_lines(("text",) * len(texts), [texts])).decode("utf-8-sig")
    for separator in ",;":
        for row in csv.reader(io.StringIO(sheet, newline=""), delimiter=separator):
            bare = [cell.lstrip(' \r\n\u00a0"\u201c') for cell in row]
            assert not [cell for cell in bare if cell.startswith(FORMULA)]


def test_text_behind_a_semicolon_is_marked_only_where_it_could_act() -> None:
    """Rules are full of semicolons, and are to be read."""
    assert inert('content:"a"; nocase; sid:1;') == 'content:"a"; nocase; sid:1;'
    assert inert("a; =1") == "a;' =1"
    assert inert("a;'=1") == "a;''=1"
