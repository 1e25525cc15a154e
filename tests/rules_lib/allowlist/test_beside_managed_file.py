"""The allowlist that is shipped for policies which AWS's managed groups fill."""

from __future__ import annotations

from importlib import resources
from typing import Final

from rules_lib.allowlist import load_allowlist
from rules_lib.groups.policy_quotas import BESIDE_CAPACITY, BESIDE_MANAGED, BESIDE_RULE_GROUPS
from rules_lib.model import Mode

FOLDER, _, NAME = BESIDE_MANAGED.partition("/")
PACKAGE: Final = resources.files(FOLDER)
BESIDE: Final = load_allowlist(PACKAGE.joinpath(NAME).read_bytes(), source=NAME, known=())
SHIPPED: Final = load_allowlist(
    PACKAGE.joinpath("categories.yaml").read_bytes(), source="categories.yaml", known=()
)


def test_budget_is_what_the_advice_promises() -> None:
    """3 groups and 700 units: what a refusal offers fits."""
    firewall = BESIDE.firewall
    assert (firewall.rule_groups, firewall.capacity) == (BESIDE_RULE_GROUPS, BESIDE_CAPACITY)
    assert firewall.headroom > 0


def test_names_every_category_that_the_other_file_names() -> None:
    """So that nothing is left out without a word."""
    assert BESIDE.categories.keys() == SHIPPED.categories.keys()


def test_blocks_nothing_that_the_other_file_does_not_block() -> None:
    """What is safe to block is the same beside AWS's groups."""
    for name, setting in BESIDE.categories.items():
        assert setting.mode in {Mode.OFF, SHIPPED.categories[name].mode}, name


def test_variables_are_those_of_the_other_file() -> None:
    """A part of them, with the same values."""
    ours, theirs = BESIDE.variables, SHIPPED.variables
    assert ours.written.items() <= theirs.written.items()
    assert ours.declared.items() <= theirs.declared.items()


def test_threat_signatures_that_aws_has_are_off() -> None:
    """By AWS's descriptions: a rule in both groups would be logged twice."""
    for name in ("emerging-malware", "botcc", "emerging-exploit", "emerging-phishing", "tor"):
        assert BESIDE.categories[name].mode is Mode.OFF
