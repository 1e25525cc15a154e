"""What a build leaves to know of staged rules, and what people are to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules_lib.bucket import STAGING
from rules_lib.state.staging import StagingFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.build import Built
    from rules_lib.inputs import Inputs
    from rules_lib.state.statefile import Seen
    from rules_lib.sync.gather import Gathered
    from rules_lib.world import World


def leave_staging(world: World, gathered: Gathered, built: Built) -> str | None:
    """Write what the next build is to know, before anything is put in force.

    Returns:
        The build that wrote the record, empty where there is nothing to record; None where somebody
        else has written it meanwhile.

    Raises:
        StoreError: it may not be written.
    """
    seen = gathered.staging
    if seen.file and seen.file.record.says_the_same(built.staging):
        return seen.file.build
    if seen.etag is None and built.staging.is_empty:
        return ""
    file = StagingFile.of(world.build_id, built.staging)
    return file.build if file.put_over(world.store, seen.etag) else None


def staging_lost(inputs: Inputs, seen: Seen[StagingFile]) -> Iterator[str]:
    """Say that rules which alert may be staged again, as it is not known since when they are there.

    Args:
        inputs: of the build.
        seen: the record as it was found.
    """
    yield from seen.warnings
    if inputs.allowlist.stages_rules and inputs.deployed.groups and not inputs.staging.intact:
        yield (
            f"{STAGING} does not say since when the rules in force have been there (it was lost, "
            "or a rollback restored others): rules that alert and are to drop begin their days "
            "again; rules that drop continue to drop"
        )
