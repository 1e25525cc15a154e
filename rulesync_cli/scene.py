"""What there is to look at: a stack with its account, or a feed alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rules_lib.address import Address
from rules_lib.allowlist import Allowlist, load_allowlist
from rules_lib.allowlist.reader import read_document
from rules_lib.build import build
from rules_lib.errors import RefusedError
from rules_lib.inputs import Inputs
from rules_lib.model import FeedFile
from rules_lib.own.files import OwnFiles, own_in_folder
from rules_lib.reading.ruleset import Ruleset, read_rules
from rules_lib.state.hold import Hold
from rules_lib.state.latest import Latest
from rules_lib.sync.gather import Draft
from rulesync_cli.account import world
from rulesync_cli.ahead import look_ahead
from rulesync_cli.explain import Evidence
from rulesync_cli.feed import read_feed
from rulesync_cli.shipped import usual_config
from rulesync_cli.show.progress import waiting
from rulesync_cli.where import Where


@dataclass(frozen=True, slots=True)
class Scene:
    """A feed, an allowlist and what is deployed, taken through all stages.

    Attributes:
        feed: how people know it.
        allowlist: likewise.
        bucket: of the stack; None where a feed is looked at alone.
        latest: the build that is in force.
        held: where a rollback holds.
        refusal: why a sync would not carry it out.
    """

    feed: str
    allowlist: str
    evidence: Evidence
    bucket: str | None = None
    latest: Latest | None = None
    held: Hold | None = None
    refusal: RefusedError | None = None


def look(where: Where) -> Scene:
    """Read what the options name, and build it; nothing is changed.

    Raises:
        RulesyncError: the feed, the bucket or the account cannot be read, or the allowlist has
            errors.
        OSError: a file cannot be read.
        click.UsageError: neither bucket nor feed is given.
    """
    with waiting("reading the feed") as watch:
        own = own_in_folder(where.own) if where.own else None
        if where.feed:
            return _alone(where.feed, where.config or usual_config(), own or OwnFiles(), watch)
        return _stack(where, own, watch)


def _stack(where: Where, own: OwnFiles | None, watch: Callable[[str], None]) -> Scene:
    here = world(where.stack, where.policies, watch)
    draft = Draft(where.config.read_bytes(), str(where.config)) if where.config else None
    ahead = look_ahead(here, draft, own, reading=_in_full)
    gathered, foreseen = ahead.gathered, ahead.foreseen
    return Scene(
        feed=f"feed {gathered.manifest.version} of s3://{where.bucket}",
        allowlist=gathered.draft.source,
        evidence=Evidence(
            files=tuple(gathered.files),
            document=read_document(gathered.draft.text),
            inputs=foreseen.inputs,
            built=foreseen.built,
        ),
        bucket=where.bucket,
        latest=gathered.latest,
        held=ahead.held,
        refusal=foreseen.refusal,
    )


def _in_full(files: Iterable[FeedFile], allowlist: Allowlist) -> Ruleset:
    """Read every rule to its end: people may ask about any of them."""
    return read_rules(files, allowlist.rules.on)


def _alone(feed: Address, config: Path, own: OwnFiles, watch: Callable[[str], None]) -> Scene:
    files = (*own.files, *read_feed(feed))
    text = config.read_bytes()
    allowlist = load_allowlist(text, source=str(config), known=[file.category for file in files])
    watch("building the rule groups")
    day = datetime.now(UTC).date()
    inputs = Inputs(ruleset=_in_full(files, allowlist), allowlist=allowlist, day=day)
    return Scene(
        feed=f"feed {feed}",
        allowlist=str(config),
        evidence=Evidence(
            files=files,
            document=read_document(text),
            inputs=inputs,
            built=build(inputs),
        ),
    )
