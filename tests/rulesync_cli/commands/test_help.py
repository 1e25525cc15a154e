"""What `--help` promises: every command says what it does, gives examples and its exit codes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from support.account import bare, run
from support.feeds import rule
from support.loaded import Forks, ended, forks

from rulesync_cli import main
from rulesync_cli.commands import SUMMARIES


def verbs() -> dict[str, click.Command]:
    """Every command by the words after `rulesync`, those of a group too."""
    found = dict(main.commands)
    for name, command in main.commands.items():
        if isinstance(command, click.Group):
            found |= {f"{name} {verb}": one for verb, one in command.commands.items()}
    return found


@pytest.mark.parametrize("name", verbs())
def test_help_has_a_sentence_examples_and_exit_codes(name: str) -> None:
    """Of each command."""
    text = run(*name.split(), "--help").stdout
    assert f"rulesync {name}" in text.split("Examples:")[1]
    assert "Exit codes:" in text


@pytest.mark.parametrize("name", main.commands)
def test_list_of_commands_has_whole_sentences(name: str) -> None:
    """On a terminal of 80 columns nothing of them is cut."""
    listed = CliRunner().invoke(main, ["--help"], terminal_width=80).stdout.splitlines()
    [line] = [line for line in listed if line.startswith(f"  {name} ")]
    assert line.endswith(".")
    assert not line.endswith("...")


@pytest.mark.parametrize("name", verbs())
def test_examples_use_options_that_exist(name: str) -> None:
    """An option that was renamed is renamed there too."""
    command = verbs()[name]
    known = {one for parameter in command.params for one in parameter.opts} | {"--help"}
    lines = re.findall(rf"(?m)^  rulesync {name}\b.*$", command.epilog or "")
    assert lines
    used = {word for line in lines for word in re.findall(r" (--[a-z-]+)", line.split(" | ")[0])}
    assert used <= known


@pytest.mark.parametrize("name", [name for name in verbs() if name != "completion"])
def test_every_command_prints_json_on_request(name: str) -> None:
    """But for the one that prints a script, and those that print nothing else."""
    flags = {one for parameter in verbs()[name].params for one in parameter.opts}
    assert "--json" in flags or name == "schema"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_is_printed(shell: str) -> None:
    """It asks the program that is installed."""
    script = run("completion", shell).stdout
    assert "_RULESYNC_COMPLETE" in script
    assert f"{shell}_complete" in script


def test_unknown_shell_is_wrong_usage() -> None:
    """The known ones are named."""
    answer = run("completion", "tcsh")
    assert answer.exit_code == 2
    assert "'bash', 'zsh', 'fish'" in answer.stderr


def test_commands_stand_in_the_order_in_which_people_meet_them() -> None:
    """What needs no account is first."""
    assert main.list_commands(click.Context(main))[:5] == [
        "local",
        "init",
        "check",
        "pull",
        "plan",
    ]


def test_schema_is_json() -> None:
    """Although it has no option that says so."""
    assert json.loads(run("schema").stdout)


@pytest.mark.parametrize("name", main.commands)
def test_list_of_commands_says_what_each_says_itself(name: str) -> None:
    """The list is written down, so that none is loaded for it."""
    assert main.commands[name].get_short_help_str(limit=200) == SUMMARIES[name]


def tab(name: str) -> dict[str, str]:
    """What the shell says of a TAB among a command's options."""
    words = f"rulesync {name} --"
    place = str(len(words.split()) - 1)
    return {"_RULESYNC_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": place}


HEAVY = {
    "aws_lambda_powertools", "boto3", "botocore", "importlib.metadata", "jinja2", "pydantic",
    "requests", "rich",
}  # fmt: skip
LIGHT = {"json", "rules_lib", "traceback"}
"""What takes a third of the time of a `--version`, and is needed for none of these either."""
AT_WORK = {
    "csv", "hashlib", "importlib.resources", "json", "shutil", "subprocess", "tempfile", "yaml",
    "rules_lib.deploy", "rules_lib.redact", "rules_lib.world",
}  # fmt: skip
"""What a command imports when it does its work, and not to name its options."""


@pytest.fixture(scope="module")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Run many commands without a start of Python for each."""
    with forks(tmp_path_factory.mktemp("forks")) as running:
        yield running


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (["--version"], {}),
        (["--help"], {}),
        (
            [],
            {"_RULESYNC_COMPLETE": "bash_complete", "COMP_WORDS": "rulesync pl", "COMP_CWORD": "1"},
        ),
        *(([*name.split(), "--help"], {}) for name in verbs()),
        *(([], tab(name)) for name in verbs()),
    ],
    ids=["version", "help", "tab", *verbs(), *(f"{name} tab" for name in verbs())],
)
def test_what_does_no_work_loads_nothing_heavy(
    forking: Forks, words: list[str], environment: dict[str, str]
) -> None:
    """People wait for it at every TAB."""
    done = forking.ended(words, environment)
    assert (done.returncode, bool(done.stdout)) == (0, True)
    assert HEAVY.isdisjoint(done.stderr.split())
    if environment:
        assert AT_WORK.isdisjoint(done.stderr.split())
    if words in (["--version"], ["--help"]):
        assert LIGHT.isdisjoint(done.stderr.split())


NEEDLESS = {
    "aws_lambda_powertools", "jinja2", "requests", "yaml", "rules_lib.allowlist", "rules_lib.build",
    "rules_lib.packing.pack", "rules_lib.reading.parser", "rules_lib.sources", "rules_lib.sync.run",
}  # fmt: skip
"""What builds, fetches or renders."""
OF_A_LIST = {"yaml", "rules_lib.allowlist"}
"""What reads the list of feeds, of which each has its age."""


@pytest.mark.parametrize(
    ("name", "needless"), [("builds", NEEDLESS), ("status", NEEDLESS - OF_A_LIST)]
)
def test_what_reads_a_few_objects_loads_nothing_that_builds(
    name: str, needless: set[str], tmp_path: Path
) -> None:
    """It comes as far as its first request, for which there are no credentials here."""
    done = ended(bare(tmp_path), name, "--bucket", "any", "--region", "eu-west-1")
    assert "credentials" in done.stderr
    assert "rulesync_cli.history.builds" in done.stderr.split()
    assert needless.isdisjoint(done.stderr.split())


def test_story_of_a_feed_alone_loads_no_library_of_aws(tmp_path: Path) -> None:
    """It takes a tenth of the time that people wait for such a story."""
    feed = tmp_path / "emerging-malware.rules"
    feed.write_text(f"{rule(1)}\n", encoding="utf-8")
    done = ended(bare(tmp_path), "explain", "1", "--feed", str(feed))
    assert done.returncode == 0
    assert "rules_lib.build" in done.stderr.split()
    assert {"boto3", "botocore", "requests"}.isdisjoint(done.stderr.split())
