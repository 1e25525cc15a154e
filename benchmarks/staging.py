"""What staging does to real releases, day by day: the tables of docs/staging.md.

.venv/bin/python -m benchmarks.staging --feeds ../shared/et-open --write docs/staging.md

Releases that are named by their days are taken in that order. Where the next one lies more than a
month ahead a new run begins, on an account that has what its first release has, as what came and
went in between cannot be told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import click

from benchmarks.feeds import ROOT
from rules_lib.allowlist import load_allowlist
from rules_lib.build import prepare
from rules_lib.facts.limits import BLOCKING
from rules_lib.feed.archive import unpack
from rules_lib.groups.content import GroupText
from rules_lib.groups.rule_group import Deployed, DeployedGroup, GroupVariables, Slot
from rules_lib.inputs import Inputs
from rules_lib.model import FeedFile, Rule
from rules_lib.outcome import Converted
from rules_lib.reading.ruleset import Ruleset, read_rules
from rules_lib.stages.address_lists import is_address_list
from rules_lib.staging_record import NO_RECORD, StagingRecord
from rules_lib.why import Stage

MARKS: Final = ("<!-- replayed -->\n", "<!-- /replayed -->\n")

_RELEASE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\.tar\.gz")
_MOST: Final = timedelta(days=30)
_DAY: Final = timedelta(days=1)
_AFTER: Final = 15
"""Days that each run goes on after its last release, so that all of it turns."""

_BORN: Final = date(2022, 1, 1)
_YOUNG: Final = (7, 14)
"""Days after a rule was written in which a revision is counted."""

_FEW: Final = 30
"""Rules of a category below which its share says little."""

EVERYTHING: Final = b"version: 1\ndefault: drop\nstaging: {days: 7}\n"
"""An allowlist in which every rule drops, so that as many as can be are staged."""


@click.command()
@click.option("--feeds", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--write", type=click.Path(exists=True, path_type=Path), help="Renew this page.")
def main(feeds: Path, write: Path | None) -> None:
    """Replay real releases day by day with staging, and count what ET regrets of young rules."""
    text = "\n".join((*_replayed(feeds), "", *_regretted(feeds)))
    click.echo(text)
    if write:
        before, _, rest = write.read_text().partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        write.write_text(f"{before}{MARKS[0]}\n{text}\n\n{MARKS[1]}{after}")


@dataclass(frozen=True, slots=True)
class Release:
    """One release."""

    day: date
    files: tuple[FeedFile, ...]


def runs(feeds: Path) -> Iterator[list[Release]]:
    """The releases that are named by their days, in runs."""
    run: list[Release] = []
    for path in sorted(feeds.glob("*.tar.gz")):
        if match := _RELEASE.fullmatch(path.name):
            found = Release(date.fromisoformat(match[1]), tuple(unpack(path.read_bytes())))
            if run and found.day - run[-1].day > _MOST:
                yield run
                run = []
            run.append(found)
    if len(run) > 1:
        yield run


@dataclass(slots=True)
class Replay:
    """One run with one allowlist.

    Attributes:
        begun: sid -> first day as a staged alert.
        days: for how long each rule was staged that turned.
        revised: of the staged ones, those that got another rev meanwhile.
        gone: likewise, those that the feed took back.
        lists: lists of addresses that were new and dropped at once.
    """

    begun: dict[int, date]
    days: list[int]
    revised: set[int]
    gone: set[int]
    lists: set[int]


def replay(run: Sequence[Release], text: bytes) -> Replay:
    """Sync each day of a run, and some more, with the newest release of that day."""
    known = frozenset(file.category for release in run for file in release.files)
    allowlist = load_allowlist(text, source="the allowlist", known=known)
    found, record = Replay({}, [], set(), set(), set()), NO_RECORD
    before: dict[int, Converted] = {}
    waiting, day = list(run), run[0].day
    ruleset: Ruleset | None = None
    while day <= run[-1].day + _AFTER * _DAY:
        fresh = waiting and waiting[0].day <= day
        if fresh:
            ruleset = read_rules(waiting.pop(0).files, allowlist.rules.on)
        if ruleset and (fresh or any(one.until <= day for one in _stages(before).values())):
            inputs = Inputs(ruleset=ruleset, allowlist=allowlist, day=day)
            kept, record = synced(inputs, before, record)
            _note(found, before, kept, day, first=not before)
            before = kept
        day += _DAY
    return found


def synced(
    inputs: Inputs, before: Mapping[int, Converted], record: StagingRecord
) -> tuple[dict[int, Converted], StagingRecord]:
    """What a sync of a day puts in force and records, budget and marks left aside.

    Args:
        inputs: of that day, but for what is in force and recorded.
        before: what the sync before put in force, by sid.
        record: what it recorded.
    """
    known = replace(record, first=not before)
    inputs = replace(inputs, deployed=_deployed(before), staging=known)
    prepared = prepare(inputs.ruleset.rules, inputs)
    return {r.sid: r for r in prepared.wanted}, prepared.staged.record_after(prepared.wanted)


def _deployed(rules: Mapping[int, Converted]) -> Deployed:
    content = GroupText("".join(f"{rule.text}\n" for rule in rules.values()))
    slot, variables = Slot("emerging-all"), GroupVariables()
    group = DeployedGroup("et-all", "arn", slot, 30_000, content, variables, True, 1, "")
    return Deployed((group,)) if rules else Deployed()


def _stages(rules: Mapping[int, Converted]) -> dict[int, Stage]:
    return {sid: rule.cause.stage for sid, rule in rules.items() if rule.cause.stage}


def _note(
    found: Replay,
    before: Mapping[int, Converted],
    now: Mapping[int, Converted],
    day: date,
    *,
    first: bool,
) -> None:
    """What became of the rules that were staged, and of those that are new."""
    stages = _stages(now)
    for sid in _stages(before):
        if sid not in now:
            found.gone.add(sid)
        elif now[sid].rule.rev != before[sid].rule.rev:
            found.revised.add(sid)
        if sid in now and sid not in stages:
            found.days.append((day - found.begun[sid]).days)
    for sid, one in stages.items():
        found.begun.setdefault(sid, one.since if first else day)
    new = (rule for sid, rule in now.items() if sid not in before and not first)
    lists = (rule for rule in new if rule.action in BLOCKING and is_address_list(rule.rule))
    found.lists.update(rule.sid for rule in lists)


def _replayed(feeds: Path) -> Iterator[str]:
    names = ("categories.yaml", "categories-strict.yaml")
    files = {name: (ROOT / "config" / name).read_bytes() for name in names}
    files["everything drops"] = EVERYTHING
    yield (
        "| releases | allowlist | staged | days staged | revised meanwhile | taken back meanwhile "
        "| new lists of addresses, not delayed |"
    )
    yield "|---" * 7 + "|"
    for run in runs(feeds):
        ends = f"{len(run)}, {run[0].day} to {run[-1].day}"
        for name, text in files.items():
            one = replay(run, text)
            days = f"{min(one.days)} to {max(one.days)}" if one.days else "-"
            numbers = (len(one.begun), days, len(one.revised), len(one.gone), len(one.lists))
            yield f"| {ends} | {name} | {' | '.join(map(str, numbers))} |"


def _regretted(feeds: Path) -> Iterator[str]:
    """By category, how many of the rules born since 2022 were revised while they were young."""
    born, revised = dict[int, str](), dict[int, int]()
    for path in sorted(feeds.glob("*.tar.gz")):
        for rule in read_rules(unpack(path.read_bytes())).rules:
            if isinstance(rule, Rule) and rule.sid and (age := _age_when_revised(rule)) is not None:
                born.setdefault(rule.sid, rule.category)
                if 0 < age <= _YOUNG[-1] and rule.rev > 1:
                    revised[rule.sid] = age
    yield "| category | rules born since 2022 | revised within 7 days | within 14 days | share |"
    yield "|---" * 5 + "|"
    counts = Counter(born.values())
    young = {name: _within(name, born, revised) for name in counts}
    for name in sorted(counts, key=lambda name: (-young[name][-1] / counts[name], name)):
        if counts[name] >= _FEW:
            yield _row(name, counts[name], young[name])
    yield _row("all", counts.total(), [sum(one[at] for one in young.values()) for at in (0, 1)])


def _row(name: str, total: int, within: Sequence[int]) -> str:
    numbers = " | ".join(f"{number:,}" for number in (total, *within))
    return f"| {name} | {numbers} | {within[-1] / total:.1%} |"


def _within(name: str, born: Mapping[int, str], revised: Mapping[int, int]) -> tuple[int, ...]:
    ages = [age for sid, age in revised.items() if born[sid] == name]
    return tuple(sum(age <= days for age in ages) for days in _YOUNG)


def _age_when_revised(rule: Rule) -> int | None:
    """Days from a rule's birth to its last update; None where it is old, or a list."""
    try:
        created, updated = (
            date.fromisoformat(day.replace("_", "-")) for day in (rule.created_at, rule.updated_at)
        )
    except ValueError:
        return None
    return None if created < _BORN or is_address_list(rule) else (updated - created).days


if __name__ == "__main__":
    main()
