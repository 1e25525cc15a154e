"""The category allowlist, `config/categories.yaml`: what people want of each category.

`load_allowlist` reads the file and reports every error at once. Its modules, in that order:

    events, reader -> document      hostile YAML to texts, each with its line
    fields, drop_when, staging,
    rule_exception, values, schema  the value of each key, alone
    checks, …_checks                what ties one key to another
    variables, endpoints            what the header's variables stand for
    names, problem, faulty          valid names; one error as people read it; all of them
"""

from __future__ import annotations

from rules_lib.allowlist.drop_when import DropWhen
from rules_lib.allowlist.loader import load_allowlist
from rules_lib.allowlist.names import known_categories
from rules_lib.allowlist.rule_exception import RuleException
from rules_lib.allowlist.staging import StagingExempt, StagingSettings
from rules_lib.allowlist.values import (
    Allowlist,
    AllowlistVariables,
    CategorySetting,
    FirewallSettings,
    RuleOverrides,
)

__all__ = [
    "Allowlist",
    "AllowlistVariables",
    "CategorySetting",
    "DropWhen",
    "FirewallSettings",
    "RuleException",
    "RuleOverrides",
    "StagingExempt",
    "StagingSettings",
    "known_categories",
    "load_allowlist",
]
