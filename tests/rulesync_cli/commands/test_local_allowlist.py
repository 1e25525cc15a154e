"""What each part of the allowlist does to the rules that `rulesync local` publishes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from support.feeds import allowlist, feed, rule
from support.results import Results, synced

Publish: TypeAlias = Callable[..., Results]

MARK = "flowbits:set,seen; "
CHECK = "flowbits:isset,seen; "


@pytest.fixture
def publish(tmp_path: Path) -> Publish:
    """Sync categories of rules under an allowlist with these settings."""

    def run(rules_of: dict[str, list[str]], **settings: Any) -> Results:
        config = tmp_path / "categories.yaml"
        config.write_text(allowlist(**settings))
        return synced(tmp_path / "out", feed(tmp_path, rules_of), config=config).sync()

    return run


def actions(results: Results) -> dict[int, str]:
    """The published rules' actions by sid."""
    return {sid: text.split()[0] for sid, text in results.published.items()}


def test_sids_win_over_their_category(publish: Publish) -> None:
    """`rules:` turns single rules off, on, to alert and to drop."""
    feed_rules = [rule(1), rule(2), rule(3), f"#{rule(4)}", f"# {rule(5)}"]
    found = publish(
        {"emerging-malware": feed_rules, "emerging-info": [rule(11), rule(12), f"#{rule(13)}"]},
        categories={"emerging-malware": "drop", "emerging-info": "off"},
        rules={"off": [1], "alert": [2], "drop": [11], "on": [4, 13]},
    )
    assert actions(found) == {2: "alert", 3: "drop", 4: "drop", 11: "drop", 13: "alert"}
    assert found.summary["rules"]["enabled"] == 7
    assert found.summary["rules"]["off"] == 2
    assert found.summary["feed"]["enabled"] == 5
    assert found.summary["feed"]["disabled"] == 3


def test_sid_that_no_rule_has_is_a_warning(publish: Publish) -> None:
    """Somebody expects something of it."""
    found = publish({"emerging-malware": [rule(1)]}, rules={"drop": [404]})
    assert any("404" in warning for warning in found.summary["warnings"])


def test_drop_mode_never_wakes_a_disabled_rule(publish: Publish) -> None:
    """Disabled is disabled; only `rules: on:` wakes."""
    found = publish(
        {"emerging-malware": [rule(1), f"#{rule(2)}"]}, categories={"emerging-malware": "drop"}
    )
    assert actions(found) == {1: "drop"}


@pytest.mark.parametrize("silent", ["noalert; ", "flowbits:noalert; ", "flowbits: noalert; "])
def test_rule_that_only_marks_never_drops(publish: Publish, silent: str) -> None:
    """It would block traffic and say nothing, though somebody names its sid."""
    found = publish(
        {"emerging-malware": [rule(1, silent), rule(2, silent), rule(3)]},
        default="drop",
        rules={"drop": [2]},
    )
    assert actions(found) == {1: "alert", 2: "alert", 3: "drop"}


def test_drop_when_decides_by_metadata(publish: Publish) -> None:
    """Rules that fail it alert, and a sid that is named drops all the same."""

    def about(severity: str, confidence: str) -> str:
        return f"metadata:signature_severity {severity}, confidence {confidence}; "

    found = publish(
        {
            "emerging-malware": [
                rule(1, about("Critical", "High")),
                rule(2, about("Major", "Low")),
                rule(3, about("Minor", "High")),
                rule(4),
                rule(5, about("Minor", "Low")),
            ]
        },
        categories={
            "emerging-malware": {
                "mode": "drop",
                "drop_when": {
                    "signature_severity": ["Major", "Critical"],
                    "confidence": ["High"],
                    "missing": "alert",
                },
            }
        },
        rules={"drop": [5]},
    )
    assert actions(found) == {1: "drop", 2: "alert", 3: "alert", 4: "alert", 5: "drop"}


def test_actions_of_the_feed_stay(publish: Publish) -> None:
    """In drop mode and in alert mode alike."""
    given = {1: "pass", 2: "reject", 3: "drop", 11: "pass", 12: "reject", 13: "drop"}
    rules = [rule(sid, action=action) for sid, action in given.items()]
    found = publish(
        {"emerging-malware": rules[:3], "emerging-exploit": rules[3:]},
        categories={"emerging-malware": "drop", "emerging-exploit": "alert"},
        feed_pass="keep",  # noqa: S106 - no password
    )
    assert actions(found) == given
    assert found.summary["actions"] == {"pass": 2, "reject": 2, "drop": 2}


def test_setter_of_an_off_category_is_brought_in_silently(publish: Publish) -> None:
    """As alert with noalert, with what it checks in turn, and the summary counts it."""
    found = publish(
        {
            "emerging-malware": [rule(1, CHECK)],
            "emerging-info": [
                rule(11, "flowbits:isset,first; " + MARK),
                rule(12, "flowbits:set,first; noalert; "),
                rule(13, "flowbits:set,other; "),
            ],
        },
        categories={"emerging-malware": "drop", "emerging-info": "off"},
    )
    assert actions(found) == {1: "drop", 11: "alert", 12: "alert"}
    assert list(found.published) == [12, 11, 1]
    assert found.published[11].endswith("sid:11; rev:1; noalert;)")
    assert found.published[12].count("noalert") == 1
    assert found.summary["rules"]["setters_added"] == 2
    changes = {one["sid"]: one["changes"] for one in found.records("changed.jsonl")}
    assert changes[11] == changes[12] == ["setter-brought-in"]


def test_setter_whose_sid_is_off_stays_off(publish: Publish) -> None:
    """Then nothing sets the bit, and its checker could never fire."""
    found = publish(
        {"emerging-malware": [rule(1, CHECK), rule(2)], "emerging-info": [rule(11, MARK)]},
        categories={"emerging-malware": "alert", "emerging-info": "off"},
        rules={"off": [11]},
    )
    assert found.published.keys() == {2}
    assert found.discarded == {1: "flowbit-never-set"}


def test_threshold_can_be_discarded(publish: Publish) -> None:
    """It is kept unless the file says otherwise; detection_filter is kept in any case."""
    limit = "threshold:type limit, track by_src, count 1, seconds 60; "
    rules = [rule(1, limit), rule(2, "detection_filter:track by_src, count 5, seconds 60; ")]
    assert publish({"emerging-malware": rules}).published.keys() == {1, 2}
    found = publish({"emerging-malware": rules}, threshold="discard")
    assert found.discarded == {1: "unsupported-keyword"}
    assert found.published.keys() == {2}


def test_documented_unsupported_can_be_kept(publish: Publish) -> None:
    """Options that the service takes although its guide rules them out."""
    rules = [
        rule(1, "filesize:>1; ", protocol="http"),
        rule(2, "xbits:set,x,track ip_src; "),
        rule(3, "tag:host,10,packets,src; "),
        rule(4, "tag:session,10,packets; "),
    ]
    found = publish({"emerging-malware": rules})
    assert found.discarded == dict.fromkeys((1, 2, 3), "unsupported-keyword")
    kept = publish({"emerging-malware": rules}, documented_unsupported="keep")
    assert kept.published.keys() == {1, 2, 3, 4}
    assert kept.discarded == {}


def test_variable_by_another_name_is_written_into_the_rule(publish: Publish) -> None:
    """`$NAME` needs no declaration of its own."""
    found = publish(
        {"emerging-malware": [rule(1, addresses="any any -> $HTTP_SERVERS any")]},
        variables={"HTTP_SERVERS": "$HOME_NET"},
    )
    assert "-> $HOME_NET any" in found.published[1]
    assert found.group("et-emerging-malware")["variables"] == {}


def test_variables_are_declared_only_where_they_are_used(publish: Publish) -> None:
    """One value or a list, addresses and ports; the group that does not use one has none."""
    found = publish(
        {
            "emerging-malware": [rule(1, addresses="any any -> $SQL_SERVERS $HTTP_PORTS")],
            "emerging-exploit": [rule(2, addresses="any any -> any $HTTP_PORTS")],
            "emerging-info": [rule(3)],
        },
        variables={
            "SQL_SERVERS": ["10.1.0.0/16", "!10.1.9.0/24"],
            "HTTP_PORTS": "80",
            "SSH_PORTS": "22",
        },
    )
    assert {group["name"]: group["variables"] for group in found.summary["rule_groups"]} == {
        "et-emerging-malware": {
            "SQL_SERVERS": ["10.1.0.0/16", "!10.1.9.0/24"],
            "HTTP_PORTS": ["80"],
        },
        "et-emerging-exploit": {"HTTP_PORTS": ["80"]},
        "et-emerging-info": {},
    }
    assert "-> $SQL_SERVERS $HTTP_PORTS" in found.published[1]


def test_variable_without_a_value_is_told_with_what_it_costs(publish: Publish) -> None:
    """In the discards by name, and in the summary by number of rules."""
    headers = ["any any -> $LAB any", "$LAB any -> any any", "any any -> any $BAY"]
    rules = [rule(sid, addresses=header) for sid, header in enumerate(headers, start=1)]
    found = publish({"emerging-malware": rules})
    assert found.discarded == dict.fromkeys((1, 2, 3), "undefined-variable")
    assert found.summary["variables_missing"] == {"LAB": 2, "BAY": 1}
    assert {one["sid"]: "$LAB" in one["detail"] for one in found.records("discarded.jsonl")} == {
        1: True,
        2: True,
        3: False,
    }


def test_home_net_that_is_given_is_declared_with_its_negation(publish: Publish) -> None:
    """A group that sets HOME_NET has to set EXTERNAL_NET too."""
    header = "$HOME_NET any -> $EXTERNAL_NET any"
    found = publish(
        {"emerging-malware": [rule(1, addresses=header)]}, variables={"HOME_NET": ["10.0.0.0/8"]}
    )
    assert found.group("et-emerging-malware")["variables"] == {
        "HOME_NET": ["10.0.0.0/8"],
        "EXTERNAL_NET": ["!10.0.0.0/8"],
    }
    assert not any("HOME_NET" in warning for warning in found.summary["warnings"])


def test_home_net_that_is_left_out_is_a_warning(publish: Publish) -> None:
    """The policy's value holds, whose default is why rules never fire."""
    header = "$HOME_NET any -> $EXTERNAL_NET any"
    found = publish({"emerging-malware": [rule(1, addresses=header)]})
    assert found.group("et-emerging-malware")["variables"] == {}
    assert any("HOME_NET" in warning for warning in found.summary["warnings"])


def test_budget_discards_what_is_worth_least(publish: Publish) -> None:
    """The last listed category gives way first, and in it the lowest severity."""

    def of(sid: int, severity: str) -> str:
        return rule(sid, f"metadata:signature_severity {severity}; ")

    found = publish(
        {
            "emerging-malware": [of(1, "Informational"), of(2, "Minor")],
            "emerging-exploit": [of(11, "Minor"), of(12, "Critical"), of(13, "Major")],
        },
        categories={"emerging-malware": "alert", "emerging-exploit": "drop"},
        firewall={"capacity": 4, "headroom": 0},
    )
    assert found.discarded == {11: "over-budget"}
    assert sum(group["capacity"] for group in found.summary["rule_groups"]) <= 4


def test_drop_groups_come_before_alert_groups(publish: Publish) -> None:
    """Each in the allowlist's order, counted up from `first_priority`."""
    names = ("emerging-info", "emerging-malware", "emerging-exploit", "emerging-dns")
    found = publish(
        {name: [rule(sid)] for sid, name in enumerate(names, start=1)},
        categories={
            "emerging-info": "alert",
            "emerging-malware": "drop",
            "emerging-dns": "alert",
            "emerging-exploit": "drop",
        },
        firewall={"first_priority": 200, "prefix": "house"},
    )
    assert {group["name"]: group["priority"] for group in found.summary["rule_groups"]} == {
        "house-emerging-malware": 200,
        "house-emerging-exploit": 201,
        "house-emerging-info": 202,
        "house-emerging-dns": 203,
    }


def test_categories_share_groups_where_the_policy_has_too_few(publish: Publish) -> None:
    """By like mode; no rule is lost."""
    names = ("emerging-malware", "emerging-exploit", "emerging-info", "emerging-dns")
    found = publish(
        {name: [rule(sid)] for sid, name in enumerate(names, start=1)},
        categories={"emerging-malware": "drop", "emerging-exploit": "drop"},
        firewall={"rule_groups": 2},
    )
    assert found.groups.keys() == {"et-shared-drop", "et-shared-alert"}
    assert actions(found) == {1: "drop", 2: "drop", 3: "alert", 4: "alert"}


def test_rule_is_found_again_by_its_newest_rev(publish: Publish) -> None:
    """The same sid twice is settled before all else, over all categories."""
    found = publish(
        {"emerging-malware": [rule(1, rev=2)], "emerging-exploit": [rule(1, rev=3), rule(2)]}
    )
    assert "rev:3;" in found.published[1]
    [loser] = found.records("discarded.jsonl")
    assert (loser["category"], loser["rev"], loser["reason"]) == (
        "emerging-malware",
        2,
        "duplicate-sid",
    )
