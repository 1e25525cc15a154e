"""What `rulesync verify` found, as JSON and on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console

from rules_lib.text import count, counted, visible
from rulesync_cli.show.console import say, show

if TYPE_CHECKING:
    from rulesync_cli.verify.beyond import Unasked
    from rulesync_cli.verify.enginelog import EngineRefusal
    from rulesync_cli.verify.lines import Astray
    from rulesync_cli.verify.load import Loading
    from rulesync_cli.verify.loadable import Loadable
    from rulesync_cli.verify.traffic import Dropped, Logged, Replay


@dataclass(frozen=True, slots=True)
class Verified:
    """All that one run found.

    Attributes:
        version: of the engine.
        home_net: for groups that declare none.
        groups: in the order of their policy.
        loadings: how the engine took each of them, in the same order.
        traffic: whether captures were asked for.
        remarks: where the replay cannot be as in the service.
        replays: one for each capture.
    """

    version: str
    home_net: tuple[str, ...]
    groups: tuple[Loadable, ...]
    loadings: tuple[Loading, ...]
    traffic: bool
    remarks: tuple[str, ...]
    replays: tuple[Replay, ...]

    @property
    def ok(self) -> bool:
        """Whether every rule of every group is loaded, and a capture replayed where one was."""
        replayed = not self.traffic or not all(replay.skipped for replay in self.replays)
        return replayed and all(loading.ok for loading in self.loadings)

    @property
    def totals(self) -> dict[str, int]:
        """The traffic in numbers."""
        dropped = [one for replay in self.replays for one in replay.dropped]
        return {
            "captures": sum(not replay.skipped for replay in self.replays),
            "skipped": sum(replay.skipped for replay in self.replays),
            "quiet": sum(replay.quiet for replay in self.replays),
            "alerts": sum(len(replay.alerts) for replay in self.replays),
            "dropped_flows": len(dropped),
            "unlogged": sum(not one.logged for one in dropped),
        }


def verify_document(found: Verified) -> dict[str, Any]:
    """The whole of it for other programs."""
    groups = zip(found.groups, found.loadings, strict=True)
    made: dict[str, Any] = {
        "ok": found.ok,
        "suricata": found.version,
        "home_net": list(found.home_net),
        "groups": [_group(group.priority, loading) for group, loading in groups],
    }
    if found.traffic:
        made["traffic"] = {
            "remarks": list(found.remarks),
            "totals": found.totals,
            "captures": [_capture(replay) for replay in found.replays],
        }
    return made


def _group(priority: int, loading: Loading) -> dict[str, Any]:
    return {
        "name": loading.name,
        "priority": priority or None,
        "rules": loading.rules,
        "loaded": loading.loaded,
        "refusals": [asdict(one) for one in loading.refusals],
        "astray": [asdict(one) for one in loading.astray],
        "unasked": [asdict(one) for one in loading.unasked],
        "errors": list(loading.errors),
        "warnings": list(loading.warnings),
    }


def _capture(replay: Replay) -> dict[str, Any]:
    return {
        "capture": replay.name,
        "problem": replay.problem,
        "skipped": replay.skipped,
        "alerts": [_alert(one) for one in replay.alerts],
        "dropped": [_dropped(one) for one in replay.dropped],
        "engine_drops": dict(replay.others),
    }


def _alert(one: Logged) -> dict[str, Any]:
    return {
        "packet": one.alert.packet,
        "flow": str(one.alert.flow),
        "group": one.origin.group,
        "sid": one.origin.sid,
        "rev": one.alert.rev,
        "msg": one.alert.msg,
        "action": one.origin.action,
    }


def _dropped(one: Dropped) -> dict[str, Any]:
    return {
        "packet": one.drop.packet,
        "flow": str(one.drop.flow),
        "group": one.origin.group,
        "sid": one.origin.sid,
        "logged": one.logged,
    }


def render_verdicts(found: Verified, console: Console) -> None:
    """Print how each group was taken, what stands against rules, and what became of traffic."""
    numbers = ("rules", "loaded", "refused")
    rows = [
        (visible(one.name), *map(count, (one.rules, one.loaded, len(one.refusals))))
        for one in found.loadings
    ]
    show(console, ("rule group", *numbers), rows, numbers)
    say(console)
    for line, style in _complaints(found):
        say(console, line, style)
    say(console, _loaded(found), "" if found.ok else "bold red")
    if found.traffic:
        _render_traffic(found, console)


def _complaints(found: Verified) -> Iterator[tuple[str, str]]:
    for loading in found.loadings:
        name = visible(loading.name)
        for one in loading.refusals:
            yield f"refused: {name}, {_place(one)}: {visible(one.words)}", "red"
        for lost in loading.astray:
            what = f"loaded as {counted(lost.loaded, 'rule')}" if lost.loaded else "not loaded"
            yield f"{what}: {name}, {_place(lost)}: {visible(lost.words)}", "red"
        for error in loading.errors:
            yield f"error: {name}: {visible(error)}", "red"
        for warning in loading.warnings:
            yield f"warning: {name}: {visible(warning)}", "yellow"
        for unasked in loading.unasked:
            yield f"not asked: {name}, {_place(unasked)}: {visible(unasked.words)}", "yellow"


def _place(one: EngineRefusal | Astray | Unasked) -> str:
    return f"line {one.line}, {f'sid {one.sid}' if one.sid else 'no sid'}"


def _loaded(found: Verified) -> str:
    rules = sum(loading.rules for loading in found.loadings)
    loaded = sum(loading.loaded for loading in found.loadings)
    all_of = f"{counted(len(found.loadings), 'rule group')}, {counted(rules, 'rule')}"
    taken = "all loaded" if loaded == rules else f"{count(loaded)} loaded"
    left = sum(one.whole for loading in found.loadings for one in loading.unasked)
    service = f", {count(left)} left to the service" if left else ""
    return f"{all_of}: {taken} by Suricata {found.version}{service}"


def _render_traffic(found: Verified, console: Console) -> None:
    say(console)
    _render_captures(found, console)
    _render_rules(found, console)
    for line, style in _remarks(found):
        say(console, line, style)
    total = found.totals
    say(
        console,
        f"{counted(total['captures'], 'capture')}: {counted(total['alerts'], 'alert')}, "
        f"{counted(total['dropped_flows'], 'flow')} dropped; {total['quiet']} quiet, "
        f"{total['skipped']} skipped",
    )


def _render_captures(found: Verified, console: Console) -> None:
    rows = [
        (
            visible(replay.name),
            count(len(replay.alerts)),
            count(len(replay.dropped)),
            visible(_words(replay)),
        )
        for replay in found.replays
    ]
    numbers = ("alerts", "flows dropped")
    show(console, ("capture", *numbers, ""), rows, numbers)
    say(console)


def _words(replay: Replay) -> str:
    if replay.skipped:
        return f"skipped: {replay.problem}"
    return replay.problem or ("nothing is raised" if replay.quiet else "")


def _render_rules(found: Verified, console: Console) -> None:
    alerts = Counter(
        (one.origin, one.alert.msg) for replay in found.replays for one in replay.alerts
    )
    drops = Counter(one.origin for replay in found.replays for one in replay.dropped)
    if not alerts:
        return
    rows = [
        (
            count(number),
            count(drops[origin]),
            str(origin.sid),
            visible(origin.action),
            visible(origin.group),
            visible(msg),
        )
        for (origin, msg), number in alerts.most_common()
    ]
    numbers = ("alerts", "flows dropped", "sid")
    show(console, (*numbers, "action", "rule group", "msg"), rows, numbers, ("rule group",))
    say(console)


def _remarks(found: Verified) -> Iterator[tuple[str, str]]:
    for replay in found.replays:
        for one in replay.dropped:
            line = f"{visible(replay.name)}, packet {one.drop.packet}, {one.drop.flow}"
            if one.logged:
                yield f"dropped: {line}: sid {one.origin.sid} of {one.origin.group}", ""
            else:
                where = f"sid {one.origin.sid} of {one.origin.group}"
                yield f"dropped without any log: {line}: {where}", "bold red"
    for remark in found.remarks:
        yield f"warning: {remark}", "yellow"
