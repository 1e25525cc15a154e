"""What a plan would do to captured traffic, beside what is in force: both in the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from rulesync_cli.verify.load import load_group
from rulesync_cli.verify.loadable import HOME_NET, Loadable
from rulesync_cli.verify.traffic import replayer

if TYPE_CHECKING:
    from rules_lib.hits.hosts import OwnNetworks
    from rulesync_cli.verify.captures import Capture
    from rulesync_cli.verify.events import Flow
    from rulesync_cli.verify.suricata import Suricata
    from rulesync_cli.verify.traffic import Replay

_Ends: TypeAlias = "tuple[str, frozenset[tuple[str, int]]]"


@dataclass(frozen=True, slots=True)
class RehearsedRule:
    """A rule by which flows would end otherwise.

    Attributes:
        flows: how many, of all captures.
        hosts: own hosts among their ends, in order.
        captures: names of those that have them, in order.
    """

    sid: int
    flows: int
    hosts: tuple[str, ...]
    captures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a plan would do to captures.

    Attributes:
        engine: its version.
        captures: how many were replayed.
        skipped: name -> why it could not be replayed, or not to its end.
        unasked: how many rules the engine was not given, as only the service can judge them, or it
            refuses them.
        blocked: flows that the plan drops and what is in force does not, by rule, most flows first.
        let_through: flows that what is in force drops and the plan does not, likewise.
    """

    engine: str
    captures: int
    skipped: Mapping[str, str]
    unasked: int
    blocked: tuple[RehearsedRule, ...]
    let_through: tuple[RehearsedRule, ...]


def rehearse(  # noqa: PLR0913 - two sides, and what to replay through them
    engine: Suricata,
    before: Sequence[Loadable],
    after: Sequence[Loadable],
    captures: Sequence[Capture],
    *,
    own: OwnNetworks,
    watch: Callable[[str], None],
) -> Rehearsal:
    """Replay captures through the groups in force and through those of a plan.

    Args:
        engine: a real Suricata.
        before: the groups in force.
        after: those that the plan asks for.
        captures: to replay, each apart from the others.
        own: which addresses are people's own.
        watch: is told what is being done.

    Raises:
        EngineError: the engine does not start, or ends on several captures.
    """
    fit = _Fitting(engine, watch)
    sides = [tuple(fit(group) for group in groups) for groups in (before, after)]
    replays = [_replayed(engine, side, captures, watch) for side in sides]
    was, now = (_drops(side) for side in replays)
    skipped = {one.name: one.problem for side in replays for one in side if one.problem}
    return Rehearsal(
        engine=engine.version,
        captures=len(captures) - len({one.name for one in replays[1] if one.skipped}),
        skipped=skipped,
        unasked=fit.left_out,
        blocked=_by_rule(now, was, own),
        let_through=_by_rule(was, now, own),
    )


class _Fitting:
    """Takes out of groups what the engine cannot be given; a group of both sides is tried once."""

    def __init__(self, engine: Suricata, watch: Callable[[str], None]) -> None:
        self._engine, self._watch = engine, watch
        self._known: dict[tuple[tuple[str, ...], str], frozenset[int]] = {}

    @property
    def left_out(self) -> int:
        """How many rules were taken out."""
        return sum(map(len, self._known.values()))

    def __call__(self, group: Loadable) -> Loadable:
        key = group.rules, repr(group.variables)
        if key not in self._known:
            self._watch(f"loading {group.name}")
            self._known[key] = load_group(self._engine, group, HOME_NET).left_out
        return group.without(self._known[key])


def _replayed(
    engine: Suricata,
    groups: Sequence[Loadable],
    captures: Sequence[Capture],
    watch: Callable[[str], None],
) -> tuple[Replay, ...]:
    if not any(group.rules for group in groups):
        return ()
    with replayer(engine, groups, captures=captures) as running:
        watch(f"replaying {len(captures)} captures")
        return tuple(running.replay(captures))


def _drops(replays: Iterable[Replay]) -> dict[tuple[str, _Ends], tuple[int, Flow]]:
    """Each dropped flow of each capture -> the rule that dropped it."""
    return {
        (one.name, drop.drop.flow.ends): (drop.origin.sid, drop.drop.flow)
        for one in replays
        for drop in one.dropped
    }


def _by_rule(
    these: Mapping[tuple[str, _Ends], tuple[int, Flow]],
    others: Mapping[tuple[str, _Ends], object],
    own: OwnNetworks,
) -> tuple[RehearsedRule, ...]:
    """The flows that only one side drops, by rule."""
    alike = defaultdict[int, list[tuple[str, "Flow"]]](list)
    for (name, ends), (sid, flow) in these.items():
        if (name, ends) not in others:
            alike[sid].append((name, flow))
    found = (
        RehearsedRule(
            sid=sid,
            flows=len(flows),
            hosts=tuple(sorted({host for _, flow in flows for host in _own(flow, own)})),
            captures=tuple(sorted({name for name, _ in flows})),
        )
        for sid, flows in alike.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.flows, one.sid)))


def _own(flow: Flow, own: OwnNetworks) -> Iterator[str]:
    return (end for end in (flow.source, flow.destination) if end and end in own)
