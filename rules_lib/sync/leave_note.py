"""What a build notes for the next scheduled one, after which there is nothing to do.

A build that found nothing to do has read what it notes. One that changed something has written it:
so it says what the next one will find, and leaves a note only if that would come to the same.

- The service reports no trouble with a policy: that ends without a trace, and its warning with it.
- It carried out all of its plan, wrote no policy, and created or deleted no rule group.
- No rule waits, and no warning is of this build alone: the next one would not have it.
- The two stages that look at what is in force come to the same again. Categories that share a group
  may part once more when they are packed, and a rule that came back is no longer noted as gone.
- What it wrote of its own inputs is there as it was written.

Whatever changes while the build runs makes the note void: the inputs were looked at before.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from rules_lib.bucket import REFUSALS, STAGING
from rules_lib.deploy.afterwards import deployed_after, is_at_rest
from rules_lib.errors import StoreError
from rules_lib.state.refusals import Refusals
from rules_lib.state.staging import StagingFile
from rules_lib.sync.same_until import same_until
from rules_lib.sync.settled import Settled, SettledGroup
from rules_lib.sync.summary_of_build import is_of_one_build

if TYPE_CHECKING:
    from rules_lib.deploy.foresee import Foreseen
    from rules_lib.sync.summary_of_build import Done
    from rules_lib.sync.traces import Traces
    from rules_lib.world import World


def leave_note(world: World, done: Done, staging: str) -> None:
    """Note what the next scheduled build can go by, if it would find nothing to do.

    It is the last that a build writes. A note that cannot be written fails no build: the next one
    reads everything.

    Args:
        world: of the build, which `latest.json` points at.
        done: what it came to.
        staging: the build that wrote the record of staged rules.
    """
    before = done.gathered.traces
    if before is None or not _is_last_word(world, done):
        return
    with suppress(StoreError):
        if traces := _traces_after(world, done, before, staging):
            _note(world, done.decision.foreseen, traces).put(world.store)


def _is_last_word(world: World, done: Done) -> bool:
    """Whether the next build would find nothing to do, and say the same."""
    foreseen = done.decision.foreseen
    if done.decision.waiting or done.gathered.lost or not foreseen.rests:
        return False
    if any(policy.health.trouble for policy in foreseen.inputs.deployed.policies):
        return False
    if is_at_rest(foreseen.inputs, foreseen.built, foreseen.plan):
        return True
    return not (foreseen.inputs.hits_unknown or is_of_one_build(done, world.lost))


def _traces_after(world: World, done: Done, traces: Traces, staging: str) -> Traces | None:
    """The traces with what the build itself has written; None where that is not there any more."""
    inputs, store = done.decision.foreseen.inputs, world.store
    if staging == world.build_id:
        record = StagingFile.see(store)
        if record.file is None or record.file.build != staging:
            return None
        traces = traces.written(STAGING, record.etag)
    if inputs.refusals != done.gathered.refusals.words:
        refusals = Refusals.see(store)
        if refusals.file is None or refusals.file.words != inputs.refusals:
            return None
        traces = traces.written(REFUSALS, refusals.etag)
    return traces


def _note(world: World, foreseen: Foreseen, traces: Traces) -> Settled:
    inputs = foreseen.inputs
    deployed = deployed_after(inputs.deployed, foreseen.plan.steps)
    return Settled(
        build=world.build_id,
        applied_at=world.now.isoformat(),
        day=world.day,
        until=same_until(inputs, foreseen.built),
        prefix=inputs.allowlist.firewall.prefix,
        target=inputs.allowlist.firewall.target,
        inputs=traces.digest,
        groups={one.name: SettledGroup.of(one, world.now) for one in deployed.groups},
        foreign=tuple(sorted(deployed.foreign)),
        policies={policy.arn: policy.token for policy in deployed.policies},
        hits_unknown=inputs.hits_unknown,
    )
