"""Groups as they are to be loaded, in the order of their policy."""

from __future__ import annotations

import pytest
import yaml

from rules_lib.errors import StoreError
from rules_lib.groups.content import GroupText
from rules_lib.groups.policy import GroupReference, Policy
from rules_lib.groups.rule_group import Deployed, DeployedGroup, GroupVariables, Slot
from rules_lib.model import Mode
from rules_lib.state.groupfile import StoredGroup
from rulesync_cli.verify.config import configuration, reference_config
from rulesync_cli.verify.loadable import Loadable, from_build, from_deployed


def entry(name: str, priority: int) -> StoredGroup:
    """A group of a build."""
    return StoredGroup(name=name, slot=f"{name}:1", mode=Mode.ALERT, priority=priority, capacity=9)


def deployed(name: str) -> DeployedGroup:
    """A group of the account."""
    return DeployedGroup(
        name=name,
        arn=f"arn:{name}",
        slot=Slot(name),
        capacity=9,
        content=GroupText(f"rule of {name}\n\n"),
        variables=GroupVariables(),
        strict=True,
        associations=1,
        token="t1",  # noqa: S106 - an update token is no secret
    )


def test_groups_of_a_build_stand_in_the_order_of_their_priorities() -> None:
    """Not in the order of the file."""
    found = from_build([entry("b", 1001), entry("a", 1000)], {"a": "one\n", "b": "two\n\nthree\n"})
    assert [(one.name, one.rules) for one in found] == [("a", ("one",)), ("b", ("two", "three"))]


def test_missing_rules_are_an_error() -> None:
    """That names the file."""
    with pytest.raises(StoreError, match=r"rule-groups/a\.rules is missing"):
        from_build([entry("a", 1)], {})


def test_priority_of_a_deployed_group_is_that_of_its_policy() -> None:
    """Else that of the newest build; a group that neither knows comes last."""
    policy = Policy("ours", references=(GroupReference("arn:c", 5), GroupReference("arn:b", 7)))
    groups = tuple(map(deployed, "abcd"))
    found = from_deployed(Deployed(groups, policies=(policy,)), [entry("a", 6), entry("b", 1)])
    assert [one.name for one in found] == ["c", "a", "b", "d"]
    assert found[0].rules == ("rule of c",)


def test_addresses_stand_in_for_reference_sets() -> None:
    """Each set has one of its own, in headers and in values; a like name is another set."""
    arns = {"A": "arn:1", "AB": "arn:2"}
    declared = GroupVariables({"X": ("10.0.0.0/8", "!@AB")}, references=arns)
    group = Loadable("a", 1, (), declared)
    header = "alert tcp [@A,!@AB] any -> !@A any"
    assert group.resolved(f'{header} (msg:"@A"; sid:1;)') == (
        'alert tcp [192.0.2.1,!192.0.2.2] any -> !192.0.2.1 any (msg:"@A"; sid:1;)'
    )
    assert group.with_home_net(("10.0.0.0/8",)).ip_sets["X"] == ("10.0.0.0/8", "!192.0.2.2")


def test_external_net_is_the_negation_unless_declared() -> None:
    """HOME_NET is the policy's unless the group declares it."""
    plain = Loadable("a", 1, (), GroupVariables())
    own = Loadable(
        "b", 1, (), GroupVariables({"HOME_NET": ("10.2.0.0/16",), "EXTERNAL_NET": ("any",)})
    )
    assert plain.with_home_net(("10.0.0.0/8",)).ip_sets == {
        "HOME_NET": ("10.0.0.0/8",),
        "EXTERNAL_NET": ("!$HOME_NET",),
    }
    assert own.with_home_net(("10.0.0.0/8",)).ip_sets == own.variables.ip_sets


def test_rules_are_left_out_by_their_lines() -> None:
    """From 1."""
    assert Loadable("a", 1, ("x", "y", "z"), GroupVariables()).without(frozenset({1, 3})).rules == (
        "y",
    )


def test_configuration_has_the_groups_variables_and_no_file_of_this_machine() -> None:
    """Lists are written as the engine takes them."""
    variables = GroupVariables(
        {"HOME_NET": ("10.0.0.0/8", "!10.1.0.0/16")}, {"WEB": ("80", "1024:")}
    )
    text = configuration(variables)
    assert text.startswith("%YAML 1.1\n---\n")
    document = yaml.safe_load(text)
    assert document["vars"] == {
        "address-groups": {"HOME_NET": "[10.0.0.0/8,!10.1.0.0/16]"},
        "port-groups": {"WEB": "[80,1024:]"},
    }
    files = {key: value for key, value in document.items() if key.endswith("-file")}
    assert set(files.values()) == {"/dev/null", "reference.config"}
    assert document["exception-policy"] == "ignore"


def test_engine_gets_ready_for_as_much_as_it_is_to_inspect() -> None:
    """Soon for a little, as by default for much."""
    little, some, much = (
        yaml.safe_load(configuration(GroupVariables(), traffic=size)) for size in (0, 2**21, 2**30)
    )
    assert little.keys() - some.keys() == {
        "max-pending-packets",
        "flow",
        "defrag",
        "host",
        "ippair",
    }
    assert some.keys() - much.keys() == {"mpm-algo", "spm-algo", "detect"}
    assert some["stream"] == much["stream"] == {"drop-invalid": False}


def test_every_kind_of_reference_is_declared_once() -> None:
    """Whatever its case and the spaces around it."""
    rules = ('(reference:url,a.b; reference: CVE ,2020-1; msg:"x";)', "(reference:cve,1;)")
    assert (
        reference_config(rules)
        == "config reference: cve https://\nconfig reference: url https://\n"
    )
