"""What is one is told as one, and what is more as more, in all that is printed."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.account import BUCKET, Account, account
from support.feeds import rule

import examples
from rulesync_cli import main

EXAMPLES = Path(examples.__file__).parent
NOUN = r"(?:rule group|rule(?! group)|group|build|sid|setter|variable|warning|call|dry run)"
KIND = r"(?:more |discarded |older )?"
ONE = re.compile(rf"(?<![\w.,-])1 {KIND}(?:{NOUN}s|categories)\b")
MORE = re.compile(rf"(?<![\w.,-])(?:0|[2-9]|[\d,]{{2,}}) {KIND}(?:{NOUN}|category)(?![\w-])")
TALLIED = re.compile(r"actions?: .*|.* rules?: \d.*")
"""Counts of actions, whose names are no nouns: `2 alert, 1 drop`."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account in which there is one of nearly everything."""
    with account(tmp_path_factory.mktemp("account")) as aws:
        aws.allow(
            categories={"emerging-dns": "off", "emerging-web": "drop"}, max_shrink=1, max_unblock=1
        )
        marks = [rule(3, "flowbits:set,a; ")]
        web = [rule(1), rule(2, "lua:x; "), rule(4, "flowbits:isset,a; ")]
        aws.sync(web=web, dns=marks)
        aws.sync(web=[rule(1, rev=2), *web[1:]], dns=marks)
        aws.publish(web=[*web[1:], rule(6)], dns=marks)
        yield aws


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options that name the example feed and its allowlist."""
    path = tmp_path_factory.mktemp("feed") / "feed.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(EXAMPLES / "feed", "rules")
    return ["--feed", str(path), "--config", str(EXAMPLES / "categories.yaml")]


def refuse_odd(text: str) -> None:
    """Fail on a number that does not agree with its noun."""
    lines = [line for line in text.splitlines() if not TALLIED.fullmatch(line)]
    odd = [line for line in lines if ONE.search(line) or MORE.search(line)]
    assert odd == []


@pytest.mark.parametrize(
    "words",
    ["plan", "plan --full", "builds --limit 1", "status", "rules", "discarded", "categories",
     "explain 1", "explain 2", "explain 3", "explain 4", "diff FIRST latest", "diff latest plan"],
)  # fmt: skip
def test_numbers_agree_with_their_nouns(words: str, running: Account) -> None:
    """Where there is one of most things."""
    asked = words.replace("FIRST", running.builds[0]).split()
    refuse_odd(CliRunner().invoke(main, [*asked, "--bucket", BUCKET]).output)


@pytest.mark.parametrize("words", ["categories", "discarded", "explain 9090301", "local"])
def test_numbers_of_the_example_agree_with_their_nouns(
    words: str, example: list[str], tmp_path: Path
) -> None:
    """Which has many rules, and each kind of discard."""
    out = ["--out", str(tmp_path)] if words == "local" else []
    found = CliRunner().invoke(main, [*words.split(), *example, *out])
    assert found.exit_code == 0, found.output
    refuse_odd(found.output)


@pytest.mark.parametrize("line", ["1 rules", "+1 rule groups", "of 1 more categories", "2 rule"])
def test_odd_number_is_found(line: str) -> None:
    """So the tests above can fail."""
    with pytest.raises(AssertionError):
        refuse_odd(line)
