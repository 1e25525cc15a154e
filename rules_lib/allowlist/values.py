"""What the allowlist says, as frozen values.

The attributes' descriptions are also those of the JSON Schema that editors show (see `editors`).
Annotations are not postponed here: pydantic reads them when a class is made.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rules_lib.allowlist.drop_when import DropWhen
from rules_lib.allowlist.endpoints import EndpointKind, endpoint_kind
from rules_lib.allowlist.fields import FileVersion, KeepOrDiscard, Prefix, Share, Sids, Whole
from rules_lib.allowlist.rule_exception import RuleException
from rules_lib.allowlist.staging import NO_STAGING, StagingDays, StagingSettings
from rules_lib.facts.limits import POLICY_CAPACITY, POLICY_RULE_GROUPS, PRIORITY_MAX
from rules_lib.model import Mode, is_local


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CategorySetting(_Frozen):
    """What is wanted of one category; in the file a mode alone is enough.

    Attributes:
        mode: off leaves the category out, but for setters of marks that kept rules check; alert
            publishes it as the feed ships it; drop turns alert into drop, where drop_when holds
            and the rule is neither noalert nor `deployment alert_only`; as-written, for
            local-<file> alone, publishes every action and the order exactly as they stand in the
            file.
        drop_when: with mode drop only; without it every rule drops.
        place: for local-<file> alone; first, as where it is left out, is before all groups of the
            feed, last behind them.
        staging: with mode drop only, and not for local-<file>; days for which its new rules alert
            before they drop, in place of those under `staging`.
    """

    mode: Mode
    drop_when: DropWhen | None = None
    place: Literal["first", "last"] | None = None
    staging: StagingDays | None = None

    @model_validator(mode="before")
    @classmethod
    def _mode_alone(cls, value: object) -> object:
        return {"mode": value} if value is None or isinstance(value, str) else value


_PLAIN: Final = {mode: CategorySetting(mode=mode) for mode in Mode}
"""A setting that says the mode alone, for each mode."""


class RuleOverrides(_Frozen):
    """Sids whose mode is not their category's; `on` wakes those that the feed disables.

    Attributes:
        off: left out, even where a kept rule needs their mark.
        alert: published, and never as drop or reject, even where the feed ships it so.
        drop: turned into drop whatever its metadata say, unless the rule is noalert.
        on: wanted although the feed ships them disabled, in the mode of their category.
    """

    off: Sids = frozenset()
    alert: Sids = frozenset()
    drop: Sids = frozenset()
    on: Sids = frozenset()


class AllowlistVariables(_Frozen):
    """The names that may stand as `$NAME` in a rule's header, beside the two that are built in.

    Attributes:
        written: name to the text that takes the place of `$NAME`: `any`, `$OTHER` or `!$OTHER`,
            where OTHER is declared here or built in.
        declared: name to the values which the service is told. With HOME_NET there is always
            EXTERNAL_NET, since the service asks for both.
    """

    written: Mapping[str, str] = {}
    declared: Mapping[str, tuple[str, ...]] = {}

    @property
    def kinds(self) -> Mapping[str, EndpointKind]:
        """Whether a declared name stands for addresses or for ports, as its values do."""
        kinds = {name: endpoint_kind(values[0]) for name, values in self.declared.items()}
        return {name: kind for name, kind in kinds.items() if kind}


class FirewallSettings(_Frozen):
    """The room there is in the firewall policy, and how our rule groups are called.

    Attributes:
        capacity: rules that all groups together may reserve; a policy takes 30,000 unless AWS
            has raised the quota.
        rule_groups: how many groups there may be; a policy takes 20.
        headroom: share of its rules by which a new group's capacity is larger, as it cannot be
            changed later.
        prefix: start of the groups' names, before a hyphen; the stack's RuleGroupPrefix.
        first_priority: priority of the first group; the others count up from it.
        policy_capacity: rules that a policy takes in all, others' groups too; 30,000, or capacity
            where that is more, unless AWS has raised the quota.
    """

    capacity: Annotated[Whole, Field(ge=1, le=1_000_000)] = POLICY_CAPACITY
    rule_groups: Annotated[Whole, Field(ge=1, le=1_000)] = POLICY_RULE_GROUPS
    headroom: Share = 0.1
    prefix: Prefix = "et"
    first_priority: Annotated[Whole, Field(ge=1, le=PRIORITY_MAX)] = 1_000
    policy_capacity: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = None

    @property
    def in_policy(self) -> int:
        """What a policy takes, as far as the file says so."""
        return self.policy_capacity or max(POLICY_CAPACITY, self.capacity)


class Allowlist(_Frozen):
    """The whole file; keys that it leaves out have the values given here.

    Attributes:
        version: of this format; 1 is the only one.
        default: the mode of categories that are not listed.
        categories: the feed's files without .rules, and local-<file> for people's own; in the
            file's order, which is the precedence when the budget runs out.
        rules: single rules by sid; wins over their category.
        variables: values for the $NAMEs in the rules' headers. `$OTHER`, `!$OTHER` and `any` are
            written into the rules; an address, a port, or a list of one kind is declared to the
            service. A rule whose variable has no value is discarded.
        references: what `@NAME` stands for in rules of one's own and in the values of variables:
            the ARN of a prefix list, of a resource group, or of a container association. A rule
            group refers to at most 5 of them.
        firewall: the room there is in the firewall policy, and how our rule groups are called.
        staging: how long a rule that is new here alerts before it drops; left out, it drops at
            once.
        exceptions: hosts for which a rule does not count: they are taken out of its header.
        max_shrink: share of the deployed rules that one sync may remove; one that would remove
            more is refused.
        max_unblock: share of the deployed rules that block which may cease to in one sync; one in
            which more would is refused. Left out, it is as max_shrink where that is larger.
        feed_pass: whether rules of the feed are kept that end the inspection of what they match:
            `pass`, or `bypass`. People's own always are.
        threshold: whether rules with `threshold` are kept.
        documented_unsupported: whether rules are kept that AWS documents as unsupported, though
            the service accepts them.
    """

    version: FileVersion
    default: Literal[Mode.OFF, Mode.ALERT, Mode.DROP] = Mode.OFF
    categories: Mapping[str, CategorySetting] = {}
    rules: RuleOverrides = RuleOverrides()
    variables: AllowlistVariables = AllowlistVariables()
    references: Mapping[str, str] = {}
    firewall: FirewallSettings = FirewallSettings()
    staging: StagingSettings = NO_STAGING
    exceptions: tuple[RuleException, ...] = ()
    max_shrink: Share = 0.3
    max_unblock: Share = 0.3
    feed_pass: KeepOrDiscard = "discard"  # noqa: S105 - no password
    threshold: KeepOrDiscard = "keep"
    documented_unsupported: KeepOrDiscard = "discard"

    @field_validator("categories", "rules", "references", "firewall", mode="before")
    @classmethod
    def _left_empty(cls, value: object) -> object:
        return {} if value is None else value

    @field_validator("staging", mode="before")
    @classmethod
    def _no_staging(cls, value: object) -> object:
        return NO_STAGING if value is None else value

    @field_validator("exceptions", mode="before")
    @classmethod
    def _no_exceptions(cls, value: object) -> object:
        return () if value is None else value

    @property
    def may_unblock(self) -> float:
        """`max_unblock`; left out, what people let go they let cease to block."""
        given = "max_unblock" in self.model_fields_set
        return self.max_unblock if given else max(self.max_unblock, self.max_shrink)

    def setting_of(self, category: str) -> CategorySetting:
        """The category's own setting, or the default's mode where it is not listed."""
        return self.categories.get(category, _PLAIN[self.default])

    def staging_days(self, category: str) -> int:
        """For how many days new rules of a category alert before they drop; 0: not at all."""
        if is_local(category):
            return 0
        own = self.setting_of(category).staging
        return self.staging.days if own is None else own

    @property
    def stages_rules(self) -> bool:
        """Whether new rules of any category alert first."""
        return bool(self.staging.days or any(one.staging for one in self.categories.values()))

    def exceptions_on(self, day: date) -> Mapping[int, tuple[RuleException, ...]]:
        """Sid -> its exceptions that hold on a day, in the file's order."""
        found = defaultdict[int, list[RuleException]](list)
        for one in self.exceptions:
            if one.holds_on(day):
                found[one.sid].append(one)
        return {sid: tuple(these) for sid, these in found.items()}

    @property
    def last(self) -> frozenset[str]:
        """People's own categories that are to stand behind all others."""
        return frozenset(name for name, one in self.categories.items() if one.place == "last")

    def lists(self, category: str) -> bool:
        """Whether the file has an entry for the category."""
        return category in self.categories

    def unlisted(self, categories: Iterable[str]) -> tuple[str, ...]:
        """Those of `categories` that the file has no entry for, in the order given."""
        return tuple(name for name in categories if name not in self.categories)

    def gone(self, categories: Iterable[str]) -> tuple[str, ...]:
        """Listed categories that are not among `categories`, in the file's order."""
        present = frozenset(categories)
        return tuple(name for name in self.categories if name not in present)
