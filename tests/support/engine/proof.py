"""What source rules do to traffic against what the groups made of them do, in the same engine."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from rules_lib.allowlist import load_allowlist
from rules_lib.build import Built, build
from rules_lib.gc_pause import without_cyclic_gc
from rules_lib.groups.rule_group import GroupVariables
from rules_lib.model import FeedFile
from rules_lib.reading.rule import sid_of
from rulesync_cli.verify.captures import captures_in
from rulesync_cli.verify.loadable import Loadable
from rulesync_cli.verify.suricata import find_engine
from rulesync_cli.verify.traffic import replayer
from support.feeds import allowlist
from support.inputs import inputs, read_once
from support.rules import origin
from support.samples import one_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rulesync_cli.verify.suricata import Suricata
    from rulesync_cli.verify.traffic import Replay, Replayer


HOME_NET: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")

FlowKey: TypeAlias = tuple[str, tuple[str, frozenset[tuple[str, int]]]]
"""The capture, and the flow's ends in either direction."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What happened to one flow.

    Attributes:
        alerts: (packet, sid) of every alert, with how often.
        dropped: the packet with which it was dropped; None where it was not.
        logged: an alert tells of the drop.
        by: sid of the rule that dropped it.
    """

    alerts: Counter[tuple[int, int]]
    dropped: int | None = None
    logged: bool = False
    by: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A replay of captures, flow by flow.

    Attributes:
        captures: those that were replayed.
        skipped: name -> why it was not.
    """

    captures: tuple[Replay, ...]
    skipped: Mapping[str, str | None]
    flows: Mapping[FlowKey, Seen]

    @classmethod
    def of(cls, replays: Sequence[Replay]) -> Outcome:
        """What became of each flow."""
        return cls(
            captures=tuple(one for one in replays if not one.skipped),
            skipped={one.name: one.problem for one in replays if one.skipped},
            flows=dict(_flows(replays)),
        )

    @property
    def alerts(self) -> int:
        """How many in all."""
        return sum(seen.alerts.total() for seen in self.flows.values())

    @property
    def acting(self) -> set[int]:
        """The sids of all alerts."""
        return {sid for seen in self.flows.values() for _, sid in seen.alerts}

    @property
    def dropped(self) -> dict[FlowKey, Seen]:
        """The flows that were dropped."""
        return {key: seen for key, seen in self.flows.items() if seen.dropped is not None}

    def sids(self, capture: str) -> list[int]:
        """The sids of a capture's alerts, in the order of its packets."""
        name = f"{capture}.pcap"
        found = {one.name: one for one in self.captures}
        assert name in found, self.skipped
        return [one.origin.sid for one in found[name].alerts]


def made(files: Mapping[str, Sequence[str]], **settings: object) -> Built:
    """Build the groups of a feed: by category, its rules; with settings of the allowlist."""
    return built_of(files_with(files), **settings)


def files_with(rules: Mapping[str, Sequence[str]]) -> tuple[FeedFile, ...]:
    """The files of a feed: by category, its rules."""
    return tuple(
        FeedFile(name, "\n".join(texts).encode(), origin(name)) for name, texts in rules.items()
    )


def built_of(files: tuple[FeedFile, ...], **settings: object) -> Built:
    """Build the groups of a feed's files, with settings of the allowlist."""
    known = tuple(file.category for file in files)
    allowed = load_allowlist(allowlist(**settings), source="test", known=known)
    with without_cyclic_gc():
        return build(inputs(read_once(files, allowed.rules.on), allowed))


def source(built: Built, **written: str) -> Loadable:
    """The kept rules as the feed ships them, in its order, with the variables of all groups.

    Args:
        built: the groups that were made of them.
        written: address variables that are no group's, as their names are written out in the rules.
    """
    rules = sorted((rule.rule for rule in built.kept), key=lambda rule: rule.place)
    ip_sets: dict[str, tuple[str, ...]] = {name: (value,) for name, value in written.items()}
    port_sets = dict[str, tuple[str, ...]]()
    for group in built.groups:
        ip_sets |= group.variables.ip_sets
        port_sets |= group.variables.port_sets
    return Loadable(
        "source", 1, tuple(rule.text for rule in rules), GroupVariables(ip_sets, port_sets)
    )


def published(built: Built) -> tuple[Loadable, ...]:
    """The groups as they are deployed."""
    return tuple(Loadable.of(group) for group in built.groups)


def without(sids: Collection[int], groups: Iterable[Loadable]) -> tuple[Loadable, ...]:
    """The groups without these rules."""
    return tuple(
        group.without(
            frozenset(line for line, text in enumerate(group.rules, 1) if sid_of(text) in sids)
        )
        for group in groups
    )


def only(sids: Collection[int], groups: Iterable[Loadable]) -> tuple[Loadable, ...]:
    """The groups with these rules alone."""
    return tuple(
        group.without(
            frozenset(line for line, text in enumerate(group.rules, 1) if sid_of(text) not in sids)
        )
        for group in groups
        if any(sid_of(text) in sids for text in group.rules)
    )


def tried(built: Built, before: Outcome, case: str) -> tuple[Loadable, ...]:
    """The groups with the rules of `sampled`."""
    return only(sampled(built, before, case), published(built))


def sampled(built: Built, before: Outcome, case: str) -> set[int]:
    """The sids of rules that act, of those that work with others, and of one in 10 of the rest.

    Args:
        built: the groups of a whole release.
        before: what its source rules do.
        case: by which the sample begins.
    """
    bound = {rule.sid for rule in built.kept if rule.bond}
    rest = [rule.sid for rule in built.kept if not rule.bond]
    return before.acting | bound | {*one_in(10, rest, case)}


def naive(groups: Iterable[Loadable]) -> tuple[Loadable, ...]:
    """The conversion of a simple script: every alert becomes a drop."""
    return tuple(
        Loadable(
            group.name,
            group.priority,
            tuple(f"drop{text.removeprefix('alert')}" if text.startswith("alert ") else text
                  for text in group.rules),
            group.variables,
        )
        for group in groups
    )  # fmt: skip


def outcome(groups: Sequence[Loadable], captures: Path, engine: Suricata | None = None) -> Outcome:
    """Replay every capture of a folder through these groups, in the service's version if none."""
    with running(groups, engine) as replaying:
        return replayed(replaying, captures)


def running(
    groups: Sequence[Loadable], engine: Suricata | None = None
) -> AbstractContextManager[Replayer]:
    """An engine with these groups, for captures that are still to be made."""
    return replayer(engine or find_engine(), groups, HOME_NET)


def replayed(engine: Replayer, captures: Path) -> Outcome:
    """Replay every capture of a folder, or one."""
    return Outcome.of(tuple(engine.replay(captures_in(captures))))


def _flows(replays: Iterable[Replay]) -> Iterator[tuple[FlowKey, Seen]]:
    for replay in replays:
        ends = [one.alert.flow.ends for one in replay.alerts]
        drops = {one.drop.flow.ends: one for one in replay.dropped}
        for flow in dict.fromkeys([*ends, *drops]):
            alerts = Counter(
                (one.alert.packet, one.origin.sid)
                for one in replay.alerts
                if one.alert.flow.ends == flow
            )
            drop = drops.get(flow)
            yield (
                (replay.name, flow),
                Seen(alerts, drop.drop.packet, drop.logged, drop.origin.sid)
                if drop
                else Seen(alerts),
            )


@dataclass(frozen=True, slots=True)
class Loaded:
    """A running engine, and what it was built of; it is given a capture once."""

    built: Built
    engine: Replayer
    _done: dict[Path, Replay] = field(default_factory=dict)

    def replays(self, captures: Path) -> tuple[Replay, ...]:
        """What becomes of every capture of a folder."""
        asked = {one.path.resolve(): one for one in captures_in(captures)}
        new = [one for path, one in asked.items() if path not in self._done]
        done = zip((one.path.resolve() for one in new), self.engine.replay(new), strict=True)
        self._done.update(done)
        return tuple(replace(self._done[path], name=one.name) for path, one in asked.items())

    def on(self, captures: Path) -> Outcome:
        """The same, flow by flow."""
        return Outcome.of(self.replays(captures))


def differences(before: Outcome, after: Outcome, built: Built) -> tuple[str, ...]:
    """Where the groups do anything but what their source rules and their actions ask for.

    A flow is to be dropped with its first alert of a rule that drops, and that alert is logged. Up
    to that packet the alerts are those of the source rules, behind it none that they do not raise;
    in all other flows they are the same. Setters that were brought in say nothing.

    Args:
        before: what the source rules raise, all of them as they stand in the feed.
        after: what the groups do.
        built: how the groups were made of the source rules.
    """
    silent = {rule.sid for rule in built.kept if rule.setter}
    blocking = {rule.sid for rule in built.kept if rule.action in {"drop", "reject"}}
    nothing = Seen(Counter())
    return tuple(
        f"{key[0]}: {words}"
        for key in dict.fromkeys((*before.flows, *after.flows))
        for words in _compared(
            _without(before.flows.get(key, nothing).alerts, silent),
            after.flows.get(key, nothing),
            blocking,
        )
    )


def _without(alerts: Counter[tuple[int, int]], sids: set[int]) -> Counter[tuple[int, int]]:
    return Counter({found: times for found, times in alerts.items() if found[1] not in sids})


def _compared(asked: Counter[tuple[int, int]], seen: Seen, blocking: set[int]) -> Iterator[str]:
    cut = min((packet for packet, sid in asked if sid in blocking), default=None)
    if seen.dropped != cut:
        yield f"dropped with packet {seen.dropped} by {seen.by}, and not with {cut}"
    if seen.dropped is not None and not seen.logged:
        yield f"dropped without any log by {seen.by}"
    end = float("inf") if cut is None else cut
    until = [
        Counter({one: times for one, times in alerts.items() if one[0] <= end})
        for alerts in (asked, seen.alerts)
    ]
    if until[0] != until[1]:
        yield f"lost {until[0] - until[1]}, gained {until[1] - until[0]}"
    if beyond := seen.alerts - asked:
        yield f"raised {beyond}, which no source rule does"
