"""How long people wait for a command, beside what it cannot do without.

`python -m benchmarks.commands` prints the table of docs/performance.md, and renews it alone with
`--write`; with `--only WORD`, the rows that have the word. Each command takes turns with what it is
compared with.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click

from benchmarks.account import account
from benchmarks.contenders import sync
from benchmarks.costs import Cost, alternating, measured, python, ratio, typical
from benchmarks.drops import built_by
from benchmarks.feeds import ROOT, SHIPPED, prepare
from benchmarks.goals import HEADS, Goal
from rules_lib.errors import EngineError
from rules_lib.feed.archive import unpack
from rulesync_cli.verify.combined import combine
from rulesync_cli.verify.sources import in_folder
from rulesync_cli.verify.suricata import Suricata, find_engine, write_run_files

if TYPE_CHECKING:
    from rules_lib.build import Built

MARKS: Final = ("<!-- commands -->\n", "<!-- /commands -->\n")
CAPTURES: Final = ROOT.parent / "shared" / "pcaps"
PROGRAM: Final = str(Path(sys.executable).with_name("rulesync"))

Contender = Callable[[], Cost]


@dataclass(frozen=True, slots=True)
class Row:
    """A command and what it is compared with.

    Attributes:
        most: how many times as long it may take; None where nothing is set.
    """

    name: str
    run: Contender
    beside: str
    reference: Contender
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where commands are typed.

    Attributes:
        environment: of an account in which the feed is in force.
        feed: its archive.
        config: its allowlist.
        folder: for what is made; `out` has the results of `rulesync local`.
    """

    environment: Mapping[str, str]
    feed: Path
    config: Path
    folder: Path
    sids: Mapping[str, int] = field(default_factory=dict)

    def command(self, *words: str, **environment: str) -> Contender:
        """Type one."""
        return partial(measured, [PROGRAM, *words], {**self.environment, **environment})

    def module(self, *words: str) -> Contender:
        """Run Python."""
        return partial(measured, [sys.executable, *words], self.environment)


def rows(desk: Desk) -> Iterator[Row]:
    """Every command whose time is told."""
    bare, plan = desk.module("-c", "pass"), desk.command("plan")
    read = partial(measured, python("benchmarks.read", desk.feed))
    tab = partial(desk.command, _RULESYNC_COMPLETE="bash_complete")
    begun = {"COMP_WORDS": "rulesync pl", "COMP_CWORD": "1"}
    option = {"COMP_WORDS": "rulesync plan --", "COMP_CWORD": "2"}
    alone = ("--feed", str(desk.feed), "--config", str(desk.config))
    yield Row("`--version`", desk.command("--version"), "bare Python", bare, 2.5)
    yield Row("`--help`", desk.command("--help"), "bare Python", bare, 2.5)
    yield Row("a TAB among commands", tab(**begun), "bare Python", bare, 2.5)
    yield Row("a TAB among options", tab(**option), "bare Python", bare, 2.5)
    yield Row("`plan`", plan, "a read of the feed", read)
    yield Row("`status`", desk.command("status"), "`plan`", plan)
    yield Row("`builds`", desk.command("builds"), "`plan`", plan)
    for fate, sid in desk.sids.items():
        name = f"`explain`, {fate}"
        yield Row(name, desk.command("explain", str(sid)), "`plan`", plan, 0.6)
    for fate, sid in desk.sids.items():
        told = desk.command("explain", str(sid), *alone)
        yield Row(f"`explain --feed`, {fate}", told, "a read of the feed", read, 1.5)
    yield Row("`categories`", desk.command("categories"), "`plan`", plan, 1.5)


def engine_rows(desk: Desk, engine: Suricata) -> Iterator[Row]:
    """What loads rule groups in a real Suricata, beside one that loads them and does no more."""
    results, run = str(desk.folder / "out"), desk.folder / "run"
    run.mkdir()
    whole = combine(in_folder(desk.folder / "out"))
    write_run_files(run, whole.rules, whole.variables, whole.action_order, traffic=sys.maxsize)
    captures = ["-r", str(CAPTURES), "--pcap-file-recursive"]
    there = ["sh", "-c", 'cd "$0" && exec "$@"', str(run)]  # where its other files are
    bare = partial(measured, [*there, *engine.command(run), *captures], desk.environment)
    beside = f"a run of Suricata {engine.version} over the captures"
    yield Row("`verify`", desk.command("verify", results), beside, bare)
    replayed = desk.command("verify", results, "--pcap", str(CAPTURES))
    yield Row("`verify --pcap`", replayed, beside, bare, 1.5)


def sids_of(built: Built) -> Mapping[str, int]:
    """A sid of each fate, from the middle."""
    free = [rule.sid for rule in built.kept if rule.bond is None]
    tied = [rule.sid for rule in built.kept if rule.bond]
    off = [rule.sid for rule in built.off if rule.sid is not None]
    found = {"kept": free, "kept with others": tied, "off": off}
    return {fate: sids[len(sids) // 2] for fate, sids in found.items() if sids}


def commands_table(
    feed: Path, config: Path, rounds: int, told: Callable[[str], None], only: str = ""
) -> Sequence[str]:
    """Measure, and write the lines of the table; `only` those that have a word, if one is given."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        environment = stack.enter_context(account(config))
        sync(feed, environment)
        sids = sids_of(built_by(unpack(feed.read_bytes()), config))
        desk = Desk(environment, feed, config, folder, sids)
        found = [*rows(desk), *(_with_engine(desk, told) if only in "`verify --pcap`" else ())]
        return [
            f"| command | CPU seconds | beside | of that | {HEADS} |",
            "|---|---|---|---|---|---|",
            *(_line(row, rounds, told) for row in found if only in row.name),
        ]


def _with_engine(desk: Desk, told: Callable[[str], None]) -> Iterator[Row]:
    try:
        engine = find_engine()
    except EngineError as error:
        told(f"without verify: {error}")
        return
    if not CAPTURES.is_dir():
        told(f"without verify: the captures are not in {CAPTURES}")
        return
    words = ("--feed", str(desk.feed), "--config", str(desk.config))
    desk.command("local", *words, "--out", str(desk.folder / "out"))()
    yield from engine_rows(desk, engine)


def _line(row: Row, rounds: int, told: Callable[[str], None]) -> str:
    told(row.name)
    ours, others = alternating(rounds, row.run, row.reference, told=told)
    cpu, _ = ratio(ours, others)
    goal = Goal(cpu, row.most)
    return f"| {row.name} | {typical(ours).cpu:.2f} | {row.beside} | {goal.said} | {goal.cells} |"


def renewed(page: str, lines: Sequence[str]) -> str:
    """A page with the table in place of the one between its marks."""
    before, _, rest = page.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    return "".join((before, MARKS[0], "\n", "\n".join(lines), "\n\n", MARKS[1], after))


def with_others(page: str, lines: Sequence[str]) -> Sequence[str]:
    """The lines of a page's table, of which these are measured again."""
    again = {_name(line): line for line in lines}
    table = page.partition(MARKS[0])[2].partition(MARKS[1])[0]
    return [again.get(_name(line), line) for line in table.strip().splitlines()]


def _name(line: str) -> str:
    """The first cell of a row."""
    return line.split("|")[1].strip()


@click.command()
@click.option("--feed", type=click.Path(exists=True, path_type=Path), help="A feed's archive.")
@click.option("--config", type=click.Path(exists=True, path_type=Path), default=SHIPPED)
@click.option("--rounds", default=5, show_default=True)
@click.option("--only", default="", metavar="WORD", help="Measure the rows that have it alone.")
@click.option("--write", type=click.Path(exists=True, path_type=Path), help="Renew this page.")
def main(feed: Path | None, config: Path, rounds: int, only: str, write: Path | None) -> None:
    """Measure the commands, and print a table."""
    with TemporaryDirectory() as folder:
        feeds = prepare(Path(folder), feed, large=False)
        lines = commands_table(feeds.usual, config, rounds, partial(click.echo, err=True), only)
    click.echo("\n".join(lines))
    if write:
        page = write.read_text()
        write.write_text(renewed(page, with_others(page, lines) if only else lines))


if __name__ == "__main__":
    main()
