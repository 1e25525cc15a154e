"""An operator's day at a terminal of 80 columns, with the real command on the embedded AWS.

docs/day.md shows it: `pytest tests/rulesync_cli/commands/test_day.py --renew-golden` writes what
its commands print anew.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from rich.cells import cell_len
from support.account import process
from support.clock import today
from support.example import ROOT as EXAMPLES
from support.localaws import client_at, local_server
from support.patience import PATIENCE
from support.terminal import COLUMNS, Shown, typed
from support.transcript import transcript
from support.warm import warm

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parents[3]
DROPS: Final = ("emerging-dns: alert", "emerging-dns: drop")
FEWER: Final = ("emerging-phishing: alert", "emerging-phishing: off")
PAGE: Final = ROOT / "docs" / "day.md"
BLOCK: Final = re.compile(
    r"(?P<mark><!-- day: (?P<step>.+?)(?: (?P<first>\d+)…(?P<last>\d+))? -->\n)"
    r"```text\n(?P<shown>.*?)```\n",
    re.DOTALL,
)
"""What the page has of a step: all of it, or so many lines of its beginning and of its end."""


@dataclass(slots=True)
class Desk:
    """Where somebody works.

    Attributes:
        began: the day, in UTC.
        seen: all that the terminal has shown.
    """

    folder: Path
    environment: Mapping[str, str]
    began: date = field(default_factory=today)
    seen: list[Shown] = field(default_factory=list)

    def type(self, *words: str, answer: str = "y") -> Shown:
        """Type a command, and answer what it asks."""
        self.seen.append(typed(words, self.folder, self.environment, answer))
        return self.seen[-1]

    def run(self, *words: str) -> str:
        """What somebody else does meanwhile."""
        done = process(dict(self.environment), *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def edit(self, file: str, before: str, after: str) -> None:
        """Replace a piece of a file."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An account in which the example feed's first release is in force."""
    folder = tmp_path_factory.mktemp("desk")
    with local_server() as url:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "AWS_ENDPOINT_URL": url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "day",
            "AWS_SECRET_ACCESS_KEY": "day",
            "RULESYNC_BUCKET": "day",
            "RULESYNC_POLICIES": "day",
            "NO_COLOR": "1",
        }
        release = [*warm(), "examples.release", "1"]
        subprocess.run(release, env=environment, cwd=ROOT, check=True)  # noqa: S603 - ours
        first = folder / "first" / "categories.yaml"
        first.parent.mkdir()
        first.write_bytes((EXAMPLES / "categories.yaml").read_bytes())
        here = Desk(folder, environment)
        here.run("push", str(first), "--yes")
        here.run("apply", "--yes")
        yield here


@pytest.fixture(scope="module")
def day(desk: Desk) -> Mapping[str, Shown]:
    """What is shown from morning to evening, by what is done."""
    first = json.loads(desk.run("status", "--json"))["latest"]["build"]
    shown = {"pull": desk.type("pull")}
    desk.edit("categories.yaml", *DROPS)
    shown["plan"] = desk.type("plan", "--config", "categories.yaml")
    desk.edit("first/categories.yaml", *FEWER)
    desk.run("push", str(desk.folder / "first" / "categories.yaml"), "--yes")
    shown["push, refused"] = desk.type("push", "categories.yaml")
    shown["pull, refused"] = desk.type("pull")
    shown["pull again"] = desk.type("pull", "merged/categories.yaml")
    desk.edit("merged/categories.yaml", *DROPS)
    shown["push"] = pushed(desk, "merged/categories.yaml")
    shown["status"] = desk.type("status")
    shown["builds"] = desk.type("builds")
    shown["diff"] = desk.type("diff", first, "latest")
    shown["rules"] = desk.type("rules", "--action", "drop", "DNS")
    shown["explain"] = desk.type("explain", "9003001")
    shown["categories"] = desk.type("categories")
    shown["discarded"] = desk.type("discarded", "--reason", "undefined-variable")
    shown["rollback"] = desk.type("rollback", first)
    shown["status, held"] = desk.type("status")
    shown["apply, held"] = desk.type("apply")
    shown["resume"] = desk.type("resume")
    shown["apply"] = desk.type("apply", answer="n")
    return shown


def pushed(desk: Desk, file: str) -> Shown:
    """Push and wait, while somebody does what the build function does."""
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(desk.type, "push", file, "--wait")
        until = time.monotonic() + PATIENCE
        while not is_uploaded(desk, file):
            assert time.monotonic() < until
            assert not waiting.done(), waiting.result()
            time.sleep(0.1)
        desk.run("apply", "--yes")
        return waiting.result()


def is_uploaded(desk: Desk, file: str) -> bool:
    """Whether the bucket has the file by now."""
    store = client_at(desk.environment["AWS_ENDPOINT_URL"], "s3")
    found = store.get_object(Bucket="day", Key="config/categories.yaml")["Body"].read()
    return bool(found == (desk.folder / file).read_bytes())


CODES: Final = {
    "plan": 2,
    "push, refused": 1,
    "pull, refused": 1,
    "status, held": 2,
    "apply, held": 1,
    "apply": 1,
}
WORDS: Final = {
    "pull": "wrote categories.yaml",
    "plan": "alert -> drop 9003001 DEMO DNS",
    "push, refused": "somebody else wrote to the bucket since you pulled",
    "pull, refused": "these files have edits since the last pull",
    "pull again": "wrote merged/categories.yaml",
    "push": "upload it to s3://day? [y/N]: y",
    "status": "healthy",
    "builds": "applied",
    "diff": "emerging-dns",
    "rules": "9003001",
    "explain": "kept as drop",
    "categories": "emerging-games",
    "discarded": "undefined-variable: 4 rules",
    "rollback": "is in force and held",
    "status, held": "held at build",
    "apply, held": "Error: held at build",
    "resume": "lifted",
    "apply": "Error: nothing was written",
}


@pytest.mark.parametrize("done", WORDS)
def test_each_step_ends_and_says_what_it_is_to(done: str, day: Mapping[str, Shown]) -> None:
    """With the exit code that its help promises."""
    shown = day[done]
    assert shown.code == CODES.get(done, 0), shown.text
    assert WORDS[done] in shown.text


def test_every_step_is_looked_at(day: Mapping[str, Shown]) -> None:
    """None is left out above."""
    assert day.keys() == WORDS.keys()


def test_no_line_is_wider_than_the_terminal(day: Mapping[str, Shown]) -> None:
    """But for one word alone that is, such as an address."""
    for done, shown in day.items():
        wide = [line for line in shown.lines if cell_len(line) > COLUMNS]
        assert [line for line in wide if len(line.split()) > 1] == [], done


def block(found: re.Match[str], lines: tuple[str, ...]) -> str:
    """A block of the page, with what the step printed."""
    if found["first"]:
        lines = (*lines[: int(found["first"])], "…", *lines[-int(found["last"]) :])
    return f"{found['mark']}```text\n" + "".join(f"{line}\n" for line in lines) + "```\n"


def test_page_shows_the_day(desk: Desk, day: Mapping[str, Shown], *, renew_golden: bool) -> None:
    """Every step in its order, word for word but for times and names of builds."""
    if desk.began != today():
        pytest.skip("it became midnight, UTC, meanwhile")
    told, page = transcript(day, desk.began), PAGE.read_text(encoding="utf-8")
    assert [found["step"] for found in BLOCK.finditer(page)] == list(day)
    renewed = BLOCK.sub(lambda found: block(found, told[found["step"]]), page)
    if renew_golden:
        PAGE.write_text(renewed, encoding="utf-8")
    assert renewed == page or renew_golden, "the day is another; see --renew-golden"
