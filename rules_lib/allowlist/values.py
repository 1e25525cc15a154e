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
from rules_lib.facts.targets import Target
from rules_lib.model import Mode, is_local


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CategorySetting(_Frozen):
    """What is wanted of one category; in the file a mode alone is enough.

    Attributes:
        mode: off leaves the category out, except for setters of marks that kept rules check.
            alert publishes it as the feed ships it. drop turns alert into drop if drop_when holds,
            unless the rule has noalert or says `deployment alert_only`. as-written, only for
            local-<file>, publishes every action and the order exactly as in the file.
        drop_when: only with mode drop; without it, every rule drops.
        place: only for local-<file>. first, the default, is before all rule groups of the feed;
            last is after them.
        staging: only with mode drop, and not for local-<file>; days for which its new rules alert
            before they drop, instead of those under `staging`.
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
    """Sids whose mode differs from their category's; `on` enables those that the feed disables.

    Attributes:
        off: left out, even if a kept rule needs their mark.
        alert: published, but never as drop or reject, even if the feed ships them so.
        drop: they drop, whatever their metadata say, except rules with noalert.
        on: published although the feed ships them disabled, in the mode of their category.
    """

    off: Sids = frozenset()
    alert: Sids = frozenset()
    drop: Sids = frozenset()
    on: Sids = frozenset()

    @property
    def named(self) -> frozenset[int]:
        """The sids of all lists."""
        return self.off.union(self.alert, self.drop, self.on)


class AllowlistVariables(_Frozen):
    """The names that can be used as `$NAME` in a rule's header, beside the two built-in ones.

    Attributes:
        written: name to the text that replaces `$NAME`: `any`, `$OTHER` or `!$OTHER`, where OTHER
            is declared here or built in.
        declared: name to the values that are declared to the service. With HOME_NET there is always
            EXTERNAL_NET, because the service requires both.
    """

    written: Mapping[str, str] = {}
    declared: Mapping[str, tuple[str, ...]] = {}

    @property
    def kinds(self) -> Mapping[str, EndpointKind]:
        """Whether a declared name stands for addresses or for ports, as its values do."""
        kinds = {name: endpoint_kind(values[0]) for name, values in self.declared.items()}
        return {name: kind for name, kind in kinds.items() if kind}


class FirewallSettings(_Frozen):
    """The room in the firewall policy, and the names of the rule groups.

    Attributes:
        capacity: rules that all rule groups together may reserve. The default is what a policy
            accepts: 30,000 if it is classic and AWS has not raised the quota, or 50,000.
        rule_groups: how many rule groups there may be. A policy accepts 20.
        headroom: extra capacity of a new rule group, as a share of its rules. A capacity cannot
            be changed later.
        prefix: start of the rule groups' names, before a hyphen; the stack's RuleGroupPrefix.
        first_priority: priority of the first rule group; the others count up from it.
        policy_capacity: the total capacity of a policy, other rule groups too. The default is
            30,000 (50,000 for a Next Generation policy), or capacity if that is more. Set it if AWS
            has raised the quota.
        target: the kind of policy. classic makes stateful rule groups in strict order.
            next-generation makes rule groups of type IPS for policies of the newer kind
            (FirewallPolicyV2), which judge rules by their action.
    """

    capacity: Annotated[Whole, Field(ge=1, le=1_000_000)] = POLICY_CAPACITY
    rule_groups: Annotated[Whole, Field(ge=1, le=1_000)] = POLICY_RULE_GROUPS
    headroom: Share = 0.1
    prefix: Prefix = "et"
    first_priority: Annotated[Whole, Field(ge=1, le=PRIORITY_MAX)] = 1_000
    policy_capacity: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = None
    target: Target = Target.CLASSIC

    @model_validator(mode="before")
    @classmethod
    def _room_of_the_target(cls, value: object) -> object:
        """The default of `capacity`: what a policy of the file's kind takes."""
        if isinstance(value, Mapping) and value.get("target") == Target.NEXT_GENERATION:
            return {"capacity": Target.NEXT_GENERATION.policy_capacity, **value}
        return value

    @property
    def in_policy(self) -> int:
        """What a policy takes, as far as the file says so."""
        return self.policy_capacity or max(self.target.policy_capacity, self.capacity)


class Allowlist(_Frozen):
    """The whole file. Keys that it leaves out have the defaults given here.

    Attributes:
        version: of this format; 1 is the only one.
        default: the mode of categories that are not listed.
        categories: the feed's files without .rules, and local-<file> for your own files. The order
            is the precedence if the budget runs out.
        rules: single rules by sid; they override their category.
        variables: values for the $NAMEs in the headers of rules. `$OTHER`, `!$OTHER` and `any` are
            written into the rules. An address, a port, or a list of one kind is declared to the
            service. A rule whose variable has no value is discarded.
        references: what `@NAME` means in your own rules and in the values of variables: the ARN of
            a prefix list, a resource group, or a container association. A rule group refers to at
            most 5 of them.
        firewall: the room in the firewall policy, and the names of the rule groups.
        staging: how long a new rule alerts before it drops. Without it, it drops at once.
        exceptions: hosts that are taken out of a rule's header, so that the rule does not count
            for them.
        max_shrink: share of the rules in force that one sync may remove. A sync that would remove
            more is refused.
        max_unblock: share of the blocking rules in force that one sync may stop from blocking. A
            sync beyond that is refused. The default is max_shrink if that is larger.
        feed_pass: whether to keep rules of the feed that end the inspection of what they match:
            `pass`, or `bypass`. Your own are always kept.
        threshold: whether to keep rules with `threshold`.
        documented_unsupported: whether to keep rules that the service accepts although AWS
            documents them as unsupported.
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
