"""`rulesync check --format sarif|github`: what is found, beside its line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.account import run
from support.feeds import allowlist, feed, rule
from support.sarif import SARIF

from rules_lib.model import Reason
from rulesync_cli.annotations import Annotation, sarif_document, workflow_commands

BAD = "version: 1\ndefault: of\ncategories: {emerging-malwar: drop}\n"
COMMAND = re.compile(r"::(?P<name>[a-z]+) (?P<properties>[^:]*)::(?P<words>.*)")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which people stand, with own rules of which one is bad and one is odd."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    (tmp_path / "rules").mkdir()
    odd = rule(2, "flowbits:toggle,x; ")
    (tmp_path / "rules" / "ours.rules").write_text(f"{rule(1, 'lua:x; ')}\n{odd}\n")
    (tmp_path / "good.yaml").write_text(allowlist())
    (tmp_path / "bad.yaml").write_text(BAD)
    return tmp_path


def commands(*words: object) -> list[tuple[str, str]]:
    """Properties and words of each command that a check prints, but for its last line."""
    *lines, last = run("check", *words, "--format", "github").stdout.splitlines()
    assert last.startswith("rulesync check: ")
    found = [COMMAND.fullmatch(line) for line in lines]
    assert all(found), lines
    return [(f"{one['name']} {one['properties']}", one["words"]) for one in found if one]


def sarif(*words: object) -> dict[str, Any]:
    """The one run of a check's SARIF, which is valid."""
    document = json.loads(run("check", *words, "--format", "sarif").stdout)
    jsonschema.validate(document, SARIF)
    [found] = document["runs"]
    return dict(found)


def test_errors_of_the_allowlist_stand_at_their_lines(repository: Path) -> None:
    """With what to do, and no second copy on stderr."""
    done = run("check", "bad.yaml", "--format", "github")
    assert (done.exit_code, done.stderr) == (1, "")
    first, second = commands("bad.yaml")
    assert first[0] == "error file=bad.yaml,line=2,title=rulesync%3A allowlist"
    assert second[0] == "error file=bad.yaml,line=3,title=rulesync%3A allowlist"
    assert second[1].startswith('categories: "emerging-malwar"')
    assert second[1].endswith("nearest: emerging-malware")
    assert done.stdout.endswith("rulesync check: 2 errors, 0 warnings\n")
    assert (repository / "bad.yaml").is_file()


def test_own_rules_stand_at_their_lines(repository: Path) -> None:
    """Errors by their reason, and what is only odd as a warning."""
    found = commands("good.yaml", "--local", "rules", "--no-engine")
    assert found[0][0] == "error file=rules/ours.rules,line=1,title=rulesync%3A unsupported-keyword"
    assert found[0][1].startswith("sid 1: unsupported-keyword: ")
    assert ("warning file=rules/ours.rules,line=2,title=rulesync%3A warning", found[1][1]) == (
        found[1]
    )
    assert "deprecated" in found[1][1]
    assert repository.is_dir()


def test_sarif_says_the_same(repository: Path) -> None:
    """Each kind that occurs is described once, and each result points to its own."""
    found = sarif("good.yaml", "--local", "rules", "--no-engine")
    rules = found["tool"]["driver"]["rules"]
    for result in found["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    places = [one["locations"][0]["physicalLocation"] for one in found["results"]]
    assert [(one["artifactLocation"]["uri"], one["region"]["startLine"]) for one in places[:2]] == [
        ("rules/ours.rules", 1),
        ("rules/ours.rules", 2),
    ]
    assert [one["level"] for one in found["results"][:2]] == ["error", "warning"]
    assert repository.is_dir()


def test_valid_file_has_no_result(repository: Path, tmp_path: Path) -> None:
    """A run without results tells code scanning that earlier ones are gone."""
    archive = feed(tmp_path / "feed", {"emerging-malware": [rule(1)]})
    done = run("check", "good.yaml", "--feed", archive, "--format", "sarif")
    assert done.exit_code == 0
    assert sarif("good.yaml", "--feed", archive)["results"] == []
    assert run("check", "good.yaml", "--format", "json").stdout == (
        run("check", "good.yaml", "--json").stdout
    )
    assert repository.is_dir()


def test_files_are_named_from_the_top_of_the_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever people stand: GitHub says where the top is."""
    folder = repository / "deep" / "down"
    folder.mkdir(parents=True)
    (folder / "c.yaml").write_text(BAD)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(repository))
    monkeypatch.chdir(folder)
    assert commands("c.yaml")[0][0].startswith("error file=deep/down/c.yaml,line=2")
    place = sarif(folder / "c.yaml")["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "deep/down/c.yaml"


def test_file_outside_of_the_repository_has_its_whole_path(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a file's URI in SARIF; standard input and the bucket keep their names."""
    inside = repository / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    place = sarif("../bad.yaml")["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == f"file://{repository}/bad.yaml"
    for name, uri in (
        ("<stdin>", "%3Cstdin%3E"),
        ("s3://b/local/x.rules", "s3://b/local/x.rules"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("ü ?.yaml", "%C3%BC%20%3F.yaml"),
    ):
        document = sarif_document([Annotation("error", "allowlist", name, 1, "x")])
        jsonschema.validate(document, SARIF)
        location = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"] == uri


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_described(reason: Reason) -> None:
    """With its cause and the way back."""
    document = sarif_document([Annotation("error", reason, "x.rules", 3, "words")])
    jsonschema.validate(document, SARIF)
    [described] = document["runs"][0]["tool"]["driver"]["rules"]
    assert described["id"] == reason
    assert described["help"]["text"]


@given(words=st.text(min_size=1), file=st.text(min_size=1).filter(lambda text: "\0" not in text))
@example(words="x\n::error::y\r::set-output name=a::b", file="a,b:c%\n::stop-commands::x")
@example(words="%0A::error::%", file="%2C")
def test_no_text_begins_a_command_of_its_own(words: str, file: str) -> None:
    """One line, whose parts GitHub reads back to the letter."""
    one = Annotation("error", "unparseable", f"s3://{file}", 7, words)
    [line] = workflow_commands([one])
    assert not set("\r\n") & set(line)
    properties, told = line.removeprefix("::error ").split("::", 1)
    found = dict(part.split("=", 1) for part in properties.split(","))
    assert unescaped(found["file"]) == f"s3://{file}"
    assert unescaped(told) == words


def unescaped(text: str) -> str:
    """As GitHub's runner reads it."""
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def test_uri_is_read_back_to_the_letter(repository: Path) -> None:
    """Whatever signs a file's name has."""
    name = "r ü#?%&.yaml"
    (repository / name).write_text(BAD)
    place = sarif(name)["results"][0]["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == name
