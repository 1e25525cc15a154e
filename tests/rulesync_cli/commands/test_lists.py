"""`plan` and `categories` say what a list of indicators costs, and what would do in its place."""

from __future__ import annotations

import json
from pathlib import Path

from support import listed
from support.account import account, call, run
from support.feeds import allowlist, rule

ADDRESSES = [*listed.addresses(600)]


def test_plan_tells_what_a_list_takes_and_how_few_rules_would_do(tmp_path: Path) -> None:
    """In words and in numbers."""
    firewall = {"capacity": 500, "headroom": 0}
    with account(tmp_path) as aws:
        aws.allow(categories={"emerging-botnets": "drop"}, firewall=firewall)
        aws.publish(botnets=ADDRESSES, web=[rule(1)])
        lines = [line.strip() for line in call("plan").stdout.splitlines()]
        [told] = json.loads(call("plan", "--json").stdout)["lists"]

    at = lines.index("emerging-botnets: a list of 600 addresses, a rule for each")
    assert lines[at + 1 : at + 4] == [
        (
            "it takes 500 of a budget of 500 (100%); there is no room for 100 of its rules and 1 "
            "of other categories"
        ),
        "500 of 500 kept rules block; which of them fired in the last 30 days is not known",
        (
            "its 600 addresses would fit into 1 rule with lists or variables, or into 1 rule with "
            "references to 1 prefix list"
        ),
    ]
    assert told["fewer"] == {"addresses": 600, "rules": 1, "referring": 1, "prefix_lists": 1}
    assert (told["rules"], told["kept"], told["left_out"], told["fired"]) == (600, 500, 100, None)


def test_plan_without_a_list_is_as_before(tmp_path: Path) -> None:
    """Neither in words nor in JSON."""
    with account(tmp_path) as aws:
        aws.allow()
        aws.publish(web=[rule(1)])
        said, told = call("plan").stdout, json.loads(call("plan", "--json").stdout)

    assert "a list of" not in said
    assert "lists" not in told


def test_categories_tell_the_same_of_a_feed_that_is_looked_at_alone(tmp_path: Path) -> None:
    """And of other categories nothing."""
    path, config = tmp_path / "urls.rules", tmp_path / "mine.yaml"
    path.write_bytes(listed.file_of(listed.domains(600)))
    config.write_text(allowlist(variables={"HOME_NET": "10.0.0.0/8"}))
    words = ("categories", "--feed", path, "--config", config)

    said, told = run(*words).stdout, json.loads(run(*words, "--json").stdout)

    assert "urls: a list of 600 domains, a rule for each" in said
    assert (
        "no rule of the service takes a list of domains; Route 53 Resolver DNS Firewall takes "
        "lists of domains"
    ) in said
    [category] = told["categories"]
    assert (category["list"]["kinds"], category["list"]["fewer"]) == ({"domain": 600}, None)
