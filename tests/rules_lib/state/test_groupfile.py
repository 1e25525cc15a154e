"""A build's groups, written and read back; what is read is never trusted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from support.inputs import inputs
from support.rules import FEEDS, allowlists, feed, published

from rules_lib.allowlist import Allowlist
from rules_lib.build import build
from rules_lib.errors import StoreError
from rules_lib.groups.rule_group import Group, GroupVariables, Slot
from rules_lib.model import Mode
from rules_lib.reading.ruleset import read_rules
from rules_lib.state.groupfile import groups_json, read_groups

GROUP = Group(
    name="et-web",
    slot=Slot("emerging-web", 2),
    mode=Mode.DROP,
    priority=1000,
    capacity=7,
    rules=published(
        'alert tcp any any -> any any (msg:"a"; sid:2;)',
        'drop tcp any any -> any any (msg:"b"; sid:1;)',
    ),
    variables=GroupVariables({"DNS_SERVERS": ("10.0.0.2",)}, {"PORTS": ("80", "443")}),
)
FILE = groups_json([GROUP], "et")
TEXTS = {"et-web": GROUP.text}


def test_group_comes_back_as_it_was_published() -> None:
    """The text byte for byte, with its place and variables."""
    restored = read_groups(FILE, TEXTS, "groups.json")
    [group] = restored.groups
    assert restored.prefix == "et"
    assert group.text == GROUP.text
    assert [rule.action for rule in group.rules] == ["alert", "drop"]
    assert (group.name, group.slot, group.mode) == ("et-web", Slot("emerging-web", 2), Mode.DROP)
    assert (group.priority, group.capacity, group.variables) == (1000, 7, GROUP.variables)


@given(FEEDS, allowlists())
def test_every_build_comes_back(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """Whatever the pipeline publishes can be read again."""
    groups = build(inputs(read_rules(feed(files), ()), allowlist)).groups
    texts = {group.name: group.text for group in groups}
    restored = read_groups(groups_json(groups, "et"), texts, "groups.json").groups
    assert [(one.name, one.slot, one.text, one.capacity, one.variables) for one in restored] == [
        (one.name, one.slot, one.text, one.capacity, one.variables) for one in groups
    ]


def test_missing_text_is_an_error_that_names_the_group() -> None:
    """As for a build that was refused or failed before it wrote the group."""
    with pytest.raises(StoreError, match=r"groups.json: rule-groups/et-web.rules is missing"):
        read_groups(FILE, {}, "groups.json")


def test_text_that_holds_no_rule_is_an_error_with_its_line() -> None:
    """Somebody wrote into the bucket by hand."""
    with pytest.raises(StoreError, match="line 2"):
        read_groups(
            without_digests(), {"et-web": f"{GROUP.rules[0].text}\nnonsense\n"}, "groups.json"
        )


@pytest.mark.parametrize(
    ("text", "what"),
    {
        "emptied": ("", "it has 0 rules, and 2 were stored"),
        "blank": (" \n\n", "it has 0 rules, and 2 were stored"),
        "truncated": (GROUP.rules[0].text, "it has 1 rule, and 2 were stored"),
        "other action": (GROUP.text.replace("drop tcp", "pass tcp"), "not those that were stored"),
        "other order": ("\n".join(GROUP.text.splitlines()[::-1]), "not those that were stored"),
        "other bytes": (GROUP.text.replace("b", "\ufffd"), "not those that were stored"),
    }.values(),
)
def test_text_that_is_not_the_stored_one_is_refused(text: str, what: str) -> None:
    """However it was damaged; the file is named."""
    with pytest.raises(StoreError, match=f"rule-groups/et-web.rules is damaged: .*{what}"):
        read_groups(FILE, {"et-web": text}, "groups.json")


def test_other_variables_than_the_stored_ones_are_refused() -> None:
    """They decide whom a rule stops, as its text does."""
    with pytest.raises(StoreError, match="its rules or variables are not those"):
        read_groups(FILE.replace(b"10.0.0.2", b"0.0.0.0/0"), TEXTS, "groups.json")


def test_file_of_an_earlier_version_has_no_digests_and_is_read() -> None:
    """But no group of it may be empty."""
    assert read_groups(without_digests(), TEXTS, "groups.json").groups[0].text == GROUP.text
    with pytest.raises(StoreError, match="it has 0 rules"):
        read_groups(without_digests(), {"et-web": ""}, "groups.json")


def without_digests() -> bytes:
    """The file as it was written before it had numbers and digests of the rules."""
    document = json.loads(FILE)
    for entry in document["groups"]:
        del entry["rules"], entry["digest"]
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "change",
    [{"slot": "web"}, {"slot": "web:0"}, {"mode": "loud"}, {"priority": 0}, {"capacity": "many"}],
)
def test_entry_that_cannot_be_is_an_error_that_names_the_file(change: dict[str, object]) -> None:
    """Never a traceback."""
    document = json.loads(FILE)
    document["groups"][0] |= change
    with pytest.raises(StoreError, match=r"^groups.json"):
        read_groups(json.dumps(document).encode(), TEXTS, "groups.json")


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff"])
def test_file_that_is_none_is_an_error(data: bytes) -> None:
    """The same."""
    with pytest.raises(StoreError, match="is damaged: "):
        read_groups(data, TEXTS, "groups.json")
