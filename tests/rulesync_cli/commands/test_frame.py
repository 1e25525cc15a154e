"""Whatever happens, people read words: never a traceback, and nothing of it on stdout."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from support.account import PROGRAM, account, bare, call, process
from support.patience import PATIENCE

from rulesync_cli.frame import Commands, unexpected
from rulesync_cli.interrupt import loading

NOBODY = "http://127.0.0.1:9"
KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Start programs that SIGINT ends; a shell has it ignored by all that it starts with `&`."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, ("You must specify a region", "AWS_REGION")),
        ({"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": NOBODY}, ("credentials", "AWS_PROFILE")),
        (
            {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": NOBODY, **KEYS},
            ("Could not connect", NOBODY, "AWS_ENDPOINT_URL"),
        ),
        ({"AWS_PROFILE": "nobody"}, ("profile (nobody)", "AWS_PROFILE")),
        ({"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "nonsense"}, ("nonsense",)),
        ({"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "x"}, ("AWS_SECRET_ACCESS_KEY",)),
    ],
    ids=["region", "credentials", "endpoint", "profile", "no URL", "half of the credentials"],
)
def test_missing_set_up_is_told_in_one_line(
    environment: dict[str, str], words: tuple[str, ...], tmp_path: Path
) -> None:
    """It says what is missing and where to look."""
    done = process(bare(tmp_path, **environment), "status", "--bucket", "some")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert [word for word in words if word not in done.stderr] == []


def test_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """An error of the disk has the path and the system's words."""
    feed, config, blocked = tmp_path / "feed", tmp_path / "c.yaml", tmp_path / "file"
    for path in (feed, blocked):
        path.write_text("")
    config.write_text("version: 1\n")
    done = process(
        bare(tmp_path), "local", "--feed", feed, "--config", config, "--out", blocked / "x"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Error: {blocked}/x/1: Not a directory" in done.stderr


def test_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """As in `rulesync completion bash | head -n 1`."""
    with subprocess.Popen(  # noqa: S603 - ours
        [*PROGRAM, "completion", "bash"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=bare(tmp_path),
    ) as command:
        assert command.stdout
        assert command.stderr
        command.stdout.close()
        assert command.stderr.read() == b""


@pytest.mark.usefixtures("interruptible")
def test_interrupt_ends_a_command_in_silence(tmp_path: Path) -> None:
    """Ctrl-C while a server lets us wait: one word, exit code 130."""
    config = tmp_path / "c.yaml"
    config.write_text("version: 1\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/emerging.rules.tar.gz"
        paths = ["--config", str(config), "--out", str(tmp_path / "out")]
        command = [*PROGRAM, "local", "--feed", url, *paths]
        with subprocess.Popen(  # noqa: S603 - ours
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=bare(tmp_path)
        ) as running:
            silent.accept()
            running.send_signal(signal.SIGINT)
            printed, told = running.communicate(timeout=PATIENCE)
    assert (running.returncode, printed) == (130, "")
    assert told.splitlines()[-1] == "interrupted"
    assert "Traceback" not in told


LOADING = """
import os, signal, sys
from rulesync_cli import interrupt
class Finder:
    def find_spec(self, name, *rest):
        if name == "click":
            os.kill(os.getpid(), signal.SIGINT)
for name in [name for name in sys.modules if name.startswith(("click", "rulesync_cli"))]:
    del sys.modules[name]
sys.excepthook = sys.__excepthook__
sys.meta_path.insert(0, Finder())
import rulesync_cli
"""


@pytest.mark.usefixtures("interruptible")
def test_interrupt_while_the_command_is_loaded_is_no_traceback(tmp_path: Path) -> None:
    """That takes half a second, in which people change their mind."""
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", LOADING],
        capture_output=True,
        text=True,
        env=bare(tmp_path),
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGINT, "")
    assert done.stderr == "interrupted\n"


def test_interrupt_outside_of_a_command_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    """Such as while its words are read."""
    unexpected(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert capsys.readouterr().err == "interrupted\n"


def test_error_while_the_command_is_loaded_is_told_as_ever(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A package that is missing is nothing that we could put better."""
    loading(ImportError, ImportError("no click"), None)
    assert capsys.readouterr().err == "ImportError: no click\n"


def test_unexpected_error_is_told_without_its_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is our fault, and says how to get what a report needs."""
    unexpected(KeyError, KeyError("x"), None)
    told = capsys.readouterr().err
    assert "unexpected KeyError: 'x'" in told
    assert "RULESYNC_DEBUG=1" in told
    monkeypatch.setenv("RULESYNC_DEBUG", "1")
    unexpected(KeyError, KeyError("x"), None)
    assert capsys.readouterr().err == "KeyError: 'x'\n"


def test_error_of_a_file_names_the_file_once() -> None:
    """And what a hostile name has in it does not reach the terminal."""

    @click.group(cls=Commands)
    def group() -> None:
        """A group under the frame."""

    @group.command()
    def read() -> None:
        """Read what is not there."""
        Path("/nowhere/\x1b[2J").read_bytes()

    told = CliRunner().invoke(group, ["read"])
    assert told.exit_code == 1
    assert told.stderr == "Error: /nowhere/\\x1b[2J: No such file or directory\n"


def test_bucket_that_does_not_exist_is_told(tmp_path: Path) -> None:
    """With what to do about it."""
    with account(tmp_path) as aws:
        aws.s3.delete_bucket(Bucket="rulesync-test")
        told = call("status")
    assert told.exit_code == 1
    assert "NoSuchBucket" in told.stderr
    assert ". Set RULESYNC_BUCKET to the bucket of the stack." in told.stderr


def test_cause_that_is_in_the_way_of_the_summary_too_is_told_once(tmp_path: Path) -> None:
    """Of a sync whose bucket is gone."""
    with account(tmp_path) as aws:
        aws.s3.delete_bucket(Bucket="rulesync-test")
        told = call("apply", "--yes")
    assert told.exit_code == 1
    assert told.stderr.count("NoSuchBucket") == 1
    assert "the build's summary cannot be written either, for the same reason" in told.stderr
