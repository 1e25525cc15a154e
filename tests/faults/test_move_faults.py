"""Every call of a move, in both directions, meets an error; then a clean run puts all right.

Those to Network Firewall and those to S3.

The old rule groups stay in force until the second step removes them on purpose, and that never
begins before the new ones are in the new policy. `make test` takes some of the calls, `make faults`
all.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.account import Account, account, call
from support.faults.nth_call import NthCall
from support.feeds import TWO as FEED
from support.localaws import policy
from support.next_generation import ips_texts, make_next, next_attached
from support.samples import THOROUGH
from support.snapshot import Snapshot, attached, backend

from localaws import Call, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLICE: Final = 1 if THOROUGH else 6
"""One in so many of the calls fails."""

NEW = ["et-ips-emerging-info", "et-ips-emerging-malware"]
MODES: Final = {"emerging-malware": "drop", "emerging-info": "alert"}
THERE: Final = ("move", "--to", "next-generation", "--policy", "new", "--unproven", "--yes")
THERE_OLD: Final = (*THERE, "--from-policy", "old", "--remove-old")
BACK: Final = ("move", "--to", "classic", "--policy", "old", "--yes")
BACK_OLD: Final = (*BACK, "--from-policy", "new", "--remove-old")
COURSE: Final = (THERE, THERE_OLD, BACK, BACK_OLD)
S3: Final = ".s3."
_WRITES: Final = ("Create", "Update", "Delete")


@contextmanager
def moved(folder: Path, steps: int) -> Iterator[Account]:
    """An account that has gone so many steps of the way there and back."""
    with account(folder, RULESYNC_POLICIES="old") as found:
        found.firewall.create_firewall_policy(FirewallPolicyName="old", FirewallPolicy=policy())
        found.allow(categories=MODES, firewall={"prefix": "et"})
        found.sync(**FEED)
        make_next(found, "new")
        for words in COURSE[:steps]:
            assert call(*words).exit_code == 0
        yield found


def in_force() -> dict[str, dict[str, str]]:
    """The rules of each policy, by rule group."""
    groups = {one.name: one.content["RulesSource"]["RulesString"] for one in rule_groups()}
    policies = {"old": attached()["old"], "new": next_attached("new")}
    return {name: {one: groups[one] for one in held} for name, held in policies.items()}


def rule_groups() -> list[Any]:
    """All of the account."""
    return list(backend().rule_groups.values())


def strikes(calls: tuple[Call, ...]) -> Iterator[Fault]:
    """Each call of a step answered with an error, a write also after it was carried out."""
    seen: dict[tuple[str, str | None, bool], int] = {}
    for one in calls:
        key = (one.action, one.resource, one.dry_run)
        skip = seen[key] = seen.get(key, -1) + 1
        about: dict[str, Any] = {"skip": skip, "resource": one.resource, "dry_run": one.dry_run}
        yield Fault(one.action, "AccessDeniedException", "no", **about)
        if one.action.startswith(_WRITES) and not one.dry_run:
            yield Fault(one.action, "InvalidRequestException", "lost", carried_out=True, **about)


@pytest.mark.parametrize("step", range(len(COURSE)))
def test_step_that_meets_an_error_leaves_what_is_in_force(tmp_path: Path, step: int) -> None:
    """And is finished by running it again."""
    with moved(tmp_path, step) as found:
        start, before, mark = Snapshot.take(found), in_force(), len(found.aws.calls)
        assert call(*COURSE[step]).exit_code == 0
        after, asked = in_force(), found.aws.calls[mark:]
        texts = ips_texts()
        tried = list(strikes(asked))[step % SLICE :: SLICE]
        assert tried
        for fault in tried:
            start.restore(found)
            found.aws.inject(fault)
            broken = call(*COURSE[step])
            if broken.exit_code:
                assert broken.stderr.strip(), fault
            _holds(step, before, after, fault)
            found.aws.control.faults = ()
            again = call(*COURSE[step])
            assert again.exit_code == 0, (fault, again.output)
            assert in_force() == after, fault
            assert ips_texts() == texts, fault


@pytest.mark.parametrize("step", range(len(COURSE)))
def test_step_whose_bucket_fails_leaves_what_is_in_force(tmp_path: Path, step: int) -> None:
    """At each call to S3; and is finished by running it again."""
    counting, failed = NthCall(part=S3), 0
    with moved(tmp_path, step) as found:
        start, before = Snapshot.take(found), in_force()
        with counting.at_work():
            assert call(*COURSE[step]).exit_code == 0
        after, texts = in_force(), ips_texts()
        assert found.has("config/categories.yaml")
        for place in range(step % SLICE, len(counting.asked), SLICE):
            start.restore(found)
            with NthCall(place, part=S3).at_work():
                broken = call(*COURSE[step])
            assert broken.exit_code == 0 or broken.stderr.strip(), place
            failed += bool(broken.exit_code)
            now = in_force()
            staying = "old" if step in {0, 3} else "new"
            assert now[staying] == before[staying], place
            again = call(*COURSE[step])
            assert again.exit_code == 0, (place, again.output)
            assert (in_force(), ips_texts()) == (after, texts), place
    assert failed


def _holds(
    step: int,
    before: dict[str, dict[str, str]],
    after: dict[str, dict[str, str]],
    fault: Fault,
) -> None:
    """Whoever is not the one that the step is about keeps all of its rules.

    In the other, a rule group that failed stops no other, as in a sync.
    """
    now = in_force()
    staying = "old" if step in {0, 3} else "new"
    assert now[staying] == before[staying] == after[staying], fault
    other = "new" if staying == "old" else "old"
    assert now[other].items() <= {**before[other], **after[other]}.items(), fault
