"""A look ahead: what a sync would make of what there is now; nothing is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.aws.calls import Calls
from rules_lib.deploy.foresee import Foreseen, foresee
from rules_lib.stages.read_needed import read_needed
from rules_lib.state.hold import Hold
from rules_lib.sync.gather import Draft, Gathered, gather, inputs_of
from rules_lib.sync.read_before import recall_of

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.inputs import Inputs
    from rules_lib.model import FeedFile
    from rules_lib.own.files import OwnFiles
    from rules_lib.reading.recall import Recall
    from rules_lib.reading.ruleset import Ruleset
    from rules_lib.world import World

RecallingReading: TypeAlias = "Callable[[Iterable[FeedFile], Allowlist, Recall | None], Ruleset]"
"""What makes rules of files, with what an earlier build has read of them."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a sync would do now.

    Attributes:
        gathered: what the bucket says.
        foreseen: what comes of it.
        held: where a rollback holds, so that a sync would change nothing before `resume`.
    """

    gathered: Gathered
    foreseen: Foreseen
    held: Hold | None


@dataclass(frozen=True, slots=True)
class Present:
    """What a sync would be made from now.

    Attributes:
        gathered: what the bucket says.
        inputs: of the build.
        held: where a rollback holds.
    """

    gathered: Gathered
    inputs: Inputs
    held: Hold | None


def present(
    world: World,
    draft: Draft | None = None,
    own: OwnFiles | None = None,
    reading: RecallingReading | None = None,
) -> Present:
    """Read the bucket and the firewall, and no more of the rules than asked for.

    Args:
        world: what is read.
        draft: stands in for the bucket's allowlist.
        own: stand in for people's own rules in the bucket.
        reading: reads the rules, and how much of each is its own affair; if not given, what a build
            needs.

    Raises:
        RulesyncError: the bucket or the firewall cannot be read, or the allowlist has errors.
    """
    world.watch("reading the bucket")
    gathered = gather(world.store, draft, own)
    held = Hold.find(world.store)
    asked, calls = gathered.allowlist.firewall, Calls(watch=world.watch)
    firewall = world.firewall(asked.prefix, asked.target, calls)
    recall, read = recall_of(world.store, gathered), reading or _as_a_build_does

    def recalling(files: Iterable[FeedFile], allowlist: Allowlist) -> Ruleset:
        return read(files, allowlist, recall)

    return Present(gathered, inputs_of(gathered, firewall, world.day, recalling), held)


def _as_a_build_does(
    files: Iterable[FeedFile], allowlist: Allowlist, recall: Recall | None
) -> Ruleset:
    return read_needed(files, allowlist, recall=recall)


def look_ahead(
    world: World,
    draft: Draft | None = None,
    own: OwnFiles | None = None,
    *,
    allow_shrink: bool = False,
) -> Ahead:
    """Read the bucket and the firewall, build and plan. The service is not asked about any rule.

    Args:
        world: what is read.
        draft: stands in for the bucket's allowlist.
        own: stand in for people's own rules in the bucket.
        allow_shrink: whether more of the deployed rules may go than `max_shrink` allows.

    Raises:
        RulesyncError: the bucket or the firewall cannot be read, or the allowlist has errors.
    """
    now = present(world, draft, own)
    world.watch("building the rule groups")
    shrink = allow_shrink or now.gathered.allow_shrink
    return Ahead(now.gathered, foresee(now.inputs, allow_shrink=shrink), now.held)
