"""All groups as one text, so that one engine inspects traffic by them as a firewall policy would.

Suricata sorts rules: by action, then setters of marks before checkers, then by sid. So that
the last of these is the policy's order, the rules are numbered anew in that order; then one sid may
also stand in two groups. Each group's variables get names of their own.

A policy that judges rules by their action leaves all of this to the engine: there the new numbers
have the order of the sids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rules_lib.facts.action_order import ACTIONS_IN_TURN
from rules_lib.facts.limits import BLOCKING
from rules_lib.groups.rule_group import GroupVariables
from rules_lib.reading.rule import RuleSyntaxError, cut, variables_in, write_variables
from rulesync_cli.verify.config import ACTION_ORDER
from rulesync_cli.verify.loadable import HOME_NET, Loadable

if TYPE_CHECKING:
    from rules_lib.model import Option


@dataclass(frozen=True, slots=True)
class NumberedRule:
    """Where a numbered rule comes from."""

    group: str
    sid: int
    action: str


@dataclass(frozen=True, slots=True)
class Combined:
    """The groups of a policy in one text.

    Attributes:
        rules: numbered 1, 2, 3 … by their sid.
        origins: of each of them, in the same order.
        action_order: in which the engine is to take the actions.
        remarks: where the engine's order cannot be the policy's, in plain words.
        behind_firewall: the rules stand behind a firewall engine, which lets everything on to them.
    """

    rules: tuple[str, ...]
    origins: tuple[NumberedRule, ...]
    variables: GroupVariables
    action_order: tuple[str, ...]
    remarks: tuple[str, ...]
    behind_firewall: bool = False


def combine(groups: Sequence[Loadable], home_net: tuple[str, ...] = HOME_NET) -> Combined:
    """Put groups together, in the order of the policy.

    Rules without a readable sid are left out; the engine does not load them either.
    """
    by_action = any(group.in_action_order for group in groups)
    found = [one for place, group in enumerate(groups, start=1) for one in _found(group, place)]
    if by_action:
        found.sort(key=lambda one: one.origin.sid)
    origins = tuple(one.origin for one in found)
    order, remarks = (ACTIONS_IN_TURN, ()) if by_action else _action_order(origins)
    return Combined(
        rules=tuple(one.numbered(number) for number, one in enumerate(found, start=1)),
        origins=origins,
        variables=_variables(groups, home_net),
        action_order=order,
        remarks=remarks,
        behind_firewall=by_action,
    )


class _Found(NamedTuple):
    """A rule of a group, and its place among the groups."""

    text: str
    header: str
    sid: Option
    place: int
    origin: NumberedRule

    def numbered(self, number: int) -> str:
        """The rule with another sid, and variables of its group's own."""
        before = self.text[len(self.header) : self.sid.start]
        header = _header_in_place(self.header, self.place)
        return f"{header}{before} sid:{number};{self.text[self.sid.end :]}"


@lru_cache(maxsize=4096)
def _header_in_place(header: str, place: int) -> str:
    """A header with variables of its group's own; a group has few different ones."""
    return write_variables(header, {name: f"${name}_{place}" for name in variables_in(header)})


def _found(group: Loadable, place: int) -> Iterator[_Found]:
    for text in map(group.resolved, group.rules):
        try:
            parts = cut(text)
        except RuleSyntaxError:
            continue
        numbers = [at for at, (_, name, _) in enumerate(parts.found) if name.lower() == "sid"]
        if len(numbers) == 1 and (sid := parts.value(*numbers).strip().lstrip("+")).isdecimal():
            action = parts.header.split(maxsplit=1)[0].lower()
            [option] = parts.options(numbers)
            origin = NumberedRule(group.name, int(sid), action)
            yield _Found(text, parts.header, option, place, origin)


def _variables(groups: Sequence[Loadable], home_net: tuple[str, ...]) -> GroupVariables:
    ip_sets, port_sets = dict[str, tuple[str, ...]](), dict[str, tuple[str, ...]]()
    for place, group in enumerate(groups, start=1):
        own = group.with_home_net(home_net)
        for name, values in own.ip_sets.items():
            ip_sets[f"{name}_{place}"] = tuple(_placed(value, place) for value in values)
        for name, values in own.port_sets.items():
            port_sets[f"{name}_{place}"] = values
    return GroupVariables(ip_sets, port_sets)


def _placed(value: str, place: int) -> str:
    return f"{value}_{place}" if "$" in value else value


def _action_order(origins: Sequence[NumberedRule]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pass rules come first or last as a whole: as the first of them does in the policy."""
    places = {"pass": list[int](), "block": list[int]()}
    for place, origin in enumerate(origins):
        if origin.action == "pass":
            places["pass"].append(place)
        elif origin.action in BLOCKING:
            places["block"].append(place)
    passing, blocking = places["pass"], places["block"]
    if not passing or not blocking or passing[-1] < blocking[0]:
        return ACTION_ORDER, ()
    last = (*(action for action in ACTION_ORDER if action != "pass"), "pass")
    if blocking[-1] < passing[0]:
        return last, ()
    early = passing[0] < blocking[0]
    where = "before" if early else "after"
    remark = (
        f"pass rules are between drop or reject rules, and Suricata puts all of them {where} "
        "these; if both match, the service may act differently"
    )
    return (ACTION_ORDER if early else last), (remark,)
