"""`rulesync categories`: the feed's categories and what they cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.account import BUCKET, account
from support.feeds import allowlist, feed, rule

from rulesync_cli import main


@pytest.fixture
def alone(tmp_path: Path) -> list[str]:
    """Write a feed with two categories of which one is off, and say where they are."""
    files = {
        "emerging-malware": [rule(1), rule(2)],
        "emerging-dns": [rule(3), rule(4, "metadata:signature_severity Major; ")],
    }
    config = tmp_path / "mine.yaml"
    firewall = {"capacity": 3, "headroom": 0}
    config.write_text(allowlist(categories={"emerging-dns": "off"}, firewall=firewall))
    return ["--feed", str(feed(tmp_path, files)), "--config", str(config)]


def call(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["categories", *words])


def test_table_has_the_budget_and_a_line_a_category(alone: list[str]) -> None:
    """With what turning the other one on would push out."""
    said = call(*alone).stdout
    assert "capacity 2 of 3 reserved, 1 of 20 rule groups" in said
    lines = {line.split()[0]: line for line in said.splitlines() if line}
    assert "alert (default)" in lines["emerging-malware"]
    assert "1 Major, 1 none" in lines["emerging-dns"]
    assert "no room: +2 rules, capacity +2, +1 rule group; without 1 of" in lines["emerging-dns"]


def test_json_has_the_same_in_numbers(alone: list[str]) -> None:
    """A category that is on has no cost."""
    told = json.loads(call(*alone, "--json").stdout)
    dns, malware = sorted(told["categories"], key=lambda one: str(one["name"]))
    assert malware["cost"] is None
    assert (malware["kept"], malware["blocking"], malware["capacity"]) == (2, 0, 2)
    assert dns["cost"] == {
        "rules": 2,
        "setters": 0,
        "capacity": 2,
        "rule_groups": 1,
        "left_out": 0,
        "pushed_out": {"emerging-malware": 1},
        "fits": False,
    }


def test_categories_stand_in_order_of_precedence(tmp_path: Path) -> None:
    """Drop before alert, then as listed, then by name; those that are off last."""
    names = ("a-off", "b-alert", "c-default", "d-drop", "e-alert", "f-drop")
    modes = {"f-drop": "drop", "e-alert": "alert", "d-drop": "drop", "b-alert": "alert"}
    config = tmp_path / "mine.yaml"
    config.write_text(allowlist(categories={**modes, "a-off": "off"}))
    files = {name: [rule(at)] for at, name in enumerate(names, start=1)}
    where = ["--feed", str(feed(tmp_path, files)), "--config", str(config), "--json"]
    told = json.loads(call(*where).stdout)["categories"]
    expected = ["f-drop", "d-drop", "e-alert", "b-alert", "c-default", "a-off"]
    assert [one["name"] for one in told] == expected


@pytest.mark.parametrize(
    ("order", "first"),
    [("name", "emerging-dns"), ("kept", "emerging-malware"), ("cost", "emerging-dns")],
)
def test_categories_are_sorted_as_asked(alone: list[str], order: str, first: str) -> None:
    """Numbers from the largest, costs from the least."""
    told = json.loads(call(*alone, "--sort", order, "--json").stdout)
    assert told["categories"][0]["name"] == first


def test_named_categories_alone_are_shown(alone: list[str]) -> None:
    """Only their cost is found."""
    told = json.loads(call("emerging-malware", *alone, "--json").stdout)
    assert [one["name"] for one in told["categories"]] == ["emerging-malware"]


def test_unknown_category_names_the_nearest(alone: list[str]) -> None:
    """It is wrong usage."""
    answer = call("emerging-malwear", *alone)
    assert (answer.exit_code, "nearest: emerging-malware" in answer.stderr) == (2, True)


def test_stack_is_read_with_what_is_deployed(tmp_path: Path) -> None:
    """Its newest feed, its allowlist, and its groups."""
    with account(tmp_path) as aws:
        aws.allow(categories={"emerging-dns": "off"})
        aws.sync(malware=[rule(1)], dns=[rule(2)])
        told = json.loads(call("--bucket", BUCKET, "--json").stdout)
    assert told["feed"].endswith(f"of s3://{BUCKET}")
    assert {one["name"]: one["mode"] for one in told["categories"]} == {
        "emerging-dns": "off",
        "emerging-malware": "alert",
    }
