"""The last build's records: which group has a rule, and what the budget left out.

They are read where a build would come to the very same: the feed, people's files and all else are
as they were, and the groups in force are those that it made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.bucket import DISCARDED, GROUPS, build_key
from rules_lib.deploy.foresee import policy_quotas
from rules_lib.deploy.plan import refuse_unfit, unchecked_plan
from rules_lib.errors import RefusedError, StoreError
from rules_lib.groups.rule_group import Group
from rules_lib.model import Reason
from rules_lib.state.groupfile import GroupFile, StoredGroup
from rules_lib.sync.circumstances import circumstances_of
from rules_lib.sync.releases import used_releases
from rulesync_cli.explain.ledger import SeatedGroup

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.groups.rule_group import Deployed, DeployedGroup
    from rules_lib.inputs import Inputs
    from rules_lib.outcome import Converted
    from rules_lib.state.latest import Latest
    from rules_lib.sync.gather import Gathered


Met: TypeAlias = "tuple[StoredGroup, DeployedGroup]"
"""A group as the build recorded it, and as it is in force."""


class RecordedPlaces:
    """Where the build in force put the rules that came as far as the budget.

    Attributes:
        refusal: why a sync, which would change no rule group, would be refused all the same.
    """

    def __init__(
        self,
        met: Sequence[Met],
        left_out: Mapping[tuple[int, str], str],
        refusal: RefusedError | None,
    ) -> None:
        self.refusal = refusal
        self._met = met
        self._left_out = left_out
        self._read: dict[str, tuple[SeatedGroup, Mapping[int, str]]] = {}

    def group_of(self, rule: Converted) -> SeatedGroup | None:
        """The rule group that has this very text of the rule; None where none has."""
        found = (one for one, texts in self._read.values() if texts.get(rule.sid) == rule.text)
        return next(found, None) or self._sought(rule)

    def _sought(self, rule: Converted) -> SeatedGroup | None:
        """Look through the groups that were not read yet; their text tells which it may be."""
        for entry, group in self._met:
            if entry.name not in self._read and rule.text in group.text:
                seated, texts = self._read[entry.name] = _seated(entry, group)
                if texts.get(rule.sid) == rule.text:
                    return seated
        return None

    def over_budget(self, rule: Converted) -> str | None:
        """The detail with which the rule was discarded for the budget; None where it was not."""
        return self._left_out.get((rule.sid, rule.rule.category))


def recorded_places(store: Store, gathered: Gathered, inputs: Inputs) -> RecordedPlaces | None:
    """Read the records of the build in force; None where a build now may come to something else.

    Args:
        store: the bucket.
        gathered: what it says.
        inputs: of a build now; the ruleset is not looked at.

    Raises:
        StoreError: the bucket cannot be read.
    """
    latest = gathered.latest
    if latest is None or not _is_of(latest, gathered, inputs):
        return None
    groups = store.find(build_key(latest.build, GROUPS))
    discarded = store.find(build_key(latest.build, DISCARDED))
    if groups is None or discarded is None:
        return None
    try:
        return records_of(groups.body, discarded.body, inputs)
    except (StoreError, ValueError, KeyError):
        return None  # it only spares a build


def records_of(groups: bytes, discarded: bytes, inputs: Inputs) -> RecordedPlaces | None:
    """Read a build's records; None unless the groups in force are those that it made.

    Args:
        groups: its `groups.json`.
        discarded: its `discarded.jsonl`.
        inputs: of a build now; the ruleset is not looked at.

    Raises:
        StoreError: `groups.json` is damaged.
        ValueError: `discarded.jsonl` is; so does KeyError say.
    """
    met = _met(GroupFile.parse(groups, GROUPS).groups, inputs.deployed)
    if met is None:
        return None
    return RecordedPlaces(met, dict(_left_out(discarded)), _refusal(met, inputs))


def _is_of(latest: Latest, gathered: Gathered, inputs: Inputs) -> bool:
    """Whether a build was made from what there is now, but for the rule groups."""
    made_from = (latest.made_from, latest.allowlist, latest.own, latest.prefix)
    draft, own, prefix = gathered.draft, gathered.own, inputs.allowlist.firewall.prefix
    now = (used_releases(gathered.feeds), draft.sha256, own.sha256, prefix)
    return made_from == now and latest.circumstances == circumstances_of(inputs)


def _met(entries: Sequence[StoredGroup], deployed: Deployed) -> Sequence[Met] | None:
    """Each group of a build with the one in force; None unless these are they, to the letter.

    One that cannot be replaced is no good: what it had no room for then it may have room for now.
    """
    there = {group.name: group for group in deployed.groups}
    if there.keys() != {entry.name for entry in entries}:
        return None
    met = tuple((entry, there[entry.name]) for entry in entries)
    return met if all(_is_as_made(entry, group) for entry, group in met) else None


def _is_as_made(entry: StoredGroup, group: DeployedGroup) -> bool:
    made = (entry.slot, entry.capacity, entry.digest)
    now = (str(group.slot), group.capacity, group.digest)
    return made == now and group.strict and not group.pinned and not group.edited


def _seated(entry: StoredGroup, group: DeployedGroup) -> tuple[SeatedGroup, Mapping[int, str]]:
    texts = group.content.by_sid
    return (
        SeatedGroup(entry.name, group.slot, entry.priority, entry.capacity, tuple(texts)),
        texts,
    )


def _left_out(records: bytes) -> Iterator[tuple[tuple[int, str], str]]:
    over = f'"{Reason.OVER_BUDGET}"'.encode()
    for line in records.splitlines():
        if over in line:
            record = json.loads(line)
            if record["reason"] == Reason.OVER_BUDGET:
                yield (int(record["sid"]), str(record["category"])), str(record["detail"])


def _refusal(met: Sequence[Met], inputs: Inputs) -> RefusedError | None:
    """What a policy has against the groups as they are; no rule would go, and none be altered."""
    groups = tuple(_without_rules(entry, group) for entry, group in met)
    steps = unchecked_plan(groups, inputs.deployed)
    try:
        refuse_unfit(steps, inputs.deployed, policy_quotas(inputs.allowlist))
    except RefusedError as error:
        return error
    return None


def _without_rules(entry: StoredGroup, group: DeployedGroup) -> Group:
    return Group(entry.name, group.slot, entry.mode, entry.priority, entry.capacity, ())
