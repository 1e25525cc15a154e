"""What a plan would have done, by hits or by captures, as part of a comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from rules_lib.deploy.impact import ImpactKind, begin_or_cease_to_block
from rules_lib.text import count, counted
from rulesync_cli.comment.markdown import code, first, fold

if TYPE_CHECKING:
    from rules_lib.deploy.impact import CategoryImpact, Impact, RuleImpact
    from rulesync_cli.preview import Preview
    from rulesync_cli.verify.rehearsal import Rehearsal, RehearsedRule

_VERBS: Final = {
    ImpactKind.BLOCKED: ("newly blocks", "newly block"),
    ImpactKind.LET_THROUGH: ("no longer blocks", "no longer block"),
}
_FIRST: Final = 20
"""Categories that are named before all is folded away."""


def impact_lines(found: Preview, tried: Rehearsal | None, most: int) -> Iterator[str]:
    """Say what the plan would have blocked or let through; nothing where it turns no rule.

    Hosts are only counted: whoever reads a pull request need not know whom it is about.

    Args:
        found: the plan.
        tried: what captures showed, in place of hits; None where none was given.
        most: how many lines a list may have.
    """
    if tried:
        yield from _by_captures(found, tried, most)
    elif begin_or_cease_to_block(found.foreseen.changes):
        yield from _by_hits(found.impact, most) if found.impact else _unknown(found)


def _unknown(found: Preview) -> Iterator[str]:
    problem = found.recent.problem if found.recent else ""
    why = f" {code(problem)}" if problem else ""
    yield from ("", f"What this would have blocked is **unknown**: no hits are known here.{why}")


def _by_hits(impact: Impact, most: int) -> Iterator[str]:
    days = counted(impact.days, "day")
    yield from ("", f"**From {impact.first} to {impact.last}, by the hits of {days}:**", "")
    if impact.unknown:
        yield f"- {counted(len(impact.unknown), 'day')} not counted: unknown"
    lines = [f"- {code(one.category)}: {_sentence(one)}" for one in impact.categories]
    yield from first(lines, min(most, _FIRST), "category")
    rules = [_fired(rule) for one in impact.categories for rule in one.fired]
    yield from fold("Rules that fired, by name", first(rules, most, "rule"))


def _sentence(one: CategoryImpact) -> str:
    verb = _VERBS[one.kind][one.rules != 1]
    parts = [f"of {counted(one.rules, 'rule')} that {verb}, {count(len(one.fired))} fired"]
    if one.fired:
        hosts = f"at least {counted(len(one.hosts), 'own host')}"
        parts.append(f"{one.kind} **{counted(one.hits, 'hit')}** of {hosts}")
    if one.quiet:
        parts.append(f"{count(one.quiet)} did not fire")
    if one.unknown:
        parts.append(f"{count(one.unknown)} unknown")
    return "; ".join(parts)


def _fired(one: RuleImpact) -> str:
    hosts = counted(len(one.hosts), "own host")
    return f"- `{one.sid}` {counted(one.hits, 'hit')}, {hosts}: {code(one.msg)}"


def _by_captures(found: Preview, tried: Rehearsal, most: int) -> Iterator[str]:
    msgs = {one.sid: one.msg for one in found.foreseen.changes}
    captures = counted(tried.captures, "capture")
    yield from ("", f"**By {captures} in Suricata {tried.engine}:**", "")
    for rules, what in ((tried.blocked, "block"), (tried.let_through, "let through")):
        flows = sum(one.flows for one in rules)
        yield f"- would {what} {counted(flows, 'flow')} by {counted(len(rules), 'rule')}"
    rules = (*tried.blocked, *tried.let_through)
    yield from fold("These rules, by name", first(_rehearsed(rules, msgs), most, "rule"))
    skipped = [f"- not replayed to its end: {code(f'{n}: {w}')}" for n, w in tried.skipped.items()]
    yield from first(skipped, most, "capture")
    yield from ("", "Other traffic is not known: captures are no proof.")


def _rehearsed(rules: Sequence[RehearsedRule], msgs: dict[int, str]) -> list[str]:
    return [
        f"- `{one.sid}` {counted(one.flows, 'flow')}: {code(msgs.get(one.sid, '-'))}"
        for one in rules
    ]
