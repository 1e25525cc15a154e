"""What stops a sync that looks like an accident before it changes anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import FEEDS
from rules_lib.deploy.causes import cause_of, counted_causes
from rules_lib.deploy.shadowing import catch_all_pass, shadowed_by_passes
from rules_lib.errors import ShrinkError
from rules_lib.facts.limits import BLOCKING
from rules_lib.text import first_of

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.deploy.rulewise import RuleChange
    from rules_lib.groups.rule_group import Group
    from rules_lib.inputs import Inputs

_NAMED: Final = 5
"""How many of the rules that would no longer block are named."""


def refuse_losses(desired: Sequence[Group], inputs: Inputs, changes: Iterable[RuleChange]) -> None:
    """Let no sync take away more of what is deployed than the allowlist allows.

    A group that somebody edited by hand does not count: what is in it is not what we put there. A
    feed that people took out of their list does count: a slip there is as easy as anywhere.

    Args:
        desired: in the order of their priorities.
        inputs: with the groups in force, and the allowlist, which says what shares of the rules may
            go, and may cease to block.
        changes: rule by rule, what the sync would do.

    Raises:
        ShrinkError: more would go, or cease to block; says how many and why, and how to do it on
            purpose.
    """
    allowlist = inputs.allowlist
    ours = (group.content.actions for group in inputs.deployed.groups if not group.edited)
    before = {sid: action for actions in ours for sid, action in actions.items()}
    removed = before.keys() - {rule.sid for group in desired for rule in group.rules}
    blocking = {sid for sid, action in before.items() if action in BLOCKING}
    causes = _causes(blocking, desired, changes, allowlist)
    losses = {
        "max_shrink": _shrink(removed, before, allowlist.max_shrink, inputs.departed),
        "max_unblock": _unblock(causes, blocking, allowlist.may_unblock),
    }
    if over := {key: loss for key, loss in losses.items() if loss}:
        raise ShrinkError(
            "\n".join(f"{key}: {loss}" for key, loss in over.items()),
            "If the feed is broken, wait for the next one; if you want this, allow it once with "
            f"--allow-shrink, or set {' and '.join(over)} in the allowlist",
        )


def _shrink(
    removed: Collection[int], before: Collection[int], most: float, departed: Mapping[int, str]
) -> str:
    """What is wrong with the rules that would go; nothing where they are few enough."""
    if len(removed) <= most * len(before):
        return ""
    whole = f"this would remove {_share(removed, before, 'rules in force', most)}"
    feeds = Counter(departed[sid] for sid in removed if sid in departed)
    told = "; ".join(
        f"{number:,} of them because feed {feed} is no longer in {FEEDS}"
        for feed, number in feeds.most_common()
    )
    return f"{whole}: {told}" if told else whole


def _unblock(causes: Mapping[int, str], blocking: Collection[int], most: float) -> str:
    """What is wrong with the rules that would no longer block, by sid with their causes."""
    if len(causes) <= most * len(blocking):
        return ""
    sids = first_of(list(map(str, sorted(causes))), _NAMED)
    return (
        f"this would stop {_share(causes, blocking, 'blocking rules', most)} "
        f"from blocking: {counted_causes(causes.values())}; sids {sids}"
    )


def _share(some: Collection[int], whole: Collection[int], what: str, most: float) -> str:
    share = len(some) / len(whole)
    return f"{len(some):,} of {len(whole):,} {what} ({share:.0%}; {most:.0%} is allowed)"


def _causes(
    blocking: Collection[int],
    desired: Sequence[Group],
    changes: Iterable[RuleChange],
    allowlist: Allowlist,
) -> dict[int, str]:
    """Which of the rules that block would not, and why.

    One whose sid people wrote under `rules: off:` or `rules: alert:` is no accident.
    """
    if not blocking:
        return {}
    changes = tuple(changes)
    by_action = allowlist.firewall.target.in_action_order
    causes = dict(_overruled(blocking, desired, changes, by_action=by_action))
    ending = {one.sid: one for one in changes if one.unblocks and one.sid in blocking}
    rules = (rule for group in desired if ending for rule in group.rules)
    kept = {rule.sid: rule for rule in rules if rule.sid in ending}
    causes |= {sid: cause_of(one, kept) for sid, one in ending.items()}
    meant = allowlist.rules.off | allowlist.rules.alert
    return {sid: cause for sid, cause in causes.items() if sid not in meant}


def _overruled(
    blocking: Collection[int],
    desired: Sequence[Group],
    changes: Iterable[RuleChange],
    *,
    by_action: bool,
) -> Iterator[tuple[int, str]]:
    """The rules that would block nothing, as a new rule lets everything through."""
    through = {rule.sid for group in desired for rule in group.rules if rule.lets_through}
    new = {
        one.sid
        for one in changes
        if one.sid in through and catch_all_pass(one.after) and not catch_all_pass(one.before)
    }
    for found in shadowed_by_passes(desired, by_action=by_action) if new else ():
        if found.rule.sid in new:
            cause = f"overruled by sid {found.rule.sid}, which lets everything through"
            yield from ((sid, cause) for sid in found.blocking if sid in blocking)
