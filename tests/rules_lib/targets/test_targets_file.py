"""The file of targets: values, and every error with its line, its value and the nearest name."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules_lib.errors import TargetsError
from rules_lib.targets.loader import load_targets
from rules_lib.targets.values import NamedTarget

REGIONS: Final = ("eu-west-1", "us-east-1")
POLICY: Final = "arn:aws:network-firewall:us-east-1:444455556666:firewall-policy/prod"
LOGS: Final = "444455556666:log-group:alerts"
FOLDER: Final = "AWSLogs/444455556666/network-firewall/alert"
FILE: Final = f"""\
version: 1
targets:
  - {{name: pilot, region: eu-west-1, ring: 0, policies: [pilot]}}
  - name: us-prod
    region: us-east-1
    role: arn:aws:iam::444455556666:role/rulesync-target
    ring: 1
    policies: ["{POLICY}"]
    allowlist: config/us.yaml
bake: {{hours: 12}}
"""


def faults(text: str) -> str:
    """All that is wrong with a file, a line each."""
    with pytest.raises(TargetsError) as raised:
        load_targets(text, source="targets.yaml", regions=REGIONS)
    return str(raised.value)


def one(more: str = "", **keys: str) -> str:
    """A file with one target, which has other values for some keys."""
    pairs = {"name": "a", "region": "eu-west-1"} | keys
    inner = ", ".join(f"{key}: {value}" for key, value in pairs.items())
    return f"version: 1\ntargets:\n  - {{{inner}}}\n{more}"


def test_file_is_read_as_it_is_meant() -> None:
    """What is left out has the value of a single stack."""
    found = load_targets(FILE, source="targets.yaml", regions=REGIONS)
    pilot, prod = found.targets
    assert pilot == NamedTarget(name="pilot", region="eu-west-1", policies=("pilot",))
    assert (pilot.account, pilot.allowlist, pilot.ring) == ("", "config/categories.yaml", 0)
    assert (prod.account, prod.allowlist, prod.policies) == (
        "444455556666",
        "config/us.yaml",
        (POLICY,),
    )
    assert (found.rings, found.bake.hours, found.names) == ((0, 1), 12, ("pilot", "us-prod"))
    assert found.named("us-prod") == prod
    assert found.named("eu-prod") is None
    assert found.in_ring(1) == (prod,)
    assert found.only("us-prod").targets == (prod,)


def test_a_day_is_baked_where_nobody_says_more() -> None:
    """And a file without known regions is checked by their form alone."""
    found = load_targets(one(region="xy-new-7"), source="targets.yaml")
    assert found.bake.hours == 24
    with pytest.raises(TargetsError, match=r'line 3: targets\.region: "Frankfurt" is not a'):
        load_targets(one(region="Frankfurt"), source="targets.yaml")


def test_every_error_is_told_at_once() -> None:
    """In the order of the lines, with the value and, where one is near, the name meant."""
    text = """\
version: 2
targets:
  - {name: pilot, regoin: eu-west-1, ring: -1}
  - {name: us/prod, region: us-esat-1, role: arn:aws:iam::4444:role/x, allowlist: ../us.yaml}
bakes: {hours: 3}
"""
    told = """\
targets.yaml: 9 errors
  line 1: version: "2" is not 1, the only version
  line 3: targets: has no region; it must be given
  line 3: targets.ring: "-1" is not a whole number
  line 3: targets: "regoin" is not a valid key here; nearest: region
  line 4: targets.name: "us/prod" must be letters, digits, hyphens and underscores
  line 4: targets.role: "arn:aws:iam::4444:role/x" is not the ARN of a role, such as
  line 4: targets.allowlist: "../us.yaml" is not the key of an allowlist in the bucket
  line 4: targets.region: "us-esat-1" is not a region with Network Firewall; nearest: us-east-1
  line 5: "bakes" is not a valid key here; nearest: bake
"""
    found = faults(text).splitlines()
    assert [
        line.startswith(begun) for line, begun in zip(found, told.splitlines(), strict=True)
    ] == ([True] * 10)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the file is empty"),
        ("version: 1", "line 1: the file has no targets; it must be given"),
        ("version: 1\ntargets: []", "line 2: targets: is empty; name at least one target"),
        ("version: 1\ntargets: pilot", 'line 2: targets: "pilot" is not a list'),
        ("version: 1\ntargets: [pilot]", 'line 2: targets: "pilot" is not a mapping'),
        (one(policies="prod"), '"prod" is not a list'),
        (one(policies="[a b]"), "a b is neither the name nor the ARN of a firewall policy"),
        (one(policies=f'["{POLICY}"]'), "is in us-east-1, and the target is in"),
        (one(allowlist="config/targets.yaml"), "is this file, not an allowlist"),
        (one(name="[a]"), "line 3: targets.name: a list is not text"),
        (
            one(alert_logs="s3://logs/alert/"),
            '"s3://logs/alert/" names no alert logs; expected: s3:',
        ),
        (one(alert_logs="[a]"), "a list names no alert logs"),
        (one(alert_logs=f"arn:aws:logs:us-east-1:{LOGS}"), "is of us-east-1, and the target is in"),
        (one(alert_logs=f"s3://logs/{FOLDER}/us-east-1/"), "is of us-east-1, and the target is in"),
        (one(ring="100"), '"100" is too large; at most 99'),
        (one("bake: {hours: 721}"), 'line 4: bake.hours: "721" is too large; at most 720'),
        (one("bake: 12"), 'line 4: bake: "12" is not a mapping'),
        (one("bake: {houres: 12}"), '"houres" is not a valid key here; nearest: hours'),
        (one("bake: &a {hours: 1}"), '"&a" is an anchor; remove it'),
    ],
)
def test_error_says_what_is_wrong(text: str, fault: str) -> None:
    """Of each kind that a file can have."""
    assert fault in faults(text)


def test_policy_stands_in_the_account_of_the_role() -> None:
    """A pasted ARN of another account would be refused only by the service."""
    text = FILE.replace("firewall-policy", "firewall-policy").replace(
        "444455556666:fire", "1" * 12 + ":fire"
    )
    assert "is in account 111111111111, and the target's role is in 444455556666" in faults(text)


def test_alert_logs_are_those_of_the_target() -> None:
    """What fires in another account, as where an entry was copied, says nothing about this one."""
    role = "arn:aws:iam::111122223333:role/rulesync-target"
    text = one(role=role, alert_logs=f"s3://logs/{FOLDER}/eu-west-1/")
    assert "is of account 444455556666, and the target's role is in 111122223333" in faults(text)
    told = one(alert_logs=f"s3://logs/{FOLDER}/eu-west-1/")
    logs = load_targets(told, source="targets.yaml").targets[0].alert_logs
    assert str(logs) == f"s3://logs/{FOLDER}/eu-west-1/"
    named = load_targets(one(alert_logs="/aws/alerts"), source="targets.yaml").targets[0]
    assert str(named.alert_logs) == "log group /aws/alerts"


@pytest.mark.parametrize("logs", ["", "/aws/alerts", f"s3://logs/{FOLDER}/eu-west-1/"])
def test_target_is_written_as_it_was_read(logs: str) -> None:
    """Where it is kept as JSON, as for one that was removed; without logs none are named."""
    text = one(alert_logs=logs) if logs else one()
    target = load_targets(text, source="targets.yaml").targets[0]
    assert NamedTarget.model_validate_json(target.model_dump_json()) == target
    assert ("alert_logs" in target.model_dump_json()) is bool(logs)


def test_name_stands_once_in_whatever_case() -> None:
    """A name is a folder, and on some disks `Pilot` is `pilot`."""
    more = "  - {name: Pilot, region: us-east-1}\n"
    text = one(name="pilot") + more
    assert 'line 4: targets.name: "Pilot" is there twice, first on line 3' in faults(text)


def test_two_targets_in_one_place_need_two_allowlists() -> None:
    """They would write the same rule groups; with another allowlist the prefix may differ."""
    more = "  - {name: b, region: eu-west-1}\n"
    assert "line 4: targets: the target on line 3 has this account" in faults(one() + more)
    apart = one() + more.replace("}", ", allowlist: config/b.yaml}")
    assert len(load_targets(apart, source="targets.yaml").targets) == 2


@given(st.text(alphabet="ab:{}[]-,\n \"'#&*!|>?12", max_size=80))
def test_any_text_is_refused_in_words(text: str) -> None:
    """Nothing but the one error, with a record for programs beside each line."""
    with pytest.raises(TargetsError) as raised:
        load_targets(text, source="targets.yaml")
    assert len(raised.value.records) == len(raised.value.problems) > 0
