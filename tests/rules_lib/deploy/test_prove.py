"""Plans that the embedded AWS looks at before they are carried out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.firewall import firewall
from support.groups import group, rule

from localaws import EmbeddedAws
from rules_lib.deploy.apply import apply
from rules_lib.deploy.plan import plan
from rules_lib.deploy.prove import Accepted, prove
from rules_lib.groups.rule_group import Deployed, Group

pytestmark = pytest.mark.usefixtures("aws")

ONE, TWO, THREE = group("et-one", 1, 2), group("et-two", 3, 4), group("et-three", 5)


def synced(*desired: Group) -> None:
    """Plan for what is deployed now, and apply that."""
    wall = firewall()
    apply(plan(desired, wall.deployed()), wall)


def there() -> dict[str, str]:
    """The text of every group of ours, by name."""
    return {found.name: found.text for found in firewall().deployed().groups}


def test_proof_finds_refused_rules_in_all_groups_and_writes_nothing(aws: EmbeddedAws) -> None:
    """New, updated and replaced groups are tried, kept and unwanted ones are not."""
    synced(ONE, TWO, THREE, group("et-four", 9))
    bad = {sid: rule(sid, "dataset:x; ") for sid in (11, 12, 13)}
    desired = [
        replace(group("et-one", 1, bad[11]), name="et-one-b"),
        group("et-two", 3, bad[12]),
        THREE,
        group("et-five", bad[13], 14),
    ]
    wall, before = firewall(), there()
    found = plan(desired, wall.deployed())
    proof = prove(found, wall)
    assert [refusal.rule.sid for refusal in proof.refusals] == [11, 12, 13]
    assert proof.failures == ()
    assert wall.calls.writes == {}
    assert wall.calls.dry_runs == 6
    assert there() == before
    assert {call.resource for call in aws.calls if call.dry_run} == {
        "et-one-b",
        "et-two",
        "et-five",
    }


def test_group_that_cannot_be_proven_does_not_stop_the_proof_of_the_others() -> None:
    """Its failure is recorded, the next group's refused rule is found."""
    wall = firewall()
    full = group("et-one", 1, 2, 3, capacity=2)
    bad = rule(5, "gid:1; ")
    proof = prove(plan([full, group("et-two", bad)], Deployed()), wall)
    assert [refusal.rule for refusal in proof.refusals] == [bad]
    assert [failure.name for failure in proof.failures] == ["et-one"]
    assert "capacity exceeded" in proof.failures[0].cause


def test_less_of_what_was_accepted_is_not_asked_about_again() -> None:
    """The stages are run again without what was refused, and groups get fewer rules."""
    wall = firewall()
    accepted = prove(plan([ONE, TWO], Deployed()), wall).accepted
    fewer = plan([group("et-one", 1), TWO], Deployed())
    assert prove(fewer, wall, accepted).refusals == ()
    assert wall.calls.dry_runs == 2
    prove(plan([group("et-one", 1, 7)], Deployed()), wall, accepted)
    assert wall.calls.dry_runs == 3


def test_what_is_in_force_is_known_to_be_accepted() -> None:
    """By its text, in whatever group it stands."""
    synced(ONE, TWO)
    accepted = Accepted.of(firewall().deployed())
    assert accepted.texts == {rule(sid).text for sid in (1, 2, 3, 4)}
