"""`rulesync check`: the allowlist and people's own rules, every error at once, no account."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.account import account, call, run
from support.feeds import allowlist, feed, rule

from rulesync_cli import main

GOOD = allowlist(categories={"emerging-malware": "drop"})
BAD = "version: 1\ndefault: of\ncategories: {emerging-malwar: drop}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A valid allowlist."""
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder for people's own rules."""
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def test_valid_file_says_so(file: Path) -> None:
    """And how much is in it."""
    answer = run("check", file)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout == f"{file}: valid, 1 category\n"


def test_dash_reads_standard_input() -> None:
    """As an editor or a hook of git has it, without a file."""
    answer = _typed(GOOD)
    assert (answer.exit_code, answer.stdout) == (0, "<stdin>: valid, 1 category\n")


def test_errors_of_standard_input_name_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words and in JSON; a file that is named so is read by its path."""
    assert "Error: <stdin>: 2 errors" in _typed(BAD).stderr
    errors = json.loads(_typed(BAD, "--json").stdout)["errors"]
    assert {error["file"] for error in errors} == {"<stdin>"}
    file.with_name("-").write_text(GOOD)
    monkeypatch.chdir(file.parent)
    assert run("check", "./-").stdout == "./-: valid, 1 category\n"


def test_empty_standard_input_is_no_allowlist() -> None:
    """As where the command before it in a pipe failed."""
    answer = _typed("")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: <stdin>: ")


def _typed(text: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["check", "-", *words], input=text, catch_exceptions=False)


def test_every_error_is_told_on_stderr(file: Path) -> None:
    """With line and nearest name; nothing on stdout."""
    file.write_text(BAD)
    answer = run("check", file)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "2 errors" in answer.stderr
    assert 'line 3: categories: "emerging-malwar"' in answer.stderr


def test_json_has_each_error_in_parts(file: Path) -> None:
    """File, line, value, message and nearest name; and nothing else is on stdout."""
    file.write_text(BAD)
    answer = run("check", file, "--json")
    found = json.loads(answer.stdout)
    assert (answer.exit_code, found["valid"], answer.stderr) == (1, False, "")
    assert [
        (one["file"], one["line"], one["value"], one["nearest"]) for one in found["errors"]
    ] == [
        (str(file), 2, "of", "off"),
        (str(file), 3, "emerging-malwar", "emerging-malware"),
    ]
    assert all(one["message"] for one in found["errors"])


def test_file_that_is_no_yaml_is_an_error_with_a_line(file: Path) -> None:
    """Also in JSON, where it has no value."""
    file.write_text("version: 1\ncategories: [\n")
    [error] = json.loads(run("check", file, "--json").stdout)["errors"]
    assert (error["value"], error["nearest"]) == (None, None)
    assert error["line"] >= 2


def test_bad_rule_of_ones_own_is_named_with_file_and_line(file: Path, own: Path) -> None:
    """Whether it is no rule at all, or one that the service does not take."""
    text = f"# ours\n{rule(1)}\nalert tcp any any ->\n{rule(2, 'lua:x.lua; ')}\n"
    (own / "ours.rules").write_text(text)
    answer = run("check", file, "--local", own, "--no-engine")
    assert answer.exit_code == 1
    first, second = answer.stderr.splitlines()
    assert first.startswith(f"Error: {own}/ours.rules:3: unparseable: ")
    assert second.startswith(f"Error: {own}/ours.rules:4: sid 2: unsupported-keyword: ")
    [_, fault] = json.loads(run("check", file, "--local", own, "--json").stdout)["errors"]
    assert (fault["line"], fault["sid"], fault["reason"]) == (4, 2, "unsupported-keyword")
    assert fault["value"] == rule(2, "lua:x.lua; ")


def test_bad_file_and_bad_rule_are_told_together(file: Path, own: Path) -> None:
    """Nobody has to come back for the second."""
    file.write_text(BAD)
    (own / "ours.rules").write_text("nonsense\n")
    told = run("check", file, "--local", own).stderr
    assert "2 errors" in told
    assert f"{own}/ours.rules:1: unparseable" in told


def test_good_rules_of_ones_own_are_counted(file: Path, own: Path) -> None:
    """Their categories may stand in the allowlist."""
    (own / "ours.rules").write_text(f"{rule(1)}\n{rule(2)}\n")
    file.write_text(allowlist(categories={"local-ours": "drop"}))
    answer = run("check", file, "--local", own)
    assert answer.exit_code == 0
    assert "your own rules: 2 rules, none discarded" in answer.stdout


def test_own_file_that_is_not_read_is_a_warning(file: Path, own: Path) -> None:
    """Also where the allowlist names it, which is an error that says how files are called."""
    (own / "ours.RULES").write_text(rule(1))
    answer = run("check", file, "--local", own)
    assert answer.exit_code == 0
    assert f"warning: {own}/ours.RULES is not read: its name must end in .rules" in answer.stderr
    file.write_text(allowlist(categories={"local-ours": "drop"}))
    answer = run("check", file, "--local", own)
    assert answer.exit_code == 1
    assert "your own categories are the files local/<name>.rules" in answer.stderr
    assert f"warning: {own}/ours.RULES is not read" in answer.stderr


def test_two_own_files_of_one_name_are_an_error(file: Path, own: Path) -> None:
    """With both names."""
    for name in ("ours.rules", "OURS.rules"):
        (own / name).write_text(rule(1))
    answer = run("check", file, "--local", own)
    assert answer.exit_code == 1
    assert f"{own}/OURS.rules and {own}/ours.rules" in answer.stderr


def test_line_without_effect_is_a_warning(file: Path, own: Path) -> None:
    """Whether or not the feed is given, as far as one can know."""
    (own / "ours.rules").write_text(f"{rule(1, action='pass')}\n")
    file.write_text(allowlist(rules={"drop": [1], "off": [404]}))
    answer = run("check", file, "--local", own)
    assert answer.exit_code == 0
    assert "warning: rules: drop: 1 has no effect: it is a pass rule" in answer.stderr
    assert "404" not in answer.stderr
    archive = feed(own.parent / "feed", {"emerging-malware": [rule(20)]})
    answer = run("check", file, "--local", own, "--feed", archive)
    assert "warning: rules: off: 404 is not an enabled rule of this feed" in answer.stderr


def test_own_file_that_nobody_switched_on_is_a_warning(file: Path, own: Path) -> None:
    """It is no error, and hardly meant."""
    (own / "ours.rules").write_text(rule(1))
    file.write_text("version: 1\ndefault: off\n")
    answer = run("check", file, "--local", own)
    assert answer.exit_code == 0
    assert f"warning: {own}/ours.rules: local-ours is not in the allowlist" in answer.stderr


UNKNOWN = "unknown to Suricata 8.0.3 and not AWS's own"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("aws_new_word:1; ", f"{UNKNOWN}: aws_new_word; the service decides"),
        ("tls.snii; ", f"{UNKNOWN}: tls.snii (nearest: tls.sni); the service decides"),
        (
            "aws_domain_categories:Spam; ",
            f"{UNKNOWN}: aws_domain_categories (nearest: aws_domain_category); ",
        ),
        (
            'aws_route_53_resolved_domain:"a.example"; ',
            "aws_route_53_resolved_domain does nothing unless",
        ),
        ("flowbits:toggle,a; ", "flowbits:toggle works, but is deprecated since Suricata 8.0.6"),
    ],
)
def test_what_is_odd_about_an_own_rule_is_a_warning(
    file: Path, own: Path, options: str, words: str
) -> None:
    """It is kept, and said with its place."""
    (own / "ours.rules").write_text(f"{rule(1)}\n{rule(2, options)}\n")
    answer = run("check", file, "--local", own)
    assert (answer.exit_code, "none discarded" in answer.stdout) == (0, True)
    assert f"warning: {own}/ours.rules:2: sid 2: {words}" in answer.stderr


def test_flowbit_that_the_feed_sets_is_known_where_the_feed_is_given(
    file: Path, own: Path, tmp_path: Path
) -> None:
    """Without it nobody can say, which is a warning."""
    (own / "ours.rules").write_text(rule(1, "flowbits:isset,seen; "))
    setter = rule(20, "flowbits:set,seen; flowbits:noalert; ")
    archive = feed(tmp_path / "feed", {"emerging-malware": [setter]})
    without = run("check", file, "--local", own, "--no-engine")
    assert (without.exit_code, "flowbit-never-set" in without.stderr) == (0, True)
    given = run("check", file, "--local", own, "--no-engine", "--feed", archive)
    assert (given.exit_code, given.stderr) == (0, "")
    other = feed(tmp_path / "other", {"emerging-malware": [rule(20)]})
    assert run("check", file, "--local", own, "--feed", other).exit_code == 1


def test_feed_makes_its_categories_known(file: Path, tmp_path: Path) -> None:
    """One that ET does not have is a typo without it."""
    file.write_text(allowlist(categories={"house-blend": "alert"}))
    archive = feed(tmp_path / "feed", {"house-blend": [rule(1)]})
    assert run("check", file).exit_code == 1
    assert run("check", file, "--feed", archive).exit_code == 0


def test_bucket_stands_in_for_both(file: Path, tmp_path: Path) -> None:
    """Its own rules are checked, its feed is known; before the first feed there is less to know."""
    with account(tmp_path / "feed") as aws:
        aws.put("local/ours.rules", rule(1, "lua:x.lua; "))
        early = call("check", file)
        aws.publish(malware=[rule(2)])
        late = call("check", file)
    for answer in (early, late):
        assert answer.exit_code == 1
        assert "s3://rulesync-test/local/ours.rules:1: sid 1: unsupported-keyword" in answer.stderr


def test_archive_that_is_no_feed_is_an_error_that_names_it(file: Path, tmp_path: Path) -> None:
    """As everywhere."""
    bad = tmp_path / "bad.tar.gz"
    bad.write_text("<html>")
    answer = run("check", file, "--feed", bad)
    assert (answer.exit_code, str(bad) in answer.stderr) == (1, True)


def test_missing_engine_is_told_in_one_line(
    file: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to do; that is no error, and nothing of it is said where nobody has own rules."""
    monkeypatch.setattr("rulesync_cli.engine_check.installed", tuple)
    (own / "ours.rules").write_text(f"{rule(1)}\n")
    answer = run("check", file, "--local", own)
    assert answer.exit_code == 0
    assert answer.stderr == (
        "your own rules were not loaded in Suricata: no Suricata is installed; "
        "`make engine` installs one on Debian\n"
    )
    assert answer.stdout.endswith("your own rules: 1 rule, none discarded\n")
    assert run("check", file).stderr == ""


def test_file_that_is_stored_otherwise_is_told_once(file: Path, own: Path) -> None:
    """And not line by line: UTF-16 for the whole file, Latin-1 with its lines."""
    (own / "wide.rules").write_text(f"{rule(1)}\n{rule(2)}\n", encoding="utf-16")
    latin = rule(3, 'content:"caf\xe9"; ')
    (own / "west.rules").write_text(f"{latin}\n{rule(4)}\n{latin}\n", encoding="latin-1")
    answer = run("check", file, "--local", own, "--no-engine")
    west, wide = answer.stderr.splitlines()
    assert answer.exit_code == 1
    assert west.startswith(f"Error: {own}/west.rules:1: not UTF-8 (byte 0xe9), probably Latin-1")
    assert west.endswith("; on lines 1, 3")
    assert wide.startswith(f"Error: {own}/wide.rules:1: it is UTF-16, as PowerShell's Out-File")


def test_engine_is_not_asked_about_an_allowlist_with_errors(file: Path, own: Path) -> None:
    """What would be published is not known; that nothing was asked stands in the JSON."""
    file.write_text(BAD)
    (own / "ours.rules").write_text(f"{rule(1)}\n")
    found = json.loads(run("check", file, "--local", own, "--json").stdout)
    assert (found["valid"], found["engine"]["asked"]) == (False, False)
    assert found["engine"]["why"] == "the allowlist has errors"
