"""What people should know although nothing failed; each line says what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from rules_lib.content import lets_through
from rules_lib.deploy.passes import overruled
from rules_lib.report.text import counted

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.groups import Group
    from rules_lib.reading.ruleset import Ruleset

_NAMED: Final = 8
"""How many new categories a warning names, the largest first, or rules."""


def warnings_of(ruleset: Ruleset, allowlist: Allowlist) -> tuple[str, ...]:
    """Everything noteworthy about this feed with this allowlist."""
    return (
        *_home_net(allowlist),
        *_gone(ruleset, allowlist),
        *_new(ruleset, allowlist),
        *_unknown_sids(ruleset, allowlist),
    )


def unjudged(texts: int, rules: tuple[int, int]) -> Iterator[str]:
    """Say what waits, as there was no time to ask the service about it.

    Args:
        texts: that were to be asked about.
        rules: how many keep the text that is in force, and how many are left out.
    """
    held, out = rules
    if texts:
        yield (
            f"there was no time to have the service judge {counted(texts, 'text')}, of which some "
            f"may be refused: left out until then (not-yet-proven): {counted(out, 'rule')}; kept "
            f"in the text that is in force: {counted(held, 'rule')}; the next build goes on from "
            "there"
        )


def passing(groups: Sequence[Group]) -> Iterator[str]:
    """Name the rules that let everything through, and all of the feed that let anything through.

    Args:
        groups: desired ones, in the order of their priorities.
    """
    for found in overruled(groups):
        rule = found.rule
        header = " ".join(rule.text.partition("(")[0].split())
        yield (
            f"sid {rule.sid} of {rule.rule.category} lets everything through that its header "
            f"names ({header}): {len(found.blocking):,} blocking rules act in part or not at all"
        )
    kept = (rule for group in groups for rule in group.rules)
    feeds = [one for one in kept if lets_through(one.text) and not one.rule.is_local]
    if feeds:
        named = ", ".join(f"{one.sid} of {one.rule.category}" for one in feeds[:_NAMED])
        more = f" and {len(feeds) - _NAMED} more" if len(feeds) > _NAMED else ""
        yield f"feed_pass: keep: the feed has traffic pass uninspected by sid {named}{more}"


def full_groups(overflow: Mapping[str, int]) -> Iterator[str]:
    """Name the categories whose group is full and cannot be replaced.

    Args:
        overflow: category -> rules that are left out for it.
    """
    for name, count in overflow.items():
        yield (
            f"category {name}: {count:,} rules are left out (over-budget), as their rule group is "
            "full and in use by a firewall policy that rulesync was not given; give it that "
            "policy (RULESYNC_POLICIES), or detach the group, so that a larger one can replace it"
        )


def _home_net(allowlist: Allowlist) -> Iterator[str]:
    if "HOME_NET" not in allowlist.variables.declared:
        yield (
            "HOME_NET is not set in the allowlist, so the firewall policy's value holds; its "
            "default, the inspection VPC's own range, is the usual reason why rules never fire"
        )


def _gone(ruleset: Ruleset, allowlist: Allowlist) -> Iterator[str]:
    for name in allowlist.gone(ruleset.names):
        yield f"category {name} is in the allowlist, and this feed does not have it"


def _new(ruleset: Ruleset, allowlist: Allowlist) -> Iterator[str]:
    unlisted = frozenset(allowlist.unlisted(ruleset.names))
    new = [category for category in ruleset.categories if category.name in unlisted]
    new.sort(key=lambda category: len(category.rules), reverse=True)
    if new:
        named = ", ".join(f"{one.name} ({len(one.rules):,} rules)" for one in new[:_NAMED])
        more = f" and {len(new) - _NAMED} more" if len(new) > _NAMED else ""
        yield f"not in the allowlist, so its default ({allowlist.default}) holds: {named}{more}"


def _unknown_sids(ruleset: Ruleset, allowlist: Allowlist) -> Iterator[str]:
    overrides = allowlist.rules
    present = {rule.sid for rule in ruleset.rules}
    named = overrides.off | overrides.alert | overrides.drop | overrides.on
    for sid in sorted(named - present):
        yield f"rules: {sid} is no enabled rule of this feed"
