"""What people should know although nothing failed; each line says what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from rules_lib.deploy.shadowing import shadowed_by_passes
from rules_lib.facts import limits
from rules_lib.model import Mode, Reason, is_local
from rules_lib.outcome import Converted
from rules_lib.own.warnings import own_warnings
from rules_lib.report.feed_words import any_feed
from rules_lib.sync.exceptions import exceptions_told
from rules_lib.sync.sid_ranges import sids_of_others
from rules_lib.sync.target_warnings import target_warnings
from rules_lib.sync.unanswered import unanswered
from rules_lib.text import counted, first_of
from rules_lib.why import Why

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.build import Built
    from rules_lib.feed.in_use import FeedsInUse
    from rules_lib.groups.rule_group import Group
    from rules_lib.inputs import Inputs
    from rules_lib.reading.ruleset import Ruleset

_NAMED: Final = 8
"""How many new categories a warning names, the largest first, or rules."""


def warnings_of(inputs: Inputs, built: Built, folder: str) -> tuple[str, ...]:
    """Everything noteworthy about this feed and people's own rules with this allowlist.

    Args:
        inputs: of the build.
        built: what came of them.
        folder: where people's own files lie; ends in a slash.
    """
    return (
        *_home_net(inputs.allowlist, built),
        *_hits_unknown(inputs),
        *_new(inputs.ruleset, inputs.allowlist),
        *sids_of_others(inputs.ruleset),
        *without_effect(inputs, built, folder),
    )


def without_effect(
    inputs: Inputs, built: Built, folder: str, *, has_feed: bool = True
) -> tuple[str, ...]:
    """What stands in the allowlist, or in people's own files, and does not do what it says.

    Args:
        inputs: as in `warnings_of`, like what follows.
        built: likewise.
        folder: likewise.
        has_feed: whether a feed is at hand, so that it is known what it lacks.
    """
    ruleset, allowlist = inputs.ruleset, inputs.allowlist
    return (
        *(_gone(ruleset, allowlist) if has_feed else ()),
        *(_unknown_sids(ruleset, allowlist) if has_feed else ()),
        *(unanswered(ruleset, allowlist) if has_feed else ()),
        *_not_taken(allowlist, built),
        *exceptions_told(inputs, built, has_feed=has_feed),
        *own_warnings(inputs, built, folder),
        *target_warnings(inputs, built),
    )


def feeds_told(feeds: FeedsInUse) -> Iterator[str]:
    """What to know of the list of feeds: what is odd about it, and what has never arrived."""
    yield from feeds.warnings
    for entry in feeds.absent:
        yield (
            f"feed {entry.name} has never arrived, and the build goes on without it: the fetch "
            "function's log says why, or `rulesync fetch` does"
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
            f"there was no time to have the service judge {counted(texts, 'text')}, and some may "
            f"be refused: left out for now (not-yet-proven): {counted(out, 'rule')}; kept with "
            f"the text in force: {counted(held, 'rule')}; the next build continues from there"
        )


def passing(groups: Sequence[Group], *, by_action: bool = False) -> Iterator[str]:
    """Name the rules that let everything through, and all of the feed that let anything through.

    Args:
        groups: desired ones, in the order of their priorities.
        by_action: the policy judges rules by their action, wherever they stand.
    """
    for found in shadowed_by_passes(groups, by_action=by_action):
        rule = found.rule
        header = " ".join(rule.text.partition("(")[0].split())
        yield (
            f"sid {rule.sid} of {rule.rule.category} lets everything through that its header "
            f"matches ({header}): {len(found.blocking):,} blocking rules act only in part or not "
            "at all"
        )
    kept = (rule for group in groups for rule in group.rules)
    feeds = [one for one in kept if one.lets_through and not one.rule.is_local]
    if feeds:
        named = first_of([f"{one.sid} of {one.rule.category}" for one in feeds], _NAMED)
        yield f"feed_pass: keep: the feed passes traffic uninspected with sid {named}"


def full_groups(overflow: Mapping[str, int]) -> Iterator[str]:
    """Name the categories whose group is full and cannot be replaced.

    Args:
        overflow: category -> rules that are left out for it.
    """
    for name, count in overflow.items():
        yield (
            f"category {name}: {counted(count, 'rule')} left out (over-budget): the rule group "
            "is full, and a firewall policy that rulesync was not given uses it; give that policy "
            "(RULESYNC_POLICIES), or detach the rule group, so that a larger one can replace it"
        )


def _home_net(allowlist: Allowlist, built: Built) -> Iterator[str]:
    """Without it, EXTERNAL_NET is what the policy's value leaves."""
    given = "HOME_NET" in allowlist.variables.declared
    if not given and any(rule.variables & limits.BUILT_IN_VARIABLES for rule in built.kept):
        yield (
            "HOME_NET is not set in the allowlist, so the firewall policy's value applies; its "
            "default, the firewall's own VPC, is the usual reason why rules never fire"
        )


def _hits_unknown(inputs: Inputs) -> Iterator[str]:
    if inputs.hits_unknown:
        staging = inputs.allowlist.stages_rules and inputs.allowlist.staging.on_hit == "stay"
        waits = "; until it is known, staged rules do not begin to drop" if staging else ""
        yield f"it is unknown which rules fired lately: {inputs.hits_unknown}{waits}"


def _gone(ruleset: Ruleset, allowlist: Allowlist) -> Iterator[str]:
    lacks = "none of the feeds has it" if ruleset.several else "this feed does not have it"
    for name in allowlist.gone(ruleset.names):
        yield f"category {name} is in the allowlist, but {lacks}"


def _new(ruleset: Ruleset, allowlist: Allowlist) -> Iterator[str]:
    unlisted = frozenset(allowlist.unlisted(ruleset.names))
    new = [one for one in ruleset.categories if one.name in unlisted]
    if allowlist.default is Mode.OFF:  # of people's own this is told with their file
        new = [one for one in new if not is_local(one.name)]
    new.sort(key=lambda category: len(category.rules), reverse=True)
    if new:
        words = [f"{one.name} ({counted(len(one.rules), 'rule')})" for one in new]
        named = first_of(words, _NAMED)
        yield f"not in the allowlist, so its default ({allowlist.default}) applies: {named}"


def _unknown_sids(ruleset: Ruleset, allowlist: Allowlist) -> Iterator[str]:
    present, feed = {rule.sid for rule in ruleset.rules}, any_feed(several=ruleset.several)
    for name in ("off", "alert", "drop", "on"):
        kind = "a rule" if name == "on" else "an enabled rule"
        for sid in sorted(getattr(allowlist.rules, name) - present):
            yield f"rules: {name}: {sid} is not {kind} of {feed} or of your own files"


def _not_taken(allowlist: Allowlist, built: Built) -> Iterator[str]:
    """Sids whose rule does not become what the list asks for."""
    kept = {rule.sid: rule for rule in built.kept}
    lost = {one.rule.sid: one for one in built.discarded if one.reason is not Reason.DUPLICATE_SID}
    for name in ("alert", "drop"):
        for sid in sorted(getattr(allowlist.rules, name)):
            if sid in kept:
                why = _why_not(name, kept[sid])
            else:
                why = f"it is discarded ({lost[sid].reason})" if sid in lost else ""
            if why:
                yield f"rules: {name}: {sid} has no effect: {why}"


def _why_not(name: str, rule: Converted) -> str:
    """Why a kept rule does not become what its list asks for; empty where it does."""
    if rule.mode is Mode.AS_WRITTEN:
        return f"{rule.rule.category} is published as written"
    if rule.action == "pass":
        return "it is a pass rule, and does not change"
    if name == "drop" and rule.rule.noalert and rule.action not in limits.BLOCKING:
        return "it only marks a flow (noalert), and would block silently"
    if name == "drop" and rule.cause.why is Why.COUNTING_DROP:
        return str(rule.cause)
    if name == "drop" and rule.cause.late:
        return str(rule.cause)
    return ""
