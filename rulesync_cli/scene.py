"""What there is to look at: a stack with its account, or a feed alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from rules_lib.address import Address
from rules_lib.allowlist import Allowlist, load_allowlist
from rules_lib.allowlist.reader import read_document
from rules_lib.build import Built, Workings, build, worked_out
from rules_lib.inputs import Inputs
from rules_lib.model import FeedFile
from rules_lib.own.files import OwnFiles, own_in_folder
from rules_lib.reading.recall import Recall
from rules_lib.reading.ruleset import Ruleset, read_rules
from rulesync_cli.shipped import usual_config
from rulesync_cli.show.progress import waiting
from rulesync_cli.where import Where

if TYPE_CHECKING:
    from rules_lib.allowlist.document import Document
    from rules_lib.aws.store import Store
    from rules_lib.errors import RefusedError
    from rules_lib.state.hold import Hold
    from rules_lib.state.latest import Latest
    from rules_lib.sync.gather import Gathered

FileReading: TypeAlias = Callable[[tuple[FeedFile, ...], Allowlist, Recall | None], Ruleset]
"""What makes rules of a feed that is at hand, with what an earlier build of a stack has read of it;
how much of it is read is its own affair."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A feed and an allowlist, as people know them, and what holds of the stack.

    Attributes:
        bucket: of the stack; None where a feed is looked at alone.
        latest: the build that is in force.
        held: where a rollback holds.
        refusal: why a sync would not carry it out.
    """

    feed: str
    allowlist: str
    bucket: str | None = None
    latest: Latest | None = None
    held: Hold | None = None
    refusal: RefusedError | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What the options name, before anything is built of it.

    Attributes:
        files: of the feed, people's own first.
        document: the allowlist's file as read, for its lines.
        inputs: of the build; the ruleset is what was asked for.
        store: the stack's bucket, with what it says; None where a feed is looked at alone.
    """

    scene: Scene
    files: tuple[FeedFile, ...]
    document: Document
    inputs: Inputs
    store: Store | None = None
    gathered: Gathered | None = None


@dataclass(frozen=True, slots=True)
class WholeBuild:
    """All of it taken through all stages; a stack is not asked what stands against it."""

    scene: Scene
    inputs: Inputs
    built: Built
    workings: Workings


def look(where: Where) -> WholeBuild:
    """Read what the options name, and build it; nothing is changed.

    Raises:
        RulesyncError: the feed, the bucket or the account cannot be read, or the allowlist has
            errors.
        OSError: a file cannot be read.
        click.UsageError: neither bucket nor feed is given.
    """
    with waiting("reading the feed") as watch:
        sight = see(where, watch, in_full)
        watch("building the rule groups")
        return WholeBuild(sight.scene, sight.inputs, *worked_out(sight.inputs))


def in_full(files: tuple[FeedFile, ...], allowlist: Allowlist, recall: Recall | None) -> Ruleset:
    """Read every rule to its end: people may ask about any of them."""
    return read_rules(files, allowlist.rules.on, recall=recall)


def see(where: Where, watch: Callable[[str], None], reading: FileReading) -> Sight:
    """Read what the options name, and no more of the rules than `reading` does.

    Raises:
        RulesyncError: see `look`, as for the other errors.
    """
    own = own_in_folder(where.own) if where.own else None
    if where.feed:
        return _alone(where.feed, where.config or usual_config(), own or OwnFiles(), reading)
    return _stack(where, own, watch, reading)


def foreseen_of(sight: Sight, inputs: Inputs) -> tuple[Scene, Built]:
    """Build, and say what stands against it in a stack.

    Args:
        sight: what was seen.
        inputs: the same as there, with all rules that a build looks at.
    """
    if sight.gathered is None:
        return sight.scene, build(inputs)
    from rules_lib.deploy.foresee import foresee  # noqa: PLC0415 - of a stack alone

    foreseen = foresee(inputs, allow_shrink=sight.gathered.allow_shrink)
    return replace(sight.scene, refusal=foreseen.refusal), foreseen.built


def _stack(
    where: Where, own: OwnFiles | None, watch: Callable[[str], None], reading: FileReading
) -> Sight:
    from rules_lib.report.feed_words import feeds_in_words  # noqa: PLC0415 - as below
    from rules_lib.sync.gather import Draft  # noqa: PLC0415 - as below
    from rules_lib.sync.releases import used_releases  # noqa: PLC0415 - as below
    from rulesync_cli.account import world  # noqa: PLC0415 - as below
    from rulesync_cli.ahead import present  # noqa: PLC0415 - AWS's library, which a file can do without

    here = world(where.stack, where.policies, watch)
    draft = Draft(where.config.read_bytes(), str(where.config)) if where.config else None
    files: tuple[FeedFile, ...] = ()

    def read(feed: Iterable[FeedFile], allowlist: Allowlist, recall: Recall | None) -> Ruleset:
        nonlocal files
        files = tuple(feed)
        return reading(files, allowlist, recall)

    now = present(here, draft, own, read)
    gathered = now.gathered
    scene = Scene(
        feed=f"{feeds_in_words(used_releases(gathered.feeds))} of s3://{where.bucket}",
        allowlist=gathered.draft.source,
        bucket=where.bucket,
        latest=gathered.latest,
        held=now.held,
    )
    document = read_document(gathered.draft.text)
    return Sight(scene, files, document, now.inputs, here.store, gathered)


def _alone(feed: Address, config: Path, own: OwnFiles, reading: FileReading) -> Sight:
    from rulesync_cli.feed import read_feed  # noqa: PLC0415 - nothing of it is needed for a stack

    files = (*own.files, *read_feed(feed))
    text = config.read_bytes()
    allowlist = load_allowlist(text, source=str(config), known=[file.category for file in files])
    day = datetime.now(UTC).date()
    inputs = Inputs(ruleset=reading(files, allowlist, None), allowlist=allowlist, day=day)
    scene = Scene(feed=f"feed {feed}", allowlist=str(config))
    return Sight(scene, files, read_document(text), inputs)
