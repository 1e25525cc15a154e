"""People's own rules are shown to the engine before they are uploaded, each as published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from support.account import Account, call, run
from support.begun import begun
from support.feeds import allowlist, feed, rule

from rulesync_cli.verify.suricata import installed

pytestmark = pytest.mark.engine

REFUSED: Final = (
    rule(1, 'http.host; content:"Upper.example"; ', protocol="http"),
    rule(2, 'http.host; content:"lower.example"; nocase; ', protocol="http"),
    rule(3, 'tls.sni; content:"a.example"; nocase; nocase; ', protocol="tls"),
    rule(4, 'content:""; '),
    rule(5, 'http.method; content:"GET"; content:"/a"; http_uri; ', protocol="http"),
    rule(6, addresses="any any -> any 65536"),
    rule(7, addresses="300.1.1.1 any -> any any"),
    rule(8, 'pcre:"/(/"; '),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An allowlist with a file of people's own."""
    path = tmp_path / "categories.yaml"
    path.write_text(
        allowlist(
            categories={"local-ours": "alert"},
            variables={"HOME_NET": ["10.0.0.0/8"], "OURS": ["10.1.0.0/16"]},
        )
    )
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of people's own rules."""
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def checked(file: Path, own: Path, *more: object) -> tuple[int, dict[str, Any]]:
    """What `check --json` says."""
    answer = run("check", file, "--local", own, "--json", *more)
    return answer.exit_code, json.loads(answer.stdout)


def test_every_rule_that_the_engine_refuses_is_an_error(file: Path, own: Path) -> None:
    """With its file, its line, and the engine's words; its neighbours are none."""
    lines = [part for number, text in enumerate(REFUSED) for part in (rule(100 + number), text)]
    (own / "ours.rules").write_text("# ours\n" + "\n".join(lines) + "\n")
    code, found = checked(file, own)
    assert (code, found["valid"]) == (1, False)
    assert [(one["line"], one["sid"]) for one in found["errors"]] == [
        (2 * number + 3, number + 1) for number in range(len(REFUSED))
    ]
    assert all(one["file"] == f"{own}/ours.rules" for one in found["errors"])
    assert all("refuses it: " in one["message"] for one in found["errors"])
    assert not [one for one in found["errors"] if "no cause" in one["message"]]


def test_rules_are_asked_as_they_would_be_published(file: Path, own: Path) -> None:
    """With the allowlist's variables, in the group's action, without what the build takes out."""
    (own / "ours.rules").write_text(
        rule(1, "priority:1; classtype:none-such; ", addresses="$OURS any -> $EXTERNAL_NET any")
        + "\n"
    )
    code, found = checked(file, own)
    assert (code, found["errors"], found["engine"]["loaded"]) == (0, [], 1)
    assert found["engine"]["version"] == installed()[0].version


def test_setter_in_the_feed_is_nobodys_fault(file: Path, own: Path, tmp_path: Path) -> None:
    """The own rule that checks it is loaded without a word."""
    (own / "ours.rules").write_text(rule(1, "flowbits:isset,theirs; ") + "\n")
    archive = feed(tmp_path / "feed", {"emerging-a": [rule(9, "flowbits:set,theirs; ")]})
    code, found = checked(file, own, "--feed", archive)
    assert (code, found["warnings"], found["engine"]["loaded"]) == (0, [], 1)


def test_what_only_the_service_can_judge_is_no_error(file: Path, own: Path) -> None:
    """AWS's keywords, countries, and words that nobody knows: these the dry run settles."""
    (own / "ours.rules").write_text(
        "\n".join(
            [
                rule(1, "aws_domain_category:Malware; ", protocol="tls"),
                rule(2, "geoip:dst,RU; "),
                rule(3, "aws_new_word:1; "),
            ]
        )
    )
    code, found = checked(file, own)
    assert (code, found["errors"]) == (0, [])
    assert [one["sid"] for one in found["engine"]["unasked"]] == [1, 2]
    assert [one for one in found["warnings"] if "aws_new_word" in one]


def test_words_of_the_engine_are_told_once_where_the_cause_is_the_file(
    file: Path, own: Path
) -> None:
    """Typographic quotes, once for all their lines."""
    bad = "alert tcp any any -> any any (msg:\u201ca\u201d; sid:{};)"
    (own / "ours.rules").write_text("\n".join([bad.format(1), rule(2), bad.format(3)]))
    _, found = checked(file, own)
    [error] = found["errors"]
    assert (error["line"], error["sid"]) == (1, None)
    assert "typographic quotes" in error["message"]
    assert "lines 1, 3" in error["message"]


def test_engine_is_left_out_where_people_ask_for_it(file: Path, own: Path) -> None:
    """`--no-engine`; it is told in the JSON."""
    (own / "ours.rules").write_text(REFUSED[3] + "\n")
    code, found = checked(file, own, "--no-engine")
    assert (code, found["errors"], found["engine"]["asked"]) == (0, [], False)
    assert found["engine"]["why"] == "--no-engine was given"


@begun()
def synced(here: Account) -> None:
    """An account that has synced once."""
    here.allow()
    here.sync(malware=[rule(1)])


@pytest.fixture
def running(synced: Account, tmp_path: Path) -> Account:
    """It, whose files were pulled."""
    call("pull", tmp_path / "pulled.yaml")
    return synced


def test_folder_with_a_rule_that_the_engine_refuses_is_not_uploaded(
    running: Account, file: Path, own: Path
) -> None:
    """`push` names it, and uploads where people say yes, or ask to leave the engine out."""
    (own / "ours.rules").write_text(f"{rule(50)}\n{REFUSED[3]}\n")
    answer = call("push", file, "--local", own)
    assert answer.exit_code == 1
    assert f"{own}/ours.rules:2: sid 4: Suricata {installed()[0].version} refuses" in answer.stderr
    assert "--no-engine" in answer.stderr
    assert running.keys("local/") == []
    sure = call("push", "--yes", file, "--local", own)
    assert sure.exit_code == 0
    assert f"warning: {own}/ours.rules:2: sid 4: Suricata" in sure.stderr
    (own / "ours.rules").write_text(f"{rule(51)}\n{REFUSED[3]}\n")
    assert call("push", "--yes", file, "--local", own, "--no-engine").exit_code == 0
    assert running.keys("local/") == ["local/ours.rules"]
