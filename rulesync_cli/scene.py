"""What there is to look at: a stack with its account, or a feed alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from rules_lib.address import Address
from rules_lib.allowlist import load_allowlist
from rules_lib.allowlist.reader import read_document
from rules_lib.aws.firewall import Firewall
from rules_lib.bucket import ALLOWLIST
from rules_lib.errors import RefusedError
from rules_lib.groups.rule_group import Deployed
from rules_lib.own.files import OwnFiles, own_in_folder
from rules_lib.reading.ruleset import read_rules
from rules_lib.state.hold import Hold
from rules_lib.state.latest import Latest
from rules_lib.sync.decide import foresee
from rules_lib.sync.gather import Draft, gather
from rulesync_cli.account import world
from rulesync_cli.explain import Evidence
from rulesync_cli.feed import read_feed
from rulesync_cli.show.progress import waiting
from rulesync_cli.where import Where

_CONFIG: Final = Path("config/categories.yaml")


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
            return _alone(where.feed, where.config or _CONFIG, own or OwnFiles(), watch)
        return _stack(where, own, watch)


def _stack(where: Where, own: OwnFiles | None, watch: Callable[[str], None]) -> Scene:
    here = world(where.stack, where.policies, watch)
    draft = Draft(where.config.read_bytes(), str(where.config)) if where.config else None
    gathered = gather(here.store, draft, own)
    text = draft.text if draft else here.store.get(ALLOWLIST)
    held = Hold.find(here.store)
    prefix = gathered.allowlist.firewall.prefix
    deployed = Firewall(here.client, prefix, here.policies).deployed()
    watch("building the rule groups")
    ruleset = read_rules(gathered.files, gathered.allowlist.rules.on)
    foreseen = foresee(
        ruleset,
        gathered.allowlist,
        deployed,
        gathered.refusals.words,
        allow_shrink=gathered.allow_shrink,
    )
    return Scene(
        feed=f"feed {gathered.manifest.version} of s3://{where.bucket}",
        allowlist=draft.source if draft else f"s3://{where.bucket}/{ALLOWLIST}",
        evidence=Evidence(
            files=tuple(gathered.files),
            ruleset=ruleset,
            allowlist=gathered.allowlist,
            document=read_document(text),
            deployed=deployed,
            refusals=gathered.refusals.words,
            built=foreseen.built,
        ),
        bucket=where.bucket,
        latest=gathered.latest,
        held=held,
        refusal=foreseen.refusal,
    )


def _alone(feed: Address, config: Path, own: OwnFiles, watch: Callable[[str], None]) -> Scene:
    if not config.is_file():
        raise click.UsageError(f"{config} is not here: give --config FILE")
    files = (*own.files, *read_feed(feed))
    text = config.read_bytes()
    allowlist = load_allowlist(text, source=str(config), known=[file.category for file in files])
    watch("building the rule groups")
    ruleset = read_rules(files, allowlist.rules.on)
    foreseen = foresee(ruleset, allowlist, Deployed(), {}, allow_shrink=True)
    return Scene(
        feed=f"feed {feed}",
        allowlist=str(config),
        evidence=Evidence(
            files=files,
            ruleset=ruleset,
            allowlist=allowlist,
            document=read_document(text),
            deployed=Deployed(),
            refusals={},
            built=foreseen.built,
        ),
    )
