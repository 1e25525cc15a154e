"""The one table of what is known of the service, held by the double, probe by probe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import botocore
import pytest
from support.groups import rule

from localaws import embedded_aws
from rules_lib.aws.calls import Calls
from rules_lib.proving.quoted import Quoted, shortened
from rulesync_cli.probing.dryruns import DryRuns, places
from rulesync_cli.probing.findings import Finding, Silence
from rulesync_cli.probing.record import informed, shipped
from rulesync_cli.probing.table import TABLE
from rulesync_cli.probing.values import NOBODY, RULE, Probe, echo

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = (Path(__file__).parents[3] / "requirements.lock").read_text()
KNOWN = informed(TABLE, shipped())
ASKABLE = [probe for probe in KNOWN if not probe.unaskable]


@pytest.fixture(scope="module")
def dry_runs() -> Iterator[DryRuns]:
    """An account with a group of its own, and with nothing else afterwards."""
    with embedded_aws() as aws:
        client = boto3.client("network-firewall", region_name="us-east-1")
        make_own_group(client)
        calls = Calls()
        yield DryRuns(client, places(client, "rulesync-probe-test", calls), calls)
        assert all(
            call.dry_run or call.action.startswith(("List", "Describe")) for call in aws.calls[1:]
        )
        assert [one["Name"] for one in client.list_rule_groups()["RuleGroups"]] == ["own"]
        assert client.list_firewall_policies()["FirewallPolicies"] == []


def make_own_group(client: object) -> None:
    """Make a rule group that the account has before anybody asks."""
    client.create_rule_group(  # type: ignore[attr-defined]
        RuleGroupName="own",
        Type="STATEFUL",
        Capacity=1,
        RuleGroup={
            "RulesSource": {"RulesString": ""},
            "StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"},
        },
    )


@pytest.mark.parametrize("probe", ASKABLE, ids=lambda probe: probe.id)
def test_double_answers_as_the_service(dry_runs: DryRuns, probe: Probe) -> None:
    """In its words where they are known; what is assumed is what the double does."""
    given = dry_runs.ask(probe)
    if isinstance(given, Silence) and f"botocore=={botocore.__version__} " not in LOCK:
        pytest.skip(given.why)  # as `make oldest` has it, an older one may not know a member
    assert not isinstance(given, Silence), given
    assert Finding(probe, given).as_expected, (probe.expected, given)


@pytest.mark.parametrize(
    "probe",
    [one for one in ASKABLE if RULE in (one.expected.refusal or "")],
    ids=lambda one: one.id,
)
def test_rule_that_the_double_quotes_is_found_by_its_text(probe: Probe) -> None:
    """With the service's own gid in it, whatever the words around it are."""
    words = (probe.expected.refusal or "").replace(RULE, echo(probe.rule))
    asked = rule(1)._replace(text=probe.rule)
    found = Quoted([rule(77), asked]).rule_in(words)
    assert found is asked
    assert "gid:1234567890" not in shortened(words, found)


def test_probe_stands_after_its_plain_one() -> None:
    """Whether a refusal says anything is known before it is asked."""
    places_of = {probe.id: place for place, probe in enumerate(TABLE)}
    assert {probe.id for probe in ASKABLE if not probe.plain} == {
        *("arn-classic", "arn-policy", "ips-arn", "next-arn"),
    }
    for probe in ASKABLE:
        assert not probe.plain or places_of[probe.plain] < places_of[probe.id]


def test_ids_are_unique_and_facts_are_sentences() -> None:
    """Recorded answers go by the ids."""
    assert len({probe.id for probe in TABLE}) == len(TABLE) > 150
    assert len({probe.fact for probe in TABLE}) == len(TABLE)
    for probe in TABLE:
        assert bool(probe.action) != bool(probe.unaskable), probe.id
        assert not probe.known or probe.source != NOBODY, probe.id
