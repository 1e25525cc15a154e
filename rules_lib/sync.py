"""One build, from the bucket to the firewall: gather, decide, act.

The one place that joins the pure part to the world. Whatever happens, the build's folder in the
bucket says it: `summary.json` is written also where the build failed or was refused.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.apply import Applied, Failure, apply, prove
from rules_lib.aws.firewall import Firewall
from rules_lib.build import Built, build
from rules_lib.errors import RefusedError, RulesyncError, SyncError
from rules_lib.gather import Gathered, gather
from rules_lib.plan import Delete, Plan, Replace, Step, plan
from rules_lib.record import build_key, content_type, files_after, files_before
from rules_lib.report.group_line import GroupLine
from rules_lib.report.summary import Accounting, FeedFacts, Summary, summarise
from rules_lib.ruleset import Ruleset, read
from rules_lib.stages.convert import fingerprint
from rules_lib.state import LATEST, REFUSALS, Latest, Refusals, Refused
from rules_lib.warnings import warnings_of

if TYPE_CHECKING:
    from datetime import datetime

    from types_boto3_network_firewall import NetworkFirewallClient

    from rules_lib.aws.store import Store
    from rules_lib.groups import Deployed

_ROUNDS: Final = 20
"""How often the groups are built again without the rules that the service refused."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and what the service is known to refuse."""

    built: Built
    plan: Plan
    refusals: Refusals
    failures: tuple[Failure, ...]


def sync(store: Store, client: NetworkFirewallClient, now: datetime) -> Summary:
    """Bring the firewall's rule groups to what the newest feed and the allowlist ask for.

    Args:
        store: the bucket.
        client: Network Firewall.
        now: when the build begins, in UTC; it names the build.

    Raises:
        SyncError: the build failed or was refused, wholly or for some groups; says why, and the
            build's summary says it too. What was in force before stays, where it was not written.
    """
    build_id = f"{now:%Y%m%dT%H%M%SZ}-{hashlib.sha256(now.isoformat().encode()).hexdigest()[:8]}"
    feed = FeedFacts(source=f"s3://{store.bucket}")
    try:
        gathered = gather(store)
        feed = _facts(gathered)
        firewall = Firewall(client, gathered.allowlist.firewall.prefix)
        summary = _carry_out(build_id, gathered, store, firewall, now)
    except SyncError:
        raise
    except RulesyncError as error:
        _put(store, build_id, "summary.json", _ended(build_id, feed, error).to_json())
        raise SyncError(build_id, str(error)) from error
    return summary


def _carry_out(
    build_id: str, gathered: Gathered, store: Store, firewall: Firewall, now: datetime
) -> Summary:
    ruleset = read(gathered.files, gathered.allowlist.rules.on)
    decision = decide(ruleset, gathered, firewall.deployed(), firewall)
    for name, data in files_before(build_id, decision.built, decision.plan):
        _put(store, build_id, name, data)
    applied = apply(decision.plan, firewall, decision.failures)
    _remember(store, gathered.refusals, decision.refusals)
    summary = _summary(build_id, gathered, ruleset, decision, applied, firewall)
    in_force = {step.name: step.group.text for step in applied.done if step.group}
    for name, text in in_force.items():
        _put(store, build_id, f"rule-groups/{name}.rules", text.encode())
    for name, data in files_after(summary, ruleset, gathered.allowlist, decision.built):
        _put(store, build_id, name, data)
    if summary.failed:
        raise SyncError(build_id, summary.failed)
    store.put(LATEST, _latest(build_id, gathered, now).to_json(), content_type="application/json")
    return summary


def decide(
    ruleset: Ruleset, gathered: Gathered, deployed: Deployed, firewall: Firewall
) -> Decision:
    """Build and plan; where the service refuses rules, again without them. Writes nothing.

    Raises:
        RefusedError: the plan is not safe to carry out.
    """
    refusals = gathered.refusals.of(rule.sid for rule in ruleset.rules if rule.sid is not None)
    failures: tuple[Failure, ...] = ()
    for _ in range(_ROUNDS):
        built = build(ruleset, gathered.allowlist, deployed, refusals.words)
        steps = plan(built.groups, deployed)
        proof = prove(steps, firewall)
        failures = proof.failures
        if not proof.refusals:
            return Decision(built, steps, refusals, failures)
        refusals = refusals.plus(
            {
                fingerprint(refusal.rule.text): Refused(sid=refusal.rule.sid, words=refusal.words)
                for refusal in proof.refusals
            }
        )
    raise RefusedError(f"the service still refuses rules after {_ROUNDS} rounds without them")


def _remember(store: Store, before: Refusals, after: Refusals) -> None:
    if after != before:
        store.put(REFUSALS, after.to_json(), content_type="application/json")


def _put(store: Store, build_id: str, name: str, data: bytes) -> None:
    store.put(build_key(build_id, name), data, content_type=content_type(name))


def _facts(gathered: Gathered) -> FeedFacts:
    manifest = gathered.manifest
    return FeedFacts(
        source=manifest.source,
        version=manifest.version,
        sha256=manifest.sha256,
        enabled=manifest.total.enabled,
        disabled=manifest.total.disabled,
    )


def _latest(build_id: str, gathered: Gathered, now: datetime) -> Latest:
    return Latest(
        build=build_id,
        version=gathered.manifest.version,
        sha256=gathered.manifest.sha256,
        applied_at=now.isoformat(),
        categories_seen=tuple(sorted(gathered.seen)),
    )


def _ended(build_id: str, feed: FeedFacts, error: RulesyncError) -> Summary:
    """Summarise a build of which nothing was carried out."""
    refused = str(error) if isinstance(error, RefusedError) else None
    return summarise(
        build_id=build_id,
        feed=feed,
        accounting=Accounting(),
        discarded={},
        calls={},
        variables_missing={},
        refused=refused,
        failed=None if refused else str(error),
    )


def _summary(  # noqa: PLR0913 - the whole of a build comes together here
    build_id: str,
    gathered: Gathered,
    ruleset: Ruleset,
    decision: Decision,
    applied: Applied,
    firewall: Firewall,
) -> Summary:
    built, failures = decision.built, applied.failures
    warnings = warnings_of(ruleset, gathered.allowlist, built)
    staying = tuple(f"rule group {stay.name} stays: {stay.why}" for stay in applied.staying)
    return summarise(
        build_id=build_id,
        feed=_facts(gathered),
        accounting=Accounting(
            enabled=built.enabled,
            kept=len(built.kept),
            off=len(built.off),
            setters_added=sum(rule.setter for rule in built.kept),
        ),
        groups=tuple(_line(step) for step in decision.plan.steps),
        discarded=Counter(discard.reason for discard in built.discarded),
        calls=firewall.calls.writes,
        dry_runs=firewall.calls.dry_runs,
        warnings=(*warnings, *staying),
        variables_missing=built.missing_variables,
        failed="; ".join(f"{f.name}: {f.cause}" for f in failures) if failures else None,
        budget=gathered.allowlist.firewall.capacity,
    )


def _line(step: Step) -> GroupLine:
    if isinstance(step, Delete):
        return GroupLine(None, step.name, step.change, step.deployed.capacity)
    replaces = step.deployed.name if isinstance(step, Replace) else None
    return GroupLine(step.group, step.name, step.change, step.group.capacity, replaces)
